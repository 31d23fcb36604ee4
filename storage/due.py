"""What is due, in one table indexed by time. Each row is stamped with what it belongs to, so that a stale one cancels itself."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Row

from bot.values import Ids
from storage import schema as t

_INSERT = sa.insert(t.due)
_NEXT = sa.select(t.due).where(t.due.c.at <= sa.bindparam("now")).order_by(t.due.c.at, t.due.c.id).limit(sa.bindparam("many"))
_DONE = sa.delete(t.due).where(t.due.c.id == sa.bindparam("row"))
_FORGET = sa.delete(t.due).where(t.due.c.ref_id == sa.bindparam("ref"), t.due.c.kind == sa.bindparam("what"))
_FIRST = sa.select(sa.func.min(t.due.c.at))


def plan(
    connection: Connection,
    ids: Ids,
    *,
    programme_id: int,
    kind: str,
    at: datetime,
    ref_id: int,
    client_id: int | None = None,
    stamp: int = 0,
    step: str | None = None,
    detail: dict[str, Any] | None = None,
) -> None:
    """Make `kind` due `at`, for the thing `ref_id`. Not unique: who fires it checks the stamp."""
    connection.execute(
        _INSERT,
        {
            "id": ids.new(),
            "programme_id": programme_id,
            "kind": kind,
            "at": at,
            "ref_id": ref_id,
            "client_id": client_id,
            "step": step,
            "stamp": stamp,
            "detail": detail or {},
        },
    )


def next_due(connection: Connection, now: datetime, many: int) -> list[Row[Any]]:
    """The first `many` rows due by `now`, earliest first. Not locked: whoever takes a row away first (`done`) has it."""
    return list(connection.execute(_NEXT, {"now": now, "many": many}))


def done(connection: Connection, row_id: int) -> bool:
    """Take a row away; False when somebody else already has."""
    return connection.execute(_DONE, {"row": row_id}).rowcount == 1


def forget(connection: Connection, ref_id: int, kind: str) -> None:
    """Take away all rows of `kind` for a thing."""
    connection.execute(_FORGET, {"ref": ref_id, "what": kind})


def first_at(connection: Connection) -> datetime | None:
    """When the next row falls due, or None."""
    at: datetime | None = connection.execute(_FIRST).scalar()
    return at
