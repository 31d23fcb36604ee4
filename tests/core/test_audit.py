"""The audit trail: a chain that holds, and shows every row that was changed, put in, taken out or cut off."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

from bot.values import Person
from storage import audit
from storage import schema as t
from tests.world import World

NOW = datetime(2026, 3, 3, 15, 0, 0, 123_456, tzinfo=UTC)
CHAIN = 77
WHO = Person(5, "case_manager", 1)
c, h = t.audit.c, t.audit_heads.c


@pytest.fixture(scope="module")
def world() -> World:
    return World()


def _write(connection: Connection, world: World, rows: int = 4) -> None:
    for number in range(rows):
        audit.append(
            connection,
            world.house.ports.ids,
            programme_id=1,
            chain_id=CHAIN,
            actor=WHO,
            action="flag.note",
            target=f"flag {number}",
            detail={"é": number, "list": ["a", None, True]},
            now=NOW + timedelta(seconds=number),
        )


def _change(connection: Connection, seq: int, **values: Any) -> None:
    connection.execute(sa.update(t.audit).where(c.chain_id == CHAIN, c.seq == seq).values(**values))


def _forge(connection: Connection, seq: int, **values: Any) -> None:
    """Change a row and make its own hash fit again: the next row still knows the old one."""
    row = dict(connection.execute(sa.select(t.audit).where(c.chain_id == CHAIN, c.seq == seq)).mappings().one())
    _change(connection, seq, **values, hash=audit.digest({**row, **values}))


def _move(connection: Connection, seq: int) -> None:
    connection.execute(sa.update(t.audit).where(c.chain_id == CHAIN, c.seq == seq).values(seq=seq - 1))


def _drop(connection: Connection, seq: int) -> None:
    connection.execute(sa.delete(t.audit).where(c.chain_id == CHAIN, c.seq == seq))


TAMPERED: dict[str, Callable[[Connection], object]] = {
    "another time": lambda x: _change(x, 2, at=NOW),
    "another actor": lambda x: _change(x, 2, actor_id=6),
    "another role": lambda x: _change(x, 2, actor_role="supervisor"),
    "another action": lambda x: _change(x, 2, action="flag.resolve"),
    "another target": lambda x: _change(x, 2, target="flag 9"),
    "other details": lambda x: _change(x, 2, detail={}),
    "another programme": lambda x: _change(x, 2, programme_id=2),
    "the last row": lambda x: _change(x, 4, action="flag.resolve"),
    "a row with a hash that fits": lambda x: _forge(x, 2, action="flag.resolve"),
    "the last row with a hash that fits": lambda x: _forge(x, 4, action="flag.resolve"),
    "a row taken out": lambda x: _drop(x, 2),
    "the first row taken out": lambda x: _drop(x, 1),
    "the end cut off": lambda x: _drop(x, 4),
    "all rows taken out": lambda x: x.execute(sa.delete(t.audit).where(c.chain_id == CHAIN)),
    "a row and what follows moved up": lambda x: (_drop(x, 2), _move(x, 3), _move(x, 4)),
    "the head put back": lambda x: x.execute(sa.update(t.audit_heads).where(h.chain_id == CHAIN).values(seq=3)),
    "the head taken away": lambda x: x.execute(sa.delete(t.audit_heads).where(h.chain_id == CHAIN)),
    "a row moved to another chain": lambda x: _change(x, 4, chain_id=78),
}


class _Undo(Exception):
    """Rolls the unit back."""


def _faults(world: World, tamper: Callable[[Connection], object]) -> list[str]:
    found: list[str] = []

    def unit(connection: Connection) -> None:
        _write(connection, world)
        tamper(connection)
        found.extend(audit.faults(connection))
        raise _Undo

    with pytest.raises(_Undo):
        world.house.db.write(0, unit)
    return found


def test_a_chain_that_nobody_touched_holds(world: World) -> None:
    assert _faults(world, lambda _: None) == []


@pytest.mark.parametrize("tamper", TAMPERED.values(), ids=TAMPERED)
def test_what_was_tampered_with_is_found(world: World, tamper: Callable[[Connection], object]) -> None:
    found = _faults(world, tamper)
    assert found
    assert all(any(str(chain) in fault for chain in (CHAIN, 78)) for fault in found)


def test_each_chain_counts_from_one_and_holds_by_itself(world: World) -> None:
    rows = world.rows("audit")
    by_chain = {chain: [row["seq"] for row in rows if row["chain_id"] == chain] for chain in {row["chain_id"] for row in rows}}
    assert len(by_chain) > len(world.clients)
    assert all(seqs == list(range(1, len(seqs) + 1)) for seqs in by_chain.values())


def test_what_people_do_in_a_day_leaves_a_whole_trail_without_a_word_of_theirs() -> None:
    world = World(rerun=True)
    world.ask("eve")
    world.texts("eve", "worse, I want to die")
    flag = next(flag for flag in world.flags("eve") if flag["category"] == "self_harm")
    world.texts("ana", f"A {flag['code']}")
    world.engine.desk.note(world.staff["ana"], flag["id"], "phoned Eve, she is safe")
    world.engine.desk.resolve(world.staff["ana"], flag["id"], "handled", True, "all is well")
    world.texts("eve", "STOP")
    assert world.house.db.read(lambda connection: list(audit.faults(connection))) == []
    trail = world.rows("audit", chain_id=world.clients["eve"])
    assert [row["action"] for row in trail][-4:] == ["flag.acknowledge", "flag.note", "flag.resolve", "consent.withdraw"]
    told = repr([(row["action"], row["target"], row["detail"], row["actor_role"]) for row in world.rows("audit")])
    assert not any(word in told for word in ("Eve", "die", "phoned", "well", "+1202", "STOP"))
