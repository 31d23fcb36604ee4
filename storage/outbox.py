"""
What waits to go out. `enqueue` puts a message there within a unit; `scheduler/outbox.py` claims, sends and settles it.

A message is never changed once it is there, only its state. `cancel_*` take back what has not been started:
pending, held, claimed and retry; what is being sent is decided by the fence.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from bot.values import LANES, MessageClass, OutboxState, Purpose, Reason
from storage import schema as t
from storage import slots

_INSERT = sa.insert(t.outbox)
STOPPABLE = (OutboxState.pending, OutboxState.held, OutboxState.claimed, OutboxState.retry)


@dataclass(frozen=True, slots=True)
class Draft:
    """
    A message ready to be put in the outbox; its text is sealed under place "outbox.text" and its own id.

    due_at: not before; not_after: never later. kind: what it is to a reader of the timeline ("ask", "crisis:R1").
    exempt: what the gate lets it off ("invitation", "consent", "urgent", "counts").
    buttons: tokens in the order of the sealed labels (JSON list of strings under place "outbox.labels").
    wait: with nudge_hours and timeout_hours, the no-reply clock that starts once it is sent.
    """

    id: int
    programme_id: int
    sender_id: int
    address_id: int
    cls: MessageClass
    purpose: Purpose
    kind: str
    text_sealed: bytes
    language: str
    due_at: datetime
    not_after: datetime | None = None
    segments: int = 1
    client_id: int | None = None
    user_id: int | None = None
    conversation_id: int | None = None
    enrolment_id: int | None = None
    appointment_id: int | None = None
    slot_id: int | None = None
    flag_id: int | None = None
    received_id: int | None = None
    by_id: int | None = None
    buttons: tuple[str, ...] = ()
    labels_sealed: bytes | None = None
    exempt: tuple[str, ...] = ()
    wait: int = 0
    nudge_hours: float | None = None
    timeout_hours: float | None = None
    extra: dict[str, Any] = field(default_factory=dict)


def enqueue(connection: Connection, draft: Draft, now: datetime) -> None:
    """Put `draft` in the outbox. Within an address messages go out in the order of their ids."""
    connection.execute(
        _INSERT,
        {
            "id": draft.id,
            "programme_id": draft.programme_id,
            "sender_id": draft.sender_id,
            "address_id": draft.address_id,
            "client_id": draft.client_id,
            "user_id": draft.user_id,
            "conversation_id": draft.conversation_id,
            "enrolment_id": draft.enrolment_id,
            "appointment_id": draft.appointment_id,
            "slot_id": draft.slot_id,
            "flag_id": draft.flag_id,
            "received_id": draft.received_id,
            "by_id": draft.by_id,
            "cls": draft.cls.value,
            "lane": LANES[draft.cls],
            "purpose": draft.purpose.value,
            "kind": draft.kind,
            "state": OutboxState.pending.value,
            "due_at": draft.due_at,
            "seq": draft.id,
            "text_sealed": draft.text_sealed,
            "labels_sealed": draft.labels_sealed,
            "buttons": list(draft.buttons),
            "language": draft.language,
            "segments": draft.segments,
            "flags": {**draft.extra, "exempt": list(draft.exempt)},
            "not_after": draft.not_after,
            "wait": draft.wait,
            "nudge_hours": draft.nudge_hours,
            "timeout_hours": draft.timeout_hours,
            "created_at": now,
        },
    )


def _cancel(connection: Connection, where: sa.ColumnElement[bool], reason: Reason, now: datetime) -> int:
    o = t.outbox.c
    done = connection.execute(
        sa.update(t.outbox)
        .where(where, o.state.in_([state.value for state in STOPPABLE]))
        .values(state=OutboxState.cancelled.value, reason=reason.value, settled_at=now, fence=o.fence + 1)
        .returning(o.slot_id)
    ).all()
    for (slot_id,) in done:
        if slot_id is not None:
            slots.settle(connection, slot_id, "skipped", reason, now)
    return len(done)


KEPT_AFTER_STOP = (MessageClass.crisis.value, MessageClass.alert.value, MessageClass.keyword.value)


def cancel_for_stop(connection: Connection, address_ids: list[int], now: datetime) -> int:
    """Take back all that waits for these addresses and may not go out after STOP. Crisis replies, alerts and keyword answers stay."""
    o = t.outbox.c
    where = sa.and_(o.address_id.in_(address_ids), o.cls.not_in(KEPT_AFTER_STOP))
    return _cancel(connection, where, Reason.stopped, now)


def cancel_conversation(connection: Connection, conversation_id: int, reason: Reason, now: datetime) -> int:
    """Take back what waits to be said in a conversation. Crisis replies and alerts do not belong to one."""
    o = t.outbox.c
    return _cancel(connection, sa.and_(o.conversation_id == conversation_id, o.cls.not_in(KEPT_AFTER_STOP)), reason, now)


def cancel_nudges(connection: Connection, conversation_id: int, now: datetime) -> int:
    """Take back nudges of a conversation: the client has written."""
    o = t.outbox.c
    return _cancel(connection, sa.and_(o.conversation_id == conversation_id, o.kind == "nudge"), Reason.answered, now)


def cancel_alerts(connection: Connection, flag_id: int, now: datetime) -> int:
    """
    Take back alerts of a flag that somebody has acknowledged or closed. That the client has had no reply is news to them
    all the same: the gate drops it once the flag is closed.
    """
    o = t.outbox.c
    where = sa.and_(o.flag_id == flag_id, o.cls == MessageClass.alert.value, o.kind != "alert:no_reply")
    return _cancel(connection, where, Reason.flag_closed, now)


_WAKE = (
    sa.update(t.outbox)
    .where(
        t.outbox.c.address_id == sa.bindparam("address"),
        t.outbox.c.state == OutboxState.held.value,
        t.outbox.c.reason == Reason.quiet_hours.value,
        t.outbox.c.cls == MessageClass.reply.value,
    )
    .values(due_at=sa.bindparam("now"))
)


def wake_replies(connection: Connection, address_id: int, now: datetime) -> None:
    """The recipient has just written: replies that quiet hours held are looked at again at once."""
    connection.execute(_WAKE, {"address": address_id, "now": now})
