"""A question that was answered is answered anew: what follows for what is stored. Where the conversation stands does not change. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.flows.asking import fit
from bot.flows.language import Asking, Flow, Scoring
from bot.flows.model import Act, Effect, Raise, Record, Reply, State
from bot.flows.step import step
from bot.flows.walking import scored
from bot.values import Action, Reading

ACTS_AGAIN = ("appointment.answer", "appointment.reason", "goal.progress", "goal.barrier")
"""Acts that say what an answer means; a later one takes the place of the earlier. Work items and consent are not made twice."""


def asked_for(flow: Flow, code: str) -> Asking | None:
    """The question whose answer is stored under `code`."""
    return next((one for one in flow.steps.values() if isinstance(one, Asking) and one.code == code), None)


def placed(state: State, asking: Asking) -> State:
    """The state as if this question waited."""
    return replace(state, at=asking.id, held=False, outcome=None, confirming=None, tries=0)


def correct(flow: Flow, state: State, asking: Asking, text: str, reading: Reading, now: datetime) -> tuple[State, tuple[Effect, ...]]:
    """
    Store another answer to `asking`.

    reading: with a value; it counts at once, for the client named it twice.

    Returns:
        The state with the new answer and the totals that it counts in; the answer, its concerns and its meaning. Nothing
        is said, asked or ended. No effect where the value cannot be an answer.
    """
    there = placed(state, asking)
    meant = fit(asking, there, replace(reading, action=Action.accept))
    if meant.value is None:
        return state, ()
    meant = replace(meant, reason="confirmed")
    _, following = step(flow, there, Reply(text, meant, there.wait), now)
    effects: list[Effect] = [_corrected(one) for one in following if _counts(one)]
    answers = {**state.answers, **{one.code: {"value": one.value, "unit": one.unit} for one in effects if isinstance(one, Record)}}
    state = replace(state, answers=answers)
    for total in flow.steps.values():
        known = any(isinstance(one, Record) and one.code == getattr(total, "code", None) for one in effects)
        if isinstance(total, Scoring) and asking.code in total.of and total.code in state.answers and not known:
            state, again = scored(flow, state, total)
            effects += again
    return state, tuple(effects)


def _counts(effect: Effect) -> bool:
    return isinstance(effect, Record | Raise) or (isinstance(effect, Act) and effect.name in ACTS_AGAIN)


def _corrected(effect: Effect) -> Effect:
    """The client's own answer says how it was read; a total stays what it is."""
    if isinstance(effect, Record) and effect.text:
        return replace(effect, reading=replace(effect.reading, reason="corrected"))
    return effect
