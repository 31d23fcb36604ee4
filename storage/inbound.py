"""What must be known about an incoming message before it is judged: one snapshot, a handful of index reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from storage import schema as t
from storage import staff
from storage.dialect import insert_or_ignore

LOOKED_BACK = timedelta(hours=12)
"""How far back what we said to the address is looked at: the length of a crisis episode."""

NOT_THEIRS = ("wrong", "recycled")
"""States of a contact point at which somebody else is reached by now."""

_CONSENTS = (
    sa.select(t.consents.c.act, t.consents.c.purposes)
    .where(t.consents.c.client_id == sa.bindparam("client"))
    .order_by(t.consents.c.at, t.consents.c.id)
)
_SENDER = sa.select(t.senders).where(t.senders.c.id == sa.bindparam("sender"))
_PROGRAMME = sa.select(t.programmes).where(t.programmes.c.id == sa.bindparam("programme"))
_ADDRESS = sa.select(t.addresses).where(
    t.addresses.c.programme_id == sa.bindparam("programme"),
    t.addresses.c.channel == sa.bindparam("via"),
    t.addresses.c.blind == sa.bindparam("blind"),
)
_CLIENTS = (
    sa.select(t.clients, t.contact_points.c.status.label("point_status"), t.contact_points.c.id.label("point_id"))
    .join(t.contact_points, sa.and_(t.contact_points.c.owner_id == t.clients.c.id, t.contact_points.c.owner_kind == "client"))
    .where(
        t.contact_points.c.address_id == sa.bindparam("address"),
        t.contact_points.c.status.not_in(NOT_THEIRS),
        t.clients.c.status.not_in(("erased", "closed")),
    )
    .order_by(t.clients.c.id)
)
_CONVERSATION = sa.select(t.conversations).where(
    t.conversations.c.address_id == sa.bindparam("address"), t.conversations.c.closed_at.is_(None)
)
_SAID = sa.select(t.outbox.c.client_id, t.outbox.c.cls, t.outbox.c.kind, t.outbox.c.flags, t.outbox.c.created_at, t.outbox.c.state).where(
    t.outbox.c.address_id == sa.bindparam("address"), t.outbox.c.created_at > sa.bindparam("since")
)
_SEEN = sa.select(t.received.c.id).where(
    t.received.c.sender_id == sa.bindparam("sender"),
    t.received.c.address_id == sa.bindparam("address"),
    t.received.c.provider_message_id == sa.bindparam("message"),
    t.received.c.edit == sa.bindparam("edit"),
)
_LINES = sa.select(t.crisis_lines).where(t.crisis_lines.c.programme_id == sa.bindparam("programme"))
_INVITE = (
    sa.select(
        t.invites,
        t.contact_points.c.owner_kind,
        t.contact_points.c.owner_id,
        sa.func.coalesce(t.clients.c.language, t.users.c.language).label("language"),
        t.clients.c.manager_id,
    )
    .join(t.contact_points, t.contact_points.c.id == t.invites.c.contact_point_id)
    .outerjoin(t.clients, sa.and_(t.clients.c.id == t.contact_points.c.owner_id, t.contact_points.c.owner_kind == "client"))
    .outerjoin(t.users, sa.and_(t.users.c.id == t.contact_points.c.owner_id, t.contact_points.c.owner_kind == "user"))
    .where(t.contact_points.c.sender_id == sa.bindparam("sender"), t.invites.c.used_at.is_(None), t.invites.c.outcome.is_(None))
)
"""Invitations to this bot: a link to one does nothing at another, nor does it in another programme."""
_OPENED = _INVITE.where(t.invites.c.token_hash == sa.bindparam("hash"))
_OWED = _INVITE.where(t.invites.c.address_id == sa.bindparam("address")).order_by(t.invites.c.id.desc()).limit(1)

Row = Mapping[str, Any]


def _row(found: Any) -> Row | None:
    return None if found is None else dict(found)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """
    Sealed columns stay sealed.

    clients: everybody reached at the address. conversation: the one that is open there.
    staff_id: whose phone it is, if it is staff's. said: what we put in the outbox for it in the last LOOKED_BACK.
    invite: the one whose second check this chat owes, or whose link it just opened; with the person's language and manager_id.
    duplicate: the message is stored already.
    """

    sender: Row
    programme: Row
    address: Row
    clients: tuple[Row, ...]
    conversation: Row | None
    staff: tuple[Row, ...]
    staff_id: int | None
    said: tuple[Row, ...]
    lines: Mapping[str, Row]
    invite: Row | None
    duplicate: bool


def sender(connection: Connection, sender_id: int) -> Row | None:
    """The sender's row, or None."""
    return _row(connection.execute(_SENDER, {"sender": sender_id}).mappings().first())


def address_of(connection: Connection, programme_id: int, channel: str, blind: bytes) -> Row | None:
    """The address with that blind index, or None."""
    return _row(connection.execute(_ADDRESS, {"programme": programme_id, "via": channel, "blind": blind}).mappings().first())


def meet_address(connection: Connection, row: dict[str, Any]) -> None:
    """Make an address unless it is there."""
    insert_or_ignore(connection, t.addresses, row)


def look(
    connection: Connection,
    sender_id: int,
    address_id: int,
    *,
    message_id: str,
    edit: int,
    now: datetime,
    token_hash: bytes | None = None,
) -> Snapshot | None:
    """Read all of it in one transaction; None when the sender or the address is not there (any more)."""
    via = sender(connection, sender_id)
    address = _row(connection.execute(sa.select(t.addresses).where(t.addresses.c.id == address_id)).mappings().first())
    if via is None or address is None:
        return None
    programme = {"programme": via["programme_id"]}
    where = {"address": address_id}
    seen = connection.execute(_SEEN, {"sender": sender_id, "address": address_id, "message": message_id, "edit": edit}).first()
    return Snapshot(
        sender=via,
        programme=dict(connection.execute(_PROGRAMME, programme).mappings().one()),
        address=address,
        clients=tuple({row["id"]: dict(row) for row in connection.execute(_CLIENTS, where).mappings()}.values()),
        conversation=_row(connection.execute(_CONVERSATION, where).mappings().first()),
        staff=tuple(staff.members(connection, via["programme_id"])),
        staff_id=staff.by_address(connection, address_id),
        said=tuple(dict(row) for row in connection.execute(_SAID, {**where, "since": now - LOOKED_BACK}).mappings()),
        lines={row["country"]: dict(row) for row in connection.execute(_LINES, programme).mappings()},
        invite=_invite(connection, sender_id, address_id, token_hash),
        duplicate=seen is not None,
    )


def _invite(connection: Connection, sender_id: int, address_id: int, token_hash: bytes | None) -> Row | None:
    if token_hash is not None:
        return _row(connection.execute(_OPENED, {"sender": sender_id, "hash": token_hash}).mappings().first())
    return _row(connection.execute(_OWED, {"sender": sender_id, "address": address_id}).mappings().first())


def held_purposes(connection: Connection, client_id: int) -> tuple[str, ...]:
    """The purposes the client has agreed to now."""
    return purposes_at(connection, client_id)[0]


def purposes_at(connection: Connection, client_id: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The purposes agreed to now, and those agreed to before the last withdrawal (what START restores)."""
    held: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    for row in connection.execute(_CONSENTS, {"client": client_id}):
        given = tuple(row.purposes or ())
        if row.act == "withdraw":
            before, held = (held or before), ()
        elif row.act == "decline":
            before, held = (), ()
        elif row.act in ("grant", "restore"):
            held = tuple(dict.fromkeys((*held, *given)))
    return held, before
