"""
A date, a time, or both out of a reply ("Thursday at half past four"), seen from `now` in the client's zone.

No part is invented: a reply that names only the day gives the day. Every reading is to be read back before it counts;
in doubt there is none. A phrase that the grammar does not take and that may change the rest (not, or, before, another
number) leaves nothing to be read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from bot.normalise import Normal
from bot.understanding import thresholds as t
from bot.understanding.calendar_atoms import Atom, Bare, Moment, Part, Said, atoms
from bot.understanding.calendar_clock import Time, clock
from bot.understanding.calendar_days import Day, day_of
from bot.understanding.calendar_pieces import Piece, pieces
from bot.understanding.calendar_table import Calendar
from bot.understanding.calendar_tokens import cut
from bot.understanding.tokens import Token
from bot.values import Expected, Kind, Reading

STRANGERS_MAX = 10
"""More words that nobody knows beside a date, and the reply is about something else."""
Found = tuple[Reading, tuple[int, int] | None]


@dataclass(slots=True)
class _Heard:
    """What the reply says, sorted, and which pieces say it."""

    days: list[Day] = field(default_factory=list)
    times: list[Time] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    bare: list[Bare] = field(default_factory=list)
    moments: list[Moment] = field(default_factory=list)


def read_moment(normal: Normal, tokens: Sequence[Token], expected: Expected, calendar: Calendar, region: str | None) -> Reading:
    """Read a reply whose tokens are not yet cut; the span points into the original text. Never raises on a text."""
    if expected.now is None:
        return t.for_a_person("no-now")
    parts = cut(tokens)
    reading, span = _read(normal, parts, expected, calendar, region)
    if span is not None and reading.value is not None:
        at = normal.span(parts[span[0]].start, parts[span[1] - 1].end)
        reading = replace(reading, span=at)
    return reading


def _read(normal: Normal, tokens: Sequence[Token], expected: Expected, calendar: Calendar, region: str | None) -> Found:
    found = pieces(normal.text, tokens, calendar, calendar.order(region))
    said = atoms(found, calendar)
    begin, corrected = _corrected(found, said)
    said = [atom for atom in said if atom.first >= begin]
    spoilt = _spoilt(found, said, begin)
    if spoilt is not None:
        return t.unread(spoilt), None
    heard = _sorted(said)
    now = _local(expected)
    value, flaw, partial = _decided(expected.kind, heard, now, calendar)
    if value is None:
        return t.unread(flaw), None
    reason = "partial" if partial else "corrected" if corrected else "calendar"
    strange = any("unknown" in piece.roles for piece in found[begin:])
    sure = t.GUESSED if partial or corrected or strange else t.HEDGED
    first, last = found[said[0].first].first, found[said[-1].last - 1].last
    return t.reading(value, sure, reason), (first, last)


def _local(expected: Expected) -> datetime:
    """The moment of the reply in the client's zone."""
    zone = ZoneInfo(expected.zone)
    now = expected.now
    assert now is not None
    return now.astimezone(zone) if now.tzinfo is not None else now.replace(tzinfo=zone)


# ---------------------------------------------------------------- what stands around


def _corrected(found: Sequence[Piece], said: Sequence[Atom]) -> tuple[int, bool]:
    """Monday, no wait, Tuesday: where what counts begins, and whether something before it was taken back."""
    taken = {at for atom in said for at in range(atom.first, atom.last)}
    marks = [at for at, piece in enumerate(found) if "correction" in piece.roles and at not in taken]
    for at in reversed(marks):
        if any(atom.first > at for atom in said):
            return (at + 1, True) if any(atom.last <= at for atom in said) else (0, False)
    return 0, False


_SPOILS = {
    "bad": None, "num": "other-numbers", "year": "other-numbers", "date": "two-dates", "clock": "other-numbers", "not": "negated",
    "or": "alternatives", "bound": "bound", "vague": "vague", "asked": "unclear", "past": "past", "other_calendar": "other-calendar",
    "unit": "unclear", "span": "unclear", "next": "two-ways", "last": "past", "week_later": "two-ways", "hour": "other-numbers",
}  # fmt: skip
"""A role that is left over, and why nothing is read then; None: the piece says why."""
_HARMLESS = frozenset({"join", "may_stand", "coming", "unknown", "mark", "comma", "point", "stop", "clock_before", "correction"})


