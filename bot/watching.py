"""
What an answer means beside those before it: totals and goals that get worse, readings against the client's thresholds.

The past is read with the message (`read_past`) and only where a flow has something to watch; what follows is pure. A
detector that fails costs nobody an answer: it becomes a finding that a person must read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from bot.concerns import readings, trends
from bot.concerns.series import Point
from bot.flows.asking import fitting
from bot.flows.instruments.form import Instrument
from bot.flows.language import Asking, Calling, Flow, Ref, Scoring
from bot.flows.model import Record, State
from bot.values import Action, Category, Finding, Reading, Severity
from storage import answers as stored
from storage import schema as t
from storage.answers import Given
from storage.crypto import Vault

LOOKED_BACK = timedelta(days=400)
FAILED = "screening.failed"
UNJUDGED = "A trend or a reading could not be judged: nobody has looked at this answer."
Explain = Callable[[], list[Finding]]


@dataclass(frozen=True, slots=True)
class Past:
    """What was answered before to what a flow watches, oldest first; thresholds by measure."""

    given: tuple[Given, ...] = ()
    own: Mapping[str, readings.Own] = field(default_factory=dict)

    def conversation(self, conversation_id: int) -> dict[str, int]:
        """Code → id of the answer that counts in a conversation."""
        return {one.code: one.id for one in self.given if one.conversation_id == conversation_id}


NOTHING = Past()


@dataclass(frozen=True, slots=True)
class Goal:
    """The goal that a conversation is about."""

    id: int
    better: str


def watched(flow: Flow) -> tuple[frozenset[str], frozenset[str]]:
    """The codes whose past answers matter to a flow, and the measures."""
    codes: set[str] = set()
    for step in flow.steps.values():
        if isinstance(step, Scoring):
            codes |= {step.code, *step.of}
    if flow.instrument is not None:
        codes |= {item.code for item in flow.instrument.items}
    goal = goal_code(flow)
    measures = frozenset(step.measures for step in flow.steps.values() if isinstance(step, Asking) and step.measures)
    return frozenset(codes | ({goal} if goal else set())), measures


def goal_code(flow: Flow) -> str:
    """The code of the question whose answer is a goal's progress; "" where there is none."""
    for step in flow.steps.values():
        value = step.arguments.get("value") if isinstance(step, Calling) and step.act == "goal.progress" else None
        if isinstance(value, Ref) and value.source == "answer":
            return value.name
    return ""


def read_past(connection: Connection, vault: Vault, client_id: int, flow: Flow, now: datetime) -> Past:
    """Read what `flow` watches; nothing is read for a flow that watches nothing."""
    codes, measures = watched(flow)
    if not codes and not measures:
        return NOTHING
    own = {}
    for measure in measures:
        found = stored.threshold(connection, vault, client_id, measure)
        if found is not None:
            own[measure] = readings.Own(found.limits, found.source, found.version)
    return Past(stored.past(connection, vault, client_id, codes, measures, now - LOOKED_BACK), own)


def read_goal(connection: Connection, goal_id: int) -> Goal | None:
    """The goal, as far as its trend needs it."""
    row = connection.execute(sa.select(t.goals.c.direction).where(t.goals.c.id == goal_id)).first()
    return Goal(goal_id, row.direction) if row is not None else None


def doubted(asking: Asking | None, state: State, past: Past, reading: Reading, now: datetime) -> Reading:
    """A reading of the body that can hardly be one is read back before it is stored; so is one whose judge fails."""
    if asking is None or not asking.measures or reading.action is not Action.accept or isinstance(reading.value, bool):
        return reading
    if state.confirming is not None and reading.value == state.confirming.get("value"):
        return reading  # sent a second time, it is meant
    try:
        measure = readings.shipped().measures[asking.measures]
        why = readings.doubt(measure, reading.value, reading.unit, _earlier(measure, past), now)
    except Exception:  # noqa: BLE001 - whatever the judge does, the answer is asked about and kept
        why = "not-judged"
    return reading if not why else Reading(Action.confirm, reading.value, reading.confidence, why, reading.span, reading.unit)


