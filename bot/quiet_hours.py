"""
Quiet hours: when a person may be written to, by the clock on their own wall, right through daylight saving.

Pure. The table is editable per weekday; the gate (`bot/gate.py`) asks it about the recipient of each message.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.errors import WrongUse
from bot.values import utc

DAY_MINUTES = 24 * 60
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class QuietHours:
    """
    When a person may be written to, by the clock on their own wall; all other time is quiet.

    open: for Monday to Sunday, the open windows as (first minute, minute after the last) counted from 0:00,
        ascending, neither overlapping nor touching; none: quiet all day. A night shift is two windows.

    What the wall shows decides, so a gap of daylight saving shortens a window, and an hour shown twice counts twice.
    """

    open: tuple[tuple[tuple[int, int], ...], ...]

    def __post_init__(self) -> None:
        if len(self.open) != len(WEEKDAYS):
            raise WrongUse("quiet hours: give one entry for each of the seven days, Monday first")
        for name, windows in zip(WEEKDAYS, self.open, strict=True):
            edges = [edge for window in windows for edge in window]
            if sorted(set(edges)) != edges or any(not 0 <= edge <= DAY_MINUTES for edge in edges):
                raise WrongUse(f"quiet hours, {name}: write windows in order, not touching, between 00:00 and 24:00")

    def is_quiet(self, now: datetime, zone: ZoneInfo) -> bool:
        """Whether `now` (aware) is outside every open window."""
        local = utc(now).astimezone(zone)
        minute = local.hour * 60 + local.minute
        return not any(opens <= minute < closes for opens, closes in self.open[local.weekday()])

    def next_open(self, now: datetime, zone: ZoneInfo) -> datetime | None:
        """The first moment from `now` on that is not quiet, in UTC; None when no day has a window."""
        return self._next(now, zone, quiet=False)

    def next_quiet(self, now: datetime, zone: ZoneInfo) -> datetime | None:
        """The first moment from `now` on that is quiet, in UTC; None when there is none in the coming week."""
        return self._next(now, zone, quiet=True)

    def _next(self, now: datetime, zone: ZoneInfo, *, quiet: bool) -> datetime | None:
        now = utc(now)
        if self.is_quiet(now, zone) == quiet:
            return now
        soon = self._soon(now, zone, quiet=quiet)
        if soon is not None:
            return soon
        today = now.astimezone(zone).date()
        moments = set(_changes(now, zone))
        for day in (today + timedelta(days=ahead) for ahead in range(-1, 10)):
            for window in self.open[day.weekday()]:
                moments.update(_wall(day, edge, zone, fold) for edge in window for fold in (0, 1))
        return min((moment for moment in moments if moment > now and self.is_quiet(moment, zone) == quiet), default=None)

    def _soon(self, now: datetime, zone: ZoneInfo, *, quiet: bool) -> datetime | None:
        """The same for today and tomorrow where the offset stays as it is: 10 µs against 270, on nearly every day of the year."""
        local = now.astimezone(zone)
        if any((now + timedelta(days=ahead)).astimezone(zone).utcoffset() != local.utcoffset() for ahead in (1, 2)):
            return None
        midnight = now - timedelta(hours=local.hour, minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
        for ahead in (0, 1):
            for opens, closes in self.open[(local.weekday() + ahead) % 7]:
                moment = midnight + timedelta(days=ahead, minutes=closes if quiet else opens)
                if moment > now and self.is_quiet(moment, zone) == quiet:
                    return moment
        return None


def _wall(day: date, minute: int, zone: ZoneInfo, fold: int) -> datetime:
    """When the wall shows `minute` of `day`; 24:00 is the next day's 0:00."""
    days, minute = divmod(minute, DAY_MINUTES)
    return datetime.combine(day + timedelta(days=days), time(*divmod(minute, 60)), zone).replace(fold=fold).astimezone(UTC)


def _changes(now: datetime, zone: ZoneInfo) -> list[datetime]:
    """When the zone's offset changes in the coming days, to the second: there the wall can jump into a window, or out of one."""
    found = []
    for ahead in range(10):
        low, high = now + timedelta(days=ahead), now + timedelta(days=ahead + 1)
        before = low.astimezone(zone).utcoffset()
        if before == high.astimezone(zone).utcoffset():
            continue
        low, high = low.replace(microsecond=0), high.replace(microsecond=0)
        while high - low > timedelta(seconds=1):
            middle = low + timedelta(seconds=(high - low) // timedelta(seconds=1) // 2)
            low, high = (middle, high) if middle.astimezone(zone).utcoffset() == before else (low, middle)
        found.append(high)
    return found


def parse_quiet_hours(days: Mapping[str, Sequence[str]]) -> QuietHours:
    """
    Read an editable table: {"mon": ["09:00-20:00"], …, "sun": ["12:00-20:00"]}. A day that is missing is quiet.

    Raises:
        WrongUse: an unknown day, or a window that is not HH:MM-HH:MM; says which.
    """
    unknown = sorted(set(days) - set(WEEKDAYS))
    if unknown:
        raise WrongUse(f"quiet hours: {unknown[0]!r} is no day; write {', '.join(WEEKDAYS)}")
    return QuietHours(tuple(tuple(_window(name, text) for text in days.get(name, ())) for name in WEEKDAYS))


def _window(name: str, text: str) -> tuple[int, int]:
    opens, _, closes = text.partition("-")
    try:
        (first_hour, first), (last_hour, last) = (map(int, edge.split(":")) for edge in (opens, closes))
    except ValueError:
        raise WrongUse(f"quiet hours, {name}: {text!r} is no window; write it as 09:00-20:00") from None
    if not (0 <= first < 60 and 0 <= last < 60):
        raise WrongUse(f"quiet hours, {name}: {text!r} has more than 59 minutes in an hour")
    return first_hour * 60 + first, last_hour * 60 + last


def format_quiet_hours(hours: QuietHours) -> dict[str, list[str]]:
    """The table as it is stored and edited; `parse_quiet_hours` reads it back."""
    clock = "{:02}:{:02}".format
    return {
        name: [f"{clock(*divmod(opens, 60))}-{clock(*divmod(closes, 60))}" for opens, closes in windows]
        for name, windows in zip(WEEKDAYS, hours.open, strict=True)
    }


DEFAULT_HOURS = parse_quiet_hours({day: ["12:00-20:00" if day == "sun" else "09:00-20:00"] for day in WEEKDAYS})
ALWAYS_OPEN = QuietHours((((0, DAY_MINUTES),),) * 7)
"""For staff who have set no hours of their own."""
