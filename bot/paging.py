"""
Which alerts may wait to be told together with others, so that somebody who is paged is paged for something. Pure.

The first alert of a critical flag, each rung of the ladder and "the client has had no reply" always go at once, alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot import hours
from bot.programme import DEFAULTS
from bot.values import Severity

ALONE = ("escalation", "lapsed", "no_reply")
"""Kinds of alert that are a rung, or as urgent as one."""


@dataclass(frozen=True, slots=True)
class Limits:
    """
    A programme's own. per_hour: pages to a person, above which they are gathered; group: how long alerts that may wait are gathered.
    """

    per_hour: int = DEFAULTS["pages_per_hour"]
    group: timedelta = timedelta(minutes=DEFAULTS["group_minutes"])


@dataclass(frozen=True, slots=True)
class Lately:
    """
    What somebody was told lately. pages: messages of the last hour, and those that still wait to go.

    last_at: when anything was last told; this_at: when this flag was.
    """

    pages: int = 0
    last_at: datetime | None = None
    this_at: datetime | None = None


def limits(settings: Mapping[str, Any] | None) -> Limits:
    """The limits in a programme's settings."""
    said = {**DEFAULTS, **(settings or {})}
    return Limits(int(said["pages_per_hour"]), timedelta(minutes=float(said["group_minutes"])))


def may_wait(severity: Severity, kind: str) -> bool:
    """Whether an alert could ever be gathered; False spares the question what the person was told lately."""
    return kind not in ALONE and not (severity >= Severity.critical and kind == "first")


def waits(severity: Severity, kind: str, lately: Lately, limit: Limits, now: datetime) -> bool:
    """
    Whether an alert is gathered with others rather than sent by itself.

    A further critical message is, above the cap, where the person was told of that very flag within the last minutes. A new
    flag is above the cap. All else (it got worse, a snooze is over) also where the person was told anything within them.
    """
    if not may_wait(severity, kind):
        return False
    over = lately.pages >= limit.per_hour
    if severity >= Severity.critical:
        return over and _within(lately.this_at, limit.group, now)
    return over or (kind != "first" and _within(lately.last_at, limit.group, now))


def _within(at: datetime | None, length: timedelta, now: datetime) -> bool:
    return at is not None and now - at < length


def next_morning(week: hours.Week, zone: str, now: datetime) -> datetime:
    """When the person's next working day begins, in UTC: never today's."""
    place = ZoneInfo(zone)
    local = now.astimezone(place)
    midnight = (local + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return hours.after_working(week, midnight, timedelta(), place)