def measured(asking: Asking | None, state: State, past: Past, reading: Reading, now: datetime) -> list[Finding]:
    """What a reading means that is about to be stored: judged before the flow goes on, which it may hold. Never raises."""
    if asking is None or not asking.measures or reading.action is not Action.accept:
        return []
    confirmed = state.confirming is not None and reading.value is True
    value = (state.confirming or {}).get("value") if confirmed else fitting(asking, state, reading.value)
    if value is None:
        return []
    try:
        measure = readings.shipped().measures[asking.measures]
        return readings.judge(measure, value, _earlier(measure, past), past.own.get(measure.id), now)
    except Exception:  # noqa: BLE001 - as below
        return [Finding(Severity.review, Category.processing, FAILED, "", UNJUDGED)]


def findings(flow: Flow, past: Past, records: Sequence[Record], goal: Goal | None, now: datetime) -> list[Finding]:
    """What was just recorded means together with the past: trends of totals and goals. Never raises."""
    found: list[Finding] = []
    for record in records:
        for explain in _explain(flow, past, record, goal, now):
            try:
                found += explain()
            except Exception:  # noqa: BLE001 - a detector that fails sends the answer to a person
                found.append(Finding(Severity.review, Category.processing, FAILED, "", UNJUDGED))
    return found


def _explain(flow: Flow, past: Past, record: Record, goal: Goal | None, now: datetime) -> list[Explain]:
    form, out = flow.instrument, list[Explain]()
    if form is not None and record.code == (form.score or form.items[0].code):
        out.append(lambda: _score(form, past, record, now))
    if goal is not None and record.code == goal_code(flow):
        out.append(lambda: _progress(goal, past, record, now))
    return out


def _earlier(measure: readings.Measure, past: Past) -> dict[str, list[Point]]:
    found: dict[str, list[Point]] = {}
    for one in past.given:
        if one.measure == measure.id:
            for part, value in readings.parts_of(measure, one.value).items():
                found.setdefault(part, []).append(Point(one.at, value))
    return found


def _score(form: Instrument, past: Past, record: Record, now: datetime) -> list[Finding]:
    points = [Point(one.at, value) for one in past.given if one.code == record.code and (value := points_of(form, one)) is not None]
    new = points_of(form, record)
    if new is None:
        return []
    return trends.trend([*points, Point(now, new)], code=record.code, name=form.edition, better=form.better)


def points_of(form: Instrument, given: Given | Record) -> float | None:
    """What an answer counts: a total is a number, an item's answer has points."""
    item = form.item(given.code)
    if item is not None and item.anchors:
        return next((anchor.points for anchor in item.anchors if anchor.value == given.value), None)
    return float(given.value) if isinstance(given.value, int | float) and not isinstance(given.value, bool) else None


def _progress(goal: Goal, past: Past, record: Record, now: datetime) -> list[Finding]:
    before = [one for one in past.given if one.code == record.code and one.goal_id == goal.id]
    points = [Point(one.at, value) for one in before if (value := _plain(one.value)) is not None]
    new = _plain(record.value)
    return [] if new is None else trends.trend([*points, Point(now, new)], code="goal", name="Progress on a goal", better=goal.better)


def _plain(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def limits_for(connection: Connection, vault: Vault, client_id: int, flow: Flow) -> dict[str, float]:
    """The facts that a flow may compare a blood pressure with: the client's own limits, else the defaults; none for other flows."""
    measure = readings.shipped().measures["blood-pressure"]
    if measure.id not in watched(flow)[1]:
        return {}
    own = stored.threshold(connection, vault, client_id, measure.id)
    limits = {limit.name: (own.limits if own else {}).get(limit.name, limit.value) for limit in measure.limits}
    return {f"limit_{name}": value for name, value in limits.items() if value is not None}
