"""Quiet hours by the clock on the wall, through every change of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.errors import WrongUse
from bot.quiet_hours import ALWAYS_OPEN, DEFAULT_HOURS, WEEKDAYS, QuietHours, format_quiet_hours, parse_quiet_hours

EDGES = parse_quiet_hours(dict.fromkeys(WEEKDAYS, ("00:00-00:15", "01:15-01:35", "01:45-01:50", "02:15-02:45", "23:30-24:00")))
"""Windows that begin and end inside the hours that zones skip or repeat."""


def local(zone: str, *when: int) -> datetime:
    return datetime(*when, tzinfo=ZoneInfo(zone)).astimezone(UTC)  # type: ignore[misc, arg-type]


QUIET = {
    "at 8:59 it is quiet": ((2026, 3, 4, 8, 59), True),
    "at 9:00 it is not": ((2026, 3, 4, 9, 0), False),
    "at 19:59 it is not": ((2026, 3, 4, 19, 59), False),
    "at 20:00 it is quiet": ((2026, 3, 4, 20, 0), True),
    "on a Sunday at 11:59 it is quiet": ((2026, 3, 15, 11, 59), True),
    "on a Sunday at 12:00 it is not": ((2026, 3, 15, 12, 0), False),
}


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Kathmandu", "Pacific/Apia"])
@pytest.mark.parametrize(("when", "quiet"), QUIET.values(), ids=QUIET)
def test_the_default_hours_are_those_of_the_clients_zone(when: tuple[int, ...], quiet: bool, zone: str) -> None:
    assert DEFAULT_HOURS.is_quiet(local(zone, *when), ZoneInfo(zone)) is quiet


NEXT = {
    "in the evening, the next morning": ((2026, 3, 4, 22, 0), (2026, 3, 5, 9, 0)),
    "on Saturday evening, Sunday noon": ((2026, 3, 14, 20, 0), (2026, 3, 15, 12, 0)),
    "across the hour that spring skips, still at noon": ((2026, 3, 7, 23, 0), (2026, 3, 8, 12, 0)),
    "across the hour that autumn repeats, still at noon": ((2026, 10, 31, 23, 0), (2026, 11, 1, 12, 0)),
    "while it is not quiet, at once": ((2026, 3, 4, 10, 7), (2026, 3, 4, 10, 7)),
}


@pytest.mark.parametrize(("now", "opens"), NEXT.values(), ids=NEXT)
def test_the_next_open_moment(now: tuple[int, ...], opens: tuple[int, ...]) -> None:
    zone = "America/New_York"
    assert DEFAULT_HOURS.next_open(local(zone, *now), ZoneInfo(zone)) == local(zone, *opens)


CHANGES = {
    "New York skips 2:00": ("America/New_York", datetime(2026, 3, 7, tzinfo=UTC)),
    "New York repeats 1:00": ("America/New_York", datetime(2026, 10, 31, tzinfo=UTC)),
    "Cairo skips midnight": ("Africa/Cairo", datetime(2026, 4, 23, tzinfo=UTC)),
    "Cairo repeats 23:00": ("Africa/Cairo", datetime(2026, 10, 29, tzinfo=UTC)),
    "Lord Howe repeats half an hour": ("Australia/Lord_Howe", datetime(2026, 4, 4, tzinfo=UTC)),
    "Apia skips a day": ("Pacific/Apia", datetime(2011, 12, 29, tzinfo=UTC)),
    "St John's falls back over midnight": ("America/St_Johns", datetime(2006, 10, 28, tzinfo=UTC)),
}


@pytest.mark.parametrize(("name", "begin"), CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize("hours", [DEFAULT_HOURS, EDGES], ids=["default hours", "edges inside the change"])
def test_the_next_moments_are_what_a_look_at_every_minute_finds(hours: QuietHours, name: str, begin: datetime) -> None:
    zone = ZoneInfo(name)
    minutes = [begin + timedelta(minutes=passed) for passed in range(4 * 1440)]
    offsets = [minute.astimezone(zone).utcoffset() for minute in minutes]
    change = next(at for at, offset in enumerate(offsets) if offset != offsets[0])
    quiet = [hours.is_quiet(minute, zone) for minute in minutes]
    for at in [*range(0, 2 * 1440, 97), *range(change - 200, change + 200, 7)]:
        assert hours.next_open(minutes[at], zone) == minutes[quiet.index(False, at)]
        assert hours.next_quiet(minutes[at], zone) == minutes[quiet.index(True, at)]


def test_seconds_do_not_move_the_opening() -> None:
    zone = ZoneInfo("America/New_York")
    now = local("America/New_York", 2026, 3, 4, 22) + timedelta(seconds=31, microseconds=5)
    assert DEFAULT_HOURS.next_open(now, zone) == local("America/New_York", 2026, 3, 5, 9)


def test_who_is_never_open_has_no_next_moment() -> None:
    assert parse_quiet_hours({}).next_open(datetime(2026, 3, 4, tzinfo=UTC), ZoneInfo("UTC")) is None


def test_who_is_always_open_is_never_quiet() -> None:
    assert ALWAYS_OPEN.next_quiet(datetime(2026, 3, 4, tzinfo=UTC), ZoneInfo("UTC")) is None


def test_a_night_shift_is_open_through_midnight() -> None:
    shift = parse_quiet_hours({"mon": ["22:00-24:00"], "tue": ["00:00-06:00"]})
    zone = "Europe/Madrid"
    assert shift.next_quiet(local(zone, 2026, 3, 2, 23), ZoneInfo(zone)) == local(zone, 2026, 3, 3, 6)


def test_a_day_that_opens_only_once_a_week_is_found() -> None:
    hours = parse_quiet_hours({"wed": ["10:00-11:00"]})
    zone = "Europe/Madrid"
    assert hours.next_open(local(zone, 2026, 3, 4, 11), ZoneInfo(zone)) == local(zone, 2026, 3, 11, 10)


@pytest.mark.parametrize("hours", [DEFAULT_HOURS, ALWAYS_OPEN, EDGES], ids=["default", "always", "edges"])
def test_the_table_can_be_written_down_and_read_back(hours: QuietHours) -> None:
    assert parse_quiet_hours(format_quiet_hours(hours)) == hours


BAD = {
    "a day that is none": ({"lun": ["09:00-20:00"]}, "lun"),
    "a window without an end": ({"mon": ["09:00"]}, "mon"),
    "words": ({"tue": ["morning-noon"]}, "tue"),
    "an end before the beginning": ({"wed": ["20:00-09:00"]}, "wed"),
    "windows that overlap": ({"thu": ["09:00-13:00", "12:00-18:00"]}, "thu"),
    "windows that touch": ({"thu": ["09:00-13:00", "13:00-18:00"]}, "thu"),
    "an hour that is none": ({"fri": ["09:00-25:00"]}, "fri"),
    "a minute that is none": ({"sat": ["09:60-12:00"]}, "sat"),
    "an empty window": ({"sun": ["12:00-12:00"]}, "sun"),
}


@pytest.mark.parametrize(("table", "named"), BAD.values(), ids=BAD)
def test_a_bad_table_is_refused_by_name(table: dict[str, list[str]], named: str) -> None:
    with pytest.raises(WrongUse, match=named):
        parse_quiet_hours(table)
