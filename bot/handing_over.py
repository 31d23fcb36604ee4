"""A flag is given to somebody else: they are told in the same commit, and take it on themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from bot import roster
from bot.alarm import Alarm, raise_alarm
from bot.alerts import SHARED, AlertMaker
from bot.errors import NotFound
from bot.house import House
from bot.programme import read_programme
from bot.telling import tell
from bot.values import Ids, Severity
from storage import flag_moves, outbox, staff
from storage import schema as t

TAKES = ("case_manager", "supervisor")
"""Roles that take on flags: administrators see no client."""


@dataclass(frozen=True, slots=True)
class Handover:
    """What giving a flag to somebody sets off. alarm: whom it goes to in fact, others than meant where they are away."""

    alarm: Alarm
    alert: AlertMaker


def prepare(connection: Connection, house: House, flag: Any, to_id: int, now: datetime) -> Handover:
    """
    Read what handing over needs.

    Raises:
        NotFound: there is nobody of that id at work in the programme who takes on flags.
    """
    people = roster.members(staff.members(connection, flag.programme_id))
    if not any(one.id == to_id and one.role in TAKES for one in people):
        raise NotFound("reassign: there is no case manager or supervisor of that id on duty in this programme")
    row = connection.execute(sa.select(t.programmes).where(t.programmes.c.id == flag.programme_id)).mappings().one()
    code = connection.execute(sa.select(t.clients.c.code).where(t.clients.c.id == flag.client_id)).scalar()
    severity = Severity(flag.severity)
    made = raise_alarm(severity, [to_id], people, read_programme(dict(row)).ladder, now)
    keys = {one.id: house.vault.key_for(connection, one.id) for one in made.told}
    return Handover(made, AlertMaker(house, flag.programme_id, code or SHARED, severity, flag.category, keys, now))


def hand_over(connection: Connection, ids: Ids, flag_id: int, handover: Handover, now: datetime, *, from_id: int | None = None) -> int:
    """
    Give the flag on and tell them; who owns it then, 0 when it is closed, or no longer `from_id`'s. Part of the caller's unit.
    """
    made = handover.alarm
    raised = flag_moves.give(
        connection, ids, flag_id, owner_id=made.owner_id, rung=made.rung, deadline=made.deadline, now=now, from_id=from_id
    )
    if raised is None:
        return 0
    outbox.cancel_alerts(connection, flag_id, now)
    tell(connection, ids, made.told, raised, handover.alert.programme_id, kind="first", rung=made.rung, alert=handover.alert, now=now)
    return made.owner_id
