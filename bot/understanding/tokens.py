"""A folded text cut into words, numbers, marks and signs. Knows no language; never raises."""

from __future__ import annotations

import re
from typing import NamedTuple

from bot.normalise import Normal, normalise

_LETTER = r"(?:[^\W\d_]|[\u0900-\u0963\u0970-\u0dff\u0e30-\u0eff\u0f00-\u109f\u1780-\u17ff\u3099\u309a])"
"""Letters, and the vowel marks of scripts that Python does not count as word characters."""
_TOKEN = re.compile(rf"(?P<word>{_LETTER}(?:{_LETTER}|\d|'(?={_LETTER}))*)|(?P<number>\d+(?:[.,]\d+)*)|(?P<mark>\S|\n)")
BREAKS = frozenset(".,;:!?()[]|\n-…")


class Token(NamedTuple):
    """
    One piece of a folded text.

    kind: "word", "number" or "mark". glued: nothing stands between it and the piece before.
    start, end: half-open range in the folded text.
    """

    text: str
    kind: str
    start: int
    end: int
    glued: bool


def tokenise(normal: Normal) -> list[Token]:
    """Cut up a folded text. Apostrophes within a word and hyphens between words are left out: "don't" is "dont"."""
    found: list[Token] = []
    last = -1
    for match in _TOKEN.finditer(normal.text):
        kind = match.lastgroup or "mark"
        start, end = match.span()
        text = match.group()
        glued = start == last
        if kind == "word":
            text = text.replace("'", "")
            if glued and len(found) > 1 and found[-1].text == "-" and found[-1].glued and found[-2].kind == "word":
                found.pop()
                glued = False
        found.append(Token(text, kind, start, end, glued))
        last = end
    return found


def words_of(phrase: str) -> tuple[str, ...]:
    """A phrase of a lexicon as the tokens that a text would give; marks count only where nothing else stands."""
    tokens = tokenise(normalise(phrase))
    return tuple(token.text for token in tokens if token.kind != "mark") or tuple(token.text for token in tokens)
