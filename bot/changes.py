"""
What one write unit does: operations worked out beforehand by the pure part, carried out in order in one transaction.

Each is a frozen value of a closed union. Together they are a turn: what came in, the answer, the flag with its first
alert, the next message, what is due, the audit. `Claim` comes first: where somebody else has moved the address since
it was read, nothing is written and the turn is worked out again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias, assert_never

import sqlalchemy as sa
from sqlalchemy import Connection

from bot.alarm import Ladder, StaffMember
from bot.telling import MakeAlert, tell
from bot.values import Ids, Person, Reason, Severity
from storage import audit, due, flag_moves, flags, outbox, slots, tasks
from storage import schema as t
from storage.dialect import insert_or_ignore


@dataclass(frozen=True, slots=True)
class Claim:
    """Lock these clients (in this order), then the address if it is still at version `seen`."""

    clients: tuple[int, ...]
    address_id: int
    seen: int
    written_at: datetime | None = None
    """When the person there wrote; None: it is we who act."""


@dataclass(frozen=True, slots=True)
class TakeDue:
    """The due row that this unit carries out: taken away with it, and lost if somebody else was faster."""

    due_id: int


@dataclass(frozen=True, slots=True)
class Insert:
    """A new row. `once`: leave it where a unique constraint has it already."""

    table: sa.Table
    row: dict[str, Any]
    once: bool = False


@dataclass(frozen=True, slots=True)
class Update:
    """New values in the row of that id."""

    table: sa.Table
    id: int
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Send:
    """A message into the outbox."""

    draft: outbox.Draft


@dataclass(frozen=True, slots=True)
class RaiseFlag:
    """
    Open or add to a flag, and if people must be told, put their alerts into the outbox in the same commit.

    told: whom a new one goes to. staff: everybody, among them who has it by now, should it have climbed.
    """

    concern: flags.Concern
    told: tuple[StaffMember, ...]
    alert: MakeAlert
    staff: tuple[StaffMember, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenTask:
    """A work item for a person."""

    programme_id: int
    client_id: int | None
    kind: str
    ref_id: int
    owner_id: int
    due_at: datetime | None = None
    note_sealed: bytes | None = None
    task_id: int | None = None


@dataclass(frozen=True, slots=True)
class CloseTask:
    """A work item is done with."""

    programme_id: int
    kind: str
    ref_id: int
    outcome: str
    by_id: int = 0


@dataclass(frozen=True, slots=True)
class MakeDue:
    """Something falls due."""

    programme_id: int
    kind: str
    at: datetime
    ref_id: int
    client_id: int | None = None
    stamp: int = 0
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CancelSaid:
    """Take back what waits to be said in a conversation; `nudges`: only reminders, since the client has written."""

    conversation_id: int
    reason: Reason
    nudges: bool = False


@dataclass(frozen=True, slots=True)
class StopAddresses:
    """A STOP: nothing more goes to these addresses, nor to the other addresses of these clients."""

    address_ids: tuple[int, ...]
    client_ids: tuple[int, ...]
    why: str


@dataclass(frozen=True, slots=True)
class StartAddress:
    """START, from this address alone."""

    address_id: int


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """A member of staff takes on a flag. ladder: by when something must follow."""

    programme_id: int
    flag_id: int
    by: Person
    ladder: Ladder = field(default_factory=Ladder)


@dataclass(frozen=True, slots=True)
class PauseEnrolments:
    """Nothing more is asked of the client but about appointments, until a person lets it go on."""

    client_id: int


@dataclass(frozen=True, slots=True)
class SettleSlot:
    """What became of a slot, unless that is decided already."""

    slot_id: int
    state: str
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class Trail:
    """A row in the audit trail, in the chain of a client, else of the programme."""

    programme_id: int
    chain_id: int
    actor: Person
    action: str
    target: str = ""
    detail: dict[str, Any] = field(default_factory=dict)


Change: TypeAlias = (
    Claim
    | TakeDue
    | Insert
    | Update
    | Send
    | RaiseFlag
    | OpenTask
    | CloseTask
    | MakeDue
    | CancelSaid
    | StopAddresses
    | StartAddress
    | Acknowledge
    | PauseEnrolments
    | SettleSlot
    | Trail
)

_LOCK_CLIENT = sa.update(t.clients).where(t.clients.c.id == sa.bindparam("client")).values(version=t.clients.c.version + 1)
_CLAIM = (
    sa.update(t.addresses)
    .where(t.addresses.c.id == sa.bindparam("address"), t.addresses.c.version == sa.bindparam("seen"))
    .values(version=t.addresses.c.version + 1)
)
_CLAIM_WRITTEN = _CLAIM.values(last_inbound_at=sa.bindparam("written_at"))


def write(connection: Connection, ids: Ids, changes: Sequence[Change], now: datetime, *, any_version: bool = False) -> bool:
    """
    Carry out `changes` in their order. False when the claim was lost, or somebody else was faster to acknowledge: then
    nothing was written but a version, and the turn is worked out anew. Claims come first wherever they stand, so that a
    lost one never costs a due row; then due rows, acknowledgements and the message: one that is stored already is worked
    out by nobody else again.

    any_version: for changes that leave the conversation alone, so that it does not matter who was faster.
    Locks the clients' rows and the address first; commits nothing itself.
    """
    claimed = [_claim(connection, change) for change in changes if isinstance(change, Claim)]
    if not (all(claimed) or any_version):
        return False
    for change in changes:
        if isinstance(change, Claim):
            continue
        if isinstance(change, TakeDue):
            if not due.done(connection, change.due_id):
                return False
        elif isinstance(change, Insert) and change.table is t.received:
            if not insert_or_ignore(connection, change.table, change.row):
                return False
        elif isinstance(change, Acknowledge):
            if acknowledge(connection, ids, change, now) != "acknowledged":
                return False
        else:
            _one(connection, ids, change, now)
    return True


def _claim(connection: Connection, claim: Claim) -> bool:
    for client_id in sorted(claim.clients):
        connection.execute(_LOCK_CLIENT, {"client": client_id})
    where = {"address": claim.address_id, "seen": claim.seen}
    if claim.written_at is None:
        return connection.execute(_CLAIM, where).rowcount == 1
    outbox.wake_replies(connection, claim.address_id, claim.written_at)
    return connection.execute(_CLAIM_WRITTEN, {**where, "written_at": claim.written_at}).rowcount == 1


def _one(connection: Connection, ids: Ids, change: Change, now: datetime) -> None:  # noqa: C901, PLR0912 - one flat match over a closed union
    match change:
        case Claim() | TakeDue() | Acknowledge():
            raise AssertionError("claims and acknowledgements come first, and are made by `write`")
        case Insert(table, row, once):
            if once:
                insert_or_ignore(connection, table, row)
            else:
                connection.execute(sa.insert(table), row)
        case Update(table, row_id, values):
            connection.execute(sa.update(table).where(table.c.id == row_id).values(**values))
        case Send(draft):
            outbox.enqueue(connection, draft, now)
        case RaiseFlag():
            _raise(connection, ids, change, now)
        case OpenTask():
            _open_task(connection, ids, change, now)
        case CloseTask(programme_id, kind, ref_id, outcome, by_id):
            tasks.close_tasks(connection, programme_id=programme_id, kind=kind, ref_id=ref_id, outcome=outcome, by_id=by_id, now=now)
        case MakeDue():
            due.plan(
                connection,
                ids,
                programme_id=change.programme_id,
                kind=change.kind,
                at=change.at,
                ref_id=change.ref_id,
                client_id=change.client_id,
                stamp=change.stamp,
                detail=change.detail,
            )
        case CancelSaid(conversation_id, reason, nudges):
            if nudges:
                outbox.cancel_nudges(connection, conversation_id, now)
            else:
                outbox.cancel_conversation(connection, conversation_id, reason, now)
        case StopAddresses():
            _stop(connection, change, now)
        case StartAddress(address_id):
            values = {"stopped_at": None, "stopped_why": None}
            connection.execute(sa.update(t.addresses).where(t.addresses.c.id == address_id).values(**values))
            points = t.contact_points.c
            back = sa.update(t.contact_points).where(points.address_id == address_id, points.status == "blocked")
            connection.execute(back.values(status="active", status_at=now))
        case PauseEnrolments(client_id):
            e = t.enrolments.c
            asked = sa.and_(e.client_id == client_id, e.status == "active", e.purpose.not_in(("appointments", "service")))
            connection.execute(sa.update(t.enrolments).where(asked).values(status="paused"))
        case SettleSlot(slot_id, state, slot_reason):
            slots.settle(connection, slot_id, state, slot_reason, now)
        case Trail(programme_id, chain_id, actor, action, target, detail):
            audit.append(
                connection,
                ids,
                programme_id=programme_id,
                chain_id=chain_id,
                actor=actor,
                action=action,
                target=target,
                detail=detail,
                now=now,
            )
        case _:
            assert_never(change)


def _open_task(connection: Connection, ids: Ids, change: OpenTask, now: datetime) -> None:
    tasks.open_task(
        connection,
        ids,
        programme_id=change.programme_id,
        client_id=change.client_id,
        kind=change.kind,
        ref_id=change.ref_id,
        owner_id=change.owner_id,
        now=now,
        due_at=change.due_at,
        note_sealed=change.note_sealed,
        task_id=change.task_id,
    )


def _raise(connection: Connection, ids: Ids, change: RaiseFlag, now: datetime) -> None:
    concern = change.concern
    raised = flags.raise_flag(connection, ids, concern, now)
    if raised.tell:
        kind = "again" if raised.again else "first"
        having = (raised.owner_id, raised.taken_by)
        owners = [one for one in change.staff if one.id in having and one not in change.told]
        tell(
            connection,
            ids,
            [*change.told, *owners],
            raised,
            concern.programme_id,
            kind=kind,
            rung=concern.rung,
            alert=change.alert,
            now=now,
        )


def _stop(connection: Connection, change: StopAddresses, now: datetime) -> None:
    points = t.contact_points.c
    more = connection.execute(
        sa.select(points.address_id).where(
            points.owner_kind == "client", points.owner_id.in_(change.client_ids), points.address_id.is_not(None)
        )
    ).scalars()
    addresses = sorted({*change.address_ids, *more})
    c = t.addresses.c
    connection.execute(
        sa.update(t.addresses)
        .where(c.id.in_(addresses), c.stopped_at.is_(None))
        .values(stopped_at=now, stopped_why=change.why, version=c.version + 1)
    )
    outbox.cancel_for_stop(connection, addresses, now)
    talks = t.conversations.c
    open_there = sa.and_(talks.address_id.in_(addresses), talks.closed_at.is_(None))
    connection.execute(sa.update(t.conversations).where(open_there).values(status="stopped", closed_at=now, version=talks.version + 1))


def acknowledge(connection: Connection, ids: Ids, change: Acknowledge, now: datetime) -> str:
    """Take on a flag, take back the alerts that wait, and write it down; the outcome as `flag_moves.acknowledge` gives it."""
    flag = flag_moves.locked(connection, change.flag_id)
    deadline = change.ladder.follow(Severity(flag.severity), now) if flag is not None else now
    outcome = flag_moves.acknowledge(connection, ids, flag, by_id=change.by.id, deadline=deadline, now=now)
    if outcome == "acknowledged" and flag is not None:
        outbox.cancel_alerts(connection, change.flag_id, now)
        flags.event(
            connection, ids, programme_id=change.programme_id, flag_id=change.flag_id, kind="acknowledged", now=now, by_id=change.by.id
        )
        audit.append(
            connection,
            ids,
            programme_id=change.programme_id,
            chain_id=flag.client_id or change.programme_id,
            actor=change.by,
            action="flag.acknowledge",
            target=f"flag {change.flag_id}",
            now=now,
        )
    return outcome
