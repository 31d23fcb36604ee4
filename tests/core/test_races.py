"""Units that lose a race: what they were to do is done afterwards, and done once."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from storage import schema as t
from tests.core.meanwhile import meanwhile
from tests.world import World


def _another_message(world: World, name: str) -> None:
    """A stranger to the unit under way writes: the version of the address moves."""
    channel, address = world.addresses[name]
    world.write(world.senders[channel], address, "hello")


def test_a_slot_that_loses_its_race_is_prompted_all_the_same() -> None:
    world = World()
    meanwhile(world, "fire.before-unit", lambda: _another_message(world, "eve"))
    world.ask("eve")
    world.walk(minutes=5)
    assert [slot["state"] for slot in world.rows("slots")] == ["prompted"]
    assert "ask" in world.kinds("eve")


def test_a_nudge_and_a_time_out_that_lose_their_race_still_happen() -> None:
    world = World()
    world.ask("eve")
    meanwhile(world, "followup.before-unit", lambda: _bump(world, "eve"), times=2)
    world.walk(days=4)
    assert "nudge" in world.kinds("eve")
    assert [one["status"] for one in world.rows("conversations")] == ["expired"]


def _bump(world: World, name: str) -> None:
    address = next(one["address_id"] for one in world.rows("contact_points", owner_id=world.clients[name]))
    c = t.addresses.c
    world.house.db.write(
        0, lambda connection: connection.execute(sa.update(t.addresses).where(c.id == address).values(version=c.version + 1))
    )


def test_nothing_due_is_left_behind_by_a_lost_race() -> None:
    world = World()
    meanwhile(world, "fire.before-unit", lambda: _bump(world, "eve"))
    world.ask("eve")
    world.walk(world.clock.now() + timedelta(minutes=5))
    assert world.rows("due", kind="start") == []
