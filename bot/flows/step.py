"""
One step of a conversation: a pure function from what stands and what happened to what stands next and what follows.

`step` reads no text, knows no language and keeps no time: the shell hands it a reply already read, and carries out
the effects in their order, what is stored before what is said. Whatever it is given, it does not raise; a
conversation that cannot go on is handed to a person.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import assert_never

from bot.flows.asking import YES_NO, choices, fit, read_back, shown, waiting
from bot.flows.conditions import resolve
from bot.flows.language import Asking, Flow
from bot.flows.model import Again, Cancel, Effect, Event, Hold, Nudge, Raise, Record, Release, Reply, Say, Start, State, TimedOut, Wait
from bot.flows.walking import Turn, ask, over, walk
from bot.values import Action, Category, Reading, Severity, Value


def step(flow: Flow, state: State, event: Event, now: datetime) -> Turn:
    """
    Take `event` as what happened next in the conversation.

    Args:
        flow: as loaded and linted.
        state: as the last step returned it, or `State(facts=…)` at the start.
        event: replies, nudges and time-outs carry the stamp of the wait they belong to.
        now: aware, UTC; when the event reached us. No rule depends on it yet; it is part of the contract so that one may.

    Returns:
        The next state, and the effects in the order to carry them out. A stale event, a second start and anything
        after the end return the state unchanged and no effect.
    """
    assert now.tzinfo is not None
    if state.outcome is not None:
        return state, ()
    match event:
        case Start():
            return _started(flow, state)
        case Reply():
            return _replied(flow, state, event)
        case Nudge():
            return _nudged(flow, state, event.wait)
        case TimedOut():
            return _timed_out(flow, state, event.wait)
        case Release():
            return walk(flow, replace(state, held=False), state.at) if state.held else (state, ())
        case Again(wait):
            return walk(flow, replace(state, confirming=None, tries=0), state.at) if _waits(flow, state, wait) else (state, ())
        case Cancel():
            return over(state, event.reason)
        case _:
            assert_never(event)


def _waits(flow: Flow, state: State, stamp: int) -> bool:
    return stamp == state.wait and waiting(flow, state) is not None


def _started(flow: Flow, state: State) -> Turn:
    if state.at is not None:
        return state, ()
    return walk(flow, replace(state, flow=flow.id, version=flow.version), flow.start)


def _replied(flow: Flow, state: State, reply: Reply) -> Turn:
    asking = waiting(flow, state)
    if asking is None or reply.wait != state.wait:
        return state, ()
    refused = False
    if state.confirming is not None:
        reply, refused = _confirmed(state, reply)
    reply = replace(reply, reading=_doubted(asking, fit(asking, state, reply.reading)))
    if reply.severity >= Severity.high:
        return _held(flow, state, asking, reply)
    match reply.reading.action:
        case Action.accept:
            return _accepted(flow, state, asking, reply)
        case Action.confirm:
            return _reading_back(flow, state, asking, reply)
        case Action.ask:
            return _again(flow, state, asking, reply, refused)
        case Action.person:
            return _unread(flow, state, asking, reply)
        case _:
            assert_never(reply.reading.action)


def _doubted(asking: Asking, reading: Reading) -> Reading:
    """What was typed to a question that is always read back awaits a yes; a button can mean only one thing."""
    if not asking.read_back or reading.action is not Action.accept or reading.reason in ("button", "confirmed"):
        return reading
    return replace(reading, action=Action.confirm)


def _confirmed(state: State, reply: Reply) -> tuple[Reply, bool]:
    """
    The reply as it counts after a read-back, and whether the client said no.

    Yes makes the reading that was read back count, with the words it came from; no, and what is neither yes nor no
    nor a better answer, asks again.
    """
    reading, confirming = reply.reading, state.confirming or {}
    if isinstance(reading.value, bool):
        if reading.action is Action.accept and reading.value:
            meant = Reading(Action.accept, confirming.get("value"), 1.0, "confirmed", unit=confirming.get("unit"))
            return replace(reply, text=str(confirming.get("text", reply.text)), reading=meant), False
        asked = replace(reading, action=Action.ask, value=None, reason="read-back-refused")
        if reading.action is Action.accept:
            return replace(reply, text=str(confirming.get("text", reply.text)), reading=asked), True
        return replace(reply, reading=asked), False
    return reply, False


def _accepted(flow: Flow, state: State, asking: Asking, reply: Reply) -> Turn:
    state, effects = _recorded(flow, state, asking, reply)
    if any(isinstance(effect, Raise) and effect.severity >= Severity.high for effect in effects):
        return replace(state, at=asking.next, held=True), (*effects, Hold())
    state, following = walk(flow, state, asking.next)
    return state, (*effects, *following)


def _held(flow: Flow, state: State, asking: Asking, reply: Reply) -> Turn:
    """The reply holds the conversation. What it answered is kept; what it did not answer is asked again after release."""
    state, effects, at = replace(state, confirming=None), tuple[Effect, ...](), asking.id
    if reply.reading.action is Action.accept:
        state, effects = _recorded(flow, state, asking, reply)
        at = asking.next or asking.id
    return replace(state, at=at, held=True), (*effects, Hold())


def _recorded(flow: Flow, state: State, asking: Asking, reply: Reply) -> tuple[State, tuple[Effect, ...]]:
    value = reply.reading.value
    assert value is not None
    unit = reply.reading.unit or (resolve(asking.unit, state) if asking.unit is not None else None)
    unit = None if unit is None else str(unit)
    answers = {**state.answers, asking.code: {"value": value, "unit": unit}}
    if isinstance(value, dict):  # so that conditions can compare each of the two numbers
        answers |= {f"{asking.code}-{part}": {"value": one, "unit": unit} for part, one in value.items()}
    record = Record(asking.id, asking.code, reply.text, reply.reading, value, unit)
    return replace(state, answers=answers, confirming=None, tries=0), (record, *_concerns(flow, asking, value))


def _concerns(flow: Flow, asking: Asking, value: Value) -> tuple[Raise, ...]:
    """What the chosen options raise, in the order of the question."""
    if isinstance(value, dict):
        return ()
    chosen = {"true" if value else "false"} if isinstance(value, bool) else set(value) if isinstance(value, list) else {value}
    return tuple(
        Raise(choice.severity, choice.category, f"option.{flow.id}.{asking.id}.{choice.value}", choice.why)
        for choice in choices(asking)
        if choice.value in chosen and choice.severity > Severity.none
    )


def _reading_back(flow: Flow, state: State, asking: Asking, reply: Reply) -> Turn:
    confirm, reading = asking.confirm or flow.confirm, reply.reading
    if confirm is None or reading.value is None:
        return _again(flow, state, asking, reply, refused=False)
    unit = reading.unit or (resolve(asking.unit, state) if asking.unit is not None else None) or ""
    kept = {"value": reading.value, "unit": reading.unit, "text": reply.text, "reason": reading.reason}
    values = {"value": read_back(asking, state, reading.value), "unit": str(unit)}
    state, effects = ask(flow, state, asking, text=confirm, kind="confirm", options=YES_NO, values=values)
    return (replace(state, confirming=kept) if state.outcome is None else state), effects


def _again(flow: Flow, state: State, asking: Asking, reply: Reply, refused: bool) -> Turn:
    """Ask once more: the question itself after a "no, that is not right", else the next repair text."""
    if state.tries >= len(asking.repair):
        return _unread(flow, state, asking, reply)
    text = asking.text if refused else asking.repair[state.tries]
    tries = state.tries + 1
    state, effects = ask(flow, state, asking, text=text, kind="ask" if refused else "repair", options=shown(asking, state))
    return replace(state, tries=tries), effects


def _unread(flow: Flow, state: State, asking: Asking, reply: Reply) -> Turn:
    """The words are kept as they stand, a person is told, and the conversation goes on without the answer."""
    answers = {code: answer for code, answer in state.answers.items() if code != asking.code}
    record = Record(asking.id, asking.code, reply.text, reply.reading, None)
    why = "The reply could not be read; a person needs to read it."
    told = Raise(Severity.review, Category.unread, f"unread.{flow.id}.{asking.id}", why)
    state, following = walk(flow, replace(state, answers=answers, confirming=None, tries=0), asking.unread or asking.next)
    return state, (record, told, *following)


def _nudged(flow: Flow, state: State, stamp: int) -> Turn:
    asking = waiting(flow, state)
    if asking is None or asking.nudge is None or stamp != state.wait or state.nudged:
        return state, ()
    wait = Wait(state.wait, None, max(asking.timeout.hours - asking.nudge.hours, 0.0))
    text, options, values = asking.nudge.text, shown(asking, state), {}
    confirm = asking.confirm or flow.confirm
    if state.confirming is not None and confirm is not None:
        value, unit = state.confirming.get("value"), state.confirming.get("unit")
        text, options = confirm, YES_NO
        values = {"value": read_back(asking, state, value) if value is not None else "", "unit": str(unit or "")}
    said = Say(asking.id, text.en, "nudge", values, options, wait, text.every_language)
    return replace(state, nudged=state.nudged + 1), (said,)


def _timed_out(flow: Flow, state: State, stamp: int) -> Turn:
    if state.at is None or stamp != state.wait:
        return state, ()
    if state.held:
        return over(state, "interrupted")
    asking = waiting(flow, state)
    if asking is None or asking.timeout.then is None:
        return over(state, "expired")
    return walk(flow, replace(state, confirming=None, tries=0), asking.timeout.then)
