"""What day a reply means: weekdays, days of a month, dates and weeks put together, seen from today. In doubt no day, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

PAST_DAYS_MAX = 45
"""A date without a year that lies less far back may be meant as past: it is asked about rather than moved to the next year."""
YEARS_BACK_MAX = 110
YEARS_AHEAD_MAX = 20
_OTHER_YEARS = ((1300, 1500), (2047, 2100), (2440, 2700), (5700, 5900))
"""Years as the Hijri, Solar Hijri, Bikram Sambat, Thai and Hebrew calendars count them now."""


@dataclass(frozen=True, slots=True)
class Day:
    """
    What one phrase says of the day; None where it says nothing.

    dates: (year or None, month, day), more than one where day and month cannot be told apart.
    offset: days from today. weeks: of the calendar week. which: coming, next, last or later (a week after the coming one).
    or_clock: the figures may be a clock time as well ("12.10"). figures: the month too was written in figures.
    """

    dates: tuple[tuple[Any, int, int], ...] = ()
    offset: int | None = None
    day: int | None = None
    weekday: int | None = None
    weeks: int | None = None
    which: str | None = None
    or_clock: bool = False
    figures: bool = False
    flaw: str | None = None


Found = date | str
"""The day, or the reason why there is none."""


def day_of(said: Sequence[Day], today: date, first_weekday: int) -> Found:
    """The one day that all phrases together mean."""
    flaw = next((one.flaw for one in said if one.flaw), None)
    if flaw:
        return flaw
    weekdays = {one.weekday for one in said if one.weekday is not None}
    if len(weekdays) > 1:
        return "two-dates"
    weekday = next(iter(weekdays), None)
    found: set[date] = set()
    for one in said:
        if one.dates or one.offset is not None or one.day is not None:
            day = _fixed(one, today, weekday)
            if isinstance(day, str):
                return day
            found.add(day)
    if len(found) > 1:
        return "two-dates"
    if found:
        only = found.pop()
        return only if weekday is None or only.weekday() == weekday else "mismatch"
    return _by_week(said, weekday, today, first_weekday)


def _fixed(said: Day, today: date, weekday: int | None) -> Found:
    if said.offset is not None:
        try:
            return today + timedelta(days=said.offset)
        except OverflowError:
            return "no-such-date"
    if said.day is not None:
        return _next_such(said.day, today)
    found: set[Found] = {_dated(year, month, day, today) for year, month, day in said.dates}
    if len(found) > 1 and weekday is not None:
        found = {day for day in found if isinstance(day, date) and day.weekday() == weekday} or found
    if len(found) > 1:
        return "day-or-month"
    return found.pop()


def _next_such(day: int, today: date) -> Found:
    """The next day of a month with this number; today's own number leaves open which month."""
    if day == today.day:
        return "today-or-next"
    if not 1 <= day <= 31:
        return "no-such-date"
    month = today.replace(day=1)
    for _ in range(3):
        try:
            found = month.replace(day=day)
        except ValueError:
            return "no-such-date"
        if found > today:
            return found
        month = (month + timedelta(days=32)).replace(day=1)
    return "no-such-date"


def _dated(year: Any, month: int, day: int, today: date) -> Found:
    if isinstance(year, str):
        short = int(year) + today.year // 100 * 100
        year = short if short <= today.year + YEARS_AHEAD_MAX else short - 100
    if year is not None and not today.year - YEARS_BACK_MAX <= year <= today.year + YEARS_AHEAD_MAX:
        return "other-calendar" if any(low <= year <= high for low, high in _OTHER_YEARS) else "unclear-year"
    if month == 13:
        return "other-calendar"
    try:
        if year is not None:
            return date(year, month, day)
        return _without_year(month, day, today)
    except ValueError:
        return "no-such-date"


def _without_year(month: int, day: int, today: date) -> Found:
    for year in range(today.year, today.year + 9):
        try:
            found = date(year, month, day)
        except ValueError:
            if (month, day) == (2, 29):
                continue
            raise
        if found >= today:
            return found
        if (today - found).days <= PAST_DAYS_MAX:
            return "past"
    return "no-such-date"


def _by_week(said: Sequence[Day], weekday: int | None, today: date, first_weekday: int) -> Found:
    """A weekday alone, or in a week that is named."""
    weeks = {one.weeks for one in said if one.weeks is not None}
    which = {one.which for one in said if one.which is not None}
    if weekday is None:
        return "vague" if weeks else "no-match"
    if len(weeks) > 1 or len(which) > 1 or (weeks and which - {"coming", "next"}):
        return "two-ways"
    if weeks:
        return _in_week(weeks.pop(), weekday, today, first_weekday)
    ahead = (weekday - today.weekday()) % 7
    if which & {"next", "last"}:
        return "two-ways"
    if ahead == 0:
        return "today-or-next"
    return today + timedelta(days=ahead + (7 if "later" in which else 0))


def _in_week(weeks: int, weekday: int, today: date, first_weekday: int) -> Found:
    """The weekday of that week; no day where it depends on whether weeks begin on Monday or as the country's calendars do."""
    found = set()
    for begin in {0, first_weekday}:
        start = today - timedelta(days=(today.weekday() - begin) % 7)
        found.add(start + timedelta(days=7 * weeks + (weekday - begin) % 7))
    if len(found) > 1:
        return "two-ways"
    day = found.pop()
    return "past" if weeks == 0 and day < today else day
