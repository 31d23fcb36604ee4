"""Every way up the ladder, in virtual time: leave, cover, rota, midnight, the clocks' changes, races, alerts that do not arrive."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot.caseloads import Moved, hand_over_caseload
from bot.errors import NotAllowed, NotFound, WrongUse
from bot.setting_up import duty
from bot.setting_up.given import COMMAND_LINE
from bot.setting_up.programmes import check_settings
from bot.setting_up.staff import NewStaff, add_staff, set_leave
from bot.values import Delivery, OutboxState, Person, Reason
from storage import audit, delivery
from storage import schema as t
from storage.delivery import Report
from tests.world import TUESDAY, World

pytestmark = pytest.mark.slow

DIE = "I can't go on, I want to die"
HUNGRY = "we have no food today"
SAD = "I used to want to die, years ago"
"""Critical, high, review."""


def raised(world: World, name: str = "eve", text: str = DIE) -> dict[str, Any]:
    world.texts(name, text)
    return world.flags(name)[0]


def flag(world: World, name: str = "eve") -> dict[str, Any]:
    return world.flags(name)[0]


def owner(world: World, name: str = "eve") -> str:
    """Who has the flag, and on which rung."""
    row = flag(world, name)
    found = next(one for one, person in world.staff.items() if person.id == row["owner_id"])
    return f"{found}, {row['rung']}"


def alerts(world: World) -> list[tuple[str, str]]:
    by_id = {person.id: name for name, person in world.staff.items()}
    return [(by_id[row["user_id"]], row["kind"]) for row in world.rows("alerts")]


def told(world: World) -> list[str]:
    """How many alerts each of the staff has on their phone."""
    return [f"{name} {len(world.said_to(name))}" for name in world.staff if world.said_to(name)]


def hire(world: World, name: str, role: str, address: str, **more: Any) -> None:
    new = NewStaff(name.title(), role, sign_in=name, phone=address, **more)
    world.staff = {**world.staff, name: Person(add_staff(world.house, world.programme, new).id, role, world.programme)}
    world.addresses[name] = ("sms", address)


def leave(world: World, name: str, begins: str, until: str = "", cover: str = "") -> tuple[str, ...]:
    cover_id = world.staff[cover].id if cover else None
    return set_leave(world.house, world.staff[name].id, begins, until, cover_id=cover_id).notes


def rota(world: World, text: str) -> None:
    _, faults = duty.set_rota(world.house, world.programme, text, "rota.yaml")
    assert [str(fault) for fault in faults] == []


def settle(world: World, **settings: Any) -> None:
    duty.change_settings(world.house, world.programme, check_settings(settings))


def unreachable(world: World, *names: str) -> None:
    ids = [world.staff[name].id for name in names]
    c = t.contact_points.c
    world.house.db.write(
        0,
        lambda connection: connection.execute(sa.update(t.contact_points).where(c.owner_id.in_(ids)).values(status="wrong")).rowcount,
    )


def in_state(world: World, flag_id: int) -> tuple[str, int, int]:
    """The flag's state, and how many due rows there are for it and how many of them count."""
    row = next(one for one in world.rows("flags") if one["id"] == flag_id)
    rows = world.rows("due", kind="escalate", ref_id=flag_id)
    return row["state"], len(rows), sum(one["stamp"] == row["round"] and one["at"] == row["deadline_at"] for one in rows)


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


# ------------------------------------------------------------ acknowledged, and then


def test_an_acknowledgement_that_nothing_follows_expires_and_both_are_told() -> None:
    world = World()
    raised(world)
    world.texts("ana", "A 1")
    before = told(world)
    world.walk(minutes=59)
    assert (flag(world)["state"], told(world)) == ("acknowledged", before)
    world.walk(minutes=1)
    assert (flag(world)["state"], owner(world)) == ("open", "sam, supervisor")
    assert alerts(world)[-2:] == [("sam", "lapsed"), ("ana", "lapsed")]
    assert "taken by Ana, but nothing has followed" in world.said_to("sam")[-1]
    assert [row["kind"] for row in world.rows("flag_events")][-3:] == ["reopened", "escalated", "alerted"]
    world.walk(minutes=15)
    assert flag(world)["rung"] == "everybody"


def follows(act: str, world: World) -> None:
    desk, ana, flag_id = world.engine.desk, world.staff["ana"], flag(world)["id"]
    match act:
        case "note":
            desk.note(ana, flag_id, "Phoned.")
        case "contact":
            assert desk.contact(ana, flag_id, "phone", True, "Spoke with her.")
        case "resolve":
            assert desk.resolve(ana, flag_id, "handled", True, "", "phoned")
        case _:
            assert desk.reassign(ana, flag_id, world.staff["ben"].id) == world.staff["ben"].id


