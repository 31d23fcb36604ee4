"""One text as one lexicon spells it, its idioms hidden, with the way back to the words as they were cut."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property
from operator import add

from bot.concerns.lexicon import Lexicon, Pattern
from bot.concerns.patterns import written
from bot.concerns.words import PAUSE, Words
from bot.normalise import Normal

_NOT_HIDDEN = re.compile(r"[^ .,]")


class Reading:
    """
    A text for one lexicon.

    words: as cut, the same for every lexicon. candidates: the patterns that may match, by their rarest words.
    typos: guess at misspellings; not in a language that the client need not know.
    """

    def __init__(self, normal: Normal, words: Words, lexicon: Lexicon, *, typos: bool) -> None:
        self.normal, self.words, self.lexicon, self.typos = normal, words, lexicon, typos
        found = list(map(lexicon.seen(typos=typos).get, words.texts))
        if None in found:
            found = [one or lexicon.look(word, typos=typos) for one, word in zip(found, words.texts, strict=True)]
        self._found = found
        numbers: set[int] = set()
        for numbered in {one[1] for one in found if one is not None}:
            numbers.update(numbered)
        if lexicon.pairs:
            self._add_pairs(numbers)
        self.candidates: list[Pattern] = self._candidates(numbers) if numbers else []

    def _candidates(self, numbers: set[int]) -> list[Pattern]:
        present = frozenset(word for one in self._found if one is not None for word in one[0].split())
        found = []
        for number in sorted(numbers):
            pattern = self.lexicon.patterns[number]
            for need in pattern.needs:  # most are ruled out here, unseen and never compiled; a loop, since this is where the time goes
                if need.isdisjoint(present):
                    break
            else:
                found.append(pattern)
        return found

    def _add_pairs(self, numbers: set[int]) -> None:
        words = [word for word in self.words.texts if word != PAUSE] if PAUSE in self.words.texts else self.words.texts
        for pair in self.lexicon.pairs.intersection(map(add, words, words[1:])):
            numbers.update(self.lexicon.found_by[pair])

    @cached_property
    def text(self) -> str:
        """Each word as the lexicon spells it, led by a space, and a space at the end; idioms are blanks of the same length."""
        text = self._plain
        for pattern in self.candidates:
            if pattern.rule is None:
                text = pattern.regex.sub(_hide, text)
        return text

    @cached_property
    def _plain(self) -> str:
        return " " + " ".join(self._spelling) + " "

    @cached_property
    def _spelling(self) -> list[str]:
        spelling = [one[0] for one in self._found if one is not None]
        return [self._as_written(place, word) for place, word in enumerate(spelling)] if self.lexicon.written else spelling

    def _as_written(self, place: int, word: str) -> str:
        ways = self.lexicon.written.get(word)
        if not ways:
            return word
        way = written(self.normal.matched(*self.words.span(place, place)))
        return f"{word}={way}" if way in ways else word

    @cached_property
    def _starts(self) -> list[int]:
        starts, at = [], 0
        for word in self._spelling:
            starts.append(at)
            at += len(word) + 1
        return starts

    def tokens(self, start: int, end: int) -> tuple[int, int]:
        """The first and the last word behind `text[start:end]`."""
        first = max(bisect_right(self._starts, start) - 1, 0)
        return first, max(bisect_right(self._starts, end - 2) - 1, first)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The place in the folded text of what stands at `text[start:end]`."""
        return self.words.span(*self.tokens(start, end))

    def place(self, token: int) -> tuple[int, int]:
        """Where a word stands in `text`, with the space before it."""
        start = self._starts[token]
        return start, start + 1 + len(self._spelling[token])

    def hides(self, token: int) -> bool:
        """Whether an idiom of this language holds the word."""
        start, end = self.place(token)
        return self.text[start + 1 : end] == "_" * (end - start - 1)


def _hide(match: re.Match[str]) -> str:
    """Blanks for what an idiom matched; what stands between the sides of an `&` may be a cry, and stays."""
    hidden = _NOT_HIDDEN.sub("_", match.group())
    if not match.re.groups:
        return hidden
    first, last = (place - match.start() for place in match.span(1))
    return hidden[:first] + match.group(1) + hidden[last:]
