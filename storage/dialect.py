"""The few statements that SQLite and PostgreSQL write differently, or that SQLAlchemy has only per engine."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite


@lru_cache(maxsize=256)
def _ignore(table: sa.Table, engine: str) -> Any:
    insert = postgresql.insert(table) if engine == "postgresql" else sqlite.insert(table)
    # Inserts forget their row count on PostgreSQL unless asked to keep it: -1, which is "not new" to everybody.
    return insert.on_conflict_do_nothing().execution_options(preserve_rowcount=True)


def insert_or_ignore(connection: Connection, table: sa.Table, row: dict[str, Any]) -> bool:
    """Insert `row` unless a unique constraint says it is there already; whether it was new. Waits for a rival's commit."""
    return connection.execute(_ignore(table, connection.dialect.name), row).rowcount == 1
