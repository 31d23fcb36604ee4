"""The walk through steps that wait for nothing, up to the next question or the end. Part of `step`; pure like it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeAlias, assert_never

from bot.flows.asking import choices, shown
from bot.flows.conditions import holds, resolve
from bot.flows.language import Asking, Band, Branching, Calling, Ending, Flow, Saying, Scoring, Setting, Text
from bot.flows.limits import WAITS_MAX, WALK_STEPS_MAX
from bot.flows.model import Act, Effect, End, Hold, Raise, Record, Say, ShownOption, State, Wait
from bot.values import Action, Category, Kind, Reading, Severity

Turn: TypeAlias = tuple[State, tuple[Effect, ...]]


def walk(flow: Flow, state: State, at: str | None) -> Turn:
    """
    Go on from step `at` until a question waits, the conversation is held or it ends.

    A walk that leaves the flow or passes WALK_STEPS_MAX steps is handed to a person: lint lets no such flow through,
    but a stored conversation may meet a flow that never was linted.
    """
    effects: list[Effect] = []
    for _ in range(WALK_STEPS_MAX):
        step = flow.steps.get(at) if at is not None else None
        match step:
            case None:
                return _handed_over(flow, state, effects, "no-step")
            case Asking():
                if step.kind is Kind.choice and not shown(step, state):
                    at = step.unread or step.next  # The fact that lists the options was left out: there is nothing to ask.
                    continue
                state, asked = ask(flow, state, step, text=step.text, kind="ask", options=shown(step, state))
                return state, (*effects, *asked)
            case Ending():
                state, ended = over(state, step.outcome)
                return state, (*effects, *ended)
            case Branching():
                at = next((case.then for case in step.cases if case.condition is None or holds(case.condition, state)), None)
            case Saying():
                effects.append(Say(step.id, step.text.en, every_language=step.text.every_language))
                at = step.next
            case Setting() | Calling() | Scoring():
                state, done = _carried_out(flow, state, step)
                effects += done
                at = step.next
                if any(isinstance(effect, Raise) and effect.severity >= Severity.high for effect in done):
                    at = step.grave if isinstance(step, Scoring) and step.grave is not None else at
                    return replace(state, at=at, held=True), (*effects, Hold())
            case _:
                assert_never(step)
    return _handed_over(flow, state, effects, "too-many-steps")


def over(state: State, outcome: str) -> Turn:
    """The end; answers are kept."""
    return replace(state, at=None, held=False, confirming=None, tries=0, outcome=outcome), (End(outcome),)


def _handed_over(flow: Flow, state: State, effects: list[Effect], what: str) -> Turn:
    why = "The conversation could not go on by itself; a person needs to take it over."
    told = Raise(Severity.review, Category.processing, f"flow.{flow.id}.{what}", why)
    state, ended = over(state, "handed_over")
    return state, (*effects, told, *ended)


def ask(
    flow: Flow,
    state: State,
    asking: Asking,
    *,
    text: Text,
    kind: str,
    options: tuple[ShownOption, ...],
    values: dict[str, Any] | None = None,
) -> Turn:
    """Say `text` and wait for the answer to `asking` under a new stamp, tries and nudges counted anew."""
    if state.wait >= WAITS_MAX:
        return _handed_over(flow, state, [], "too-many-questions")
    wait = Wait(state.wait + 1, asking.nudge.hours if asking.nudge else None, asking.timeout.hours)
    said = Say(asking.id, text.en, kind, values or {}, options, wait, text.every_language)
    return replace(state, at=asking.id, wait=wait.stamp, nudged=0, confirming=None), (said,)


def _carried_out(flow: Flow, state: State, step: Setting | Calling | Scoring) -> tuple[State, list[Effect]]:
    match step:
        case Setting():
            return _set(state, step), []
        case Calling():
            return _called(state, step)
        case Scoring():
            return scored(flow, state, step)
        case _:
            assert_never(step)


def _set(state: State, step: Setting) -> State:
    value = resolve(step.value, state)
    if value is None:
        return state
    if step.add:
        before = state.marks.get(step.mark)
        kept = list(before) if isinstance(before, list) else []
        value = kept if value in kept else [*kept, value]
    return replace(state, marks={**state.marks, step.mark: value})


def _called(state: State, step: Calling) -> tuple[State, list[Effect]]:
    """An act whose argument is missing is left out: half an act is worse than none, and lint proves there is no such path."""
    arguments = {name: resolve(operand, state) for name, operand in step.arguments.items()}
    if None in arguments.values():
        return state, []
    if step.act == "language.set":
        state = replace(state, facts={**state.facts, "language": arguments.get("language")})
    return state, [Act(step.act, arguments)]


def scored(flow: Flow, state: State, step: Scoring) -> tuple[State, list[Effect]]:
    """The state with the total, its record and the concern that it raises; without all three while an answer is missing."""
    points = [_points(flow, state, code) for code in step.of]
    known = [point for point in points if point is not None]
    if len(known) < len(points):
        return replace(state, answers={code: answer for code, answer in state.answers.items() if code != step.code}), []
    total = sum(known) if step.method == "sum" else sum(known) / len(known)
    value = int(total) if float(total).is_integer() else round(total, 4)
    record = Record(step.id, step.code, "", Reading(Action.accept, value, 1.0, "score"), value)
    state = replace(state, answers={**state.answers, step.code: {"value": value, "unit": None}})
    reached = [band for band in step.bands if value >= band.at_least and band.severity > Severity.none]
    worst = max(reached, key=lambda band: (band.severity, band.at_least), default=None)
    if worst is None:
        return state, [record]
    return state, [record, _raised(flow, state, step, worst)]


def _raised(flow: Flow, state: State, step: Scoring, band: Band) -> Raise:
    """The concern of a total. One that was asked in words which nobody validated is for a person to look at, never more."""
    if flow.instrument is None:
        return Raise(band.severity, band.category, f"score.{flow.id}.{step.id}", band.why)
    rule, version = f"score.{step.code}", flow.instrument.version_in(str(state.facts.get("language", "en")))
    if version.official or band.severity <= Severity.review:
        return Raise(band.severity, band.category, rule, band.why)
    why = f"{band.why} It was asked in an unvalidated translation, so it counts as something to look at."
    return Raise(Severity.review, band.category, rule, why)


def _points(flow: Flow, state: State, code: str) -> float | None:
    """What the answer under `code` counts; None when there is none or it carries no points."""
    answer = state.answers.get(code)
    value = answer.get("value") if isinstance(answer, dict) else None
    if value is None:
        return None
    asked = next((one for one in flow.steps.values() if isinstance(one, Asking) and one.code == code), None)
    if asked is None or asked.kind in (Kind.scale, Kind.number):
        return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
    chosen = [("true" if value else "false")] if isinstance(value, bool) else value if isinstance(value, list) else [value]
    counted = [choice.points for choice in choices(asked) if choice.value in chosen]
    known = [points for points in counted if points is not None]
    return sum(known) if known and len(known) == len(chosen) else None
