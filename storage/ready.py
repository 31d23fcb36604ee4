"""
The reads that claiming is made of, each along one index range, so that what is read does not grow with what waits.

`ix_outbox_ready` (sender, lane, due, id), `ix_outbox_waiting` and `ix_outbox_busy` (address) hold only rows in those states; the
states are written out here, because an engine must see that a query fits a partial index.
"""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa

from storage import schema as t
from storage.moves import BUSY_STATES, READY_STATES, among
from storage.types import Utc

LANES: Final = (0, 1, 2, 3)

_o, _b, _e = t.outbox.alias("o"), t.outbox.alias("b"), t.outbox.alias("e")
ACTIVE: Final = sa.text(
    """
    WITH RECURSIVE busy(id) AS (
        SELECT (SELECT sender_id FROM outbox WHERE state IN ('pending', 'held', 'retry') ORDER BY sender_id LIMIT 1)
        UNION ALL
        SELECT (SELECT o.sender_id FROM outbox AS o WHERE o.state IN ('pending', 'held', 'retry') AND o.sender_id > busy.id
                ORDER BY o.sender_id LIMIT 1)
        FROM busy WHERE busy.id IS NOT NULL
    )
    SELECT s.id, s.rate_per_second, s.paced_until, s.paced_urgent_until FROM busy JOIN senders AS s ON s.id = busy.id ORDER BY s.id
    """
).columns(id=sa.BigInteger, rate_per_second=sa.Float, paced_until=Utc, paced_urgent_until=Utc)
"""The senders for which something waits, each found by one step along the index: a row there costs nothing."""


def _lane_query(lane: int) -> sa.Select[Any]:
    c = _o.c
    first = (
        sa.select(c.id)
        .where(
            c.sender_id == sa.bindparam("sender"),
            c.lane == lane,
            c.due_at <= sa.bindparam("now"),
            among(c.state, READY_STATES),
        )
        .order_by(c.due_at, c.id)
        .limit(sa.bindparam("many"))
        .subquery()
    )
    o = t.outbox.c
    names = (o.id, o.sender_id, o.address_id, o.lane, o.seq, o.segments, o.fence, o.state, o.due_at)
    return sa.select(*names).join(first, first.c.id == o.id).order_by(o.due_at, o.id)


def _in_the_way() -> sa.Select[Any]:
    """For rows of lanes 1 and later: since when their address is busy, and what goes before them there."""
    busy = (
        sa.select(sa.func.max(sa.case((_b.c.state == "unknown", _b.c.sending_at), else_=sa.bindparam("now", type_=Utc))))
        .where(
            _b.c.address_id == _o.c.address_id,
            among(_b.c.state, BUSY_STATES),
            sa.or_(_b.c.state != "unknown", _b.c.sending_at > sa.bindparam("freed", type_=Utc)),
        )
        .scalar_subquery()
    )
    same_talk = sa.and_(_e.c.state == "held", sa.or_(_e.c.reason == "in_flight", _e.c.conversation_id == _o.c.conversation_id))
    pending = sa.and_(_e.c.state == "pending", _e.c.due_at <= sa.bindparam("now", type_=Utc))
    earlier = (
        sa.select(_e.c.id)
        .where(
            _e.c.address_id == _o.c.address_id,
            among(_e.c.state, READY_STATES),
            _e.c.lane <= _o.c.lane,
            _e.c.seq < _o.c.seq,
            sa.or_(_e.c.state == "retry", pending, same_talk),
        )
        .order_by(_e.c.lane, _e.c.seq)
        .limit(1)
        .scalar_subquery()
    )
    return sa.select(_o.c.id, sa.type_coerce(busy, Utc).label("busy_at"), earlier.label("earlier_id")).where(
        _o.c.id.in_(sa.bindparam("rows", expanding=True))
    )


LANE_QUERIES: Final = {lane: _lane_query(lane) for lane in LANES}
WAY_QUERY: Final = _in_the_way()
SOONEST: Final = {
    lane: sa.select(_o.c.due_at, _o.c.segments)
    .where(_o.c.sender_id == sa.bindparam("sender"), _o.c.lane == lane, among(_o.c.state, READY_STATES))
    .order_by(_o.c.due_at, _o.c.id)
    .limit(1)
    for lane in LANES
}
