"""What somebody was told lately, and the alerts that are kept to be told together. Every function is SQL within the caller's unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection

from bot.values import Ids, OutboxState, Reason, Severity
from storage import due
from storage import schema as t

HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
KEPT: Final = timedelta(days=7)
"""How long an alert is looked for that was kept and never told: far longer than any programme gathers."""
ROWS_MAX: Final = 200
"""More pages in a day are not counted: that is above every cap."""
MORE: Final = "alert:more"
WAITING: Final = (OutboxState.pending.value, OutboxState.held.value, OutboxState.retry.value, OutboxState.claimed.value)
GONE: Final = (OutboxState.cancelled.value, OutboxState.expired.value, OutboxState.dead.value)

_a, _o, _f = t.alerts.c, t.outbox.c, t.flags.c
_SETTINGS = sa.select(t.programmes.c.settings).where(t.programmes.c.id == sa.bindparam("programme"))
_LATELY = (
    sa.select(_a.outbox_id, _a.flag_id, _a.at, _o.state)
    .join(t.outbox, _o.id == _a.outbox_id)
    .where(_a.user_id == sa.bindparam("user"), _a.at >= sa.bindparam("since"))
    .order_by(_a.at.desc())
    .limit(ROWS_MAX)
)
_KEPT = (
    sa.select(_a.id, _a.flag_id, _a.outbox_id, _o.state)
    .join(t.flags, _f.id == _a.flag_id)
    .outerjoin(t.outbox, _o.id == _a.outbox_id)
    .where(
        _a.user_id == sa.bindparam("user"),
        _a.at >= sa.bindparam("since"),
        _a.bundled == 1,
        _f.state == "open",
        _f.closed_at.is_(None),
        sa.or_(_a.outbox_id.is_(None), _o.state.in_(WAITING)),
    )
    .order_by(_a.id)
)
_TOLD_IN = sa.select(_a.flag_id).where(
    _a.user_id == sa.bindparam("user"), _a.at >= sa.bindparam("since"), _a.outbox_id == sa.bindparam("row")
)
_STILL = (
    sa.select(_a.id)
    .join(t.flags, _f.id == _a.flag_id)
    .where(
        _a.user_id == sa.bindparam("user"),
        _a.at >= sa.bindparam("since"),
        _a.outbox_id == sa.bindparam("row"),
        _f.state == "open",
        _f.closed_at.is_(None),
    )
    .limit(1)
)
_PLANNED = sa.select(t.due.c.id).where(t.due.c.ref_id == sa.bindparam("user"), t.due.c.kind == sa.bindparam("what")).limit(1)

_r, _c, _u = t.received.c, t.clients.c, t.users.c
_PROGRAMME = sa.select(_u.programme_id).where(_u.id == sa.bindparam("user")).scalar_subquery()
_TO_LOOK_AT = (
    sa.select(_f.code)
    .where(
        _f.programme_id == _PROGRAMME,
        _f.owner_id == sa.bindparam("user"),
        _f.closed_at.is_(None),
        _f.severity < int(Severity.high),
        _f.state != "snoozed",
    )
    .order_by(_f.opened_at, _f.id)
    .limit(ROWS_MAX)
)
_WORTH_A_LOOK = (
    sa.select(sa.func.count())
    .select_from(t.clients)
    .join(t.received, _r.client_id == _c.id)
    .where(
        _c.programme_id == _PROGRAMME,
        _c.manager_id == sa.bindparam("user"),
        _r.at > sa.bindparam("since"),
        _r.at <= sa.bindparam("now"),
        _r.severity == int(Severity.info),
    )
)


@dataclass(frozen=True, slots=True)
class Kept:
    """Alerts that are told together. ids: their rows; flags: of how many flags; instead: the message that they waited in so far."""

    ids: tuple[int, ...]
    flags: tuple[int, ...]
    instead: tuple[int, ...]


def settings(connection: Connection, programme_id: int) -> dict[str, Any]:
    """The programme's own settings, as they are stored."""
    found: dict[str, Any] | None = connection.execute(_SETTINGS, {"programme": programme_id}).scalar()
    return found or {}


def lately(connection: Connection, user_id: int, flag_id: int, now: datetime) -> tuple[int, datetime | None, datetime | None]:
    """Messages to somebody in the last hour or still waiting; when they were last told of anything, and of this flag."""
    pages: set[int] = set()
    last = this = None
    for row in connection.execute(_LATELY, {"user": user_id, "since": now - DAY}):
        if row.state in GONE:
            continue
        if row.state in WAITING or now - row.at < HOUR:
            pages.add(row.outbox_id)
        last = last or row.at
        this = this or (row.at if row.flag_id == flag_id else None)
    return len(pages), last, this


def plan_once(connection: Connection, ids: Ids, *, programme_id: int, user_id: int, kind: str, at: datetime) -> None:
    """A due row of this kind for somebody, unless there is one. Two at once make two; the second finds nothing to do."""
    if connection.execute(_PLANNED, {"user": user_id, "what": kind}).first() is None:
        due.plan(connection, ids, programme_id=programme_id, kind=kind, at=at, ref_id=user_id)


def kept(connection: Connection, user_id: int, now: datetime) -> Kept:
    """The alerts that somebody has not been told of yet, of flags that nobody has taken on since."""
    rows = connection.execute(_KEPT, {"user": user_id, "since": now - KEPT}).all()
    return Kept(
        tuple(row.id for row in rows),
        tuple(dict.fromkeys(row.flag_id for row in rows)),
        tuple(dict.fromkeys(row.outbox_id for row in rows if row.outbox_id is not None)),
    )


def told_in(connection: Connection, alert_ids: Sequence[int], outbox_id: int, instead: Sequence[int], now: datetime) -> None:
    """These alerts are told by that message, and no longer by those that they waited in."""
    connection.execute(sa.update(t.alerts).where(_a.id.in_(list(alert_ids))).values(outbox_id=outbox_id))
    if instead:
        connection.execute(
            sa.update(t.outbox)
            .where(_o.id.in_(list(instead)), _o.state.in_(WAITING))
            .values(state=OutboxState.cancelled.value, reason=Reason.superseded.value, settled_at=now, fence=_o.fence + 1)
        )


def flags_in(connection: Connection, user_id: int, outbox_id: int, now: datetime) -> list[int]:
    """The flags that a message tells of together."""
    return list(connection.execute(_TOLD_IN, {"user": user_id, "since": now - KEPT, "row": outbox_id}).scalars())


def still_open(connection: Connection, user_id: int, outbox_id: int, now: datetime) -> bool:
    """Whether nobody has taken on one flag at least of those that a message tells of together."""
    return connection.execute(_STILL, {"user": user_id, "since": now - KEPT, "row": outbox_id}).first() is not None


def to_look_at(connection: Connection, user_id: int) -> list[int]:
    """The codes of open flags below high that somebody owns, the oldest first."""
    return list(connection.execute(_TO_LOOK_AT, {"user": user_id}).scalars())


def worth_a_look(connection: Connection, user_id: int, now: datetime) -> int:
    """How many messages of the last day, from clients of somebody's, said something that raises no flag and is worth a look."""
    found = connection.execute(_WORTH_A_LOOK, {"user": user_id, "since": now - DAY, "now": now}).scalar()
    return int(found or 0)
