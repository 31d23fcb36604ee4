"""Units are whole or nothing, wait their turn, and lose nothing to each other; reads see a snapshot."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
import traceback
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.errors import Busy, StorageFailed, WrongUse
from bot.ports import SystemClock, SystemIds
from storage import engines
from storage import schema as t
from storage.database import Database
from storage.turns import Turns
from tests.conftest import clear

pytestmark = pytest.mark.slow

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
SECRET = "Maria Petrova +34600111222"

_PUT = sa.insert(t.meta).values(name=sa.bindparam("name"), value=sa.bindparam("value"))
_GET = sa.select(t.meta.c.value).where(t.meta.c.name == sa.bindparam("name"))
_ADD = sa.update(t.meta).where(t.meta.c.name == sa.bindparam("which")).values(value=sa.bindparam("sum"))


def put(connection: sa.Connection, name: str, value: str) -> None:
    connection.execute(_PUT, {"name": name, "value": value})


def get(connection: sa.Connection, name: str) -> Any:
    return connection.execute(_GET, {"name": name}).scalar()


def add_one(connection: sa.Connection, name: str) -> None:
    """A read and a write that depends on it: what a lost update would lose."""
    connection.execute(_ADD, {"which": name, "sum": str(int(get(connection, name)) + 1)})


def test_a_unit_is_committed_and_its_result_given_back(database: Database) -> None:
    def unit(connection: sa.Connection) -> str:
        put(connection, "a", "1")
        return "done"

    assert database.write(7, unit) == "done"
    assert database.read(lambda connection: get(connection, "a")) == "1"


def test_a_unit_that_raises_leaves_nothing_and_its_error_comes_through(database: Database) -> None:
    def unit(connection: sa.Connection) -> None:
        put(connection, "a", "1")
        raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        database.write(7, unit)
    assert database.read(lambda connection: get(connection, "a")) is None
    database.write(7, lambda connection: put(connection, "a", "2"))


def test_with_rerun_a_unit_runs_twice_and_is_stored_once(database: Database) -> None:
    runs = []

    def unit(connection: sa.Connection) -> None:
        runs.append(get(connection, "a"))
        put(connection, "a", "1")

    database.write(7, unit)
    assert runs == [None, None], "the second run must not see the first"


def test_a_read_cannot_write(database: Database) -> None:
    with pytest.raises(StorageFailed):
        database.read(lambda connection: put(connection, "a", "1"))
    assert database.read(lambda connection: get(connection, "a")) is None


def test_a_read_in_memory_cannot_write() -> None:
    database = Database.open("sqlite://", ids=SystemIds(1), machine=SystemClock())
    with pytest.raises(RuntimeError, match=r"Database\.write"):
        database.read(lambda connection: put(connection, "a", "1"))
    assert database.read(lambda connection: get(connection, "a")) is None
    database.close()


def test_a_read_sees_a_snapshot_while_others_write(database: Database) -> None:
    database.write(7, lambda connection: put(connection, "a", "before"))
    seen, written = threading.Event(), threading.Event()

    def work(connection: sa.Connection) -> tuple[str, str]:
        first = get(connection, "a")
        seen.set()
        assert written.wait(10)
        return first, get(connection, "a")

    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(database.read, work)
        assert seen.wait(10)
        database.write(7, lambda connection: connection.execute(_ADD, {"which": "a", "sum": "after"}).rowcount)
        written.set()
        assert reading.result(10) == ("before", "before")
    assert database.read(lambda connection: get(connection, "a")) == "after"


@pytest.mark.parametrize("inner", ["read", "write"])
def test_a_unit_inside_a_unit_is_refused_at_once(database: Database, inner: str) -> None:
    def nested(_connection: sa.Connection) -> None:
        if inner == "read":
            database.read(lambda connection: get(connection, "a"))
        else:
            database.write(7, lambda connection: put(connection, "a", "1"))

    with pytest.raises(RuntimeError, match="inside another"):
        database.write(7, nested)
    database.write(7, lambda connection: put(connection, "a", "2"))


def test_threads_that_write_at_once_lose_nothing(database: Database) -> None:
    database.write(0, lambda connection: put(connection, "sum", "0"))
    with ThreadPoolExecutor(8) as pool:
        done = [pool.submit(database.write, 7, lambda connection: add_one(connection, "sum")) for _ in range(80)]
        for one in done:
            one.result(30)
    assert database.read(lambda connection: get(connection, "sum")) == "80"


PROGRAM = """
import sys
from bot.ports import SystemClock, SystemIds
from storage.database import Database
from tests.storage.test_database import add_one
database = Database.open(sys.argv[1], ids=SystemIds(), machine=SystemClock())
for _ in range(50):
    database.write(7, lambda connection: add_one(connection, "sum"))
