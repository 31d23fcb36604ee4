"""A scale or a number out of a reply. Never a number out of a date, a time, an address, "2 kids"; never one of two."""

from __future__ import annotations

from collections.abc import Sequence

from bot.understanding import thresholds as t
from bot.understanding.amounts import converted, joined, name_wanted_unit, unit_name, units_last
from bot.understanding.lexicon import Lexicon, units
from bot.understanding.numbers import FIRST, Item, items
from bot.understanding.tokens import Token
from bot.values import Expected, Kind, Reading

SCALE = (0.0, 10.0)
_CLAUSE_END = frozenset({"break", "connectors", "but"})
_KNOWN = frozenset({
    "filler", "polite", "mark", "approximate", "measures", "names_it", "now", "correction", "number", "clause_starts",
    "yes", "question", "negated", "unit",
})  # fmt: skip
_POISON = frozenset({"not_an_answer", "others", "bound", "range", "limits"})

_SPOILS_ALL = frozenset({"range", "bound", "list", "then-and-now", "phone", "long", "code"})
"""Flaws of one number that leave no other in the reply to be trusted."""

SLASHED_MIN = 32
"""A smaller number before a slash is a share or the day of a date: "7/9", "24/7", "12/8"."""

Found = tuple[Reading, tuple[int, int] | None]


def read_measure(tokens: Sequence[Token], expected: Expected, lexicon: Lexicon, decimal: str, original: Sequence[str]) -> Found:
    """The reading without its span, and the range of tokens that carried it."""
    table = lexicon.number
    parts = items(tokens, table.tag(tokens), decimal, original)
    if lexicon.slash_decimal and expected.kind is Kind.number:
        _slashed(parts)
    wanted = unit_name(expected.unit, lexicon)
    if lexicon.unit_first:
        parts = units_last(parts, tokens, expected.unit)
    if wanted in units() and units()[wanted].dimension == "mass":
        for part in parts:
            part.flaw = None if part.flaw == FIRST else part.flaw
    name_wanted_unit(parts, tokens, expected.unit)
    parts = joined(parts)
    for part in parts:
        if part.tag.startswith("unit:"):
            part.tag = "unit" if part.tag[5:] == wanted else ""
    _hedge(parts)
    _deny(parts, tokens, lexicon)
    _age(parts)
    return _decide(parts, tokens, expected, wanted)


# ---------------------------------------------------------------- what stands around a number


def _slashed(parts: Sequence[Item]) -> None:
    """Where a slash is also a decimal mark, "72/5" is 72.5, read back; "7/10" and "120/80" stay what they are."""
    for part in parts:
        if part.value is not None and part.of is not None and part.value >= SLASHED_MIN and part.of in range(10):
            part.value, part.of, part.hedged = part.value + part.of / 10, None, True


def _hedge(parts: Sequence[Item]) -> None:
    """Mark numbers with "about" or "more than" beside them."""
    for at, part in enumerate(parts):
        if part.tag != "number":
            continue
        for step in (-1, 1):
            near = at + step
            while 0 <= near < len(parts) and parts[near].tag == "filler":
                near += step
            if not 0 <= near < len(parts):
                continue
            if parts[near].tag == "approximate":
                part.hedged = True
            elif parts[near].tag == "bound" or (parts[near].tag == "range" and step == -1):
                part.flaw = part.flaw or "bound"


def _deny(parts: Sequence[Item], tokens: Sequence[Token], lexicon: Lexicon) -> None:
    """Not 3, 8: the 3 is taken back. But "7, no 8" may take back the 7 or the 8: then neither stands."""
    for at, part in enumerate(parts):
        if part.tag != "negators":
            continue
        near = at + 1
        while near < len(parts) and parts[near].tag in ("filler", "approximate"):
            near += 1
        if near == len(parts) or parts[near].tag != "number":
            continue
        part.tag = "negated"
        exclaimed = lexicon.yes_no.entries.get(tuple(token.text for token in tokens[part.first : part.last])) in ("no", "no_alone")
        earlier = [before for before in parts[:at] if before.tag == "number"]
        if exclaimed and earlier:
            for number in (*earlier, parts[near]):
                number.flaw = number.flaw or "two-numbers"
        else:
            parts[near].denied = True