@pytest.mark.parametrize("act", ["note", "contact", "resolve", "reassign"])
def test_what_follows_in_time_keeps_it_from_expiring(act: str) -> None:
    world = World()
    raised(world)
    world.texts("ana", "A 1")
    world.walk(minutes=55)
    follows(act, world)
    if act == "reassign":
        world.settle()
        world.presses("ben")
    world.walk(minutes=50)
    assert ("sam", "lapsed") not in alerts(world)
    assert flag(world)["state"] == {"note": "acknowledged", "contact": "in_contact", "resolve": "resolved"}.get(act, "acknowledged")


def test_a_flag_in_contact_that_nothing_more_is_heard_of_is_open_again_after_a_working_day() -> None:
    world = World()
    raised(world)
    assert world.engine.desk.contact(world.staff["ana"], flag(world)["id"], "visit", True)
    assert (flag(world)["state"], flag(world)["acknowledged_by"]) == ("in_contact", world.staff["ana"].id)
    world.walk(datetime(2026, 3, 4, 14, 59, tzinfo=UTC))
    assert flag(world)["state"] == "in_contact"
    world.walk(minutes=1)
    assert (flag(world)["state"], owner(world)) == ("open", "sam, supervisor")


def test_an_attempt_that_reached_nobody_counts_but_not_for_long() -> None:
    world = World()
    raised(world)
    assert world.engine.desk.contact(world.staff["ana"], flag(world)["id"], "phone", False)
    assert flag(world)["state"] == "acknowledged"
    world.walk(minutes=60)
    assert flag(world)["state"] == "open"


def test_a_note_on_a_flag_that_nobody_has_taken_stops_no_clock() -> None:
    world = World()
    raised(world)
    world.engine.desk.note(world.staff["ana"], flag(world)["id"], "Will phone.")
    world.walk(minutes=15)
    assert owner(world) == "sam, supervisor"


def test_the_times_are_the_programmes_own() -> None:
    world = World(settings={"critical_follow_minutes": 20, "critical_minutes": 5})
    raised(world)
    world.walk(minutes=5)
    assert owner(world) == "sam, supervisor"
    world.presses("sam")
    world.walk(minutes=20)
    assert (flag(world)["state"], owner(world)) == ("open", "sam, everybody")


def test_a_change_of_settings_times_what_is_raised_from_then_on() -> None:
    world = World()
    raised(world)
    settle(world, critical_minutes=60)
    raised(world, "inés", "ya no quiero vivir, quiero morirme")
    world.walk(minutes=15)
    assert (owner(world), owner(world, "inés")) == ("sam, supervisor", "ana, owner")


def test_a_further_critical_message_restarts_the_clock_and_tells_whoever_had_taken_it() -> None:
    world = World()
    raised(world)
    world.walk(minutes=15)
    world.presses("sam")
    world.walk(minutes=20)
    world.texts("eve", DIE)
    assert (owner(world), flag(world)["deadline_at"]) == ("ana, owner", world.clock.now() + timedelta(minutes=15))
    assert alerts(world)[-2:] == [("ana", "again"), ("sam", "again")]


def test_a_further_critical_message_opens_a_flag_in_contact_again() -> None:
    world = World()
    raised(world)
    world.engine.desk.contact(world.staff["ana"], flag(world)["id"], "phone", True)
    world.texts("eve", DIE)
    assert (flag(world)["state"], flag(world)["acknowledged_at"]) == ("open", None)


def test_repeats_are_bundled_for_a_day_after_the_last_alert_and_not_after_the_last_repeat() -> None:
    world = World(settings={"review_hours": 200, "review_follow_hours": 200})
    raised(world, text=SAD)
    for _ in range(3):
        world.walk(hours=11)
        world.texts("eve", SAD)
    assert [kind for _, kind in alerts(world)] == ["first", "again"]


# ------------------------------------------------------------ snoozed


def test_a_snoozed_flag_wakes_where_it_was_with_an_alert() -> None:
    world = World()
    row = raised(world, text=HUNGRY)
    until = world.clock.now() + timedelta(days=2)
    assert world.engine.desk.snooze(world.staff["ana"], row["id"], until, "Her sister brings food until Thursday.")
    world.walk(until - timedelta(minutes=1))
    assert (flag(world)["state"], told(world)) == ("snoozed", ["ana 1"])
    world.walk(minutes=1)
    assert (flag(world)["state"], owner(world), alerts(world)[-1]) == ("open", "ana, owner", ("ana", "woken"))
    assert "was put off until now" in world.said_to("ana")[-1]
    world.walk(hours=4)
    assert owner(world) == "sam, supervisor"


