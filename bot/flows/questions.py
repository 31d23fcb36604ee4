"""How `ask` is written in a flow file: the question, its options, repairs, nudge and time-out."""

from __future__ import annotations

import re
from collections.abc import Callable

from bot.flows import limits
from bot.flows.fields import Fields
from bot.flows.language import Asking, Choice, Nudged, Ref, Text, Timeout
from bot.flows.strict import Mapping
from bot.values import Category, Kind, Severity

NUMBER_MAX = 1_000_000_000
HOURS_MIN = 0.25
PLACEHOLDER = re.compile(r"%\(([a-z_]+)\)s")
_PERCENT = re.compile(r"%(?!\([a-z_]+\)s|%)")

Take = Callable[[Fields, str, str | None], str | None]


def read_text(fields: Fields) -> Text:
    """`{en: a whole sentence, note: for the translator}`."""
    text = Text(
        fields.text("en", limits.TEXT_CHARS_MAX, required=True),
        fields.text("note", limits.NOTE_CHARS_MAX, required=True),
        fields.line,
        fields.truth("every_language") or False,
    )
    if _PERCENT.search(text.en):
        fields.fault("en", "holds a % that begins no %(name)s; write %% for the sign itself", "placeholder")
    fields.close()
    return text


def read_question(name: str, fields: Fields, take: Take, follower: str | None) -> Asking:
    """The `ask` of step `name`; `take` reads a field that names a step, `follower` is the step that comes next."""
    kind = fields.one_of("kind", Kind, Kind.text, required=True)
    text, confirm = fields.inner("text", required=True), fields.inner("confirm")
    return _closed(
        fields,
        Asking(
            id=name,
            line=fields.line,
            kind=kind,
            code=fields.name("code") or name,
            text=read_text(text) if text else Text("", "", fields.line),
            repair=tuple(read_text(one) for one in fields.each("repair", limits.REPAIRS_MAX, required=True)),
            confirm=read_text(confirm) if confirm else None,
            options=_options(fields, kind),
            many=fields.truth("many") or False,
            minimum=fields.number("min", -NUMBER_MAX, NUMBER_MAX),
            maximum=fields.number("max", -NUMBER_MAX, NUMBER_MAX),
            unit=fields.operand("unit"),
            nudge=_nudge(fields),
            timeout=_timeout(fields, take),
            unread=take(fields, "unread", None),
            next=follower,
            measures=fields.name("measures"),
        ),
    )


def _closed(fields: Fields, asking: Asking) -> Asking:
    """The question, once what belongs together was found together."""
    fields.close()
    low, high = asking.minimum, asking.maximum
    if asking.kind is Kind.scale and (low is None or high is None):
        fields.fault("kind", "scale needs min and max", "bounds")
    if low is not None and high is not None and low >= high:
        fields.fault("max", "must be above min", "bounds")
    if (low is not None or high is not None) and asking.kind not in (Kind.scale, Kind.number):
        fields.fault("kind", f"{asking.kind} has neither min nor max", "bounds")
    if asking.unit is not None and asking.kind is not Kind.number:
        fields.fault("unit", "belongs to a number", "bounds")
    if asking.many and asking.kind is not Kind.choice:
        fields.fault("many", "belongs to a choice", "bounds")
    if asking.nudge and asking.nudge.hours >= asking.timeout.hours:
        fields.fault("nudge", "must come before the time-out", "bounds")
    return asking


def _nudge(fields: Fields) -> Nudged | None:
    inner = fields.inner("nudge")
    if inner is None:
        return None
    hours, text = inner.number("hours", HOURS_MIN, limits.HOURS_MAX, required=True), inner.inner("text", required=True)
    inner.close()
    return Nudged(hours or HOURS_MIN, read_text(text) if text else Text("", "", inner.line))


def _timeout(fields: Fields, take: Take) -> Timeout:
    inner = fields.inner("timeout", required=True)
    if inner is None:
        return Timeout(limits.HOURS_MAX, None)
    hours, then = inner.number("hours", HOURS_MIN, limits.HOURS_MAX, required=True), take(inner, "then", None)
    inner.close()
    return Timeout(hours or limits.HOURS_MAX, then)


def _options(fields: Fields, kind: Kind) -> tuple[Choice, ...] | Ref:
    node = fields.node("options", required=kind is Kind.choice)
    if node is None:
        return ()
    if kind not in (Kind.choice, Kind.yes_no):
        fields.fault("options", f"{kind} has no options", "options")
        return ()
    if isinstance(node, Mapping):
        return Fields(node, fields.at("options"), fields.faults).ref() or ()
    return tuple(_choice(one, kind) for one in fields.each("options", limits.OPTIONS_MAX))


def _choice(fields: Fields, kind: Kind) -> Choice:
    ours = kind is Kind.yes_no
    note = "" if ours else fields.text("note", limits.NOTE_CHARS_MAX, required=True)
    label = "" if ours else fields.text("label", limits.LABEL_CHARS_MAX, required=True)
    words = "" if ours else fields.text("words", limits.TEXT_CHARS_MAX)
    if len(words.split("|")) > limits.WORDS_MAX:
        fields.fault("words", f"holds more than {limits.WORDS_MAX} words", "too-many")
    choice = Choice(
        value=fields.name("value", required=True),
        label=None if ours else Text(label, note, fields.line),
        words=Text(words, f'Words that count as the answer "{label}", divided by |. Give your language\'s own. {note}', fields.line)
        if words
        else None,
        points=fields.number("points", -NUMBER_MAX, NUMBER_MAX),
        severity=fields.one_of("severity", Severity, Severity.none),
        category=fields.one_of("category", Category, Category.answer),
        why=fields.text("why", limits.NOTE_CHARS_MAX, required="severity" in fields.entries),
        line=fields.line,
    )
    if ours and choice.value not in ("true", "false"):
        fields.fault("value", "of a yes/no question must be true or false", "options")
    fields.close()
    return choice
