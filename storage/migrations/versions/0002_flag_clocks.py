"""
The clocks of flags: when they were last alerted, what was done in the end, whose round an alert was; and who covers whom.

A flag that somebody had acknowledged had no clock. It gets one: three days after the last thing that happened to it.
"""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from alembic import op

from storage.types import Json, Utc

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

FOLLOWS = timedelta(days=3)

_flags = sa.table(
    "flags",
    sa.column("id", sa.BigInteger),
    sa.column("programme_id", sa.BigInteger),
    sa.column("client_id", sa.BigInteger),
    sa.column("round", sa.BigInteger),
    sa.column("deadline_at", Utc),
    sa.column("raised_at", Utc),
    sa.column("acknowledged_at", Utc),
    sa.column("closed_at", Utc),
    sa.column("alerted_at", Utc),
)
_alerts = sa.table("alerts", sa.column("flag_id", sa.BigInteger), sa.column("at", Utc), sa.column("round", sa.BigInteger))
_events = sa.table("flag_events", sa.column("flag_id", sa.BigInteger), sa.column("at", Utc))
_due = sa.table(
    "due",
    sa.column("id", sa.BigInteger),
    sa.column("programme_id", sa.BigInteger),
    sa.column("kind", sa.String),
    sa.column("at", Utc),
    sa.column("ref_id", sa.BigInteger),
    sa.column("client_id", sa.BigInteger),
    sa.column("stamp", sa.BigInteger),
    sa.column("detail", Json),
)


def upgrade() -> None:
    op.add_column("flags", sa.Column("alerted_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("flags", sa.Column("action", sa.String(length=200), nullable=True))
    op.add_column("alerts", sa.Column("round", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("users", sa.Column("cover_id", sa.BigInteger(), nullable=True))
    last = sa.select(sa.func.max(_alerts.c.at)).where(_alerts.c.flag_id == _flags.c.id).scalar_subquery()
    op.execute(sa.update(_flags).values(alerted_at=sa.func.coalesce(last, _flags.c.raised_at)))
    now_round = sa.select(_flags.c.round).where(_flags.c.id == _alerts.c.flag_id).scalar_subquery()
    op.execute(sa.update(_alerts).values(round=sa.func.coalesce(now_round, 0)))
    _start_clocks(op.get_bind())


def _start_clocks(connection: sa.Connection) -> None:
    # An id is made once in the whole installation: that of the flag is free among the due rows.
    taken = sa.select(_flags).where(_flags.c.closed_at.is_(None), _flags.c.acknowledged_at.is_not(None))
    for flag in connection.execute(taken).all():
        last = sa.select(_events.c.at).where(_events.c.flag_id == flag.id).order_by(_events.c.at.desc()).limit(1)
        at = (connection.execute(last).scalar() or flag.acknowledged_at) + FOLLOWS
        connection.execute(sa.update(_flags).where(_flags.c.id == flag.id).values(deadline_at=at))
        row = {"id": flag.id, "programme_id": flag.programme_id, "kind": "escalate", "at": at, "ref_id": flag.id}
        connection.execute(sa.insert(_due).values(**row, client_id=flag.client_id, stamp=flag.round, detail={}))
