"""Nobody answers: reminder, the other way, a work item, the last check, the pause; and what is not silence at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from bot import silence
from bot.contacts import log_contact, resume
from bot.errors import NotAllowed, WrongUse
from bot.setting_up.clients import NewClient, add_client
from bot.setting_up.consents import record_consent
from bot.setting_up.enrolments import enrol
from bot.values import Delivery, Reason, Severity
from storage import people
from storage import schema as t
from storage.silence import Quiet
from tests.world import PURPOSES, TUESDAY, World

QUIET = Quiet(
    arrived=True,
    stopped=False,
    heard_at=None,
    other_point=None,
    elsewhere=False,
    misses=0,
    usual=(0, 0),
    open_concern=False,
    high_risk=False,
)
V = silence.Verdict
LATER = TUESDAY + timedelta(hours=1)

ENDED = {
    "silent, and no other way": (QUIET, "weekly-pulse", V(task="silent", missed=1, counts=True)),
    "another way is tried first": (replace(QUIET, other_point=7), "weekly-pulse", V(elsewhere=True, missed=1, counts=True)),
    "by the other way too, where a clock runs already": (
        replace(QUIET, elsewhere=True, misses=1),
        "weekly-pulse",
        V(missed=1, counts=True),
    ),
    "the third in a row": (replace(QUIET, misses=2), "weekly-pulse", V(task="silent", missed=3, last_check=True, counts=True)),
    "the fourth brings no second last check": (replace(QUIET, misses=3), "weekly-pulse", V(task="silent", missed=4, counts=True)),
    "the last check itself": (replace(QUIET, misses=0), "still-there", V(task="paused", pause=True, counts=True)),
    "it never arrived": (replace(QUIET, arrived=False, other_point=7), "weekly-pulse", V(task="undeliverable")),
    "the client has stopped": (replace(QUIET, stopped=True), "weekly-pulse", V()),
    "stopped weighs more than undelivered": (replace(QUIET, stopped=True, arrived=False), "weekly-pulse", V()),
    "somebody spoke with them since": (replace(QUIET, heard_at=LATER), "weekly-pulse", V()),
    "somebody spoke with them before": (
        replace(QUIET, heard_at=TUESDAY - timedelta(days=1)),
        "weekly-pulse",
        V(task="silent", missed=1, counts=True),
    ),
}


@pytest.mark.parametrize(("quiet", "flow", "verdict"), ENDED.values(), ids=ENDED)
def test_a_conversation_without_an_answer(quiet, flow, verdict):
    assert silence.ended(quiet, TUESDAY, flow) == verdict


WEIGHS = {
    "nobody in particular": (QUIET, None, None),
    "a concern is open": (replace(QUIET, open_concern=True), "silence.open-concern", "silence.open-concern"),
    "high risk": (replace(QUIET, high_risk=True), "silence.high-risk", "silence.high-risk"),
    "used to answer, which can wait for the second day": (replace(QUIET, usual=(4, 3)), None, "silence.used-to-answer"),
    "two answers are no habit": (replace(QUIET, usual=(2, 2)), None, None),
    "answers half of the time": (replace(QUIET, usual=(4, 2)), None, None),
    "heard of since": (replace(QUIET, open_concern=True, heard_at=LATER), None, None),
    "stopped": (replace(QUIET, high_risk=True, stopped=True), None, None),
}


@pytest.mark.parametrize(("quiet", "first", "second"), WEIGHS.values(), ids=WEIGHS)
def test_silence_weighs_more(quiet, first, second):
    reminded, ended = silence.reminded(quiet, TUESDAY), silence.ended(quiet, TUESDAY, "weekly-pulse").finding
    assert [one.rule if one else None for one in (reminded, ended)] == [first, second]
    assert {one.severity for one in (reminded, ended) if one} <= {Severity.review}


# ---------------------------------------------------------------- in the house


def two_ways(world: World) -> int:
    """A client with a phone and a Telegram chat."""
    new = NewClient("Una", world.staff["ana"].id, language="en", country="US", zone="America/New_York", phone="+12025550140")
    client = add_client(world.house, world.programme, replace(new, telegram_chat="7100000040")).id
    record_consent(world.house, client, PURPOSES, how="paper")
    return client


@pytest.mark.slow
def test_after_two_days_the_other_way_and_on_the_third_a_work_item():
    world = World()
    client = two_ways(world)
    enrol(world.house, client, "weekly-pulse", every="once", at="10:30")
    world.walk(hours=1)
    kinds = lambda: [(row["kind"], row["sender_id"]) for row in world.rows("outbox", client_id=client) if row["sent_at"]]  # noqa: E731
    sms, telegram = world.senders["sms"], world.senders["telegram"]
    assert kinds() == [("ask", sms)]
    world.walk(hours=24)
    assert kinds() == [("ask", sms), ("nudge", sms)]
    world.walk(hours=24)
    assert kinds() == [("ask", sms), ("nudge", sms), ("ask", telegram)]
    assert [row["kind"] for row in world.rows("tasks", client_id=client)] == []
    world.walk(hours=25)
    assert [row["kind"] for row in world.rows("tasks", client_id=client)] == ["silent"]
    world.walk(days=3)
    assert [row["misses"] for row in world.rows("enrolments", client_id=client)] == [1]
    assert [row["state"] for row in world.rows("slots", client_id=client)] == ["prompted", "prompted"]


@pytest.mark.slow
def test_an_answer_by_the_other_way_leaves_no_work_item():
    world = World()
    client = two_ways(world)
    enrol(world.house, client, "weekly-pulse", every="once", at="10:30")
    world.walk(hours=50)
    world.addresses["una"] = ("telegram", "7100000040")
    world.client_texts("una", "1")
    world.walk(days=3)
    assert [row["kind"] for row in world.rows("tasks", client_id=client)] == []


def weekly(world: World, weeks: float, who: str = "eve") -> None:
    enrol(world.house, world.clients[who], "weekly-pulse", every="week", at="10:30")
    world.walk(days=7 * weeks)


@pytest.mark.slow
def test_three_in_a_row_bring_a_last_check_and_silence_after_it_a_pause():
    world = World()
    weekly(world, 2.5)
    assert "Shall we go on writing?" in world.said_to("eve")[-1]
    world.walk(days=3)
    assert world.tasks("eve") == ["silent", "paused"]
    assert {row["flow"]: row["status"] for row in world.rows("enrolments")} == {"weekly-pulse": "paused", "still-there": "paused"}
    heard = len(world.said_to("eve"))
    world.walk(days=21)
    assert len(world.said_to("eve")) == heard
    assert Reason.not_answered in {row["reason"] for row in world.rows("slots")}


@pytest.mark.slow
def test_a_person_lets_a_paused_client_go_on():
    world = World()
    weekly(world, 4)
    assert resume(world.house, world.staff["ana"], world.clients["eve"]) == 2
    heard = len(world.said_to("eve"))
    world.walk(days=8)
    assert len(world.said_to("eve")) > heard
    assert "paused" not in world.tasks("eve")


@pytest.mark.slow
def test_an_answer_to_the_last_check_goes_on():
    world = World()
    weekly(world, 2.5)
    world.client_texts("eve", "1")
    world.walk(days=3)
    assert "paused" not in world.tasks("eve")
    assert {row["status"] for row in world.rows("enrolments")} == {"active"}


@pytest.mark.slow
def test_a_client_who_wants_a_pause_gets_one_and_the_case_manager_is_told():
    world = World()
    weekly(world, 2.5)
    world.client_texts("eve", "2")
    assert "paused" in world.tasks("eve")
    assert "we will ask nothing for now" in world.said_to("eve")[-1]
    assert "active" not in {row["status"] for row in world.rows("enrolments", flow="weekly-pulse")}


@pytest.mark.slow
def test_any_word_of_the_client_begins_the_count_anew():
    world = World()
    weekly(world, 1.9)
    world.client_texts("eve", "sorry, I was away")
    world.walk(days=8)
    assert not any("Shall we go on writing?" in text for text in world.said_to("eve"))


def test_what_did_not_arrive_is_no_silence():
    world = World()
    world.ask("eve")
    values = {"delivery": int(Delivery.undelivered)}
    world.house.db.write(0, lambda c: c.execute(sa.update(t.outbox).where(t.outbox.c.kind == "ask").values(**values)))
    world.house.db.write(0, lambda c: c.execute(sa.delete(t.due).where(t.due.c.kind == "nudge")))
    world.walk(days=3)
    assert world.tasks("eve") == ["undeliverable"]
    assert [row["misses"] for row in world.rows("enrolments")] == [0]
    assert [row["status"] for row in world.rows("conversations")] == ["interrupted"]


def test_who_stopped_is_not_silent():
    world = World()
    world.ask("eve")
    world.client_texts("eve", "STOP")
    world.walk(days=3)
    assert world.tasks("eve") == ["stopped"]


def test_a_high_risk_client_is_looked_at_after_a_day():
    world = World()
    world.house.db.write(0, lambda c: people.change(c, t.clients, world.clients["eve"], tags=["high-risk"]))
    world.ask("eve")
    world.walk(hours=25)
    assert [(flag["category"], flag["severity"]) for flag in world.flags("eve")] == [("silence", Severity.review)]
    world.walk(days=2)
    assert [row["rule"] for row in world.rows("findings")] == ["silence.high-risk"] * 2
    assert len(world.flags("eve")) == 1


def test_a_logged_contact_stops_reminder_and_silence():
    world = World()
    world.ask("eve")
    world.walk(hours=20)
    log_contact(world.house, world.staff["ana"], world.clients["eve"], how="phone", note="I phoned her, all well.")
    world.walk(days=3)
    assert world.kinds("eve") == ["ask"]
    assert world.tasks("eve") == []
    (contact,) = world.rows("contacts")
    assert b"phoned" not in contact["note_sealed"]
    assert [row["action"] for row in world.rows("audit", chain_id=world.clients["eve"])][-1] == "client.contact"


def test_a_try_that_failed_stops_nothing():
    world = World()
    world.ask("eve")
    log_contact(world.house, world.staff["ana"], world.clients["eve"], how="phone", reached=False)
    world.walk(days=3)
    assert world.tasks("eve") == ["silent"]


def test_a_contact_settles_the_work_item_of_silence():
    world = World()
    world.ask("eve")
    world.walk(days=3)
    log_contact(world.house, world.staff["ana"], world.clients["eve"], how="visit")
    assert world.tasks("eve") == []


WRONG = {
    "by no known way": {"how": "pigeon"},
    "in the future": {"how": "phone", "at": TUESDAY + timedelta(days=1)},
    "a year ago": {"how": "phone", "at": TUESDAY - timedelta(days=365)},
    "with a novel": {"how": "phone", "note": "x" * 4001},
}


@pytest.mark.parametrize("given", WRONG.values(), ids=WRONG)
def test_a_contact_that_cannot_be_is_refused(given):
    world = World()
    with pytest.raises(WrongUse):
        log_contact(world.house, world.staff["ana"], world.clients["eve"], **given)
    assert world.rows("contacts") == []


def test_a_contact_is_logged_for_ones_own_clients_only():
    world = World()
    with pytest.raises(NotAllowed):
        log_contact(world.house, world.staff["ben"], world.clients["eve"], how="phone")
    with pytest.raises(NotAllowed):
        resume(world.house, world.staff["ben"], world.clients["eve"])


def test_what_a_client_heard_is_told_by_the_newest_of_both():
    moment = datetime.fromisoformat("2026-03-03T10:00+00:00")
    assert silence.heard_since(replace(QUIET, heard_at=moment), moment) is False
