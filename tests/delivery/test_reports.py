"""Delivery reports: forward only, in any order, twice; what a failure sets off; what a report proves."""

from __future__ import annotations

import itertools

import pytest
import sqlalchemy as sa

from bot.channels.simulated import Lever
from bot.values import Delivery, MessageClass, Reason
from storage import delivery
from storage import schema as t
from storage.delivery import Report
from tests.delivery.builder import NOON, World

pytestmark = pytest.mark.slow

QUEUED, SENT, FAILED, UNDELIVERED, DELIVERED = Delivery.queued, Delivery.sent, Delivery.failed, Delivery.undelivered, Delivery.delivered


def told(w: World, what: Delivery, row: int | None, message: str = "SIM1", *, code: str | None = None, reason: str | None = None) -> bool:
    report = Report(w.sender, row, message, what, code, reason)
    return w.house.db.write(w.sender, lambda connection: delivery.settle(connection, w.house.ports.ids, report, w.clock.at))


def sent(w: World, cls: MessageClass = MessageClass.prompt) -> int:
    row = w.say(w.client(), cls=cls)
    w.deliver()
    return row


@pytest.mark.parametrize("order", list(itertools.permutations([QUEUED, SENT, DELIVERED])))
def test_reports_in_any_order_end_where_the_message_did(w: World, order: tuple[Delivery, ...]) -> None:
    row = sent(w)
    for what in order * 2:
        told(w, what, row)
    stands = w.one(t.outbox, row)
    assert (stands["delivery"], stands["delivered_at"], stands["state"]) == (DELIVERED, NOON, "sent")


def test_a_late_failure_never_hides_a_delivery(w: World) -> None:
    row = sent(w)
    assert told(w, DELIVERED, row)
    assert not told(w, FAILED, row, code="30003", reason="bad_address")
    assert w.one(t.outbox, row)["reason"] is None
    assert w.tasks() == []


def test_what_is_not_delivered_is_a_work_item_with_its_reason(both: World) -> None:
    row = sent(both)
    assert told(both, UNDELIVERED, row, code="30005", reason="bad_address")
    stands = both.one(t.outbox, row)
    assert (stands["state"], stands["reason"], stands["provider_code"]) == ("sent", "bad_address", "30005")
    assert both.tasks() == [("undeliverable", both.manager)]
    assert not told(both, UNDELIVERED, row, code="30005", reason="bad_address")
    assert told(both, DELIVERED, row)
    assert both.tasks() == []


def test_a_report_without_our_id_is_found_by_the_providers(w: World) -> None:
    row = sent(w)
    assert told(w, DELIVERED, None)
    assert w.one(t.outbox, row)["delivery"] == DELIVERED


def test_a_report_about_another_senders_message_changes_nothing(w: World) -> None:
    row = sent(w)
    other = w.new_sender()
    report = Report(other, row, "SIM1", DELIVERED)
    assert not w.house.db.write(0, lambda connection: delivery.settle(connection, w.house.ports.ids, report, NOON))
    assert not told(w, DELIVERED, 12345, "SIM999")
    assert w.one(t.outbox, row)["delivery"] == 0


def test_a_report_settles_an_unknown_as_sent(w: World) -> None:
    client = w.client()
    slot, talk = w.slot(client), w.conversation(client)
    row = w.say(client, slot_id=slot, conversation_id=talk, wait=1, timeout_hours=48.0)
    w.provider.pull(Lever.taken)
    w.deliver()
    w.clock.go(seconds=20)
    told(w, SENT, row)
    stands = w.one(t.outbox, row)
    assert (stands["state"], stands["reason"], stands["provider_message_id"]) == ("sent", None, "SIM1")
    assert w.one(t.slots, slot)["state"] == "prompted"
    assert len(w.dues("timeout")) == 1
    w.clock.go(minutes=10)
    w.tick()
    w.deliver()
    assert w.heard == ["How are you?"]


def test_a_report_takes_back_a_repeat_that_still_waits(w: World) -> None:
    row = w.say(w.client())
    w.provider.pull(Lever.lost)
    w.deliver()
    for minutes in (1, 9):
        w.clock.go(minutes=minutes)
        w.tick()
    assert w.state(row)[0] == "pending"
    told(w, DELIVERED, row)
    w.deliver()
    assert (w.state(row), w.heard) == (("sent", None), [])


def test_an_alert_that_was_not_delivered_climbs_at_once(w: World) -> None:
    flag = w.flag(w.client(), severity=4)
    row = w.say(w.manager, "ALERT", MessageClass.alert, flag_id=flag, exempt=("rung",), extra={"severity": 4})
    w.deliver()
    told(w, UNDELIVERED, row, reason="bad_address")
    assert [(due["ref_id"], due["stamp"]) for due in w.dues("escalate")] == [(flag, 1)]


@pytest.mark.parametrize("late", [None, DELIVERED], ids=["it did not arrive", "it did, after all"])
def test_a_crisis_reply_that_was_not_delivered_is_told_of_within_a_tick(w: World, late: Delivery | None) -> None:
    client = w.client()
    received = w.received(client)
    flag = w.flag(client, received)
    row = w.say(client, "CRISIS", MessageClass.crisis, received_id=received)
    w.deliver()
    told(w, UNDELIVERED, row, reason="bad_address")
    if late is not None:
        told(w, late, row)
    assert w.tick() == 1
    assert w.one(t.flags, flag)["no_reply"] == (late is None)
    assert len(w.read(sa.select(t.alerts))) == (late is None)
    assert w.dues("settle") == []


def test_a_reason_has_a_sentence_and_no_report_can_bring_another(w: World) -> None:
    row = sent(w)
    told(w, FAILED, row, code="99999")
    assert w.state(row) == ("sent", Reason.refused)
