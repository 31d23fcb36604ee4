"""
A blood pressure out of a reply: "120 over 80", "120/80", "BP 120 80 this morning".

Two values that make sense together, or none: swapped values, the habit of writing centimetres ("12/8") and anything
outside what a person can have are asked back. It does not judge the values: that is `bot.concerns`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.understanding import thresholds as t
from bot.understanding.lexicon import Lexicon
from bot.understanding.numbers import Item, loose
from bot.understanding.tokens import Token
from bot.values import Reading

SYSTOLIC = (60, 260)
DIASTOLIC = (30, 160)
PULSE = (30, 220)
"""mmHg, and beats a minute; inclusive. Beyond them a monitor has misread or a person mistyped."""
_CENTIMETRES = (4, 26)
"""Values written in centimetres of mercury: 12/8 is 120/80, most likely."""
_JOINTS = frozenset("/-\\")
_BETWEEN = frozenset({"pressure", "filler", "measures", "names_it", "mark", "break", "systolic", "diastolic", "pulse", "unit:mmHg", "and"})
_AROUND = _BETWEEN | {
    "polite", "approximate", "now", "past", "correction", "connectors", "but", "yes", "feelings", "clause_starts", "not_an_answer", "over",
    "question", "counted", "none", "half", "unit:bpm",
}  # fmt: skip
_WRITTEN_AS_ONE = re.compile(r"(\d{1,3})[.,](\d{1,3})")
_WORD_AND_NUMBER = re.compile(r"([^\W\d_]+)(\d{2,3})")

Found = tuple[Reading, tuple[int, int] | None]


@dataclass(slots=True)
class _Pair:
    """Two numbers that belong together: `first` and `last` are its range of tokens, `at` its place among the parts."""

    upper: float
    lower: float
    first: int
    last: int
    at: int
    sure: float


def read_pressure(tokens: Sequence[Token], lexicon: Lexicon, decimal: str) -> Found:
    """The reading without its span, and the range of tokens that carried it."""
    table = lexicon.reading
    cut = [piece for token in tokens for piece in _cut(token, table.words)]
    parts = _no_first(_hundreds(loose(cut, table.tag(cut), decimal, [token.text for token in cut])))
    if not any(part.tag == "number" for part in parts):
        return t.unread("no-match"), None
    if any(token.text == "?" for token in cut):
        return t.unread("unclear"), None
    pairs, left = _pairs(parts, cut)
    found, span = _decide(pairs, left, parts)
    return found, None if span is None else _span(span, tokens, cut)


def _cut(token: Token, known: frozenset[str]) -> list[Token]:
    """A number written onto a word ("bp120"), and two values with a point between them ("120.80")."""
    stuck = _WORD_AND_NUMBER.fullmatch(token.text) if token.kind == "word" else None
    if stuck and stuck[1] in known:
        middle = token.start + len(stuck[1])
        return [token._replace(text=stuck[1], end=middle), Token(stuck[2], "number", middle, token.end, False)]
    both = _WRITTEN_AS_ONE.fullmatch(token.text) if token.kind == "number" else None
    if both is None:
        return [token]
    middle = token.start + len(both[1])
    return [
        token._replace(text=both[1], end=middle),
        Token(".", "mark", middle, middle + 1, True),
        Token(both[2], "number", middle + 1, token.end, True),
    ]


def _hundreds(parts: Sequence[Item]) -> list[Item]:
    """One twenty is 120."""
    out: list[Item] = []
    for part in parts:
        before = out[-1] if out else None
        if (
            before
            and before.words
            and part.words
            and before.last == part.first
            and before.value in (1, 2)
            and 10 <= (part.value or 0) < 100
        ):
            out[-1] = Item("number", before.first, part.last, value=(before.value or 0) * 100 + (part.value or 0), words=True)
        else:
            out.append(part)
    return out


def _no_first(parts: list[Item]) -> list[Item]:
    """No, 130/90: a no that stands by itself denies what was read back, not what follows."""
    if len(parts) > 1 and parts[0].tag == "negators" and parts[1].tag == "break":
        parts[0].tag = "filler"
    return parts


def _pairs(parts: Sequence[Item], tokens: Sequence[Token]) -> tuple[list[_Pair], list[Item]]:
    """The pairs of numbers, and the numbers that belong to none."""
    numbers = [at for at, part in enumerate(parts) if part.tag == "number"]
    pairs: list[_Pair] = []
    left: list[Item] = []
    while numbers:
        at = numbers.pop(0)
        pair = _pair(parts, tokens, at, numbers[0]) if numbers else None
        if pair is None:
            left.append(parts[at])
        else:
            pairs.append(pair)
            numbers.pop(0)
    return pairs, left


def _pair(parts: Sequence[Item], tokens: Sequence[Token], at: int, then: int) -> _Pair | None:
    upper, lower, between = parts[at], parts[then], parts[at + 1 : then]
    joints = [part for part in between if part.tag == "over" or _text(part, tokens) in _JOINTS]
    if len(joints) > 1 or any(part not in joints and part.tag not in _BETWEEN for part in between):
        return None
    if not all(_whole(part) or part.flaw == "mixed" for part in (upper, lower)) or upper.value is None or lower.value is None:
        return None
    sure = t.CLEAR if joints else t.WITH_MORE
    if any(part.tag in ("break", "and") and part not in joints for part in between):
        sure = t.HEDGED
    values = abs(upper.value), abs(lower.value)
    if _label(parts, at) == "diastolic" and _label(parts, then) == "systolic":
        values = values[::-1]
    return _Pair(*values, upper.first, lower.last, at, sure)


def _whole(part: Item) -> bool:
    return part.value is not None and part.flaw is None and part.value == int(part.value)


def _text(part: Item, tokens: Sequence[Token]) -> str:
    return tokens[part.first].text if part.last == part.first + 1 else ""


def _label(parts: Sequence[Item], at: int) -> str | None:
    """What the words before a number call it."""
    for part in reversed(parts[max(0, at - 3) : at]):
        if part.tag in ("systolic", "diastolic"):
            return part.tag
        if part.tag == "number":
            return None
    return None


def _decide(pairs: Sequence[_Pair], left: Sequence[Item], parts: Sequence[Item]) -> Found:
    if not pairs:
        return t.unread("one-number" if len(left) == 1 else "unclear-number"), None
    if any(part.tag in ("others", "negators", "bound", "range", "limits", "or") for part in parts):
        return t.unread("unclear"), None
    pair, reason = _standing(pairs, parts)
    if pair is None:
        return t.unread(reason), None
    flaw = _flaw(pair)
    if flaw is not None:
        return t.unread(flaw), None
    sure = pair.sure if reason == "number" else t.CORRECTED
    if any(not _beside(part, pair) for part in left):
        return t.unread("other-numbers"), None
    strangers = [part for part in parts if part.tag not in _AROUND and part.tag != "number" and not _joint(part, pair)]
    if len(strangers) > t.STRANGERS_MAX:
        return t.unread("unclear"), None
    if left or strangers:
        sure, reason = min(sure, t.GUESSED), "other-numbers" if left else reason
    if any(part.tag == "approximate" for part in parts):
        sure, reason = min(sure, t.HEDGED), "hedged"
    return t.reading({"systolic": int(pair.upper), "diastolic": int(pair.lower)}, sure, reason), (pair.first, pair.last)


def _joint(part: Item, pair: _Pair) -> bool:
    return pair.first <= part.first < pair.last


def _beside(part: Item, pair: _Pair) -> bool:
    """A pulse after the pair, or the number of a time or date beside it."""
    return part.flaw is None and part.first >= pair.last and part.value is not None and PULSE[0] <= part.value <= PULSE[1]


def _standing(pairs: Sequence[_Pair], parts: Sequence[Item]) -> tuple[_Pair | None, str]:
    """The pair that counts: the last after "no wait", the one of today beside one of yesterday."""
    corrected = [at for at, part in enumerate(parts) if part.tag == "correction"]
    after = [pair for pair in pairs if corrected and pair.at > corrected[-1]]
    if len(pairs) > 1 and len(after) == 1:
        return after[0], "corrected"
    now = [pair for pair in pairs if _when(parts, pair) != "past"]
    if not now:
        return None, "past"
    if len({(pair.upper, pair.lower) for pair in now}) > 1:
        return None, "two-readings"
    return now[0], "number" if len(now) == len(pairs) else "corrected"


def _when(parts: Sequence[Item], pair: _Pair) -> str | None:
    """The marker that speaks of the pair: the nearest before it, else the first after it and before any other number."""
    for part in reversed(parts[: pair.at]):
        if part.tag in ("past", "now"):
            return part.tag
        if part.tag == "number":
            break
    for part in parts[pair.at :]:
        if part.tag in ("past", "now") and part.first >= pair.last:
            return part.tag
        if part.tag == "number" and part.first >= pair.last:
            break
    return None


def _flaw(pair: _Pair) -> str | None:
    upper, lower = pair.upper, pair.lower
    if _CENTIMETRES[0] <= lower < upper <= _CENTIMETRES[1]:
        return "centimetres"
    if upper <= lower:
        return "swapped"
    fits = SYSTOLIC[0] <= upper <= SYSTOLIC[1] and DIASTOLIC[0] <= lower <= DIASTOLIC[1]
    return None if fits else "out-of-range"


def _span(span: tuple[int, int], tokens: Sequence[Token], cut: Sequence[Token]) -> tuple[int, int]:
    """The range among the tokens as they came, which are never fewer pieces than they were cut into."""
    start, end = cut[span[0]].start, cut[span[1] - 1].end
    inside = [at for at, token in enumerate(tokens) if token.start < end and start < token.end]
    return inside[0], inside[-1] + 1
