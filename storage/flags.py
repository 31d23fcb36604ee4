"""
Flags: obligations with an owner and a clock. One open flag per subject and category; repeats append, worse raises.

`raise_flag` opens one or adds to the open one, and says whether people must be told. Callers put the alerts in the
outbox within the same unit. What becomes of a flag afterwards is `storage/flag_moves.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Row, RowMapping

from bot.values import Ids, Severity
from storage import due
from storage import schema as t

BUNDLED = timedelta(hours=24)
"""Below critical, repeats within this time of the last alert are added without a new one."""

_OPEN = (
    sa.select(t.flags)
    .where(
        t.flags.c.programme_id == sa.bindparam("programme"),
        t.flags.c.subject_id == sa.bindparam("subject"),
        t.flags.c.category == sa.bindparam("about"),
        t.flags.c.closed_at.is_(None),
    )
    .with_for_update()
)  # it may climb or be acknowledged at this moment, under another key
_NEXT_CODE = (
    sa.update(t.programmes)
    .where(t.programmes.c.id == sa.bindparam("programme"))
    .values(flag_codes=t.programmes.c.flag_codes + 1)
    .returning(t.programmes.c.flag_codes)
)
HOLDING = sa.and_(t.flags.c.severity == int(Severity.critical), t.flags.c.closed_at.is_(None), t.flags.c.released_at.is_(None))
_POINT = t.contact_points.c
_ADDRESSES = sa.select(_POINT.address_id).where(
    _POINT.owner_id == sa.bindparam("client"), _POINT.owner_kind == "client", _POINT.address_id.is_not(None)
)
_PROGRAMME = sa.select(t.clients.c.programme_id).where(t.clients.c.id == sa.bindparam("client")).scalar_subquery()
_CRITICAL = sa.union_all(
    sa.select(t.flags.c.id).where(t.flags.c.client_id == sa.bindparam("client"), HOLDING),
    sa.select(t.flags.c.id).where(
        t.flags.c.programme_id == _PROGRAMME, t.flags.c.subject_id.in_(_ADDRESSES), t.flags.c.client_id.is_(None), HOLDING
    ),
).limit(1)
_FLAG = sa.insert(t.flags)
_FINDING = sa.insert(t.findings)
_EVENT = sa.insert(t.flag_events)


@dataclass(frozen=True, slots=True)
class FoundRow:
    """One finding as it is stored; `matched_sealed` under place "findings.matched" and its own id."""

    id: int
    rule: str
    rule_version: str
    severity: Severity
    category: str
    grade: int
    why: str
    matched_sealed: bytes | None = None


@dataclass(frozen=True, slots=True)
class Concern:
    """
    What a message, an answer or a silence gives rise to in one category.

    id: of the flag, should it be new. subject_id: the client, else the address.
    owner_id, rung, deadline: of the alarm that is due if people must be told.
    """

    id: int
    programme_id: int
    subject_id: int
    category: str
    severity: Severity
    owner_id: int
    rung: str
    deadline: datetime
    findings: tuple[FoundRow, ...]
    client_id: int | None = None
    address_id: int | None = None
    received_id: int | None = None
    stopped_too: bool = False


@dataclass(frozen=True, slots=True)
class Raised:
    """
    What became of a concern.

    tell: people must be told now; again: they had been told before.
    owner_id: who has it by now, 0 where that is not asked; deadline: acknowledge by then, None likewise.
    taken_by: who had acknowledged it before, and should hear of it too; 0: nobody.
    """

    flag_id: int
    code: int
    opened: bool
    tell: bool
    again: bool
    round: int
    owner_id: int = 0
    deadline: datetime | None = None
    taken_by: int = 0


def event(
    connection: Connection,
    ids: Ids,
    *,
    programme_id: int,
    flag_id: int,
    kind: str,
    now: datetime,
    by_id: int = 0,
    detail: dict[str, Any] | None = None,
    note_sealed: bytes | None = None,
    event_id: int | None = None,
) -> None:
    """Add a line to the flag's own history."""
    connection.execute(
        _EVENT,
        {
            "id": event_id or ids.new(),
            "programme_id": programme_id,
            "flag_id": flag_id,
            "at": now,
            "kind": kind,
            "by_id": by_id,
            "detail": detail or {},
            "note_sealed": note_sealed,
        },
    )