def test_a_snoozed_flag_wakes_at_once_when_it_gets_worse() -> None:
    world = World()
    row = raised(world, text=SAD)
    assert world.engine.desk.snooze(world.staff["ana"], row["id"], world.clock.now() + timedelta(days=2), "It is long ago.")
    world.texts("eve", DIE)
    assert (flag(world)["state"], flag(world)["deadline_at"]) == ("open", world.clock.now() + timedelta(minutes=15))


def test_a_snoozed_flag_whose_owner_is_away_when_it_wakes_goes_to_the_cover() -> None:
    world = World()
    row = raised(world, text=HUNGRY)
    world.engine.desk.snooze(world.staff["ana"], row["id"], world.clock.now() + timedelta(days=2), "Until Thursday.")
    leave(world, "ana", "2026-03-04", "2026-03-09", "ben")
    world.walk(days=2)
    assert (owner(world), alerts(world)[-1]) == ("ben, cover", ("ben", "woken"))


@pytest.mark.parametrize(
    ("text", "hours", "reason", "why"),
    [
        (DIE, 5, "later", "never rests"),
        (HUNGRY, -1, "later", "within the next"),
        (HUNGRY, 24 * 15, "later", "within the next"),
        (HUNGRY, 5, "  ", "write something"),
    ],
    ids=["a critical flag", "the past", "too long", "no reason"],
)
def test_what_may_not_be_snoozed(text: str, hours: int, reason: str, why: str) -> None:
    world = World()
    row = raised(world, text=text)
    with pytest.raises(WrongUse, match=why):
        world.engine.desk.snooze(world.staff["ana"], row["id"], world.clock.now() + timedelta(hours=hours), reason)
    assert flag(world)["state"] == "open"


# ------------------------------------------------------------ at the same moment


def test_acknowledged_just_before_it_climbs_it_does_not_climb() -> None:
    world = World()
    row = raised(world)
    world.points.meanwhile("escalate.before-unit", lambda: world.engine.desk.acknowledge(world.staff["ana"], row["id"]))
    world.walk(minutes=15)
    assert (flag(world)["state"], owner(world), told(world)) == ("acknowledged", "ana, owner", ["ana 1"])
    assert in_state(world, row["id"]) == ("acknowledged", 1, 1)


def test_acknowledged_just_after_it_climbed_it_is_hers_and_nobody_is_told_again() -> None:
    world = World()
    row = raised(world)
    world.points.meanwhile("escalate.after-commit", lambda: world.engine.desk.acknowledge(world.staff["ana"], row["id"]))
    world.walk(minutes=15)
    assert (flag(world)["state"], owner(world)) == ("acknowledged", "ana, owner")
    assert told(world) == ["ana 1"], "the alert to Sam was taken back before it went out"
    assert [row["reason"] for row in world.rows("outbox", kind="alert:escalation")] == [Reason.flag_closed]
    assert in_state(world, row["id"])[2] == 1


def test_two_acknowledge_at_once_and_one_has_it() -> None:
    world = World()
    row = raised(world)
    desk = world.engine.desk
    said: list[str] = []
    world.points.meanwhile("acknowledge.before-unit", lambda: said.append(desk.acknowledge(world.staff["sam"], row["id"])))
    said.append(desk.acknowledge(world.staff["ana"], row["id"]))
    assert said == ["acknowledged", "already"]
    assert flag(world)["owner_id"] == world.staff["sam"].id


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


# ------------------------------------------------------------ given to somebody else


def test_reassigned_to_somebody_away_it_goes_to_their_cover() -> None:
    world = World()
    leave(world, "ben", "2026-03-02", "2026-03-09", "sam")
    row = raised(world)
    assert world.engine.desk.reassign(world.staff["ana"], row["id"], world.staff["ben"].id) == world.staff["sam"].id
    assert (owner(world), alerts(world)[-1]) == ("sam, cover", ("sam", "first"))


def test_reassigned_to_a_colleague_who_then_sees_the_client_until_it_is_closed() -> None:
    world = World()
    row, ben, desk = raised(world), world.staff["ben"], world.engine.desk
    with pytest.raises(NotAllowed):
        desk.acknowledge(ben, row["id"])
    assert desk.reassign(world.staff["ana"], row["id"], ben.id) == ben.id
    assert desk.acknowledge(ben, row["id"]) == "acknowledged"
    desk.write(ben, world.clients["eve"], "This is Ben. May I call you?", urgent=True)
    assert desk.resolve(ben, row["id"], "handled", True)
    with pytest.raises(NotAllowed):
        desk.write(ben, world.clients["eve"], "How are you?")


def test_reassigned_to_a_supervisor_who_is_silent_it_climbs_past_her() -> None:
    world = World()
    hire(world, "sue", "supervisor", "+12025550188")
    row = raised(world)
    world.engine.desk.reassign(world.staff["ana"], row["id"], world.staff["sue"].id)
    world.walk(minutes=15)
    assert owner(world) == "sam, supervisor"


