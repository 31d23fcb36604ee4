"""
Working hours: whether a moment is within them, and when a number of working minutes will have passed. Pure.

Hours are on the wall clock of a place, so that a day on which the clocks change opens and closes as every other day, and
working time is time that really passes.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.values import utc

Week = Mapping[str, Sequence[str]]
"""Weekday ("0" is Monday) → [from, until] as HH:MM; a day that is absent is free."""

OFFICE: Week = {str(day): ("09:00", "17:00") for day in range(5)}
"""Monday to Friday, 9 to 17: what a programme has until it says otherwise."""
DAYS_MAX = 400


def _span(week: Week, day: date, zone: ZoneInfo, holidays: Collection[date]) -> tuple[datetime, datetime] | None:
    hours = week.get(str(day.weekday()))
    if not hours or day in holidays:
        return None
    first, last = (utc(datetime.combine(day, time.fromisoformat(hour), zone)) for hour in hours)
    return first, last


def within(week: Week, at: datetime, zone: ZoneInfo, holidays: Collection[date] = ()) -> bool:
    """Whether `at` lies in working hours of that place. holidays: dates on which nobody works."""
    span = _span(week, at.astimezone(zone).date(), zone, holidays)
    return span is not None and span[0] <= at < span[1]


def after_working(week: Week, start: datetime, wanted: timedelta, zone: ZoneInfo, holidays: Collection[date] = ()) -> datetime:
    """
    The moment when `wanted` working time has passed since `start`, in UTC.

    A week without any hours, or a wait of over DAYS_MAX days, counts plain time instead: a clock must always end.
    """
    left, day = wanted, start.astimezone(zone).date()
    for _ in range(DAYS_MAX):
        span = _span(week, day, zone, holidays)
        if span is not None:
            begin = max(span[0], utc(start))
            if begin < span[1]:
                if span[1] - begin >= left:
                    return begin + left
                left -= span[1] - begin
        day += timedelta(days=1)
    return utc(start) + wanted
