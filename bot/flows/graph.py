"""Where each step of a flow may go, and what is surely or possibly known when it gets there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.flows.language import (
    AllOf,
    AnyOf,
    Asking,
    Branching,
    Calling,
    Comparison,
    Condition,
    Ending,
    Flow,
    Not,
    Ref,
    Saying,
    Scoring,
    Setting,
    Step,
)
from bot.values import Kind

Known = frozenset[Ref]
NOTHING: Known = frozenset()


@dataclass(frozen=True, slots=True)
class Way:
    """
    One way on from a step. to: None falls off the end of the file.

    by: answered, unread, timed-out, next, or case-n. gains, loses: what is known afterwards, and what no longer is.
    """

    by: str
    to: str | None
    gains: Known = NOTHING
    loses: Known = NOTHING


def parts_of(step: Asking) -> tuple[str, ...]:
    """Under which codes the two numbers of a blood pressure are known beside the reading itself."""
    return tuple(f"{step.code}-{part}" for part in ("systolic", "diastolic")) if step.kind is Kind.reading else ()


def ways(step: Step) -> tuple[Way, ...]:
    """Every way on from a step; none from an end. A time-out without a target ends, and is no way."""
    match step:
        case Asking():
            answer = frozenset(Ref("answer", code) for code in (step.code, *parts_of(step)))
            found = [Way("answered", step.next, gains=answer), Way("unread", step.unread or step.next, loses=answer)]
            if step.timeout.then is not None:
                found.append(Way("timed-out", step.timeout.then))
            return tuple(found)
        case Branching():
            return tuple(_cases(step))
        case Setting():
            return (Way("next", step.next, gains=frozenset({Ref("mark", step.mark)})),)
        case Scoring():
            return (Way("next", step.next),)
        case Saying() | Calling():
            return (Way("next", step.next),)
        case Ending():
            return ()


def _cases(step: Branching) -> Iterator[Way]:
    before = NOTHING
    for at, case in enumerate(step.cases, 1):
        gains = before | (followed(case.condition) if case.condition else NOTHING)
        yield Way(f"case-{at}", case.then, gains=gains)
        if case.condition:
            before |= passed_over(case.condition)


def followed(condition: Condition) -> Known:
    """What is surely known when the condition holds."""
    match condition:
        case Comparison(how="missing"):
            return NOTHING if condition.operand else frozenset({condition.subject})
        case Comparison():
            return NOTHING if condition.if_missing else _named(condition)
        case AllOf():
            return frozenset().union(*map(followed, condition.of))
        case AnyOf():
            each = [followed(one) for one in condition.of]
            return each[0].intersection(*each[1:]) if each else NOTHING
        case Not():
            return _denied(condition.of)


def _denied(condition: Condition) -> Known:
    """What is surely known when the condition is false, not merely unknown."""
    if isinstance(condition, Comparison) and condition.how != "missing":
        return NOTHING if condition.if_missing is False else _named(condition)
    return passed_over(condition)


def passed_over(condition: Condition) -> Known:
    """What is surely known when the condition is false or unknown."""
    match condition:
        case Comparison(how="missing"):
            return frozenset({condition.subject}) if condition.operand else NOTHING
        case AnyOf():
            return frozenset().union(*map(passed_over, condition.of))
        case _:
            return NOTHING


def _named(comparison: Comparison) -> Known:
    return frozenset({comparison.subject} | ({comparison.operand} if isinstance(comparison.operand, Ref) else set()))


def reached(flow: Flow) -> frozenset[str]:
    """The steps that a conversation can get to."""
    seen, todo = {flow.start}, [flow.start]
    while todo:
        for way in ways(flow.steps[todo.pop()]):
            if way.to is not None and way.to not in seen:
                seen.add(way.to)
                todo.append(way.to)
    return frozenset(seen)


def ending(flow: Flow) -> frozenset[str]:
    """The steps from which some way leads to an end, or off the file, which is a fault of its own."""
    good = {name for name, step in flow.steps.items() if isinstance(step, Ending) or any(way.to is None for way in ways(step))}
    while True:
        more = {name for name, step in flow.steps.items() if name not in good and any(way.to in good for way in ways(step))}
        if not more:
            return frozenset(good)
        good |= more


def longest_walk(flow: Flow, start: str | None) -> int | None:
    """The most steps walked from `start` to a question or an end, both counted; None when they can go round for ever."""
    lengths: dict[str, int] = {}
    order: list[tuple[str, bool]] = [(start, False)] if start is not None else []
    open_steps: set[str] = set()
    while order:
        name, leaving = order.pop()
        step = flow.steps[name]
        following = () if isinstance(step, Asking | Ending) else tuple(way.to for way in ways(step) if way.to is not None)
        if leaving:
            open_steps.discard(name)
            lengths[name] = 1 + max((lengths[one] for one in following), default=0)
        elif name in open_steps:
            return None
        elif name not in lengths:
            open_steps.add(name)
            order.append((name, True))
            order.extend((one, False) for one in following)
    return lengths[start] if start is not None else 0


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What is known on getting to a step: surely on every way there, possibly on some."""

    surely: Known
    possibly: Known


def knowledge(flow: Flow) -> dict[str, Knowledge]:
    """What is known on getting to each step that can be reached."""
    found = {flow.start: Knowledge(NOTHING, NOTHING)}
    todo = [flow.start]
    while todo:
        name = todo.pop()
        here, step = found[name], flow.steps[name]
        for way in ways(step):
            if way.to is None:
                continue
            scored = frozenset({Ref("answer", step.code)}) if isinstance(step, Scoring) else NOTHING
            surely = (here.surely | way.gains | (scored if _all_scored(step, here) else NOTHING)) - way.loses
            possibly = here.possibly | way.gains | scored
            before = found.get(way.to)
            after = Knowledge(surely, possibly) if before is None else Knowledge(before.surely & surely, before.possibly | possibly)
            if after != before:
                found[way.to] = after
                todo.append(way.to)
    return found


def _all_scored(step: Step, here: Knowledge) -> bool:
    return isinstance(step, Scoring) and all(Ref("answer", code) in here.surely for code in step.of)
