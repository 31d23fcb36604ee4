"""The care plan as staff write it: plans, goals, appointments. An appointment brings its own reminders."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy import Connection

from bot.changes import CancelSaid, Change, SettleSlot, write
from bot.errors import NotFound, WrongUse
from bot.house import House
from bot.outreach import first_slots
from bot.setting_up.given import COMMAND_LINE, Given, Made, trail
from bot.values import Person, Purpose, Reason
from scheduler.recurrence import REMINDERS, to_json
from storage import audit, due, inbound, people
from storage import plans as read
from storage import schema as t

REMINDER_FLOW = "appointment-reminder"
DIRECTIONS = ("up", "down")


def add_plan(house: House, client_id: int, title: str, *, review_on: str = "", by: Person = COMMAND_LINE) -> Made:
    """A care plan for the client. review_on: when it is to be looked at again, YYYY-MM-DD."""
    now, row_id = house.ports.clock.now(), house.ports.ids.new()

    def unit(connection: Connection) -> Made:
        client, given = client_of(connection, client_id), Given("plan")
        words, review = given.text("title", title), given.day("review on", review_on)
        given.stop()
        row = {"id": row_id, **_of(client), "review_on": review, "created_at": now}
        people.add(connection, t.care_plans, {**row, "title_sealed": _seal(connection, house, client, "care_plans.title", row_id, words)})
        _trail(connection, house, by, client, "plan.add", f"plan {row_id}", now)
        return Made(row_id, "", tuple(given.notes))

    return house.db.write(client_id, unit)


@dataclass(frozen=True, slots=True)
class NewGoal:
    """
    A goal to be made: measurable, in its own unit.

    direction: up | down, which way is better. due_on: YYYY-MM-DD. plan_id: None is the client's newest plan.
    """

    title: str = field(repr=False)
    unit: str
    target: float | None = None
    direction: str = "up"
    due_on: str = ""
    plan_id: int | None = None


def add_goal(house: House, client_id: int, new: NewGoal, *, by: Person = COMMAND_LINE) -> Made:
    """A goal under the client's care plan."""
    now, row_id = house.ports.clock.now(), house.ports.ids.new()

    def unit(connection: Connection) -> Made:
        client, given = client_of(connection, client_id), Given("goal")
        plan_id = plan_of(connection, given, client_id, new.plan_id)
        if plan_id is None and new.plan_id is None:
            given.fault("plan", "the client has no care plan: say `checkline plan add` first")
        words, unit_of = given.text("title", new.title), given.text("unit", new.unit, 40)
        row = {
            "id": row_id,
            **_of(client),
            "plan_id": plan_id,
            "unit": unit_of,
            "target": given.number("target", new.target),
            "direction": given.one_of("direction", new.direction, DIRECTIONS),
            "due_on": given.day("due on", new.due_on),
            "created_at": now,
        }
        given.stop()
        people.add(connection, t.goals, {**row, "title_sealed": _seal(connection, house, client, "goals.title", row_id, words)})
        _trail(connection, house, by, client, "goal.add", f"goal {row_id}", now)
        return Made(row_id, "", tuple(given.notes))

    return house.db.write(client_id, unit)


@dataclass(frozen=True, slots=True)
class NewAppointment:
    """An appointment to be made. at: YYYY-MM-DDTHH:MM on the client's wall clock, or with an offset. reminders: 3 days and 1 day before."""

    title: str = field(repr=False)
    place: str = field(repr=False)
    at: str
    reminders: bool = True
    plan_id: int | None = None


def add_appointment(house: House, client_id: int, new: NewAppointment, *, by: Person = COMMAND_LINE) -> Made:
    """An appointment, and its reminders as far as they lie ahead; notes say what keeps a reminder from going out."""
    now, ids = house.ports.clock.now(), house.ports.ids
    row_id = ids.new()

    def unit(connection: Connection) -> Made:
        client, given = client_of(connection, client_id), Given("appointment")
        words, place = given.text("title", new.title), given.text("place", new.place)
        starts = given.moment("at", new.at, ZoneInfo(client["zone"]))
        if starts is not None and starts <= now:
            given.fault("at", "it lies in the past; write when it will be, on the client's wall clock")
        plan_id = plan_of(connection, given, client_id, new.plan_id)
        given.stop()
        assert starts is not None
        row = {"id": row_id, **_of(client), "plan_id": plan_id, "starts_at": starts, "zone": client["zone"], "created_at": now}
        sealed = {
            "title_sealed": _seal(connection, house, client, "appointments.title", row_id, words),
            "place_sealed": _seal(connection, house, client, "appointments.place", row_id, place),
        }
        people.add(connection, t.appointments, {**row, **sealed})
        if new.reminders:
            _remind(connection, house, given, client, {**row, "status": "booked"}, now)
        _trail(connection, house, by, client, "appointment.add", f"appointment {row_id}", now)
        return Made(row_id, "", tuple(given.notes))

    return house.db.write(client_id, unit)


