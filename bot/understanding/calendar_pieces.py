"""
A reply as pieces, each with the roles that it may play; numbers in digits become dates, clock times or plain numbers.

What stands right beside digits and makes them a price, a phone number or a code makes the piece `bad`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.understanding.calendar_table import Calendar, Roles
from bot.understanding.tokens import Token
from bot.values import Kind

_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)[t ]{1,2}(\d\d):(\d\d)(?::\d\d(?:[.,]\d{1,9})?)? ?(z|[+-]\d\d:?\d\d)?(?![\d:])")
_YEAR_FIRST = re.compile(r"(\d{4}) ?([-/.]) ?(\d{1,2}) ?\2 ?(\d{1,2})(?!\d)")
_THREE = re.compile(r"(\d{1,2}) ?([-/.]) ?(\d{1,2}) ?\2 ?(\d{4}|\d{2})(?!\d)")
_TWO = re.compile(r"(\d{1,2}) ?([-/.]) ?(\d{1,2})(?!\d)")
_CLOCK = re.compile(r"(\d{1,2}):(\d\d)(?::\d\d)?(?![\d:])")
_RUN = re.compile(r"\d+(?:[-/.,:]\d+)*")
_BEFORE = frozenset("$€£¥₹₪﷼₽₺₴₩₱฿+#@_\\=<>*&")
_AFTER = frozenset("$€£¥₹₪﷼₽₺₴₩₱฿%°@_\\=*^")
_MARKS = {",": "comma", ".": "point", "\n": "stop", "!": "stop", "?": "stop", ";": "stop", "(": "mark", ")": "mark"}


@dataclass(slots=True)
class Piece:
    """
    Tokens `first` to `last` (exclusive), and what they may be: role → value.

    zero: a number written with a leading zero. digits: it stands in digits.
    """

    first: int
    last: int
    roles: Roles = field(default_factory=dict)
    zero: bool = False
    digits: bool = False


def pieces(text: str, tokens: Sequence[Token], calendar: Calendar, order: str, kind: Kind) -> list[Piece]:
    """All tokens as pieces, left to right. `text` is the folded text that the tokens point into; figures are what `kind` asks for."""
    found: list[Piece] = []
    skip = 0
    for hit, roles in calendar.tagged(tokens):
        if hit.first < skip:
            continue
        piece = Piece(hit.first, hit.last, roles)
        if not roles:
            token = tokens[hit.first]
            if token.kind == "number":
                piece = _digits(text, tokens, hit.first, calendar, order)
                if {"date", "clock"} <= set(piece.roles) and kind is not Kind.datetime:
                    piece.roles = {"date": piece.roles["date"]} if kind is Kind.date else {"clock": piece.roles["clock"]}
                skip = piece.last
            else:
                piece.roles = {"unknown" if token.kind == "word" else _MARKS.get(token.text, "mark"): None}
        found.append(piece)
    return found


def _digits(text: str, tokens: Sequence[Token], at: int, calendar: Calendar, order: str) -> Piece:
    start = tokens[at].start
    end, roles = _number(text, start, calendar, order)
    last = at + 1
    while last < len(tokens) and tokens[last].start < end:
        last += 1
    before = text[start - 1 : start]
    after = text[end : end + 1]
    if {before} & _BEFORE or {after} & _AFTER or before.isdecimal() or after.isdecimal() or _lettered(tokens, at, before):
        roles = {"bad": "mixed"}
    elif after in tuple("-/:") and after and text[end + 1 : end + 2].isdecimal():
        roles = {"bad": "range" if after == "-" else "ratio"}
    return Piece(at, last, roles, zero=text[start] == "0" and len(text[start:end]) > 1, digits=True)


def _lettered(tokens: Sequence[Token], at: int, before: str) -> bool:
    """Whether a minus or a quotation mark belongs to the number: -5, '90."""
    return before in ("-", "'") and at > 0 and not tokens[at - 1].glued and tokens[at].glued


def _number(text: str, start: int, calendar: Calendar, order: str) -> tuple[int, Roles]:
    """Where the number ends, and its roles."""
    iso = _ISO.match(text, start)
    if iso:
        return iso.end(), {"moment": (*map(int, iso.groups()[:5]), iso[6])}
    match = _YEAR_FIRST.match(text, start)
    if match:
        return match.end(), {"date": [(int(match[1]), int(match[3]), int(match[4]))]}
    match = _THREE.match(text, start)
    if match:
        return match.end(), _date(int(match[1]), int(match[3]), match[4], order)
    match = _CLOCK.match(text, start)
    if match:
        return match.end(), {"clock": (int(match[1]), int(match[2]))}
    match = _TWO.match(text, start)
    if match and not _more(text, match.end()):
        return match.end(), _two(match, calendar, order)
    run = _RUN.match(text, start)
    assert run is not None
    return run.end(), _plain(run[0])


def _more(text: str, end: int) -> bool:
    return text[end : end + 1] in tuple("-/.") and text[end + 1 : end + 2].isdecimal()


def _date(first: int, second: int, last: str, order: str) -> Roles:
    """Day, month and year in the language's order; both readings where nobody can say which comes first."""
    if order == "ymd" and len(last) == 2:
        return {"date": [(_century(f"{first:02}"), second, int(last))]}
    year: Any = _century(last)
    return {"date": [(year, month, day) for day, month in _day_month(first, second, "dmy" if order == "ymd" else order)]}


def _century(year: str) -> Any:
    """A year of two digits stays text until "now" says which century."""
    return year if len(year) == 2 else int(year)


def _day_month(first: int, second: int, order: str) -> list[tuple[int, int]]:
    if first > 12 or second > 12:
        return [(second, first)] if second > 12 else [(first, second)]
    if order == "ask":
        return list(dict.fromkeys([(first, second), (second, first)]))
    return [(first, second)] if order == "dmy" else [(second, first)]


def _two(match: re.Match[str], calendar: Calendar, order: str) -> Roles:
    """Two numbers with a mark between: a day of a month, a clock time ("4.30"), or a range."""
    first, second, mark = int(match[1]), int(match[3]), match[2]
    roles: Roles = {}
    padded = len(match[1]) == len(match[3]) == 2
    if mark in calendar.separators and (mark != "-" or padded):  # "9-5" is rather from nine to five.
        pairs = _day_month(first, second, "mdy" if order == "ymd" else order)
        if all(1 <= month <= 12 and 1 <= day <= 31 for day, month in pairs):
            roles["date"] = [(None, month, day) for day, month in pairs]
    if mark == "." and len(match[3]) == 2 and first <= 24 and second < 60:
        roles["clock"] = (first, second)
    return roles or {"bad": "range" if mark == "-" else "ratio" if mark == "/" else "mixed"}


def _plain(run: str) -> Roles:
    if not run.isdecimal():
        return {"bad": "list"}
    if len(run) <= 2:
        return {"num": int(run)}
    return {"year": int(run)} if len(run) == 4 and run[0] != "0" else {"bad": "long"}
