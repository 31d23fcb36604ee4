"""Who works in a programme, when they are away, and how they are reached. Names stay sealed here."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from storage import schema as t

_STAFF = sa.select(t.users).where(t.users.c.programme_id == sa.bindparam("programme"), t.users.c.status == "active")
_BY_ADDRESS = (
    sa.select(t.users.c.id)
    .join(t.contact_points, sa.and_(t.contact_points.c.owner_id == t.users.c.id, t.contact_points.c.owner_kind == "user"))
    .where(
        t.contact_points.c.address_id == sa.bindparam("address"),
        t.contact_points.c.status.not_in(("wrong", "recycled")),
        t.users.c.status == "active",
    )
    .order_by(t.contact_points.c.priority, t.users.c.id)
    .limit(1)
)
_POINTS = sa.select(t.contact_points).where(
    t.contact_points.c.programme_id == sa.bindparam("programme"),
    t.contact_points.c.owner_kind == "user",
    t.contact_points.c.address_id.is_not(None),
)


def members(connection: Connection, programme_id: int) -> list[dict[str, Any]]:
    """
    Every active member of staff as a plain dict: the columns of `users` and "points", a list of contact points.

    A programme's staff is tens of people; this is two index reads.
    """
    points: dict[int, list[dict[str, Any]]] = {}
    for row in connection.execute(_POINTS, {"programme": programme_id}).mappings():
        points.setdefault(row["owner_id"], []).append(dict(row))
    rows = connection.execute(_STAFF, {"programme": programme_id}).mappings()
    return [{**row, "points": points.get(row["id"], [])} for row in rows]


def covered_by(connection: Connection, user_id: int, now: datetime) -> tuple[int, ...]:
    """The ids of those whom somebody covers and who are away now, or have left."""
    u = t.users.c
    begun = sa.and_(u.leave_from <= now, sa.or_(u.leave_until.is_(None), u.leave_until > now))
    away = sa.select(u.id).where(u.cover_id == user_id, sa.or_(u.status != "active", begun)).order_by(u.id)
    return tuple(connection.execute(away).scalars())


def by_address(connection: Connection, address_id: int) -> int | None:
    """The member of staff whose phone this is, or None. Who has left is staff no more: nothing is acknowledged from there."""
    found: int | None = connection.execute(_BY_ADDRESS, {"address": address_id}).scalar()
    return found
