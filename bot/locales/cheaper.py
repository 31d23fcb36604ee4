"""
What would make a text cheaper or easier: the same words in GSM-7, and how hard they are to read.

It offers; a person decides. Letters lose their accents only where the language is still read without them, that is, in
Latin script; a text of another script has no cheaper form.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bot.locales.segments import alphabet, measure

_TABLE = Path(__file__).with_name("plainer.tsv")
_PLACEHOLDER = re.compile(r"%\(\w+\)s")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_SENTENCE = re.compile(r"[.!?;:…۔؟।。！？\n]+")
LONG_LETTERS = 7
"""Letters from which a word counts as long in LIX."""


@dataclass(frozen=True, slots=True)
class Reading:
    """
    How hard a text is to read, in scripts that put spaces between words.

    lix: words in a sentence plus the percentage of words of seven letters and more (Björnsson 1968): below 30 very easy,
        40 a newspaper, above 50 hard. It compares texts of one language, not languages.
    longest: words in the longest sentence.
    """

    lix: int
    longest: int


def cheaper(text: str) -> str | None:
    """
    The text with every character outside GSM-7 replaced by what people write for it, or None.

    None where it is GSM-7 already, where a character has no plainer form, or where it would take no segment less.
    """
    before = measure(text)
    if before.encoding == "GSM-7":
        return None
    plain = "".join(_plainer(char) for char in unicodedata.normalize("NFC", text))
    after = measure(plain)
    return plain if after.encoding == "GSM-7" and after.segments < before.segments else None


@cache
def _table() -> dict[str, str]:
    rows = (line.split("\t") for line in _TABLE.read_text("utf-8").splitlines() if line and not line.startswith("#"))
    return {chr(int(code, 16)): instead for code, instead, *_ in rows}


@cache
def _plainer(char: str) -> str:
    one, two = alphabet()
    if char in one or char in two:
        return char
    if char in _table():
        return _table()[char]
    base = unicodedata.normalize("NFKD", char)
    kept = "".join(part for part in base if not unicodedata.combining(part))
    return kept if kept and all(part in one or part in two for part in kept) else char


def reading(text: str) -> Reading | None:
    """How hard `text` is to read; None without two words in a script with spaces."""
    sentences = [_WORD.findall(part) for part in _SENTENCE.split(_PLACEHOLDER.sub("it", text))]
    sentences = [words for words in sentences if words]
    words = [word for sentence in sentences for word in sentence]
    if len(words) < 2 or any(_spaceless(word) for word in words):
        return None
    long = sum(len(word) >= LONG_LETTERS for word in words)
    return Reading(round(len(words) / len(sentences) + 100 * long / len(words)), max(map(len, sentences)))


def _spaceless(word: str) -> bool:
    code = ord(word[0])
    return 0x0E00 <= code <= 0x0EFF or 0x1000 <= code <= 0x109F or 0x1780 <= code <= 0x17FF or 0x3040 <= code <= 0x9FFF
