"""What cannot be worked out is stored all the same, reaches a person, and still obeys STOP and answers a cry for help."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from bot.flow_store import flow_of, latest
from storage import schema as t
from tests.core.meanwhile import meanwhile
from tests.world import World


def _conversation(world: World, **values: object) -> None:
    world.house.db.write(0, lambda connection: connection.execute(sa.update(t.conversations).values(**values)))


LOST = {"the flow's version is gone": {"flow_version": 999_999}, "the state is damaged": {"state_sealed": b"\x01" * 60}}


@pytest.mark.parametrize("values", LOST.values(), ids=LOST)
def test_a_reply_to_a_conversation_that_cannot_be_read_is_stored_and_flagged(values: dict[str, object]) -> None:
    world = World()
    world.ask("eve")
    _conversation(world, **values)
    assert world.texts("eve", "I want to die").status == 204
    assert [row["road"] for row in world.rows("received")] == ["failed"]
    assert {flag["category"] for flag in world.flags("eve")} == {"self_harm", "processing"}
    assert world.kinds("eve")[-1] == "crisis:R1"


def test_stop_is_obeyed_though_the_conversation_cannot_be_read() -> None:
    world = World()
    world.ask("eve")
    _conversation(world, flow_version=999_999)
    world.texts("eve", "STOP")
    assert world.purposes("eve")[-1] == ("withdraw", ["check_ins", "appointments", "goals"])
    assert world.kinds("eve")[-1] == "stop"


def test_stop_is_obeyed_though_every_race_was_lost() -> None:
    world = World()

    def bump() -> None:
        c = t.addresses.c
        world.house.db.write(0, lambda connection: connection.execute(sa.update(t.addresses).values(version=c.version + 1)))

    meanwhile(world, "inbound.computed", bump, times=9)
    world.texts("eve", "STOP")
    assert [row["road"] for row in world.rows("received")] == ["quarantine"]
    assert world.purposes("eve")[-1][0] == "withdraw"
    assert all(row["stopped_at"] is not None for row in world.rows("addresses", id=world.rows("received")[0]["address_id"]))


def test_a_conversation_keeps_the_version_that_it_began_with() -> None:
    world = World()
    world.ask("eve")
    world.ask("inés")
    kept = world.rows("flow_versions")
    assert [(row["flow"], row["version"]) for row in kept] == [("weekly-pulse", latest("weekly-pulse").version)]
    later = kept[0]["version"] + 1
    world.house.db.write(0, lambda connection: connection.execute(sa.update(t.flow_versions).values(version=later)))
    old = world.house.db.read(lambda connection: flow_of(connection, world.programme, "weekly-pulse", later))
    assert old.steps.keys() == latest("weekly-pulse").steps.keys()


def test_the_same_message_twice_in_quarantine_is_one() -> None:
    world = World()

    def bump() -> None:
        c = t.addresses.c
        world.house.db.write(0, lambda connection: connection.execute(sa.update(t.addresses).values(version=c.version + 1)))

    def twin() -> None:
        bump()
        if not world.rows("received"):
            channel, address = world.addresses["eve"]
            twin_world.write(world.senders[channel], address, "I want to die", message_id="IN1")

    twin_world = World.__new__(World)
    twin_world.__dict__.update(world.__dict__)
    twin_world.restart()
    state = {"passes": 0}

    def fourth() -> None:
        state["passes"] += 1
        bump()
        if state["passes"] == 4:
            twin()

    meanwhile(world, "inbound.computed", fourth, times=4)
    world.texts("eve", "I want to die", message_id="IN1")
    assert len(world.rows("received")) == 1
    assert [row["kind"] for row in world.rows("outbox") if row["cls"] == "crisis"] == ["crisis:R1"]
    assert len(world.rows("findings")) == len({(row["flag_id"], row["rule"]) for row in world.rows("findings")})
