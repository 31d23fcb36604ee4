"""What a client's open critical flag held is looked at again, once a person has let it go on."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from bot.followup import Followup
from bot.house import House
from bot.values import Ids, OutboxState
from storage import due
from storage import schema as t


def ask_again(connection: Connection, ids: Ids, client_id: int, now: datetime) -> None:
    """Held messages, slots and conversations of a client are looked at again at once, whatever becomes of this process."""
    o, c = t.outbox.c, t.conversations.c
    talks = sa.select(c.id, c.programme_id).where(c.client_id == client_id, c.status == "held", c.closed_at.is_(None))
    for talk in connection.execute(talks).all():
        due.plan(connection, ids, programme_id=talk.programme_id, kind="resume", at=now, ref_id=talk.id, client_id=client_id)
    connection.execute(sa.update(t.outbox).where(o.client_id == client_id, o.state == OutboxState.held.value).values(due_at=now))
    held = sa.select(t.slots.c.id).where(t.slots.c.client_id == client_id, t.slots.c.state == "held").scalar_subquery()
    connection.execute(sa.update(t.due).where(t.due.c.kind == "start", t.due.c.ref_id.in_(held)).values(at=now))


def resume(house: House, client_id: int, now: datetime) -> None:
    """Held conversations of the client go on where they were, as far as nothing else holds them."""
    c = t.conversations.c
    query = sa.select(c.id).where(c.client_id == client_id, c.status == "held", c.closed_at.is_(None))
    for conversation_id in house.db.read(lambda connection: list(connection.execute(query).scalars())):
        Followup(house).resume(conversation_id, None, now)