def _age(parts: Sequence[Item]) -> None:
    """Used to be 3, now 5: what was before is not the answer."""
    numbers = [at for at, part in enumerate(parts) if part.tag == "number"]
    if not numbers:
        return
    markers = [at for at, part in enumerate(parts) if part.tag in ("past", "now")]
    if not any(parts[at].tag == "past" for at in markers):
        if len(numbers) == 2 and any(numbers[0] < at and _leads(parts, at, numbers[1]) for at in markers):
            # "Was 84 now 83": what comes after "now" is the answer.
            parts[numbers[0]].old = True
        return
    if len(numbers) == 1:
        bounded = _clause(parts, numbers[0])
        near = [parts[at].tag for at in markers if at in bounded]
        parts[numbers[0]].old = "past" in near and "now" not in near
        return
    for at in numbers:
        bounded = _clause(parts, at)
        inside = [near for near in markers if near in bounded]
        others = [near for near in numbers if near in bounded and near != at]
        if others:
            leading = markers[0] < numbers[0]
            side = [near for near in inside if (near < at) == leading]
            inside = ([max(side)] if leading else [min(side)]) if side else []
            if not side:
                parts[at].flaw = parts[at].flaw or "then-and-now"
        tags = {parts[near].tag for near in inside}
        parts[at].old = tags == {"past"}
        if tags == {"past", "now"}:
            parts[at].flaw = parts[at].flaw or "then-and-now"


def _leads(parts: Sequence[Item], at: int, number: int) -> bool:
    """Whether nothing but filler stands between the place and the number behind it."""
    return at < number and all(part.tag in ("filler", "approximate") for part in parts[at + 1 : number])


def _clause(parts: Sequence[Item], at: int) -> range:
    """The places of the clause around `at`."""
    first = at
    while first > 0 and parts[first - 1].tag not in _CLAUSE_END:
        first -= 1
    last = at + 1
    while last < len(parts) and parts[last].tag not in _CLAUSE_END:
        last += 1
    return range(first, last)


# ---------------------------------------------------------------- deciding


def _decide(parts: Sequence[Item], tokens: Sequence[Token], expected: Expected, wanted: str | None) -> Found:
    numbers = [(at, part) for at, part in enumerate(parts) if part.tag == "number"]
    if not numbers:
        return _without_number(parts, expected)
    standing = [(at, part) for at, part in numbers if not part.denied and not part.old]
    if not standing:
        return t.unread("past" if any(part.old for _, part in numbers) else "negated"), None
    confidence, reason = t.CLEAR, "word" if any(part.words for _, part in standing) else "number"
    last_word = _after_correction(parts, standing)
    if len(standing) < len(numbers) or len(last_word) < len(standing):
        standing, confidence, reason = last_word, t.CORRECTED, "corrected"
    good = [(sure, part) for sure, part in ((_rating(parts, at, tokens, expected), part) for at, part in standing)]
    good = [(sure, part) for sure, part in good if sure >= t.CONFIRM_FROM and part.flaw is None]
    if not good:
        flaw = next((part.flaw for _, part in standing if part.flaw), None)
        return t.unread(flaw or "unclear-number"), None
    several = any(part.flaw in _SPOILS_ALL for _, part in standing)
    if several or len({part.value for _, part in good}) > 1:
        return t.unread("two-numbers"), None
    sure, part = max(good, key=lambda pair: pair[0])
    if len(standing) > len(good):
        confidence, reason = min(confidence, t.GUESSED), "other-numbers"
    if part.hedged:
        confidence, reason = min(confidence, t.HEDGED), "hedged"
    return _fit(part, min(confidence, sure), reason, expected, wanted), (part.first, part.last)


def _after_correction(parts: Sequence[Item], standing: list[tuple[int, Item]]) -> list[tuple[int, Item]]:
    """3, no wait 4: what was said last counts; all of them where nothing was taken back between two numbers."""
    corrections = [at for at, part in enumerate(parts) if part.tag == "correction"]
    after = [(at, part) for at, part in standing if corrections and at > corrections[-1]]
    return after if after and after[0][0] > standing[0][0] else standing


