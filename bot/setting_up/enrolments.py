"""Enrolment: which flow a client gets, when, for how long. It makes the first slot; each slot makes the next."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from bot.changes import write
from bot.errors import WrongUse
from bot.flow_store import latest
from bot.house import House
from bot.outreach import first_slots
from bot.setting_up import instruments
from bot.setting_up.consents import consent_row
from bot.setting_up.given import COMMAND_LINE, Given, Made, trail
from bot.setting_up.plans import client_of, plan_of
from bot.values import Person, Purpose
from scheduler.recurrence import Once, Rule, from_json, next_after, parse_rule, to_json
from storage import audit, inbound, people
from storage import schema as t

WELCOME = "welcome"


def enrol(
    house: House,
    client_id: int,
    flow: str,
    *,
    every: str = "week",
    at: str = "10:00",
    until: str = "",
    start: str = "",
    goal_id: int | None = None,
    agreed: str = "",
    by: Person = COMMAND_LINE,
) -> Made:
    """
    Enrol a client in a flow.

    Args:
        every, at: as `scheduler.recurrence.parse_rule` reads them, on the client's wall clock.
        until, start: dates, YYYY-MM-DD; start empty: today, or tomorrow where today's moment has passed.
        goal_id: which goal a flow about goals asks for; None: the client's only active one.
        agreed: for the welcome flow: how and when the client agreed to be asked. Kept in the consent ledger.
    """
    now, enrolment_id = house.ports.clock.now(), house.ports.ids.new()
    form = latest(flow)
    rule = parse_rule(every, at)

    def unit(connection: Connection) -> Made:
        client, given = client_of(connection, client_id), Given("enrolment")
        enrolment = {
            "id": enrolment_id,
            "programme_id": client["programme_id"],
            "client_id": client_id,
            "plan_id": plan_of(connection, given, client_id, None),
            "goal_id": _goal(connection, given, client_id, Purpose(form.purpose), goal_id),
            "flow": form.id,
            "purpose": Purpose(form.purpose).value,
            "rule": to_json(rule),
            "start_on": _start(given, rule, start, client, now),
            "until_on": given.day("until", until),
            "status": "active",
            "created_at": now,
        }
        _twice(connection, given, enrolment)
        instruments.check(connection, house, given, form, client, now)
        given.stop()
        slots = first_slots(house, enrolment, client, now)
        if not slots:
            raise WrongUse("enrolment: the rule has no moment ahead; look at --every, --at, --start and --until")
        people.add(connection, t.enrolments, enrolment)
        write(connection, house.ports.ids, slots, now)
        _consented(connection, house, given, client, enrolment, agreed, by, now)
        said = {**trail(by, client["programme_id"], "enrol", f"enrolment {enrolment_id}", flow=form.id), "chain_id": client_id}
        audit.append(connection, house.ports.ids, **said, now=now)
        return Made(enrolment_id, form.id, tuple(given.notes))

    return house.db.write(client_id, unit)


def start_again(connection: Connection, house: House, enrolment: dict[str, Any], now: datetime) -> bool:
    """Make the slot of a rule that happens once anew, on the next day that had none; False where the client is no longer to get it."""
    client, rule = people.by_id(connection, t.clients, enrolment["client_id"]), from_json(enrolment["rule"])
    if client is None or client["status"] != "active" or not isinstance(rule, Once):
        return False
    start_on = _start(Given("enrolment"), rule, "", client, now)
    if enrolment["last_on"]:
        start_on = max(start_on, (date.fromisoformat(enrolment["last_on"]) + timedelta(days=1)).isoformat())
    people.change(connection, t.enrolments, enrolment["id"], start_on=start_on)
    return write(connection, house.ports.ids, first_slots(house, {**enrolment, "start_on": start_on}, client, now), now)


def _start(given: Given, rule: Rule, start: str, client: dict[str, Any], now: datetime) -> str:
    zone = ZoneInfo(client["zone"])
    today = now.astimezone(zone).date()
    if start:
        return given.day("start", start) or today.isoformat()
    # What happens once must not be lost because its hour has passed today.
    past = isinstance(rule, Once) and next_after(rule, today, now - timedelta(seconds=1), zone) is None
    return (today + timedelta(days=int(past))).isoformat()


def _goal(connection: Connection, given: Given, client_id: int, purpose: Purpose, wanted: int | None) -> int | None:
    if purpose is Purpose.appointments:
        given.fault("flow", "reminders are made with their appointment: say `checkline appointment add`")
    if purpose is not Purpose.goals:
        if wanted is not None:
            given.fault("goal", "this flow is not about a goal; leave --goal out")
        return None
    goals = [one["id"] for one in people.of_client(connection, t.goals, client_id) if one["status"] == "active"]
    if wanted is not None and wanted not in goals:
        given.fault("goal", "this client has no active goal of that id: say `checkline goal list`")
    elif wanted is None and len(goals) != 1:
        say = "say which of them with --goal" if goals else "say `checkline goal add` first"
        given.fault("goal", f"the client has {len(goals)} active goals: {say}")
    return wanted if wanted is not None else next(iter(goals), None)


def _twice(connection: Connection, given: Given, new: dict[str, Any]) -> None:
    if new["until_on"] and date.fromisoformat(new["until_on"]) < date.fromisoformat(new["start_on"]):
        given.fault("until", "it lies before the start")
    for one in people.of_client(connection, t.enrolments, new["client_id"]):
        if (one["flow"], one["goal_id"], one["status"]) == (new["flow"], new["goal_id"], "active") and one["rule"]["kind"] != "once":
            given.fault("flow", f"the client is enrolled in it already, by enrolment {one['id']}")


def _consented(
    connection: Connection,
    house: House,
    given: Given,
    client: dict[str, Any],
    enrolment: dict[str, Any],
    agreed: str,
    by: Person,
    now: datetime,
) -> None:
    """Before the first message of all, the ledger says that the client agreed to be asked; other flows need their purpose."""
    if enrolment["flow"] == WELCOME:
        words = given.text("agreed", agreed, 500) if agreed else ""
        row = consent_row(
            connection, house, client, act="invite", purposes=[], how="staff", text=words, language=client["language"], by_id=by.id, now=now
        )
        people.add(connection, t.consents, row)
        if not words:
            given.note("How and when the client agreed to be asked is not written down: say it with --agreed.")
    elif enrolment["purpose"] not in inbound.held_purposes(connection, client["id"]):
        purpose = enrolment["purpose"].replace("_", "-")
        given.note(
            f"The client has not agreed to {purpose} yet: enrol them in welcome, or record their consent; until then nothing goes out."
        )
