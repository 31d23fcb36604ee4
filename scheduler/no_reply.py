"""A crisis reply did not go out, or did not arrive: the owner of the flag is told at once to phone the client."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from bot import roster
from bot.alerts import SHARED, UNKNOWN, AlertMaker
from bot.house import House
from bot.telling import tell
from bot.values import Reason, Severity
from storage import flags, staff
from storage import schema as t

_FLAGS = (
    sa.select(t.flags)
    .where(
        t.flags.c.id.in_(sa.select(t.findings.c.flag_id).where(t.findings.c.received_id == sa.bindparam("received"))),
        t.flags.c.closed_at.is_(None),
    )
    .order_by(t.flags.c.severity.desc(), t.flags.c.id)
)
_MARK = sa.update(t.flags).where(t.flags.c.id == sa.bindparam("flag")).values(no_reply=1, version=t.flags.c.version + 1)
_TOLD = sa.select(t.flag_events.c.detail).where(t.flag_events.c.flag_id == sa.bindparam("flag"), t.flag_events.c.kind == "crisis_reply")
_CLIENT = sa.select(t.clients.c.code).where(t.clients.c.id == sa.bindparam("client"))


def no_reply(connection: Connection, house: House, row: Mapping[Any, Any], reason: Reason, now: datetime) -> bool:
    """
    Alert the owner of the gravest flag that the message gave rise to, and mark all of them; once for each crisis reply.

    row: the crisis reply in the outbox. Returns False where there is nothing (left) to tell.
    """
    found = connection.execute(_FLAGS, {"received": row["received_id"]}).mappings().all() if row["received_id"] is not None else []
    if not found or _told(connection, found[0]["id"], row["id"]):
        return False
    for flag in found:
        connection.execute(_MARK, {"flag": flag["id"]})
        detail = {"sent": False, "reason": reason.value, "outbox": str(row["id"])}
        flags.event(
            connection,
            house.ports.ids,
            programme_id=row["programme_id"],
            flag_id=flag["id"],
            kind="crisis_reply",
            now=now,
            detail=detail,
        )
    _tell(connection, house, found[0], now)
    return True


def _told(connection: Connection, flag_id: int, outbox_id: int) -> bool:
    """It was held behind a paused sender, say, before it expired."""
    details = connection.execute(_TOLD, {"flag": flag_id}).scalars()
    return any((detail or {}).get("outbox") == str(outbox_id) for detail in details)


def _tell(connection: Connection, house: House, flag: Mapping[Any, Any], now: datetime) -> None:
    programme_id = flag["programme_id"]
    people = roster.members(staff.members(connection, programme_id))
    told = [one for one in people if one.id == flag["owner_id"]] or [one for one in people if one.role == "supervisor"]
    code = connection.execute(_CLIENT, {"client": flag["client_id"]}).scalar() if flag["client_id"] is not None else None
    maker = AlertMaker(
        house,
        programme_id,
        code or (SHARED if flag["address_id"] else UNKNOWN),
        Severity(flag["severity"]),
        flag["category"],
        {one.id: house.vault.key_for(connection, one.id) for one in told},
        now,
    )
    raised = flags.Raised(flag["id"], flag["code"], opened=False, tell=True, again=True, round=flag["round"])
    tell(connection, house.ports.ids, told, raised, programme_id, kind="no_reply", rung=flag["rung"], alert=maker, now=now)
