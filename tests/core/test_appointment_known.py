"""A client who has said that they cannot come, or need another time, is not asked "Can you come?" again the day before."""

from __future__ import annotations

import pytest

from tests.world import World


@pytest.mark.parametrize(("reply", "asked_again"), [("1", True), ("2", False), ("3", False)], ids=["coming", "another time", "cannot come"])
def test_who_said_no_is_not_reminded_again(reply: str, asked_again: bool) -> None:
    world = World()
    world.books("eve", days=5)
    world.walk(days=2, hours=23)
    assert any("Can you come?" in text for text in world.said_to("eve"))
    world.texts("eve", reply)
    world.texts("eve", "6") if reply == "3" else None
    before = len(world.on_phone("eve"))
    world.walk(days=1, hours=23)
    reminded = any("Can you come?" in text for text in world.said_to("eve")[before:])
    assert reminded is asked_again
    if not asked_again:
        assert ("skipped", "answered") in {(row["state"], row["reason"]) for row in world.rows("slots", client_id=world.clients["eve"])}


def test_a_slot_behind_a_critical_flag_waits_for_a_person_and_not_for_the_clock() -> None:
    world = World()
    world.texts("eve", "I want to die")
    world.ask("eve", minutes=10)
    starts = world.rows("due", kind="start", client_id=world.clients["eve"])
    assert len(starts) == 1
    slot = world.rows("slots", client_id=world.clients["eve"])[0]
    assert (slot["state"], slot["reason"]) == ("held", "open_critical_flag")
    assert starts[0]["at"] > slot["not_after"]
    flag = world.flags("eve")[0]
    world.engine.desk.acknowledge(world.staff["ana"], flag["id"])
    world.engine.desk.resolve(world.staff["ana"], flag["id"], "handled", True)
    world.settle()
    assert any("Compared with last week" in text for text in world.said_to("eve"))
