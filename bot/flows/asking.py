"""
What the shell needs around `step`: which question waits, what it can be answered with, how its words are filled.

A read-back ("I read 7. Is that right?") is answered by yes or no, or by a better answer straight away: `read_reply`
reads for yes or no first and, where that says nothing, for the question itself. So "1" means yes there, and "7" is 7.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.flows.conditions import resolve
from bot.flows.extract import NO, YES
from bot.flows.language import Asking, Choice, Flow, Ref
from bot.flows.limits import LABEL_CHARS_MAX, NAME_CHARS_MAX, OPTIONS_MAX, TEXT_CHARS_MAX
from bot.flows.model import Msgid, Say, ShownOption, State, When
from bot.values import Action, Expected, Kind, Option, Reading, Value

Translate = Callable[[str], str]
"""A msgid → the text in the client's language."""

Read = Callable[[str, Expected, str], Reading]
"""`bot.understanding.read`: a reply, what it may say, the client's language."""

YES_NO = (ShownOption("true", YES), ShownOption("false", NO))
"""How a yes/no question is shown: 1 is yes, 2 is no. Nobody is asked to write YES, which phone companies take as a keyword."""


PRESSURE = ("systolic", "diastolic")
_DAY, _CLOCK = r"\d{4}-\d\d-\d\d", r"\d\d:\d\d"
MOMENT = {
    Kind.date: re.compile(_DAY),
    Kind.time: re.compile(_CLOCK),
    Kind.datetime: re.compile(rf"{_DAY}(?:T{_CLOCK}[+-]{_CLOCK})?|{_CLOCK}"),
}
"""How the value of a date or a time is written; of day and time one may be left out."""
AS_WRITTEN = "as-written"
"""Why a date or a time is kept in the client's own words: their language's days and hours cannot be read yet, but a person can."""


def waiting(flow: Flow, state: State) -> Asking | None:
    """The question that waits for an answer; None before the start, after the end and while held."""
    if state.held or state.outcome is not None or state.at is None:
        return None
    step = flow.steps.get(state.at)
    return step if isinstance(step, Asking) else None


def done(flow: Flow, state: State) -> bool:
    """Whether all that makes the conversation count as done is known."""
    return all(resolve(Ref("answer", name), state) is not None or state.marks.get(name) is not None for name in flow.done)


def shown(asking: Asking, state: State) -> tuple[ShownOption, ...]:
    """The options as the question shows them; those of a fact are labelled in their own words."""
    if asking.kind is Kind.yes_no:
        return YES_NO
    if isinstance(asking.options, Ref):
        return listed(resolve(asking.options, state))
    return tuple(ShownOption(choice.value, choice.label.en) for choice in asking.options if choice.label)


def listed(pairs: Any) -> tuple[ShownOption, ...]:
    """The [value, label] pairs of a fact; what is no such pair is left out."""
    good = [pair for pair in pairs if _pair(pair)] if isinstance(pairs, list | tuple) else []
    return tuple(ShownOption(value, label) for value, label in good[:OPTIONS_MAX])


def _pair(pair: Any) -> bool:
    return (
        isinstance(pair, list | tuple)
        and len(pair) == 2
        and all(isinstance(part, str) and part for part in pair)
        and len(pair[0]) <= NAME_CHARS_MAX
        and len(pair[1]) <= LABEL_CHARS_MAX
    )


def choices(asking: Asking) -> tuple[Choice, ...]:
    """The options written out in the flow; none when a fact lists them."""
    return asking.options if isinstance(asking.options, tuple) else ()


def expected(flow: Flow, state: State, translate: Translate, *, original: bool = False, now: datetime | None = None) -> Expected:
    """
    What the waiting question can be answered with, in the client's language.

    Args:
        flow, state: the state may wait for nothing: then any text would do.
        translate: turns labels and match words into the client's language.
        original: the question itself, though its answer is being read back.
        now: when the reply came, from which dates are counted, in the client's zone.
    """
    asking = waiting(flow, state)
    if asking is None:
        return Expected(Kind.text)
    if asking.kind is Kind.yes_no or (state.confirming is not None and not original):
        return Expected(Kind.yes_no, options=tuple(Option(one.value, translate(one.label)) for one in YES_NO))
    if asking.kind in MOMENT:
        return Expected(asking.kind, now=now, zone=str(state.facts.get("zone") or "UTC"))
    unit = resolve(asking.unit, state) if asking.unit is not None else None
    return Expected(
        asking.kind,
        minimum=asking.minimum,
        maximum=asking.maximum,
        unit=None if unit is None else str(unit),
        options=_options(asking, state, translate),
        many=asking.many,
    )


def _options(asking: Asking, state: State, translate: Translate) -> tuple[Option, ...]:
    if isinstance(asking.options, Ref):
        return tuple(Option(one.value, one.label, (one.value,)) for one in shown(asking, state))
    found = []
    for choice in asking.options:
        words = translate(choice.words.en).split("|") if choice.words else []
        found.append(
            Option(choice.value, translate(choice.label.en if choice.label else choice.value), tuple(filter(None, map(str.strip, words))))
        )
    return tuple(found)


