"""A contact outside the system ("I phoned her"), logged by staff: it stops reminders and silence. And letting a paused client go on."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection

from bot.changes import write
from bot.errors import NotAllowed, WrongUse
from bot.house import House
from bot.outreach import first_slots
from bot.values import Person
from storage import audit, caseload, due, outbox, tasks
from storage import schema as t

HOWS: Final = ("phone", "visit", "other")
NOTE_CHARS_MAX: Final = 4000
BACK_MAX: Final = timedelta(days=60)
"""How long ago a contact may have been when it is written down."""
ENDED: Final = ("silent", "paused", "undeliverable", "call_back", "message")
"""Work items that a conversation with the client settles."""


def log_contact(
    house: House, who: Person, client_id: int, *, how: str, reached: bool = True, note: str = "", at: datetime | None = None
) -> int:
    """
    Keep that somebody of the staff was in contact with a client; the id of the contact.

    reached: whether the client was spoken with. A try that failed is kept and stops nothing.
    at: aware; None is now. It may lie up to BACK_MAX back.

    Raises:
        NotAllowed: the client is not visible to `who`. WrongUse: no such way, or a moment that cannot be.
    """
    now, ids = house.ports.clock.now(), house.ports.ids
    moment = at or now
    if how not in HOWS:
        raise WrongUse(f"contact: {how[:40]!r} is no way; choose one of {', '.join(HOWS)}")
    if not now - BACK_MAX <= moment <= now:
        raise WrongUse(f"contact: the moment must lie within the last {BACK_MAX.days} days, and not ahead")
    if len(note) > NOTE_CHARS_MAX:
        raise WrongUse(f"contact: at most {NOTE_CHARS_MAX} characters are allowed in a note; this has {len(note)}")
    row_id = ids.new()

    def unit(connection: Connection) -> int:
        client = _client(connection, who, client_id)
        sealed = (
            house.vault.seal(house.vault.key_for(connection, client_id), "contacts.note", row_id, note.strip()) if note.strip() else None
        )
        row = {"id": row_id, "programme_id": client["programme_id"], "client_id": client_id, "by_id": who.id, "how": how}
        row |= {"reached": int(reached), "note_sealed": sealed, "at": moment, "logged_at": now}
        connection.execute(sa.insert(t.contacts), row)
        if reached:
            _stop_waiting(connection, client, who, now)
        audit.append(
            connection,
            ids,
            programme_id=client["programme_id"],
            chain_id=client_id,
            actor=who,
            action="client.contact",
            target=f"contact {row_id}",
            detail={"how": how, "reached": reached},
            now=now,
        )
        return row_id

    return house.db.write(client_id, unit)


def _stop_waiting(connection: Connection, client: Any, who: Person, now: datetime) -> None:
    c = t.conversations.c
    open_there = sa.select(c.id).where(c.client_id == client["id"], c.closed_at.is_(None))
    for conversation_id in list(connection.execute(open_there).scalars()):
        outbox.cancel_nudges(connection, conversation_id, now)
        due.forget(connection, conversation_id, "nudge")
    for kind in ENDED:
        tasks.close_tasks(
            connection, programme_id=client["programme_id"], kind=kind, ref_id=client["id"], outcome="done", by_id=who.id, now=now
        )


def resume(house: House, who: Person, client_id: int) -> int:
    """Go on with what was paused because nobody answered; how many enrolments that is. Their next prompts are planned in the same unit."""
    now, ids = house.ports.clock.now(), house.ports.ids

    def unit(connection: Connection) -> int:
        client = _client(connection, who, client_id)
        c = t.enrolments.c
        paused = sa.select(t.enrolments).where(c.client_id == client_id, c.status == "paused")
        rows = [dict(row) for row in connection.execute(paused).mappings()]
        for row in rows:
            connection.execute(sa.update(t.enrolments).where(c.id == row["id"]).values(status="active", misses=0))
            write(connection, ids, first_slots(house, {**row, "status": "active"}, dict(client), now), now)
        tasks.close_tasks(
            connection, programme_id=client["programme_id"], kind="paused", ref_id=client_id, outcome="done", by_id=who.id, now=now
        )
        audit.append(
            connection,
            ids,
            programme_id=client["programme_id"],
            chain_id=client_id,
            actor=who,
            action="client.resume",
            target=f"client {client_id}",
            detail={"enrolments": len(rows)},
            now=now,
        )
        return len(rows)

    return house.db.write(client_id, unit)


def _client(connection: Connection, who: Person, client_id: int) -> Any:
    if who.role != "command line" and not caseload.may_see_client(connection, who, client_id):
        raise NotAllowed("client: not there, or not yours")
    return connection.execute(sa.select(t.clients).where(t.clients.c.id == client_id)).mappings().one()
