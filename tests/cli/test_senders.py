"""Senders by command: what is refused, what a provider says of us, and that no secret is ever shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Line
from tests.fakes import telegram, twilio
from tests.fakes.telegram import FakeTelegram
from tests.fakes.twilio import FakeTwilio

FAULTS = {
    "no secret": (("twilio", "--address", "+15005550007", "--account", twilio.ACCOUNT), "secret: give the account's auth token"),
    "no account": (("twilio", "--address", "+15005550007"), "account: give the account SID"),
    "no number": (("twilio", "--address", "the blue phone"), "address: give the number"),
    "a rate of nothing": (("twilio", "--address", "+15005550007", "--rate", "0"), "rate: write a number above 0"),
    "a rate that is no number": (("twilio", "--address", "+15005550007", "--rate", "nan"), "rate: write a number above 0"),
    "a secret that is not there": (("telegram", "--address", "a_bot", "--secret-file", "/nowhere/at/all"), "the file cannot be read"),
    "a simulated one in a real programme": (("simulated", "--address", "x"), "a real programme, which cannot have a simulated sender"),
}


@pytest.mark.parametrize(("arguments", "said"), FAULTS.values(), ids=FAULTS)
def test_a_sender_with_a_fault_is_not_made(riverside: Line, arguments: tuple[str, ...], said: str) -> None:
    ran = riverside("sender", "add", "Riverside", *arguments)
    assert (ran.code, riverside.rows("senders")) == (2, 1)
    assert said in ran.err


def test_a_number_belongs_to_one_programme(riverside: Line, tmp_path: Path) -> None:
    secret = tmp_path / "token"
    secret.write_text("another-token")
    riverside.good("programme", "add", "Hillside")
    ran = riverside(
        "sender", "add", "Hillside", "twilio", "--address", twilio.NUMBER, "--account", twilio.ACCOUNT, "--secret-file", str(secret)
    )
    assert (ran.code, riverside.rows("senders")) == (2, 1)
    assert "a sender belongs to one programme" in ran.err


def test_a_sender_is_tested_paused_and_resumed(riverside: Line, phone_company: FakeTwilio) -> None:
    (row,) = riverside.good("sender", "list")
    assert twilio.TOKEN not in str(row)
    assert riverside.good("sender", "test", row["id"])["ok"] is True
    assert riverside.good("sender", "pause", row["id"])["changed"] is True
    assert riverside.good("sender", "pause", row["id"])["changed"] is False
    assert "paused by a person" in riverside("sender", "list").out
    assert riverside.good("sender", "resume", row["id"])["changed"] is True
    phone_company.account_status = "suspended"
    try:
        refused = riverside("sender", "test", row["id"])
    finally:
        phone_company.account_status = "active"
    assert refused.code == 1
    assert twilio.TOKEN not in refused.err
    assert riverside("sender", "test", "the first one").code == 2
    assert riverside("sender", "pause", "12").code == 2


def test_a_bot_is_asked_who_it_is(riverside: Line, tmp_path: Path) -> None:
    secret = tmp_path / "token"
    secret.write_text(telegram.TOKEN)
    with FakeTelegram() as fake:
        arguments = ("--address", f"@{telegram.NAME}", "--secret-file", str(secret), "--base-url", fake.url)
        made = riverside.good("sender", "add", "Riverside", "telegram", *arguments)
        assert riverside.good("sender", "test", made["id"])["address"] == telegram.NAME
    assert telegram.TOKEN.encode() not in riverside.raw()
