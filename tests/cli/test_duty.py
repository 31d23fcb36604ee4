"""By command: who is on duty and who covers, flags that are contacted, put off, given away, and a caseload that changes hands."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from pathlib import Path

import pytest

from tests.cli.conftest import INES, NAMES, Line, texts_in
from tests.fakes.twilio import FakeTwilio

pytestmark = pytest.mark.slow

ROTA = "days,from,until,who\nmon-fri,08:00,20:00,sam\ndaily,20:00,08:00,sue\n"


@pytest.fixture
def staffed(riverside: Line) -> Line:
    """With a second supervisor and a second case manager; alerts reach everybody, as tests of them have shown."""
    riverside.good("manager", "add", "--name", "Sue", "--sign-in", "sue", "--role", "supervisor", "--phone", "+15005550101")
    riverside.good("manager", "add", "--name", "Ben", "--sign-in", "ben", "--supervisor", "sam", "--phone", "+15005550102")
    with contextlib.closing(sqlite3.connect(riverside.folder / "checkline.db")) as database:
        database.execute("UPDATE contact_points SET status = 'active' WHERE owner_kind = 'user'")
        database.commit()
    return riverside


def test_a_rota_is_set_shown_with_its_gaps_and_changed_for_a_while(staffed: Line, tmp_path: Path) -> None:
    nothing = staffed("programme", "rota", "list")
    assert (nothing.code, "There is no rota" in nothing.out) == (0, True)
    file = tmp_path / "rota.csv"
    file.write_text(ROTA.replace("sue", "ben"), "utf-8")
    refused = staffed("programme", "rota", "set", str(file))
    assert (refused.code, refused.out) == (1, f"{file}:3: who: is no supervisor at work in this programme: write a sign-in name or id\n")
    assert staffed("programme", "rota", "list").code == 0, "nothing was kept"
    file.write_text(ROTA, "utf-8")
    assert staffed.good("programme", "rota", "set", str(file)) == {"ok": True, "shifts": 2, "faults": []}
    shown = staffed("programme", "rota", "list", "--days", "7", "--json")
    told = json.loads(shown.out)
    assert shown.code == 1, "at the weekend nobody is on duty by day"
    assert [one["days"] for one in told["shifts"]] == ["mon-fri", "daily"]
    assert sum(one["gap"] for one in told["duty"]) >= 2
    assert "GAP" in staffed("programme", "rota", "list").out
    made = staffed("programme", "rota", "override", "sue", "--from", "2037-01-05T08:00", "--until", "2037-01-05T20:00")
    assert made.out == "On duty from Mon 2037-01-05 08:00 until Mon 2037-01-05 20:00: sue.\n"
    for typed in (
        ("sue", "2037-01-05T20:00", "2037-01-05T08:00"),
        ("sue", "2020-01-01", "2020-01-02"),
        ("ben", "2037-01-05", "2037-01-06"),
    ):
        assert staffed("programme", "rota", "override", typed[0], "--from", typed[1], "--until", typed[2]).code == 2
    assert len(json.loads(staffed("programme", "rota", "list", "--json").out)["overrides"]) == 1
    assert staffed("programme", "rota", "drop", "2").code == 2
    staffed.good("programme", "rota", "drop", "1")
    staffed.good("programme", "rota", "clear")
    assert staffed("programme", "rota", "list").code == 0


SETTINGS = {
    "a number": ("critical_follow_minutes=45", "critical_follow_minutes", 45),
    "with dashes": ("critical-follow-minutes=45", "critical_follow_minutes", 45),
    "holidays, each once, in order": ("holidays=2027-01-01,2026-12-25,2027-01-01", "holidays", ["2026-12-25", "2027-01-01"]),
    "hours": ("business_hours=mon 09:00-12:00", "business_hours", {"0": ["09:00", "12:00"]}),
}


@pytest.mark.parametrize(("typed", "name", "then"), SETTINGS.values(), ids=SETTINGS)
def test_a_setting_is_changed(riverside: Line, typed: str, name: str, then: object) -> None:
    assert riverside.good("programme", "set", typed)["settings"] == {name: then}
    assert riverside.good("programme", "show")["settings"] == {"country": "ES", name: then}


@pytest.mark.parametrize(
    "typed",
    ["critical_follow_minutes=0", "critical_follow_minutes=soon", "holidays=christmas", "rota=x", "nothing", "business_hours=9 to 5"],
)
def test_a_setting_that_cannot_be_is_refused(riverside: Line, typed: str) -> None:
    before = riverside.good("programme", "show")["settings"]
    assert riverside("programme", "set", typed).code == 2
    assert riverside.good("programme", "show")["settings"] == before


def test_who_goes_on_leave_says_who_covers_and_hears_what_is_open(staffed: Line, phone_company: FakeTwilio) -> None:
    staffed.good("crisis-line", "confirm", "ES")
    told = staffed.good("manager", "leave", "ana", "--from", "2020-01-01", "--until", "2037-01-01", "--cover", "ben")
    assert told["notes"] == []
    assert staffed.good("manager", "show", "ana")["cover_id"] == staffed.good("manager", "show", "ben")["id"]
    texts_in(staffed, phone_company, INES, "quiero morirme")
    (row,) = staffed.good("flag", "list")
    assert (row["owner"], row["rung"]) == ("ben", "cover")
    assert staffed.good("flag", "contact", row["id"], "--as", "ben") == {"contacted": True}
    assert "1 open flags are theirs" in str(staffed.good("manager", "leave", "ben", "--from", "2037-01-01")["notes"])
    for cover in ("ana", "sam", "-"):
        assert staffed("manager", "leave", "ana", "--from", "2020-01-01", "--cover", cover).code == (2 if cover == "ana" else 0)
    assert staffed.good("manager", "show", "ana")["cover_id"] is None


def test_a_flag_is_contacted_put_off_and_given_away(staffed: Line, phone_company: FakeTwilio) -> None:
    texts_in(staffed, phone_company, INES, "hoy no tenemos nada de comer, Zanzibar")
    flag = staffed.good("flag", "list")[0]["id"]
    assert staffed.good("flag", "contact", flag, "--not-reached", "--note", "Wisteria", "--as", "ana") == {"contacted": True}
    assert staffed.good("flag", "show", flag)["state"] == "acknowledged"
    assert staffed("flag", "snooze", flag, "--until", "2020-01-01", "--reason", "x", "--as", "ana").code == 2
    assert staffed("flag", "snooze", flag, "--until", "tomorrow", "--reason", "x", "--as", "ana").code == 2
    assert staffed.good("flag", "reassign", flag, "ben", "--as", "ana")["owner_id"] == staffed.good("manager", "show", "ben")["id"]
    assert staffed.good("flag", "release", flag, "--as", "ben") == {"clients": 1}
    shown = staffed("flag", "show", flag)
    assert not any(word in shown.out for word in NAMES)
    staffed.good("flag", "resolve", flag, "--reason", "handled", "--action", "arranged_help", "--as", "ben")
    assert staffed("flag", "contact", flag, "--as", "sam").code == 1
    assert staffed("flag", "reassign", flag, "ana", "--as", "sam").code == 1
    assert staffed.good("flag", "show", flag)["action"] == "arranged_help"


def test_a_caseload_changes_hands(staffed: Line, phone_company: FakeTwilio) -> None:
    texts_in(staffed, phone_company, INES, "quiero morirme")
    told = staffed.good("manager", "hand-over", "ana", "ben", "--client", "C-001")
    assert (told["clients"], told["flags"], told["alerted"]) == (1, 1, 1)
    assert staffed.good("flag", "list")[0]["owner"] == "ben"
    assert staffed("manager", "hand-over", "ana", "ben", "--client", "C-001").code == 2, "the client is not hers any more"
    assert staffed("manager", "hand-over", "ben", "ben").code == 2
    assert staffed.good("manager", "hand-over", "ben", "ana")["clients"] == 1
