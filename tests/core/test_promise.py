"""By when somebody will really have seen it: leave, the rota and its gaps, holidays and odd hours counted."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.alarm import Alarm, Ladder, StaffMember, raise_alarm
from bot.hours import OFFICE
from bot.promise import seen_by
from bot.rota import Override, Rota, Shift
from bot.values import Severity

TUESDAY = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)
NIGHT = datetime(2026, 3, 3, 23, 0, tzinfo=UTC)
SATURDAY = datetime(2026, 3, 7, 12, 0, tzinfo=UTC)
LATE = {str(day): ("14:00", "22:00") for day in range(7)}
WEEKEND = {"5": ("08:00", "20:00")}
NIGHTS = Rota((Shift((0, 1, 2, 3, 4, 5, 6), "20:00", "08:00", 2),))

ana = StaffMember(1, "case_manager", "en", "UTC", supervisor_id=2, week=OFFICE)
sam = StaffMember(2, "supervisor", "en", "UTC")
rita = StaffMember(3, "administrator", "en", "UTC")


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


def away(member: StaffMember, begin: datetime, until: datetime | None) -> StaffMember:
    return replace(member, leave_from=begin, leave_until=until)


ALL = (ana, sam, rita)
CASES = {
    "in working hours: the deadline": (TUESDAY, Severity.critical, ALL, Ladder(), at(3, 10, 15)),
    "at night: an hour into the next morning": (NIGHT, Severity.critical, ALL, Ladder(), at(4, 10)),
    "at night, with a supervisor on the rota: the deadline": (NIGHT, Severity.critical, ALL, Ladder(rota=NIGHTS), at(3, 23, 15)),
    "on Saturday: on Monday": (SATURDAY, Severity.critical, ALL, Ladder(), at(9, 10)),
    "on Saturday, the supervisor works then: the deadline": (
        SATURDAY, Severity.critical, (ana, replace(sam, week=WEEKEND), rita), Ladder(), at(7, 12, 15)
    ),
    "a holiday on Monday: on Tuesday": (
        SATURDAY, Severity.critical, ALL, Ladder(holidays=frozenset({date(2026, 3, 9)})), at(10, 10)
    ),
    "the case manager works late: the deadline": (
        at(3, 21), Severity.critical, (replace(ana, week=LATE), sam, rita), Ladder(), at(3, 21, 15)
    ),
    "the case manager is on leave: the supervisor's deadline": (
        TUESDAY, Severity.critical, (away(ana, at(2, 0), at(20, 0)), sam, rita), Ladder(), at(3, 10, 15)
    ),
    "case manager and supervisor on leave at night: the administrator's morning": (
        NIGHT, Severity.critical, (away(ana, at(2, 0), at(20, 0)), away(sam, at(2, 0), at(20, 0)), rita), Ladder(), at(4, 10)
    ),
    "everybody on leave until Thursday: an hour into Thursday": (
        NIGHT, Severity.critical, tuple(away(one, at(2, 0), at(5, 0)) for one in ALL), Ladder(), at(5, 10)
    ),
    "leave begins at midnight: whoever is there in the morning": (
        NIGHT, Severity.critical, (away(ana, at(4, 0), at(20, 0)), sam, rita), Ladder(), at(4, 10)
    ),
    "leave begins at midnight for all who are told: when the first is back": (
        NIGHT, Severity.critical, tuple(away(one, at(4, 0), at(6, 0)) for one in ALL), Ladder(), at(6, 10)
    ),
    "a gap in the rota at night: the next morning": (
        NIGHT, Severity.critical, ALL, Ladder(rota=replace(NIGHTS, overrides=(Override(at(3, 20), at(4, 8), None),))), at(4, 10)
    ),
    "a gap in the rota before a shift: when the case manager, who alone is told, is back": (
        at(3, 18), Severity.critical, ALL, Ladder(rota=NIGHTS), at(4, 10)
    ),
    "nobody is at work, so everybody is told: an hour into the shift that begins first": (
        at(3, 18), Severity.critical, (away(ana, at(2, 0), at(20, 0)), sam, rita), Ladder(rota=NIGHTS), at(3, 21)
    ),
    "high at night: in working time, never before its deadline": (NIGHT, Severity.high, ALL, Ladder(), at(4, 13)),
    "high, and the case manager is there only in the afternoon": (
        at(3, 18), Severity.high, (replace(ana, week={"3": ("09:00", "17:00")}), sam, rita), Ladder(), at(5, 10)
    ),
    "nobody works here any more: the programme's own hours": (
        NIGHT, Severity.critical, tuple(replace(one, status="left") for one in ALL), Ladder(), at(4, 10)
    ),
    "on leave with no end: whoever else there is": (
        SATURDAY, Severity.critical, (away(ana, at(2, 0), None), away(sam, at(2, 0), None), rita), Ladder(), at(9, 10)
    ),
}  # fmt: skip


@pytest.mark.parametrize(("now", "severity", "staff", "ladder", "then"), CASES.values(), ids=CASES)
def test_by_when_somebody_has_seen_it(now, severity, staff, ladder, then):
    alarm = raise_alarm(severity, [1], staff, ladder, now)
    assert seen_by(alarm, staff, ladder, now) == then


def test_where_those_told_never_come_back_the_first_of_the_staff_counts():
    gone = away(ana, at(2, 0), None)
    alarm = Alarm(1, "owner", (gone,), NIGHT + timedelta(minutes=15))
    assert seen_by(alarm, (gone, sam), Ladder(), NIGHT) == at(4, 10)
