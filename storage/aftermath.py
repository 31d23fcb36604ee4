"""
What follows when a message has gone out, or never will: its slot, its conversation's clock, work items, a flag that climbs.

Pure storage, within the unit that moved the row. What needs words (an alert) is `scheduler/no_reply.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from bot.values import Delivery, Ids, MessageClass, Reason
from bot.values import OutboxState as S
from storage import claims, due, outbox, pages, plans, slots, tasks
from storage import schema as t

_MANAGER = sa.select(t.clients.c.manager_id).where(t.clients.c.id == sa.bindparam("client"))
_TALK = sa.select(t.conversations.c.wait, t.conversations.c.closed_at).where(t.conversations.c.id == sa.bindparam("talk"))
_FLAG = sa.select(t.flags.c.round, t.flags.c.rung, t.flags.c.state, t.flags.c.closed_at).where(t.flags.c.id == sa.bindparam("flag"))
_OUT = (
    sa.select(t.alerts.c.id)
    .join(t.outbox, t.outbox.c.id == t.alerts.c.outbox_id)
    .where(
        t.alerts.c.flag_id == sa.bindparam("flag"),
        t.alerts.c.round == sa.bindparam("round"),
        t.outbox.c.id != sa.bindparam("row"),
        t.outbox.c.state.not_in((S.dead.value, S.cancelled.value, S.expired.value)),
        t.outbox.c.delivery.not_in((int(Delivery.failed), int(Delivery.undelivered))),
        sa.or_(t.outbox.c.state != S.held.value, t.outbox.c.reason != Reason.sender_paused.value),
    )
    .limit(1)
)
"""Another alert of the same round that has arrived, or still may."""
_STAFF = sa.select(t.users.c.id, t.users.c.role).where(
    t.users.c.programme_id == sa.bindparam("programme"),
    t.users.c.status == "active",
    t.users.c.role.in_(("administrator", "supervisor")),
)


def sent(connection: Connection, ids: Ids, row: Mapping[Any, Any], now: datetime, *, unsure: bool = False) -> None:
    """
    A message went out, or (unsure) nobody will ever know: its slot is decided, and the no-reply clock starts.

    The clock starts now and not when the message was made: it may have waited for hours.
    """
    if row["slot_id"] is not None:
        slots.settle(connection, row["slot_id"], "unsure" if unsure else "prompted", Reason.unknown_outcome if unsure else None, now)
    if row["wait"] and row["conversation_id"] is not None and row["timeout_hours"] is not None:
        _start_clock(connection, ids, row, now)
    claims.wake(connection, row["address_id"], now)


def _start_clock(connection: Connection, ids: Ids, row: Mapping[Any, Any], now: datetime) -> None:
    ends = {"timeout": row["timeout_hours"]}
    if row["kind"] == "nudge":
        due.forget(connection, row["conversation_id"], "timeout")  # a reminder gives the rest of the time from when it came
    elif row["nudge_hours"] is not None:
        ends["nudge"] = row["nudge_hours"]
    for kind, hours in ends.items():
        due.plan(
            connection,
            ids,
            programme_id=row["programme_id"],
            kind=kind,
            at=now + timedelta(hours=hours),
            ref_id=row["conversation_id"],
            client_id=row["client_id"],
            stamp=row["wait"],
        )


def ended(connection: Connection, ids: Ids, row: Mapping[Any, Any], to: S, reason: Reason, now: datetime) -> None:
    """A message will never go out: its slot is decided, and a conversation that waited for it is over. An alert climbs at once."""
    if row["slot_id"] is not None:
        slots.settle(connection, row["slot_id"], "expired" if to is S.expired else "skipped", reason, now)
    if row["wait"] and row["conversation_id"] is not None and row["kind"] != "nudge":
        _close(connection, row, now)
    if row["cls"] == MessageClass.alert.value:
        climb_now(connection, ids, row, now)
    claims.wake(connection, row["address_id"], now)


def _close(connection: Connection, row: Mapping[Any, Any], now: datetime) -> None:
    """Nothing will ever be answered in it, and it must not block the address. A newer question in it lives on."""
    talk = connection.execute(_TALK, {"talk": row["conversation_id"]}).first()
    if talk is None or talk.closed_at is not None or talk.wait != row["wait"]:
        return
    plans.close_conversation(connection, row["conversation_id"], "interrupted", now)
    outbox.cancel_conversation(connection, row["conversation_id"], Reason.conversation_over, now)


def climb_now(connection: Connection, ids: Ids, row: Mapping[Any, Any], now: datetime) -> None:
    """
    An alert does not reach its person: where no other alert of the round is out, the flag does not wait for the deadline.
    The last rung repeats by its own clock.
    """
    if row["kind"] == pages.MORE and row["user_id"] is not None:
        for flag_id in pages.flags_in(connection, row["user_id"], row["id"], now):
            climb_now(connection, ids, {**row, "kind": "", "flag_id": flag_id}, now)
        return
    flag = connection.execute(_FLAG, {"flag": row["flag_id"]}).first() if row["flag_id"] is not None else None
    if flag is None or flag.closed_at is not None or flag.state != "open" or flag.rung == "everybody":
        return
    if connection.execute(_OUT, {"flag": row["flag_id"], "round": flag.round, "row": row["id"]}).first() is not None:
        return
    due.plan(
        connection, ids, programme_id=row["programme_id"], kind="escalate", at=now, ref_id=row["flag_id"], client_id=row["client_id"],
        stamp=flag.round,
    )  # fmt: skip


def manager_of(connection: Connection, client_id: int | None) -> int | None:
    """The case manager assigned to a client, or None."""
    found: int | None = connection.execute(_MANAGER, {"client": client_id}).scalar() if client_id is not None else None
    return found


def task(connection: Connection, ids: Ids, row: Mapping[Any, Any], kind: str, ref_id: int, owner_id: int | None, now: datetime) -> bool:
    """A work item about a message, for its owner; for nobody where there is none."""
    if owner_id is None:
        return False
    return tasks.open_task(
        connection, ids, programme_id=row["programme_id"], client_id=row["client_id"], kind=kind, ref_id=ref_id, owner_id=owner_id, now=now
    )


def undeliverable(connection: Connection, ids: Ids, row: Mapping[Any, Any], now: datetime) -> bool:
    """The work item that a client cannot be reached; why is the reason of their latest message that did not arrive."""
    client_id = row["client_id"]
    return client_id is not None and task(connection, ids, row, "undeliverable", client_id, manager_of(connection, client_id), now)


def sender_keeper(connection: Connection, programme_id: int) -> int | None:
    """Who mends a sender: an administrator of the programme, else a supervisor."""
    people = connection.execute(_STAFF, {"programme": programme_id}).all()
    return min(people, key=lambda one: (one.role != "administrator", one.id)).id if people else None


def resumed(connection: Connection, programme_id: int, sender_id: int, by_id: int, now: datetime) -> int:
    """A sender goes on after a pause, in the unit that resumes it: what waited is looked at again; how many messages that is."""
    tasks.close_tasks(
        connection, programme_id=programme_id, kind="sender_paused", ref_id=sender_id, outcome="resumed", by_id=by_id, now=now
    )
    return claims.resume(connection, sender_id, now)
