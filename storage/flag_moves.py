"""
What becomes of a flag: taken on, climbed, woken, given to somebody, closed.

Every move is one conditional update on the row as it was read: of two at once, one wins. What moves the clock of a flag
moves its round too, and plans a due row "escalate" with that stamp, so that an open flag always has exactly one that counts.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Row

from bot.values import Ids
from storage import due
from storage import schema as t
from storage.flags import Raised

TAKEN = ("acknowledged", "in_contact", "snoozed")
"""States of an open flag that somebody has taken on."""

_LOCKED = sa.select(t.flags).where(t.flags.c.id == sa.bindparam("flag")).with_for_update()


def locked(connection: Connection, flag_id: int) -> Row[Any] | None:
    """One flag, locked until the unit ends, or None."""
    return connection.execute(_LOCKED, {"flag": flag_id}).first()


def take(connection: Connection, ids: Ids, row: Row[Any], *, by_id: int, state: str, deadline: datetime, now: datetime) -> bool:
    """
    Move a flag, as `locked` gave it, to one of TAKEN, or leave it there: it is theirs, and something must follow by `deadline`.

    False when it is closed. Who was first to acknowledge it since it was last open stays on record. The older clock is stale.
    """
    c = t.flags.c
    done = connection.execute(
        sa.update(t.flags)
        .where(c.id == row.id, c.closed_at.is_(None), c.round == row.round)
        .values(
            state=state,
            acknowledged_at=sa.func.coalesce(c.acknowledged_at, now),
            acknowledged_by=sa.func.coalesce(c.acknowledged_by, by_id),
            rung="owner",
            deadline_at=deadline,
            round=row.round + 1,
            version=c.version + 1,
            **({"owner_id": by_id} if row.state == "open" else {}),
        )
    )
    if done.rowcount:
        _plan(connection, ids, row, deadline, row.round + 1)
    return done.rowcount == 1


def acknowledge(connection: Connection, ids: Ids, row: Row[Any] | None, *, by_id: int, deadline: datetime, now: datetime) -> str:
    """
    Take on an open flag, as `locked` gave it: "acknowledged", or "already" (by whom else), "closed", "missing".

    The one who acknowledges owns it from then on. Where nothing follows by `deadline` it is open again.
    """
    if row is None:
        return "missing"
    if row.closed_at is not None:
        return "closed"
    if row.state != "open":
        return "already"
    return "acknowledged" if take(connection, ids, row, by_id=by_id, state="acknowledged", deadline=deadline, now=now) else "already"


def _plan(connection: Connection, ids: Ids, row: Row[Any], at: datetime, stamp: int) -> None:
    due.plan(connection, ids, programme_id=row.programme_id, kind="escalate", at=at, ref_id=row.id, client_id=row.client_id, stamp=stamp)


def resolve(
    connection: Connection, flag_id: int, *, by_id: int, outcome: str, useful: bool | None, now: datetime, action: str | None = None
) -> bool:
    """Close a flag with its reason; False when it is closed already. An unacknowledged one counts as acknowledged by the same act."""
    c = t.flags.c
    verdict = None if useful is None else ("yes" if useful else "no")
    done = connection.execute(
        sa.update(t.flags)
        .where(c.id == flag_id, c.closed_at.is_(None))
        .values(
            state="resolved",
            closed_at=now,
            closed_by=by_id,
            outcome=outcome,
            action=action,
            useful=verdict,
            deadline_at=None,
            acknowledged_at=sa.func.coalesce(c.acknowledged_at, now),
            acknowledged_by=sa.func.coalesce(c.acknowledged_by, by_id),
            version=c.version + 1,
        )
    )
    return done.rowcount == 1


def climb(
    connection: Connection, ids: Ids, row: Row[Any], *, owner_id: int, rung: str, deadline: datetime, now: datetime, escalated: bool = True
) -> bool:
    """
    Give a flag whose clock has run out, as it was read in `row`, to `rung`, and start the next clock; it is open (again).

    False when it was acknowledged, closed or alarmed anew since. escalated: it goes up; False: it has only woken.
    """
    c = t.flags.c
    values: dict[str, Any] = {"escalated_at": now} if escalated else {}
    done = connection.execute(
        sa.update(t.flags)
        .where(c.id == row.id, c.state == row.state, c.closed_at.is_(None), c.round == row.round)
        .values(
            state="open",
            acknowledged_at=None,
            acknowledged_by=None,
            owner_id=owner_id,
            rung=rung,
            deadline_at=deadline,
            alerted_at=now,
            round=row.round + 1,
            version=c.version + 1,
            **values,
        )
    )
    if done.rowcount:
        _plan(connection, ids, row, deadline, row.round + 1)
    return done.rowcount == 1


def give(
    connection: Connection,
    ids: Ids,
    flag_id: int,
    *,
    owner_id: int,
    rung: str,
    deadline: datetime,
    now: datetime,
    from_id: int | None = None,
) -> Raised | None:
    """
    Give an open flag to somebody, who must acknowledge it anew; None when it is closed, or is not `from_id`'s (any more).

    A clock that runs is not put off; that of an acknowledged flag starts again.
    """
    row = locked(connection, flag_id)
    if row is None or row.closed_at is not None or from_id not in (None, row.owner_id):
        return None
    if row.state == "open" and row.deadline_at is not None:
        deadline = min(row.deadline_at, deadline)
    c = t.flags.c
    values = {"state": "open", "acknowledged_at": None, "acknowledged_by": None, "owner_id": owner_id, "rung": rung, "alerted_at": now}
    connection.execute(
        sa.update(t.flags).where(c.id == flag_id).values(**values, deadline_at=deadline, round=row.round + 1, version=c.version + 1)
    )
    _plan(connection, ids, row, deadline, row.round + 1)
    return Raised(flag_id, row.code, opened=False, tell=True, again=True, round=row.round + 1, owner_id=owner_id, deadline=deadline)


def pass_on(connection: Connection, flag_id: int, from_id: int, owner_id: int) -> bool:
    """Let somebody else own an open flag of theirs, its state and its clock as they are; False when it is not. Nobody is told."""
    c = t.flags.c
    done = connection.execute(
        sa.update(t.flags)
        .where(c.id == flag_id, c.owner_id == from_id, c.closed_at.is_(None))
        .values(owner_id=owner_id, version=c.version + 1)
    )
    return done.rowcount == 1
