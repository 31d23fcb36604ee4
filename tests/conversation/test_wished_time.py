"""A client who needs another time says which; the wish is read back, and stands in the work item that the case manager has."""

from __future__ import annotations

import json

import pytest

from tests.world import CLIENTS, World


def wishing(name: str, *replies: str) -> World:
    world = World()
    world.books(name, days=5)
    world.walk(days=2, hours=1)
    for reply in ("2", *replies):
        world.texts(name, reply)
    return world


def opened(world: World, column: str, row_id: int, sealed: bytes) -> str:
    """A sealed value, opened as the console opens it."""
    found = world.house.db.read(lambda connection: world.house.vault.open(connection, column, row_id, sealed))
    assert found is not None
    return found


def notes(world: World, name: str) -> list[str | None]:
    """The notes of the open work items about another time."""
    rows = world.rows("tasks", client_id=world.clients[name], kind="reschedule", closed_at=None)
    return [opened(world, "tasks.note", row["id"], row["note_sealed"]) if row["note_sealed"] else None for row in rows]


def wished(world: World, name: str) -> list[object]:
    """The stored answers about the wished time."""
    rows = world.rows("answers", client_id=world.clients[name], code="wished_time")
    return [json.loads(opened(world, "answers.value", row["id"], row["value_sealed"])) for row in rows]


def test_the_wish_is_read_back_before_it_counts_and_then_stands_in_the_work_item() -> None:
    world = wishing("eve", "Tuesday at half past four")
    assert "Tuesday, March" in world.said_to("eve")[-1]
    assert "4:30 PM" in world.said_to("eve")[-1]
    assert (notes(world, "eve"), wished(world, "eve")) == ([None], [])
    world.texts("eve", "1")
    (note,) = notes(world, "eve")
    assert note is not None
    assert note.startswith("Tuesday, March")
    assert note.endswith("4:30 PM")
    (value,) = wished(world, "eve")
    assert str(value)[10:16] == "T16:30"


def test_a_better_time_may_be_named_instead_of_a_yes() -> None:
    world = wishing("eve", "Tuesday at half past four", "no, Tuesday at 10", "yes")
    (note,) = notes(world, "eve")
    assert note is not None
    assert note.endswith("10:00 AM")


@pytest.mark.parametrize("silent", [True, False], ids=["no answer", "nobody can read it"])
def test_without_a_wish_the_work_item_stands_all_the_same(silent: bool) -> None:
    world = wishing("eve", *([] if silent else ["whenever", "soon"]))
    if silent:
        world.walk(days=1, hours=2)
    assert notes(world, "eve") == [None]
    assert ("find a better time" in world.said_to("eve")[-1]) is not silent


def test_the_read_back_is_in_the_language_of_the_client() -> None:
    arab = next(name for name, client in CLIENTS.items() if client[0] == "ar")
    world = wishing(arab, "الجمعة الساعة الرابعة والنصف")
    assert "\u2068الجمعة" in world.said_to(arab)[-1]
    assert "4:30 م" in world.said_to(arab)[-1]
