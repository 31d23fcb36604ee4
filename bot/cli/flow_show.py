"""A flow as a tree of plain text, for people who write flows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from bot.flows.asking import choices
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
    Operand,
    Ref,
    Saying,
    Scoring,
    Setting,
    Step,
)
from bot.values import Kind, Severity


def shown_tree(flow: Flow) -> str:
    """The flow, step by step in the order of the file, each way on after an arrow."""
    done = f", done with {', '.join(flow.done)}" if flow.done else ""
    lines = [f"{flow.id} {flow.version} - {flow.title} ({flow.purpose}{done})"]
    for step in flow.steps.values():
        first, *rest = _step(step)
        lines += ["", f"{step.id}: {first}", *(f"    {line}" for line in rest)]
    return "\n".join(lines)


def _step(step: Step) -> Iterator[str]:
    match step:
        case Saying():
            yield f"say {step.text.en!r}"
            yield f"-> {step.next}"
        case Asking():
            yield from _asking(step)
        case Branching():
            yield "branch"
            for case in step.cases:
                yield f"{'if ' + _condition(case.condition) if case.condition else 'else'} -> {case.then}"
        case Scoring():
            yield f"score {step.code} = {step.method} of {', '.join(step.of)}"
            for band in step.bands:
                yield f"{band.at_least:g} or more: {band.severity.name} ({band.why})"
            yield f"-> {step.next}"
        case Setting():
            yield f"{'add to' if step.add else 'set'} {step.mark}: {_operand(step.value)}"
            yield f"-> {step.next}"
        case Calling():
            yield f"call {step.act} {', '.join(f'{name}={_operand(value)}' for name, value in step.arguments.items())}".rstrip()
            yield f"-> {step.next}"
        case Ending():
            yield f"end {step.outcome}"
        case _:
            assert_never(step)


def _asking(step: Asking) -> Iterator[str]:
    low, high = step.minimum, step.maximum
    bounds = (
        f" {'' if low is None else f'{low:g}'}..{'' if high is None else f'{high:g}'}" if step.kind in (Kind.scale, Kind.number) else ""
    )
    code = f" as {step.code}" if step.code != step.id else ""
    yield f"ask {step.kind}{bounds}{' (several)' if step.many else ''}{code} {step.text.en!r}"
    if isinstance(step.options, Ref):
        yield f"options from {_operand(step.options)}"
    for at, choice in enumerate(choices(step), 1):
        grave = f" [{choice.severity.name} {choice.category}]" if choice.severity > Severity.none else ""
        yield f"{at} {choice.label.en if choice.label else choice.value} = {choice.value}{grave}"
    for at, repair in enumerate(step.repair, 1):
        yield f"repair {at} {repair.en!r}"
    if step.nudge:
        yield f"nudge after {step.nudge.hours:g} h {step.nudge.text.en!r}"
    yield f"answered -> {step.next}"
    yield f"unread -> {step.unread}"
    yield f"no answer for {step.timeout.hours:g} h -> {step.timeout.then or 'end expired'}"


def _condition(condition: Condition) -> str:
    match condition:
        case AllOf():
            return f"({' and '.join(map(_condition, condition.of))})"
        case AnyOf():
            return f"({' or '.join(map(_condition, condition.of))})"
        case Not():
            return f"not {_condition(condition.of)}"
        case Comparison(how="missing"):
            return f"{_operand(condition.subject)} is {'missing' if condition.operand else 'there'}"
        case Comparison():
            operand = ", ".join(map(str, condition.operand)) if isinstance(condition.operand, tuple) else _operand(condition.operand)
            missing = "" if condition.if_missing is None else f" (missing counts as {str(condition.if_missing).lower()})"
            return f"{_operand(condition.subject)} {condition.how.replace('_', ' ')} {operand}{missing}"
        case _:
            assert_never(condition)


def _operand(operand: Operand) -> str:
    if isinstance(operand, Ref):
        return operand.name if operand.source == "answer" else f"{operand.source} {operand.name}"
    return str(operand).lower() if isinstance(operand, bool) else str(operand)
