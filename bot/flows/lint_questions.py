"""The part of `lint` that judges questions: repairable, read back, their options distinct and safe to answer with."""

from __future__ import annotations

import re

from bot.flows.asking import choices
from bot.flows.fields import Faults
from bot.flows.language import Asking, Choice, Flow, Ref, Text
from bot.flows.model import FACTS, MEASURES
from bot.normalise import fold
from bot.values import Category, Kind, Severity

STOP_WORDS = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"})
OTHER_KEYWORDS = frozenset({"START", "UNSTOP", "YES", "HELP", "INFO"})
"""Twilio's default keywords (https://help.twilio.com/articles/223134027): a message that is one of them never is an answer."""

LISTS = frozenset({"languages"})
"""Facts that list options."""

_CAPITALS = re.compile(r"(?<![A-Za-z])[A-Z]{3,}(?![A-Za-z])")
_NUMBERED = re.compile(r"\s*[0-9]")


def check_questions(flow: Flow, faults: Faults) -> None:
    """Note every fault of every question."""
    for step in flow.steps.values():
        if isinstance(step, Asking):
            _check_repair(flow, step, faults)
            _check_options(flow, step, faults)
            _check_keywords(step, faults)
            _check_gate(flow, step, faults)
            _check_measure(step, faults)


def _check_measure(step: Asking, faults: Faults) -> None:
    kind = MEASURES.get(step.measures)
    if step.measures and step.kind is not kind:
        what = f"measures {step.measures!r}; known are {', '.join(MEASURES)}" if kind is None else f"{step.measures} is asked as a {kind}"
        faults.note(step.line, f"steps.{step.id}.ask.measures", what, "unknown-measure")


def _check_gate(flow: Flow, step: Asking, faults: Faults) -> None:
    """A question about self-harm is asked only where somebody is there to answer: by an instrument that is gated."""
    gated = flow.instrument is not None and flow.instrument.gated
    for at, choice in enumerate(choices(step), 1):
        if choice.category is Category.self_harm and choice.severity >= Severity.high and not gated:
            what = "asks about self-harm, which only a gated instrument may: see docs/how-to/use-an-instrument.md"
            faults.note(choice.line, f"steps.{step.id}.ask.options[{at}]", what, "gated")


def _check_repair(flow: Flow, step: Asking, faults: Faults) -> None:
    where = f"steps.{step.id}.ask"
    if step.unread is None:
        faults.note(step.line, where, "does not say what follows the last try: name a step in `unread`", "no-unread")
    elif step.unread == step.id:
        faults.note(step.line, where, "asks the same again after the last try: name another step in `unread`", "endless")
    if any(fold(repair.en) == fold(step.text.en) for repair in step.repair):
        faults.note(step.line, f"{where}.repair", "only repeats the question: ask more simply", "no-repair")
    if step.kind is not Kind.text and step.confirm is None and flow.confirm is None:
        faults.note(step.line, where, "has no wording for reading an answer back: give `confirm` here or in the flow", "no-confirm")


def _check_options(flow: Flow, step: Asking, faults: Faults) -> None:
    where = f"steps.{step.id}.ask.options"
    if isinstance(step.options, Ref):
        if step.options.source != "fact" or step.options.name not in LISTS or step.options.name not in FACTS[flow.purpose]:
            faults.note(step.line, where, f"are taken from {step.options.name!r}, which lists no options", "unknown-fact")
        return
    if step.kind is Kind.choice and len(step.options) < 2:
        faults.note(step.line, where, "leave no choice: give two or more", "one-option")
    taken: dict[str, Choice] = {}
    values: set[str] = set()
    for at, choice in enumerate(step.options, 1):
        if choice.value in values:
            faults.note(choice.line, f"{where}[{at}]", f"stores {choice.value!r} a second time", "not-distinct")
        values.add(choice.value)
        for word in sorted(_words(choice)):
            if word in taken:
                faults.note(choice.line, f"{where}[{at}]", f"is answered by {word!r}, as {taken[word].value!r} is", "not-distinct")
            taken.setdefault(word, choice)
        if choice.label and _NUMBERED.match(choice.label.en) and not step.read_back:
            faults.note(choice.line, f"{where}[{at}]", "begins with a number: options are numbered when they are shown", "numbered")


def _words(choice: Choice) -> set[str]:
    words = [choice.label.en] if choice.label else []
    words += choice.words.en.split("|") if choice.words else []
    return {fold(word).strip() for word in words} - {""}


def _check_keywords(step: Asking, faults: Faults) -> None:
    where = f"steps.{step.id}.ask"
    worded: list[tuple[str, Text]] = [("text", step.text), *((f"repair[{at}]", text) for at, text in enumerate(step.repair, 1))]
    worded += [("confirm", step.confirm)] if step.confirm else []
    worded += [("nudge.text", step.nudge.text)] if step.nudge else []
    for name, text in worded:
        for word in sorted(set(_CAPITALS.findall(text.en)) & (STOP_WORDS | OTHER_KEYWORDS)):
            what = f"asks for {word}, which phone companies take as a keyword: number the answers, and tell of STOP and HELP in a `say`"
            faults.note(text.line, f"{where}.{name}", what, "keyword")
    for at, choice in enumerate(choices(step), 1):
        label = {fold(choice.label.en).strip().upper()} if choice.label else set()
        words = {word.upper() for word in _words(choice)}
        for word in sorted((label & OTHER_KEYWORDS) | (words & STOP_WORDS)):
            faults.note(choice.line, f"{where}.options[{at}]", f"is answered by {word}, which phone companies take as a keyword", "keyword")
