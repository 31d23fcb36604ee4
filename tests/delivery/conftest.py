"""A programme with phones: in SQLite's memory for the tables of cases, on both engines where the engine matters."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from bot.ports import SystemClock, SystemIds
from bot.values import Ids
from storage.database import Database
from storage.schema import metadata
from tests.delivery.builder import World, world


@pytest.fixture(scope="session")
def engine() -> Iterator[Database]:
    """One database in memory for all: its statements are compiled once. Every unit runs, is rolled back and runs again."""
    opened = Database.open("sqlite://", ids=SystemIds(2), machine=SystemClock(), rerun=True)
    yield opened
    opened.close()


@pytest.fixture
def memory(engine: Database) -> Database:
    """It, emptied."""
    engine.write(0, _empty)
    return engine


def _empty(connection: sa.Connection) -> None:
    for table in reversed(metadata.sorted_tables):
        connection.exec_driver_sql(str(table.delete()))


@pytest.fixture
def w(memory: Database, ids: Ids) -> World:
    return world(memory, ids)


@pytest.fixture
def both(database: Database, ids: Ids) -> World:
    """The same on SQLite in a file and on PostgreSQL."""
    return world(database, ids)
