"""What must be known of a client who does not answer: whether it arrived, who spoke with them since, other ways, how it usually is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection

from bot.values import Delivery, OutboxState, Severity
from storage import schema as t

ASKED: Final = ("ask", "repair", "confirm", "nudge")
FAILED: Final = (Delivery.failed, Delivery.undelivered)
EARLIER_MAX: Final = 5
"""Earlier conversations that say whether somebody usually answers."""

_LAST = (
    sa.select(t.outbox.c.state, t.outbox.c.delivery)
    .where(t.outbox.c.conversation_id == sa.bindparam("talk"), t.outbox.c.kind.in_(ASKED), t.outbox.c.sent_at.is_not(None))
    .order_by(t.outbox.c.sent_at.desc(), t.outbox.c.id.desc())
    .limit(1)
)
_CONTACT = sa.select(sa.func.max(t.contacts.c.at)).where(t.contacts.c.client_id == sa.bindparam("client"), t.contacts.c.reached == 1)
_EARLIER = (
    sa.select(t.conversations.c.status)
    .where(
        t.conversations.c.client_id == sa.bindparam("client"),
        t.conversations.c.id != sa.bindparam("talk"),
        t.conversations.c.opened_by_client == 0,
        t.conversations.c.closed_at.is_not(None),
    )
    .order_by(t.conversations.c.opened_at.desc(), t.conversations.c.id.desc())
    .limit(EARLIER_MAX)
)
_MISSED = (
    sa.select(sa.func.count())
    .select_from(t.conversations)
    .outerjoin(t.slots, t.slots.c.id == t.conversations.c.slot_id)
    .where(
        t.conversations.c.enrolment_id == sa.bindparam("enrolment"),
        t.conversations.c.id != sa.bindparam("talk"),
        t.conversations.c.status == "expired",
        t.conversations.c.opened_at > sa.bindparam("since"),
        t.slots.c.point_id.is_(None),
    )
)
_OPEN_FLAG = sa.select(t.flags.c.id).where(
    t.flags.c.client_id == sa.bindparam("client"),
    t.flags.c.closed_at.is_(None),
    t.flags.c.severity >= int(Severity.review),
    t.flags.c.category != "silence",
)
_OTHERS = (
    sa.select(t.contact_points.c.id, t.contact_points.c.channel)
    .join(t.addresses, t.addresses.c.id == t.contact_points.c.address_id)
    .where(
        t.contact_points.c.owner_kind == "client",
        t.contact_points.c.owner_id == sa.bindparam("client"),
        t.contact_points.c.status.in_(("verified", "active")),
        t.contact_points.c.address_id != sa.bindparam("address"),
        t.addresses.c.stopped_at.is_(None),
    )
    .order_by(t.contact_points.c.priority, t.contact_points.c.id)
)
_SLOT = sa.select(t.slots.c.point_id, t.slots.c.local_date).where(t.slots.c.id == sa.bindparam("slot"))


@dataclass(frozen=True, slots=True)
class Quiet:
    """
    A conversation that was not answered, and its surroundings.

    arrived: the last question was not reported as undelivered (Telegram reports nothing, and counts as arrived).
    heard_at: when the client last wrote or was spoken with. other_point: another way to reach them, None where there is none.
    elsewhere: this was the other way already. misses: prompts of the enrolment without an answer before this one, in a row.
    usual: of the earlier conversations, how many there were and how many were answered.
    """

    arrived: bool
    stopped: bool
    heard_at: datetime | None
    other_point: int | None
    elsewhere: bool
    misses: int
    usual: tuple[int, int]
    open_concern: bool
    high_risk: bool
    local_date: str | None = None


def look(connection: Connection, talk: Mapping[Any, Any], client: Mapping[Any, Any], stopped: bool) -> Quiet:
    """Read it. talk: the row of the conversation; stopped: its address said STOP."""
    asked = {"client": client["id"], "talk": talk["id"]}
    last = connection.execute(_LAST, asked).first()
    heard = max(filter(None, (client["last_inbound_at"], connection.execute(_CONTACT, asked).scalar())), default=None)
    since = heard or client["created_at"]
    slot = connection.execute(_SLOT, {"slot": talk["slot_id"]}).first() if talk["slot_id"] is not None else None
    earlier = list(connection.execute(_EARLIER, asked).scalars())
    misses = connection.execute(_MISSED, {**asked, "enrolment": talk["enrolment_id"], "since": since}).scalar_one()
    other = connection.execute(_OTHERS, {**asked, "address": talk["address_id"]}).first()
    failed = last is not None and (Delivery(last.delivery) in FAILED or last.state == OutboxState.dead.value)
    return Quiet(
        arrived=not failed,
        stopped=stopped,
        heard_at=heard,
        other_point=other.id if other is not None else None,
        elsewhere=slot is not None and slot.point_id is not None,
        misses=int(misses),
        usual=(len(earlier), sum(1 for status in earlier if status != "expired")),
        open_concern=connection.execute(_OPEN_FLAG, asked).first() is not None,
        high_risk="high-risk" in (client["tags"] or []),
        local_date=slot.local_date if slot is not None else None,
    )
