"""What changes hands when a caseload does: clients, open work items; and which open flags go along. Functions of a unit."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Row

from storage import schema as t


def clients_of(connection: Connection, manager_id: int) -> list[int]:
    """The ids of a case manager's clients, closed ones too; not those who were erased."""
    c = t.clients.c
    return list(connection.execute(sa.select(c.id).where(c.manager_id == manager_id, c.status != "erased").order_by(c.id)).scalars())


def give_client(connection: Connection, client_id: int, from_id: int, to_id: int) -> bool:
    """Make somebody else the client's case manager; False when it is not `from_id` (any more). Locks the client."""
    c = t.clients.c
    done = connection.execute(
        sa.update(t.clients).where(c.id == client_id, c.manager_id == from_id).values(manager_id=to_id, version=c.version + 1)
    )
    return done.rowcount == 1


def give_tasks(connection: Connection, from_id: int, to_id: int, client_id: int | None) -> int:
    """Give on the open work items about a client, or with None all others that somebody owns; how many."""
    c = t.tasks.c
    where = [c.owner_id == from_id, c.closed_at.is_(None)]
    if client_id is not None:
        where.append(c.client_id == client_id)
    return connection.execute(sa.update(t.tasks).where(*where).values(owner_id=to_id)).rowcount


def open_flags_of(connection: Connection, owner_id: int, client_id: int | None) -> list[Row[Any]]:
    """The open flags that somebody owns about a client, or with None all that they own, oldest first."""
    c = t.flags.c
    where = [c.owner_id == owner_id, c.closed_at.is_(None)]
    if client_id is not None:
        where.append(c.client_id == client_id)
    return list(connection.execute(sa.select(t.flags).where(*where).order_by(c.id)))
