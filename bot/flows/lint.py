"""
Whether a flow makes sense: every step reachable, every path ending, every question repairable, nothing compared that
is not known, no answer asked for that a phone company takes as a keyword. All faults at once; an empty list is a promise.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.flows.extract import texts
from bot.flows.fields import Faults
from bot.flows.graph import Knowledge, ending, knowledge, longest_walk, reached, ways
from bot.flows.language import Asking, Calling, Flow, Operand, Ref, Saying, Scoring, Setting, Text
from bot.flows.limits import WALK_STEPS_MAX
from bot.flows.lint_conditions import check_conditions, codes, marks
from bot.flows.lint_questions import check_questions
from bot.flows.model import ACT_OPTIONS, ACTS, FACTS, OPTIONAL_FACTS
from bot.flows.questions import PLACEHOLDER
from bot.values import Fault, Kind

LISTED_FACTS = frozenset({"languages", "purposes"})
"""Facts that are lists: no text can name them."""


def lint(flow: Flow) -> list[Fault]:
    """Every fault of a loaded flow, in the order of its lines."""
    faults = Faults(flow.path)
    known = knowledge(flow)
    for check in (_check_ways, _check_walks, _check_codes, _check_texts, _check_said, check_questions):
        check(flow, faults)
    for check_known in (_check_scores, _check_acts, check_conditions):
        check_known(flow, known, faults)
    return sorted(faults.found, key=lambda fault: fault.line)


def _check_ways(flow: Flow, faults: Faults) -> None:
    here, good = reached(flow), ending(flow)
    for name, step in flow.steps.items():
        where = f"steps.{name}"
        if name not in here:
            faults.note(step.line, where, "is never reached: let a step go to it, or remove it", "unreachable")
            continue
        if any(way.to is None for way in ways(step)):
            faults.note(step.line, where, "has no next step: end the flow with an `end` step, or say `next`", "no-end")
    stuck = [name for name in flow.steps if name in here and name not in good]
    if stuck:
        what = f"goes round for ever: no way leads to an `end` from {', '.join(stuck[:5])}{' and more' if len(stuck) > 5 else ''}"
        faults.note(flow.steps[stuck[0]].line, f"steps.{stuck[0]}", what, "endless")


def _check_walks(flow: Flow, faults: Faults) -> None:
    begins = [(flow.start, flow.start)]
    begins += [(name, way.to) for name, step in flow.steps.items() if isinstance(step, Asking) for way in ways(step) if way.to is not None]
    for name, start in dict.fromkeys(begins):
        length = longest_walk(flow, start)
        line = flow.steps[name].line
        if length is None:
            faults.note(line, f"steps.{name}", f"leads, from {start!r} on, into a circle that asks nothing", "circle")
        elif length > WALK_STEPS_MAX:
            faults.note(line, f"steps.{name}", f"walks {length} steps at once; at most {WALK_STEPS_MAX} are allowed", "too-many-steps")


def _check_codes(flow: Flow, faults: Faults) -> None:
    seen: dict[str, str] = {}
    for name, step in flow.steps.items():
        if isinstance(step, Asking | Scoring):
            if step.code in seen:
                faults.note(step.line, f"steps.{name}", f"stores under {step.code!r}, as {seen[step.code]!r} does", "duplicate-code")
            seen.setdefault(step.code, name)
    for code in flow.done:
        if code not in codes(flow) and code not in marks(flow):
            faults.note(flow.lines.get("done", 1), "done", f"names {code!r}, which no step asks, scores or sets", "unknown-code")


def _check_scores(flow: Flow, known: dict[str, Knowledge], faults: Faults) -> None:
    asked = {step.code: step for step in flow.steps.values() if isinstance(step, Asking)}
    for name, step in flow.steps.items():
        if not isinstance(step, Scoring):
            continue
        for code in step.of:
            question = asked.get(code)
            if question is None:
                faults.note(step.line, f"steps.{name}.score.of", f"names {code!r}, which no step asks", "unknown-code")
            elif name in known and Ref("answer", code) not in known[name].possibly:
                faults.note(step.line, f"steps.{name}.score.of", f"names {code!r}, which is only asked later", "asked-later")
            elif not _counts(question):
                faults.note(step.line, f"steps.{name}.score.of", f"names {code!r}, whose options do not all carry points", "no-points")


def _counts(question: Asking) -> bool:
    if question.kind in (Kind.scale, Kind.number):
        return True
    if question.kind is Kind.text or isinstance(question.options, Ref) or not question.options:
        return False
    return all(choice.points is not None for choice in question.options)


def _check_acts(flow: Flow, known: dict[str, Knowledge], faults: Faults) -> None:
    for name, step in flow.steps.items():
        if isinstance(step, Setting):
            _check_operand(flow, known.get(name), step.value, step.line, f"steps.{name}.set", faults)
        if not isinstance(step, Calling):
            continue
        where = f"steps.{name}.call"
        if step.act not in ACTS:
            faults.note(step.line, where, f"calls {step.act!r}; known are {', '.join(ACTS)}", "unknown-act")
            continue
        if set(step.arguments) - set(ACT_OPTIONS.get(step.act, ())) != set(ACTS[step.act]):
            faults.note(step.line, where, f"{step.act} takes {', '.join(ACTS[step.act]) or 'no arguments'}", "arguments")
        for argument, operand in step.arguments.items():
            _check_operand(flow, known.get(name), operand, step.line, f"{where}.with.{argument}", faults)


def _check_operand(flow: Flow, here: Knowledge | None, operand: Operand, line: int, where: str, faults: Faults) -> None:
    if not isinstance(operand, Ref):
        return
    if operand.source == "fact":
        if operand.name not in FACTS[flow.purpose] or operand.name in OPTIONAL_FACTS:
            faults.note(line, where, f"takes the fact {operand.name!r}, which a {flow.purpose} flow does not surely have", "unknown-fact")
    elif here is not None and operand not in here.surely:
        what = f"takes the {operand.source} {operand.name!r}, which is not known on every way here: branch on `missing` first"
        faults.note(line, where, what, "may-be-missing")


def _check_texts(flow: Flow, faults: Faults) -> None:
    facts = set(FACTS[flow.purpose]) - OPTIONAL_FACTS - LISTED_FACTS
    for where, text in _worded(flow):
        allowed = facts | {"value", "unit"} if where.split(".")[-1] == "confirm" else facts
        for name in sorted(set(PLACEHOLDER.findall(text.en)) - allowed):
            faults.note(
                text.line, where, f"names %({name})s; a {flow.purpose} flow knows {', '.join(sorted(allowed))}", "unknown-placeholder"
            )
        if where.split(".")[-1] == "confirm" and "%(value)s" not in text.en:
            faults.note(text.line, where, "reads back no %(value)s", "no-value")
    used = {step.unit.name: step for step in flow.steps.values() if isinstance(step, Asking) and isinstance(step.unit, Ref)}
    for name, step in used.items():
        if name not in facts:
            faults.note(step.line, f"steps.{step.id}.ask.unit", f"takes the fact {name!r}, which is not known", "unknown-fact")


def _worded(flow: Flow) -> Iterator[tuple[str, Text]]:
    notes: dict[str, tuple[str, Text]] = {}
    for where, text in texts(flow):
        notes.setdefault(f"{where}:{text.line}", (where, text))
    yield from notes.values()


def _check_said(flow: Flow, faults: Faults) -> None:
    """A text said twice in a row is a slip."""
    for name, step in flow.steps.items():
        following = flow.steps.get(step.next or "") if isinstance(step, Saying) else None
        if isinstance(step, Saying) and isinstance(following, Saying) and following.text.en == step.text.en:
            faults.note(step.line, f"steps.{name}", f"says the same as {following.id!r} right after it", "said-twice")
