"""
How many SMS segments a text takes, in which encoding, and which characters make it dear.

The alphabets are those of 3GPP TS 23.038 (GSM 7 bit default alphabet with its extension table, UCS-2); the sizes
follow from 140 octets a message and a six-octet concatenation header (3GPP TS 23.040). No national shift tables:
the providers we use do not send them. It counts; it does not price, and it does not transliterate.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, TypeAlias

Encoding: TypeAlias = Literal["GSM-7", "UCS-2"]

SIZES: dict[Encoding, tuple[int, int]] = {"GSM-7": (160, 153), "UCS-2": (70, 67)}
"""Units (septets, UTF-16 code units) that one segment holds: alone, and as a part of several."""

_TABLE = Path(__file__).with_name("gsm7.tsv")
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Segments:
    """
    What a text costs.

    segments: at least 1: an SMS without text is an SMS.
    units: septets in GSM-7, where a character of the extension table takes two; UTF-16 code units in UCS-2.
    culprits: the characters that force UCS-2, each once, in the order in which they come; empty in GSM-7.
    """

    encoding: Encoding
    segments: int
    units: int
    culprits: tuple[str, ...] = ()


@cache
def alphabet() -> tuple[frozenset[str], frozenset[str]]:
    """The characters that take one septet, and those that take two."""
    one: set[str] = set()
    two: set[str] = set()
    for line in _TABLE.read_text("utf-8").splitlines():
        if not line.startswith("#"):
            septets, code, _ = line.split("\t")
            (two if " " in septets else one).add(chr(int(code, 16)))
    return frozenset(one), frozenset(two)


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """One septet only; any of GSM-7; what GSM-7 has not."""
    one, two = (re.escape("".join(sorted(part))) for part in alphabet())
    return re.compile(f"[{one}]*"), re.compile(f"[{two}]"), re.compile(f"[^{one}{two}]")


def measure(text: str) -> Segments:
    """
    Measure `text` as a provider sends it: GSM-7 if every character is in it, else UCS-2 for the whole message.

    An escape sequence and a surrogate pair are never cut by a segment's end, so that a segment may stay one unit
    short. An unpaired surrogate counts as the one code unit that it is.
    """
    basic, extended, foreign = _patterns()
    if basic.fullmatch(text):
        return _sized("GSM-7", len(text))
    if not foreign.search(text):
        wide = len(extended.findall(text))
        return _walked("GSM-7", text, alphabet()[1], len(text) + wide)
    text = _paired(text)
    culprits = tuple(dict.fromkeys(foreign.findall(text)))
    astral = frozenset(char for char in culprits if char > "\uffff")
    if not astral:
        return _sized("UCS-2", len(text), culprits)
    return _walked("UCS-2", text, astral, len(text) + sum(map(text.count, astral)), culprits)


def _paired(text: str) -> str:
    if _SURROGATE.search(text):
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    return text


def _sized(encoding: Encoding, units: int, culprits: tuple[str, ...] = ()) -> Segments:
    single, part = SIZES[encoding]
    return Segments(encoding, 1 if units <= single else -(-units // part), units, culprits)


def _walked(encoding: Encoding, text: str, wide: frozenset[str], units: int, culprits: tuple[str, ...] = ()) -> Segments:
    """As `_sized`, where the characters of `wide` take two units that stay together."""
    single, part = SIZES[encoding]
    if units <= single:
        return Segments(encoding, 1, units, culprits)
    segments, at, end = 0, 0, len(text)
    while at < end:
        segments += 1
        room = part
        while at < end and room:
            size = 2 if text[at] in wide else 1
            if size > room:
                break
            room -= size
            at += 1
    return Segments(encoding, segments, units, culprits)


_JOINS = re.compile(
    "(?:\r\n"
    "|[\U0001f1e6-\U0001f1ff]{2}"  # a flag is two regional indicators
    "|[\u1100-\u115f\ua960-\ua97c]*[\u1160-\u11a7\ud7b0-\ud7c6]+[\u11a8-\u11ff\ud7cb-\ud7fb]*"  # Hangul letters of one syllable
    "|.)",
    re.DOTALL,
)


def graphemes(text: str) -> list[str]:
    """
    Cut `text` into what a reader sees as single characters; joined, they are `text` again.

    After Unicode Standard Annex 29: combining marks, joiners, variation selectors, skin tones, tags, flags, Hangul and CR LF
    stay with what they belong to. Prepended marks and Indic conjuncts, which no message of ours is ever cut at, are not followed.
    """
    clusters: list[str] = []
    for piece in _JOINS.findall(text):
        if clusters and piece != "\r\n" and _continues(clusters[-1], piece):
            clusters[-1] += piece
        else:
            clusters.append(piece)
    return clusters


def _continues(cluster: str, piece: str) -> bool:
    if cluster[-1] in "\r\n":
        return False
    code = ord(piece[0])
    if code == 0x200D or 0x1F3FB <= code <= 0x1F3FF or 0xE0020 <= code <= 0xE007F or unicodedata.category(piece[0]) in ("Mn", "Mc", "Me"):
        return True
    return cluster[-1] == "\u200d" and unicodedata.category(piece[0]) == "So"


def split(text: str, segments_max: int = 10) -> list[str]:
    """
    Cut a text that is too long for one message into several, each of at most `segments_max` segments.

    Joined, the parts are `text` again; a part ends after white space where its second half has any, else between graphemes.
    A single grapheme that is longer than a whole message is cut between code points: no reader could see it whole.
    """
    if segments_max < 1:
        raise ValueError("segments_max: at least 1")
    encoding = measure(text).encoding
    single, part = SIZES[encoding]
    room = single if segments_max == 1 else part * segments_max
    parts: list[str] = []
    pieces: list[str] = []
    used = 0
    for piece in _pieces(text, encoding, part):
        size = _units(piece, encoding)
        # A wide character may leave one unit of each segment empty, but for the last.
        if pieces and used + size > room - (segments_max - 1 if used + size > single else 0):
            keep = _last_space(pieces)
            parts.append("".join(pieces[:keep]))
            pieces = pieces[keep:]
            used = sum(_units(kept, encoding) for kept in pieces)
        pieces.append(piece)
        used += size
    return [*parts, "".join(pieces)]


def _pieces(text: str, encoding: Encoding, part: int) -> list[str]:
    return [cut for cluster in graphemes(text) for cut in ([cluster] if _units(cluster, encoding) <= part else list(cluster))]


def _units(text: str, encoding: Encoding) -> int:
    if encoding == "GSM-7":
        return len(text) + sum(char in alphabet()[1] for char in text)
    return len(text) + sum(char > "\uffff" for char in text)


def _last_space(pieces: list[str]) -> int:
    """After the last white space of the second half, else the end."""
    return next((at for at in range(len(pieces), len(pieces) // 2, -1) if pieces[at - 1].isspace()), len(pieces))
