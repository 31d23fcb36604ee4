"""
The ladder: a flag whose clock runs out climbs a rung, is open again or wakes, with an alert in the same commit.

One due row "escalate" for each open flag counts, that of its round. What it does depends on the state it finds: nobody has
acknowledged: up; somebody has and nothing followed: open again, and up; snoozed: open again, where it was.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from bot import alarm, roster
from bot.alerts import SHARED, UNKNOWN, AlertMaker
from bot.house import House
from bot.programme import read_programme
from bot.telling import tell
from bot.values import Severity
from storage import due, flag_moves, flags, staff
from storage import schema as t


@dataclass(frozen=True, slots=True)
class Turn:
    """What is about to happen to a flag. row: as it was read; events: what its history will say; kind: of the alerts."""

    row: Any
    alarm: alarm.Alarm
    maker: AlertMaker
    kind: str
    events: tuple[str, ...]


class Ladder:
    """Lets flags climb. One read and one write unit each."""

    def __init__(self, house: House) -> None:
        self.house = house

    def climb(self, flag_id: int, stamp: int, due_id: int, now: datetime) -> str:
        """
        The clock of round `stamp` has run out: "climbed", "reopened", "woken", or "stale" where somebody acknowledged,
        closed or did something, or it was alarmed anew since. Acknowledging at the same moment wins or loses by the flag's
        row, never half of it.
        """
        house = self.house
        turn = house.db.read(lambda connection: self._turn(connection, flag_id, stamp, now))

        def unit(connection: Connection) -> str:
            if not due.done(connection, due_id) or turn is None or not self._move(connection, turn, now):
                return "stale"
            ids, row, made = house.ports.ids, turn.row, turn.alarm
            for kind in turn.events:
                detail = {"rung": made.rung}
                flags.event(connection, ids, programme_id=row.programme_id, flag_id=flag_id, kind=kind, now=now, detail=detail)
            raised = flags.Raised(flag_id, row.code, opened=False, tell=True, again=True, round=row.round + 1)
            tell(connection, ids, made.told, raised, row.programme_id, kind=turn.kind, rung=made.rung, alert=turn.maker, now=now)
            return {"escalation": "climbed", "lapsed": "reopened"}.get(turn.kind, turn.kind)

        house.ports.points.point("escalate.before-unit")
        outcome = house.db.write(flag_id, unit, 0)
        house.ports.points.point("escalate.after-commit")
        return outcome

    def _move(self, connection: Connection, turn: Turn, now: datetime) -> bool:
        made, up = turn.alarm, turn.kind != "woken"
        return flag_moves.climb(
            connection,
            self.house.ports.ids,
            turn.row,
            owner_id=made.owner_id,
            rung=made.rung,
            deadline=made.deadline,
            now=now,
            escalated=up,
        )

    def _turn(self, connection: Connection, flag_id: int, stamp: int, now: datetime) -> Turn | None:
        house = self.house
        row = flags.get(connection, flag_id)
        if row is None or row.closed_at is not None or row.round != stamp:
            return None
        programme = read_programme(
            dict(connection.execute(sa.select(t.programmes).where(t.programmes.c.id == row.programme_id)).mappings().one())
        )
        rows = staff.members(connection, row.programme_id)
        people = roster.members(rows)
        made, kind, events = _due(row, people, programme.ladder, now)
        code = connection.execute(sa.select(t.clients.c.code).where(t.clients.c.id == row.client_id)).scalar() if row.client_id else None
        name = next((one["name_sealed"] for one in rows if one["id"] == row.owner_id), None)
        maker = AlertMaker(
            house,
            row.programme_id,
            code or (SHARED if row.address_id else UNKNOWN),
            Severity(row.severity),
            row.category,
            {one.id: house.vault.key_for(connection, one.id) for one in people},
            now,
            owner=house.vault.open(connection, "users.name", row.owner_id, name) or "" if name else "",
        )
        return Turn(row, made, maker, kind, events)


def _due(row: Any, people: tuple[alarm.StaffMember, ...], ladder: alarm.Ladder, now: datetime) -> tuple[alarm.Alarm, str, tuple[str, ...]]:
    """Where the flag goes, as which kind of alert, and what its history says."""
    severity = Severity(row.severity)
    if row.state == "snoozed":
        return alarm.raise_alarm(severity, [row.owner_id], people, ladder, now), "woken", ("woken",)
    made = alarm.climb(severity, row.rung, row.owner_id, people, ladder, now)
    if row.state == "open":
        return made, "escalation", ("escalated",)
    before = [one for one in people if one.id == row.owner_id and one not in made.told]
    told = alarm.Alarm(made.owner_id, made.rung, (*made.told, *before), made.deadline)
    return told, "lapsed", ("reopened", "escalated")
