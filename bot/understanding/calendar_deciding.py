"""
What the atoms of a reply come to for the question: one day, one time, both, or why there is none.

Days and times are put together here and placed in the client's zone; nothing here reads text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta, timezone

from bot.understanding.calendar_atoms import Atom, Bare, Moment, Part, Said
from bot.understanding.calendar_clock import Time, clock
from bot.understanding.calendar_days import Day, day_of
from bot.understanding.calendar_pieces import Piece
from bot.understanding.calendar_table import Calendar
from bot.values import Kind


@dataclass(slots=True)
class Heard:
    """What the reply says, sorted."""

    days: list[Day] = field(default_factory=list)
    times: list[Time] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    bare: list[Bare] = field(default_factory=list)
    moments: list[Moment] = field(default_factory=list)


_BETWEEN = frozenset({"join", "comma", "fill"})


def heard_in(said: Sequence[Atom], found: Sequence[Piece]) -> Heard:
    """The atoms sorted; `found` are the pieces between which they stand."""
    heard = Heard()
    for at, atom in enumerate(said):
        for one in atom.said:
            beside = isinstance(one, Bare) and (_near(said, found, at - 1) or _near(said, found, at))
            _file(heard, replace(one, beside=True) if isinstance(one, Bare) and beside else one)
    return heard


def _near(said: Sequence[Atom], found: Sequence[Piece], at: int) -> bool:
    """Whether what stands between the atom and the next one only joins them."""
    if not 0 <= at < len(said) - 1:
        return False
    return all(_BETWEEN & set(piece.roles) for piece in found[said[at].last : said[at + 1].first])


def _file(heard: Heard, one: Said) -> None:
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


def decide(kind: Kind, heard: Heard, now: datetime, calendar: Calendar) -> _Decided:
    """
    The value for the question, else the reason for none.

    kind: date, time or datetime; of the last, one part alone is a value too. now: in the client's zone.
    """
    if heard.moments:
        return _machine(kind, heard, now)
    flaw = _assign_bare(kind, heard, now, calendar)
    if flaw is not None:
        return None, flaw, False
    if calendar.other and any(day.figures or day.day is not None for day in heard.days):
        return None, "other-calendar", False
    later = next((time.minutes_from_now for time in heard.times if time.minutes_from_now is not None), None)
    if later is not None:
        return _later(kind, heard, now, later)
    day = day_of(heard.days, now.date(), calendar.first_weekday) if heard.days else None
    minutes = _minutes(heard, calendar) if heard.times else None
    if kind is Kind.date:
        return _only(day.isoformat() if isinstance(day, date) else day, heard, isinstance(day, date))
    if kind is Kind.time:
        return _only(_clocked(minutes) if isinstance(minutes, int) else minutes, heard, isinstance(minutes, int))
    if not heard.times and any(one.or_clock for one in heard.days):
        return None, "day-or-time", False
    return _both(day, minutes, heard, now)


def _only(found: str | None, heard: Heard, good: bool) -> _Decided:
    if good:
        return found, "", False
    return None, found or ("vague" if heard.parts or heard.days or heard.times else "no-match"), False


def _both(day: date | str | None, minutes: int | str | None, heard: Heard, now: datetime) -> _Decided:
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


def _night_ends(heard: Heard) -> int:
    """Hour before which a day named with a night may be that day or the one after: "tomorrow at two at night", "Friday at midnight"."""
    ends = [part[1] for part in _parts(heard) if isinstance(part, tuple) and part[0] > part[1]]
    if any(time.hour in (0, 24) for time in heard.times):
        ends.append(1)
    return max(ends, default=0)


def _parts(heard: Heard) -> list[tuple[int, int] | str]:
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


def _minutes(heard: Heard, calendar: Calendar) -> int | str:
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


def _later(kind: Kind, heard: Heard, now: datetime, minutes: int) -> _Decided:
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


def _machine(kind: Kind, heard: Heard, now: datetime) -> _Decided:
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


def _assign_bare(kind: Kind, heard: Heard, now: datetime, calendar: Calendar) -> str | None:
    """Numbers without a word: the time where only that is missing, or the day of the month beside its weekday. Else a reason."""
    if not heard.bare:
        return None
    if len(heard.bare) > 1:
        return "two-numbers"
    bare = heard.bare.pop()
    as_time = Time(bare.number, 0, None, zero=bare.zero)
    weekdays = [day for day in heard.days if day.weekday is not None and day.which is None and day.weeks is None]
    if kind is Kind.date:
        if len(weekdays) == len(heard.days) == 1 and bare.beside:
            heard.days.append(Day(day=bare.number))
            return None
        return None if heard.days and not heard.times and any(day.offset is not None for day in heard.days) else "unclear-number"
    if heard.times:
        if len(weekdays) != 1 or len(heard.days) != 1 or not bare.beside:
            return "other-numbers"
        heard.days.append(Day(day=bare.number))
        return None
    if heard.days and not bare.beside:
        return "other-numbers"
    if weekdays or (kind is Kind.datetime and not heard.days):
        both = day_of([*heard.days, Day(day=bare.number)], now.date(), calendar.first_weekday) if weekdays else ""
        if kind is not Kind.time or isinstance(both, date):
            return "day-or-time"
    heard.times.append(as_time)
    return None
