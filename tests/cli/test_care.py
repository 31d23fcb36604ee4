"""Plans, goals, appointments, enrolments, consent and invitations by command, on the client's own wall clock."""

from __future__ import annotations

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.channels.harness import web
from tests.cli.conftest import INES, PUBLIC, Line
from tests.fakes import telegram
from tests.fakes.telegram import FakeTelegram
from tests.fakes.twilio import FakeTwilio

pytestmark = pytest.mark.slow

MADRID = ZoneInfo("Europe/Madrid")
SOON = datetime.now(MADRID).date() + timedelta(days=20)


def planned(run: Line, client: str = "C-001") -> Any:
    return run.good("plan", "show", client)


@pytest.fixture
def planful(riverside: Line) -> Line:
    riverside.good("plan", "add", "C-001", "Wisteria", "--review-on", "2037-01-01")
    riverside.good("goal", "add", "C-001", "Walk", "--unit", "minutes", "--target", "30")
    return riverside


FAULTS = {
    "a goal without a plan": (("goal", "add", "C-001", "Walk", "--unit", "min"), "say `checkline plan add` first"),
    "an appointment in the past": (
        ("appointment", "add", "C-001", "Knee", "--at", "2020-01-01T10:00", "--place", "x"), "at: it lies in the past",
    ),
    "an appointment at no time": (("appointment", "add", "C-001", "Knee", "--at", "soon", "--place", "x"), "write date and time as"),
    "an unknown flow": (("enrol", "C-001", "weekly"), "there are appointment-reminder, "),
    "an unknown client": (("enrol", "C-099", "welcome"), "client: there is none of that code or id"),
    "a rule that is none": (("enrol", "C-001", "welcome", "--every", "now and then"), "is no rule; write once, day"),
    "an hour that is none": (("enrol", "C-001", "welcome", "--at", "25:00"), "is no time of day"),
    "an end before the start": (("enrol", "C-001", "weekly-pulse", "--until", "2020-01-01"), "until: it lies before the start"),
    "a rule that is over": (("enrol", "C-001", "welcome", "--every", "once", "--start", "2020-01-01"), "the rule has no moment ahead"),
    "a flow about goals without one": (("enrol", "C-001", "goal-progress"), "the client has 0 active goals"),
    "reminders without their appointment": (("enrol", "C-001", "appointment-reminder"), "say `checkline appointment add`"),
    "a goal for a flow about none": (("enrol", "C-001", "weekly-pulse", "--goal", "5"), "this flow is not about a goal"),
    "consent to nothing": (("consent", "record", "C-001"), "purposes: write at least one of"),
    "consent to what nobody asks": (("consent", "record", "C-001", "--purposes", "service"), "purposes: choose one of"),
    "a consent text twice": (("consent", "record", "C-001", "--text", "a", "--text-file", "b"), "not both"),
    "an invitation without a bot": (("invite", "C-001"), "the programme has no such sender for telegram"),
    "an invitation of nobody": (("invite", "nobody"), "there is no client of that code or id, and no member of staff"),
    "an appointment that is not there": (("appointment", "cancel", "77"), "there is none of that id"),
    "an id that is none": (("appointment", "cancel", "the first"), "is no id; `checkline appointment list` shows them"),
}  # fmt: skip


@pytest.mark.parametrize(("arguments", "said"), FAULTS.values(), ids=FAULTS)
def test_what_is_wrong_is_said_and_nothing_is_stored(riverside: Line, arguments: tuple[str, ...], said: str) -> None:
    tables = ("care_plans", "goals", "appointments", "enrolments", "slots", "due", "consents", "invites", "contact_points", "audit")
    before = [riverside.rows(table) for table in tables]
    ran = riverside(*arguments)
    assert ran.code == 2, ran.out
    assert said in ran.err
    assert [riverside.rows(table) for table in tables] == before


def test_an_appointment_brings_its_reminders_and_takes_them_away(riverside: Line) -> None:
    made = riverside.good("appointment", "add", "C-001", "Knee", "--at", f"{SOON}T14:30", "--place", "Room 4")
    assert made["notes"] == ["The client has not agreed to appointment reminders yet: none goes out until then."]
    (row,) = riverside.good("appointment", "list", "C-001")
    assert row["starts_at"] == datetime.combine(SOON, datetime.min.time().replace(hour=14, minute=30), MADRID).astimezone(UTC).isoformat()
    why = riverside.good("why", "C-001", "--days", "1")
    assert why["told"] == [], "the reminders are further ahead than why looks"
    assert (riverside.rows("slots"), riverside.rows("due")) == (2, 2)
    assert riverside.good("appointment", "cancel", made["id"])["changed"] is True
    assert riverside.good("appointment", "cancel", made["id"])["changed"] is False
    assert riverside.rows("due") == 0
    assert planned(riverside)["enrolments"][0]["status"] == "ended"


def test_what_is_too_soon_for_a_reminder_is_said(riverside: Line) -> None:
    soon = (datetime.now(UTC) + timedelta(minutes=30)).strftime("%Y-%m-%dT%H:%M+00:00")
    made = riverside.good("appointment", "add", "C-001", "Knee", "--at", soon, "--place", "Room 4")
    assert made["notes"] == ["It is too soon for a reminder: tell the client yourself."]
    silent = riverside.good("appointment", "add", "C-001", "Knee", "--at", f"{SOON}T14:30", "--place", "Room 4", "--no-reminders")
    assert (silent["notes"], riverside.rows("slots")) == ([], 0)


