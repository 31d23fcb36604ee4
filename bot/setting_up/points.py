"""Contact points: by which sender, at which number or chat, somebody of a programme is reached."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot.house import House
from bot.setting_up.given import Given
from bot.values import ChannelKind
from storage import people
from storage import schema as t

SHARED = "Another client has this number too: what is written while no question waits there is shown to both case managers."
STOPPED = "STOP was sent from this number before: nothing goes there until START comes from it."


def sender_for(connection: Connection, given: Given, programme_id: int, channel: str, wanted: int | None = None) -> dict[str, Any] | None:
    """The programme's sender for a channel: the one wanted, else the first that is not paused."""
    senders = [one for one in people.of_programme(connection, t.senders, programme_id) if one["channel"] == channel]
    if wanted is not None:
        senders = [one for one in senders if one["id"] == wanted]
    if not senders:
        given.fault(channel, f"the programme has no such sender for {channel}: say `checkline sender add` first")
        return None
    return min(senders, key=lambda one: (one["paused_at"] is not None, one["id"]))


def add_point(
    connection: Connection,
    house: House,
    given: Given,
    owner: tuple[str, int],
    sender: dict[str, Any],
    *,
    plain: str,
    status: str,
    now: datetime,
    priority: int = 0,
) -> int:
    """
    A contact point at the address `plain` (E.164 or a chat), or at none yet when it is empty (a Telegram chat to be bound).

    A number is of clients or of staff, never of both: texts from staff are read as alert codes. Mail is of staff alone.
    """
    kind, owner_id = owner
    if kind == "client" and sender["channel"] == ChannelKind.mail.value:
        given.fault("mail", "clients are not reached by mail; give a phone number or Telegram")
    ids, programme_id = house.ports.ids, sender["programme_id"]
    address_id = None
    if plain:
        address = people.meet_address(connection, house.vault, ids, programme_id, sender["channel"], plain)
        address_id = address["id"]
        others = [one for one in people.owners_at(connection, address_id) if one != owner]
        if any(other != kind for other, _ in others):
            given.fault(
                "phone", "this number belongs to " + ("staff" if kind == "client" else "a client") + " of the programme; give another"
            )
        elif others and kind == "client":
            given.note(SHARED)
        if address["stopped_at"] is not None:
            given.note(STOPPED)
    row = {
        "id": ids.new(),
        "programme_id": programme_id,
        "owner_kind": kind,
        "owner_id": owner_id,
        "channel": sender["channel"],
        "sender_id": sender["id"],
        "address_id": address_id,
        "status": status,
        "priority": priority,
        "status_at": now,
        "created_at": now,
    }
    return people.add(connection, t.contact_points, row)
