"""How many alerts one person is sent: in a storm some wait and go out together, and each morning says what is left."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from bot import paging
from bot.channels.simulated import Lever
from bot.paging import Lately, Limits
from bot.values import Reason, Severity
from tests.conversation.crowd import all_write, crowd
from tests.world import TUESDAY, World

DIE = "I can't go on, I want to die"
HUNGRY = "we have no food today"

# ------------------------------------------------------------ not too many


NOW = TUESDAY
LIMIT = Limits(per_hour=3, group=timedelta(minutes=5))
AGO = {minutes: NOW - timedelta(minutes=minutes) for minutes in (1, 6)}
WAITING = {
    "the first alert of a critical flag never waits": (Severity.critical, "first", Lately(99, AGO[1], AGO[1]), False),
    "a rung never waits": (Severity.review, "escalation", Lately(99, AGO[1], AGO[1]), False),
    "a lapsed acknowledgement is a rung": (Severity.high, "lapsed", Lately(99, AGO[1], AGO[1]), False),
    "no reply never waits": (Severity.high, "no_reply", Lately(99, AGO[1], AGO[1]), False),
    "a critical message more goes below the cap": (Severity.critical, "again", Lately(2, AGO[1], AGO[1]), False),
    "above it, it waits where the same flag was told just now": (Severity.critical, "again", Lately(3, AGO[1], AGO[1]), True),
    "above it, it goes where that was a while ago": (Severity.critical, "again", Lately(3, AGO[1], AGO[6]), False),
    "a new flag goes below the cap, however lately another came": (Severity.high, "first", Lately(2, AGO[1], None), False),
    "a new flag waits above the cap": (Severity.high, "first", Lately(3, AGO[6], None), True),
    "what got worse waits for what was told just now": (Severity.high, "again", Lately(1, AGO[1], None), True),
    "what got worse goes where nothing was": (Severity.high, "again", Lately(1, AGO[6], None), False),
    "a snooze that is over waits likewise": (Severity.review, "woken", Lately(1, AGO[1], None), True),
}


@pytest.mark.parametrize(("severity", "kind", "lately", "waits"), WAITING.values(), ids=WAITING)
def test_which_alerts_wait(severity: Severity, kind: str, lately: Lately, waits: bool):
    assert paging.waits(severity, kind, lately, LIMIT, NOW) is waits
    assert paging.may_wait(severity, kind) or not waits


def test_the_limits_are_the_programmes_own():
    assert paging.limits({"pages_per_hour": 2, "group_minutes": 1.5}) == Limits(2, timedelta(seconds=90))
    assert paging.limits(None) == Limits(12, timedelta(minutes=5))


def storm(many: int) -> World:
    world = World()
    all_write(world, crowd(world, many), HUNGRY)
    world.walk(minutes=6)
    return world


def storm_holds(world: World, many: int) -> None:
    assert len(world.flags()) == many
    assert {row["state"] for row in world.flags()} == {"open"}
    told = [row for row in world.rows("alerts") if row["user_id"] == world.staff["ana"].id]
    assert Counter(row["flag_id"] for row in told) == Counter(row["id"] for row in world.flags()), "each flag is told once"
    assert all(row["outbox_id"] for row in told)
    assert Counter(world.kinds("ana")) == {"alert:first": 12, "alert:more": 1}
    assert world.said_to("ana")[-1] == f"Checkline: {many - 12} more flags wait for you. http://127.0.0.1:8000"


def test_a_storm_keeps_every_flag_and_not_every_page():
    storm_holds(storm(16), 16)


@pytest.mark.slow
def test_five_hundred_messages_in_a_minute_are_thirteen_pages():
    storm_holds(storm(500), 500)


def test_in_a_storm_a_critical_flag_is_told_at_once():
    world = storm(20)
    before = len(world.said_to("ana"))
    world.client_texts("eve", DIE)
    assert world.kinds("ana")[before:] == ["alert:first"]


def test_one_client_who_goes_on_in_a_crisis_does_not_page_without_end():
    world = World(settings={"pages_per_hour": 3})
    for _ in range(12):
        world.client_texts("eve", DIE)
        world.walk(seconds=10)
    assert world.kinds("ana").count("alert:first") == 1
    assert len([kind for kind in world.kinds("ana") if kind == "alert:again"]) <= 4
    assert world.flags("eve")[0]["round"] == 12
    world.walk(minutes=6)
    assert world.kinds("ana")[-1] in ("alert:more", "alert:again")


def test_flags_that_somebody_took_on_meanwhile_are_not_counted():
    world = World(settings={"pages_per_hour": 1})
    all_write(world, crowd(world, 4), HUNGRY)
    waiting = [row["flag_id"] for row in world.rows("alerts") if row["bundled"]]
    assert len(waiting) == 3
    world.engine.desk.acknowledge(world.staff["ana"], waiting[0])
    world.engine.desk.resolve(world.staff["ana"], waiting[1], "handled", True)
    world.walk(minutes=6)
    assert world.said_to("ana")[-1] == "Checkline: 1 more flag waits for you. http://127.0.0.1:8000"
    world.engine.desk.acknowledge(world.staff["ana"], waiting[2])


def test_when_all_were_taken_on_nothing_is_said():
    world = World(settings={"pages_per_hour": 1})
    all_write(world, crowd(world, 3), HUNGRY)
    for row in world.flags():
        world.engine.desk.acknowledge(world.staff["ana"], row["id"])
    world.walk(minutes=6)
    assert "alert:more" not in world.kinds("ana")


def test_a_message_about_several_flags_is_not_sent_once_all_are_taken_on_while_it_waits():
    world = World(settings={"pages_per_hour": 1})
    all_write(world, crowd(world, 3), HUNGRY)
    world.channel(world.senders["sms"]).pull(Lever.down)
    world.walk(minutes=5)
    assert [row["state"] for row in world.rows("outbox", kind="alert:more")] == ["retry"]
    for row in world.flags():
        world.engine.desk.acknowledge(world.staff["ana"], row["id"])
    world.walk(minutes=2)
    (row,) = world.rows("outbox", kind="alert:more")
    assert (row["state"], row["reason"]) == ("cancelled", Reason.flag_closed.value)


def test_a_message_about_several_flags_that_cannot_go_lets_each_climb():
    world = World(settings={"pages_per_hour": 1})
    all_write(world, crowd(world, 3), HUNGRY)
    world.channel(world.senders["sms"]).pull(Lever.refuse)
    world.walk(minutes=6)
    bundled = {row["flag_id"] for row in world.rows("alerts") if row["bundled"]}
    assert {row["rung"] for row in world.flags() if row["id"] in bundled} == {"supervisor"}


# ------------------------------------------------------------ the morning


def test_each_morning_says_what_waits_for_a_look_in_codes_and_counts():
    world = World()
    world.client_texts("eve", kind="media", media="voice")
    world.client_texts("inés", HUNGRY)
    world.walk(hours=23)  # 9 in the morning in New York is 14:00 UTC
    digest = [one for one in world.on_phone("ana") if one.outgoing.text.startswith("Checkline: 1 flag waits for your look")]
    assert [one.at - TUESDAY for one in digest] == [timedelta(hours=23)]
    assert digest[0].text == "Checkline: 1 flag waits for your look: 1. http://127.0.0.1:8000"


def test_a_morning_with_nothing_to_say_says_nothing_and_the_next_is_looked_at_all_the_same():
    world = World()
    world.client_texts("eve", kind="media", media="voice")
    world.engine.desk.resolve(world.staff["ana"], world.flags("eve")[0]["id"], "handled", True)
    world.walk(days=1)
    assert "alert:digest" not in world.kinds("ana")
    world.client_texts("inés", kind="media", media="voice")
    world.walk(days=1)
    assert world.kinds("ana").count("alert:digest") == 1
    assert len([row for row in world.rows("due", kind="digest") if row["ref_id"] == world.staff["ana"].id]) == 1
