"""Alerts by mail, from the settings to the mailbox: a real mail server on loopback, the commands, the link."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from bot.cli.house import house_of
from bot.setting_up import mailboxes
from bot.settings import load
from scheduler.engine import Engine
from tests.cli.conftest import PUBLIC, Line
from tests.fakes.mail import FakeMailServer

pytestmark = pytest.mark.slow

ADDRESS = "Ana.Okafor@Office.example.org"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeMailServer]:
    """A mail server without logins, named in the settings."""
    with FakeMailServer(logins=False) as fake:
        monkeypatch.setenv("CHECKLINE_SMTP_HOST", "localhost")
        monkeypatch.setenv("CHECKLINE_SMTP_PORT", fake.url.rpartition(":")[2])
        monkeypatch.setenv("CHECKLINE_SMTP_SECURITY", "none")
        yield fake


def delivered(riverside: Line, server: FakeMailServer) -> str:
    """Send what waits; the token of the link in the last mail."""
    with house_of(load(data=str(riverside.folder), public_url=PUBLIC)) as house:
        Engine(house).settle_down()
    found = re.search(rf"{PUBLIC}/mailbox/(\S+)", server.accepted[-1].text)
    assert found
    return found[1]


def confirmed(riverside: Line, token: str) -> bool:
    with house_of(load(data=str(riverside.folder), public_url=PUBLIC)) as house:
        return mailboxes.confirm(house, token)


def test_a_mailbox_is_given_proved_and_tested_again(riverside: Line, server: FakeMailServer) -> None:
    sender = riverside.good("sender", "add", "Riverside", "mail", "--address", "alerts@line.example.org")
    assert sender["webhook"] == ""
    assert riverside.good("sender", "test", str(sender["id"]))["ok"]
    riverside.good("manager", "mail", "ana", ADDRESS)
    token = delivered(riverside, server)
    assert server.accepted[-1].to == "Ana.Okafor@office.example.org"
    (point,) = [one for one in riverside.good("manager", "show", "ana")["contact_points"] if one["channel"] == "mail"]
    assert (point["status"], point["tested_at"]) == ("invited", None)
    assert confirmed(riverside, token)
    assert not confirmed(riverside, token)
    shown = riverside.good("manager", "show", "ana")
    assert [one["status"] for one in shown["contact_points"] if one["channel"] == "mail"] == ["active"]
    assert shown["alerts"] == "reach them"
    riverside.good("manager", "test", "ana")
    assert delivered(riverside, server) != token
    assert "okafor" not in riverside.raw().decode("latin-1").lower()


def test_somebody_new_may_have_a_mailbox_from_the_start(riverside: Line, server: FakeMailServer) -> None:
    riverside.good("sender", "add", "Riverside", "mail", "--address", "alerts@line.example.org")
    made = riverside.good("manager", "add", "--name", "New Person", "--sign-in", "newcomer", "--mail", "new@office.example.org")
    assert made["sign_in"] == "newcomer"
    assert confirmed(riverside, delivered(riverside, server))


FAULTS = {
    "no sender": ((), ("manager", "mail", "ana", "a@b.org"), "say `checkline sender add` first"),
    "no address": (("sender",), ("manager", "mail", "ana", "call Okafor"), "this is no mail address"),
    "two addresses": (("sender",), ("manager", "mail", "ana", "a@b.org,c@d.org"), "this is no mail address"),
    "nobody": (("sender",), ("manager", "mail", "zoe", "a@b.org"), "there is nobody"),
}


@pytest.mark.parametrize(("first", "arguments", "said"), FAULTS.values(), ids=FAULTS)
def test_a_mailbox_with_a_fault_is_not_made(
    riverside: Line, server: FakeMailServer, first: tuple[str, ...], arguments: tuple[str, ...], said: str
) -> None:
    if first:
        riverside.good("sender", "add", "Riverside", "mail", "--address", "alerts@line.example.org")
    before = riverside.rows("contact_points")
    ran = riverside(*arguments)
    assert ran.code == 2
    assert said in ran.err
    assert "Okafor" not in ran.err
    assert riverside.rows("contact_points") == before


def test_without_a_mail_server_there_is_no_mail_sender(riverside: Line) -> None:
    ran = riverside("sender", "add", "Riverside", "mail", "--address", "alerts@line.example.org")
    assert ran.code == 2
    assert "CHECKLINE_SMTP_HOST" in ran.err
