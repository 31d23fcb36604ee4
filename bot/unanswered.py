"""What a verdict on silence becomes: work items, the other way, the last check, the pause. Read and worked out; written by the caller."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from bot import crisis, flow_store, silence
from bot.changes import Change, Insert, MakeDue, OpenTask, PauseEnrolments, Update
from bot.house import House
from bot.outreach import FRESH, first_slots
from bot.programme import Programme
from bot.values import Finding, Purpose
from scheduler.recurrence import parse_rule, to_json
from storage import schema as t
from storage import silence as stored

AGAIN_N = 90
"""The number, within its day, of the slot by which a question is asked again the other way; rules make far fewer."""
LAST_CHECK_AT = "10:00"


def reminded(connection: Connection, talk: Mapping[Any, Any], client: Mapping[Any, Any], *, stopped: bool) -> list[Finding]:
    """What a day without an answer raises."""
    found = silence.reminded(stored.look(connection, talk, client, stopped), talk["opened_at"])
    return [found] if found is not None else []


def ended(
    connection: Connection, about: crisis.About, talk: Mapping[Any, Any], client: Mapping[Any, Any], now: datetime, *, stopped: bool
) -> list[Change]:
    """What follows from a conversation that ended without any answer; appointments have a work item of their own."""
    house, programme = about.house, about.programme
    if talk["appointment_id"] is not None:
        return [OpenTask(programme.id, client["id"], "confirm_appointment", talk["appointment_id"], client["manager_id"])]
    quiet = stored.look(connection, talk, client, stopped)
    verdict = silence.ended(quiet, talk["opened_at"], talk["flow"])
    changes: list[Change] = []
    if not verdict.counts:  # it never reached them, or they were spoken with: no prompt that they failed to answer
        changes.append(Update(t.conversations, talk["id"], {"status": "interrupted"}))
    if verdict.task is not None:
        changes.append(OpenTask(programme.id, client["id"], verdict.task, client["id"], client["manager_id"]))
    if verdict.elsewhere and quiet.other_point is not None and talk["enrolment_id"] is not None:
        changes += _elsewhere(house, programme, talk, quiet, now)
    if verdict.missed and talk["enrolment_id"] is not None:
        changes.append(Update(t.enrolments, talk["enrolment_id"], {"misses": verdict.missed}))
    if verdict.last_check:
        changes += _last_check(house, programme, client, talk["plan_id"], now)
    if verdict.pause:
        changes.append(PauseEnrolments(client["id"]))
    if verdict.finding is not None:
        changes += crisis.raised(about, [verdict.finding])
    return changes


def _elsewhere(house: House, programme: Programme, talk: Mapping[Any, Any], quiet: stored.Quiet, now: datetime) -> list[Change]:
    """The same question by the other way, and a look a day later whether that brought an answer."""
    slot_id = house.ports.ids.new()
    row = {
        "id": slot_id,
        "programme_id": programme.id,
        "client_id": talk["client_id"],
        "enrolment_id": talk["enrolment_id"],
        "local_date": quiet.local_date or now.date().isoformat(),
        "n": AGAIN_N,
        "due_at": now,
        "not_after": now + FRESH,
        "point_id": quiet.other_point,
    }
    who = {"client_id": talk["client_id"]}
    return [
        Insert(t.slots, row, once=True),
        MakeDue(programme.id, "start", now, slot_id, **who),
        MakeDue(programme.id, "silent", now + silence.ELSEWHERE_FOR, talk["id"], **who),
    ]


def _last_check(house: House, programme: Programme, client: Mapping[Any, Any], plan_id: int | None, now: datetime) -> list[Change]:
    """The question whether to go on, the next morning."""
    flow, rule = flow_store.latest(silence.LAST_CHECK), parse_rule("once", LAST_CHECK_AT)
    enrolment = {
        "id": house.ports.ids.new(),
        "programme_id": programme.id,
        "client_id": client["id"],
        "plan_id": plan_id,
        "goal_id": None,
        "appointment_id": None,
        "flow": flow.id,
        "purpose": Purpose(flow.purpose).value,
        "rule": to_json(rule),
        "start_on": (now + timedelta(days=1)).date().isoformat(),
        "until_on": None,
        "status": "active",
        "created_at": now,
    }
    return [Insert(t.enrolments, enrolment), *first_slots(house, enrolment, dict(client), now)]


def still_silent(connection: Connection, talk: Mapping[Any, Any], client: Mapping[Any, Any], *, stopped: bool) -> list[Change]:
    """A day after the other way was tried: a work item, unless the client was heard of or has stopped."""
    quiet = stored.look(connection, talk, client, stopped)
    if stopped or silence.heard_since(quiet, talk["opened_at"]):
        return []
    return [OpenTask(talk["programme_id"], client["id"], "silent", client["id"], client["manager_id"])]
