"""A flag is given to somebody else: they are told in the same commit, and take it on themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from bot import roster
from bot.alarm import StaffMember
from bot.alerts import SHARED, AlertMaker
from bot.changes import tell
from bot.errors import NotFound
from bot.house import House
from bot.programme import read_programme
from bot.values import Ids, Severity
from storage import flags, staff
from storage import schema as t

SUPERVISING = ("supervisor", "administrator")


@dataclass(frozen=True, slots=True)
class Handover:
    """To whom, with which alert, and by when they must acknowledge."""

    to: StaffMember
    alert: AlertMaker
    deadline: datetime


def prepare(connection: Connection, house: House, flag: Any, to_id: int, now: datetime) -> Handover:
    """
    Read what handing over needs.

    Raises:
        NotFound: there is nobody of that id at work in the programme.
    """
    people = roster.members(staff.members(connection, flag.programme_id))
    to = next((one for one in people if one.id == to_id), None)
    if to is None:
        raise NotFound("reassign: there is nobody of that id on duty in this programme")
    row = connection.execute(sa.select(t.programmes).where(t.programmes.c.id == flag.programme_id)).mappings().one()
    code = connection.execute(sa.select(t.clients.c.code).where(t.clients.c.id == flag.client_id)).scalar()
    severity = Severity(flag.severity)
    keys = {to.id: house.vault.key_for(connection, to.id)}
    alert = AlertMaker(house, flag.programme_id, code or SHARED, severity, flag.category, keys, now)
    return Handover(to, alert, read_programme(dict(row)).ladder.deadline(severity, now))


def hand_over(connection: Connection, ids: Ids, flag_id: int, handover: Handover, now: datetime) -> bool:
    """Give the flag to them and tell them; False when it is closed. Part of the caller's unit."""
    to = handover.to
    rung = "supervisor" if to.role in SUPERVISING else "owner"
    raised = flags.give(connection, ids, flag_id, owner_id=to.id, rung=rung, deadline=handover.deadline)
    if raised is None:
        return False
    tell(connection, ids, [to], raised, handover.alert.programme_id, kind="first", rung=rung, alert=handover.alert, now=now)
    return True
