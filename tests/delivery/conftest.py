"""A programme with phones: in SQLite's memory for the tables of cases, on both engines where the engine matters."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.ports import SystemClock, SystemIds
from bot.values import Ids
from storage.database import Database
from tests.delivery.builder import World, world


@pytest.fixture
def memory() -> Iterator[Database]:
    """An empty database in memory, where every unit runs, is rolled back and runs again."""
    opened = Database.open("sqlite://", ids=SystemIds(2), machine=SystemClock(), rerun=True)
    yield opened
    opened.close()


@pytest.fixture
def w(memory: Database, ids: Ids) -> World:
    return world(memory, ids)


@pytest.fixture
def both(database: Database, ids: Ids) -> World:
    """The same on SQLite in a file and on PostgreSQL."""
    return world(database, ids)
