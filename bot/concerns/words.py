"""
Folded text cut into words, the same way for messages and for lexicons.

Scripts without spaces give one word a character, so that a pattern in Chinese is written as it is read. So does Korean,
one word a syllable: people put its spaces where they like. Apostrophes are dropped ("can't" is `cant`): people leave
them out. It judges nothing and mends no spelling.
"""

from __future__ import annotations

import re
from typing import NamedTuple

WORD_CHARS_MAX = 60
"""A longer run of letters is cut into pieces of so many: no word is longer, and every later step stays linear."""

STOP, PAUSE = ".", ","

_MARKED = "\u0900-\u0963\u0966-\u0dff\u3099\u309a"
_ALONE = "\u1100-\u11ff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_SYLLABLE = "[\u1100-\u115f][\u1160-\u11a7]?[\u11a8-\u11ff]?"
"""Of Korean, taken apart into its letters by folding."""
_LETTER = rf"(?:(?![{_ALONE}])[\w{_MARKED}])"
_SIGNS = "*@$!"
"""Inside a word they may stand for letters ("k!ll", "su*cide")."""
_SIGN = r"(?<![\w*@$!])[@$]"
_TOKEN = re.compile(
    rf"{_SYLLABLE}|[{_ALONE}][\u3099\u309a]?"
    rf"|{_SIGN}?{_LETTER}+(?:['{_SIGNS}]{{1,3}}{_LETTER}+)*"
    r"|\.{2,}|[.!?;:|\u0964\u1362\u06d4]|[,\n()]"
    r"|[\u2190-\u2bff\U0001f000-\U0001faff]"
)
_STOPS = frozenset(".!?;:|\u0964\u1362\u06d4")


class Token(NamedTuple):
    """One word, or a stop or a pause, with its place in the folded text."""

    text: str
    start: int
    end: int


def tokens(text: str) -> list[Token]:
    """Cut folded `text` up. Sentence ends become ".", commas, brackets, line breaks and "..." become ","."""
    found = []
    for match in _TOKEN.finditer(text):
        word = match.group()
        first = word[0]
        if first in _STOPS:
            word = PAUSE if len(word) > 1 else STOP
        elif first in ",\n()":
            word = PAUSE
        elif "'" in word:
            word = word.replace("'", "")
        if len(word) > WORD_CHARS_MAX:
            found.extend(_pieces(word, match.start(), match.end()))
        else:
            found.append(Token(word, match.start(), match.end()))
    return _joined(found) if len(found) > 6 else found


def _pieces(word: str, start: int, end: int) -> list[Token]:
    """An endless word in pieces; their places are those of its letters, as near as dropped apostrophes let."""
    return [
        Token(word[at : at + WORD_CHARS_MAX], start + at, min(start + at + WORD_CHARS_MAX, end))
        for at in range(0, len(word), WORD_CHARS_MAX)
    ]


def _joined(found: list[Token]) -> list[Token]:
    """Undo stops between single words ("I. want. to. die.") and spaces between single letters ("k i l l")."""
    out: list[Token] = []
    at = 0
    while at < len(found):
        run = _run_of_letters(found, at)
        if run - at >= 4:
            for first in range(at, run, WORD_CHARS_MAX):
                piece = found[first : min(first + WORD_CHARS_MAX, run)]
                out.append(Token("".join(token.text for token in piece), piece[0].start, piece[-1].end))
            at = run
            continue
        token = found[at]
        if not (token.text == STOP and _lone(found, at - 1) and _lone(found, at + 1)):
            out.append(token)
        at += 1
    return out


def _run_of_letters(found: list[Token], at: int) -> int:
    while at < len(found) and len(found[at].text) == 1 and found[at].text.isalpha() and found[at].text.isascii():
        at += 1
    return at


def _lone(found: list[Token], at: int) -> bool:
    """Whether a word stands alone between two stops, or between a stop and an end."""
    if not 0 <= at < len(found) or found[at].text in (STOP, PAUSE):
        return False
    before = at == 0 or found[at - 1].text == STOP
    after = at + 1 == len(found) or found[at + 1].text == STOP
    return before and after


_ONE = re.compile(rf"[{_ALONE}]")


def stands_alone(word: str) -> bool:
    """Whether a word is one character, or one syllable, of a script that is written without spaces."""
    return _ONE.match(word) is not None


def phrase(text: str) -> list[str]:
    """The words of a folded phrase from a lexicon."""
    return [token.text for token in tokens(text) if token.text not in (STOP, PAUSE)]
