"""Numbers joined with what belongs to them: halves, "out of ten", units; and units of one kind converted."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence

from bot.understanding.lexicon import ALWAYS, Lexicon, readable, units
from bot.understanding.numbers import LIST, Item
from bot.understanding.tokens import Token, is_dense, words_of


def joined(parts: Sequence[Item]) -> list[Item]:
    """Join numbers with halves, decimals, wholes and units; two numbers of a range become one with that flaw."""
    for step in (_numerals, _point_words, _fractions, _tenths, _out_of, _out_of_first, _with_units, _ranges):
        parts = step(parts)
    return list(parts)


def _join(parts: Sequence[Item], width: int, joins: Callable[[Sequence[Item]], Item | None]) -> list[Item]:
    """Replace each run of `width` parts by one where `joins` gives one; the result may join again with what follows."""
    out: list[Item] = []
    rest = list(parts)
    while rest:
        joined = joins(rest[:width]) if len(rest) >= width else None
        if joined is None:
            out.append(rest.pop(0))
        else:
            rest[:width] = [joined]
    return out


def _sound(part: Item) -> bool:
    return part.tag == "number" and part.value is not None and part.flaw is None


def _numerals(parts: Sequence[Item]) -> list[Item]:
    """Numerals side by side are no number: "三四" is three or four. After a point they are its decimals."""
    out: list[Item] = []
    for part in parts:
        before = out[-1] if out else None
        if before is None or not (part.numeral and before.numeral and before.last == part.first):
            out.append(part)
        elif len(out) > 1 and out[-2].tag == "point" and before.value is not None and part.value is not None and before.value < 10:
            out[-1] = Item("number", before.first, part.last, value=before.value * 10 + part.value, words=True, numeral=True)
        else:
            out[-1] = Item("number", before.first, part.last, flaw="range", numeral=True)
    return out


def _point_words(parts: Sequence[Item]) -> list[Item]:
    """Seven point five."""

    def joins(run: Sequence[Item]) -> Item | None:
        whole, point, rest = run
        if point.tag != "point" or not (_sound(whole) and _sound(rest)) or rest.value is None or whole.value is None:
            return None
        if rest.value != int(rest.value) or not 0 <= rest.value < 100 or whole.value != int(whole.value):
            return None
        return Item("number", whole.first, rest.last, value=float(f"{int(whole.value)}.{int(rest.value)}"), words=True)

    return _join(parts, 3, joins)


def _fractions(parts: Sequence[Item]) -> list[Item]:
    """Seven and a half."""

    def joins(run: Sequence[Item]) -> Item | None:
        whole, half = run
        if half.tag != "half_after" or not _sound(whole) or whole.value is None or whole.value != int(whole.value):
            return None
        return Item("number", whole.first, half.last, value=whole.value + 0.5, words=True)

    return [Item("number", part.first, part.last, value=0.5, words=True) if part.tag == "half" else part for part in _join(parts, 2, joins)]


def _out_of(parts: Sequence[Item]) -> list[Item]:
    """Seven out of ten."""

    def joins(run: Sequence[Item]) -> Item | None:
        score, word, whole = run
        if word.tag != "out_of" or not (_sound(score) and _sound(whole)) or score.of is not None:
            return None
        return Item("number", score.first, whole.last, value=score.value, of=whole.value, words=score.words)

    return _join(parts, 3, joins)


def _tenths(parts: Sequence[Item]) -> list[Item]:
    """Eight tenths ("八成") is eight out of ten."""

    def joins(run: Sequence[Item]) -> Item | None:
        score, word = run
        if word.tag != "tenths" or not _sound(score) or score.of is not None:
            return None
        return Item("number", score.first, word.last, value=score.value, of=10.0, words=True)

    return _join(parts, 2, joins)


def _out_of_first(parts: Sequence[Item]) -> list[Item]:
    """Where the whole comes first: "10点中7点", "10 में से 7"."""

    def joins(run: Sequence[Item]) -> Item | None:
        whole, word, score = run
        if word.tag != "out_of_first" or not (_sound(score) and _sound(whole)) or whole.of is not None or score.of is not None:
            return None
        return Item("number", whole.first, score.last, value=score.value, of=whole.value, words=score.words)

    return _join(parts, 3, joins)


def _ranges(parts: Sequence[Item]) -> list[Item]:
    """Between six and seven, six or seven, six to seven: no single number."""

    def joins(run: Sequence[Item]) -> Item | None:
        low, word, high = run
        if low.tag != "number" or high.tag != "number" or word.tag not in ("or", "range"):
            return None
        if low.flaw not in (None, "range") or high.flaw not in (None, "range"):
            return None
        return Item("number", low.first, high.last, flaw="range")

    return _join(parts, 3, joins)


def _with_units(parts: Sequence[Item]) -> list[Item]:
    """72 kg; 11 stone 4; 7 hours and 30 minutes."""

    def with_unit(run: Sequence[Item]) -> Item | None:
        number, unit = run
        if not unit.tag.startswith("unit:") or number.tag != "number" or number.unit is not None:
            return None
        number.first, number.last = min(number.first, unit.first), max(number.last, unit.last)
        number.unit = unit.tag[5:]
        if number.flaw == LIST and number.value is not None:
            number.flaw, number.hedged = None, True
        if number.of is not None:
            number.flaw = "ratio"
        return number

    def with_half(run: Sequence[Item]) -> Item | None:
        number, half = run
        if half.tag != "half_after" or not _sound(number) or number.unit is None or number.value is None:
            return None
        return Item("number", number.first, half.last, value=number.value + 0.5, unit=number.unit, words=number.words)

    def smaller(big: Item, small: Item) -> Item | None:
        if not (_sound(big) and _sound(small)) or big.unit not in _SMALLER or big.value is None or small.value is None:
            return None
        unit, share = _SMALLER[big.unit]
        if small.unit not in (None, unit) or small.value >= share:
            return None
        return Item("number", big.first, small.last, value=big.value + small.value / share, unit=big.unit)

    whole = _join(_join(parts, 2, with_unit), 2, with_half)
    whole = _join(whole, 2, lambda run: smaller(run[0], run[1]))
    return _join(whole, 3, lambda run: smaller(run[0], run[2]) if run[1].tag == "and" and run[2].unit else None)


_SMALLER = {"st": ("lb", 14.0), "hour": ("minute", 60.0), "kg": ("g", 1000.0)}


def unit_name(unit: str | None, lexicon: Lexicon) -> str | None:
    """The canonical name of the unit that the question wants, in the reply's language or in English, or its own words."""
    if unit is None:
        return None
    if unit in units():
        return unit
    for one in (lexicon, readable(ALWAYS)):
        tag = one.number.entries.get(words_of(unit), "") if one is not None else ""
        if tag.startswith("unit:"):
            return tag[5:]
    return unit


