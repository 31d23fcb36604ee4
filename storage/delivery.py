"""
Delivery reports: what a provider says became of a message. They come late, twice and in any order; a delivery only moves forward.

A report also proves that the message was taken, so it settles an unknown outcome, and takes back a repeat that still waits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection

from bot.values import Delivery, Ids, MessageClass
from bot.values import OutboxState as S
from storage import aftermath, due, moves, tasks
from storage import schema as t

NO_REPLY: Final = -1
"""The stamp of a due row "settle" about a crisis reply that was sent and did not arrive."""
FAILED: Final = (Delivery.failed, Delivery.undelivered)

_o = t.outbox.c
_BY_ID = sa.select(t.outbox).where(_o.id == sa.bindparam("row"), _o.sender_id == sa.bindparam("sender"))
_BY_MESSAGE = sa.select(t.outbox).where(_o.sender_id == sa.bindparam("sender"), _o.provider_message_id == sa.bindparam("message")).limit(1)
_FORWARD = (
    sa.update(t.outbox)
    .where(_o.id == sa.bindparam("row"), _o.delivery < sa.bindparam("told"))
    .values(delivery=sa.bindparam("told"), provider_message_id=sa.func.coalesce(_o.provider_message_id, sa.bindparam("message")))
)
_DELIVERED = sa.update(t.outbox).where(_o.id == sa.bindparam("row")).values(delivered_at=sa.bindparam("now"), reason=None)
_FAILED = sa.update(t.outbox).where(_o.id == sa.bindparam("row")).values(reason=sa.bindparam("why"), provider_code=sa.bindparam("code"))


@dataclass(frozen=True, slots=True)
class Report:
    """
    One delivery report.

    outbox_id: ours, None when it did not ride along. code, reason: the provider's code and our word for why it failed.
    """

    sender_id: int
    outbox_id: int | None
    provider_message_id: str
    delivery: Delivery
    code: str | None = None
    reason: str | None = None


def settle(connection: Connection, ids: Ids, report: Report, now: datetime) -> bool:
    """
    Store a report and what follows from it; False when it says nothing new, or is about no message of this sender.

    Not delivered: a work item for a client's case manager, an alert's flag climbs, and for a crisis reply people are told
    within a second that the client has had none.
    """
    row = _find(connection, report)
    if row is None:
        return False
    told = {"row": row["id"], "told": int(report.delivery), "message": report.provider_message_id}
    if connection.execute(_FORWARD, told).rowcount == 0:
        return False
    _was_taken(connection, ids, row, report, now)
    if report.delivery is Delivery.delivered:
        connection.execute(_DELIVERED, {"row": row["id"], "now": now})
        _arrived(connection, row, now)
    elif report.delivery in FAILED:
        connection.execute(_FAILED, {"row": row["id"], "why": report.reason or "refused", "code": report.code})
        _failed(connection, ids, row, now)
    return True


def _find(connection: Connection, report: Report) -> Mapping[Any, Any] | None:
    if report.outbox_id is not None:
        known = connection.execute(_BY_ID, {"row": report.outbox_id, "sender": report.sender_id}).mappings().first()
        if known is not None:
            return known
    return connection.execute(_BY_MESSAGE, {"sender": report.sender_id, "message": report.provider_message_id}).mappings().first()


def _was_taken(connection: Connection, ids: Ids, row: Mapping[Any, Any], report: Report, now: datetime) -> None:
    """The provider knows it, so it went out: an unknown is settled, and what was about to be sent a second time is not."""
    open_states = (S.unknown, S.pending, S.held, S.retry, S.claimed)
    values = {"sent_at": row["sending_at"] or now, "settled_at": now, "reason": None, "provider_code": None}
    if row["attempts"] and moves.move(
        connection, row, open_states, S.sent, count=("fence",), provider_message_id=report.provider_message_id, **values
    ):
        aftermath.sent(connection, ids, row, now)


def _arrived(connection: Connection, row: Mapping[Any, Any], now: datetime) -> None:
    if row["delivery"] in FAILED and row["client_id"] is not None:
        where = {"programme_id": row["programme_id"], "ref_id": row["client_id"]}
        tasks.close_tasks(connection, kind="undeliverable", outcome="delivered", by_id=0, now=now, **where)


def _failed(connection: Connection, ids: Ids, row: Mapping[Any, Any], now: datetime) -> None:
    if row["delivery"] in FAILED:
        return  # told before, by another word
    aftermath.undeliverable(connection, ids, row, now)
    if row["cls"] == MessageClass.alert.value:
        aftermath.climb_now(connection, ids, row, now)
    elif row["cls"] == MessageClass.crisis.value:
        due.plan(
            connection, ids, programme_id=row["programme_id"], kind="settle", at=now, ref_id=row["id"], client_id=row["client_id"],
            stamp=NO_REPLY,
        )  # fmt: skip
