"""By when a person will really have seen a concern: what a client in a crisis is promised. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot import hours
from bot.alarm import Alarm, Ladder, StaffMember

FIRST_LOOK = timedelta(hours=1)
"""How long after somebody is at work again they have surely seen what came meanwhile."""
AHEAD = timedelta(days=60)
"""How far ahead somebody is looked for who is at work."""


def seen_by(alarm: Alarm, staff: Sequence[StaffMember], ladder: Ladder, now: datetime) -> datetime:
    """
    The deadline while somebody who is told is at work; else an hour after the first of them is again, leave and rota counted.

    Never before the deadline, which is in working time below critical. Where none of those who are told will be there, whoever
    of the staff is first; where nobody ever will, the programme's own hours are all there is to go by.
    """
    if any(ladder.at_work(member, now) for member in alarm.told):
        return alarm.deadline
    for people in (alarm.told, staff):
        found = min((at for member in people for at in _looks(member, ladder, now)), default=None)
        if found is not None:
            return max(alarm.deadline, found)
    return max(alarm.deadline, hours.after_working(ladder.week, now, FIRST_LOOK, ZoneInfo(ladder.zone), ladder.holidays))


def _looks(member: StaffMember, ladder: Ladder, now: datetime) -> Iterator[datetime]:
    """When the person will have been at work for FIRST_LOOK, by their hours and by the rota; nothing for who has left."""
    if member.status != "active":
        return
    begin = now
    if member.away(now):
        if member.leave_until is None:
            return
        begin = member.leave_until
    at = hours.after_working(member.week or ladder.week, begin, FIRST_LOOK, ZoneInfo(member.zone), ladder.holidays)
    if member.away(at) and member.leave_until is not None:  # the leave begins before the next working hours do
        at = hours.after_working(member.week or ladder.week, member.leave_until, FIRST_LOOK, ZoneInfo(member.zone), ladder.holidays)
    if not member.away(at):
        yield at
    zone = ZoneInfo(ladder.zone)
    for change in ladder.rota.changes(now, now + AHEAD, zone):
        if member.id in ladder.rota.named(change, zone) and not member.away(change):
            yield change + FIRST_LOOK
