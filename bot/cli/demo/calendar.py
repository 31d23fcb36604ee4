"""The observer's own calendar: quiet hours, office hours, deadlines and the days of a rule, counted by hand and slowly."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from bot.values import Severity

OPENS, CLOSES, SUNDAY_OPENS = 9, 20, 12
OFFICE: Final = (time(9), time(17))
FREE: Final = (5, 6)
"""Saturday and Sunday."""
ACKNOWLEDGE: Final = {
    Severity.critical: timedelta(minutes=15), Severity.high: timedelta(hours=4), Severity.review: timedelta(hours=8),
    Severity.info: timedelta(hours=40),
}  # fmt: skip
"""By when a flag must be acknowledged: a critical one in plain time, the others in office hours."""
FOLLOW: Final = {Severity.high: timedelta(hours=8), Severity.review: timedelta(hours=24), Severity.info: timedelta(hours=24)}
NEXT: Final = {
    Severity.critical: timedelta(hours=8), Severity.high: timedelta(hours=24), Severity.review: timedelta(hours=40),
    Severity.info: timedelta(hours=40),
}  # fmt: skip
"""By when something must follow an acknowledgement, and the next word a word, in office hours."""
DAY: Final = timedelta(days=1)


def quiet(at: datetime, zone: ZoneInfo) -> bool:
    """Whether a client must be left alone."""
    here = at.astimezone(zone)
    return not (SUNDAY_OPENS if here.weekday() == 6 else OPENS) <= here.hour < CLOSES


def off_duty(at: datetime, zone: ZoneInfo) -> bool:
    """Whether a member of staff with office hours must be left alone."""
    here = at.astimezone(zone)
    return here.weekday() in FREE or not OFFICE[0] <= here.time() < OFFICE[1]


def acknowledge_by(severity: Severity, at: datetime, zone: ZoneInfo) -> datetime:
    """The deadline of an alarm that was raised `at`."""
    return at + ACKNOWLEDGE[severity] if severity is Severity.critical else _office(ACKNOWLEDGE[severity], at, zone)


def follow_by(severity: Severity, at: datetime, zone: ZoneInfo, critical: timedelta) -> datetime:
    """By when something must follow what was acknowledged `at`, or was tried in vain. critical: as the programme has it."""
    return at + critical if severity is Severity.critical else _office(FOLLOW[severity], at, zone)


def next_by(severity: Severity, at: datetime, zone: ZoneInfo) -> datetime:
    """By when the next word is due, after one `at`."""
    return _office(NEXT[severity], at, zone)


def _office(left: timedelta, at: datetime, zone: ZoneInfo) -> datetime:
    day = at.astimezone(zone).date()
    while True:
        if day.weekday() not in FREE:
            begin, end = (datetime.combine(day, hour, zone).astimezone(UTC) for hour in OFFICE)
            begin = max(begin, at)
            if begin < end:
                if end - begin >= left:
                    return begin + left
                left -= end - begin
        day += DAY


def days(enrolment: dict[str, Any], zone: ZoneInfo, starts: datetime | None, end: datetime) -> Iterator[str]:
    """The local dates on which an enrolment had to ask something by `end`. starts: of its appointment."""
    rule, made = enrolment["rule"], enrolment["created_at"]
    if rule["kind"] == "offsets":
        assert starts is not None
        here = starts.astimezone(zone)
        ahead_of = [(here.date() - DAY * before["days"], before["at"]) for before in rule["before"]]
        found = [(day, datetime.combine(day, time.fromisoformat(at) if at else here.time(), zone)) for day, at in ahead_of]
    else:
        at = time.fromisoformat(rule["at"])
        first = date.fromisoformat(enrolment["start_on"])
        last = first if rule["kind"] == "once" else end.astimezone(zone).date()
        every = [first + DAY * ahead for ahead in range((last - first).days + 1)]
        wanted = rule.get("weekdays") or [first.weekday()]
        found = [(day, datetime.combine(day, at, zone)) for day in every if rule["kind"] == "once" or day.weekday() in wanted]
    for day, moment in found:
        if made <= moment <= end:
            yield day.isoformat()
