"""What a claim reads does not grow with what waits: counted by the engines themselves, at a short queue and at a long one."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

from bot.cli import bench_alert
from bot.cli.demo.clockwork import VirtualClock, virtual_ports
from bot.house import House
from bot.locales.words import Words
from bot.values import Ids
from storage import claims
from storage.crypto import Vault
from storage.database import Database
from storage.keyring import KeyRing
from tests.world import TUESDAY

NOW = TUESDAY + timedelta(minutes=1)
ROOM = claims.Room(urgent=8, usual=6, per_sender=6, flying={})
QUESTIONS: dict[str, Callable[[Connection], object]] = {
    "claiming": lambda connection: claims.claim(connection, ROOM, NOW, NOW),
    "when the next may go": lambda connection: claims.next_at(connection, NOW),
    "what was lost": lambda connection: claims.lost(connection, NOW),
}
SIZES = [pytest.param(500, 5_000, id="5,000"), pytest.param(1_000, 50_000, id="50,000", marks=pytest.mark.slow)]
MOST = 1.5
"""The trees of an index grow a level now and then."""


def a_house(database: Database, ids: Ids) -> House:
    return House(database, Vault(KeyRing.in_memory(ids), ids), virtual_ports(VirtualClock(TUESDAY), 1), Words())


def analysed(database: Database) -> None:
    """PostgreSQL knows how much there is, as it does a minute later by itself."""
    if database.dialect == "postgresql":
        with database.engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("ANALYZE outbox; ANALYZE senders")


@contextmanager
def thrown_away(database: Database) -> Iterator[Connection]:
    with database.engine.connect() as connection:
        transaction = connection.begin()
        yield connection
        transaction.rollback()


def steps(database: Database, ask: Callable[[Connection], object]) -> int:
    """How many instructions SQLite's machine ran."""
    with thrown_away(database) as connection:
        ask(connection)  # statements are compiled the first time
    counted = 0

    def count() -> int:
        nonlocal counted
        counted += 1
        return 0

    with thrown_away(database) as connection:
        driver: Any = connection.connection.driver_connection
        driver.set_progress_handler(count, 1)
        ask(connection)
        driver.set_progress_handler(None, 1)
    return counted


def rows_read(database: Database, ask: Callable[[Connection], object]) -> int:
    """How many rows PostgreSQL's plans went through, those that a filter threw away too."""
    statements: list[tuple[str, Any]] = []

    def before(_conn: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        statements.append((statement, parameters))

    with thrown_away(database) as connection:
        sa.event.listen(connection, "before_cursor_execute", before)
        ask(connection)
        sa.event.remove(connection, "before_cursor_execute", before)
    total = 0
    with thrown_away(database) as connection:
        for statement, parameters in statements:
            told = connection.exec_driver_sql(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {statement}", parameters).scalar()
            total += through(json.loads(told)[0]["Plan"] if isinstance(told, str) else told[0]["Plan"])
    return total


def through(plan: dict[str, Any]) -> int:
    here = (plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)) * plan["Actual Loops"]
    return int(here) + sum(through(below) for below in plan.get("Plans", ()))


@pytest.mark.parametrize(("few", "many"), SIZES)
def test_what_is_read_does_not_grow_with_what_waits(database_once: Database, ids: Ids, few: int, many: int) -> None:
    work = steps if database_once.dialect == "sqlite" else rows_read
    house = a_house(database_once, ids)
    laid = bench_alert.lay(house, 0, few)
    analysed(database_once)
    short = {name: work(database_once, ask) for name, ask in QUESTIONS.items()}
    bench_alert.queue(house, laid, few, many)
    analysed(database_once)
    long = {name: work(database_once, ask) for name, ask in QUESTIONS.items()}
    assert short["claiming"] > 0
    assert {name: count for name, count in long.items() if count > max(short[name], 20) * MOST} == {}


def test_every_read_of_a_claim_is_along_an_index(database_once: Database, ids: Ids) -> None:
    if database_once.dialect != "sqlite":
        return  # PostgreSQL may read a small table whole; its rows are counted above.
    bench_alert.lay(a_house(database_once, ids), 0, 200)
    plans: list[str] = []

    def before(conn: Connection, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        if not statement.startswith("EXPLAIN"):
            driver: Any = conn.connection.driver_connection
            plans.extend(row[3] for row in driver.execute(f"EXPLAIN QUERY PLAN {statement}", parameters))

    with thrown_away(database_once) as connection:
        sa.event.listen(connection, "before_cursor_execute", before)
        for ask in QUESTIONS.values():
            ask(connection)
    scans = [plan for plan in plans if plan.startswith("SCAN") and any(f" {name}" in plan for name in ("outbox", "o", "b", "e", "n"))]
    assert [plan for plan in scans if "USING" not in plan and "busy" not in plan] == []
    assert any("ix_outbox_ready" in plan for plan in plans)
