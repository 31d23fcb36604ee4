"""
What our way in costs: units a second against raw sqlite3 doing the same writes, in one run on one machine.

Says ratios; the absolute numbers are this machine's. One unit writes a due row, an audit head and a data key, as three
statements in one commit. `python bench/bench_storage.py [--units N] [--database URL]`; the URL names a PostgreSQL that has
the tables, and is measured against raw psycopg. The rows stay there.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa

from bot.ports import SystemClock, SystemIds
from storage import schema as t
from storage.crypto import Vault
from storage.database import Database
from storage.keyring import KeyRing

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
IDS = SystemIds(1)


def _insert(table: sa.Table, *names: str) -> sa.Insert:
    return sa.insert(table).values({name: sa.bindparam(name) for name in names})


DUE = _insert(t.due, "id", "programme_id", "kind", "at", "ref_id", "stamp")
HEAD = _insert(t.audit_heads, "chain_id", "programme_id", "seq", "hash")
KEY = _insert(t.data_keys, "id", "programme_id", "subject_id", "wrapped", "created_at")
MARK = sa.select(t.audit_heads.c.seq).where(t.audit_heads.c.chain_id == sa.bindparam("chain"))


def unit(connection: sa.Connection) -> None:
    one = IDS.new()
    connection.execute(DUE, {"id": one, "programme_id": 1, "kind": "start", "at": NOW, "ref_id": one, "stamp": 1})
    connection.execute(HEAD, {"chain_id": one, "programme_id": 1, "seq": 1, "hash": b"x" * 32})
    connection.execute(KEY, {"id": one, "programme_id": 1, "subject_id": one, "wrapped": b"x" * 68, "created_at": NOW})


def raw(connection: sqlite3.Connection) -> None:
    one, now = IDS.new(), "2026-03-01 09:30:00.000000"
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("INSERT INTO due (id, programme_id, kind, at, ref_id, stamp) VALUES (?,?,?,?,?,?)", (one, 1, "start", now, one, 1))
    connection.execute("INSERT INTO audit_heads (chain_id, programme_id, seq, hash) VALUES (?,?,?,?)", (one, 1, 1, b"x" * 32))
    connection.execute(
        "INSERT INTO data_keys (id, programme_id, subject_id, wrapped, created_at) VALUES (?,?,?,?,?)", (one, 1, one, b"x" * 68, now)
    )
    connection.execute("COMMIT")


def per_second(work: Callable[[], object], times: int) -> float:
    for _ in range(50):
        work()
    start = time.perf_counter()
    for _ in range(times):
        work()
    return times / (time.perf_counter() - start)


def measure(folder: Path, query: str, units: int) -> dict[str, float]:
    database = Database.open(f"sqlite:///{folder / 'ours.db'}{query}", ids=IDS, machine=SystemClock())
    Database.open(f"sqlite:///{folder / 'raw.db'}", ids=IDS, machine=SystemClock()).close()
    driver = sqlite3.connect(folder / "raw.db", isolation_level=None)
    driver.execute(f"PRAGMA synchronous = {'OFF' if query else 'FULL'}")
    driver.execute("PRAGMA secure_delete = ON")
    driver.execute("PRAGMA foreign_keys = ON")
    result = {"raw": per_second(lambda: raw(driver), units), "units": per_second(lambda: database.write(1, unit), units)}
    result["reads"] = per_second(lambda: database.read(lambda connection: connection.execute(MARK, {"chain": 1}).first()), units)
    driver.close()
    database.close()
    return result | {"ratio": result["units"] / result["raw"]}


def raw_postgresql(connection: psycopg.Connection[Any]) -> None:
    one = IDS.new()
    connection.execute("INSERT INTO due (id, programme_id, kind, at, ref_id, stamp) VALUES (%s,1,'start',%s,%s,1)", (one, NOW, one))
    connection.execute("INSERT INTO audit_heads (chain_id, programme_id, seq, hash) VALUES (%s,1,1,%s)", (one, b"x" * 32))
    connection.execute(
        "INSERT INTO data_keys (id, programme_id, subject_id, wrapped, created_at) VALUES (%s,1,%s,%s,%s)", (one, one, b"x" * 68, NOW)
    )
    connection.commit()


def measure_postgresql(url: str, units: int) -> dict[str, float]:
    database = Database.open(url, ids=IDS, machine=SystemClock())
    with psycopg.connect(url) as driver:
        result = {"raw": per_second(lambda: raw_postgresql(driver), units), "units": per_second(lambda: database.write(1, unit), units)}
    result["reads"] = per_second(lambda: database.read(lambda connection: connection.execute(MARK, {"chain": 1}).first()), units)
    database.close()
    return result | {"ratio": result["units"] / result["raw"]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--units", type=int, default=3000)
    parser.add_argument("--database", metavar="URL")
    given = parser.parse_args()
    units: int = given.units
    found: dict[str, dict[str, float]] = {}
    for name, query in (("fsync each", ""), ("no fsync", "?sync=off")):
        with tempfile.TemporaryDirectory() as folder:
            found[name] = measure(Path(folder), query, units)
    if given.database:
        found["postgresql"] = measure_postgresql(given.database, units)
    vault = Vault(KeyRing.in_memory(IDS), IDS)
    key, _ = vault.new_key()
    found["seal"] = {"per_second": per_second(lambda: vault.seal(key, "received.text", 1, "I slept well, thank you"), 20_000)}
    for name, numbers in found.items():
        print(json.dumps({"bench": f"storage, {name}"} | {label: round(number, 2) for label, number in numbers.items()}))


if __name__ == "__main__":
    main()
