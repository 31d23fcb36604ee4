"""What becomes of a flag that somebody has: it expires, sleeps, is taken by two at once, or given away, in virtual time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.caseloads import Moved, hand_over_caseload
from bot.errors import NotAllowed, NotFound, WrongUse
from bot.setting_up.given import COMMAND_LINE
from bot.values import Reason
from storage import audit
from tests.conversation.ladder import DIE, HUNGRY, SAD, alerts, flag, hire, in_state, leave, owner, raised, settle, told
from tests.world import TUESDAY, World

pytestmark = pytest.mark.slow


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
