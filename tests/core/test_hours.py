"""Working hours: within them or not, and when so many of them will have passed, over nights, weekends and clocks that change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.hours import OFFICE, Week, after_working, within

MADRID, NEW_YORK, KOLKATA, CAIRO = (ZoneInfo(name) for name in ("Europe/Madrid", "America/New_York", "Asia/Kolkata", "Africa/Cairo"))
SATURDAYS: Week = {"5": ("10:00", "12:00")}
EARLY: Week = {str(day): ("00:00", "08:00") for day in range(7)}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


WITHIN = {
    "in the morning": (OFFICE, "2026-03-03 14:00", NEW_YORK, True),
    "at the first minute": (OFFICE, "2026-03-03 14:00:00", NEW_YORK, True),
    "a second before": (OFFICE, "2026-03-03 13:59:59", NEW_YORK, False),
    "at the last minute": (OFFICE, "2026-03-03 21:59:59", NEW_YORK, True),
    "at closing time": (OFFICE, "2026-03-03 22:00", NEW_YORK, False),
    "on a Saturday": (OFFICE, "2026-03-07 15:00", NEW_YORK, False),
    "Monday there, Sunday by UTC": (OFFICE, "2026-03-01 20:00", ZoneInfo("Pacific/Auckland"), True),
    "after the clocks went forward": (OFFICE, "2026-03-09 13:00", NEW_YORK, True),
    "half an hour off": (OFFICE, "2026-03-03 03:30", KOLKATA, True),
    "never at work": ({}, "2026-03-03 15:00", NEW_YORK, False),
}


@pytest.mark.parametrize(("week", "moment", "zone", "then"), WITHIN.values(), ids=WITHIN)
def test_whether_a_moment_is_at_work(week: Week, moment: str, zone: ZoneInfo, then: bool) -> None:
    assert within(week, at(moment), zone) is then


AFTER = {
    "the same day": (OFFICE, "2026-03-03 15:00", 4.0, NEW_YORK, "2026-03-03 19:00"),
    "up to closing time is still today": (OFFICE, "2026-03-03 18:00", 4.0, NEW_YORK, "2026-03-03 22:00"),
    "over a night": (OFFICE, "2026-03-03 21:00", 4.0, NEW_YORK, "2026-03-04 17:00"),
    "from before the day begins": (OFFICE, "2026-03-03 05:00", 1.0, NEW_YORK, "2026-03-03 15:00"),
    "from after it has ended": (OFFICE, "2026-03-03 23:00", 1.0, NEW_YORK, "2026-03-04 15:00"),
    "over a weekend, clocks forward": (OFFICE, "2026-03-06 21:00", 2.0, NEW_YORK, "2026-03-09 14:00"),
    "over a weekend, clocks back": (OFFICE, "2026-10-23 14:00", 3.0, MADRID, "2026-10-26 10:00"),
    "a gap of an hour within working time is no working time": (EARLY, "2026-03-08 05:00", 8.0, NEW_YORK, "2026-03-09 05:00"),
    "an hour that comes twice counts twice": (EARLY, "2026-11-01 04:00", 9.0, NEW_YORK, "2026-11-01 13:00"),
    "opening in a gap is as late as it would have been": ({"4": ("00:30", "04:00")}, "2026-04-23 10:00", 1.0, CAIRO, "2026-04-23 23:30"),
    "several days": (OFFICE, "2026-03-02 14:00", 40.0, NEW_YORK, "2026-03-06 22:00"),
    "one morning a week": (SATURDAYS, "2026-03-03 15:00", 3.0, MADRID, "2026-03-14 10:00"),
    "no hours at all: plain time": ({}, "2026-03-03 15:00", 4.0, NEW_YORK, "2026-03-03 19:00"),
    "more than a year of Saturdays: plain time": (SATURDAYS, "2026-03-03 15:00", 500.0, MADRID, "2026-03-24 11:00"),
}


@pytest.mark.parametrize(("week", "start", "wait", "zone", "then"), AFTER.values(), ids=AFTER)
def test_when_so_much_working_time_has_passed(week: Week, start: str, wait: float, zone: ZoneInfo, then: str) -> None:
    found = after_working(week, at(start), timedelta(hours=wait), zone)
    assert found == at(then)
    assert found.utcoffset() == timedelta(0)
