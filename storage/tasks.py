"""Work items: something a person must do that is no concern. One open item of a kind about a thing."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from bot.values import Ids
from storage import schema as t
from storage.dialect import insert_or_ignore


def open_task(
    connection: Connection,
    ids: Ids,
    *,
    programme_id: int,
    client_id: int | None,
    kind: str,
    ref_id: int,
    owner_id: int,
    now: datetime,
    due_at: datetime | None = None,
    note_sealed: bytes | None = None,
    task_id: int | None = None,
) -> bool:
    """Open a work item; False when one of this kind about this thing is open already."""
    row = {
        "id": task_id or ids.new(),
        "programme_id": programme_id,
        "client_id": client_id,
        "kind": kind,
        "ref_id": ref_id,
        "owner_id": owner_id,
        "note_sealed": note_sealed,
        "opened_at": now,
        "due_at": due_at,
    }
    return insert_or_ignore(connection, t.tasks, row)


def close_tasks(connection: Connection, *, programme_id: int, kind: str, ref_id: int, outcome: str, by_id: int, now: datetime) -> int:
    """Close the open item of this kind about a thing; how many were open."""
    c = t.tasks.c
    done = connection.execute(
        sa.update(t.tasks)
        .where(c.programme_id == programme_id, c.kind == kind, c.ref_id == ref_id, c.closed_at.is_(None))
        .values(closed_at=now, closed_by=by_id, outcome=outcome)
    )
    return done.rowcount
