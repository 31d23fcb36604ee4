"""
Number words of a language: CLDR's spell-out rules turned round, mixed with what the lexicon adds ("tlata w nuss").

How a language joins hundreds and tens is seen from CLDR's own words, so that "a hundred and five" and "مية وخمسة" need
no rule of ours.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from unicode_rbnf import FormatPurpose, RbnfEngine

from bot.understanding.phrases import Words
from bot.understanding.tokens import words_of

SPELT_MAX = 1000
MIXED_MAX = 199
"""Up to here the lexicon's own words are mixed with CLDR's; above, mixing would cost start-up time for numbers nobody spells out."""


def spelt_numbers(
    engine: RbnfEngine | None, own: Mapping[str, Sequence[Words]], joiners: Sequence[Words], *, few: bool = False
) -> dict[Words, str]:
    """Words → value as written, for whole numbers to a thousand, round ones to a hundred thousand, the lexicon's own; few: to a hundred."""
    found = {words: value for value, phrases in own.items() for words in phrases}
    if engine is None:
        return found
    by_value: dict[int, set[Words]] = {}
    plain: dict[int, set[Words]] = {}
    for number in range(101) if few else (*range(SPELT_MAX + 1), *range(1100, 10_000, 100), *range(10_000, 100_001, 1000)):
        spelt = {_words(text) for text in engine.format_number(number, FormatPurpose.CARDINAL).text_by_ruleset.values()}
        plain[number] = set(spelt)
        parts = _parts(number)
        if parts is not None and not few:
            known = by_value if number <= MIXED_MAX else plain
            spelt |= set(_mixed(spelt, known[parts[0]], known[parts[1]], joiners[:1]))
        if number <= 100 or number % 100 == 0:
            spelt |= set(own.get(str(number), ()))
        by_value[number] = spelt
        for words in spelt:
            found.setdefault(words, str(number))
    return found


@lru_cache(maxsize=4096)
def _piece(text: str) -> Words:
    return words_of(text)


def _words(text: str) -> Words:
    """As `words_of`, each word folded once: the same few make up all numbers."""
    return tuple(word for piece in text.split() for word in _piece(piece))


def _parts(number: int) -> tuple[int, int] | None:
    """The hundred and the rest, or the ten and the one."""
    unit = 100 if number > 100 else 10
    if number <= 20 or number % unit == 0 or number >= SPELT_MAX:
        return None
    return number // unit * unit, number % unit


def _mixed(spelt: set[Words], heads: set[Words], tails: set[Words], joiners: Sequence[Words]) -> Iterator[Words]:
    """The other words for a number, joined as its spelt forms are."""
    shapes = {shape for whole in spelt for head in heads for tail in tails if (shape := _shape(whole, head, tail)) is not None}
    for before, middle, prefix in shapes:
        for head in heads:
            for tail in tails:
                first, second = (head, tail) if before == "head" else (tail, head)
                yield (*first, *middle, prefix + second[0], *second[1:])
                if not prefix:
                    yield from ((*first, *joiner, *second) for joiner in joiners)
                else:
                    yield (*first, prefix, *second)


def _shape(whole: Words, head: Words, tail: Words) -> tuple[str, Words, str] | None:
    """How `whole` is made of the two: which comes first, the words between, what is prefixed to the second."""
    for name, first, second in (("head", head, tail), ("tail", tail, head)):
        if whole[: len(first)] != first or len(whole) < len(first) + len(second):
            continue
        middle, end = whole[len(first) : len(whole) - len(second)], whole[len(whole) - len(second) :]
        if end == second:
            return name, middle, ""
        if end[0].endswith(second[0]) and end[1:] == second[1:] and not middle:
            return name, (), end[0].removesuffix(second[0])
    return None