def _spoilt(found: Sequence[Piece], said: Sequence[Atom], begin: int) -> str | None:
    """Why the reply cannot be trusted though it names a day or a time; None when it can."""
    taken = {at for atom in said for at in range(atom.first, atom.last)}
    strangers = 0
    reason = None
    for at in range(begin, len(found)):
        roles = found[at].roles
        if at in taken:
            continue
        if "other_calendar" in roles:
            return "other-calendar"
        if set(roles) & _HARMLESS:
            strangers += "unknown" in roles
        elif "no" in roles:
            if not _exclaimed(found, at):
                reason = reason or "negated"
        else:
            spoil = next((role for role in roles if role in _SPOILS), None)
            if spoil is not None:
                reason = reason or _SPOILS[spoil] or str(roles[spoil])
    return reason or ("unclear" if strangers > STRANGERS_MAX else None)


def _exclaimed(found: Sequence[Piece], at: int) -> bool:
    """No, Tuesday: the no stands by itself."""
    return at + 1 < len(found) and bool({"comma", "point", "stop", "mark"} & set(found[at + 1].roles))


# ---------------------------------------------------------------- deciding


def _sorted(said: Sequence[Atom]) -> _Heard:
    heard = _Heard()
    for one in (one for atom in said for one in atom.said):
        _file(heard, one)
    return heard


def _file(heard: _Heard, one: Said) -> None:
    match one:
        case Day():
            heard.days.append(one)
        case Time():
            heard.times.append(one)
        case Part():
            heard.parts.append(one)
        case Bare():
            heard.bare.append(one)
        case Moment():
            heard.moments.append(one)


_Decided = tuple[str | None, str, bool]
"""The value or None, the reason for none, whether only a part was said."""


def _decided(kind: Kind, heard: _Heard, now: datetime, calendar: Calendar) -> _Decided:
    if heard.moments:
        return _machine(kind, heard, now)
    if calendar.other and any(day.dates for day in heard.days):
        return None, "other-calendar", False
    flaw = _assign_bare(kind, heard, now, calendar)
    if flaw is not None:
        return None, flaw, False
    later = next((time.minutes_from_now for time in heard.times if time.minutes_from_now is not None), None)
    if later is not None:
        return _later(kind, heard, now, later)
    day = day_of(heard.days, now.date(), calendar.first_weekday) if heard.days else None
    minutes = _minutes(heard, calendar) if heard.times else None
    if kind is Kind.date:
        return _only(day.isoformat() if isinstance(day, date) else day, heard, isinstance(day, date))
    if kind is Kind.time:
        return _only(_clocked(minutes) if isinstance(minutes, int) else minutes, heard, isinstance(minutes, int))
    return _both(day, minutes, heard, now)


def _only(found: str | None, heard: _Heard, good: bool) -> _Decided:
    if good:
        return found, "", False
    return None, found or ("vague" if heard.parts or heard.days or heard.times else "no-match"), False


def _both(day: date | str | None, minutes: int | str | None, heard: _Heard, now: datetime) -> _Decided:
    for found in (day, minutes):
        if isinstance(found, str):
            return None, found, False
    if isinstance(day, date) and isinstance(minutes, int):
        if minutes < _night_ends(heard) * 60:
            return None, "midnight", False
        return _placed(day, minutes, now)
    if isinstance(day, date):
        return day.isoformat(), "", True
    if isinstance(minutes, int):
        return _clocked(minutes), "", True
    return None, "vague" if heard.parts else "no-match", False


def _night_ends(heard: _Heard) -> int:
    """Hour before which a day named with a night may be that day or the one after: "tomorrow at two at night", "Friday at midnight"."""
    ends = [part[1] for part in _parts(heard) if isinstance(part, tuple) and part[0] > part[1]]
    if any(time.exact and time.hour in (0, 24) for time in heard.times):
        ends.append(1)
    return max(ends, default=0)


def _parts(heard: _Heard) -> list[tuple[int, int] | str]:
    return [part.part for part in heard.parts] + [time.part for time in heard.times if time.part is not None]


