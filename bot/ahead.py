"""
Who would be told when, if nobody acknowledged: the ladder walked ahead of time, from any moment. Pure: no clock, no database.

`forecast` is for a concern that does not exist yet, `ahead` for a flag as it stands; `watches` shows who is on duty over a
stretch of time, gaps among them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot import alarm
from bot.alarm import Alarm, Ladder, StaffMember
from bot.values import Severity

STEPS_MAX = len(alarm.RUNGS) + 1
"""No ladder is longer: each step is a further rung, and the last one repeats."""


@dataclass(frozen=True, slots=True)
class Step:
    """
    One rung, as it would come.

    at: when; told: ids, the owner first; reached: those of them whom an alert can reach. until: when the next step follows
    if nobody acknowledges; `at` itself where nobody is reached; on the last rung, when all are told again.
    repeats: it is the last rung.
    """

    at: datetime
    rung: str
    owner_id: int
    told: tuple[int, ...]
    reached: tuple[int, ...]
    until: datetime
    repeats: bool

    @property
    def gap(self) -> bool:
        """Nobody can be reached on this rung."""
        return not self.reached


@dataclass(frozen=True, slots=True)
class Watch:
    """
    A stretch of time in which the same people are on duty.

    named: by the rota. present: those of them who are there. standing: whom a flag that climbs would go to, the first of
    them; nobody: to everybody at once.
    """

    begins: datetime
    until: datetime
    named: tuple[int, ...]
    present: tuple[int, ...]
    standing: tuple[int, ...]

    @property
    def gap(self) -> bool:
        """Nobody whom the rota names is there."""
        return not self.present


def forecast(severity: Severity, managers: Sequence[int], staff: Sequence[StaffMember], ladder: Ladder, at: datetime) -> tuple[Step, ...]:
    """
    Who would be told when of a concern raised `at`, if nobody ever acknowledged it; the last step is the rung that repeats.

    managers, staff: as `bot.alarm.raise_alarm` takes them; leave, cover and rota are judged at each step's own moment.
    """
    first = alarm.raise_alarm(severity, managers, staff, ladder, at)
    return (_step(first, at), *_following(first, severity, staff, ladder, at))


def ahead(
    severity: Severity, rung: str, owner_id: int, deadline: datetime, staff: Sequence[StaffMember], ladder: Ladder, now: datetime
) -> tuple[Step, ...]:
    """The steps that would follow for a flag that is on `rung`, with `owner_id`, and climbs at `deadline` (or now, if later)."""
    at = max(deadline, now)
    following = alarm.climb(severity, rung, owner_id, staff, ladder, at)
    return (_step(following, at), *_following(following, severity, staff, ladder, at))


def _following(last: Alarm, severity: Severity, staff: Sequence[StaffMember], ladder: Ladder, at: datetime) -> list[Step]:
    steps: list[Step] = []
    while last.rung != alarm.RUNGS[-1]:
        at = last.deadline if last.reaches else at
        last = alarm.climb(severity, last.rung, last.owner_id, staff, ladder, at)
        steps.append(_step(last, at))
        assert len(steps) < STEPS_MAX, "every climb leads to a further rung"
    return steps


def _step(made: Alarm, at: datetime) -> Step:
    told, reached = tuple(one.id for one in made.told), tuple(one.id for one in made.told if one.point() is not None)
    repeats = made.rung == alarm.RUNGS[-1]
    return Step(at, made.rung, made.owner_id, told, reached, made.deadline if reached or repeats else at, repeats)


def watches(staff: Sequence[StaffMember], ladder: Ladder, start: datetime, end: datetime) -> tuple[Watch, ...]:
    """Who is on duty from `start` to `end`, in stretches without a gap between them. Without a rota one can see leave only."""
    zone = ZoneInfo(ladder.zone)
    moments = {start, *ladder.rota.changes(start, end, zone)}
    leave = (moment for one in staff for moment in (one.leave_from, one.leave_until) if moment is not None)
    moments |= {moment for moment in leave if start < moment < end}
    begins = sorted(moments)
    found: list[Watch] = []
    for at, until in zip(begins, [*begins[1:], end], strict=True):
        made = _watch(staff, ladder, at, until, zone)
        last = found[-1] if found else None
        if last is not None and (last.named, last.present, last.standing) == (made.named, made.present, made.standing):
            found[-1] = Watch(last.begins, until, last.named, last.present, last.standing)
        else:
            found.append(made)
    return tuple(found)


def _watch(staff: Sequence[StaffMember], ladder: Ladder, at: datetime, until: datetime, zone: ZoneInfo) -> Watch:
    named = ladder.rota.named(at, zone)
    there = {one.id for one in staff if one.role == "supervisor" and not one.away(at)}
    present = tuple(each for each in named if each in there) if ladder.rota else tuple(sorted(there))
    return Watch(at, until, named, present, tuple(one.id for one in alarm.on_watch(staff, ladder, at)))
