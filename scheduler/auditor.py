"""
The auditor: looks at every open flag and at every message that should have raised one, and believes nobody.

It is independent of the ladder: it reads what stands in the tables, not what is due. What it finds twice, a look apart and
unchanged, it mends by the last rung: everybody is told. It runs beside the tick, in a thread of its own, so that a ladder that
hangs or fails is seen. The first look only suspects: after a pause of the machine the ladder has much to catch up with.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

import sqlalchemy as sa
import structlog
from sqlalchemy import Connection

from bot import alarm, roster
from bot.alerts import SHARED, UNKNOWN, AlertMaker
from bot.changes import write
from bot.crisis import About, raised
from bot.house import House
from bot.programme import read_programme
from bot.telling import tell
from bot.values import Category, Finding, Severity
from storage import flag_moves, flags, staff
from storage import schema as t
from storage.auditing import LOOK_BACK, Audit, look

log = structlog.get_logger(__name__)

AGAIN: Final = timedelta(minutes=15)
"""How long everybody has, before the last rung repeats."""
RULE: Final = "audit.unflagged"
WHY: Final = "This message was found worth a look when it came, and stood in no flag. The auditor raised this one."


class Auditor:
    """Looks, and mends what it finds. One read, and one write unit for each flag or message."""

    def __init__(self, house: House) -> None:
        self.house = house
        self._looked: datetime | None = None
        self._suspected: set[tuple[int, int]] = set()

    def audit(self, now: datetime) -> Audit:
        """Look at everything, and mend what the last look found too; the first look of a process goes back two days."""
        since = min(now - LOOK_BACK, self._looked or now - timedelta(days=2))
        found = self.house.db.read(lambda connection: look(connection, now, since))
        wrong = {(one, found.rounds[one]) for one in (*found.overdue, *found.untold, *found.clockless)}
        mended = 0
        for flag_id, round_ in sorted(wrong & self._suspected):
            mended += self._attempt(flag_id, partial(self._everybody, flag_id, round_, now))
        for received_id in found.unflagged:
            mended += self._attempt(received_id, partial(self._raise, received_id, now))
        self._looked, self._suspected = now, wrong
        if not found.sound:
            counts = {name: len(getattr(found, name)) for name in ("overdue", "clockless", "untold", "unreachable", "unflagged")}
            log.error("audit found faults", action="audit", mended=mended, unsent=found.unsent, **counts)
        return replace(found, mended=mended)

    def _attempt(self, about: int, mend: Callable[[], bool]) -> bool:
        try:
            return mend()
        except Exception as error:  # noqa: BLE001 - one flag that cannot be mended must not keep the others
            log.error("audit could not mend", action="audit", about=about, error=type(error).__name__)
            return False

    def _everybody(self, flag_id: int, round_: int, now: datetime) -> bool:
        """Tell everybody of a flag, and start its clock anew; False where somebody has acted meanwhile."""
        house = self.house

        def unit(connection: Connection) -> bool:
            row = flag_moves.locked(connection, flag_id)
            if row is None or row.closed_at is not None or row.round != round_:
                return False
            ids, people, keys = house.ports.ids, *_people(connection, house, row.programme_id)
            made = alarm.everybody(people, [row.owner_id], Severity(row.severity), _ladder(connection, row.programme_id), now)
            deadline = min(max(made.deadline, now + AGAIN), now + 4 * AGAIN)
            if not flag_moves.climb(connection, ids, row, owner_id=made.owner_id, rung="everybody", deadline=deadline, now=now):
                return False
            flags.event(connection, ids, programme_id=row.programme_id, flag_id=flag_id, kind="audited", now=now, detail={"rung": row.rung})
            code = (
                connection.execute(sa.select(t.clients.c.code).where(t.clients.c.id == row.client_id)).scalar() if row.client_id else None
            )
            who = code or (SHARED if row.address_id else UNKNOWN)
            maker = AlertMaker(house, row.programme_id, who, Severity(row.severity), row.category, keys, now)
            again = flags.Raised(flag_id, row.code, opened=False, tell=True, again=True, round=row.round + 1)
            tell(connection, ids, made.told, again, row.programme_id, kind="escalation", rung="everybody", alert=maker, now=now)
            return True

        return house.db.write(flag_id, unit, 0)

    def _raise(self, received_id: int, now: datetime) -> bool:
        """Raise the flag that a message should have raised, as grave as the message was judged."""
        house = self.house

        def unit(connection: Connection) -> bool:
            row = connection.execute(sa.select(t.received).where(t.received.c.id == received_id)).one()
            if connection.execute(sa.select(t.findings.c.id).where(t.findings.c.received_id == received_id)).first() is not None:
                return False
            client = None
            if row.client_id is not None:
                client = connection.execute(sa.select(t.clients).where(t.clients.c.id == row.client_id)).mappings().one()
            people, keys = _people(connection, house, row.programme_id)
            about = About(
                house=house,
                programme=read_programme(
                    dict(connection.execute(sa.select(t.programmes).where(t.programmes.c.id == row.programme_id)).mappings().one())
                ),
                who=str(client["code"]) if client else UNKNOWN,
                client_id=client["id"] if client else None,
                address_id=row.address_id,
                managers=(client["manager_id"],) if client else (),
                staff=people,
                key=house.vault.key_for(connection, client["id"] if client else row.programme_id),
                keys=keys,
                now=now,
                received_id=received_id,
            )
            finding = Finding(Severity(row.severity), Category.processing, RULE, "", WHY)
            return write(connection, house.ports.ids, raised(about, [finding]), now, any_version=True)

        return house.db.write(received_id, unit, 0)


def _people(connection: Connection, house: House, programme_id: int) -> tuple[tuple[alarm.StaffMember, ...], dict[int, Any]]:
    people = roster.members(staff.members(connection, programme_id))
    return tuple(people), {one.id: house.vault.key_for(connection, one.id) for one in people}


def _ladder(connection: Connection, programme_id: int) -> alarm.Ladder:
    row = connection.execute(sa.select(t.programmes).where(t.programmes.c.id == programme_id)).mappings().one()
    return read_programme(dict(row)).ladder
