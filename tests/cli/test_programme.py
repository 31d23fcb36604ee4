"""From nothing to an active programme by these commands alone, and every way in which it is kept from it."""

from __future__ import annotations

import re

import pytest

from tests.cli.conftest import NAMES, SAM, Line, texts_in
from tests.fakes.twilio import FakeTwilio

pytestmark = pytest.mark.slow


def abouts(run: Line, *, code: int) -> dict[str, str]:
    ran = run("programme", "check", "--json")
    assert ran.code == code
    return {one["about"]: one["level"] for one in ran.json["findings"]}


def test_a_command_without_data_says_what_makes_it(line: Line) -> None:
    ran = line("programme", "list")
    assert ran.code == 2
    assert "there is no data here yet; `checkline programme add` or `checkline run` makes it" in ran.err
    assert not line.folder.exists()


def test_a_real_programme_is_set_up_and_activated(riverside: Line, phone_company: FakeTwilio) -> None:
    phone_company.accepted.clear()
    assert abouts(riverside, code=1) | {"review": "", "manager_untested": ""} == {
        "crisis_line": "fault", "ladder": "fault", "review": "", "manager_untested": "",
    }  # fmt: skip
    refused = riverside("programme", "activate")
    assert refused.code == 1
    assert "No crisis line is confirmed for ES" in refused.out
    assert riverside.good("programme", "list")[0]["status"] == "draft"

    riverside.good("crisis-line", "confirm", "es")
    assert riverside.good("manager", "test", "sam")["alerts"] == 1
    with riverside.engine() as engine:
        engine.settle_down()
    told = [one.text for one in phone_company.sent_to(SAM)]
    assert len(told) == 1
    code = re.search(r"A (\d+)", told[0])
    assert code
    assert abouts(riverside, code=1)["ladder"] == "fault", "sent is not answered"
    assert texts_in(riverside, phone_company, SAM, f"a {code[1]}") == 204
    assert riverside.good("manager", "show", "sam")["alerts"] == "reach them"

    done = riverside("programme", "activate")
    assert (done.code, "The programme is active." in done.out) == (0, True)
    assert riverside.good("programme", "list")[0]["status"] == "active"
    again = riverside("programme", "activate")
    assert (again.code, "active already" in again.err) == (2, True)


def test_names_numbers_and_secrets_are_sealed_at_rest(riverside: Line) -> None:
    riverside.good("plan", "add", "C-001", "Wisteria plan")
    riverside.good("goal", "add", "C-001", "Wisteria walk", "--unit", "minutes")
    riverside.good("appointment", "add", "C-001", "Knee", "--at", "2037-01-20T14:30", "--place", "Zanzibar street")
    riverside.good("consent", "record", "C-001", "--purposes", "goals", "--text", "Zanzibar words")
    held = riverside.raw()
    assert b"Riverside" in held, "what is plain is found"
    for word in (*NAMES, "600000002", "5005550100", "fake-twilio-auth-token"):
        assert word.encode() not in held, word


def test_the_data_of_two_programmes_are_kept_apart(riverside: Line) -> None:
    riverside.good("programme", "add", "Hillside", "--country", "US", "--kind", "demo")
    ran = riverside("client", "list")
    assert (ran.code, "there are several, Hillside, Riverside" in ran.err) == (2, True)
    riverside.good("sender", "add", "Hillside", "simulated", "--address", "+15005550009")
    assert riverside("client", "add", "--programme", "Hillside", "--name", "A", "--manager", "ana").code == 2, "another's case manager"
    riverside.good("manager", "add", "--programme", "Hillside", "--name", "Bo", "--sign-in", "bo")
    phone = ("--phone", "+34600000002")
    other = riverside.good("client", "add", "--programme", "Hillside", "--name", "B", "--manager", "bo", *phone)
    assert other["code"] == "C-001"
    assert not any("Another client" in note for note in other["notes"]), "the same number in another programme is another address"
    assert len(riverside.good("client", "list", "--programme", "Riverside")) == 1
    both = riverside("client", "show", "C-001")
    assert (both.code, "several programmes have this code" in both.err) == (2, True)
    assert riverside.good("client", "show", other["id"])["name"] == "B"
    goal = riverside("enrol", "C-001", "weekly-pulse", "--programme", "nowhere")
    assert "there are Hillside, Riverside" in goal.err


def test_ids_are_strings_and_programmes_go_by_name_or_id(riverside: Line) -> None:
    row = riverside.good("programme", "show", "Riverside")
    assert isinstance(row["id"], str)
    assert riverside.good("programme", "show", row["id"])["name"] == "Riverside"
    assert riverside("programme", "show", "9" * 30).code == 2


def test_a_held_programme_is_held_once_and_released_once(riverside: Line) -> None:
    assert riverside.good("programme", "hold") == {"id": riverside.good("programme", "list")[0]["id"], "held": True, "changed": True}
    assert riverside.good("programme", "hold")["changed"] is False
    assert "held" in riverside("programme", "list").out
    assert riverside.good("programme", "release")["changed"] is True
    assert riverside.good("programme", "release")["changed"] is False


