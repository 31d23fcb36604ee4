"""From a rule in the client's wall clock to moments in UTC: case tables, then what must hold in every zone."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import WrongUse
from scheduler.recurrence import (
    REMINDERS,
    Before,
    EveryDays,
    Occurrence,
    Offsets,
    Once,
    Rule,
    Weekly,
    format_rule,
    from_json,
    next_after,
    occurrences,
    parse_rule,
    reminders,
    to_json,
    wall_to_utc,
)

NEW_YORK = ZoneInfo("America/New_York")


def shown(found: Iterator[Occurrence], zone: ZoneInfo) -> list[str]:
    """Slot date and wall clock with offset: "2026-03-08 → 03-08 03:00 -0400"."""
    return [f"{one.local_date} → {one.at_utc.astimezone(zone):%m-%d %H:%M %z}" for one in found]


RULES = {
    "every week on the weekday of the start": (
        Weekly((), "10:00"), "2026-03-04", "2026-03-20", "America/New_York",
        ["2026-03-04 → 03-04 10:00 -0500", "2026-03-11 → 03-11 10:00 -0400", "2026-03-18 → 03-18 10:00 -0400"],
    ),
    "weekday 0 is Monday, and the start itself counts": (
        Weekly((0, 3), "09:30"), "2026-03-05", "2026-03-12", "Europe/Madrid",
        ["2026-03-05 → 03-05 09:30 +0100", "2026-03-09 → 03-09 09:30 +0100", "2026-03-12 → 03-12 09:30 +0100"],
    ),
    "every second week counts from the week of the start": (
        Weekly((0, 3), "09:30", 2), "2026-03-04", "2026-03-31", "Europe/Madrid",
        ["2026-03-05 → 03-05 09:30 +0100", "2026-03-16 → 03-16 09:30 +0100", "2026-03-19 → 03-19 09:30 +0100",
         "2026-03-30 → 03-30 09:30 +0200"],
    ),
    "every third day counts from the start": (
        EveryDays(3, "18:00"), "2026-03-06", "2026-03-12", "Asia/Kathmandu",
        ["2026-03-06 → 03-06 18:00 +0545", "2026-03-09 → 03-09 18:00 +0545", "2026-03-12 → 03-12 18:00 +0545"],
    ),
    "once is once": (Once("08:00"), "2026-03-06", "2026-12-31", "UTC", ["2026-03-06 → 03-06 08:00 +0000"]),
    "the last day is included": (EveryDays(1, "23:59"), "2026-03-06", "2026-03-06", "UTC", ["2026-03-06 → 03-06 23:59 +0000"]),
    "an end before the start gives nothing": (EveryDays(1, "10:00"), "2026-03-06", "2026-03-05", "UTC", []),
    "a time in a gap is the first moment after it": (
        EveryDays(1, "02:30"), "2026-03-07", "2026-03-09", "America/New_York",
        ["2026-03-07 → 03-07 02:30 -0500", "2026-03-08 → 03-08 03:00 -0400", "2026-03-09 → 03-09 02:30 -0400"],
    ),
    "a time that comes twice is taken the first time, once": (
        EveryDays(1, "01:30"), "2026-10-31", "2026-11-02", "America/New_York",
        ["2026-10-31 → 10-31 01:30 -0400", "2026-11-01 → 11-01 01:30 -0400", "2026-11-02 → 11-02 01:30 -0500"],
    ),
    "a midnight that is skipped keeps its day": (
        EveryDays(1, "00:00"), "2018-11-03", "2018-11-05", "America/Sao_Paulo",
        ["2018-11-03 → 11-03 00:00 -0300", "2018-11-04 → 11-04 01:00 -0200", "2018-11-05 → 11-05 00:00 -0200"],
    ),
    "half past a midnight that is skipped keeps its day in Cairo": (
        EveryDays(1, "00:30"), "2026-04-23", "2026-04-25", "Africa/Cairo",
        ["2026-04-23 → 04-23 00:30 +0200", "2026-04-24 → 04-24 01:00 +0300", "2026-04-25 → 04-25 00:30 +0300"],
    ),
    "Lord Howe skips half an hour": (
        EveryDays(1, "02:10"), "2026-10-03", "2026-10-05", "Australia/Lord_Howe",
        ["2026-10-03 → 10-03 02:10 +1030", "2026-10-04 → 10-04 02:30 +1100", "2026-10-05 → 10-05 02:10 +1100"],
    ),
    "a time skipped just before midnight keeps its slot": (
        EveryDays(1, "23:45"), "2018-05-03", "2018-05-05", "Asia/Pyongyang",
        ["2018-05-03 → 05-03 23:45 +0830", "2018-05-04 → 05-05 00:00 +0900", "2018-05-05 → 05-05 23:45 +0900"],
    ),
    "a day that Apia skipped is not made up for where the next day has its own": (
        EveryDays(1, "10:00"), "2011-12-29", "2011-12-31", "Pacific/Apia",
        ["2011-12-29 → 12-29 10:00 -1000", "2011-12-31 → 12-31 10:00 +1400"],
    ),
    "a week's day that Apia skipped comes the day after": (
        Weekly((4,), "10:00"), "2011-12-23", "2012-01-06", "Pacific/Apia",
        ["2011-12-23 → 12-23 10:00 -1000", "2011-12-31 → 12-31 10:00 +1400", "2012-01-06 → 01-06 10:00 +1400"],
    ),
    "a day that was skipped does not come after the end": (Once("10:00"), "2011-12-30", "2011-12-30", "Pacific/Apia", []),
}  # fmt: skip


@pytest.mark.parametrize(("rule", "start", "until", "zone", "expected"), RULES.values(), ids=RULES)
def test_occurrences(rule: Rule, start: str, until: str, zone: str, expected: list[str]) -> None:
    where = ZoneInfo(zone)
    assert shown(occurrences(rule, date.fromisoformat(start), date.fromisoformat(until), where), where) == expected


def test_without_an_end_it_goes_on() -> None:
    assert len(list(islice(occurrences(EveryDays(1, "10:00"), date(2026, 1, 1), None, NEW_YORK), 1000))) == 1000


def test_the_end_of_the_calendar_is_an_end() -> None:
    assert len(list(occurrences(Weekly((), "10:00"), date(9999, 12, 1), None, ZoneInfo("Asia/Kathmandu")))) == 5


# ---------------------------------------------------------------- the next one


def test_the_next_is_strictly_later() -> None:
    first = next(occurrences(EveryDays(1, "10:00"), date(2026, 3, 4), None, NEW_YORK))
    later = next_after(EveryDays(1, "10:00"), date(2026, 3, 4), first.at_utc, NEW_YORK)
    assert later == Occurrence(date(2026, 3, 5), 1, first.at_utc + timedelta(days=1))


NEXT = {
    "every third day stays counted from the start": (EveryDays(3, "10:00"), "2026-03-01", "2026-03-12T09:00", "UTC", "2026-03-13"),
    "every second week stays counted from the start": (Weekly((2,), "10:00", 2), "2026-03-04", "2026-03-11T09:00", "UTC", "2026-03-18"),
    "on the morning after the day that Apia skipped, its week's day is still to come": (
        Weekly((4,), "10:00"),
        "2011-12-23",
        "2011-12-30T15:00",
        "Pacific/Apia",
        "2011-12-31",
    ),
}


@pytest.mark.parametrize(("rule", "start", "after", "zone", "expected"), NEXT.values(), ids=NEXT)
def test_the_next(rule: Rule, start: str, after: str, zone: str, expected: str) -> None:
    found = next_after(rule, date.fromisoformat(start), datetime.fromisoformat(after).replace(tzinfo=UTC), ZoneInfo(zone))
    assert found is not None
    assert found.local_date.isoformat() == expected


def test_before_the_start_the_next_is_the_first() -> None:
    found = next_after(Weekly((0,), "10:00"), date(2026, 3, 4), datetime(2020, 1, 1, tzinfo=UTC), NEW_YORK)
    assert found is not None
    assert found.local_date == date(2026, 3, 9)


def test_after_the_end_there_is_none() -> None:
    rule, start = EveryDays(1, "10:00"), date(2026, 3, 4)
    assert next_after(rule, start, datetime(2026, 3, 6, tzinfo=UTC), NEW_YORK, until=date(2026, 3, 5)) is None
    assert next_after(Once("10:00"), start, datetime(2026, 3, 5, tzinfo=UTC), NEW_YORK) is None


def test_who_moves_west_on_the_day_is_not_asked_twice() -> None:
    rule, start, madrid = EveryDays(1, "10:00"), date(2026, 3, 2), ZoneInfo("Europe/Madrid")
    fired = next_after(rule, start, datetime(2026, 3, 4, tzinfo=UTC), madrid)
    assert fired is not None
    again = next_after(rule, start, fired.at_utc, NEW_YORK)
    assert again is not None
    assert again.local_date == fired.local_date, "the slot's date is the same, which is why `fired` must be told"
    moved = next_after(rule, start, fired.at_utc, NEW_YORK, fired=fired.local_date)
    assert moved == Occurrence(date(2026, 3, 5), 1, datetime(2026, 3, 5, 15, tzinfo=UTC))


def test_a_naive_moment_is_refused() -> None:
    with pytest.raises(ValueError, match="naive"):
        next_after(Once("10:00"), date(2026, 3, 4), datetime(2026, 3, 4), NEW_YORK)  # noqa: DTZ001 - what is tested


# ---------------------------------------------------------------- appointments

APPOINTMENT = datetime(2026, 3, 10, 18, 30, tzinfo=UTC)
"""A Tuesday, 14:30 in New York, two days after the clocks went forward."""
LONG_BEFORE = datetime(2026, 1, 1, tzinfo=UTC)
OFFSETS = {
    "three days and one day before, at ten on either side of the change": (
        REMINDERS, LONG_BEFORE, ["2026-03-07 → 03-07 10:00 -0500", "2026-03-09 → 03-09 10:00 -0400"],
    ),
    "without a time it is the wall time of the appointment": (
        Offsets((Before(days=3),)), LONG_BEFORE, ["2026-03-07 → 03-07 14:30 -0500"],
    ),
    "minutes are minutes that pass": (
        Offsets((Before(minutes=72 * 60),)), LONG_BEFORE, ["2026-03-07 → 03-07 13:30 -0500"],
    ),
    "what has passed is not made up for": (
        REMINDERS, datetime(2026, 3, 8, tzinfo=UTC), ["2026-03-09 → 03-09 10:00 -0400"],
    ),
    "a moment that is now is not past": (
        REMINDERS, datetime(2026, 3, 9, 14, 0, tzinfo=UTC), ["2026-03-09 → 03-09 10:00 -0400"],
    ),
    "nothing comes at or after the appointment": (
        Offsets((Before(days=0), Before(days=0, at="16:00"), Before(days=0, at="08:00"))), LONG_BEFORE, ["2026-03-10 → 03-10 08:00 -0400"],
    ),
    "two offsets of one moment are one": (
        Offsets((Before(days=1), Before(minutes=24 * 60))), LONG_BEFORE, ["2026-03-09 → 03-09 14:30 -0400"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("offsets", "now", "expected"), OFFSETS.values(), ids=OFFSETS)
def test_reminders(offsets: Offsets, now: datetime, expected: list[str]) -> None:
    assert shown(iter(reminders(offsets, APPOINTMENT, NEW_YORK, now)), NEW_YORK) == expected


def test_reminders_of_one_day_are_numbered_and_keep_their_number() -> None:
    offsets = Offsets((Before(days=0, at="08:00"), Before(minutes=60)))
    assert [(one.local_date.day, one.n) for one in reminders(offsets, APPOINTMENT, NEW_YORK, LONG_BEFORE)] == [(10, 1), (10, 2)]
    assert [one.n for one in reminders(offsets, APPOINTMENT, NEW_YORK, APPOINTMENT - timedelta(hours=2))] == [2]


# ---------------------------------------------------------------- written down

WRITTEN = {
    "once": Once("10:00"),
    "day": EveryDays(1, "10:00"),
    "3 days": EveryDays(3, "10:00"),
    "week": Weekly((), "10:00"),
    "2 weeks": Weekly((), "10:00", 2),
    "mon,thu": Weekly((0, 3), "10:00"),
    "thu, mon": Weekly((0, 3), "10:00"),
    "  SUN ": Weekly((6,), "10:00"),
    "2 weeks on mon,thu": Weekly((0, 3), "10:00", 2),
}


@pytest.mark.parametrize(("text", "rule"), WRITTEN.items(), ids=[f"--every {text!r} is understood" for text in WRITTEN])
def test_a_rule_is_read_and_written_back(text: str, rule: Rule) -> None:
    assert parse_rule(text, "10:00") == rule
    assert parse_rule(format_rule(rule), rule.at) == rule


REFERENCE = (Path(__file__).parents[2] / "docs/reference/recurrence.md").read_text("utf-8")
DOCUMENTED: list[tuple[str, str]] = re.findall(r"^\| (`[a-z0-9 ,`]+`) \| `(\{.*?\})` \|", REFERENCE, re.MULTILINE)


def test_the_reference_lists_every_kind_of_rule() -> None:
    assert {json.loads(stored)["kind"] for _, stored in DOCUMENTED} == {"once", "days", "weekly"}


@pytest.mark.parametrize(("written", "stored"), DOCUMENTED, ids=[written for written, _ in DOCUMENTED])
def test_the_reference_is_true(written: str, stored: str) -> None:
    """Each row shows how its last example is stored; the others are rules too."""
    examples = [parse_rule(example, "10:00") for example in re.findall("`(.+?)`", written)]
    assert to_json(examples[-1]) == json.loads(stored)


WRONG = (
    "",
    "on mon",
    "weekmon",
    "0 days",
    "367 days",
    "53 weeks",
    "fortnight",
    "mon;thu",
    "mon,",
    "3",
    "mon thu",
    "-1 days",
    "٣ days",
    "x" * 5000,
)


@pytest.mark.parametrize("text", WRONG, ids=[f"--every {text[:20]!r} is refused" for text in WRONG])
def test_what_is_no_rule_is_refused(text: str) -> None:
    with pytest.raises(WrongUse):
        parse_rule(text, "10:00")


@pytest.mark.parametrize("at", ["24:00", "9:00", "10:60", "", "10:00:00", "ten", "１０:００", "10:00\n"], ids=repr)
def test_what_is_no_time_of_day_is_refused(at: str) -> None:
    with pytest.raises(WrongUse, match="time of day"):
        Once(at)


@pytest.mark.parametrize("rule", [*WRITTEN.values(), REMINDERS, Offsets((Before(minutes=90), Before(days=2)))], ids=str)
def test_a_rule_survives_json(rule: Rule | Offsets) -> None:
    assert from_json(json.loads(json.dumps(to_json(rule)))) == rule


STORED: tuple[Any, ...] = (
    {},
    {"kind": "cron"},
    {"kind": ["weekly"]},
    {"kind": "weekly", "at": "10:00"},
    {"kind": "weekly", "weekdays": ["mon"], "at": "10:00"},
    {"kind": "weekly", "weekdays": [3, 0], "at": "10:00"},
    {"kind": "weekly", "weekdays": None, "at": "10:00"},
    {"kind": "days", "days": 1.5, "at": "10:00"},
    {"kind": "days", "days": "2", "at": "10:00"},
    {"kind": "once", "at": 10},
    {"kind": "once", "at": "10:00", "more": 1},
    {"kind": "offsets", "before": []},
    {"kind": "offsets", "before": [None]},
    {"kind": "offsets", "before": [{}]},
    {"kind": "offsets", "before": [{"days": 1, "minutes": 1}]},
    {"kind": "offsets", "before": [{"minutes": 5, "at": "10:00"}]},
    {"kind": "offsets", "before": [{"days": 1}] * 11},
    [],
    None,
)


@pytest.mark.parametrize("stored", STORED, ids=str)
def test_what_is_no_stored_rule_is_refused(stored: Any) -> None:
    with pytest.raises(WrongUse):
        from_json(stored)


# ---------------------------------------------------------------- in every zone

ZONES = (
    "America/New_York", "Europe/Madrid", "Africa/Cairo", "Asia/Kathmandu", "Pacific/Apia", "America/Sao_Paulo", "Australia/Lord_Howe",
    "America/St_Johns", "Asia/Pyongyang", "Africa/Casablanca", "Pacific/Kwajalein", "UTC",
)  # fmt: skip
CHANGES = (
    date(2011, 12, 30),
    date(2018, 11, 4),
    date(2026, 3, 8),
    date(2026, 4, 24),
    date(2026, 10, 4),
    date(2018, 5, 4),
    date(1993, 8, 21),
)
"""Days around which clocks change in one of the zones."""
# Drawn from ranges, since hypothesis prefers small integers, and then hardly anything lies far from the start.
zones = st.sampled_from([ZoneInfo(name) for name in ZONES])
days = st.tuples(st.sampled_from(CHANGES), st.sampled_from(range(-30, 10))).map(lambda drawn: drawn[0] + timedelta(days=drawn[1]))
times = st.sampled_from([*range(0, 200, 5), *range(200, 1440, 31)]).map(lambda minute: f"{minute // 60:02}:{minute % 60:02}")
weekdays = st.sampled_from(range(128)).map(lambda drawn: tuple(day for day in range(7) if drawn >> day & 1))
rules = st.one_of(
    st.builds(Weekly, weekdays, times, st.integers(1, 4)), st.builds(EveryDays, st.integers(1, 9), times), st.builds(Once, times)
)
ANY = settings(max_examples=150, deadline=None, derandomize=True, database=None)


@ANY
@given(rules, days, zones)
def test_at_most_one_slot_a_local_day_and_always_forward(rule: Rule, start: date, zone: ZoneInfo) -> None:
    found = list(occurrences(rule, start, start + timedelta(days=60), zone))
    assert max(Counter((one.local_date, one.n) for one in found).values(), default=1) == 1
    assert all(earlier.at_utc < later.at_utc for earlier, later in pairwise(found))
    assert all(start <= one.local_date <= start + timedelta(days=60) for one in found)


@ANY
@given(rules, days, zones)
def test_the_wall_shows_the_time_unless_it_jumped_over_it(rule: Rule, start: date, zone: ZoneInfo) -> None:
    for one in occurrences(rule, start, start + timedelta(days=60), zone):
        shows = one.at_utc.astimezone(zone)
        if f"{shows:%H:%M}" == rule.at:
            assert shows.date() == one.local_date
            assert shows.fold == 0
        else:
            just_before = (one.at_utc - timedelta(seconds=1)).astimezone(zone)
            wanted = datetime.combine(one.local_date, time.fromisoformat(rule.at))
            assert just_before.replace(tzinfo=None) < wanted < shows.replace(tzinfo=None)


@ANY
@given(days, times, zones)
def test_every_day_means_every_day_that_exists(start: date, at: str, zone: ZoneInfo) -> None:
    end = start + timedelta(days=40)
    got = {one.local_date for one in occurrences(EveryDays(1, at), start, end, zone)}
    noons = {wall_to_utc(start + timedelta(days=passed), time(12), zone).astimezone(zone) for passed in range(41)}
    assert got == {noon.date() for noon in noons if noon.hour == 12 and noon.date() <= end}


@ANY
@given(rules, days, zones, st.sampled_from(range(-5, 65)), st.sampled_from(range(0, 1440, 5)))
def test_the_next_is_the_first_of_all_that_is_later(rule: Rule, start: date, zone: ZoneInfo, passed: int, minute: int) -> None:
    after = datetime.combine(start, time(), UTC) + timedelta(days=passed, minutes=minute)
    until = start + timedelta(days=60)
    expected = next((one for one in occurrences(rule, start, until, zone) if one.at_utc > after), None)
    assert next_after(rule, start, after, zone, until) == expected


@ANY
@given(rules, days, zones, zones)
def test_who_moves_is_never_asked_twice_for_one_date(rule: Rule, start: date, before: ZoneInfo, then: ZoneInfo) -> None:
    slots = []
    last = Occurrence(start - timedelta(days=1), 1, datetime.combine(start, time(), UTC) - timedelta(days=3))
    for turn in range(12):
        following = next_after(rule, start, last.at_utc, then if turn >= 3 else before, fired=last.local_date)
        if following is None:
            break
        last = following
        slots.append((last.local_date, last.n))
    assert len(set(slots)) == len(slots)


def test_the_next_costs_the_same_a_century_after_the_start() -> None:
    """Counted in steps, not seconds: a rule that searched from its start would take 36,500."""

    class Counting(ZoneInfo):
        asked = 0

        def utcoffset(self, when: datetime | None) -> timedelta | None:
            Counting.asked += 1
            return super().utcoffset(when)

    zone = Counting.no_cache("America/New_York")
    found = next_after(EveryDays(1, "10:00"), date(1926, 1, 1), datetime(2026, 3, 4, tzinfo=UTC), zone)
    assert found is not None
    assert found.local_date == date(2026, 3, 4)
    assert 0 < Counting.asked < 50
