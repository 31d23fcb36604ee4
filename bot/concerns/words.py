"""
Folded text cut into words, the same way for messages and for lexicons.

Scripts without spaces give one word a character, so that a pattern in Chinese is written as it is read. So does Korean,
one word a syllable: people put its spaces where they like. Apostrophes are dropped ("can't" is `cant`): people leave
them out. It judges nothing and mends no spelling.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

WORD_CHARS_MAX = 60
"""A longer run of letters is cut into pieces of so many: no word is longer, and every later step stays linear."""
JOINED_MIN = 7
"""In fewer words, stops and spaces are left as they are."""

STOP, PAUSE = ".", ","

_MARKED = "\u0900-\u0963\u0966-\u0dff\u3099\u309a"
_ALONE = "\u1100-\u11ff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_SYLLABLE = "[\u1100-\u115f][\u1160-\u11a7]?[\u11a8-\u11ff]?"
"""Of Korean, taken apart into its letters by folding."""
_LETTER = rf"(?:(?![{_ALONE}])[\w{_MARKED}])"
_SIGNS = "*@$!"
"""Inside a word they may stand for letters ("k!ll", "su*cide")."""
_SIGN = r"(?<![\w*@$!])[@$]"
_WORD = re.compile(
    rf"{_SYLLABLE}|[{_ALONE}][\u3099\u309a]?"
    rf"|(?:{_SIGN})?{_LETTER}{{1,{WORD_CHARS_MAX}}}+(?:['{_SIGNS}]{{1,3}}{_LETTER}{{1,{WORD_CHARS_MAX}}}+){{0,12}}+"
    r"|\.{2,}|[.!?;:|\u0964\u1362\u06d4]|[,\n()]"
    r"|[\u2190-\u2bff\U0001f000-\U0001faff]"
)
_MARKS = dict.fromkeys(".!?;:|\u0964\u1362\u06d4", STOP) | dict.fromkeys(",\n()", PAUSE)
_LONE_LETTER = re.compile(r"(?<![a-z])[a-z](?![a-z])")
_FOUR_SINGLE = bytes((1, 1, 1, 1))


class Words:
    """
    The words of a folded text. Sentence ends are ".", commas, brackets, line breaks and "..." are ",".

    texts: in order. Where they stand is worked out when first asked: most messages hold nothing of concern.
    """

    __slots__ = ("_ends", "_folded", "_starts", "_whence", "texts")

    def __init__(self, folded: str, texts: list[str], whence: Sequence[tuple[int, int, int]] | None) -> None:
        self.texts = texts
        self._folded, self._whence = folded, whence
        self._starts: list[int] = []
        self._ends: list[int] = []

    def span(self, first: int, last: int) -> tuple[int, int]:
        """The place in the folded text from the word `first` to the word `last`."""
        if not self._starts:
            self._find()
        return self._starts[first], self._ends[last]

    def _find(self) -> None:
        for match in _WORD.finditer(self._folded):
            self._starts.append(match.start())
            self._ends.append(match.end())
        if self._whence is None:
            return
        starts, ends = self._starts, self._ends
        self._starts = [starts[first] + piece * WORD_CHARS_MAX for first, _, piece in self._whence]
        self._ends = [
            min(ends[last], start + WORD_CHARS_MAX) if first == last else ends[last]
            for start, (first, last, _) in zip(self._starts, self._whence, strict=True)
        ]


def cut(folded: str) -> Words:
    """Cut folded text up; takes time linear in its length."""
    found = _WORD.findall(folded)
    texts = [_MARKS.get(word, word) for word in found]
    if "'" in folded:
        texts = [word.replace("'", "") for word in texts]
    if ".." in folded:
        texts = [PAUSE if word.startswith("..") else word for word in texts]
    if not texts:
        return Words(folded, texts, None)
    longest = max(map(len, texts))
    whence: list[tuple[int, int, int]] | None = None
    if longest > WORD_CHARS_MAX:
        texts, whence = _pieces(texts)
    if len(texts) >= JOINED_MIN:
        if _LONE_LETTER.search(folded) and _FOUR_SINGLE in bytes(map(len, texts)):
            texts, whence = _spelled_out(texts, whence)
        if texts.count(STOP) > 1:
            texts, whence = _without_lone_stops(texts, whence)
    return Words(folded, texts, whence)


Whence = list[tuple[int, int, int]]
"""For each word the first and last that it was made of, and which piece of a long one it is."""


def _pieces(texts: list[str]) -> tuple[list[str], Whence]:
    out, whence = [], []
    for place, word in enumerate(texts):
        for piece in range(0, len(word) or 1, WORD_CHARS_MAX):
            out.append(word[piece : piece + WORD_CHARS_MAX])
            whence.append((place, place, piece // WORD_CHARS_MAX))
    return out, whence


def _identity(texts: list[str]) -> Whence:
    return [(place, place, 0) for place in range(len(texts))]


def _spelled_out(texts: list[str], whence: Whence | None) -> tuple[list[str], Whence]:
    """Undo spaces between four and more single letters ("k i l l")."""
    before = whence or _identity(texts)
    out, after = [], []
    at = 0
    while at < len(texts):
        run = at
        while run < len(texts) and run - at < WORD_CHARS_MAX and len(texts[run]) == 1 and texts[run].isascii() and texts[run].isalpha():
            run += 1
        run = run if run - at >= len(_FOUR_SINGLE) else at + 1
        out.append("".join(texts[at:run]))
        after.append((before[at][0], before[run - 1][1], before[at][2]))
        at = run
    return out, after


def _without_lone_stops(texts: list[str], whence: Whence | None) -> tuple[list[str], Whence | None]:
    """Undo stops between single words ("I. want. to. die.")."""
    drop = {at for at, word in enumerate(texts) if word == STOP and _lone(texts, at - 1) and _lone(texts, at + 1)}
    if not drop:
        return texts, whence
    before = whence or _identity(texts)
    return [word for at, word in enumerate(texts) if at not in drop], [one for at, one in enumerate(before) if at not in drop]


def _lone(texts: list[str], at: int) -> bool:
    """Whether a word stands alone between two stops, or between a stop and an end."""
    if not 0 <= at < len(texts) or texts[at] in (STOP, PAUSE):
        return False
    return (at == 0 or texts[at - 1] == STOP) and (at + 1 == len(texts) or texts[at + 1] == STOP)


_ONE = re.compile(rf"[{_ALONE}]")


def stands_alone(word: str) -> bool:
    """Whether a word is one character, or one syllable, of a script that is written without spaces."""
    return _ONE.match(word) is not None


def phrase(text: str) -> list[str]:
    """The words of a folded phrase from a lexicon."""
    return [word for word in cut(text).texts if word not in (STOP, PAUSE)]
