"""The part of `lint` that judges conditions: that what they compare is known by then, and can be what they say."""

from __future__ import annotations

from bot.flows.asking import choices
from bot.flows.fields import Faults
from bot.flows.graph import Knowledge, Known, followed, parts_of, passed_over
from bot.flows.language import AllOf, AnyOf, Asking, Branching, Comparison, Condition, Flow, Not, Ref, Scoring, Setting
from bot.flows.model import FACTS, OPTIONAL_FACTS
from bot.values import Kind


def codes(flow: Flow) -> frozenset[str]:
    """Every code that a question or score stores under, and those of the parts of a reading."""
    found = {step.code for step in flow.steps.values() if isinstance(step, Asking | Scoring)}
    return frozenset(found.union(*(parts_of(step) for step in flow.steps.values() if isinstance(step, Asking))))


def marks(flow: Flow) -> frozenset[str]:
    """Every mark that a step sets."""
    return frozenset(step.mark for step in flow.steps.values() if isinstance(step, Setting))


def check_conditions(flow: Flow, known: dict[str, Knowledge], faults: Faults) -> None:
    """Note every fault of every condition of a reachable branch."""
    for name, step in flow.steps.items():
        if not isinstance(step, Branching) or name not in known:
            continue
        surely = known[name].surely
        for at, case in enumerate(step.cases, 1):
            if case.condition:
                judge = _Judge(flow, known[name].possibly, f"steps.{name}.branch[{at}].if", faults)
                judge.judge(case.condition, surely)
                surely |= passed_over(case.condition)


class _Judge:
    """Judges one condition, with what is possibly known where it stands."""

    def __init__(self, flow: Flow, possibly: Known, where: str, faults: Faults) -> None:
        self.flow, self.possibly, self.where, self.faults = flow, possibly, where, faults

    def judge(self, condition: Condition, surely: Known) -> None:
        match condition:
            case AllOf():
                for inner in condition.of:
                    self.judge(inner, surely)
                    surely |= followed(inner)
            case AnyOf():
                for inner in condition.of:
                    self.judge(inner, surely)
                    surely |= passed_over(inner)
            case Not():
                self.judge(condition.of, surely)
            case Comparison():
                self._compare(condition, surely)

    def _compare(self, test: Comparison, surely: Known) -> None:
        refs = [test.subject, *([test.operand] if isinstance(test.operand, Ref) else [])]
        exist = [self._exists(ref, test.line) for ref in refs]
        if not all(exist):
            return
        for ref in refs:
            optional = ref.name in OPTIONAL_FACTS if ref.source == "fact" else ref not in surely
            if optional and test.how != "missing" and test.if_missing is None:
                what = f"compares the {ref.source} {ref.name!r}, which may be missing here: say `if_missing`, or test `missing` first"
                self.faults.note(test.line, self.where, what, "missing-unhandled")
        self._can_be(test)

    def _exists(self, ref: Ref, line: int) -> bool:
        known = {"answer": codes(self.flow), "mark": marks(self.flow), "fact": frozenset(FACTS[self.flow.purpose])}[ref.source]
        if ref.name not in known:
            what = f"refers to the {ref.source} {ref.name!r}; known are {', '.join(sorted(known)) or 'none'}"
            self.faults.note(line, self.where, what, f"unknown-{ref.source}")
            return False
        if ref.source != "fact" and ref not in self.possibly:
            what = f"refers to the {ref.source} {ref.name!r}, which nothing before it gives"
            self.faults.note(line, self.where, what, "asked-later")
            return False
        return True

    def _can_be(self, test: Comparison) -> None:
        """What a question's answer is compared with must be one of its answers."""
        asked = [step for step in self.flow.steps.values() if isinstance(step, Asking) and step.code == test.subject.name]
        if test.subject.source != "answer" or not asked or isinstance(test.operand, Ref):
            return
        question = asked[0]
        wanted = test.operand if isinstance(test.operand, tuple) else (test.operand,)
        where, kind, how = self.where, question.kind, test.how
        if (how == "has") != question.many and how in ("has", "is", "in"):
            self.faults.note(
                test.line, where, f"{question.code} is compared with `has` if several may be chosen, else with `is`", "wrong-test"
            )
        elif how in ("at_least", "at_most", "above", "below") and kind not in (Kind.scale, Kind.number):
            self.faults.note(test.line, where, f"{question.code} is no number", "wrong-test")
        elif how in ("is", "in", "has"):
            for value in wanted:
                if not _possible(question, value):
                    self.faults.note(test.line, where, f"{question.code} can never be {_shown(value)}", "unknown-option")


def _possible(question: Asking, value: bool | int | float | str | Ref) -> bool:
    match question.kind:
        case Kind.yes_no:
            return isinstance(value, bool) or value == "unsure"
        case Kind.choice:
            return isinstance(question.options, Ref) or value in {choice.value for choice in choices(question)}
        case Kind.reading:
            return False
        case Kind.scale | Kind.number:
            if isinstance(value, bool | str | Ref):
                return False
            low, high = question.minimum, question.maximum
            return (low is None or value >= low) and (high is None or value <= high)
        case Kind.text | Kind.date | Kind.time | Kind.datetime:
            return isinstance(value, str)


def _shown(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else repr(value)
