"""
Whom a concern is told to, who owns it, and until when it must be acknowledged. Pure; `scheduler/ladder.py` climbs.

The rungs: owner (the case manager; while away the supervisor, at once) → supervisor → everybody (all supervisors and
administrators, again and again). Times are ours and editable per programme.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot import hours
from bot.values import Severity


@dataclass(frozen=True, slots=True)
class Point:
    """One way to reach a member of staff. Usable while verified or active."""

    sender_id: int
    address_id: int
    channel: str
    status: str
    priority: int = 0


@dataclass(frozen=True, slots=True)
class StaffMember:
    """
    A person on duty or off it.

    leave_from, leave_until: away between them, None: not planned. week: own hours, empty: the programme's.
    """

    id: int
    role: str
    language: str
    zone: str
    supervisor_id: int | None = None
    leave_from: datetime | None = None
    leave_until: datetime | None = None
    status: str = "active"
    week: Mapping[str, Sequence[str]] = field(default_factory=dict)
    points: tuple[Point, ...] = ()

    def away(self, now: datetime) -> bool:
        """Whether the person has left, or is on leave."""
        if self.status != "active":
            return True
        begun = self.leave_from is not None and self.leave_from <= now
        return begun and (self.leave_until is None or now < self.leave_until)

    def usable(self) -> list[Point]:
        """Every way to reach the person that works, the preferred one first."""
        return sorted((point for point in self.points if point.status in ("active", "verified")), key=lambda point: point.priority)

    def point(self) -> Point | None:
        """The first usable way to reach the person, or None."""
        return next(iter(self.usable()), None)


@dataclass(frozen=True, slots=True)
class Ladder:
    """How long each severity may wait for an acknowledgement. critical in plain time, the others in working time."""

    critical: timedelta = timedelta(minutes=15)
    high: timedelta = timedelta(hours=4)
    review: timedelta = timedelta(hours=8)
    info: timedelta = timedelta(hours=40)
    week: Mapping[str, Sequence[str]] = field(default_factory=lambda: dict(hours.OFFICE))
    zone: str = "UTC"

    def deadline(self, severity: Severity, now: datetime) -> datetime:
        """By when a flag raised `now` must be acknowledged."""
        if severity >= Severity.critical:
            return now + self.critical
        wait = {Severity.high: self.high, Severity.review: self.review}.get(severity, self.info)
        return hours.after_working(self.week, now, wait, ZoneInfo(self.zone))


@dataclass(frozen=True, slots=True)
class Alarm:
    """
    What to do about a flag now.

    owner_id: who owns it; told: who gets an alert, the owner first; deadline: when it climbs if nobody acknowledges.
    """

    owner_id: int
    rung: str
    told: tuple[StaffMember, ...]
    deadline: datetime


def _supervisors(staff: Sequence[StaffMember], now: datetime, first: int | None) -> list[StaffMember]:
    """Supervisors on duty, the wanted one first."""
    there = [one for one in staff if one.role == "supervisor" and not one.away(now)]
    return sorted(there, key=lambda one: (one.id != first, one.id))


def _everybody(staff: Sequence[StaffMember], now: datetime) -> list[StaffMember]:
    """All supervisors and administrators, on leave or not, else all there are; who is on duty comes first."""
    order = {"supervisor": 0, "administrator": 1}
    active = [one for one in staff if one.status == "active"]
    people = [one for one in active if one.role in order] or active
    return sorted(people, key=lambda one: (one.away(now), order.get(one.role, 2), one.id))


def raise_alarm(severity: Severity, managers: Sequence[int], staff: Sequence[StaffMember], ladder: Ladder, now: datetime) -> Alarm:
    """
    Whom a new or worse concern goes to first.

    managers: the assigned case manager; several where an address is shared; none for an unknown number.
    A case manager who is away is passed over for the supervisor at once. A critical concern outside the person's own
    hours goes to the supervisor too. With several, all are told and the supervisor owns it until one acknowledges.
    """
    by_id = {one.id: one for one in staff}
    assigned = [by_id[each] for each in managers if each in by_id]
    present = [one for one in assigned if not one.away(now)]
    wanted = assigned[0].supervisor_id if assigned else None
    supervisors = _supervisors(staff, now, wanted)
    told = list(present)
    off_duty = [one for one in present if not hours.within(one.week or ladder.week, now, ZoneInfo(one.zone))]
    if not present or len(assigned) > 1 or (severity >= Severity.critical and off_duty):
        told += [one for one in supervisors[:1] if one not in told]
    if not told:
        return replace_rung(staff, managers, severity, ladder, now)
    owner = present[0] if len(assigned) == 1 and present else (supervisors[0] if supervisors else told[0])
    rung = "owner" if owner in present else "supervisor"
    return Alarm(owner.id, rung, tuple(told), ladder.deadline(severity, now))


def replace_rung(staff: Sequence[StaffMember], managers: Sequence[int], severity: Severity, ladder: Ladder, now: datetime) -> Alarm:
    """Nobody on the rung can be reached: everybody is told."""
    people = _everybody(staff, now)
    owner = people[0].id if people else next(iter(managers), 0)
    return Alarm(owner, "everybody", tuple(people), ladder.deadline(severity, now))


def climb(severity: Severity, rung: str, manager_id: int | None, staff: Sequence[StaffMember], ladder: Ladder, now: datetime) -> Alarm:
    """Whom an unacknowledged concern goes to next, from `rung`. The last rung repeats for ever."""
    if rung == "owner":
        wanted = next((one.supervisor_id for one in staff if one.id == manager_id), None)
        supervisors = _supervisors(staff, now, wanted)
        if supervisors:
            return Alarm(supervisors[0].id, "supervisor", (supervisors[0],), ladder.deadline(severity, now))
    return replace_rung(staff, [manager_id] if manager_id else [], severity, ladder, now)