ADD = {
    "a name that is taken": (("Riverside",), "there is one of this name already"),
    "no name": (("  ",), "name: write something"),
    "a name too long": (("x" * 61,), "at most 60 characters"),
    "a zone that is none": (("New", "--zone", "Mars/Base"), "zone: 'Mars/Base' is no time zone"),
    "a zone that is a folder": (("New", "--zone", "Europe"), "is no time zone"),
    "a zone that climbs": (("New", "--zone", "../../etc/passwd"), "is no time zone"),
    "a language that is none": (("New", "--languages", "es,??"), "'??' is no language"),
    "a country that is none": (("New", "--country", "ZZ"), "'ZZ' is no country"),
    "a cap of nothing": (("New", "--cap-per-day", "0"), "cap_per_day: write a whole number from 1 to 100"),
    "no page at all": (("New", "--pages-per-hour", "0"), "pages_per_hour: write a whole number from 1 to 200"),
    "gathered for hours": (("New", "--group-minutes", "90"), "group_minutes: write a whole number from 1 to 60"),
    "hours that are none": (("New", "--business-hours", "always"), "hours: write them as mon-fri 09:00-17:00"),
    "hours that run back": (("New", "--business-hours", "mon 17:00-09:00"), "two times, the earlier first"),
    "two faults at once": (("New", "--zone", "Mars", "--country", "Spain"), "2 faults, nothing was stored"),
}


@pytest.mark.parametrize(("arguments", "said"), ADD.values(), ids=ADD)
def test_a_programme_with_a_fault_is_not_made(riverside: Line, arguments: tuple[str, ...], said: str) -> None:
    ran = riverside("programme", "add", *arguments)
    assert ran.code == 2
    assert said in ran.err
    assert (riverside.rows("programmes"), riverside.rows("data_keys")) == (1, 4)


LINES = {
    "no country": (("XX",), "'XX' is no country"),
    "a country that we know no line of": (("IE", "--emergency", "112"), "no line of this country is known"),
    "no emergency number": (("AT",), "emergency: write the emergency number of the country"),
    "words for a number": (("US", "--call", "ask Ana"), "call: write digits"),
    "a line without a name": (("IE", "--call", "116 123", "--emergency", "112"), "name: write what the line is called"),
    "a date that is none": (("US", "--verified-on", "lately"), "write the date as 2026-05-31"),
}


@pytest.mark.parametrize(("arguments", "said"), LINES.values(), ids=LINES)
def test_a_line_with_a_fault_is_not_confirmed(riverside: Line, arguments: tuple[str, ...], said: str) -> None:
    ran = riverside("crisis-line", "confirm", *arguments)
    assert (ran.code, riverside.rows("crisis_lines")) == (2, 0)
    assert said in ran.err


def test_local_emergency_wording_is_a_choice_with_a_warning(riverside: Line) -> None:
    riverside.good("crisis-line", "confirm", "ES", "--local-only", "--emergency", "112")
    assert abouts(riverside, code=1)["local_only"] == "warning"
    riverside.good("crisis-line", "confirm", "ES", "--as", "sam")
    (row,) = riverside.good("crisis-line", "list")
    assert (row["call"], row["emergency"], row["local_only"]) == ("024", "112", 0)
    assert row["confirmed_by"] == riverside.good("manager", "show", "sam")["id"]
    assert "local_only" not in abouts(riverside, code=1)


def test_the_lines_that_ship_are_those_that_somebody_checked(line: Line) -> None:
    known = line.good("crisis-line", "list", "--known")
    assert {one["country"] for one in known} == {"US", "CA", "FR", "ES", "BR", "IN", "GB", "AU", "NZ", "ZA", "DE", "AT", "BE", "PH"}
    assert all(one["call"] or one["text"] for one in known)
    assert all(one["source"].startswith("https://") for one in known)
    assert {one["country"] for one in known if one["trust"] == "listed"} == {"US", "CA", "FR", "ES", "BR", "IN"}
    assert not line.folder.exists(), "it needs no data"


def test_a_demo_is_born_active_with_simulated_senders_only(line: Line) -> None:
    made = line.good("programme", "add", "Demo", "--kind", "demo", "--country", "ES")
    assert line.good("programme", "list")[0]["status"] == "active"
    confirmed = line.good("crisis-line", "list")
    assert {row["confirmed_as"] for row in confirmed} == {"demo administrator"}
    assert "AT" not in {row["country"] for row in confirmed}, "no emergency number is known for it"
    refused = line("sender", "add", "Demo", "telegram", "--address", "some_bot", "--secret-file", "/dev/null")
    assert refused.code == 2
    assert line.rows("senders") == 0
    line.good("sender", "add", made["id"], "simulated", "--address", "demo_bot", "--imitates", "telegram")
    assert line.good("sender", "list")[0]["channel"] == "telegram"
