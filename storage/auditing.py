"""
What an auditor reads: every open flag beside its clock and its alerts, messages beside their findings, urgent words that have not left.

Facts only, asked of the tables as they stand; nothing here knows what the ladder meant to do, and nothing is changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection, Row

from bot.values import OutboxState, Reason, Severity
from storage import schema as t
from storage.pages import GONE

GRACE: Final = timedelta(minutes=2)
"""How late the ladder may be: a tick takes a second, a busy machine some more."""
LOOK_BACK: Final = timedelta(hours=1)
STUCK: Final = timedelta(minutes=5)
"""Urgent words that are this old and have not left: nobody sends, or the provider takes nothing."""
KEPT: Final = timedelta(hours=1)
"""An alert that waits for others waits no longer than this in any programme."""
_MOVING: Final = (OutboxState.pending.value, OutboxState.retry.value, OutboxState.claimed.value, OutboxState.sending.value)

_f, _a, _o, _d = t.flags.c, t.alerts.c, t.outbox.c, t.due.c
_CLOCKS = (
    sa.select(sa.func.count()).where(_d.ref_id == _f.id, _d.kind == "escalate", _d.stamp == _f.round).correlate(t.flags).scalar_subquery()
)
_THIS_ROUND = sa.and_(_a.flag_id == _f.id, sa.or_(_a.round == _f.round, _a.round == 0))
_TOLD = sa.select(sa.func.count()).where(_THIS_ROUND).correlate(t.flags).scalar_subquery()
_ALIVE = (
    sa.select(sa.func.count())
    .select_from(t.alerts.outerjoin(t.outbox, _o.id == _a.outbox_id))
    .where(
        _THIS_ROUND,
        sa.or_(
            sa.and_(_a.outbox_id.is_not(None), _o.state.not_in(GONE)),
            sa.and_(_a.outbox_id.is_(None), _a.bundled == 1, _a.at > sa.bindparam("kept_since")),
        ),
    )
    .correlate(t.flags)
    .scalar_subquery()
)
_OPEN = sa.select(
    t.flags, _CLOCKS.label("clocks"), _TOLD.label("told"), _ALIVE.label("alive")
).where(_f.closed_at.is_(None)).order_by(_f.id)  # fmt: skip
_UNSENT = sa.select(sa.func.count()).where(
    _o.lane == 0,
    sa.or_(_o.state.in_(_MOVING), sa.and_(_o.state == OutboxState.held.value, _o.reason == Reason.sender_paused.value)),
    _o.created_at <= sa.bindparam("before"),
)
_found = sa.select(t.findings.c.id).where(t.findings.c.received_id == t.received.c.id).correlate(t.received).exists()
_UNFLAGGED = (
    sa.select(t.received)
    .where(
        t.received.c.programme_id.in_(sa.select(t.programmes.c.id)),
        t.received.c.at.between(sa.bindparam("since"), sa.bindparam("until")),
        t.received.c.severity >= int(Severity.review),
        ~_found,
    )
    .order_by(t.received.c.at, t.received.c.id)
    .limit(200)
)


def open_flags(connection: Connection, now: datetime) -> Sequence[Row[Any]]:
    """
    Every open flag, with `clocks`: due rows of its round; `told`: people told in its round; `alive`: alerts of its round that
    went out or still may.
    """
    return connection.execute(_OPEN, {"kept_since": now - KEPT}).all()


def unsent(connection: Connection, now: datetime, programme_id: int | None = None) -> int:
    """How many alerts and crisis replies have waited longer than STUCK; of one programme, or of all."""
    query = _UNSENT if programme_id is None else _UNSENT.where(_o.programme_id == programme_id)
    return int(connection.execute(query, {"before": now - STUCK}).scalar_one())


def silent(connection: Connection, now: datetime, programme_id: int) -> tuple[int, int]:
    """Of one programme: open flags of which nobody could be told on the last rung, and urgent messages that do not leave."""
    rows = [row for row in open_flags(connection, now) if row.programme_id == programme_id]
    nobody = [row for row in rows if row.state == "open" and row.rung == "everybody" and row.told and not row.alive]
    return len(nobody), unsent(connection, now, programme_id)


def unflagged(connection: Connection, since: datetime, until: datetime) -> Sequence[Row[Any]]:
    """Messages received in that time that were found worth a look and stand in no flag; at most 200."""
    return connection.execute(_UNFLAGGED, {"since": since, "until": until}).all()


@dataclass(frozen=True, slots=True)
class Audit:
    """
    What one look found, as ids of flags or messages.

    overdue: a deadline passed, and nobody acknowledged nor did it climb. clockless: open without a clock. untold: nobody was told, or
    no alert of the round is left. unreachable: on the last rung, and nobody can be told but in the console. unflagged: messages.
    unsent: how many urgent messages have waited too long. mended: how many of all these were set right now. rounds: of the flags.
    """

    overdue: tuple[int, ...] = ()
    clockless: tuple[int, ...] = ()
    untold: tuple[int, ...] = ()
    unreachable: tuple[int, ...] = ()
    unflagged: tuple[int, ...] = ()
    unsent: int = 0
    mended: int = 0
    rounds: Mapping[int, int] = field(default_factory=dict, repr=False)

    @property
    def sound(self) -> bool:
        """Nothing was amiss."""
        return not (self.overdue or self.clockless or self.untold or self.unreachable or self.unflagged or self.unsent)


def look(connection: Connection, now: datetime, since: datetime | None = None) -> Audit:
    """Read what is amiss, and change nothing. since: how far back messages are looked at; None: an hour."""
    rows = open_flags(connection, now)
    late = now - GRACE
    settled = [row for row in rows if (row.alerted_at or row.opened_at) <= late]
    untold = [row for row in settled if row.state == "open" and not row.alive]
    everybody = [row.id for row in untold if row.rung == "everybody" and row.told]
    return Audit(
        overdue=tuple(row.id for row in rows if row.deadline_at is not None and row.deadline_at <= late),
        clockless=tuple(row.id for row in settled if not row.clocks or row.deadline_at is None),
        untold=tuple(row.id for row in untold if row.id not in everybody),
        unreachable=tuple(everybody),
        unflagged=tuple(row.id for row in unflagged(connection, since or now - LOOK_BACK, late)),
        unsent=unsent(connection, now),
        rounds={row.id: row.round for row in rows},
    )
