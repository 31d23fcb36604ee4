"""
Conditions: how they are written and what they come to.

`{answer: pulse, is: worse}` and its like compare; `all`, `any`, `not` combine. A value that is not there makes a
comparison unknown, unless `if_missing` says what counts then; an unknown is never followed, under `not` neither.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.flows import limits
from bot.flows.fields import Fields
from bot.flows.language import AllOf, AnyOf, Comparison, Condition, Not, Operand, Ref
from bot.flows.model import State

COMPARISONS = ("is", "in", "has", "at_least", "at_most", "above", "below", "missing")
_NEVER = Comparison(Ref("answer", ""), "missing", False, None, 0)


def read_condition(fields: Fields, depth: int = 1) -> Condition:
    """One condition of a file. Faults are noted in `fields`; a broken one comes back as one that never holds."""
    if depth > limits.CONDITION_DEPTH_MAX:
        fields.faults.note(fields.line, fields.where, f"nested deeper than {limits.CONDITION_DEPTH_MAX}", "too-deep")
        return _NEVER
    made: Condition
    if "all" in fields.entries:
        made = AllOf(tuple(read_condition(one, depth + 1) for one in fields.each("all", limits.CASES_MAX)))
    elif "any" in fields.entries:
        made = AnyOf(tuple(read_condition(one, depth + 1) for one in fields.each("any", limits.CASES_MAX)))
    elif "not" in fields.entries:
        inner = fields.inner("not")
        made = Not(read_condition(inner, depth + 1)) if inner else _NEVER
    else:
        made = _test(fields)
    fields.close()
    return made


def _test(fields: Fields) -> Condition:
    subject = fields.subject()
    given = [how for how in COMPARISONS if how in fields.entries]
    if subject is None or len(given) != 1:
        fields.faults.note(fields.line, fields.where, f"must hold all, any, not, or one of {', '.join(COMPARISONS)}", "comparison")
        fields.used.update([*given, "if_missing"])
        return _NEVER
    how = given[0]
    operand: Operand | tuple[bool | int | float | str, ...] | None
    operand = fields.literals("in", limits.CASES_MAX) if how == "in" else fields.operand(how)
    if how == "missing" and not isinstance(operand, bool):
        fields.fault("missing", "must be true or false", "not-a-truth")
    if how in ("at_least", "at_most", "above", "below") and (isinstance(operand, bool | str)):
        fields.fault(how, "must be a number", "not-a-number")
    if how == "missing" and "if_missing" in fields.entries:
        fields.fault("if_missing", "has no use beside `missing`", "unknown-field")
    return Comparison(subject, how, False if operand is None else operand, fields.truth("if_missing"), fields.line)


def resolve(operand: Operand, state: State) -> Any:
    """The value that an operand stands for; None when there is none."""
    if not isinstance(operand, Ref):
        return operand
    if operand.source == "fact":
        return state.facts.get(operand.name)
    if operand.source == "mark":
        return state.marks.get(operand.name)
    answer = state.answers.get(operand.name)
    return answer.get("value") if isinstance(answer, Mapping) else None


def holds(condition: Condition, state: State) -> bool | None:
    """Whether it holds; None when that cannot be known because a value is missing."""
    if isinstance(condition, Not):
        inner = holds(condition.of, state)
        return None if inner is None else not inner
    if isinstance(condition, AllOf):
        each = [holds(one, state) for one in condition.of]
        return False if False in each else None if None in each else True
    if isinstance(condition, AnyOf):
        each = [holds(one, state) for one in condition.of]
        return True if True in each else None if None in each else False
    subject = resolve(condition.subject, state)
    if condition.how == "missing":
        return (subject is None) == condition.operand
    operand = condition.operand if isinstance(condition.operand, tuple) else resolve(condition.operand, state)
    if subject is None or operand is None:
        return condition.if_missing
    found = _compare(condition.how, subject, operand)
    return condition.if_missing if found is None else found


def _compare(how: str, subject: Any, operand: Any) -> bool | None:
    if how == "is":
        return _same(subject, operand)
    if how == "in":
        return any(_same(subject, one) for one in operand)
    if how == "has":
        return any(_same(one, operand) for one in (subject if isinstance(subject, list) else [subject]))
    left, right = _number(subject), _number(operand)
    if left is None or right is None:
        return None
    return {"at_least": left >= right, "at_most": left <= right, "above": left > right, "below": left < right}[how]


def _same(left: Any, right: Any) -> bool:
    """Equal, where true is not 1."""
    return isinstance(left, bool) == isinstance(right, bool) and bool(left == right)


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
