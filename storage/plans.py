"""The care plan: its goals, appointments, activities and slots, as the shells read them. Sealed columns come back opened."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from storage import schema as t
from storage.crypto import Vault

OPENED = {
    "goals": ("title", "value", "barrier"),
    "appointments": ("title", "place"),
    "care_plans": ("title",),
    "clients": ("name", "birth_date"),
    "users": ("name",),
}


def opened(connection: Connection, vault: Vault, table: sa.Table, row_id: int | None) -> dict[str, Any] | None:
    """A row with each `x_sealed` also as `x` in the clear; None for no id or no row."""
    if row_id is None:
        return None
    row = connection.execute(sa.select(table).where(table.c.id == row_id)).mappings().first()
    if row is None:
        return None
    found: dict[str, Any] = dict(row)
    for name in OPENED[table.name]:
        found[name] = vault.open(connection, f"{table.name}.{name}", row_id, row[f"{name}_sealed"]) or ""
    return found


def points_of(connection: Connection, client_id: int) -> list[dict[str, Any]]:
    """A client's contact points with the address behind each, in the order in which they are tried."""
    c, a = t.contact_points.c, t.addresses.c
    rows = connection.execute(
        sa.select(t.contact_points, a.version.label("address_version"), a.stopped_at)
        .outerjoin(t.addresses, a.id == c.address_id)
        .where(c.owner_id == client_id, c.owner_kind == "client")
        .order_by(c.priority, c.id)
    ).mappings()
    return [dict(row) for row in rows]


def open_conversation_at(connection: Connection, address_id: int) -> int | None:
    """The conversation that is open at an address, or None."""
    c = t.conversations.c
    found: int | None = connection.execute(sa.select(c.id).where(c.address_id == address_id, c.closed_at.is_(None))).scalar()
    return found


def close_conversation(connection: Connection, conversation_id: int, status: str, now: Any) -> bool:
    """End a conversation from outside the flow; its answers are kept. False when it was over."""
    c = t.conversations.c
    done = connection.execute(
        sa.update(t.conversations)
        .where(c.id == conversation_id, c.closed_at.is_(None))
        .values(status=status, closed_at=now, version=c.version + 1)
    )
    return done.rowcount == 1