database.close()
"""


@pytest.mark.slow
def test_processes_that_write_at_once_lose_nothing(database_once: Database, database_url: str) -> None:
    database_once.write(0, lambda connection: put(connection, "sum", "0"))
    processes = [subprocess.Popen([sys.executable, "-c", PROGRAM, database_url]) for _ in range(2)]
    for _ in range(50):
        database_once.write(7, lambda connection: add_one(connection, "sum"))
    assert [process.wait(60) for process in processes] == [0, 0]
    assert database_once.read(lambda connection: get(connection, "sum")) == "150"


def test_processes_that_open_a_new_file_at_once_make_it_once(tmp_path: Any) -> None:
    url = f"sqlite:///{tmp_path / 'new.db'}?sync=off"

    def opened(_n: int) -> str | None:
        database = Database.open(url, ids=SystemIds(), machine=SystemClock())
        revision = database.revision()
        database.close()
        return revision

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(opened, range(4)))) == 1


def test_units_that_block_each_other_are_run_again(database_once: Database) -> None:
    for name in ("a", "b"):
        database_once.write(0, lambda connection, name=name: put(connection, name, "0"))
    both = threading.Barrier(2, timeout=5)
    runs: list[str] = []

    def unit(first: str, second: str) -> Any:
        def work(connection: sa.Connection) -> None:
            runs.append(first)
            add_one(connection, first)
            if database_once.dialect == "postgresql" and runs.count(first) == 1:
                both.wait()
            add_one(connection, second)

        return work

    with ThreadPoolExecutor(2) as pool:
        waiting = [pool.submit(database_once.write, key, unit(*names)) for key, names in ((1, ("a", "b")), (2, ("b", "a")))]
        for one in waiting:
            one.result(30)
    assert database_once.read(lambda connection: (get(connection, "a"), get(connection, "b"))) == ("2", "2")
    assert len(runs) == (3 if database_once.dialect == "postgresql" else 2), "PostgreSQL ends one of them, which then runs again"


def test_busy_comes_when_the_queue_is_full_and_nothing_is_stored(database_url: str) -> None:
    database = Database.open(database_url, ids=SystemIds(1), machine=SystemClock(), queue_max=2)
    slots = 1 if database.dialect == "sqlite" else engines.POOL_MAX
    inside, leave = threading.Semaphore(0), threading.Event()

    def slow(_connection: sa.Connection) -> None:
        inside.release()
        assert leave.wait(30)

    with ThreadPoolExecutor(slots + 2) as pool:
        running = [pool.submit(database.write, 0, slow) for _ in range(slots)]
        for _ in running:
            assert inside.acquire(timeout=10)
        running += [pool.submit(database.write, 0, lambda connection, name=name: put(connection, name, "x")) for name in "ab"]
        while database._turns.waiting < 2:
            leave.wait(0.001)
        with pytest.raises(Busy, match="nothing was stored"):
            database.write(0, lambda connection: put(connection, "late", "x"))
        leave.set()
        for one in running:
            one.result(30)
    assert database.read(lambda connection: get(connection, "late")) is None
    database.close()


def test_a_file_that_another_process_keeps_locked_is_busy_and_then_is_not(tmp_path: Path) -> None:
    database = Database.open(f"sqlite:///{tmp_path / 'x.db'}?timeout=0.01", ids=SystemIds(1), machine=SystemClock())
    runs: list[int] = []

    def unit(connection: sa.Connection) -> None:
        runs.append(1)
        put(connection, "a", "1")

    other = sqlite3.connect(tmp_path / "x.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Busy, match="nothing was stored"):
        database.write(7, unit)
    assert runs == [], "the unit never began"
    assert database.read(lambda connection: get(connection, "a")) is None, "reads go on"
    other.close()
    database.write(7, unit)
    assert database.read(lambda connection: get(connection, "a")) == "1"
    database.close()


def test_who_waits_goes_by_lane_then_by_arrival() -> None:
    turns, order, held, leave = Turns(1, 10), [], threading.Event(), threading.Event()

    def take(name: str, lane: int) -> None:
        with turns.turn(lane):
            order.append(name)
            if name == "first":
                held.set()
                assert leave.wait(10)

    with ThreadPoolExecutor(5) as pool:
        waiting = [pool.submit(take, "first", 3)]
        assert held.wait(10)
        for n, (name, lane) in enumerate((("bulk", 3), ("reply", 1), ("crisis", 0), ("reply 2", 1)), 1):
            waiting.append(pool.submit(take, name, lane))
            while turns.waiting < n:
                leave.wait(0.001)
        leave.set()
        for one in waiting:
            one.result(10)
    assert order == ["first", "crisis", "reply", "reply 2", "bulk"]


MOMENTS = {
    "UTC comes back as it went": NOW.replace(microsecond=123456),
    "another zone comes back as the same moment in UTC": datetime(2026, 3, 1, 4, 30, tzinfo=timezone(timedelta(hours=-5))),
    "None stays None": None,
}


@pytest.mark.parametrize("moment", MOMENTS.values(), ids=MOMENTS)
def test_moments(database: Database, moment: datetime | None) -> None:
    row = {"id": 1, "programme_id": 1, "subject_id": 1, "created_at": NOW, "erased_at": moment}
    database.write(0, lambda connection: connection.execute(sa.insert(t.data_keys), row).rowcount)
    found = database.read(lambda connection: connection.execute(sa.select(t.data_keys.c.erased_at)).scalar())
    assert found == moment
    assert found is None or found.tzinfo is UTC


def test_a_naive_moment_is_refused(database: Database) -> None:
    row = {"id": 1, "programme_id": 1, "subject_id": 1, "created_at": NOW.replace(tzinfo=None)}
    with pytest.raises(sa.exc.StatementError, match="naive"):
        database.write(0, lambda connection: connection.execute(sa.insert(t.data_keys), row).rowcount)


JSONS = {
    "objects with sorted keys": ({"b": 1, "a": [True, None]}, '{"a":[true,null],"b":1}'),
    "NUL and half a surrogate pair": ("\0 \ud83d", '"\\u0000 \\ud83d"'),
    "an empty list is not NULL": ([], "[]"),
}


@pytest.mark.parametrize(("value", "text"), JSONS.values(), ids=JSONS)
def test_json_is_kept_as_compact_sorted_text(database: Database, value: Any, text: str) -> None:
    row = {"name": "P", "kind": "demo", "zone": "UTC", "language": "en", "created_at": NOW, "id": 1, "programme_id": 1, "settings": value}
    row.pop("programme_id")
    database.write(0, lambda connection: connection.execute(sa.insert(t.programmes), row).rowcount)
    raw = sa.select(sa.type_coerce(t.programmes.c.settings, sa.Text))
    assert database.read(lambda connection: connection.execute(raw).scalar()) == text
    assert database.read(lambda connection: connection.execute(sa.select(t.programmes.c.settings)).scalar()) == value


def _broken_twice(connection: sa.Connection) -> None:
    connection.execute(sa.text("INSERT INTO meta (name, value) VALUES (:name, :value), (:name, :value)"), {"name": SECRET, "value": SECRET})


def _broken_number(connection: sa.Connection) -> None:
    connection.execute(sa.text("INSERT INTO users (id, programme_id, status) VALUES (:a, :b, :b)"), {"a": SECRET, "b": SECRET})


def _broken_check(connection: sa.Connection) -> None:
    row = {"id": 1, "name": SECRET, "kind": "x" * 300, "zone": SECRET, "language": "en", "created_at": NOW}
    connection.execute(sa.insert(t.programmes), row)


def _broken_json(connection: sa.Connection) -> None:
    row = {"id": 1, "name": "P", "kind": "demo", "zone": "UTC", "language": "en", "created_at": NOW, "settings": {SECRET: object()}}
    connection.execute(sa.insert(t.programmes), row)


def _broken_text(connection: sa.Connection) -> None:
    put(connection, "a", SECRET + "\ud83d")


BROKEN = {
    "half a surrogate pair in a plain column": _broken_text,
    "a duplicate": _broken_twice,
    "a text where a number belongs": _broken_number,
    "a value that a check refuses": _broken_check,
    "what JSON cannot hold": _broken_json,
}


@pytest.mark.parametrize("unit", BROKEN.values(), ids=BROKEN)
def test_an_error_quotes_no_value(database: Database, unit: Any) -> None:
    with pytest.raises((StorageFailed, sa.exc.StatementError)) as caught:
        database.write(0, unit)
    shown = "".join(traceback.format_exception(caught.value)) + str(caught.value) + repr(caught.value)
    for word in SECRET.split():
        assert word not in shown
    assert unit.__name__ in shown, "the trace still leads to the unit"


URLS = {
    "a wait that is no number": "sqlite:///x.db?timeout=nonsense",
    "not a URL": "nonsense",
    "another engine": "mysql://u:hunter2@host/db",
}


@pytest.mark.parametrize("url", URLS.values(), ids=URLS)
def test_a_wrong_url_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(WrongUse) as caught:
        Database(url, ids=SystemIds(1), machine=SystemClock())
    assert "hunter2" not in str(caught.value)
    assert "nonsense" not in str(caught.value)


def test_a_server_that_is_away_is_told_as_such_without_its_password() -> None:
    url = "postgresql://u:hunter2@127.0.0.1:1/none"
    with pytest.raises(StorageFailed, match="cannot be reached") as caught:
        Database.open(url, ids=SystemIds(1), machine=SystemClock())
    assert caught.value.retryable
    assert "hunter2" not in "".join(traceback.format_exception(caught.value))


def test_connections_that_the_server_dropped_are_replaced(postgresql_url: str) -> None:
    clear(postgresql_url)
    database, other = (Database.open(postgresql_url, ids=SystemIds(1), machine=SystemClock()) for _ in range(2))
    database.write(0, lambda connection: put(connection, "a", "1"))
    database.read(lambda connection: get(connection, "a"))
    kill = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    assert other.read(lambda connection: connection.exec_driver_sql(kill).scalar()) >= 1
    database.write(0, lambda connection: put(connection, "b", "1"))
    assert database.read(lambda connection: get(connection, "b")) == "1"
    database.close()
    other.close()


def test_sqlite_survives_a_power_cut_and_wipes_what_is_deleted(tmp_path: Any) -> None:
    database = Database.open(f"sqlite:///{tmp_path / 'x.db'}", ids=SystemIds(1), machine=SystemClock())
    names = ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
    found = database.write(0, lambda connection: [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names])
    assert found == ["wal", 2, 1, 1]
    database.close()


def test_a_foreign_key_is_held(database: Database) -> None:
    row = {"id": 1, "programme_id": 1, "token_hash": b"x" * 32, "user_id": 99, "expires_at": NOW}
    with pytest.raises(StorageFailed, match=r"FOREIGNKEY|23503"):
        database.write(0, lambda connection: connection.execute(sa.insert(t.sign_in_links), row).rowcount)


KILLED = """
import os, sys
from bot.ports import SystemClock, SystemIds
from storage.database import Database
from tests.storage.test_database import put
database = Database.open(sys.argv[1], ids=SystemIds(), machine=SystemClock())
database.write(7, lambda connection: put(connection, "kept", "1"))
database.write(7, lambda connection: (put(connection, "torn", "1"), os._exit(137)))
"""


@pytest.mark.slow
def test_what_a_killed_process_had_not_committed_is_not_there(database_once: Database, database_url: str) -> None:
    assert subprocess.run([sys.executable, "-c", KILLED, database_url], check=False).returncode == 137
    assert database_once.read(lambda connection: (get(connection, "kept"), get(connection, "torn"))) == ("1", None)
    database_once.write(7, lambda connection: put(connection, "torn", "2"))