def _placed(day: date, minutes: int, now: datetime) -> _Decided:
    """Day and time in the client's zone. A time that the clocks skip is none; of one that comes twice the first counts."""
    zone = now.tzinfo
    placed = datetime(day.year, day.month, day.day, minutes // 60, minutes % 60, tzinfo=zone)
    if placed.astimezone(UTC).astimezone(zone).replace(fold=0) != placed:
        return None, "skipped-by-the-clocks", False
    if day == now.date() and placed < now:
        return None, "past", False
    return placed.isoformat(timespec="minutes"), "", False


def _minutes(heard: _Heard, calendar: Calendar) -> int | str:
    """The one time of day; a part of day that stands elsewhere belongs to a time that has none."""
    parts = {part.part for part in heard.parts}
    if len(parts) > 1:
        return "two-times"
    found: set[int | str] = set()
    for time in heard.times:
        found.add(clock(replace(time, part=next(iter(parts))) if parts and time.part is None and not time.exact else time, calendar.offset))
    if len(found) > 1:
        flaws = [one for one in found if isinstance(one, str)]
        return flaws[0] if flaws else "two-times"
    return found.pop()


def _clocked(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _later(kind: Kind, heard: _Heard, now: datetime, minutes: int) -> _Decided:
    """In two hours: the moment itself."""
    if len(heard.times) > 1 or heard.days:
        return None, "two-times", False
    try:
        then = (now.astimezone(UTC) + timedelta(minutes=minutes)).astimezone(now.tzinfo)
    except OverflowError:
        return None, "no-such-date", False
    return _as_kind(kind, then)


def _as_kind(kind: Kind, moment: datetime) -> _Decided:
    if kind is Kind.date:
        return moment.date().isoformat(), "", False
    if kind is Kind.time:
        return f"{moment:%H:%M}", "", False
    return moment.replace(second=0, microsecond=0).isoformat(timespec="minutes"), "", False


def _machine(kind: Kind, heard: _Heard, now: datetime) -> _Decided:
    """A moment written out: 2026-03-12T16:30, with or without an offset."""
    if len(heard.moments) > 1 or heard.days or heard.times:
        return None, "two-dates", False
    one = heard.moments[0]
    try:
        if one.zone is None:
            day = date(one.year, one.month, one.day)
            placed = _placed(day, one.hour * 60 + one.minute, now) if one.hour < 24 and one.minute < 60 else (None, "no-such-time", False)
            return placed if placed[0] is None else _as_kind(kind, datetime.fromisoformat(placed[0]))
        moment = datetime(one.year, one.month, one.day, one.hour, one.minute, tzinfo=_offset(one.zone))
        return _as_kind(kind, moment.astimezone(now.tzinfo))
    except (ValueError, OverflowError):
        return None, "no-such-date", False


def _offset(text: str) -> timezone:
    if text == "z":
        return UTC
    hours, minutes = int(text[1:3]), int(text[-2:])
    return timezone((1 if text[0] == "+" else -1) * timedelta(hours=hours, minutes=minutes))


def _assign_bare(kind: Kind, heard: _Heard, now: datetime, calendar: Calendar) -> str | None:
    """Numbers without a word: the time where only that is missing, or the day of the month beside its weekday. Else a reason."""
    if not heard.bare:
        return None
    if len(heard.bare) > 1:
        return "two-numbers"
    bare = heard.bare.pop()
    as_time = Time(bare.number, 0, None, zero=bare.zero)
    weekdays = [day for day in heard.days if day.weekday is not None and day.which is None and day.weeks is None]
    if kind is Kind.date:
        if len(weekdays) == len(heard.days) == 1:
            heard.days.append(Day(day=bare.number))
            return None
        return None if heard.days and not heard.times and any(day.offset is not None for day in heard.days) else "unclear-number"
    if heard.times:
        heard.days += [Day(day=bare.number)] if len(weekdays) == len(heard.days) == 1 else []
        return None if len(weekdays) == 1 else "other-numbers"
    if weekdays or (kind is Kind.datetime and not heard.days):
        both = day_of([*heard.days, Day(day=bare.number)], now.date(), calendar.first_weekday) if weekdays else ""
        if kind is not Kind.time or isinstance(both, date):
            return "day-or-time"
    heard.times.append(as_time)
    return None
