"""What conditions come to: every comparison on both sides of its edge, and missing values as neither true nor false."""

import pytest

from bot.flows.conditions import holds, resolve
from bot.flows.language import AllOf, AnyOf, Comparison, Not, Ref
from bot.flows.model import State

STATE = State(
    facts={"goal_low": 5, "text": "5"},
    answers={"n": {"value": 5}, "word": {"value": "a"}, "some": {"value": ["a", "b"]}, "yes": {"value": True}, "broken": "x"},
    marks={"m": ["a"]},
)
N, WORD, SOME, YES, GONE = (Ref("answer", name) for name in ("n", "word", "some", "yes", "gone"))
LOW = Ref("fact", "goal_low")


def compare(subject, how, operand, if_missing=None):
    return Comparison(subject, how, operand, if_missing, 1)


TRUE, FALSE, UNKNOWN = compare(N, "is", 5), compare(N, "is", 6), compare(GONE, "is", 5)
CASES = {
    "is, equal": (compare(WORD, "is", "a"), True),
    "is, other": (compare(WORD, "is", "b"), False),
    "1 is not true": (compare(YES, "is", 1), False),
    "true is true": (compare(YES, "is", True), True),
    "in, one of them": (compare(WORD, "in", ("b", "a")), True),
    "in, none of them": (compare(WORD, "in", ("b", "c")), False),
    "true is not in numbers": (compare(YES, "in", (1, 2)), False),
    "has, among several": (compare(SOME, "has", "b"), True),
    "has, not among them": (compare(SOME, "has", "c"), False),
    "has, of a single one": (compare(WORD, "has", "a"), True),
    "at least, on the edge": (compare(N, "at_least", 5), True),
    "at least, below it": (compare(N, "at_least", 5.5), False),
    "at most, on the edge": (compare(N, "at_most", 5), True),
    "at most, above it": (compare(N, "at_most", 4.5), False),
    "above, on the edge": (compare(N, "above", 5), False),
    "above, over it": (compare(N, "above", 4.5), True),
    "below, on the edge": (compare(N, "below", 5), False),
    "below, under it": (compare(N, "below", 5.5), True),
    "with a fact": (compare(N, "at_least", LOW), True),
    "with a fact that is no number": (compare(N, "at_least", Ref("fact", "text")), None),
    "of what is no number, with if_missing": (compare(WORD, "at_least", 1, False), False),
    "with a fact that was left out": (compare(N, "below", Ref("fact", "goal_high")), None),
    "of a truth value": (compare(YES, "at_least", 0), None),
    "of a mark": (compare(Ref("mark", "m"), "has", "a"), True),
    "of a broken answer": (compare(Ref("answer", "broken"), "is", "x"), None),
    "of what is missing": (UNKNOWN, None),
    "of what is missing and counts": (compare(GONE, "is", 5, True), True),
    "of what is missing and does not count": (compare(GONE, "is", 5, False), False),
    "of what is there, whatever counts if not": (compare(N, "is", 5, False), True),
    "missing, and it is": (compare(GONE, "missing", True), True),
    "missing, and it is not": (compare(N, "missing", True), False),
    "not missing, and it is": (compare(GONE, "missing", False), False),
    "not missing, and it is not": (compare(N, "missing", False), True),
    "not of true": (Not(TRUE), False),
    "not of false": (Not(FALSE), True),
    "not of unknown": (Not(UNKNOWN), None),
    "all true": (AllOf((TRUE, TRUE)), True),
    "all, one false": (AllOf((TRUE, FALSE, UNKNOWN)), False),
    "all, one unknown": (AllOf((TRUE, UNKNOWN)), None),
    "any true": (AnyOf((FALSE, UNKNOWN, TRUE)), True),
    "any, none true": (AnyOf((FALSE, FALSE)), False),
    "any, one unknown": (AnyOf((FALSE, UNKNOWN)), None),
}


@pytest.mark.parametrize(("condition", "expected"), CASES.values(), ids=CASES)
def test_a_condition_comes_to(condition, expected):
    assert holds(condition, STATE) is expected


@pytest.mark.parametrize(
    ("operand", "value"),
    [(7, 7), (LOW, 5), (N, 5), (GONE, None), (Ref("mark", "m"), ["a"]), (Ref("mark", "x"), None), (Ref("fact", "x"), None)],
)
def test_a_value_is_taken_from_where_the_conversation_stands(operand, value):
    assert resolve(operand, STATE) == value