def _remind(connection: Connection, house: House, given: Given, client: dict[str, Any], appointment: dict[str, Any], now: datetime) -> None:
    enrolment = {
        "id": house.ports.ids.new(),
        **_of(client),
        "plan_id": appointment["plan_id"],
        "appointment_id": appointment["id"],
        "flow": REMINDER_FLOW,
        "purpose": Purpose.appointments.value,
        "rule": to_json(REMINDERS),
        "start_on": now.astimezone(ZoneInfo(client["zone"])).date().isoformat(),
        "status": "active",
        "created_at": now,
    }
    slots = first_slots(house, {**enrolment, "until_on": None}, client, now, appointment)
    people.add(connection, t.enrolments, enrolment)
    write(connection, house.ports.ids, slots, now)
    if not slots:
        given.note("It is too soon for a reminder: tell the client yourself.")
    elif Purpose.appointments.value not in inbound.held_purposes(connection, client["id"]):
        given.note("The client has not agreed to appointment reminders yet: none goes out until then.")


def cancel_appointment(house: House, appointment_id: int, *, by: Person = COMMAND_LINE) -> bool:
    """Cancel an appointment, its reminders and what waits to be said about it; False: it is cancelled or done already."""
    now = house.ports.clock.now()
    found = house.db.read(lambda connection: people.by_id(connection, t.appointments, appointment_id))
    if found is None:
        raise NotFound(f"appointment {appointment_id}: there is none of that id")

    def unit(connection: Connection) -> bool:
        row = people.by_id(connection, t.appointments, appointment_id)
        assert row is not None
        if row["status"] != "booked":
            return False
        people.change(connection, t.appointments, appointment_id, status="cancelled", sequence=row["sequence"] + 1)
        write(connection, house.ports.ids, _unsay(connection, appointment_id, now), now)
        _trail(connection, house, by, client_of(connection, row["client_id"]), "appointment.cancel", f"appointment {appointment_id}", now)
        return True

    return house.db.write(found["client_id"], unit)


def _unsay(connection: Connection, appointment_id: int, now: datetime) -> list[Change]:
    """End what was to be said about an appointment: its slots, its conversation, what waits in the outbox."""
    s, e, c = t.slots.c, t.enrolments.c, t.conversations.c
    mine = sa.select(e.id).where(e.appointment_id == appointment_id)
    changes: list[Change] = []
    for slot_id in connection.execute(sa.select(s.id).where(s.enrolment_id.in_(mine), s.state.in_(("planned", "held")))).scalars():
        due.forget(connection, slot_id, "start")
        changes.append(SettleSlot(slot_id, "skipped", Reason.appointment_over))
    for talk in connection.execute(sa.select(c.id).where(c.appointment_id == appointment_id, c.closed_at.is_(None))).scalars():
        changes.append(CancelSaid(talk, Reason.appointment_over))
        read.close_conversation(connection, talk, "interrupted", now)
    connection.execute(sa.update(t.enrolments).where(e.appointment_id == appointment_id).values(status="ended"))
    return changes


# ------------------------------------------------------------ shared


def client_of(connection: Connection, client_id: int) -> dict[str, Any]:
    """The client, who must be there and not closed."""
    client = people.by_id(connection, t.clients, client_id)
    if client is None or client["status"] == "erased":
        raise NotFound("client: there is none of that id")
    if client["status"] == "closed":
        raise WrongUse(f"client {client['code']}: closed; nothing is planned for them any more")
    return client


def plan_of(connection: Connection, given: Given, client_id: int, wanted: int | None) -> int | None:
    """The plan wanted, which must be the client's, else the newest active one."""
    plans = [one for one in people.of_client(connection, t.care_plans, client_id) if one["status"] == "active"]
    if wanted is not None and wanted not in (one["id"] for one in plans):
        given.fault("plan", "this client has no active plan of that id")
    return wanted if wanted is not None else (plans[-1]["id"] if plans else None)


def _of(client: dict[str, Any]) -> dict[str, Any]:
    return {"programme_id": client["programme_id"], "client_id": client["id"]}


def _seal(connection: Connection, house: House, client: dict[str, Any], place: str, row_id: int, text: str) -> bytes:
    return house.vault.seal(house.vault.key_for(connection, client["id"]), place, row_id, text)


def _trail(connection: Connection, house: House, by: Person, client: dict[str, Any], action: str, target: str, now: datetime) -> None:
    said = {**trail(by, client["programme_id"], action, target), "chain_id": client["id"]}
    audit.append(connection, house.ports.ids, **said, now=now)
