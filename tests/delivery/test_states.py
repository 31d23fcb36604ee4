"""Each arrow of a message's states, and what follows at its end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot import gate
from bot.channels.simulated import Lever
from bot.setting_up.senders import pause_sender
from bot.values import MessageClass, Purpose, Reason
from storage import schema as t
from tests.delivery.builder import NOON, World

HOUR = timedelta(hours=1)


def test_what_is_due_is_sent_once_and_its_slot_is_prompted(both: World) -> None:
    client = both.client()
    slot = both.slot(client)
    row = both.say(client, "How are you?", slot_id=slot)
    assert both.deliver() == 1
    assert both.deliver() == 0
    assert both.heard == ["How are you?"]
    assert both.state(row) == ("sent", None)
    assert both.one(t.slots, slot)["state"] == "prompted"
    sent = both.one(t.outbox, row)
    assert (sent["sent_at"], sent["provider_message_id"], sent["attempts"]) == (NOON, "SIM1", 1)


def test_what_is_due_later_waits_and_next_at_says_until_when(both: World) -> None:
    row = both.say(both.client(), due_at=NOON + HOUR)
    assert both.deliver() == 0
    assert both.house.db.read(both.deliverer.next_at) == NOON + HOUR
    both.clock.go(hours=1)
    assert both.deliver() == 1
    assert both.state(row) == ("sent", None)
    assert both.house.db.read(both.deliverer.next_at) is None


def test_the_no_reply_clock_starts_when_the_message_is_really_sent(w: World) -> None:
    client = w.client()
    talk = w.conversation(client, wait=3)
    w.say(client, conversation_id=talk, wait=3, nudge_hours=24.0, timeout_hours=48.0, due_at=NOON + HOUR)
    w.deliver()
    assert w.dues("nudge") == w.dues("timeout") == []
    w.clock.go(hours=2)
    w.deliver()
    (nudge,), (timeout,) = w.dues("nudge"), w.dues("timeout")
    assert (nudge["at"], timeout["at"]) == (NOON + 26 * HOUR, NOON + 50 * HOUR)
    assert {(row["ref_id"], row["stamp"], row["client_id"]) for row in (nudge, timeout)} == {(talk, 3, client)}


def test_a_nudge_gives_the_rest_of_the_time_from_when_it_came(w: World) -> None:
    client = w.client()
    talk = w.conversation(client)
    w.say(client, conversation_id=talk, wait=1, nudge_hours=24.0, timeout_hours=48.0)
    w.deliver()
    w.clock.go(hours=26)
    w.say(client, kind="nudge", conversation_id=talk, wait=1, timeout_hours=24.0)
    w.deliver()
    assert [row["at"] for row in w.dues("timeout")] == [NOON + 50 * HOUR]


def test_buttons_travel_with_their_labels_and_tokens(w: World) -> None:
    w.say(w.client(), "Ready?", buttons=("t1", "t2"), labels=["Yes", "No"])
    w.deliver()
    (accepted,) = [one for _, one in w.phones.accepted]
    assert [(button.label, button.token) for button in accepted.outgoing.buttons] == [("Yes", "t1"), ("No", "t2")]


# ---------------------------------------------------------------- held, dropped


def held_client(w: World) -> int:
    return w.client(held_at=NOON)


def night_client(w: World) -> int:
    return w.client(zone="Pacific/Honolulu")  # 2 in the morning


def flagged(w: World) -> int:
    client = w.client()
    w.flag(client)
    return client


def stopped(w: World) -> int:
    client = w.client()
    w.write(sa.update(t.addresses).where(t.addresses.c.id == w.address_of(client)).values(stopped_at=NOON, stopped_why="keyword"))
    return client


def paused_sender(w: World) -> int:
    w.write(sa.update(t.senders).values(paused_at=NOON, paused_reason="paused by a person"))
    return w.client()


def held_programme(w: World) -> int:
    w.write(sa.update(t.programmes).values(held_at=NOON, generation=2))
    return w.client()


def draft_programme(w: World) -> int:
    w.write(sa.update(t.programmes).values(status="draft"))
    return w.client()


@dataclass(frozen=True)
class Case:
    """A client in some situation, a message to them, and how it stands after one pass."""

    client: Any
    state: str
    reason: Reason | None
    cls: MessageClass = MessageClass.prompt
    due: timedelta | None = None
    more: dict[str, Any] | None = None
    tasks: tuple[str, ...] = ()


QUARTER = timedelta(minutes=15)
CASES = {
    "a client on hold waits": Case(held_client, "held", Reason.client_held, due=QUARTER),
    "an appointment reminder of a client on hold is a work item": Case(
        held_client, "held", Reason.client_held, due=QUARTER, more={"purpose": Purpose.appointments}, tasks=("remind_by_phone",)
    ),
    "quiet hours hold until they are over": Case(night_client, "held", Reason.quiet_hours, due=7 * HOUR),
    "what is useless by the morning expires": Case(
        night_client, "expired", Reason.not_after, more={"not_after": NOON + HOUR, "purpose": Purpose.appointments},
        tasks=("remind_by_phone",),
    ),
    "a crisis reply ignores quiet hours": Case(night_client, "sent", None, MessageClass.crisis),
    "an open critical flag holds a prompt": Case(flagged, "held", Reason.open_critical_flag, due=QUARTER),
    "an open critical flag lets a person's message go": Case(flagged, "sent", None, MessageClass.staff),
    "a stopped address gets no prompt": Case(stopped, "cancelled", Reason.stopped),
    "the writer hears of a stop": Case(stopped, "cancelled", Reason.stopped, MessageClass.staff, tasks=("tell_writer",)),
    "a stopped address gets a crisis reply": Case(stopped, "sent", None, MessageClass.crisis),
    "a paused sender keeps everything": Case(paused_sender, "held", Reason.sender_paused, due=QUARTER),
    "a held programme keeps prompts": Case(held_programme, "held", Reason.programme_held, due=QUARTER),
    "a held programme lets a crisis reply go": Case(held_programme, "sent", None, MessageClass.crisis),
    "a draft programme keeps prompts, and says why": Case(draft_programme, "held", Reason.programme_not_active, due=QUARTER),
    "a draft programme answers a keyword": Case(draft_programme, "sent", None, MessageClass.keyword),
    "no consent, no prompt": Case(lambda w: w.client(consents=()), "cancelled", Reason.no_consent),
    "another purpose is no consent": Case(lambda w: w.client(consents=("goals",)), "cancelled", Reason.no_consent),
    "the invitation needs none, once": Case(
        lambda w: w.client(consents=()), "sent", None, more={"purpose": Purpose.service, "exempt": ("invitation",)}
    ),
    "a line about the line needs none": Case(lambda w: w.client(consents=()), "sent", None, MessageClass.reply,
                                             more={"exempt": ("consent",)}),
    "a client who has paused gets no prompt": Case(lambda w: w.client(status="paused"), "cancelled", Reason.paused_by_client),
    "too late is too late": Case(lambda w: w.client(), "expired", Reason.not_after, more={"not_after": NOON - HOUR}),
    "a crisis reply that is too late is for a person": Case(
        lambda w: w.client(), "expired", Reason.not_after, MessageClass.crisis, more={"not_after": NOON - HOUR}
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_gate_is_asked_before_anything_goes(w: World, case: Case) -> None:
    client = case.client(w)
    slot = w.slot(client)
    row = w.say(client, cls=case.cls, slot_id=slot, **(case.more or {}))
    w.deliver()
    assert w.state(row) == (case.state, case.reason)
    if case.due is not None:
        assert w.one(t.outbox, row)["due_at"] == NOON + case.due
    assert len(w.heard) == (case.state == "sent")
    assert tuple(kind for kind, _ in w.tasks()) == case.tasks
    expected = {"sent": "prompted", "held": "held", "cancelled": "skipped", "expired": "expired"}[case.state]
    assert (w.one(t.slots, slot)["state"], w.one(t.slots, slot)["reason"]) == (expected, case.reason)
    if case.reason is not None:
        assert gate.sentence(case.reason)


def test_what_was_held_goes_when_its_time_has_come(w: World) -> None:
    row = w.say(w.client(zone="Pacific/Honolulu"))
    w.deliver()
    w.clock.go(hours=7)
    assert w.house.db.read(w.deliverer.next_at) == w.clock.at
    w.deliver()
    assert w.state(row) == ("sent", None)


def test_a_hold_without_end_is_asked_again_until_it_expires(w: World) -> None:
    row = w.say(w.client(held_at=NOON), not_after=NOON + timedelta(minutes=20))
    w.deliver()
    w.clock.go(minutes=15)
    w.deliver()
    assert w.one(t.outbox, row)["due_at"] == NOON + timedelta(minutes=20, seconds=1)
    w.clock.at = w.one(t.outbox, row)["due_at"]
    w.deliver()
    assert w.state(row) == ("expired", Reason.not_after)


def test_a_question_that_never_goes_does_not_block_the_address(w: World) -> None:
    client = w.client()
    talk = w.conversation(client)
    greeting = w.say(client, "Hello", kind="say", conversation_id=talk, due_at=NOON + HOUR)
    w.say(client, conversation_id=talk, wait=1, timeout_hours=48.0, not_after=NOON - HOUR)
    w.deliver()
    assert w.one(t.conversations, talk)["status"] == "interrupted"
    assert w.one(t.conversations, talk)["closed_at"] == NOON
    assert w.state(greeting) == ("cancelled", Reason.conversation_over)


def test_a_nudge_that_never_goes_leaves_the_conversation_open(w: World) -> None:
    client = w.client()
    talk = w.conversation(client)
    w.say(client, kind="nudge", conversation_id=talk, wait=1, timeout_hours=1.0, not_after=NOON - HOUR)
    w.deliver()
    assert w.one(t.conversations, talk)["closed_at"] is None


LATE_QUESTIONS = {
    "its conversation is over": ({"closed_at": NOON}, Reason.conversation_over),
    "a newer question waits": ({"wait": 2}, Reason.superseded),
}


@pytest.mark.parametrize(("talk", "reason"), LATE_QUESTIONS.values(), ids=LATE_QUESTIONS)
def test_a_question_that_nobody_waits_for_is_not_asked(w: World, talk: dict[str, Any], reason: Reason) -> None:
    client = w.client()
    talk_id = w.conversation(client, **talk)
    row = w.say(client, cls=MessageClass.reply, conversation_id=talk_id, wait=1, timeout_hours=48.0)
    w.deliver()
    assert w.state(row) == ("cancelled", reason)
    assert w.one(t.conversations, talk_id)["status"] == "open"


def test_a_reminder_of_a_cancelled_appointment_is_not_sent(w: World) -> None:
    client = w.client()
    appointment = w.row(t.appointments, client_id=client, starts_at=NOON + 30 * HOUR, zone="UTC", status="cancelled", created_at=NOON)
    row = w.say(client, purpose=Purpose.appointments, appointment_id=appointment)
    w.deliver()
    assert w.state(row) == ("cancelled", Reason.appointment_over)


def test_the_programmes_cap_counts_by_the_clients_day_and_not_within_a_conversation(w: World) -> None:
    w.write(sa.update(t.programmes).values(settings={"cap_per_day": 2}, generation=5))
    client = w.client()
    talk = w.conversation(client)
    first = [w.say(client, f"m{n}") for n in range(3)]
    within = [w.say(client, f"t{n}", conversation_id=talk) for n in range(2)]
    w.deliver()
    assert [w.state(row) for row in first] == [("sent", None), ("sent", None), ("cancelled", Reason.capped)]
    assert [w.state(row)[0] for row in within] == ["cancelled", "cancelled"]
    w.clock.go(days=1)
    again = [w.say(client, f"t{n}", conversation_id=talk) for n in range(3)]
    w.deliver()
    assert [w.state(row)[0] for row in again] == ["sent", "sent", "sent"]
    assert w.state(w.say(client, "over")) == ("pending", None)
    w.deliver()
    assert w.heard == ["m0", "m1", "t0", "t1", "t2"]


def test_all_that_one_welcome_says_is_one_invitation(w: World) -> None:
    client = w.client(consents=())
    talk = w.conversation(client)
    more = {"purpose": Purpose.service, "exempt": ("invitation",)}
    both = [w.say(client, text, conversation_id=talk, **more) for text in ("Welcome", "May we write?")]
    w.deliver()
    assert [w.state(row)[0] for row in both] == ["sent", "sent"]
    w.write(sa.update(t.conversations).values(closed_at=NOON, status="expired"))
    second = w.say(client, "Welcome again", conversation_id=w.conversation(client), **more)
    w.deliver()
    assert w.state(second) == ("cancelled", Reason.no_consent)


# ---------------------------------------------------------------- what the provider says


def test_a_provider_that_is_down_is_tried_again_until_it_is_back(w: World) -> None:
    row = w.say(w.client())
    w.provider.pull(Lever.down, 2)
    w.deliver()
    assert w.state(row) == ("retry", Reason.provider_down)
    assert w.one(t.outbox, row)["due_at"] == NOON + timedelta(seconds=5)
    w.clock.go(seconds=5)
    w.deliver()
    assert w.one(t.outbox, row)["due_at"] == NOON + timedelta(seconds=20)
    w.clock.go(seconds=15)
    w.deliver()
    assert w.state(row) == ("sent", None)
    assert w.heard == ["How are you?"]


def test_attempts_are_bounded_and_then_a_person_is_told(w: World) -> None:
    client = w.client()
    row = w.say(client)
    w.provider.pull(Lever.down, 50)
    for _ in range(20):
        w.deliver()
        if w.state(row)[0] != "retry":
            break
        w.clock.at = w.one(t.outbox, row)["due_at"]
    assert w.state(row) == ("dead", Reason.provider_down)
    assert w.one(t.outbox, row)["attempts"] == 8
    assert w.tasks() == [("undeliverable", w.manager)]


def test_too_fast_waits_as_long_as_the_provider_says_and_the_whole_sender_with_it(w: World) -> None:
    first, second = w.say(w.client()), w.say(w.client("+15550100002"), due_at=NOON + timedelta(seconds=1))
    w.provider.pull(Lever.throttle)
    w.deliver()
    assert w.state(first)[0] == "retry"
    w.clock.go(seconds=1)
    assert w.deliver() == 0
    at = w.house.db.read(w.deliverer.next_at)
    assert at is not None
    assert timedelta(seconds=5) <= at - NOON < timedelta(seconds=5.3)
    w.clock.at = NOON + timedelta(seconds=4.9)
    assert w.deliver() == 0
    w.clock.at = at + timedelta(seconds=0.1)
    w.deliver()
    assert (w.state(first)[0], w.state(second)[0]) == ("sent", "sent")


def test_too_fast_is_no_failed_attempt(w: World) -> None:
    row = w.say(w.client())
    w.provider.pull(Lever.throttle, 12)
    w.provider.pull(Lever.down)
    for _ in range(13):
        w.deliver()
        assert w.state(row)[0] == "retry"
        w.clock.go(seconds=6)
    w.deliver()
    assert w.state(row) == ("sent", None)


def test_a_wrong_number_is_never_tried_again(w: World) -> None:
    client = w.client()
    slot = w.slot(client)
    row = w.say(client, slot_id=slot)
    w.provider.pull(Lever.refuse)
    w.deliver()
    assert w.state(row) == ("dead", Reason.bad_address)
    assert w.one(t.outbox, row)["provider_code"] == "21211"
    assert (w.one(t.slots, slot)["state"], w.one(t.slots, slot)["reason"]) == ("skipped", "bad_address")
    assert w.tasks() == [("undeliverable", w.manager)]


SHUT_OUT = {
    "stopped at the provider": (None, Reason.stopped, "provider", "stopped", "active"),
    "blocked": (Lever.blocked, Reason.blocked, "blocked", "blocked", "blocked"),
}


@pytest.mark.parametrize(("lever", "reason", "why", "kind", "point"), SHUT_OUT.values(), ids=SHUT_OUT)
def test_who_is_shut_out_at_the_provider_is_stopped_here_too(
    both: World, lever: Lever | None, reason: Reason, why: str, kind: str, point: str
) -> None:
    client = both.client()
    row, later = both.say(client), both.say(client, due_at=NOON + HOUR)
    if lever is None:
        both.write(sa.update(t.senders).values(stop="provider"))
        both.phones.filter(both.sender, "+15550100001", on=True)
    else:
        both.provider.pull(lever)
    both.deliver()
    assert both.state(row) == ("dead", reason)
    address = both.one(t.addresses, both.address_of(client))
    assert (address["stopped_at"], address["stopped_why"]) == (NOON, why)
    assert both.state(later) == ("cancelled", Reason.stopped)
    assert both.tasks() == [(kind, both.manager)]
    c = t.contact_points.c
    assert both.read(sa.select(c.status).where(c.owner_id == client)) == [{"status": point}]


def test_a_sender_that_is_refused_is_paused_until_a_person_resumes_it(both: World) -> None:
    rows = [both.say(both.client(f"+1555010000{n}")) for n in range(3)]
    both.provider.pull(Lever.misconfigured, 3)
    both.deliver()
    assert [both.state(row) for row in rows] == [("held", Reason.sender_paused)] * 3
    sender = both.one(t.senders, both.sender)
    assert (sender["paused_at"], sender["paused_reason"]) == (NOON, "misconfigured")
    assert both.tasks() == [("sender_paused", both.supervisor)]

    both.clock.go(minutes=1)
    both.provider._levers.clear()
    assert pause_sender(both.house, both.sender, paused=False)
    assert both.tasks() == []
    both.deliver()
    assert [both.state(row)[0] for row in rows] == ["sent"] * 3


def test_one_message_that_cannot_be_opened_keeps_nobody_waiting(w: World) -> None:
    spoilt, good = w.say(w.client()), w.say(w.client("+15550100002"), "fine")
    w.write(sa.update(t.outbox).where(t.outbox.c.id == spoilt).values(text_sealed=b"\x01" + b"x" * 60))
    w.deliver()
    assert w.heard == ["fine"]
    assert w.state(good)[0] == "sent"
    assert w.state(spoilt)[0] not in ("sending", "sent")


def test_no_text_number_or_name_is_logged(w: World, capsys: pytest.CaptureFixture[str]) -> None:
    w.say(w.client(), "zebra words")
    w.say(w.client("+15550100002"), "zebra words")
    w.provider.pull(Lever.refuse)
    w.deliver()
    shown = "".join(capsys.readouterr())
    assert "message sent" in shown
    assert "zebra" not in shown
    assert "+1555" not in shown