@pytest.mark.parametrize("name", ["rita", "nobody"])
def test_a_flag_is_given_to_nobody_who_takes_none(name: str) -> None:
    world = World()
    row = raised(world)
    with pytest.raises(NotFound):
        world.engine.desk.reassign(world.staff["ana"], row["id"], world.staff[name].id if name in world.staff else 17)
    assert owner(world) == "ana, owner"


def test_a_case_load_changes_hands_with_its_open_flags_and_work_items() -> None:
    world = World()
    raised(world)
    world.texts("ana", "A 1")
    raised(world, "inés", "hoy no tenemos nada de comer")
    raised(world, "omar", SAD)
    tasks = [row for row in world.rows("tasks") if row["owner_id"] == world.staff["ana"].id]
    moved = hand_over_caseload(world.house, world.staff["sam"], world.staff["ana"].id, world.staff["ben"].id)
    world.settle()
    flags = world.flags()
    assert moved == Moved(clients=4, flags=len(flags), told=sum(one["severity"] >= 3 for one in flags), tasks=len(tasks))
    assert {one["owner_id"] for one in flags} == {world.staff["ben"].id}
    assert (flag(world)["state"], flag(world)["deadline_at"]) == ("open", TUESDAY + timedelta(minutes=15))
    assert [row for row in world.rows("clients") if row["manager_id"] == world.staff["ana"].id] == []
    assert [row for row in world.rows("tasks") if row["owner_id"] == world.staff["ana"].id] == []
    assert len(world.said_to("ben")) == moved.told
    actions = [row["action"] for row in world.rows("audit")]
    assert (actions.count("client.hand_over"), actions.count("flag.hand_over")) == (4, len(flags))
    assert world.house.db.read(lambda connection: list(audit.faults(connection))) == []
    again = hand_over_caseload(world.house, world.staff["sam"], world.staff["ana"].id, world.staff["ben"].id)
    assert again == Moved()


def test_handed_over_in_mid_ladder_it_stays_with_the_supervisor_and_the_next_concern_is_the_new_ones() -> None:
    world = World()
    raised(world)
    world.walk(minutes=15)
    hand_over_caseload(world.house, COMMAND_LINE, world.staff["ana"].id, world.staff["ben"].id, [world.clients["eve"]])
    world.settle()
    assert (owner(world), flag(world)["deadline_at"]) == ("sam, supervisor", TUESDAY + timedelta(minutes=30))
    world.texts("eve", HUNGRY)
    needs = next(one for one in world.flags("eve") if one["category"] == "needs")
    assert needs["owner_id"] == world.staff["ben"].id
    assert [row["id"] for row in world.rows("clients") if row["manager_id"] == world.staff["ana"].id] != []


def test_nobody_hands_over_what_is_anothers() -> None:
    world = World()
    ana, ben = world.staff["ana"], world.staff["ben"]
    with pytest.raises(NotAllowed):
        hand_over_caseload(world.house, ben, ana.id, ben.id)
    with pytest.raises(NotFound):
        hand_over_caseload(world.house, ana, ana.id, ben.id, [world.clients["ed"]])
    for taking in (ana.id, world.staff["rita"].id):
        with pytest.raises(WrongUse):
            hand_over_caseload(world.house, world.staff["sam"], ana.id, taking)
    assert hand_over_caseload(world.house, ana, ana.id, ben.id, [world.clients["eve"]]).clients == 1


def test_every_act_leaves_one_row_in_the_trail_and_one_clock() -> None:
    world = World()
    row = raised(world, text=HUNGRY)
    desk, ana, sam, flag_id = world.engine.desk, world.staff["ana"], world.staff["sam"], row["id"]
    acts = (
        lambda: desk.acknowledge(ana, flag_id),
        lambda: desk.note(ana, flag_id, "Phoned."),
        lambda: desk.contact(ana, flag_id, "phone", False),
        lambda: desk.contact(ana, flag_id, "text", True, "She will come."),
        lambda: desk.snooze(ana, flag_id, world.clock.now() + timedelta(days=1), "Tomorrow."),
        lambda: desk.reassign(ana, flag_id, sam.id),
    )
    for act in acts:
        before = len(world.rows("audit"))
        act()
        assert len(world.rows("audit")) == before + 1
        assert in_state(world, flag_id)[2] == 1
    assert desk.resolve(sam, flag_id, "handled", True, "", "arranged_help")
    assert (flag(world)["action"], flag(world)["deadline_at"]) == ("arranged_help", None)
    world.walk(days=5)
    assert world.rows("due", kind="escalate") == []
