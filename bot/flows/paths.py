"""
Every way through a flow, for `checkline flow simulate --all-paths` and tests: each answer of each question, no answer,
and a reply that nobody can read. Walks the real `step`; reads the answers with the reader it is given.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from bot.flows.asking import MOMENT, shown, waiting
from bot.flows.conditions import resolve
from bot.flows.language import AllOf, AnyOf, Asking, Branching, Comparison, Condition, Flow, Not
from bot.flows.model import Effect, Release, Reply, Start, State, TimedOut
from bot.flows.step import step
from bot.values import Action, Kind, Purpose, Reading

PATHS_MAX = 20_000
"""Paths of one flow that the command walks before it gives up."""
ASKED_MAX = 2
"""How often one path asks the same question; a flow that can go round is cut there."""

SAMPLE_TEXT = "I would like to talk about it."
SAMPLE_MOMENTS = {Kind.date: "15/07/2026", Kind.time: "16:30", Kind.datetime: "15/07/2026 16:30"}
"""Written in figures, so that they are read in every language that reads dates."""
NO_ANSWER, UNREADABLE = "(no answer)", "(unreadable)"
SOME_READING, HIGH_READING = "120/80", "190/125"
_SOME_NUMBER = 7

ReadAnswer = Callable[[State, str], Reading]


@dataclass(frozen=True, slots=True)
class Trail:
    """One way through: what was answered to which question, all effects, and where it ended."""

    answers: tuple[tuple[str, str], ...]
    effects: tuple[Effect, ...]
    state: State
    misread: tuple[str, ...] = ()
    """Questions whose own numbered answer the reader did not accept."""


@lru_cache(maxsize=1)
def _samples() -> dict[str, dict[str, Any]]:
    loaded: dict[str, dict[str, Any]] = json.loads((Path(__file__).parent / "samples" / "facts.json").read_text("utf-8"))
    return loaded


def sample_facts(purpose: Purpose) -> dict[str, Any]:
    """Facts of a made-up client, for trying a flow out."""
    return dict(_samples()[purpose.value])


def all_paths(flow: Flow, facts: dict[str, Any], now: datetime, read_answer: ReadAnswer) -> Iterator[Trail]:
    """
    Every path, depth first, in the order of the file. One that asks a question for the third time is yielded as it waits there;
    one that a grave answer holds goes on as a person's release lets it.

    Args:
        facts: what is frozen into the state at the start.
        now: aware, UTC; the same for all.
        read_answer: reads a reply for the question that waits in a state.
    """
    state, effects = step(flow, State(facts=facts), Start(), now)
    todo = [Trail((), effects, state)]
    while todo:
        path = _released(flow, todo.pop(), now)
        asking = waiting(flow, path.state)
        if asking is None or [name for name, _ in path.answers].count(asking.id) >= ASKED_MAX:
            yield path
        else:
            todo.extend(
                reversed(
                    [
                        _answered(flow, path, asking, text, now, read_answer)
                        for text in (*answers(flow, asking, path.state), UNREADABLE, NO_ANSWER)
                    ]
                )
            )


def _released(flow: Flow, path: Trail, now: datetime) -> Trail:
    if not path.state.held:
        return path
    state, more = step(flow, path.state, Release(), now)
    return Trail(path.answers, path.effects + more, state, path.misread)


def _answered(flow: Flow, path: Trail, asking: Asking, text: str, now: datetime, read_answer: ReadAnswer) -> Trail:
    state, effects, misread = path.state, path.effects, path.misread
    if text == NO_ANSWER:
        state, more = step(flow, state, TimedOut(state.wait), now)
        effects += more
    elif text == UNREADABLE:
        for _ in range(len(asking.repair) + 1):
            state, more = step(flow, state, Reply("?", Reading(Action.ask, None, 0.0, "no-match"), state.wait), now)
            effects += more
    else:
        reading = read_answer(state, text)
        read_back = reading.action is Action.confirm and asking.kind in MOMENT
        misread += () if reading.action is Action.accept or read_back else (asking.id,)
        state, more = step(flow, state, Reply(text, reading, state.wait), now)
        effects += more
        if read_back and state.confirming is not None:
            state, more = step(flow, state, Reply("1", Reading(Action.accept, True, 1.0, "label"), state.wait), now)
            effects += more
        if misread != path.misread and waiting(flow, state) is not None and state.at == asking.id:
            state, more = step(flow, state, TimedOut(state.wait), now)
            effects += more
    return Trail((*path.answers, (asking.id, text)), effects, state, misread)


def answers(flow: Flow, asking: Asking, state: State) -> list[str]:
    """What a client may write to a question, one reply for each way it can matter."""
    match asking.kind:
        case Kind.text:
            return [SAMPLE_TEXT]
        case Kind.yes_no:
            return ["1", "2"]
        case Kind.choice:
            numbers = [str(at) for at, _ in enumerate(shown(asking, state), 1)]
            return [*numbers, ", ".join(numbers)] if asking.many and len(numbers) > 1 else numbers
        case Kind.date | Kind.time | Kind.datetime:
            return [SAMPLE_MOMENTS[asking.kind]]
        case Kind.reading:
            return [SOME_READING, HIGH_READING]
        case Kind.scale | Kind.number:
            return [f"{value:g}" for value in _turning_points(flow, asking, state)]


def _turning_points(flow: Flow, asking: Asking, state: State) -> list[float]:
    """Both ends, and each number that a condition compares the answer with, with its neighbours."""
    low, high = asking.minimum, asking.maximum
    points = {value for value in (low, high) if value is not None}
    for step_ in flow.steps.values():
        for case in step_.cases if isinstance(step_, Branching) else ():
            for comparison in _comparisons(case.condition) if case.condition else ():
                if comparison.subject.source == "answer" and comparison.subject.name == asking.code:
                    value = comparison.operand if isinstance(comparison.operand, tuple) else resolve(comparison.operand, state)
                    if isinstance(value, int | float) and not isinstance(value, bool):
                        points |= {value - 1, value, value + 1}
    good = sorted(value for value in points if (low is None or value >= low) and (high is None or value <= high))
    return good or [_SOME_NUMBER]


def _comparisons(condition: Condition) -> Iterator[Comparison]:
    match condition:
        case Comparison():
            yield condition
        case Not():
            yield from _comparisons(condition.of)
        case AllOf() | AnyOf():
            for inner in condition.of:
                yield from _comparisons(inner)
