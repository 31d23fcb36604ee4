"""What a programme's own clients call things: words that a person accepted for one question, read beside the language's lexicon."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.normalise import normalise
from bot.understanding import thresholds as t
from bot.understanding.reader import read
from bot.understanding.tokens import tokenise
from bot.values import Expected, Kind, Reading, Value

REASON = "own-word"
WHOLE = (Kind.yes_no, Kind.scale, Kind.number, Kind.choice)
"""The kinds of question that may have words of a programme's own."""
PHRASE_WORDS_MAX = 8
"""Longer replies tell a story; they are no word for anything."""


@dataclass(frozen=True, slots=True)
class OwnWord:
    """A word and what it means as the answer to its question. phrase: as it was accepted. value: an option's for a choice."""

    kind: Kind
    phrase: str
    value: Value


def said(text: str) -> tuple[str, ...]:
    """The words of a text alone, as they are compared: without marks, emoji, case, accents and spacing."""
    return tuple(token.text for token in tokenise(normalise(text[: t.TEXT_MAX])) if token.kind != "mark")


def read_with(own: Sequence[OwnWord], text: str, expected: Expected, language: str, languages: Sequence[str] = ()) -> Reading:
    """
    Read a reply as `read` does, with the programme's own words beside the lexicon.

    Of a choice they are further names of its options, anywhere in the reply, under all the rules that names are under. Of every
    kind a reply that is nothing but the word, and that reads as nothing else, is what the word means. What the lexicon reads
    is never changed.
    """
    mine = [one for one in own if one.kind is expected.kind]
    if not mine:
        return read(text, expected, language, languages)
    found = read(text, _named(mine, expected), language, languages)
    if found.value is not None or len(text) > t.TEXT_MAX:
        return found
    words = said(text)
    meant = [one.value for one in mine if words and said(one.phrase) == words]
    if not meant or any(value != meant[0] for value in meant):
        return found
    stripped = text.strip()
    start = text.index(stripped)
    value = [meant[0]] if expected.many and isinstance(meant[0], str) else meant[0]
    return t.reading(value, t.WITH_MORE, REASON, (start, start + len(stripped)))


def _named(own: Sequence[OwnWord], expected: Expected) -> Expected:
    """The question with its options' further names."""
    if expected.kind is not Kind.choice:
        return expected
    options = tuple(
        replace(option, words=(*option.words, *(one.phrase for one in own if one.value == option.value))) for option in expected.options
    )
    return replace(expected, options=options)