def test_what_happens_once_is_not_lost_because_its_hour_has_passed(riverside: Line) -> None:
    passed = (datetime.now(MADRID) - timedelta(minutes=1)).strftime("%H:%M")
    first = datetime.fromisoformat(riverside.good("enrol", "C-001", "welcome", "--at", passed)["first"])
    assert datetime.now(UTC) < first <= datetime.now(UTC) + timedelta(days=1)
    assert first.astimezone(MADRID).strftime("%H:%M") == passed


def test_the_ledger_says_how_the_client_agreed_to_be_asked(riverside: Line) -> None:
    silent = riverside.good("enrol", "C-001", "welcome")
    assert "say it with --agreed" in silent["notes"][0]
    assert riverside.good("enrol", "C-001", "welcome", "--agreed", "At the first visit")["notes"] == []
    ledger = riverside.good("consent", "show", "C-001")
    assert [(row["act"], row["text"]) for row in ledger["ledger"]] == [("invite", None), ("invite", "At the first visit")]
    assert ledger["purposes"] == [], "to be asked is not to agree"


def test_an_enrolment_says_what_it_waits_for_and_is_not_made_twice(planful: Line) -> None:
    made = planful.good("enrol", "C-001", "goal-progress", "--every", "2 weeks on mon", "--at", "09:30", "--until", "2037-01-01")
    assert "The client has not agreed to goals yet" in made["notes"][0]
    again = planful("enrol", "C-001", "goal-progress")
    assert (again.code, "enrolled in it already" in again.err) == (2, True)
    (row,) = planned(planful)["enrolments"]
    assert (row["every"], row["purpose"], row["until_on"]) == ("2 weeks on mon at 09:30", "goals", "2037-01-01")
    assert row["goal_id"] == planful.good("goal", "list", "C-001")[0]["id"]
    planful.good("goal", "add", "C-001", "Sleep", "--unit", "hours", "--direction", "up")
    which = planful("enrol", "C-001", "goal-progress", "--every", "day")
    assert "the client has 2 active goals: say which of them with --goal" in which.err


def test_consent_on_paper_keeps_the_exact_words(riverside: Line, tmp_path: Path) -> None:
    words = tmp_path / "consent.txt"
    words.write_text("I agree to weekly check-ins.\n")
    riverside.good("consent", "record", "C-001", "--purposes", "check_ins,goals", "--how", "paper", "--text-file", str(words))
    shown = riverside.good("consent", "show", "C-001")
    assert shown["purposes"] == ["check_ins", "goals"]
    assert shown["ledger"][0]["text"] == "I agree to weekly check-ins."
    assert shown["ledger"][0]["text_id"].startswith("sha256:")
    riverside.good("consent", "record", "C-001", "--act", "withdraw")
    assert riverside.good("consent", "show", "C-001")["purposes"] == []


def test_an_invitation_binds_a_chat_with_its_code(riverside: Line, phone_company: FakeTwilio, tmp_path: Path) -> None:
    secret, sheet = tmp_path / "token", tmp_path / "sheet.html"
    secret.write_text(telegram.TOKEN)
    with FakeTelegram() as fake:
        arguments = ("--address", telegram.NAME, "--secret-file", str(secret), "--base-url", fake.url)
        sender = riverside.good("sender", "add", "Riverside", "telegram", *arguments)["id"]
        stale = riverside.good("invite", "C-001", "--no-sms")
        told = riverside.good("invite", "C-001", "--sheet", str(sheet))
        assert told["texted"] is True
        token = told["link"].removeprefix(f"https://t.me/{telegram.NAME}?start=")
        assert len(token) == 32
        page = sheet.read_text("utf-8")
        assert (told["code"] in page, token in page, "<svg" in page, 'lang="es"' in page) == (True, True, True, True)
        assert "Valdivia" not in page
        assert stat.S_IMODE(sheet.stat().st_mode) == 0o600
        assert riverside("invite", "C-001", "--sheet", str(sheet)).code == 2, "no file is written over"
        told = riverside.good("invite", "C-001", "--no-sms")
        for secret_word in (token, told["code"], told["link"]):
            assert secret_word.encode() not in riverside.raw()
        with riverside.engine() as engine:
            fake.chats.add(5550100)
            url = f"{PUBLIC}/webhooks/telegram/{sender}"
            fake.webhook, fake.secret = url, _proof(int(sender))
            for text in (f"/start {stale['link'].partition('=')[2]}", f"/start {told['link'].partition('=')[2]}", told["code"]):
                body = fake.update(5550100, text)
                assert engine.conversations.receive(int(sender), web(fake.signed(_json(body), url))) == 204
        ways = {point["channel"]: point["status"] for point in riverside.good("client", "show", "C-001")["contact_points"]}
        assert ways == {"sms": "active", "telegram": "active"}
        bound = riverside("invite", "C-001")
        assert (bound.code, "bound already" in bound.err) == (2, True)
    assert INES not in str(told)


def _proof(sender: int) -> str:
    from bot.channels.channel import SenderConfig
    from bot.channels.telegram import webhook_secret

    return webhook_secret(SenderConfig(sender, "telegram", telegram.NAME, secret=telegram.TOKEN))


def _json(update: dict[str, Any]) -> bytes:
    import json

    return json.dumps(update).encode()
