"""
One folded form of text for every reader: same letters, digits and marks whatever the keyboard, with a way back to the original.

Case, width, accents, Arabic vowel marks and letter variants, digits of every script, invisible and bidi characters are
folded away; so is what people leave out or write either way: the nukta of Devanagari and Bengali, Ethiopic letters that
sound alike, katakana (to hiragana), traditional Chinese characters (to simplified ones). Marks that carry meaning
(vowels of Devanagari and Bengali, kana, Hangul) stay. Lexicons are folded by the same function, so that they may be
written as people write. It does not touch spelling, elongation or word order.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

_LETTERS = {
    "ى": "ي", "ی": "ي", "ې": "ي", "ة": "ه", "ک": "ك", "ہ": "ه", "ھ": "ه", "ـ": "", "ٱ": "ا",
    "ں": "ن", "妳": "你", "\u0901": "\u0902", "\u0981": "",
    "ı": "i", "ø": "o", "đ": "d", "ł": "l", "æ": "ae", "œ": "oe", "ʼ": "'", "ʻ": "'", "’": "'", "‘": "'", "`": "'",
    "´": "'", "\u1ffd": "'", "\u0384": "'", "′": "'",
    "“": '"', "”": '"', "«": '"', "»": '"', "„": '"', "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "−": "-",
    "،": ",", "؛": ";", "؟": "?", "。": ".", "、": ",", "·": ".", "•": " ", "٫": ".", "٬": ",",
    "፣": ",", "፥": ";", "።": ".",
}  # fmt: skip
_SERIES = ((0x1210, 0x1200, 8), (0x1280, 0x1200, 8), (0x1220, 0x1230, 8), (0x12D0, 0x12A0, 8), (0x1340, 0x1338, 8))
"""Ethiopic letters (first of a row of vowels) that people write for others of the same sound."""
_LETTERS |= {chr(one + at): chr(other + at) for one, other, many in _SERIES for at in range(many)}
_LETTERS |= {"ሃ": "ሀ", "ሓ": "ሀ", "ኃ": "ሀ", "ኣ": "አ", "ዓ": "አ"}
_LETTERS |= {chr(code): chr(code - 0x60) for code in range(0x30A1, 0x30F7) if not unicodedata.decomposition(chr(code))}
_ASCII = dict.fromkeys([*range(9), *range(11, 32), 127], " ") | {ord("`"): "'", 9: " "}
_ACUTE = re.compile(" (?=\u0301)")
"""What an acute accent used for an apostrophe comes to in the forms KC and KD."""


@dataclass(frozen=True, slots=True)
class Normal:
    """
    A folded text.

    origin: for each character of `text`, the index of the character in the original that it came from;
        None when the two run side by side.
    """

    text: str
    original: str
    origin: tuple[int, ...] | None = None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The half-open range in the original behind `text[start:end]`, marks of its last letter included; an empty one stays empty."""
        if self.origin is None:
            return start, end
        if start >= end or not self.origin:
            at = self.origin[start] if start < len(self.origin) else len(self.original)
            return at, at
        last = self.origin[end - 1] + 1
        while last < len(self.original) and unicodedata.category(self.original[last]) == "Mn" and not _FOLDED[ord(self.original[last])]:
            last += 1
        return self.origin[start], last

    def matched(self, start: int, end: int) -> str:
        """The original words behind `text[start:end]`."""
        first, last = self.span(start, end)
        return self.original[first:last]


@cache
def _simplified() -> dict[str, str]:
    """Traditional Chinese characters → simplified; read when the first one comes."""
    lines = (files("bot") / "han.tsv").read_text(encoding="utf-8").splitlines()
    return dict(line.split("\t", 1) for line in lines if not line.startswith("#"))


def _fold(char: str) -> str:
    """One character, folded; empty where it only carried form."""
    if char in _LETTERS:
        return _LETTERS[char]
    category = unicodedata.category(char)
    if category == "Nd":
        return str(unicodedata.decimal(char))
    if category in ("Cc", "Cs", "Zl", "Zp", "Zs"):
        return "\n" if char == "\n" else " "
    if category == "Cf" or _drops(ord(char)):
        return ""
    out = []
    plain = "".join(part for part in unicodedata.normalize("NFKD", char) if not _drops(ord(part)))
    for part in plain.casefold():
        part_kept = _LETTERS.get(part, part)
        if part_kept >= "\u3400":
            part_kept = _simplified().get(part_kept, part_kept)
        if part_kept and not _drops(ord(part_kept[0])):
            digit = unicodedata.decimal(part_kept, None) if len(part_kept) == 1 else None
            out.append(part_kept if digit is None else str(digit))
    return "".join(out)


def _drops(code: int) -> bool:
    """Whether the mark only decorates: Latin, Greek, Cyrillic, Arabic and Hebrew marks, nukta, variation selectors, skin tones, keycaps."""
    return (
        0x0300 <= code <= 0x036F
        or code in (0x093C, 0x09BC)
        or 0x0591 <= code <= 0x05C7
        or 0x0610 <= code <= 0x061A
        or 0x064B <= code <= 0x065F
        or code == 0x0670
        or 0x06D6 <= code <= 0x06DC
        or 0x06DF <= code <= 0x06E8
        or 0x06EA <= code <= 0x06ED
        or 0x1AB0 <= code <= 0x1AFF
        or 0x1DC0 <= code <= 0x1DFF
        or 0x20D0 <= code <= 0x20FF
        or 0xFE00 <= code <= 0xFE0F
        or 0x1F3FB <= code <= 0x1F3FF
        or 0xE0100 <= code <= 0xE01EF
    )


class _Folded(dict[int, str]):
    """
    Code point → what it folds to, filled as they are met.

    uneven: the characters that do not fold to just one.
    """

    MOST = 100_000

    def __init__(self) -> None:
        super().__init__()
        self.uneven: set[str] = set()

    def __missing__(self, code: int) -> str:
        if len(self) >= self.MOST:
            self.clear()
        folded = self[code] = _fold(chr(code))
        if len(folded) != 1:
            self.uneven.add(chr(code))
        return folded


_FOLDED = _Folded()


def normalise(text: str) -> Normal:
    """Fold `text`. Linear in its length; never raises, whatever code points it holds."""
    if text.isascii():
        return Normal(text.lower().translate(_ASCII), text)
    if " \u0301" in text:
        return _with_origin(text)
    folded = text.translate(_FOLDED)
    return Normal(folded, text) if _FOLDED.uneven.isdisjoint(text) else _with_origin(text)


def _with_origin(text: str) -> Normal:
    letters = [_FOLDED[ord(char)] for char in text]
    for match in _ACUTE.finditer(text):
        letters[match.start()] = "'"
    return Normal("".join(letters), text, tuple([at for at, letter in enumerate(letters) for _ in letter]))


def fold(text: str) -> str:
    """The folded form alone: for lexicons, and wherever no way back is needed."""
    return normalise(text).text