def name_wanted_unit(parts: Sequence[Item], tokens: Sequence[Token], unit: str | None) -> None:
    """The question's own unit counts even where no table knows it ("puffs")."""
    wanted = words_of(unit) if unit else ()
    if not wanted or (len(wanted) > 1 and not is_dense(wanted[0])):
        return
    for before, part in itertools.pairwise(parts):
        if before.tag != "number" or part.tag not in ("", "counted", "measures", "not_an_answer"):
            continue
        said = tuple(token.text for token in tokens[part.first : part.last])
        if said == wanted or (len(said) == len(wanted) == 1 and said[0].removesuffix("s") == wanted[0].removesuffix("s")):
            part.tag = f"unit:{unit}"


_BETWEEN = frozenset({"approximate", "filler", "names_it", "measures"})
"""What may stand between a unit and its number, as in "masaa kama 7"."""


def units_last(parts: Sequence[Item], tokens: Sequence[Token], unit: str | None) -> list[Item]:
    """Swahili puts the unit first: "masaa 7" in the order of "7 masaa", so that all that follows reads it as any language."""
    found = list(parts)
    for at in range(len(found) - 1):
        end = at + 2 if found[at + 1].tag in _BETWEEN and at + 2 < len(found) else at + 1
        follows = at > 0 and found[at - 1].tag == "number"
        if found[end].tag == "number" and not follows and _names_unit(found[at], tokens, unit):
            found.insert(end, found.pop(at))
    return found


def _names_unit(part: Item, tokens: Sequence[Token], unit: str | None) -> bool:
    wanted = part.last == part.first + 1 and words_of(unit or "") == (tokens[part.first].text,)
    return wanted or part.tag.startswith("unit:") or part.tag == "counted"


def converted(value: float, unit: str, wanted: str | None) -> float | None:
    """`value` in the wanted unit, to one decimal; None across dimensions."""
    have, want = units().get(unit), units().get(wanted or "")
    if have is None or want is None or have.dimension != want.dimension:
        return None
    return round((value * have.factor + have.offset - want.offset) / want.factor, 1)
