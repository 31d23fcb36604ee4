"""Fixtures that every test may use: databases, and no way out of this machine."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
import structlog

from bot.ports import SystemClock, SystemIds
from bot.values import Ids
from storage.crypto import Vault
from storage.database import Database
from storage.keyring import KeyRing
from storage.schema import metadata
from tests import postgres

ENGINES = ("sqlite", pytest.param("postgresql", marks=pytest.mark.slow))


def _no_way_out(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.connect":
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else "localhost"
    elif event == "socket.getaddrinfo":
        host = arguments[0]
    else:
        return
    if host not in ("127.0.0.1", "::1", "localhost", "0.0.0.0", b"localhost", b"127.0.0.1", None, ""):
        raise RuntimeError(f"a test reached for {host!r}: outside sockets are blocked")


def pytest_configure(config: pytest.Config) -> None:
    sys.addaudithook(_no_way_out)
    if not hasattr(config, "workerinput"):
        postgres.begin_run()


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        postgres.end_run()


@pytest.fixture(autouse=True)
def plain_logs() -> Iterator[None]:
    """A command under test sets logging up for its own process: the next test must not inherit that."""
    yield
    structlog.reset_defaults()


@pytest.fixture
def ids() -> Ids:
    return SystemIds(1)


@pytest.fixture
def vault(ids: Ids) -> Vault:
    """A vault whose ring is kept nowhere."""
    return Vault(KeyRing.in_memory(ids), ids)


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """One database a worker, with all tables. Empty only for who takes it through `database_url`."""
    name = f"checkline_test_{os.getpid()}"
    try:
        postgres.server()
    except postgres.NoPostgres as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"not tested on PostgreSQL: {error}")
    with postgres.new_database(name) as url:
        database = Database(url, ids=SystemIds(2), machine=SystemClock())
        database.upgrade()
        database.close()
        yield url


@pytest.fixture(params=ENGINES)
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty database with all tables, on SQLite (a temporary file) and on PostgreSQL."""
    if request.param == "sqlite":
        folder = request.getfixturevalue("tmp_path")
        url = f"sqlite:///{folder / 'test.db'}?sync=off"
        Database.open(url, ids=SystemIds(2), machine=SystemClock()).close()
        return url
    url = request.getfixturevalue("postgresql_url")
    clear(url)
    return str(url)


@pytest.fixture
def database(database_url: str, ids: Ids) -> Iterator[Database]:
    """An empty database on both engines, where every unit runs, is rolled back and runs again."""
    opened = Database.open(database_url, ids=ids, machine=SystemClock(), rerun=True)
    yield opened
    opened.close()


@pytest.fixture
def database_once(database_url: str, ids: Ids) -> Iterator[Database]:
    """The same, but a unit runs once: for tests about the running itself."""
    opened = Database.open(database_url, ids=ids, machine=SystemClock())
    yield opened
    opened.close()


def clear(url: str) -> None:
    """Empty every table. Deleting from empty tables is twenty times as fast as truncating them."""
    database = Database(url, ids=SystemIds(2), machine=SystemClock())

    def unit(connection: sa.Connection) -> None:
        connection.exec_driver_sql("; ".join(str(table.delete()) for table in reversed(metadata.sorted_tables)))

    database.write(0, unit)
    database.close()
