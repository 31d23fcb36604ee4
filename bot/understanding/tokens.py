"""
A folded text cut into words, numbers, marks and signs. Knows no language; never raises.

Scripts that write no spaces (Chinese, Japanese, Thai, Lao, Burmese, Khmer), and Korean, where people leave spaces out,
are cut into single characters or syllables. A phrase of a lexicon is cut in the same way, so that the longest phrase
that stands in the text is the word: `phrases` finds it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from bot.normalise import Normal, normalise

_CLUSTERS = (
    r"[\u1100-\u115f]?[\u1160-\u11a7]+[\u11a8-\u11ff]*|[\u1100-\u115f]|[\u11a8-\u11ff]",  # Hangul, as folding leaves it
    r"[\u3041-\u3098\u30a1-\u30fa\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff々〆][\u3099\u309a]*ー*|[\u3099\u309aー〜]+",
    r"[\u0e40-\u0e44]?[\u0e01-\u0e2f][\u0e30-\u0e3a\u0e47-\u0e4e]*|[\u0e30-\u0e4e]",  # Thai
    r"[\u0ec0-\u0ec4]?[\u0e81-\u0eaf\u0edc-\u0edf][\u0eb0-\u0ebd\u0ec8-\u0ece]*|[\u0eb0-\u0ece]",  # Lao
    r"[\u1000-\u102a\u103f](?:\u1039[\u1000-\u102a]|[\u102b-\u1038\u103a-\u103e]|[\u1000-\u102a]\u103a)*|[\u102b-\u103e]",  # Burmese
    r"[\u1780-\u17b3](?:\u17d2[\u1780-\u17b3]|[\u17b4-\u17d1\u17d3\u17dd])*|[\u17b4-\u17d3]",  # Khmer
)
_DENSE = "|".join(_CLUSTERS)
_DENSE_RANGES = (
    (0x0E01, 0x0E4E), (0x0E81, 0x0EDF), (0x1000, 0x103F), (0x1100, 0x11FF), (0x1780, 0x17DD), (0x3005, 0x3006),
    (0x3041, 0x30FC), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0x20000, 0x3FFFF), (0x301C, 0x301C),
)  # fmt: skip
_NOT_DENSE = (
    r"(?![\u0e01-\u0edf\u1000-\u103f\u1100-\u11ff\u1780-\u17dd\u3005\u3006\u3041-\u30fc\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff])"
)
_LETTER = rf"(?:{_NOT_DENSE}(?:[^\W\d_]|[\u0900-\u0963\u0970-\u0dff\u0f00-\u109f\u1820-\u18aa\U00011000-\U000115ff]))"
"""Letters, and the vowel marks of scripts that Python does not count as word characters; none of the scripts above."""
_TOKEN = re.compile(rf"(?P<word>{_LETTER}(?:{_LETTER}|\d|'(?={_LETTER}))*)|(?P<number>\d+(?:[.,]\d+)*)|(?P<dense>{_DENSE})|(?P<mark>\S|\n)")
_PLAIN = re.compile(r"[A-Za-z][A-Za-z -]*")
"""Phrases that need no folding: most of a lexicon, and all of the start-up time otherwise."""
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


@lru_cache(maxsize=8192)
def is_dense(text: str) -> bool:
    """Whether a token is one character or syllable of a script that is cut into those."""
    code = ord(text[0])
    return code >= 0x0E01 and any(low <= code <= high for low, high in _DENSE_RANGES)


def tokenise(normal: Normal) -> list[Token]:
    """Cut up a folded text. Apostrophes within a word and hyphens between words are left out: "don't" is "dont"."""
    found: list[Token] = []
    last = -1
    for match in _TOKEN.finditer(normal.text):
        kind = match.lastgroup or "mark"
        start, end = match.span()
        text = match.group()
        glued = start == last
        last = end
        if kind == "dense":
            _add_dense(found, Token(text.rstrip("ー〜") or text[0], "word", start, end, glued))
            continue
        if kind == "word":
            text = text.replace("'", "")
            if glued and len(found) > 1 and found[-1].text == "-" and found[-1].glued and found[-2].kind == "word":
                found.pop()
                glued = False
        found.append(Token(text, kind, start, end, glued))
    return found


def _add_dense(found: list[Token], token: Token) -> None:
    """Three times the same is once, drawn out: what `phrases` does to elongated words of other scripts."""
    if token.glued and len(found) > 1 and found[-1].glued and found[-1].text == found[-2].text == token.text:
        found[-2:] = [found[-2]._replace(end=token.end)]
    elif token.glued and found and found[-1].text == token.text and found[-1].end - found[-1].start > 2 * len(token.text):
        found[-1] = found[-1]._replace(end=token.end)
    else:
        found.append(token)


def without_strokes(tokens: list[Token]) -> list[Token]:
    """Without strokes between words ("mmol/l"), as phrases are cut; between numbers a stroke means something."""
    return [token for at, token in enumerate(tokens) if not _is_stroke(tokens[max(0, at - 1) : at + 2])]


def _is_stroke(three: list[Token]) -> bool:
    return len(three) == 3 and three[1].text == "/" and three[1].glued and three[2].glued and three[0].kind == three[2].kind == "word"


def words_of(phrase: str) -> tuple[str, ...]:
    """A phrase of a lexicon as the tokens that a text would give; marks count only where nothing else stands."""
    if _PLAIN.fullmatch(phrase):
        return tuple(phrase.lower().replace("-", " ").split())
    tokens = tokenise(normalise(phrase))
    return tuple(token.text for token in tokens if token.kind != "mark") or tuple(token.text for token in tokens)
