"""
The database: reads on a snapshot, and units that commit as one. The only ways in.

A *unit* is a function of a connection. It gets all it needs as arguments, does only SQL, returns plain values and has
no other effect: it may run twice, or be rolled back after it returned. What is expected is a result, not an exception.
Hot statements are built once at import, with bind parameters; building them per call costs five times as much:

    _CLOSE = sa.update(t.flags).where(t.flags.c.id == sa.bindparam("flag"), t.flags.c.version == sa.bindparam("seen")).values(
        closed_at=sa.bindparam("now"), version=t.flags.c.version + 1
    )

    def close(connection: sa.Connection, flag: int, seen: int, now: datetime) -> bool:
        return connection.execute(_CLOSE, {"flag": flag, "seen": seen, "now": now}).rowcount == 1
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TypeVar

import psycopg
import sqlalchemy as sa

from bot.errors import Busy, StorageFailed, WrongUse
from bot.values import Clock, Ids
from storage import engines, faults, migrations
from storage.crypto import READ_ONLY
from storage.turns import Turns

T = TypeVar("T")

TRIES_MAX: Final = 5
"""How often a unit is run when another one stands in its way."""


class Database:
    """
    Reads and writes on SQLite or PostgreSQL. Safe across threads.

    Args:
        url: see `storage.engines.parse`.
        queue_max: units that may wait to be written; one more raises Busy.
        rerun: run every unit, roll it back and run it again: proves that units have no other effect. For tests.
    """

    def __init__(self, url: str, *, ids: Ids, machine: Clock, queue_max: int = 1000, rerun: bool = False) -> None:
        self.ids = ids
        self.machine = machine
        self._rerun = rerun
        parsed = engines.parse(url)
        self.dialect: str = parsed.get_backend_name()
        self._memory = engines.in_memory(parsed)
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        if self.dialect == "sqlite" and not self._memory and not parsed.database:
            self._folder = tempfile.TemporaryDirectory(prefix="checkline-")
            parsed = parsed.set(database=str(Path(self._folder.name) / "checkline.db"))
        self.where = parsed.render_as_string(hide_password=True)
        self.engine = engines.make(parsed)
        readers = self.engine if self._memory or self.dialect == "postgresql" else engines.make(parsed, read_only=True)
        self._readers = readers.execution_options(**{READ_ONLY: True})
        self._turns = Turns(1 if self.dialect == "sqlite" else engines.POOL_MAX, queue_max)
        self._here = threading.local()
        self._kept: dict[bool, sa.Connection] = {}

    @classmethod
    def open(cls, url: str, *, ids: Ids, machine: Clock, queue_max: int = 1000, rerun: bool = False) -> Database:
        """
        A database that has all its tables.

        SQLite is made and migrated here; PostgreSQL, which other processes may be using, only by `checkline db upgrade`.

        Raises:
            WrongUse: PostgreSQL is behind, or the database was made by a newer version.
            StorageFailed: it cannot be reached.
        """
        database = cls(url, ids=ids, machine=machine, queue_max=queue_max, rerun=rerun)
        try:
            database._ready()
        except BaseException:
            database.close()
            raise
        return database

    def read(self, work: Callable[[sa.Connection], T]) -> T:
        """
        Run `work` on a read-only snapshot: it sees what was committed when it began, whatever is written meanwhile.

        Raises:
            Busy: all connections are taken. StorageFailed: the database refused or is away.
        """
        with self._alone():
            if self._memory:
                with self._turns.turn(0):
                    return self._look(work)
            return self._look(work)

    def write(self, key: int, unit: Callable[[sa.Connection], T], lane: int = 1) -> T:
        """
        Run `unit` in one transaction and commit it. What it raises rolls it back and is raised here.

        Args:
            key: the client or programme whose things change. Units of one key never run at the same time, in any
                process: on PostgreSQL an advisory lock holds that, SQLite has one writer. 0: none.
            lane: when units wait, a lower one goes first.

        Raises:
            Busy: too many wait, or another stands in the way after five tries. Nothing was stored.
            StorageFailed: the database refused, and nothing was stored; or it went away (`retryable`), and only if that
                was in the middle of COMMIT the unit may be stored. Units are idempotent: run it again.
        """
        with self._alone(), self._turns.turn(lane):
            if self._rerun:
                self._try(key, unit, keep=False)
            return self._try(key, unit, keep=True)

    def upgrade(self) -> tuple[str | None, str]:
        """
        Make or migrate the tables, one process at a time. Returns the revisions before and after.

        Raises:
            WrongUse: the database was made by a newer version.
        """
        with self._alone(), self._turns.turn(0):
            return self._try(migrations.LOCK, migrations.upgrade, keep=True)

    def revision(self) -> str | None:
        """The revision that the tables are at; None for an empty database."""
        return self.read(migrations.current)

    def close(self) -> None:
        """Give all connections back. The database cannot be used afterwards."""
        for connection in self._kept.values():
            connection.close()
        self._kept.clear()
        self.engine.dispose()
        self._readers.dispose()
        if self._folder is not None:
            self._folder.cleanup()

    def _ready(self) -> None:
        revision = self.revision()
        if revision == migrations.HEAD:
            return
        if self.dialect == "postgresql":
            found = f"is at revision {revision}" if revision else "has no tables yet"
            raise WrongUse(f"{self.where}: the database {found}, {migrations.HEAD} is needed; say `checkline db upgrade`")
        self.upgrade()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        # One connection a thread: on SQLite a nested unit would wait for itself, on PostgreSQL drain the pool.
        if getattr(self._here, "busy", False):
            raise RuntimeError("Database.read or write inside another: use the connection that the unit was given")
        self._here.busy = True
        try:
            yield
        finally:
            self._here.busy = False

    @contextmanager
    def _connection(self, *, read_only: bool) -> Iterator[sa.Connection]:
        if self.dialect == "postgresql" or (read_only and not self._memory):
            with (self._readers if read_only else self.engine).connect() as connection:
                yield connection
            return
        # SQLite's writer holds a turn, so that one connection can be kept: a check-out and reset cost a fifth of a small unit.
        kept = self._kept.get(read_only)
        if kept is None:
            kept = self._kept[read_only] = (self._readers if read_only else self.engine).connect()
        yield kept

    def _try(self, key: int, unit: Callable[[sa.Connection], T], *, keep: bool) -> T:
        for _ in range(TRIES_MAX):
            try:
                with self._connection(read_only=False) as connection:
                    return self._once(connection, key, unit, keep=keep)
            except faults.DATABASE as error:
                if not faults.again(error):
                    raise faults.translate(error).with_traceback(error.__traceback__) from None
        raise Busy(f"storage: another unit stood in the way {TRIES_MAX} times; nothing was stored, try again")

    def _once(self, connection: sa.Connection, key: int, unit: Callable[[sa.Connection], T], *, keep: bool) -> T:
        if self.dialect == "sqlite":
            _begin(connection, "BEGIN IMMEDIATE")
        else:
            _begin(connection, f"BEGIN; SELECT pg_advisory_xact_lock({int(key)})" if key else "BEGIN")
        with connection.begin() as transaction:
            result = unit(connection)
            if not keep:
                transaction.rollback()
        return result

    def _look(self, work: Callable[[sa.Connection], T]) -> T:
        try:
            with self._connection(read_only=True) as connection:
                _begin(connection, "BEGIN" if self.dialect == "sqlite" else "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                transaction = connection.begin()
                try:
                    changes = _changes(connection) if self._memory else 0
                    result = work(connection)
                    if self._memory and _changes(connection) != changes:
                        raise RuntimeError("Database.read: the work wrote something; use Database.write")
                    return result
                finally:
                    transaction.rollback()
        except faults.DATABASE as error:
            raise faults.translate(error).with_traceback(error.__traceback__) from None


def _begin(connection: sa.Connection, statement: str) -> None:
    # Straight to the driver: through SQLAlchemy this one word costs as much as an insert. Connections that the server
    # dropped while they lay in the pool show here, before anything was begun, and are replaced.
    for _ in range(2 * engines.POOL_MAX):
        driver: Any = connection.connection.driver_connection
        try:
            driver.execute(statement)
        except psycopg.OperationalError:
            if not driver.broken:
                raise
            connection.invalidate()
        else:
            return
    raise StorageFailed("storage: PostgreSQL drops every connection; nothing was stored")


def _changes(connection: sa.Connection) -> int:
    driver: Any = connection.connection.driver_connection
    changes: int = driver.total_changes
    return changes
