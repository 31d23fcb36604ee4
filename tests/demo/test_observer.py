"""The observer finds what must not happen: each fault is planted into a clean record, and counted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from bot.cli.demo import calendar
from bot.cli.demo.headless import holds
from bot.cli.demo.observer import Known, Observer
from bot.values import Severity
from storage import schema as t
from tests.world import CLIENTS, STAFF, TUESDAY, World

pytestmark = pytest.mark.slow

NEW_YORK = ZoneInfo("America/New_York")
NIGHT = datetime(2026, 3, 4, 4, 30, tzinfo=UTC)


def observe(world: World) -> dict[str, Any]:
    phones = {address: Known(ZoneInfo(zone)) for _, _, zone, _, _, address in CLIENTS.values()}
    phones |= {address: Known(NEW_YORK, None) for _, _, address in STAFF.values()}
    return Observer(world, phones, "America/New_York", TUESDAY, world.clock.now()).totals()


def played() -> World:
    """A check-in, an answer, a stop, a concern that climbed."""
    world = World()
    world.ask("eve")
    world.client_texts("eve", "2")
    world.ask("ed", "goal-progress")
    world.client_texts("ed", "Stop", meant="stop")
    world.client_texts("inés", "quiero morirme")
    world.walk(minutes=20)
    world.presses("sam")
    return world


def test_a_clean_record_holds_and_everything_in_it_is_counted():
    totals = observe(played())
    assert holds(totals)
    assert totals["prompts"] == {"planned": 2, "sent": 2, "held": 0, "skipped": 0, "expired": 0, "unsure": 0}
    assert totals["replies"] == {"received": 4, "stored": 4, "answers": 1, "unread": 0, "quarantined": 0}
    assert totals["flags"]["critical"] == {"opened": 1, "acknowledged": 1, "escalated": 1, "overdue": 0}
    assert totals["stops"] == 1


def move(world: World, kind: str, at: datetime) -> None:
    """Say that a message arrived at another time."""
    kinds = {row["id"]: row["kind"] for row in world.rows("outbox")}
    for place, (sender, accepted) in enumerate(world.phones.accepted):
        if kinds[accepted.outgoing.outbox_id] == kind:
            world.phones.accepted[place] = (sender, replace(accepted, at=at))
            return
    raise AssertionError(f"nothing of kind {kind} arrived")


def again(world: World, name: str) -> None:
    """Say that the first message to somebody arrived once more, now."""
    sender, first = next(one for one in world.phones.accepted if one[1].address == world.addresses[name][1])
    world.phones.accepted.append((sender, replace(first, at=world.clock.now())))


def change(world: World, *statements: sa.UpdateBase) -> None:
    world.house.db.write(0, lambda connection: [connection.execute(statement) for statement in statements] and None)


def unslot(world: World) -> None:
    change(world, sa.delete(t.slots).where(t.slots.c.client_id == world.clients["eve"]))


def unstore(world: World) -> None:
    change(world, sa.update(t.received).where(t.received.c.road == "answer").values(provider_message_id="other"))


def unreason(world: World) -> None:
    change(world, sa.update(t.slots).values(state="skipped", reason=None))


def undeliver(world: World) -> None:
    world.phones.accepted.pop(0)


PLANTED: dict[str, tuple[Callable[[World], None], str, int]] = {
    "a prompt at night": (lambda world: move(world, "ask", NIGHT), "quiet_hours", 1),
    "a reply at night, long after the client wrote": (lambda world: move(world, "say", NIGHT), "quiet_hours", 1),
    "a crisis reply three hours late": (lambda world: move(world, "crisis:R1", TUESDAY + timedelta(hours=3)), "stale", 1),
    "a prompt two days late": (lambda world: move(world, "ask", TUESDAY + timedelta(days=2)), "stale", 1),
    "a prompt after STOP": (lambda world: again(world, "ed"), "after_stop", 1),
    "a slot prompted twice": (lambda world: again(world, "eve"), "duplicate", 1),
    "a slot that is not there": (unslot, "unexplained_slot", 1),
    "a slot that says it was prompted, and nothing arrived": (undeliver, "unexplained_slot", 1),
    "a slot skipped without a reason": (unreason, "unexplained_slot", 2),
    "a reply that was taken and is not stored": (unstore, "lost_reply", 1),
}


@pytest.mark.parametrize(("plant", "violation", "count"), PLANTED.values(), ids=PLANTED)
def test_a_planted_fault_is_counted(plant: Callable[[World], None], violation: str, count: int):
    world = played()
    plant(world)
    totals = observe(world)
    assert totals["violations"][violation] == count
    assert not holds(totals)


def test_a_flag_that_did_not_climb_by_its_deadline_is_overdue():
    world = played()
    late = TUESDAY + timedelta(minutes=22)
    change(world, sa.update(t.flag_events).where(t.flag_events.c.kind == "escalated").values(at=late))
    totals = observe(world)
    assert totals["flags"]["critical"]["overdue"] == 1
    assert not holds(totals)


def test_a_flag_that_nobody_ever_acknowledged_is_overdue_once_its_deadline_has_passed():
    world = World()
    world.client_texts("eve", "I want to die")
    change(world, sa.delete(t.due).where(t.due.c.kind == "escalate"))
    world.walk(minutes=15)
    assert holds(observe(world))
    world.walk(minutes=1)
    assert observe(world)["flags"]["critical"]["overdue"] == 1


def test_a_flag_that_was_acknowledged_and_forgotten_is_overdue_unless_it_is_open_again():
    world = World()
    world.client_texts("eve", "I want to die")
    world.staff_texts("ana", "A 1")
    forgotten = sa.delete(t.due).where(t.due.c.kind == "escalate")
    change(world, forgotten)
    world.walk(minutes=60)
    assert holds(observe(world))
    world.walk(minutes=1)
    assert observe(world)["flags"]["critical"]["overdue"] == 1
    world = World()
    world.client_texts("eve", "I want to die")
    world.staff_texts("ana", "A 1")
    world.walk(minutes=61)
    assert holds(observe(world))


def test_what_is_due_and_has_not_gone_is_left_and_what_is_due_later_is_not():
    world = played()
    change(world, sa.update(t.outbox).where(t.outbox.c.kind == "ask").values(state="pending", due_at=world.clock.now()))
    assert observe(world)["left"]["pending"] == 2
    change(world, sa.update(t.outbox).where(t.outbox.c.kind == "ask").values(due_at=world.clock.now() + timedelta(hours=1)))
    assert observe(world)["left"]["pending"] == 0


DEADLINES = {
    "critical, at night": (Severity.critical, datetime(2026, 3, 3, 2, tzinfo=UTC), datetime(2026, 3, 3, 2, 15, tzinfo=UTC)),
    "high, within a day": (Severity.high, datetime(2026, 3, 3, 15, tzinfo=UTC), datetime(2026, 3, 3, 19, tzinfo=UTC)),
    "high, over night": (Severity.high, datetime(2026, 3, 3, 21, tzinfo=UTC), datetime(2026, 3, 4, 17, tzinfo=UTC)),
    "review, over a change of clocks": (Severity.review, datetime(2026, 3, 6, 21, tzinfo=UTC), datetime(2026, 3, 9, 20, tzinfo=UTC)),
}


@pytest.mark.parametrize(("severity", "at", "by"), DEADLINES.values(), ids=DEADLINES)
def test_the_observers_own_calendar_counts_office_hours(severity: Severity, at: datetime, by: datetime):
    assert calendar.acknowledge_by(severity, at, NEW_YORK) == by
