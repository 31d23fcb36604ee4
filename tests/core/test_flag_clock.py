"""The clock of a flag: nothing that a client writes puts off the moment at which it climbs, and nothing wakes what sleeps rightly."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.world import World

pytestmark = pytest.mark.slow

DIE = "I want to die"


def _alerted(world: World) -> list[str]:
    """Who was told of flags, in order."""
    by_id = {person.id: name for name, person in world.staff.items()}
    return [by_id[row["user_id"]] for row in world.rows("alerts")]


def _self_harm(world: World, name: str = "eve") -> dict[str, Any]:
    return next(flag for flag in world.flags(name) if flag["category"] == "self_harm")


def test_a_client_who_goes_on_writing_never_keeps_the_flag_from_climbing() -> None:
    world = World()
    world.texts("eve", DIE)
    for _ in range(6):
        world.walk(minutes=10)
        world.texts("eve", DIE)
    assert {"sam", "rita"} <= set(_alerted(world))
    assert _self_harm(world)["escalated_at"] is not None


def test_a_further_critical_message_alerts_who_has_the_flag_by_now_too() -> None:
    world = World()
    world.texts("eve", DIE)
    world.walk(minutes=16)
    assert _self_harm(world)["rung"] == "supervisor"
    before = len(_alerted(world))
    world.texts("eve", DIE)
    assert set(_alerted(world)[before:]) == {"ana", "sam"}
    assert _self_harm(world)["rung"] == "supervisor"


def test_a_further_critical_message_restarts_the_clock_of_an_acknowledged_flag() -> None:
    world = World()
    world.texts("eve", DIE)
    code = _self_harm(world)["code"]
    world.texts("ana", f"A {code}")
    world.walk(minutes=50)
    world.texts("eve", DIE)
    flag = _self_harm(world)
    assert (flag["state"], flag["rung"], flag["deadline_at"]) == ("open", "owner", world.clock.now() + timedelta(minutes=15))
    world.walk(minutes=16)
    assert _self_harm(world)["rung"] == "supervisor"


def test_a_lesser_message_a_day_later_gives_an_open_critical_flag_no_more_time() -> None:
    world = World()
    world.texts("eve", DIE)
    world.walk(hours=25)
    before = _self_harm(world)
    assert before["rung"] == "everybody"
    world.texts("eve", "I used to want to die, years ago")
    after = _self_harm(world)
    assert after["rung"] == "everybody"
    assert after["deadline_at"] <= before["deadline_at"]


def test_a_lesser_message_does_not_hold_again_what_a_person_released() -> None:
    world = World()
    world.texts("eve", DIE)
    world.engine.desk.release(world.staff["ana"], world.clients["eve"])
    world.walk(hours=25)
    world.texts("eve", "I used to want to die, years ago")
    assert _self_harm(world)["released_at"] is not None


def test_a_critical_flag_on_a_shared_phone_holds_the_routine_of_everybody_there() -> None:
    world = World()
    world.texts("paul", DIE)
    flag = next(flag for flag in world.flags() if flag["category"] == "self_harm")
    assert flag["client_id"] is None
    world.ask("yuri")
    assert [slot["reason"] for slot in world.rows("slots")] == ["open_critical_flag"]
    world.engine.desk.resolve(world.staff["sam"], flag["id"], "handled", True)
    world.walk(minutes=2)
    assert [slot["state"] for slot in world.rows("slots")] == ["prompted"]


def test_releasing_a_client_releases_them_from_a_flag_on_their_shared_phone() -> None:
    world = World()
    world.texts("paul", DIE)
    world.ask("yuri")
    world.engine.desk.release(world.staff["ben"], world.clients["yuri"])
    world.walk(minutes=2)
    assert [slot["state"] for slot in world.rows("slots")] == ["prompted"]
