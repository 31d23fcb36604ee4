"""Every way up the ladder, in virtual time: leave, cover, rota, midnight, the clocks' changes, races, alerts that do not arrive."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from bot.setting_up import duty
from bot.values import Delivery, OutboxState, Reason
from storage import delivery
from storage import schema as t
from storage.delivery import Report
from tests.conversation.ladder import HUNGRY, alerts, flag, hire, in_state, leave, owner, raised, rota, told, unreachable
from tests.world import TUESDAY, World

pytestmark = pytest.mark.slow


# ------------------------------------------------------------ leave and cover


def test_while_the_case_manager_is_away_the_cover_has_it_and_sees_it() -> None:
    world = World()
    leave(world, "ana", "2026-03-02", "2026-03-09", "ben")
    raised(world)
    assert (owner(world), told(world)) == ("ben, cover", ["ben 1"])
    world.presses("ben")
    assert flag(world)["acknowledged_by"] == world.staff["ben"].id
    world.engine.desk.note(world.staff["ben"], flag(world)["id"], "phoned")


def test_the_cover_does_not_answer_and_it_climbs_to_the_supervisor_and_to_everybody() -> None:
    world = World()
    leave(world, "ana", "2026-03-02", "2026-03-09", "ben")
    raised(world)
    world.walk(minutes=15)
    assert owner(world) == "sam, supervisor"
    world.walk(minutes=15)
    assert owner(world) == "sam, everybody"
    assert alerts(world) == [("ben", "first"), ("sam", "escalation"), ("sam", "escalation"), ("rita", "escalation")]


def test_case_manager_and_cover_are_both_on_leave_and_the_supervisor_has_it_at_once() -> None:
    world = World()
    leave(world, "ben", "2026-03-02", "2026-03-09")
    notes = leave(world, "ana", "2026-03-02", "2026-03-09", "ben")
    assert any("The cover has leave planned too" in note for note in notes)
    raised(world)
    assert (owner(world), told(world)) == ("sam, supervisor", ["sam 1"])


def test_everybody_is_on_leave_and_all_are_told_at_once_all_the_same() -> None:
    world = World()
    for name in ("ana", "ben", "sam", "rita"):
        leave(world, name, "2026-03-02", "2026-03-09")
    raised(world)
    assert (flag(world)["rung"], told(world)) == ("everybody", ["sam 1", "rita 1"])
    world.walk(minutes=30)
    assert told(world) == ["sam 3", "rita 3"]


def test_leave_that_begins_at_midnight_is_on_the_persons_own_clock() -> None:
    world = World(datetime(2026, 3, 4, 4, 50, tzinfo=UTC))
    leave(world, "ana", "2026-03-04", "2026-03-05", "ben")
    raised(world)
    assert owner(world) == "ana, owner", "it is ten to twelve in New York"
    world.walk(minutes=15)
    assert owner(world) == "ben, cover", "by now she is away, and her cover is asked before the supervisor"


def test_after_midnight_the_cover_has_it_from_the_start() -> None:
    world = World(datetime(2026, 3, 4, 5, 0, tzinfo=UTC))
    leave(world, "ana", "2026-03-04", "2026-03-05", "ben")
    raised(world)
    assert owner(world) == "ben, cover"


def test_who_comes_back_is_told_herself_again() -> None:
    world = World()
    leave(world, "ana", "2026-03-02", "2026-03-04", "ben")
    world.walk(datetime(2026, 3, 4, 5, 0, tzinfo=UTC))
    raised(world)
    assert owner(world) == "ana, owner"


# ------------------------------------------------------------ the rota

BY_DAY = """
- {days: daily, from: "08:00", until: "20:00", who: sam}
- {days: daily, from: "20:00", until: "08:00", who: sue}
"""


def on_rota(at: datetime = TUESDAY, text: str = BY_DAY) -> World:
    world = World(at)
    hire(world, "sue", "supervisor", "+12025550188")
    rota(world, text)
    return world


def test_it_climbs_to_the_supervisor_whom_the_rota_names() -> None:
    world = on_rota(datetime(2026, 3, 4, 3, 0, tzinfo=UTC))
    raised(world)
    world.walk(minutes=15)
    assert owner(world) == "sue, supervisor", "it is ten in the evening in New York"


def test_the_shift_changes_between_the_alert_and_the_climb() -> None:
    world = on_rota(datetime(2026, 3, 4, 0, 50, tzinfo=UTC))
    raised(world)
    world.walk(minutes=15)
    assert owner(world) == "sue, supervisor", "Sam was on duty when it was raised, Sue when it climbed"


def test_after_the_supervisor_on_duty_come_all_supervisors_then_everybody() -> None:
    world = on_rota()
    raised(world)
    world.walk(minutes=30)
    assert owner(world) == "sam, queue"
    assert alerts(world)[-2:] == [("sam", "escalation"), ("sue", "escalation")]
    world.walk(minutes=15)
    assert flag(world)["rung"] == "everybody"
    assert {name for name, _ in alerts(world)[-3:]} == {"sam", "sue", "rita"}


def test_an_exception_to_the_rota_outranks_the_shifts_for_as_long_as_it_lasts() -> None:
    world = on_rota()
    duty.override(world.house, world.programme, "2026-03-03T10:00", "2026-03-03T10:20", world.staff["sue"].id)
    raised(world)
    world.walk(minutes=15)
    assert owner(world) == "sue, supervisor"
    world.walk(minutes=10)
    raised(world, "inés", "ya no quiero vivir, quiero morirme")
    world.walk(minutes=15)
    assert owner(world, "inés") == "sam, supervisor"


def test_in_a_gap_of_the_rota_whoever_is_at_work_has_it() -> None:
    world = on_rota(text='- {days: mon, from: "08:00", until: "20:00", who: sue}\n')
    raised(world)
    world.walk(minutes=15)
    assert owner(world) == "sam, supervisor", "nobody is named on Tuesday, and both are within office hours"


def test_in_a_gap_of_the_rota_at_night_everybody_is_told() -> None:
    world = on_rota(datetime(2026, 3, 4, 6, 0, tzinfo=UTC), '- {days: mon, from: "08:00", until: "20:00", who: sue}\n')
    raised(world)
    world.walk(minutes=15)
    assert flag(world)["rung"] == "everybody"
    assert {name for name, _ in alerts(world)[-3:]} == {"sam", "sue", "rita"}


def test_whom_the_rota_names_is_on_leave_which_is_a_gap() -> None:
    world = on_rota()
    leave(world, "sam", "2026-03-02", "2026-03-09")
    raised(world)
    world.walk(minutes=15)
    assert owner(world) == "sue, supervisor", "she is within office hours"
    watches = duty.duty(world.house, world.programme, world.clock.now(), world.clock.now() + timedelta(hours=1)).watches
    assert [one.gap for one in watches] == [True]


# ------------------------------------------------------------ the clocks change

FORWARD = datetime(2026, 3, 8, 6, 50, tzinfo=UTC)
"""Ten to two at night in New York; in ten minutes it is three."""
BACK = datetime(2026, 11, 1, 5, 50, tzinfo=UTC)
"""Ten to two for the first time; in ten minutes it is one again."""


@pytest.mark.parametrize("at", [FORWARD, BACK], ids=["forward", "back"])
def test_a_critical_flag_climbs_after_fifteen_minutes_that_pass_whatever_the_clocks_do(at: datetime) -> None:
    world = World(at)
    raised(world)
    world.walk(minutes=14)
    before = flag(world)["escalated_at"]
    world.walk(minutes=1)
    assert (before, flag(world)["escalated_at"]) == (None, at + timedelta(minutes=15))


@pytest.mark.parametrize(
    ("at", "then"),
    [
        (datetime(2026, 3, 6, 21, 0, tzinfo=UTC), datetime(2026, 3, 9, 16, 0, tzinfo=UTC)),
        (datetime(2026, 10, 30, 20, 0, tzinfo=UTC), datetime(2026, 11, 2, 17, 0, tzinfo=UTC)),
    ],
    ids=["forward", "back"],
)
def test_a_high_flag_of_friday_at_four_climbs_on_monday_at_noon_though_the_clocks_changed(at: datetime, then: datetime) -> None:
    world = World(at)
    raised(world, text=HUNGRY)
    assert flag(world)["deadline_at"] == then
    world.walk(then)
    assert flag(world)["escalated_at"] == then


def test_nobody_works_on_a_holiday() -> None:
    world = World(datetime(2026, 3, 6, 21, 0, tzinfo=UTC), settings={"holidays": ["2026-03-09"]})
    raised(world, text=HUNGRY)
    assert flag(world)["deadline_at"] == datetime(2026, 3, 10, 16, 0, tzinfo=UTC)


# ------------------------------------------------------------ alerts that do not arrive


def test_a_rung_that_nobody_can_reach_is_passed_at_once() -> None:
    world = World()
    unreachable(world, "ana", "sam")
    raised(world)
    assert flag(world)["rung"] == "everybody"
    assert told(world) == ["rita 1"]
    assert flag(world)["escalated_at"] == TUESDAY


def test_nobody_can_be_reached_at_all_and_it_is_tried_again_every_fifteen_minutes() -> None:
    world = World()
    unreachable(world, "ana", "ben", "sam", "rita")
    row = raised(world)
    world.walk(minutes=45)
    escalated = [one for one in world.rows("flag_events", flag_id=row["id"]) if one["kind"] == "escalated"]
    assert [(one["at"] - TUESDAY).seconds // 60 for one in escalated] == [0, 0, 15, 30, 45]
    assert told(world) == []
    assert in_state(world, row["id"]) == ("open", 1, 1)


def dead(world: World, name: str) -> None:
    """The last alert to somebody did not arrive after all, as the provider reports by and by; nobody had said that it did."""
    row = next(one for one in reversed(world.rows("outbox")) if one["user_id"] == world.staff[name].id and one["cls"] == "alert")
    report = Report(row["sender_id"], row["id"], row["provider_message_id"], Delivery.failed, "30005", "refused")
    now, o = world.clock.now(), t.outbox.c

    def unit(connection: sa.Connection) -> bool:
        connection.execute(sa.update(t.outbox).where(o.id == row["id"]).values(delivery=int(Delivery.sent)))
        return delivery.settle(connection, world.house.ports.ids, report, now)

    assert world.house.db.write(row["sender_id"], unit)
    world.settle()


def test_the_only_alert_of_a_rung_is_undeliverable_and_it_climbs_at_once() -> None:
    world = World()
    raised(world)
    world.walk(minutes=1)
    dead(world, "ana")
    assert (owner(world), flag(world)["escalated_at"]) == ("sam, supervisor", world.clock.now())


def test_one_of_two_alerts_of_a_rung_is_undeliverable_and_the_other_has_its_time() -> None:
    world = World(TUESDAY + timedelta(hours=13), office=True)
    raised(world)
    assert told(world) == ["sam 1", "ana 1"]
    dead(world, "ana")
    assert owner(world) == "ana, owner"
    dead(world, "sam")
    assert owner(world) == "sam, supervisor", "now no alert of the round is out, and he is tried again"


def test_an_alert_of_an_earlier_rung_that_dies_late_moves_nothing() -> None:
    world = World()
    raised(world)
    world.walk(minutes=15)
    dead(world, "ana")
    assert owner(world) == "sam, supervisor"


def test_an_alert_that_waits_is_asked_about_again_when_it_goes_and_is_not_sent_of_a_flag_that_was_taken() -> None:
    world = World(TUESDAY + timedelta(hours=13), office=True)
    row = raised(world, text=HUNGRY)
    assert told(world) == []
    (waiting,) = [one for one in world.rows("outbox") if one["cls"] == "alert"]
    assert (waiting["state"], waiting["reason"]) == ("held", "quiet_hours")
    c = t.flags.c
    world.house.db.write(
        0,
        lambda connection: (
            connection.execute(
                sa.update(t.flags).where(c.id == row["id"]).values(state="acknowledged", acknowledged_at=world.clock.now())
            ).rowcount
        ),
    )
    world.walk(hours=11)
    assert told(world) == []
    (dropped,) = [one for one in world.rows("outbox") if one["cls"] == "alert"]
    assert (dropped["state"], dropped["reason"]) == (OutboxState.cancelled, Reason.flag_closed)