def _rating(parts: Sequence[Item], at: int, tokens: Sequence[Token], expected: Expected) -> float:
    """How sure it is that the number at `at` is the answer, from the words in its clause."""
    places = _clause(parts, at)
    before = [parts[near] for near in places if near < at]
    after = [parts[near] for near in places if near > at]
    if any(parts[near].tag in _POISON and not _far(parts, near) for near in places if near != at):
        return t.UNREAD
    if places.stop < len(parts) and tokens[parts[places.stop].first].text == "?":
        return t.UNREAD
    confidence = t.CLEAR
    if after and after[0].tag not in _KNOWN:
        confidence = min(confidence, _followed(parts[at], after, expected))
    elif any(part.tag not in _KNOWN and part.tag != "feelings" for part in after):
        first_stranger = next(i for i, part in enumerate(after) if part.tag not in _KNOWN and part.tag != "feelings")
        denied = any(part.tag == "negators" for part in after)
        leads = ("clause_starts", "now") if denied else ("clause_starts", "now", "measures")
        led = any(part.tag in leads for part in after[:first_stranger])
        confidence = min(confidence, t.HEDGED if led else t.UNREAD)
    strangers = [part for part in before if part.tag not in _KNOWN and part.tag not in ("feelings", "past", "and", "none")]
    if strangers:
        named = bool(before) and before[-1].tag == "names_it"
        few = len(strangers) <= t.STRANGERS_MAX and not any(part.tag in ("negators", "counted") for part in strangers)
        confidence = min(confidence, t.GUESSED if named and few else t.UNREAD)
    return confidence


def _far(parts: Sequence[Item], at: int) -> bool:
    """Whether a word of a range ("to") stands beside no number, as in "3 I want to die"."""
    if parts[at].tag != "range":
        return False
    near = [part.tag for part in (*parts[max(0, at - 2) : at], *parts[at + 1 : at + 3])]
    return "number" not in near


def _followed(number: Item, after: Sequence[Item], expected: Expected) -> float:
    """How sure it still is when an odd word comes right after the number."""
    following = after[0].tag
    rest = {part.tag for part in after} <= {*_KNOWN, "counted", "feelings", "past", "and"}
    if following == "counted":
        return t.GUESSED if expected.kind is Kind.number and expected.unit is None and rest and number.unit is None else t.UNREAD
    if following in ("feelings", "past"):
        return t.HEDGED if rest and not (number.value in (2, 4) and not number.words) else t.UNREAD
    if following == "and":
        return t.HEDGED if len(after) > 1 and after[1].tag in ("clause_starts", "filler", "measures", "feelings", "now") else t.UNREAD
    return t.UNREAD


def _without_number(parts: Sequence[Item], expected: Expected) -> Found:
    """None, no pain at all: zero, read back. Anything else is unread."""
    nothing = [part for part in parts if part.tag == "none"]
    rest = {part.tag for part in parts} - (_KNOWN - {"approximate"}) - {"none", "break"}
    low = expected.minimum if expected.minimum is not None else 0.0
    if nothing and not rest and low <= 0:
        return t.reading(0, t.GUESSED, "none", unit=expected.unit), (nothing[0].first, nothing[0].last)
    return t.unread("no-match"), None


def _fit(part: Item, confidence: float, reason: str, expected: Expected, wanted: str | None) -> Reading:
    """Unit, then range."""
    assert part.value is not None
    low, high = expected.minimum, expected.maximum
    if expected.kind is Kind.scale:
        low, high = (SCALE[0] if low is None else low), (SCALE[1] if high is None else high)
    if part.of and wanted == "%" and part.of != high:
        part.value, part.of, part.unit = part.value * 100 / part.of, None, "%"
        confidence, reason = min(confidence, t.GUESSED), "converted"
    if part.of is not None and part.of != high:
        return t.unread("other-scale")
    values, unit = [part.value] if part.other is None else [part.value, part.other], expected.unit
    if part.unit is not None and part.unit != wanted:
        values, unit, reason = _in_unit(values, part.unit, wanted, expected)
        confidence = min(confidence, t.GUESSED)
    if not values:
        return t.unread("other-unit")
    if values[0] < 0 and (low is None or low >= 0):
        return t.unread("out-of-range" if low is not None else "negative")
    fitting = [value for value in values if (low is None or value >= low) and (high is None or value <= high)]
    if not fitting:
        return t.unread("out-of-range")
    if len(fitting) > 1:
        confidence, reason = min(confidence, t.GUESSED), "two-ways"
    value = fitting[0]
    if expected.kind is Kind.scale and value != int(value):
        confidence, reason = min(confidence, t.HEDGED), "fraction"
    return t.reading(int(value) if value == int(value) else value, confidence, reason, unit=unit)


def _in_unit(values: list[float], unit: str, wanted: str | None, expected: Expected) -> tuple[list[float], str | None, str]:
    """The values in the question's unit, none across dimensions; in the client's own where the question named none."""
    if wanted is None and expected.kind is Kind.number and unit != "%":
        return values, unit, "unit"
    found = [converted(value, unit, wanted) for value in values]
    return [value for value in found if value is not None], expected.unit, "converted"