def read_reply(
    flow: Flow, state: State, text: str, language: str, *, translate: Translate, read: Read, now: datetime | None = None
) -> Reading:
    """Read `text` for what waits: the question, or yes/no while its answer is being read back ("no, 8" is 8)."""
    reading = _read_reply(flow, state, text, language, translate=translate, read=read, now=now)
    asking = waiting(flow, state)
    unread = asking is not None and asking.kind in MOMENT and reading.reason in ("no-calendar", "unknown-language")
    if unread and text.strip():
        return Reading(Action.accept, text.strip()[:TEXT_CHARS_MAX], 1.0, AS_WRITTEN)
    return reading


def _read_reply(flow: Flow, state: State, text: str, language: str, *, translate: Translate, read: Read, now: datetime | None) -> Reading:
    first = read(text, expected(flow, state, translate, now=now), language)
    said = first.value if first.action is Action.accept and isinstance(first.value, bool) else None
    if state.confirming is None or said:
        return first
    second = read(text, expected(flow, state, translate, original=True, now=now), language)
    if said is None or (second.value is not None and _apart(first.span, second.span)):
        return second
    return first


def _apart(one: tuple[int, int] | None, other: tuple[int, int] | None) -> bool:
    """Whether two readings come from different words of the reply: "2" is no alone, in "no, 2" the no and the 2 are two things."""
    return one is not None and other is not None and (one[1] <= other[0] or other[1] <= one[0])


def pressed(flow: Flow, state: State, value: str) -> Reading | None:
    """What pressing the button of an option says; None when what waits shows no such option."""
    asking = waiting(flow, state)
    if asking is None:
        return None
    yes_no = asking.kind is Kind.yes_no or state.confirming is not None
    if value not in {one.value for one in (YES_NO if yes_no else shown(asking, state))}:
        return None
    meant: Value = value == "true" if yes_no else [value] if asking.many else value
    return Reading(Action.accept, meant, 1.0, "button")


def read_back(asking: Asking, state: State, value: Value) -> Any:
    """A value as a read-back names it: the label that was shown, translated when it is filled in."""
    if asking.kind in MOMENT and isinstance(value, str):
        return When(value)
    labels = {one.value: one.label if isinstance(asking.options, Ref) else Msgid(one.label) for one in shown(asking, state)}
    if isinstance(value, bool):
        return labels.get("true" if value else "false", value)
    if isinstance(value, list):
        return tuple(labels.get(one, one) for one in value)
    if isinstance(value, dict):
        return "/".join(str(value[name]) for name in PRESSURE if name in value)
    return labels.get(value, value) if isinstance(value, str) else value


def filled(say: Say, state: State, translate: Translate) -> dict[str, Any]:
    """The values for the placeholders of `say`, msgids among them translated, the conversation's facts beside them."""
    return {**state.facts, **{name: _plain(value, translate) for name, value in say.values.items()}}


def _plain(value: Any, translate: Translate) -> Any:
    if isinstance(value, tuple):
        return ", ".join(str(_plain(one, translate)) for one in value)
    return translate(str(value)) if isinstance(value, Msgid) else value


def fitting(asking: Asking, state: State, value: Value | None) -> Value | None:
    """`value` as an answer to `asking`, None when it cannot be one: a reader's word is not taken for it."""
    match asking.kind:
        case Kind.yes_no:
            return value if isinstance(value, bool) or value == "unsure" else None
        case Kind.text:
            return value if isinstance(value, str) and value.strip() else None
        case Kind.date | Kind.time | Kind.datetime:
            return value if isinstance(value, str) and MOMENT[asking.kind].fullmatch(value) else None
        case Kind.scale | Kind.number:
            return value if isinstance(value, int | float) and not isinstance(value, bool) and _within(asking, value) else None
        case Kind.reading:
            return _pressure(value)
        case Kind.choice:
            offered = {one.value for one in shown(asking, state)}
            chosen = value if isinstance(value, list) else [value]
            if not chosen or not all(isinstance(one, str) and one in offered for one in chosen):
                return None
            if asking.many:
                return [str(one) for one in dict.fromkeys(chosen)]
            return str(chosen[0]) if len(chosen) == 1 else None


def _pressure(value: Value | None) -> dict[str, int] | None:
    """The two values in their order, which stored JSON does not keep; None when they do not belong together."""
    if not isinstance(value, dict) or set(value) != set(PRESSURE) or not all(type(one) is int for one in value.values()):
        return None
    return {name: value[name] for name in PRESSURE} if 0 < value["diastolic"] < value["systolic"] else None


def _within(asking: Asking, value: float) -> bool:
    low = asking.minimum if asking.minimum is not None else float("-inf")
    high = asking.maximum if asking.maximum is not None else float("inf")
    return low <= value <= high and abs(value) != float("inf")


def fit(asking: Asking, state: State, reading: Reading) -> Reading:
    """The reading, its value made to fit; one that cannot be an answer becomes "ask again"."""
    if reading.action not in (Action.accept, Action.confirm) or (reading.reason == AS_WRITTEN and asking.kind in MOMENT):
        return reading
    value = fitting(asking, state, reading.value)
    if value is None:
        return replace(reading, action=Action.ask, value=None, reason="does-not-fit")
    return replace(reading, value=value)
