"""Slots: one planned prompt each. A slot ends prompted, skipped or expired with a reason, or unsure; never silently missing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from bot.values import Reason
from storage import schema as t
from storage.dialect import insert_or_ignore

OPEN = ("planned", "held")


def make(connection: Connection, row: dict[str, Any]) -> bool:
    """Make a slot; False when this (enrolment, local date, n) exists: it was fired before."""
    return insert_or_ignore(connection, t.slots, row)


def settle(connection: Connection, slot_id: int, state: str, reason: Reason | None, now: datetime) -> bool:
    """Decide a slot that is still planned or held; False when it was decided before. "held" and "planned" decide nothing."""
    c = t.slots.c
    values: dict[str, Any] = {"state": state, "reason": reason.value if reason else None}
    if state not in OPEN:
        values["settled_at"] = now
    return connection.execute(sa.update(t.slots).where(c.id == slot_id, c.state.in_(OPEN)).values(**values)).rowcount == 1
