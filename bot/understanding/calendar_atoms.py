"""The pieces of a reply that the grammar takes together, as what they say of the day, of the time, or a bare number."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from bot.understanding.calendar_clock import Time
from bot.understanding.calendar_days import Day
from bot.understanding.calendar_pieces import Piece
from bot.understanding.calendar_table import Calendar

ROUND_MINUTES_FROM = 10
"""Two numbers in a row are an hour and its minutes from here on: "four thirty"."""
_WEEK_DAYS = {"day": 1, "week": 7}
_UNIT_MINUTES = {"minute": 1, "hour": 60}


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the day, or half of it, that stands by itself."""

    part: tuple[int, int] | str


@dataclass(frozen=True, slots=True)
class Bare:
    """A number with nothing that says what it counts. beside: it stands right beside what comes before or after it."""

    number: int
    zero: bool
    beside: bool = False


@dataclass(frozen=True, slots=True)
class Moment:
    """Day and time written as machines write them. zone: "z" or an offset, None for the client's own."""

    year: int
    month: int
    day: int
    hour: int
    minute: int
    zone: str | None


Said: TypeAlias = Day | Time | Part | Bare | Moment


@dataclass(frozen=True, slots=True)
class Atom:
    """What the pieces `first` to `last` (exclusive) say; one phrase may say a day and a part of it ("tonight")."""

    said: tuple[Said, ...]
    first: int
    last: int


class _Match:
    """A match of the grammar over the pieces."""

    def __init__(self, match: re.Match[str], pieces: Sequence[Piece]) -> None:
        self._match, self._pieces = match, pieces
        self._named = match.groupdict()

    def has(self, name: str) -> bool:
        return bool(self._named.get(name))

    def piece(self, name: str) -> Piece:
        return self._pieces[self._match.start(name)]

    def before(self, one: str, other: str) -> bool:
        """Whether one group stands before the other."""
        return self._match.start(one) < self._match.start(other)

    def value(self, name: str, *roles: str) -> Any:
        """The value of the first of the roles that the piece of the group plays."""
        found = self.piece(name).roles
        return next(found[role] for role in roles if role in found)

    def role(self, name: str, *roles: str) -> str:
        found = self.piece(name).roles
        return next(role for role in roles if role in found)


def atoms(pieces: Sequence[Piece], calendar: Calendar) -> list[Atom]:
    """What the reply says, in order. Pieces that nothing takes are left out."""
    text = "".join(calendar.codes[frozenset(piece.roles)] for piece in pieces)
    found: list[Atom] = []
    at = 0
    while at < len(text):
        atom = None if set(pieces[at].roles) <= _NEVER else _at(text, at, pieces, calendar)
        if atom is None:
            at += 1
        else:
            found.append(atom)
            at = atom.last
    return found


_NEVER = frozenset({"fill", "unknown", "mark", "stop", "comma", "point", "bad", "not", "or", "no", "asked", "correction", "past"})


def _at(text: str, at: int, pieces: Sequence[Piece], calendar: Calendar) -> Atom | None:
    for name, pattern in calendar.patterns:
        match = pattern.match(text, at)
        if match is not None and match.end() > at:
            said = _MADE[name](_Match(match, pieces))
            if said:
                return Atom(said, at, match.end())
    return None


def _moment(match: _Match) -> tuple[Said, ...]:
    return (Moment(*match.value("moment", "moment")),)


def _span(match: _Match) -> tuple[Said, ...]:
    """In two hours, three days from now, a week ago."""
    if match.has("s"):
        count, unit = match.value("s", "span")
    else:
        one = "" if match.has("n") else "2"
        count, unit = match.value(f"n{one}", "num"), match.value(f"u{one}", "unit")
    back = match.has("mod") and bool({"ago", "ago_after"} & set(match.piece("mod").roles))
    if unit in _UNIT_MINUTES:
        return (Time(flaw="past") if back else Time(minutes_from_now=count * _UNIT_MINUTES[unit]),)
    if unit not in _WEEK_DAYS:
        return (Day(flaw="vague"),)
    return (Day(offset=count * _WEEK_DAYS[unit] * (-1 if back else 1)),)


def _date(match: _Match) -> tuple[Said, ...]:
    if match.has("date"):
        both = "clock" in match.piece("date").roles and not match.has("on")
        return (Day(dates=tuple(match.value("date", "date")), or_clock=both, figures=True),)
    month = match.value("mn", "num") if match.has("mn") else match.value("m", "month")
    year = match.value("y", "year") if match.has("y") else None
    weekday = None
    if match.has("m") and match.before("m", "d"):
        weekday = match.piece("m").roles.get("weekday")  # "mar. 17" may be 17 March or Tuesday the 17th: it must be both.
    return (Day(dates=((year, month, match.value("d", "num", "ordinal")),), weekday=weekday, figures=match.has("mn")),)


def _day(match: _Match) -> tuple[Said, ...]:
    return (Day(day=match.value("d", "num", "ordinal")),)


