"""The ladder: a flag that nobody acknowledged by its deadline climbs a rung, with an alert in the same commit."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import Connection

from bot import alarm, roster
from bot.alerts import SHARED, UNKNOWN, AlertMaker
from bot.changes import tell
from bot.house import House
from bot.programme import read_programme
from bot.values import Severity
from storage import due, flags, staff
from storage import schema as t

AGAIN_AT_LEAST = timedelta(minutes=15)
"""The last rung repeats, but never faster than this."""


class Ladder:
    """Lets flags climb. One read and one write unit each."""

    def __init__(self, house: House) -> None:
        self.house = house

    def climb(self, flag_id: int, stamp: int, due_id: int, now: datetime) -> str:
        """
        The deadline of round `stamp` has passed: "climbed", or "stale" where somebody acknowledged, closed it, or it was
        alarmed anew since. Acknowledging at the same moment wins or loses by the flag's row, never half of it.
        """
        house = self.house
        plan = house.db.read(lambda connection: self._plan(connection, flag_id, stamp, now))

        def unit(connection: Connection) -> str:
            if not due.done(connection, due_id) or plan is None:
                return "stale"
            alarmed, maker, raised, programme_id, client_id = plan
            deadline = max(alarmed.deadline, now + AGAIN_AT_LEAST)
            if not flags.climb(connection, flag_id, stamp, owner_id=alarmed.owner_id, rung=alarmed.rung, deadline=deadline, now=now):
                return "stale"
            ids = house.ports.ids
            detail = {"rung": alarmed.rung}
            flags.event(connection, ids, programme_id=programme_id, flag_id=flag_id, kind="escalated", now=now, detail=detail)
            tell(connection, ids, alarmed.told, raised, programme_id, kind="escalation", rung=alarmed.rung, alert=maker, now=now)
            due.plan(
                connection,
                ids,
                programme_id=programme_id,
                kind="escalate",
                at=deadline,
                ref_id=flag_id,
                client_id=client_id,
                stamp=stamp + 1,
            )
            return "climbed"

        house.ports.points.point("escalate.before-unit")
        outcome = house.db.write(flag_id, unit, 0)
        house.ports.points.point("escalate.after-commit")
        return outcome

    def _plan(
        self, connection: Connection, flag_id: int, stamp: int, now: datetime
    ) -> tuple[alarm.Alarm, AlertMaker, flags.Raised, int, int | None] | None:
        house = self.house
        row = flags.get(connection, flag_id)
        if row is None or row.state != "open" or row.closed_at is not None or row.round != stamp:
            return None
        programme = read_programme(
            dict(connection.execute(sa.select(t.programmes).where(t.programmes.c.id == row.programme_id)).mappings().one())
        )
        rows = staff.members(connection, row.programme_id)
        people = roster.members(rows)
        client = (
            connection.execute(sa.select(t.clients).where(t.clients.c.id == row.client_id)).mappings().first() if row.client_id else None
        )
        manager_id = client["manager_id"] if client is not None else None
        alarmed = alarm.climb(Severity(row.severity), row.rung, manager_id, people, programme.ladder, now)
        names = {one["id"]: house.vault.open(connection, "users.name", one["id"], one["name_sealed"]) or "" for one in rows}
        maker = AlertMaker(
            house,
            row.programme_id,
            client["code"] if client is not None else (SHARED if row.address_id else UNKNOWN),
            Severity(row.severity),
            row.category,
            {one.id: house.vault.key_for(connection, one.id) for one in people},
            now,
            owner=names.get(manager_id or row.owner_id, ""),
        )
        raised = flags.Raised(flag_id, row.code, opened=False, tell=True, again=True, round=stamp + 1)
        return alarmed, maker, raised, row.programme_id, row.client_id
