"""A client's pause ends: on its day, by START, or by a person. And the time of day that a client prefers, put into the schedules."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy import Connection

from bot import keywords, texts
from bot.arrival import Arrival
from bot.changes import Change, CloseTask, TakeDue, Trail, Update, write
from bot.house import House
from bot.values import SYSTEM, MessageClass, Person, Purpose
from scheduler.recurrence import wall_to_utc
from storage import due
from storage import schema as t

MOVED = (Purpose.check_ins.value, Purpose.goals.value)
"""Whose schedules a preferred time moves; reminders stand where their appointment puts them."""


def over(client_id: int, programme_id: int, by: Person, how: str) -> list[Change]:
    """The client's schedules run again."""
    return [
        Update(t.clients, client_id, {"status": "active", "paused_until": None}),
        CloseTask(programme_id, "pause", client_id, how, by.id if by.role not in ("client", "system") else 0),
        Trail(programme_id, client_id, by, "client.resume", f"client {client_id}", {"how": how}),
    ]


def started(arrival: Arrival) -> list[Change]:
    """START during a pause: the client goes on."""
    client = arrival.client
    assert client is not None
    by = Person(client["id"], "client", arrival.programme.id)
    said = keywords.answer(arrival, "start", (texts.GOING_ON, {}), cls=MessageClass.reply)
    return [*over(client["id"], arrival.programme.id, by, "started"), said]


class Pauses:
    """Carries out what falls due about a client's own wishes. Every method is one write unit."""

    def __init__(self, house: House) -> None:
        self.house = house

    def end(self, client_id: int, due_id: int, now: datetime) -> bool:
        """The day has come that the client named; nothing happens where a person or the client was faster, or named another."""
        house = self.house

        def unit(connection: Connection) -> bool:
            c = t.clients.c
            row = connection.execute(sa.select(c.programme_id, c.status, c.paused_until).where(c.id == client_id)).first()
            ready = row is not None and row.status == "paused" and row.paused_until is not None and row.paused_until <= now
            changes = over(client_id, row.programme_id, SYSTEM, "day_came") if row is not None and ready else []
            return write(connection, house.ports.ids, [TakeDue(due_id), *changes], now)

        return house.db.write(client_id, unit, 2)

    def prefer(self, client_id: int, minutes: int, due_id: int, now: datetime) -> bool:
        """Check-ins come at so many minutes after midnight from now on; the slots that are planned already move along."""
        at = time(*divmod(minutes, 60))

        def unit(connection: Connection) -> bool:
            if not due.done(connection, due_id):
                return False
            zone = ZoneInfo(connection.execute(sa.select(t.clients.c.zone).where(t.clients.c.id == client_id)).scalar_one())
            c = t.enrolments.c
            there = sa.select(t.enrolments).where(c.client_id == client_id, c.status == "active", c.purpose.in_(MOVED))
            for enrolment in connection.execute(there).mappings().all():
                if "at" in enrolment["rule"]:
                    _move(connection, enrolment, at, zone, now)
            return True

        return self.house.db.write(client_id, unit, 2)


def _move(connection: Connection, enrolment: Any, at: time, zone: ZoneInfo, now: datetime) -> None:
    rule = {**enrolment["rule"], "at": f"{at:%H:%M}"}
    connection.execute(sa.update(t.enrolments).where(t.enrolments.c.id == enrolment["id"]).values(rule=rule))
    c = t.slots.c
    planned = sa.select(c.id, c.local_date, c.due_at, c.not_after).where(
        c.enrolment_id == enrolment["id"], c.state == "planned", c.conversation_id.is_(None), c.due_at > now
    )
    for slot in connection.execute(planned).all():
        moment = max(wall_to_utc(date.fromisoformat(slot.local_date), at, zone), now + timedelta(minutes=1))
        fresh = slot.not_after + (moment - slot.due_at)
        connection.execute(sa.update(t.slots).where(c.id == slot.id).values(due_at=moment, not_after=fresh))
        start = sa.update(t.due).where(t.due.c.ref_id == slot.id, t.due.c.kind == "start")
        connection.execute(start.values(at=moment))
