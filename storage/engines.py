"""
Engines: how a connection to SQLite or PostgreSQL is opened and how a transaction on it begins.

Both drivers are in autocommit and we say BEGIN ourselves: SQLite's must be IMMEDIATE for a unit (three processes whose
transactions began deferred lost 390 of 600 to "database is locked"; immediate, none), and PostgreSQL's carries the lock
of the unit's key in the same round trip.
"""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.pool import PoolProxiedConnection, QueuePool, StaticPool

from bot.errors import WrongUse

POOL_MAX: Final = 8
"""Connections that a process keeps to PostgreSQL, and readers of one SQLite file."""

BUSY_SECONDS: Final = 5
"""How long SQLite waits for another process's unit before it says busy."""

PRAGMAS: Final = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",  # a reply answered 2xx survives a power cut; NORMAL would not promise that in WAL
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",
    "PRAGMA temp_store = MEMORY",  # a sort that spills must leave no file behind
    "PRAGMA trusted_schema = OFF",
    "PRAGMA cache_size = -32768",
    "PRAGMA journal_size_limit = 67108864",
)


def parse(url: str) -> sa.URL:
    """
    The URL of a database, with the drivers that we use.

    `sqlite:///path`, `sqlite://` (in memory, one connection), `sqlite:///path?sync=off` (no fsync: tests, simulation),
    `sqlite:///?sync=off` (the same in a temporary file that nobody else has), `sqlite:///path?timeout=5` (seconds to wait for
    another process), `postgresql://user:password@host/name`.

    Raises:
        WrongUse: it is none of these. The text does not repeat the URL, which may hold a password.
    """
    try:
        made = sa.make_url(url)
    except (sa.exc.ArgumentError, ValueError):
        raise WrongUse("database: not a URL; write sqlite:///path or postgresql://user:password@host/name") from None
    backend = made.drivername.partition("+")[0]
    if backend == "sqlite":
        return made.set(drivername="sqlite+pysqlite")
    if backend in ("postgresql", "postgres"):
        return made.set(drivername="postgresql+psycopg")
    raise WrongUse(f"database: {backend} is not supported; use sqlite or postgresql")


def _seconds(url: sa.URL) -> float:
    try:
        return float(str(url.query.get("timeout", BUSY_SECONDS)))
    except ValueError:
        raise WrongUse("database: timeout is not a number of seconds") from None


def in_memory(url: sa.URL) -> bool:
    """Whether the URL names SQLite's memory."""
    return url.get_backend_name() == "sqlite" and not url.query and url.database in (None, "", ":memory:")


def make(url: sa.URL, *, read_only: bool = False) -> sa.Engine:
    """The engine for a URL from `parse` that names a file, memory or a server. Connects to nothing yet."""
    return _postgresql(url) if url.get_backend_name() == "postgresql" else _sqlite(url, read_only=read_only)


def _sqlite(url: sa.URL, *, read_only: bool) -> sa.Engine:
    memory = in_memory(url)
    pragmas = [*PRAGMAS]
    if str(url.query.get("sync", "")).lower() == "off":
        pragmas.append("PRAGMA synchronous = OFF")
    if read_only:
        pragmas.append("PRAGMA query_only = ON")
    timeout = _seconds(url)
    engine = sa.create_engine(
        url.difference_update_query(["sync", "timeout"]),
        hide_parameters=True,
        poolclass=StaticPool if memory else QueuePool,
        connect_args={"check_same_thread": False, "timeout": timeout, "isolation_level": None, "cached_statements": 512},
        **({} if memory else {"pool_size": POOL_MAX, "max_overflow": 0, "pool_timeout": BUSY_SECONDS}),
    )

    @event.listens_for(engine, "connect")
    def connected(connection: Any, _record: Any) -> None:
        for pragma in pragmas:
            connection.execute(pragma)

    def begin(connection: PoolProxiedConnection) -> None:
        driver: Any = connection.driver_connection
        if not driver.in_transaction:
            driver.execute("BEGIN IMMEDIATE")

    # Not the event "begin": one listener on an engine slows each statement by a tenth.
    engine.dialect.do_begin = begin  # type: ignore[assignment, method-assign]
    return engine


def _postgresql(url: sa.URL) -> sa.Engine:
    engine = sa.create_engine(
        url,
        hide_parameters=True,
        pool_size=POOL_MAX,
        max_overflow=POOL_MAX,
        pool_timeout=BUSY_SECONDS,
        pool_recycle=3600,
        connect_args={
            "autocommit": True,
            "connect_timeout": 10,
            "application_name": "checkline",
            "options": "-c timezone=UTC -c lock_timeout=10s -c idle_in_transaction_session_timeout=60s",
        },
    )

    def begin(connection: PoolProxiedConnection) -> None:
        driver: Any = connection.driver_connection
        if not driver.info.transaction_status:
            driver.execute("BEGIN")

    engine.dialect.do_begin = begin  # type: ignore[assignment, method-assign]
    return engine
