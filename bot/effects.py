"""
What a flow's effects mean in the house: each becomes changes of the write unit, or a finding that becomes a flag.

One `match` over the closed union of effects. Used by every shell that moves a conversation: a reply, a start, a nudge,
a time-out, a release.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, assert_never

from bot import compose
from bot.changes import CancelSaid, Change, CloseTask, Insert, OpenTask, PauseEnrolments, Send, Trail, Update
from bot.compose import Line, Thread
from bot.concerns.answers import reply_for
from bot.flows.language import Asking, Flow, Scoring
from bot.flows.model import Act, Effect, End, Hold, Raise, Record, Say, State
from bot.flows.state import to_json
from bot.house import House
from bot.locales.words import SOURCE
from bot.values import Finding, MessageClass, Person, Purpose, Reason
from storage import schema as t

CLOSED_AS = {
    "completed": "completed",
    "stopped": "stopped",
    "expired": "expired",
    "interrupted": "interrupted",
    "handed_over": "handed_over",
}


@dataclass(frozen=True, slots=True)
class Scene:
    """
    A conversation as the shell has read it.

    manager_id: the assigned case manager, who gets the work items.
    flow: with its instrument, whose codes go with the answers. earlier: code → id of what was answered in it before.
    """

    house: House
    line: Line
    thread: Thread
    flow_id: str
    flow_version: int
    manager_id: int
    languages: tuple[str, ...]
    plan_id: int | None = None
    goal_id: int | None = None
    received_id: int | None = None
    flow: Flow | None = None
    earlier: Mapping[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Outcome:
    """What came of the effects: changes in order, findings to flag, and how the conversation stands."""

    changes: list[Change] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    language: str = ""
    status: str = "open"
    drafts: int = 0
    recorded: dict[str, int] = field(default_factory=dict)


def carry(
    scene: Scene,
    effects: Sequence[Effect],
    state: State,
    now: datetime,
    *,
    cls: MessageClass = MessageClass.reply,
    exempt: tuple[str, ...] = (),
    slot_not_after: datetime | None = None,
) -> Outcome:
    """
    Work out what `effects` change, and the row of the conversation that goes with `state`.

    cls: the class of what is said: reply within a conversation, prompt for a start or a nudge.
    exempt: what the gate lets these messages off. slot_not_after: for the messages of a slot, instead of the window.
    """
    out = Outcome(language=scene.line.language)
    last_asked = max((at for at, effect in enumerate(effects) if isinstance(effect, Say)), default=-1)
    for at, effect in enumerate(effects):
        more: dict[str, Any] = {"cls": cls, "exempt": exempt, "received_id": scene.received_id}
        if slot_not_after is not None:
            more |= {"not_after": slot_not_after, "slot_id": scene.thread.slot_id if at == last_asked else None}
        scene = _one(scene, effect, state, now, out, more)
    closed = out.status not in ("open", "held")
    values: dict[str, Any] = {
        "state_sealed": scene.house.vault.seal(scene.line.key, "conversations.state", scene.thread.conversation_id, to_json(state)),
        "wait": state.wait,
        "status": out.status if not state.held else "held",
        "language": out.language,
        "held_at": now if state.held else None,
        "closed_at": now if closed else None,
    }
    out.changes.append(Update(t.conversations, scene.thread.conversation_id, values))
    return out


def _one(scene: Scene, effect: Effect, state: State, now: datetime, out: Outcome, more: dict[str, Any]) -> Scene:
    match effect:
        case Say():
            draft = compose.said(scene.house, scene.line, scene.thread, effect, state, now=now, languages=scene.languages, **more)
            out.changes.append(Send(draft))
            out.drafts += 1
        case Record():
            row = _answer(scene, effect, now, {**scene.earlier, **out.recorded})
            out.recorded[effect.code] = row["id"]
            out.changes.append(Insert(t.answers, row))
        case Raise(severity, category, rule, why):
            out.findings.append(Finding(severity, category, rule, "", why, reply=reply_for(category, severity)))
        case Act(name, arguments):
            scene = _act(scene, name, arguments, now, out)
        case Hold():
            out.status = "held"
            out.changes.append(CancelSaid(scene.thread.conversation_id, Reason.open_critical_flag))
        case End(outcome):
            out.status = CLOSED_AS.get(outcome, "interrupted")
        case _:
            assert_never(effect)
    return scene


def _answer(scene: Scene, record: Record, now: datetime, known: Mapping[str, int]) -> dict[str, Any]:
    house, key = scene.house, scene.line.key
    row_id = house.ports.ids.new()
    value = None if record.value is None else house.vault.seal(key, "answers.value", row_id, json.dumps(record.value))
    return {
        "id": row_id,
        "programme_id": scene.line.programme_id,
        "client_id": scene.line.client_id,
        "plan_id": scene.plan_id,
        "goal_id": scene.goal_id,
        "activity_id": scene.thread.enrolment_id,
        "appointment_id": scene.thread.appointment_id,
        "conversation_id": scene.thread.conversation_id,
        "received_id": scene.received_id or 0,
        "flow": scene.flow_id,
        "flow_version": scene.flow_version,
        "code": record.code,
        "raw_sealed": house.vault.seal(key, "answers.raw", row_id, record.text),
        "value_sealed": value,
        "unit": record.unit or record.reading.unit,
        "confidence": float(record.reading.confidence),
        "how": record.reading.reason,
        "action": record.reading.action.value,
        "at": now,
        **coding(scene.flow, record.code, scene.line.language, known),
    }


def coding(flow: Flow | None, code: str, language: str, known: Mapping[str, int]) -> dict[str, Any]:
    """
    What says exactly what an answer is: instrument and edition, item code, language version; what a total was made of.

    known: code → id of the answers of the same conversation.
    """
    if flow is None:
        return {}
    asked = next((one for one in flow.steps.values() if isinstance(one, Asking) and one.code == code), None)
    made_of = next((one.of for one in flow.steps.values() if isinstance(one, Scoring) and one.code == code), ())
    form = flow.instrument
    item = form.code_of(code) if form is not None else None
    return {
        "instrument": form.id if form is not None else None,
        "edition": form.edition if form is not None else None,
        "item_code": str(item) if item is not None else None,
        "language_version": form.version_in(language).version if form is not None else None,
        "derived_from": [str(known[one]) for one in made_of if one in known] or None,
        "measure": asked.measures or None if asked is not None else None,
    }


def _act(scene: Scene, name: str, arguments: dict[str, Any], now: datetime, out: Outcome) -> Scene:
    line, programme_id = scene.line, scene.line.programme_id
    client = Person(line.client_id or 0, "client", programme_id)
    out.changes.append(Trail(programme_id, line.client_id or programme_id, client, name, f"conversation {scene.thread.conversation_id}"))
    match name:
        case "consent.record" | "consent.decline":
            purposes = [*arguments.get("purposes", ())]
            out.changes.append(Insert(t.consents, _consent(scene, name, purposes, now)))
        case "language.set":
            language = str(arguments["language"])
            out.language = language
            out.changes.append(Update(t.clients, line.client_id or 0, {"language": language}))
            return replace(scene, line=replace(line, language=language))
        case "appointment.answer":
            values = {"answer": str(arguments["answer"]), "answered_at": now}
            out.changes.append(Update(t.appointments, scene.thread.appointment_id or 0, values))
            out.changes.append(CloseTask(programme_id, "confirm_appointment", scene.thread.appointment_id or 0, str(arguments["answer"])))
        case "appointment.reason":
            out.changes.append(Update(t.appointments, scene.thread.appointment_id or 0, {"reason": str(arguments["reason"])}))
        case "goal.progress":
            sealed = scene.house.vault.seal(line.key, "goals.value", scene.goal_id or 0, json.dumps(arguments["value"]))
            out.changes.append(Update(t.goals, scene.goal_id or 0, {"value_sealed": sealed, "value_at": now}))
        case "goal.barrier":
            sealed = scene.house.vault.seal(line.key, "goals.barrier", scene.goal_id or 0, str(arguments["barrier"]))
            out.changes.append(Update(t.goals, scene.goal_id or 0, {"barrier_sealed": sealed}))
            out.changes.append(_task(scene, "goal_barrier", scene.goal_id or 0))
        case "silence.pause":
            out.changes.append(PauseEnrolments(line.client_id or 0))
            out.changes.append(_task(scene, "paused", line.client_id or 0))
        case "task.open":
            ref_id = scene.thread.appointment_id or scene.goal_id or scene.thread.conversation_id
            out.changes += _told_task(scene, str(arguments["kind"]), ref_id, arguments.get("note"))
        case _:
            raise AssertionError(f"act {name} is in ACTS and not here")
    return scene


def _task(scene: Scene, kind: str, ref_id: int) -> OpenTask:
    return OpenTask(scene.line.programme_id, scene.line.client_id, kind, ref_id, scene.manager_id)


def _told_task(scene: Scene, kind: str, ref_id: int, note: Any) -> list[Change]:
    """The work item; one with a note takes the place of the open one, so that the person sees the wish with it."""
    task = _task(scene, kind, ref_id)
    if note is None:
        return [task]
    house = scene.house
    task_id = house.ports.ids.new()
    sealed = house.vault.seal(scene.line.key, "tasks.note", task_id, house.words.moment(str(note), SOURCE))
    done = CloseTask(scene.line.programme_id, kind, ref_id, "replaced")
    return [done, replace(task, note_sealed=sealed, task_id=task_id)]


def _consent(scene: Scene, act: str, purposes: list[str], now: datetime) -> dict[str, Any]:
    line = scene.line
    known = [purpose.value for purpose in Purpose]
    return {
        "id": scene.house.ports.ids.new(),
        "programme_id": line.programme_id,
        "client_id": line.client_id,
        "act": "grant" if act == "consent.record" else "decline",
        "purposes": [purpose for purpose in purposes if purpose in known],
        "how": "flow",
        "by_id": 0,
        "text_id": f"{scene.flow_id}/{scene.flow_version}",
        "language": line.language,
        "channel": line.channel.value,
        "address_id": line.address_id,
        "at": now,
    }