def _weekday(match: _Match) -> tuple[Said, ...]:
    which = {match.role(name, "coming", "next", "last") for name in ("c", "c2") if match.has(name)}
    weeks = None
    if match.has("k"):
        if match.role("k", "week", "week_later") == "week":
            weeks = match.value("k", "week")
        else:
            which.add("later")
    if len(which - {"coming"}) > 1:
        return (Day(flaw="two-ways"),)
    chosen = next(iter(which - {"coming"}), None) or next(iter(which), None)
    return (Day(weekday=match.value("w", "weekday"), weeks=weeks, which=chosen),)


def _relative(match: _Match) -> tuple[Said, ...]:
    return (Day(offset=match.value("r", "day")),)


def _today(match: _Match) -> tuple[Said, ...]:
    return Day(offset=0), Part(match.value("today", "today_part"))


def _week(match: _Match) -> tuple[Said, ...]:
    return (Day(weeks=match.value("k", "week")),)


def _part(match: _Match) -> tuple[Said, ...]:
    return (Part(match.value("part", "part")),)


def _bare(match: _Match) -> tuple[Said, ...]:
    piece = match.piece("n")
    return (Bare(match.value("n", "num", "hour"), piece.zero),)


def _time(match: _Match) -> tuple[Said, ...]:
    """A clock time with the part of day before or after it; nothing when its numbers are no such time or nothing says that it is one."""
    face = _face(match)
    if face is None:
        return ()
    hour, minute, more = face
    part: Any = None
    for name in ("pre", "suf"):
        if match.has(name):
            role = match.role(name, "am", "pm", "part", "today_part")
            one = role if role in ("am", "pm") else match.value(name, role)
            if part is not None and part != one:
                return (Time(flaw="mismatch"),)
            part = one
    today = any(match.has(name) and "today_part" in match.piece(name).roles for name in ("pre", "suf"))
    time = Time(hour, minute, part, **more)
    return (Day(offset=0), time) if today else (time,)


_Face: TypeAlias = tuple[int, int, dict[str, Any]]


def _face(match: _Match) -> _Face | None:
    """Hour, minute (before the hour below zero), and how it was said."""
    spoken = match.has("at")
    if match.has("clock"):
        hour, minute = match.value("clock", "clock")
        return hour, minute, {"zero": match.piece("clock").zero, "spoken": spoken}
    if match.has("phrase"):
        hour, minute = match.value("phrase", "time")
        return hour, minute, {}
    if match.has("noon"):
        return 12, 0, {"exact": True}
    if match.has("midnight"):
        return 0, 0, {"exact": True}
    if match.has("h8") or match.has("h9"):
        one = "8" if match.has("h8") else "9"
        return match.value(f"h{one}", "num") + match.value(f"s{one}", "shift"), 0, {"exact": True}
    if match.has("h12") or match.has("h11"):
        return _plain(match, spoken)
    return _worded(match)


def _plain(match: _Match, spoken: bool) -> _Face | None:
    """A number alone counts as a time only with a word before or after it; two in a row are hour and minutes."""
    marked = spoken or match.has("pre") or match.has("suf")
    if match.has("h12"):
        piece = match.piece("h12")
        return (match.value("h12", "num", "hour"), 0, {"spoken": spoken, "zero": piece.zero}) if marked else None
    minute = match.value("m11", "num")
    if (
        minute >= 60
        or (minute < ROUND_MINUTES_FROM and not match.piece("m11").zero)
        or match.piece("h11").digits is not match.piece("m11").digits
    ):
        return None
    hour = match.value("h11", "num", "hour")
    return (hour, minute, {"spoken": spoken}) if hour <= 24 else None


_FORMS: tuple[tuple[str, str | None, str | None, str | None], ...] = (
    ("h1", None, None, "q1"),
    ("h2", "m2", "to2", None),
    ("h3", "m3", "less3", None),
    ("h4", None, None, "q4"),
    ("h5", "m5", "to5", None),
    ("h6", "m6", "to6", None),
    ("h7", "m7", None, None),
    ("h10", None, None, None),
)
"""Hour, minutes, what says on which side of the hour they are, and a phrase that is the minutes ("half past")."""
_BEFORE = ("M_to_H", "less_M_H", "H_less_M", "H_M_to")


def _worded(match: _Match) -> _Face | None:
    for hour, minute, side, phrase in _FORMS:
        if not match.has(hour):
            continue
        minutes = 0
        if phrase is not None:
            minutes = match.value(phrase, "before_hour", "after_hour")
        elif minute is not None:
            minutes = match.value(minute, "num")
            if side is not None and set(_BEFORE) & set(match.piece(side).roles):
                minutes = -minutes
            if side == "to2" and _may_be_a_range(match, minutes):
                return 0, 0, {"flaw": "range"}
        return match.value(hour, "num", "hour"), minutes, {"spoken": True, "zero": match.piece(hour).zero}
    return None


def _may_be_a_range(match: _Match, minutes: int) -> bool:
    """5 to 7 may be two clock times; "ten to seven" in words and "20 to 7" are one."""
    return -12 <= minutes < 0 and match.piece("m2").digits


_MADE: dict[str, Callable[[_Match], tuple[Said, ...]]] = {
    "moment": _moment,
    "span": _span,
    "date": _date,
    "day": _day,
    "weekday": _weekday,
    "relative": _relative,
    "today": _today,
    "week": _week,
    "part": _part,
    "bare": _bare,
    "time": _time,
}
