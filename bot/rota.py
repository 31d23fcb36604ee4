"""
Who is the supervisor on duty when: weekly shifts on the programme's wall clock, and dated exceptions to them. Pure.

A shift that ends at or before the time it begins ends on the next day; a dated exception replaces every shift for as long
as it lasts, and of two the later made counts. A rota without shifts and exceptions is no rota.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.values import utc
from scheduler.recurrence import wall_to_utc

_DAY = timedelta(days=1)
LAST = "24:00"


@dataclass(frozen=True, slots=True)
class Shift:
    """One person's hours of duty. days: 0 is Monday, on which it begins. begins, until: HH:MM."""

    days: tuple[int, ...]
    begins: str
    until: str
    user_id: int

    def on(self, day: date, zone: ZoneInfo) -> tuple[datetime, datetime] | None:
        """From when until when it lasts if it begins on `day`, in UTC; None on other days."""
        if day.weekday() not in self.days:
            return None
        begins, ends = time.fromisoformat(self.begins), time() if self.until == LAST else time.fromisoformat(self.until)
        return wall_to_utc(day, begins, zone), wall_to_utc(day if ends > begins else day + _DAY, ends, zone)


@dataclass(frozen=True, slots=True)
class Override:
    """Somebody else is on duty from then until then. user_id None: nobody is, and it is known."""

    begins: datetime
    until: datetime
    user_id: int | None


@dataclass(frozen=True, slots=True)
class Rota:
    """Shifts and exceptions, those in the order in which they were made."""

    shifts: tuple[Shift, ...] = ()
    overrides: tuple[Override, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.shifts or self.overrides)

    def named(self, at: datetime, zone: ZoneInfo) -> tuple[int, ...]:
        """Whom the rota names for that moment, each once; nobody: a gap."""
        for override in reversed(self.overrides):
            if override.begins <= at < override.until:
                return () if override.user_id is None else (override.user_id,)
        here = at.astimezone(zone).date()
        found = (shift.user_id for shift in self.shifts for day in (here - _DAY, here) if _lasts(shift.on(day, zone), at))
        return tuple(dict.fromkeys(found))

    def changes(self, start: datetime, end: datetime, zone: ZoneInfo) -> Iterator[datetime]:
        """Every moment in (start, end) at which who is named may change, in no order."""
        moments: list[datetime] = [moment for one in self.overrides for moment in (one.begins, one.until)]
        day, last = start.astimezone(zone).date() - _DAY, end.astimezone(zone).date()
        while day <= last:
            moments += [moment for shift in self.shifts for moment in shift.on(day, zone) or ()]
            day += _DAY
        yield from (moment for moment in moments if start < moment < end)


def _lasts(span: tuple[datetime, datetime] | None, at: datetime) -> bool:
    return span is not None and span[0] <= at < span[1]


# ---------------------------------------------------------------- as a programme's settings keep it


def read_rota(stored: Mapping[str, Any] | None) -> Rota:
    """The rota of a programme's settings, as `rota_json` wrote it."""
    if not stored:
        return Rota()
    shifts = tuple(Shift(tuple(one["days"]), one["from"], one["until"], int(one["user"])) for one in stored.get("shifts", ()))
    overrides = tuple(
        Override(_moment(one["from"]), _moment(one["until"]), int(one["user"]) if one["user"] else None)
        for one in stored.get("overrides", ())
    )
    return Rota(shifts, overrides)


def rota_json(rota: Rota) -> dict[str, Any]:
    """The rota as JSON; ids are strings, since 63 bits do not fit every reader's numbers."""
    return {
        "shifts": [{"days": list(one.days), "from": one.begins, "until": one.until, "user": str(one.user_id)} for one in rota.shifts],
        "overrides": [
            {"from": utc(one.begins).isoformat(), "until": utc(one.until).isoformat(), "user": str(one.user_id or "")}
            for one in rota.overrides
        ],
    }


def _moment(stored: str) -> datetime:
    return utc(datetime.fromisoformat(stored))
