"""The phrases of `intents` found in a text: longest first, with what they leave open. Knows no language; `intent` decides what counts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import takewhile
from typing import NamedTuple

from rapidfuzz.distance import OSA

from bot.understanding.intents_file import IntentSection, Part, Pattern, part_of
from bot.understanding.phrases import Phrases, Words
from bot.understanding.tokens import BREAKS, Token, is_dense

GAP_WORDS_MAX = 3
REST_WORDS_MAX = 8
DENSE_TIMES = 2
"""Characters of a script without spaces that count as one word."""
NEAR = 2
"""How close before a phrase a negation or somebody else must stand to undo it."""
_SKIPPED = frozenset(",:;-…")
"""Marks that may stand between the parts of a phrase."""
_EMPTY = Part()
LAST_LETTER = "\u058f"
"""Scripts behind it leave vowels out or are cut into characters: there one letter less is another word."""
SAME_LETTERS = 5
"""Known words that begin alike mean alike: "reschedule", "rescheduled"."""
LETTERS_MIN = 6
"""Shorter words are never mended: "passe" is no "pause"."""
NUMBER = "#"
"""What a pattern that begins with a number is filed under."""


class Said(NamedTuple):
    """A phrase that stands in the text: tokens `first` to `last` (exclusive); old and new: ranges of tokens, or None."""

    intent: str
    alone: bool
    first: int
    last: int
    old: tuple[int, int] | None = None
    new: tuple[int, int] | None = None
    language: str = ""


class Filed(NamedTuple):
    """A pattern of an intent. needs: of each of these sets a word must stand in the text."""

    intent: str
    alone: bool
    pattern: Pattern
    needs: tuple[frozenset[str], ...]


class Text:
    """Tokens made ready: words as the lexicon spells them, marks that end a clause apart."""

    def __init__(self, tokens: Sequence[Token], words: Sequence[str]) -> None:
        self.tokens, self.words = tokens, list(words)
        self.marks = [token.kind == "mark" and token.text in BREAKS for token in tokens]
        self.steps = DENSE_TIMES if any(is_dense(word) for word in words if word >= "\u0e01") else 1


class Asking:
    """
    The section of one language, compiled.

    around: politeness and filler. spoilers: negations, and words that name somebody else. values: numbers, yes, no.
    affixes: what is written onto the front and the end of words.
    """

    def __init__(
        self,
        section: IntentSection,
        *,
        around: Iterable[Words],
        spoilers: Iterable[Words],
        values: Iterable[Words],
        affixes: tuple[Sequence[str], Sequence[Words]],
    ) -> None:
        self._named = {words: tag for tag, names in section.languages.items() for words in names}
        self._language = part_of(self._named)
        self._values = part_of(values)
        self._patterns: dict[str, list[Filed]] = {}
        for (intent, place), patterns in section.patterns.items():
            for pattern in patterns:
                self._add(intent, place == "alone", pattern)
        for pattern in [*section.around, (part_of(around),)]:
            self._add("around", False, pattern)
        self._spoilers = Phrases(dict.fromkeys(spoilers, "spoiler"), prefixes=affixes[0], suffixes=affixes[1])
        self._spelling = Phrases(dict.fromkeys(self._words(), ""), prefixes=affixes[0], suffixes=affixes[1])
        self._typos: dict[str, list[str]] = {}
        for word in sorted(self._spelling.words):
            if len(word) >= LETTERS_MIN and not is_dense(word):
                self._typos.setdefault(word[0], []).append(word)
        self._mended = lru_cache(maxsize=4096)(self._near)

    def _add(self, intent: str, alone: bool, pattern: Pattern) -> None:
        openers: set[str] = set()
        for part in pattern:
            if part.open in ("new", "old"):
                openers |= {*self._values.forms, NUMBER}
            else:
                openers |= set((self._language if part.open == "language" else part).forms)
            if not part.optional:
                break
        needs = [frozenset(part.forms) for part in pattern if not part.optional and not part.open]
        filed = Filed(intent, alone, pattern, tuple(sorted(needs, key=len)))
        for word in openers:
            self._patterns.setdefault(word, []).append(filed)

    def _words(self) -> Iterator[Words]:
        found = {word for filed in self._patterns.values() for one in filed for part in one.pattern for word in _of(part)}
        return ((word,) for word in sorted(found | set(_of(self._language))))

    def ready(self, tokens: Sequence[Token], *, mended: bool = False) -> Text:
        """Tokens as this language spells them. mended: long unknown words are taken for known ones a slip away."""
        words = [token.text if token.kind != "word" else self._spelling.known_form(token.text) for token in tokens]
        if mended:
            words = [self._mended(word) if token.kind == "word" else word for token, word in zip(tokens, words, strict=True)]
        return Text(tokens, words)

    def _near(self, word: str) -> str:
        if len(word) < LETTERS_MIN or word in self._spelling.words or word[0] > LAST_LETTER:
            return word
        near = [known for known in self._typos.get(word[0], ()) if OSA.distance(known, word, score_cutoff=1) <= 1]
        return near[0] if len({known[:SAME_LETTERS] for known in near}) == 1 else word

    def find(self, text: Text, values: Part = _EMPTY) -> list[Said]:
        """
        Every phrase that stands in the text, the longest of each pattern.

        values: further values that may be given or taken back, such as the labels of a question.
        """
        found = []
        there = set(text.words)
        hopeless: set[int] = set()
        for at, word in enumerate(text.words):
            number = text.tokens[at].kind == "number"
            openers = self._patterns.get(NUMBER if number else word, ())
            if values.forms and word in values.forms:
                openers = [*openers, *self._patterns.get(NUMBER, ())]
            for one in openers:
                if id(one) in hopeless:
                    continue
                if any(need.isdisjoint(there) for need in one.needs):
                    hopeless.add(id(one))
                    continue
                said = self._longest(one.pattern, text, at, values)
                if said is not None:
                    found.append(Said(one.intent, one.alone, at, *said))
        return found

    def spoilt(self, text: Text) -> list[int]:
        """Where a negation ends, or words that name somebody else."""
        return [hit.last for hit in self._spoilers.tag(text.tokens) if hit.tag == "spoiler"]

    def _longest(
        self, pattern: Pattern, text: Text, at: int, values: Part
    ) -> tuple[int, tuple[int, int] | None, tuple[int, int] | None, str] | None:
        best: tuple[int, dict[str, tuple[int, int]]] | None = None
        for end, opened in self._reach(pattern, 0, text, at, values):
            if best is None or end > best[0]:
                best = (end, opened)
        if best is None:
            return None
        end, opened = best
        named = opened.get("language")
        language = self._named.get(tuple(text.words[slice(*named)]), "") if named else ""
        return end, opened.get("old"), opened.get("new"), language

    def _reach(self, pattern: Pattern, index: int, text: Text, at: int, values: Part) -> Iterator[tuple[int, dict[str, tuple[int, int]]]]:
        """Every end that the parts from `index` on can have from `at`. Parts are few and choices fixed, so this ends soon."""
        if index == len(pattern):
            yield at, {}
            return
        part = pattern[index]
        if part.optional:
            yield from self._reach(pattern, index + 1, text, at, values)
        begin = at
        skips = index and part.open not in ("gap", "rest")
        while skips and begin < len(text.words) and text.words[begin] in _SKIPPED and text.marks[begin]:
            begin += 1
        for end in self._ends(part, text, begin, values):
            for last, opened in self._reach(pattern, index + 1, text, end, values):
                yield last, {**opened, part.open: (begin, end)} if part.open in ("new", "old", "language") else opened

    def _ends(self, part: Part, text: Text, at: int, values: Part) -> Iterator[int]:
        if at >= len(text.words):
            return
        if part.open in ("gap", "rest"):
            most = (GAP_WORDS_MAX if part.open == "gap" else REST_WORDS_MAX) * text.steps
            free = takewhile(lambda one: text.tokens[one].kind == "word", range(at, min(at + most, len(text.words))))
            yield from (one + 1 for one in free)
            return
        if part.open in ("new", "old"):
            if text.tokens[at].kind == "number":
                yield at + 1
            yield from _fits(self._values.forms, text.words, at)
            yield from _fits(values.forms, text.words, at)
            return
        yield from _fits((self._language if part.open == "language" else part).forms, text.words, at)


def _fits(forms: Mapping[str, Sequence[Words]], words: Sequence[str], at: int) -> Iterator[int]:
    for one in forms.get(words[at], ()):
        if tuple(words[at : at + len(one)]) == one:
            yield at + len(one)


def _of(part: Part) -> Iterator[str]:
    return (word for phrases in part.forms.values() for words in phrases for word in words)
