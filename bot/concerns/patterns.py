"""
The pattern language of the lexicons, compiled to regular expressions over words.

    want to die          these words, one after the other (a comma may stand between)
    suicid*              a word that begins so; *suicid* holds it, *suicid ends so
    =từ                  a word that was written so to the letter, accents and all
    <want>               any phrase of the concept `want`
    (a|b c|<d>)          one of them
    [really]             perhaps
    ..  ...              up to two, up to five words of the same sentence
    &                    up to forty words, whatever the sentence; either side may come first (in rules and idioms)
    #10                  a number of ten or more
    ,                    a comma, a bracket or a line break must stand there
    ^  $                 the beginning, the end of a sentence or part of one

A compiled pattern runs over text in the form " word word . word ": each word is led by one space. Gaps are bounded
and (but for `&`) never cross a sentence, so that matching takes time linear in the text.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from bot.concerns.words import PAUSE, phrase, stands_alone
from bot.normalise import fold

_ITEM = re.compile(r"\s*(?:<(\w+)>|(\.{2,3})(?=\s|$|\)|\])|#(\d+)|([()\[\]|^$])|([^\s()\[\]|<>]+)|(\S))")
_GAPS = {"..": 2, "...": 5}
BESIDE = "&"
BESIDE_WORDS_MAX = 40
"""How far apart the sides of an `&` may stand; of a script without spaces, in characters."""
PART_CHARS_MIN = 3
"""Of what is looked for within words: less stands in too many."""
_COMMA = "(?: ,)?"
_NO_END = r"(?!\. )"
"""The next word does not end the sentence."""
GROUPS_MAX = 12
"""How deep concepts may stand within concepts."""


class BadPattern(ValueError):
    """A pattern that cannot be read. The message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Word:
    """
    One word.

    stem: any word that begins so. part: any word that holds it (with `stem`) or ends so. written: with the accents it
    must have been written with; None: any.
    """

    text: str
    stem: bool = False
    part: bool = False
    written: str | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several sequences; `optional`: or none of them."""

    ways: tuple[Sequence, ...]
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Concept:
    """Any phrase of the concept."""

    name: str


@dataclass(frozen=True, slots=True)
class Gap:
    """Up to `most` words, of the same sentence unless `across`."""

    most: int
    across: bool = False


@dataclass(frozen=True, slots=True)
class Number:
    """A whole number of at least `least`, in digits."""

    least: int


@dataclass(frozen=True, slots=True)
class Edge:
    """The beginning or the end of a sentence or part of one."""

    end: bool


Item: TypeAlias = Word | Choice | Concept | Gap | Number | Edge
Sequence: TypeAlias = tuple[Item, ...]


class Concepts(dict[str, tuple[Sequence, ...]]):
    """
    What a lexicon's patterns may name.

    written: folded word → the ways of writing it that some pattern asks for; such words carry them in a spelled text.
    counts: how often the lexicon names a word of a script without spaces, where length says nothing of how rare it is.
    """

    def __init__(self) -> None:
        super().__init__()
        self.written: dict[str, set[str]] = {}
        self.counts: Counter[str] = Counter()

    def note(self, words: Iterable[Word]) -> None:
        """Take note of all words of the lexicon, before any expression is made: which must be written so, which are common."""
        for word in words:
            if stands_alone(word.text):
                self.counts[word.text] += 1
            if word.written is not None:
                self.written.setdefault(word.text, set()).add(word.written)


def parse(source: str) -> Sequence:
    """
    Read one pattern.

    Raises:
        BadPattern: a bracket that is not closed, a sign that means nothing, or nothing at all.
    """
    items = list(_items(source))
    read, rest = _sequence(items, 0)
    if rest != len(items):
        raise BadPattern(f"`{items[rest][1]}` closes nothing")
    if not any(isinstance(item, Word | Choice | Concept | Number) for item in read):
        raise BadPattern("needs at least one word or concept")
    return read


def parse_orders(source: str) -> tuple[Sequence, ...]:
    """
    Read one pattern that may hold an `&`: with one, both orders of its sides, else the pattern itself.

    Raises:
        BadPattern: as `parse`; also for a second `&`, or one within brackets.
    """
    sides = source.split(f" {BESIDE} ")
    if len(sides) == 1:
        return (parse(source),)
    if len(sides) > 2:
        raise BadPattern(f"`{BESIDE}` stands once at most")
    first, second = (parse(side) for side in sides)
    if not all(any(isinstance(item, Word | Concept | Number) or _must(item) for item in side) for side in (first, second)):
        raise BadPattern(f"each side of `{BESIDE}` needs a word that is not optional")
    gap = Gap(BESIDE_WORDS_MAX, across=True)
    return (*first, gap, *second), (*second, gap, *first)


def _must(item: Item) -> bool:
    return isinstance(item, Choice) and not item.optional


def _items(source: str) -> Iterator[tuple[str, str]]:
    at = 0
    source = source.strip()
    while at < len(source):
        match = _ITEM.match(source, at)
        assert match is not None
        at = match.end()
        kind = ("concept", "gap", "number", "sign", "word", "bad")[(match.lastindex or 1) - 1]
        if kind == "bad":
            raise BadPattern(f"`{match.group(6)}` means nothing here")
        yield kind, match.group(match.lastindex or 1)


def _sequence(items: list[tuple[str, str]], at: int) -> tuple[Sequence, int]:
    read: list[Item] = []
    while at < len(items):
        kind, text = items[at]
        if kind == "sign" and text in ")]|":
            break
        if kind == "sign" and text in "([":
            choice, at = _choice(items, at + 1, text)
            read.append(choice)
            continue
        read.extend(_single(kind, text))
        at += 1
    return tuple(read), at


def _choice(items: list[tuple[str, str]], at: int, opening: str) -> tuple[Choice, int]:
    ways = []
    while True:
        way, at = _sequence(items, at)
        if not way:
            raise BadPattern("an empty choice")
        ways.append(way)
        if at == len(items):
            raise BadPattern(f"`{opening}` is not closed")
        closing = items[at][1]
        at += 1
        if closing == "|":
            continue
        if (opening, closing) not in {("(", ")"), ("[", "]")}:
            raise BadPattern(f"`{opening}` is closed by `{closing}`")
        return Choice(tuple(ways), opening == "["), at


@lru_cache(maxsize=16384)
def _single(kind: str, text: str) -> Sequence:
    if kind == "concept":
        return (Concept(text),)
    if kind == "gap":
        return (Gap(_GAPS[text]),)
    if kind == "number":
        return (Number(int(text)),)
    if kind == "sign":
        return (Edge(text == "$"),)
    if text == PAUSE:
        return (Word(PAUSE),)
    if text.startswith("="):
        return (_as_written(text),)
    stem, part = text.endswith("*"), text.startswith("*")
    words = _words(text.strip("*"))
    if not words:
        raise BadPattern(f"`{text}` holds no word")
    if part and (len(words) > 1 or len(words[0]) < PART_CHARS_MIN):
        raise BadPattern(f"`{text}`: a part of a word has {PART_CHARS_MIN} letters or more; scripts without spaces need no `*` in front")
    return tuple(Word(word, stem and place == len(words) - 1, part) for place, word in enumerate(words))


def _as_written(text: str) -> Word:
    words = _words(text[1:])
    if len(words) != 1 or stands_alone(words[0]):
        raise BadPattern(f"`{text}`: give one word after `=`")
    return Word(words[0], written=written(text[1:]))


def written(text: str) -> str:
    """A word as it was written, whatever its case and Unicode form, apostrophes left out as in a folded one."""
    return "".join(char for char in unicodedata.normalize("NFKC", text.casefold()) if char.isalnum() or unicodedata.combining(char))


@lru_cache(maxsize=8192)
def _words(text: str) -> tuple[str, ...]:
    return (text,) if text.isascii() and text.isalnum() and text.islower() else tuple(phrase(fold(text)))


def expression(sequence: Sequence, concepts: Concepts, depth: int = 0, *, apart: bool = False) -> str:
    """
    The regular expression of `sequence`; it matches whole words, each with its leading space. `concepts` are complete.

    apart: what stands between the sides of an `&` is a group of its own, the only one.
    """
    if depth > GROUPS_MAX:
        raise BadPattern("concepts stand in each other in a circle")
    parts = []
    for place, item in enumerate(sequence):
        comma = _COMMA if place and isinstance(item, Word | Choice | Concept | Number) else ""
        part = _expression(item, concepts, depth, comma)
        parts.append(f"({part})" if apart and isinstance(item, Gap) and item.across else part)
    return "".join(parts)


def _expression(item: Item, concepts: Concepts, depth: int, comma: str) -> str:
    match item:
        case Word():
            return comma + _word(item, concepts)
        case Gap(most, across):
            return rf"(?: {'' if across else _NO_END}[^ ]++(?= )){{0,{most}}}?"
        case Number(least):
            return rf"{comma} (?:{_at_least(least)})(?= )"
        case Edge(end):
            return r"(?= [.,] | $)" if end else r"(?:(?<= \.)|(?<= ,)|(?<!.))"
        case Concept(name):
            if name not in concepts:
                raise BadPattern(f"there is no concept <{name}>")
            ways, optional = concepts[name], False
        case Choice(ways, optional):
            pass
    inner = "|".join(sorted((expression(way, concepts, depth + 1) for way in ways), key=len, reverse=True))
    return f"(?:{comma}(?:{inner}))" + ("?" if optional else "")


def _word(word: Word, concepts: Concepts) -> str:
    text = re.escape(word.text)
    if word.written is not None:
        return f" {text}={re.escape(word.written)}(?= )"
    if word.part:
        return f" (?=[^ =]*{text}{'' if word.stem else '[ =]'})[^ ]++"
    if word.stem:
        return f" {text}[^ ]*+"
    return f" {text}" + ("(?:=[^ ]*+)?(?= )" if word.text in concepts.written else "(?= )")


def _at_least(least: int) -> str:
    digits = str(least)
    ways = [digits[:at] + f"[{int(digit) + 1}-9]" + r"\d" * (len(digits) - at - 1) for at, digit in enumerate(digits) if digit != "9"]
    return "|".join([digits, *ways, rf"[1-9]\d{{{len(digits)},5}}"])


Rarest: TypeAlias = dict[str, frozenset[Word]]
"""Concept → its rarest need, filled as they are met."""


def needs(sequence: Sequence, concepts: Concepts, known: Rarest) -> list[frozenset[Word]]:
    """Sets of words of which a text that matches must hold one each: how most patterns are ruled out unseen."""
    found: list[frozenset[Word]] = []
    for place, item in enumerate(sequence):
        if isinstance(item, Word):
            if item.text != PAUSE:
                found.append(frozenset((item,)))
                found.extend(_pair(item, sequence[place + 1 : place + 2]))
        elif isinstance(item, Concept):
            if item.name not in known:
                known[item.name] = _any_of(concepts[item.name], concepts, known)
            found.append(known[item.name])
        elif isinstance(item, Choice) and not item.optional:
            found.append(_any_of(item.ways, concepts, known))
    return [need for need in found if need]


def plain_needs(sets: list[frozenset[Word]]) -> Iterator[frozenset[str]]:
    """Of these needs, those that are whole words, so that a text holds them or does not."""
    for need in sets:
        if not any(word.stem or word.part or (stands_alone(word.text) and len(_words(word.text)) > 1) for word in need):
            yield frozenset(word.text for word in need)


def _pair(word: Word, after: Sequence) -> Iterator[frozenset[Word]]:
    """Two neighbours of a script without spaces: much rarer than either."""
    for item in after:
        if isinstance(item, Word) and not (word.stem or item.stem) and stands_alone(word.text) and stands_alone(item.text):
            yield frozenset((Word(word.text + item.text),))


def _any_of(ways: tuple[Sequence, ...], concepts: Concepts, known: Rarest) -> frozenset[Word]:
    rarest = [rarest_need(needs(way, concepts, known), concepts.counts) for way in ways]
    return frozenset[Word]().union(*rarest) if all(rarest) else frozenset()


def rarest_need(sets: list[frozenset[Word]], counts: Mapping[str, int]) -> frozenset[Word]:
    """
    The set that ordinary texts are least likely to hit: the one whose shortest word is longest, then the smallest.

    Among words of one character, see `Concepts.counts`.
    """
    if len(sets) < 2:
        return sets[0] if sets else frozenset()

    def rare(need: frozenset[Word]) -> tuple[int, int, int]:
        shortest = min(1 if word.text in counts else len(word.text) for word in need)
        return shortest, -max(counts.get(word.text, 0) for word in need), -len(need)

    ranked = [(rare(need), need) for need in sets]
    best = max(rank for rank, _ in ranked)
    first = [need for rank, need in ranked if rank == best]
    return first[0] if len(first) == 1 else max(first, key=lambda need: sorted(word.text for word in need))


def words_of(sequence: Sequence) -> Iterator[Word]:
    """Every word that stands in `sequence` itself, not in the concepts it names."""
    for item in sequence:
        if isinstance(item, Word):
            yield item
        elif isinstance(item, Choice):
            for way in item.ways:
                yield from words_of(way)


def concepts_of(sequence: Sequence) -> Iterator[str]:
    """Every concept that `sequence` names."""
    for item in sequence:
        if isinstance(item, Concept):
            yield item.name
        elif isinstance(item, Choice):
            for way in item.ways:
                yield from concepts_of(way)
