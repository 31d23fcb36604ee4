"""Outcomes that nobody knows, leases that run out, crisis replies that fail: each is found out, and somebody is told."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.channels.channel import Outgoing
from bot.channels.simulated import Lever
from bot.ports import NoPoints
from bot.values import Ids, MessageClass, Reason
from storage import schema as t
from storage.database import Database
from tests.delivery.builder import NOON, Clock, World, world

pytestmark = pytest.mark.slow

MINUTE = timedelta(minutes=1)
CRISIS, ALERT, REPLY, STAFF, KEYWORD = (
    MessageClass.crisis,
    MessageClass.alert,
    MessageClass.reply,
    MessageClass.staff,
    MessageClass.keyword,
)


def test_an_unknown_that_the_provider_has_was_sent(both: World) -> None:
    client = both.client()
    slot, talk = both.slot(client), both.conversation(client)
    row = both.say(client, slot_id=slot, conversation_id=talk, wait=1, timeout_hours=48.0)
    both.provider.pull(Lever.taken)
    both.deliver()
    assert both.state(row) == ("unknown", Reason.unknown_outcome)
    assert [due["at"] for due in both.dues("settle")] == [NOON + MINUTE, NOON + 10 * MINUTE]
    assert both.dues("timeout") == []
    both.clock.go(minutes=1)
    both.tick()
    assert both.state(row) == ("sent", None)
    assert both.one(t.outbox, row)["provider_message_id"] == "SIM1"
    assert both.one(t.slots, slot)["state"] == "prompted"
    assert len(both.dues("timeout")) == 1
    both.clock.go(minutes=9)
    assert both.tick() == 1
    assert both.dues("settle") == []
    both.deliver()
    assert both.heard == ["How are you?"]


def test_an_unknown_that_the_provider_twice_has_not_got_goes_once_more(both: World) -> None:
    row = both.say(both.client())
    both.provider.pull(Lever.lost)
    both.deliver()
    both.clock.go(minutes=1)
    both.tick()
    assert both.state(row)[0] == "unknown"
    both.clock.go(minutes=9)
    both.tick()
    assert both.state(row) == ("pending", None)
    both.deliver()
    assert (both.state(row), both.heard) == (("sent", None), ["How are you?"])


def test_what_is_stale_by_then_is_not_sent_late(w: World) -> None:
    row = w.say(w.client(), not_after=NOON + 5 * MINUTE)
    w.provider.pull(Lever.lost)
    w.deliver()
    for minutes in (1, 9):
        w.clock.go(minutes=minutes)
        w.tick()
    w.deliver()
    assert (w.state(row), w.heard) == (("expired", Reason.not_after), [])


def test_a_prompt_is_given_back_only_once(w: World) -> None:
    row = w.say(w.client())
    w.provider.pull(Lever.lost, 2)
    w.deliver()
    for minutes in (1, 9, 1, 9):
        w.clock.go(minutes=minutes)
        w.tick()
        w.deliver()
    assert w.state(row) == ("dead", Reason.provider_down)
    assert w.tasks() == [("undeliverable", w.manager)]


def test_two_unknowns_with_the_same_words_are_told_apart(w: World) -> None:
    client = w.client()
    first, second = w.say(client, "same", CRISIS), w.say(client, "same", CRISIS)
    w.provider.pull(Lever.taken)
    w.provider.pull(Lever.lost)
    w.deliver()
    for minutes in (1, 9):
        w.clock.go(minutes=minutes)
        w.tick()
    assert sorted([w.state(first)[0], w.state(second)[0]]) == ["pending", "sent"]
    w.deliver()
    assert w.heard == ["same", "same"]


def telegram(w: World) -> None:
    """The one sender imitates Telegram: no list, no receipts."""
    w.write(sa.update(t.senders).values(channel="telegram"))
    w.lines.forget(w.sender)


UNDECIDED = {
    "a prompt counts as sent, unsure": (MessageClass.prompt, "sent", Reason.unknown_outcome, "unsure", ()),
    "a reply is not repeated": (REPLY, "sent", Reason.unknown_outcome, "unsure", ()),
    "an answer to a keyword is never repeated": (KEYWORD, "sent", Reason.unknown_outcome, "unsure", ()),
    "the writer decides": (STAFF, "sent", Reason.unknown_outcome, "unsure", ("tell_writer",)),
    "a crisis reply is repeated": (CRISIS, "pending", None, "planned", ()),
}


@pytest.mark.parametrize(("cls", "state", "reason", "slot_state", "tasks"), UNDECIDED.values(), ids=UNDECIDED)
@pytest.mark.parametrize("lever", [Lever.lost, Lever.taken])
def test_what_cannot_be_found_out(
    w: World, cls: MessageClass, state: str, reason: Reason | None, slot_state: str, tasks: tuple[str, ...], lever: Lever
) -> None:
    telegram(w)
    client = w.client()
    slot, talk = w.slot(client), w.conversation(client)
    row = w.say(client, cls=cls, slot_id=slot, conversation_id=talk, wait=1, timeout_hours=48.0)
    w.provider.pull(lever)
    w.deliver()
    w.clock.go(minutes=1)
    w.tick()
    assert w.state(row) == (state, reason)
    assert w.one(t.slots, slot)["state"] == slot_state
    assert len(w.dues("timeout")) == (state == "sent")
    assert tuple(kind for kind, _ in w.tasks()) == tasks
    w.deliver()
    assert len(w.heard) == (lever is Lever.taken) + (cls is CRISIS)


def test_a_provider_that_cannot_be_asked_is_asked_later(w: World) -> None:
    row = w.say(w.client())
    w.provider.pull(Lever.lost)
    w.deliver()
    w.write(sa.update(t.senders).values(secret_sealed=None))
    w.lines.forget(w.sender)
    w.clock.go(minutes=1)
    assert w.tick() == 1
    assert w.state(row)[0] == "unknown"
    assert [due["at"] for due in w.dues("settle")] == [NOON + 3 * MINUTE, NOON + 10 * MINUTE]
    w.clock.go(hours=2)
    w.tick()
    assert w.state(row) == ("sent", Reason.unknown_outcome)


# ---------------------------------------------------------------- leases


class Dies(Exception):
    """The worker is gone."""


class DiesAt(NoPoints):
    """As a process that is killed at the point; the test goes on as the next process."""

    def __init__(self, name: str) -> None:
        self.name: str | None = name

    def point(self, name: str) -> None:
        if name == self.name:
            self.name = None
            raise Dies


def died(database: Database, ids: Ids, at: str) -> tuple[World, int, int]:
    w = world(database, ids, points=DiesAt(at), machine=Clock())
    client = w.client()
    slot = w.slot(client)
    row = w.say(client, slot_id=slot)
    with pytest.raises(Dies):
        w.deliverer.deliver(w.clock.at)
    return w, row, slot


@pytest.mark.parametrize("at", ["send.claimed", "send.before-sending-unit"])
def test_what_a_dead_worker_had_claimed_is_free_again_after_its_lease(database: Database, ids: Ids, at: str) -> None:
    w, row, _ = died(database, ids, at)
    assert w.state(row)[0] == "claimed"
    assert w.deliver() == 0
    w.machine.go(seconds=61)
    w.deliver()
    assert (w.state(row), w.heard) == (("sent", None), ["How are you?"])


def crash(w: World, row: int, state: str) -> None:
    """The row as a worker left it that was killed while it was sending."""
    values = {"state": state, "fence": 1, "lease_until": w.machine.at, "sending_at": w.clock.at, "claimed_at": w.clock.at, "attempts": 1}
    w.write(sa.update(t.outbox).where(t.outbox.c.id == row).values(**values))


def test_what_a_dead_worker_was_sending_is_looked_up(memory: Database, ids: Ids) -> None:
    w = world(memory, ids, machine=Clock())
    row = w.say(w.client())
    crash(w, row, "sending")
    assert w.deliver() == 0
    w.machine.go(seconds=1)
    w.deliver()
    assert w.state(row) == ("unknown", Reason.unknown_outcome)
    w.phones.deliver(w.sender, Outgoing(row, "+15550100001", "How are you?"), w.clock.at)
    w.clock.go(minutes=1)
    w.tick()
    assert w.state(row) == ("sent", None)
    assert len(w.heard) == 1


def test_what_a_dead_worker_was_sending_and_the_provider_reported_was_sent(memory: Database, ids: Ids) -> None:
    w = world(memory, ids, machine=Clock())
    row = w.say(w.client())
    crash(w, row, "sending")
    w.write(sa.update(t.outbox).values(delivery=2, provider_message_id="SIM9"))
    w.machine.go(seconds=1)
    w.deliver()
    assert w.state(row) == ("sent", None)


# ---------------------------------------------------------------- crisis replies and alerts


def alerts(w: World) -> list[tuple[str, int]]:
    c = t.alerts.c
    return [(row["kind"], row["user_id"]) for row in w.read(sa.select(c.kind, c.user_id).order_by(c.id))]


def crisis(w: World, **more: object) -> tuple[int, int]:
    client = w.client()
    received = w.received(client)
    flag = w.flag(client, received)
    return w.say(client, "CRISIS", CRISIS, received_id=received, kind="crisis:R1", **more), flag


def test_a_crisis_reply_that_is_refused_alerts_again_at_once(both: World) -> None:
    row, flag = crisis(both)
    both.provider.pull(Lever.refuse, address="+15550100001")
    both.deliver()
    assert both.state(row) == ("dead", Reason.bad_address)
    assert alerts(both) == [("no_reply", both.manager)]
    assert both.one(t.flags, flag)["no_reply"] == 1
    (alert,) = both.heard
    assert "NO" in alert
    c = t.flag_events.c
    assert both.read(sa.select(c.kind).where(c.flag_id == flag).order_by(c.id)) == [{"kind": "crisis_reply"}, {"kind": "alerted"}]


def test_a_crisis_reply_that_expires_alerts_once(w: World) -> None:
    crisis(w, not_after=NOON - MINUTE)
    w.deliver()
    assert alerts(w) == [("no_reply", w.manager)]
    assert len(w.heard) == 1


def test_a_crisis_reply_that_keeps_failing_is_told_of_before_it_is_given_up(w: World) -> None:
    row, _ = crisis(w)
    w.provider.pull(Lever.down, 30, address="+15550100001")
    while not alerts(w):
        w.deliver()
        assert w.state(row)[0] == "retry"
        w.clock.at = w.one(t.outbox, row)["due_at"]
    assert w.clock.at - NOON <= 8 * MINUTE


def test_a_crisis_reply_behind_a_paused_sender_is_told_of(w: World) -> None:
    row, _ = crisis(w)
    w.provider.pull(Lever.misconfigured)
    w.deliver()
    assert w.state(row) == ("held", Reason.sender_paused)
    assert alerts(w) == [("no_reply", w.manager)]


def test_a_crisis_reply_is_told_of_once_and_the_next_one_again(w: World) -> None:
    row, flag = crisis(w)
    w.provider.pull(Lever.misconfigured)
    w.deliver()
    w.write(sa.update(t.senders).values(paused_at=None, paused_reason=None))
    w.clock.at = w.one(t.outbox, row)["due_at"]
    w.provider.pull(Lever.refuse, address="+15550100001")
    w.deliver()
    assert w.state(row)[0] == "dead"
    assert alerts(w) == [("no_reply", w.manager)]
    client = w.one(t.flags, flag)["client_id"]
    received = w.received(client)
    w.row(t.findings, flag_id=flag, received_id=received, rule="r/en", rule_version="1", severity=4, category="self_harm", why="w", at=NOON)
    w.say(client, "CRISIS again", CRISIS, received_id=received)
    w.provider.pull(Lever.refuse, address="+15550100001")
    w.deliver()
    assert alerts(w) == [("no_reply", w.manager)] * 2


def alarm(w: World, **more: object) -> tuple[int, int]:
    flag = w.flag(w.client(), severity=3, **more)
    return w.say(w.manager, "ALERT", ALERT, flag_id=flag, exempt=("rung",), extra={"severity": 4}), flag


def test_an_alert_that_cannot_go_climbs_at_once(both: World) -> None:
    row, flag = alarm(both)
    both.provider.pull(Lever.refuse)
    both.deliver()
    assert both.state(row)[0] == "dead"
    assert [(due["ref_id"], due["stamp"], due["at"]) for due in both.dues("escalate")] == [(flag, 1, NOON)]


def test_the_last_rung_repeats_by_its_own_clock_only(w: World) -> None:
    alarm(w, rung="everybody")
    w.provider.pull(Lever.refuse)
    w.deliver()
    assert w.dues("escalate") == []


def test_an_alert_of_a_closed_flag_is_not_sent(w: World) -> None:
    row, _ = alarm(w, closed_at=NOON)
    w.deliver()
    assert w.state(row) == ("cancelled", Reason.flag_closed)


def test_an_alert_keeps_to_the_persons_own_hours_unless_it_is_critical(w: World) -> None:
    w.write(sa.update(t.users).where(t.users.c.id == w.manager).values(hours={"2": ["14:00", "17:00"]}))
    flag = w.flag(w.client(), severity=3)
    high = w.say(w.manager, "HIGH", ALERT, flag_id=flag, exempt=("rung",), extra={"severity": 3})
    critical = w.say(w.manager, "CRITICAL", ALERT, flag_id=flag, exempt=("rung",), extra={"severity": 4})
    w.deliver()
    assert (w.state(high), w.state(critical)) == (("held", Reason.quiet_hours), ("sent", None))
    assert w.one(t.outbox, high)["due_at"] == NOON + timedelta(hours=2)


def test_an_undecided_alert_is_repeated_a_bounded_number_of_times(w: World) -> None:
    telegram(w)
    row, _ = alarm(w)
    w.provider.pull(Lever.taken, 50)
    for _ in range(20):
        w.deliver()
        w.clock.go(minutes=1)
        w.tick()
    assert w.state(row) == ("dead", Reason.unknown_outcome)
    assert 2 <= len(w.heard) <= 8