def raise_flag(connection: Connection, ids: Ids, concern: Concern, now: datetime) -> Raised:
    """
    Open a flag for `concern`, or add it to the open one of its subject and category.

    A critical finding always tells people again, and restarts the clock of a flag that somebody has acknowledged. A clock
    that runs is never put off: who goes on writing must not keep the flag from climbing. Below critical people are told
    when it is new, when it got worse, or when the last alert is over BUNDLED old. The caller has locked the client (or the
    address), so that two units cannot both open one.
    """
    where = {"programme": concern.programme_id, "subject": concern.subject_id, "about": concern.category}
    open_row = connection.execute(_OPEN, where).first()
    raised = _open(connection, concern, now) if open_row is None else _append(connection, open_row, concern, now)
    for found in concern.findings:
        connection.execute(
            _FINDING,
            {
                "id": found.id,
                "programme_id": concern.programme_id,
                "flag_id": raised.flag_id,
                "received_id": concern.received_id,
                "rule": found.rule,
                "rule_version": found.rule_version,
                "severity": int(found.severity),
                "category": found.category,
                "grade": found.grade,
                "matched_sealed": found.matched_sealed,
                "why": found.why,
                "at": now,
            },
        )
    kind = "opened" if raised.opened else ("raised" if raised.tell else "repeated")
    event(
        connection,
        ids,
        programme_id=concern.programme_id,
        flag_id=raised.flag_id,
        kind=kind,
        now=now,
        detail={"severity": concern.severity.name},
    )
    if raised.tell:
        due.plan(
            connection,
            ids,
            programme_id=concern.programme_id,
            kind="escalate",
            at=raised.deadline or concern.deadline,
            ref_id=raised.flag_id,
            client_id=concern.client_id,
            stamp=raised.round,
        )
    return raised


def _open(connection: Connection, concern: Concern, now: datetime) -> Raised:
    code = connection.execute(_NEXT_CODE, {"programme": concern.programme_id}).scalar_one()
    connection.execute(
        _FLAG,
        {
            "id": concern.id,
            "programme_id": concern.programme_id,
            "client_id": concern.client_id,
            "address_id": concern.address_id,
            "subject_id": concern.subject_id,
            "category": concern.category,
            "severity": int(concern.severity),
            "code": code,
            "owner_id": concern.owner_id,
            "rung": concern.rung,
            "round": 1,
            "deadline_at": concern.deadline,
            "opened_at": now,
            "raised_at": now,
            "alerted_at": now,
            "stopped_too": int(concern.stopped_too),
        },
    )
    return Raised(concern.id, code, opened=True, tell=True, again=False, round=1, owner_id=concern.owner_id, deadline=concern.deadline)


def _append(connection: Connection, row: Row[Any], concern: Concern, now: datetime) -> Raised:
    worse = concern.severity > row.severity
    tell = concern.severity >= Severity.critical or worse or now - (row.alerted_at or row.raised_at) >= BUNDLED
    values: dict[str, Any] = {"raised_at": now, "severity": max(row.severity, int(concern.severity)), "version": row.version + 1}
    if concern.stopped_too:
        values["stopped_too"] = 1
    if tell:
        values |= {"round": row.round + 1, "alerted_at": now}
    if concern.severity >= Severity.critical:
        values["released_at"] = None
    owner_id, deadline = concern.owner_id, concern.deadline
    if tell and row.state == "open" and row.deadline_at is not None:
        owner_id, deadline = row.owner_id, min(row.deadline_at, concern.deadline)
        values["deadline_at"] = deadline
    elif tell:
        values |= {
            "state": "open",
            "acknowledged_at": None,
            "acknowledged_by": None,
            "owner_id": concern.owner_id,
            "rung": concern.rung,
            "deadline_at": concern.deadline,
        }
    connection.execute(sa.update(t.flags).where(t.flags.c.id == row.id).values(**values))
    return Raised(
        row.id,
        row.code,
        opened=False,
        tell=tell,
        again=True,
        round=row.round + tell,
        owner_id=owner_id,
        deadline=deadline,
        taken_by=row.acknowledged_by or 0,
    )


def by_code(connection: Connection, programme_id: int, code: int) -> RowMapping | None:
    """The flag with the reply code that stood in an alert, the newest first."""
    c = t.flags.c
    return (
        connection.execute(sa.select(t.flags).where(c.programme_id == programme_id, c.code == code).order_by(c.id.desc()).limit(1))
        .mappings()
        .first()
    )


def for_staff(connection: Connection, programme_id: int, code: int, user_id: int) -> dict[str, Any] | None:
    """
    The newest flag with this reply code, if it is this person's to take: they own it, were told of it, or supervise.

    With "closed" or "acknowledged_by" as they stand, and nothing about the client.
    """
    row = by_code(connection, programme_id, code)
    if row is None:
        return None
    told = connection.execute(
        sa.select(t.alerts.c.id).where(t.alerts.c.flag_id == row["id"], t.alerts.c.user_id == user_id).limit(1)
    ).first()
    role = connection.execute(sa.select(t.users.c.role).where(t.users.c.id == user_id)).scalar()
    if row["owner_id"] == user_id or told is not None or role in ("supervisor", "administrator"):
        return dict(row)
    return None


def get(connection: Connection, flag_id: int) -> Row[Any] | None:
    """One flag, or None."""
    return connection.execute(sa.select(t.flags).where(t.flags.c.id == flag_id)).first()


def has_open_critical(connection: Connection, client_id: int) -> bool:
    """
    Whether the client has an open critical flag that nobody has released: then no routine message goes out.

    One on a phone that the client shares counts: who wrote it may have been this client.
    """
    return connection.execute(_CRITICAL, {"client": client_id}).first() is not None
