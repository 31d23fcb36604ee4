"""Clients and staff by command: everything wrong is told at once, nothing is half stored, and no error repeats who they are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from storage import audit
from tests.cli.conftest import ANA, INES, NAMES, SAM, Line

pytestmark = pytest.mark.slow

CLIENT = {
    "no such case manager": (("--manager", "sam"), "this person is a supervisor; a caseload belongs to a case manager"),
    "no language": (("--language", "?"), "language: '?' is no language"),
    "no zone": (("--zone", "Nowhere"), "zone: 'Nowhere' is no time zone"),
    "no country": (("--country", "Spain"), "country: 'Spain' is no country"),
    "a sentence for a phone": (("--phone", "call Valdivia on 600 000 003"), "phone: this is no phone number"),
    "a number that is too short": (("--phone", "+34 600"), "phone: this is no phone number"),
    "a number of staff": (("--phone", ANA), "phone: this number belongs to staff of the programme"),
    "Telegram without a bot": (("--telegram",), "the programme has no such sender for telegram"),
    "a code that is taken": (("--code", "c-001"), "code: a client of this programme has this code already"),
    "a birth date to come": (("--birth-date", "2999-01-01"), "birth date: it must lie in the past"),
    "a birth date that is none": (("--birth-date", "long ago"), "birth date: write the date as 2026-05-31"),
    "a name that cannot be shown": (("--name", "Valdivia\x1b[2J"), "name: it holds characters that cannot be shown"),
    "no name": (("--name", " "), "name: write something"),
    "five at once": (("--zone", "x", "--country", "x", "--language", "?", "--phone", "x", "--name", ""), "5 faults, nothing was stored"),
}


@pytest.mark.parametrize(("arguments", "said"), CLIENT.values(), ids=CLIENT)
def test_a_client_with_a_fault_is_not_made(riverside: Line, arguments: tuple[str, ...], said: str) -> None:
    tables = ("clients", "addresses", "contact_points", "data_keys", "audit")
    before = {table: riverside.rows(table) for table in tables}
    ran = riverside("client", "add", "--name", "Zanzibar", "--manager", "ana", "--phone", "+34600000009", *arguments)
    assert ran.code == 2
    assert said in ran.err
    assert {table: riverside.rows(table) for table in tables} == before
    assert not any(word in ran.err + ran.out for word in (*NAMES, "600000"))


STAFF = {
    "a sign-in name that is taken": (("--sign-in", "SAM"), "sign-in: this sign-in name is taken"),
    "a supervisor who is none": (("--supervisor", "ana"), "supervisor: there is no supervisor of that id"),
    "a number of a client": (("--phone", INES), "phone: this number belongs to a client of the programme"),
    "hours that are none": (("--hours", "mon-fri nine to five"), "hours: write them as"),
    "a zone that is none": (("--zone", "Nowhere"), "is no time zone"),
}


@pytest.mark.parametrize(("arguments", "said"), STAFF.values(), ids=STAFF)
def test_staff_with_a_fault_are_not_made(riverside: Line, arguments: tuple[str, ...], said: str) -> None:
    before = [riverside.rows(table) for table in ("users", "data_keys", "contact_points")]
    ran = riverside("manager", "add", "--name", "Zanzibar", *arguments)
    assert ran.code == 2
    assert said in ran.err
    assert [riverside.rows(table) for table in ("users", "data_keys", "contact_points")] == before
    assert "Zanzibar" not in ran.err


def test_two_clients_may_share_a_phone_and_it_is_said(riverside: Line) -> None:
    made = riverside.good("client", "add", "--name", "Zanzibar", "--manager", "ana", "--phone", "600 000 002")
    assert made["code"] == "C-002"
    assert "Another client has this number too" in made["notes"][0]
    assert riverside.rows("addresses") == 3, "the address is there once"
    consent = riverside.good("consent", "record", "C-002", "--purposes", "goals")
    assert consent["act"] == "grant"
    assert riverside.good("consent", "show", "C-002")["ledger"][0]["shared_phone"] == 1


def test_a_client_without_country_or_line_is_made_and_it_is_said(riverside: Line) -> None:
    notes = riverside.good("client", "add", "--name", "Zanzibar", "--manager", "ana", "--country", "")["notes"]
    assert notes == [
        "No phone and no Telegram: nothing can be sent to this client.",
        "No country: in a crisis this client is told to call the local emergency number.",
    ]
    notes = riverside.good("client", "add", "--name", "Zanzibar", "--manager", "ana", "--country", "ie", "--phone", "+34600000005")["notes"]
    assert notes == ["No crisis line is confirmed for IE: say `checkline crisis-line confirm`."]


def test_lists_hold_no_names_and_a_look_at_one_leaves_a_trace(riverside: Line) -> None:
    listed = riverside("client", "list")
    assert "C-001" in listed.out
    assert not any(word in listed.out + str(riverside.good("client", "list")) for word in NAMES)
    before = riverside.rows("audit")
    shown = riverside.good("client", "show", "c-001")
    assert (shown["name"], shown["contact_points"][0]["address"]) == ("Inés Valdivia", INES)
    assert riverside.rows("audit") == before + 1
    unknown = riverside("client", "show", "Valdivia")
    assert (unknown.code, "Valdivia" in unknown.err) == (2, False)


def test_leave_is_kept_on_the_persons_own_clock(riverside: Line) -> None:
    today = datetime.now(UTC).date()
    riverside.good("manager", "leave", "ana", "--from", str(today - timedelta(days=2)), "--until", str(today + timedelta(days=9)))
    shown = riverside.good("manager", "show", "ana")
    assert shown["away"] == "away"
    assert shown["leave_from"].split("T")[1] in ("23:00:00+00:00", "22:00:00+00:00"), "midnight in Madrid"
    assert "away" in riverside("manager", "list").out
    riverside.good("manager", "leave", "ana", "--back")
    assert riverside.good("manager", "show", "ana")["away"] == ""
    wrong = riverside("manager", "leave", "ana", "--from", "2027-02-02", "--until", "2027-02-01")
    assert (wrong.code, "until: write a moment after the leave begins" in wrong.err) == (2, True)
    assert riverside("manager", "leave", "ana").code == 2
    assert riverside("manager", "leave", "ana", "--until", "2027-02-01").code == 2


def test_whom_no_alert_can_reach_is_not_tested(riverside: Line) -> None:
    riverside.good("manager", "add", "--name", "Zanzibar", "--sign-in", "zed")
    ran = riverside("manager", "test", "zed")
    assert (ran.code, "no phone number, mailbox or bound chat" in ran.err) == (2, True)
    assert riverside.good("manager", "show", "zed")["alerts"] == "console only"
    assert SAM not in str(riverside.good("manager", "show", "sam"))


def test_every_act_is_in_the_audit_trail(riverside: Line) -> None:
    with riverside.engine() as engine:
        assert engine.house.db.read(lambda connection: list(audit.faults(connection))) == []
    assert riverside.rows("audit") == 5
