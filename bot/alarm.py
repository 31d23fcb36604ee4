"""
Whom a concern is told to, who owns it, and until when it must be acknowledged. Pure; `scheduler/ladder.py` climbs.

The rungs: owner (the case manager) → cover (while the owner is away) → supervisor (on duty, by the rota where there is one)
→ queue (every supervisor who is there; the one on duty owns it) → everybody (all supervisors and administrators by every
way, again and again). A rung on which nobody is there is passed over. Times are ours and editable per programme.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot import hours
from bot.rota import Rota
from bot.values import Severity

RUNGS = ("owner", "cover", "supervisor", "queue", "everybody")
"""In the order of climbing."""


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

    cover_id: who stands in while the person is away. leave_from, leave_until: away between them, None: not planned.
    week: own hours, empty: the programme's.
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
    cover_id: int | None = None

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
    """
    How long a flag may wait, by severity; critical in plain time, the others in working time.

    critical, high, review, info: for somebody to acknowledge it. follow_*: for something to follow an acknowledgement.
    next_*: for the next word about it, once something has followed; in working time whatever the severity.
    again: how often everybody is told of a critical one. holidays: dates on which nobody works.
    """

    critical: timedelta = timedelta(minutes=15)
    high: timedelta = timedelta(hours=4)
    review: timedelta = timedelta(hours=8)
    info: timedelta = timedelta(hours=40)
    follow_critical: timedelta = timedelta(minutes=60)
    follow_high: timedelta = timedelta(hours=8)
    follow_review: timedelta = timedelta(hours=24)
    next_critical: timedelta = timedelta(hours=8)
    next_high: timedelta = timedelta(hours=24)
    next_review: timedelta = timedelta(hours=40)
    again: timedelta = timedelta(minutes=15)
    week: Mapping[str, Sequence[str]] = field(default_factory=lambda: dict(hours.OFFICE))
    zone: str = "UTC"
    holidays: frozenset[date] = frozenset()
    rota: Rota = field(default_factory=Rota)

    def deadline(self, severity: Severity, now: datetime) -> datetime:
        """By when a flag raised `now` must be acknowledged."""
        if severity >= Severity.critical:
            return now + self.critical
        return self._working({Severity.high: self.high, Severity.review: self.review}.get(severity, self.info), now)

    def follow(self, severity: Severity, now: datetime) -> datetime:
        """By when something must follow an acknowledgement that is given `now`; else the flag is open again."""
        if severity >= Severity.critical:
            return now + self.follow_critical
        return self._working(self.follow_high if severity is Severity.high else self.follow_review, now)

    def next_word(self, severity: Severity, now: datetime) -> datetime:
        """By when the next word is due about a flag that somebody is at work on, after a note or a contact `now`."""
        if severity >= Severity.critical:
            return self._working(self.next_critical, now)
        return self._working(self.next_high if severity is Severity.high else self.next_review, now)

    def repeat(self, severity: Severity, now: datetime) -> datetime:
        """When everybody is told again. Below critical not more often than it takes to acknowledge one."""
        return max(now + self.again, self.deadline(severity, now)) if severity < Severity.critical else now + self.again

    def at_work(self, member: StaffMember, at: datetime) -> bool:
        """Whether the person is there and on duty: named by the rota for that moment, or within their own hours."""
        if member.away(at):
            return False
        if member.id in self.rota.named(at, ZoneInfo(self.zone)):
            return True
        return hours.within(member.week or self.week, at, ZoneInfo(member.zone), self.holidays)

    def _working(self, wait: timedelta, now: datetime) -> datetime:
        return hours.after_working(self.week, now, wait, ZoneInfo(self.zone), self.holidays)


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

    @property
    def reaches(self) -> bool:
        """Whether any of them can be reached at all; if not, it climbs at once."""
        return any(one.point() is not None for one in self.told)


def on_watch(staff: Sequence[StaffMember], ladder: Ladder, now: datetime, first: int | None = None) -> list[StaffMember]:
    """
    The supervisors on duty, at work before others, then `first`.

    With a rota those whom it names and who are there; in a gap of it whoever is at work. Without a rota all who are there.
    """
    there = [one for one in staff if one.role == "supervisor" and not one.away(now)]
    if ladder.rota:
        named = ladder.rota.named(now, ZoneInfo(ladder.zone))
        there = [one for one in there if one.id in named] or [one for one in there if ladder.at_work(one, now)]
    return sorted(there, key=lambda one: (not ladder.at_work(one, now), one.id != first, one.id))


def raise_alarm(severity: Severity, managers: Sequence[int], staff: Sequence[StaffMember], ladder: Ladder, now: datetime) -> Alarm:
    """
    Whom a new or worse concern goes to first.

    managers: the assigned case manager; several where an address is shared; none for an unknown number.
    Somebody who is away is passed over for their cover, else for the supervisor, at once. A critical concern outside the
    person's own hours goes to the cover and the supervisor too. With several, all are told and the supervisor owns it
    until one acknowledges.
    """
    by_id = {one.id: one for one in staff}
    assigned = [by_id[each] for each in managers if each in by_id]
    answering = list({one.id: one for each in assigned if (one := _stands(each, by_id, now)) is not None}.values())
    watch = on_watch(staff, ladder, now, assigned[0].supervisor_id if assigned else None)
    told = list(answering)
    off_duty = [one for one in answering if not ladder.at_work(one, now)] if severity >= Severity.critical else []
    told += [cover for one in off_duty if (cover := _cover(one, by_id, now)) is not None and cover not in told]
    if not answering or len(assigned) > 1 or off_duty:
        told += [one for one in watch[:1] if one not in told]
    if not told:
        return everybody(staff, managers, severity, ladder, now)
    single = answering[0] if len(assigned) == 1 and answering else None
    owner = single or (watch[0] if watch else told[0])
    rung = "owner" if owner in assigned else "cover" if owner in answering else "supervisor"
    return Alarm(owner.id, rung, tuple(told), ladder.deadline(severity, now))


def climb(severity: Severity, rung: str, owner_id: int | None, staff: Sequence[StaffMember], ladder: Ladder, now: datetime) -> Alarm:
    """
    Whom an unacknowledged concern goes to next, from `rung`, where `owner_id` had it. The last rung repeats for ever.

    Nobody is asked twice in a row: who owned it is not the supervisor on the next rung.
    """
    by_id = {one.id: one for one in staff}
    owner = by_id.get(owner_id or 0)
    if rung == "owner" and owner is not None and owner.away(now):
        cover = _cover(owner, by_id, now)
        if cover is not None:
            return Alarm(cover.id, "cover", (cover,), ladder.deadline(severity, now))
    watch = on_watch(staff, ladder, now, owner.supervisor_id if owner is not None else None)
    if rung in ("owner", "cover"):
        others = [one for one in watch if one.id != owner_id]
        if others:
            return Alarm(others[0].id, "supervisor", (others[0],), ladder.deadline(severity, now))
    if rung == "supervisor":
        there = watch + [one for one in staff if one.role == "supervisor" and not one.away(now) and one not in watch]
        if any(one.id != owner_id for one in there):
            return Alarm(there[0].id, "queue", tuple(there), ladder.deadline(severity, now))
    return everybody(staff, [owner_id] if owner_id else [], severity, ladder, now)


def everybody(staff: Sequence[StaffMember], managers: Sequence[int], severity: Severity, ladder: Ladder, now: datetime) -> Alarm:
    """
    Nobody else is left: all supervisors and administrators, on leave or not, else all there are; who is at work comes first.
    """
    order = {"supervisor": 0, "administrator": 1}
    active = [one for one in staff if one.status == "active"]
    people = [one for one in active if one.role in order] or active
    people.sort(key=lambda one: (one.away(now), order.get(one.role, 2), not ladder.at_work(one, now), one.id))
    owner = people[0].id if people else next(iter(managers), 0)
    return Alarm(owner, "everybody", tuple(people), ladder.repeat(severity, now))


def _stands(member: StaffMember, by_id: Mapping[int, StaffMember], now: datetime) -> StaffMember | None:
    """The person, or the cover while the person is away; None where neither is there."""
    return _cover(member, by_id, now) if member.away(now) else member


def _cover(member: StaffMember, by_id: Mapping[int, StaffMember], now: datetime) -> StaffMember | None:
    cover = by_id.get(member.cover_id or 0)
    return None if cover is None or cover is member or cover.away(now) else cover
