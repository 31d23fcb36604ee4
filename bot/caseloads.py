"""
A caseload is handed over: clients, with their open flags and work items, from one case manager to another.

Each client is a unit of its own, with one row in the audit trail for the client and one for each flag; what was done is not
done again, so that a hand-over that broke off is simply said again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection

from bot.errors import NotAllowed, NotFound, WrongUse
from bot.handing_over import TAKES, Handover, hand_over, prepare
from bot.house import House
from bot.values import Person, Severity
from storage import audit, caseload_moves, flag_moves, flags, people
from storage import schema as t

SETS_UP = ("supervisor", "administrator", "command line")


@dataclass(frozen=True, slots=True)
class Moved:
    """How many were handed over. told: flags of which the new owner was alerted."""

    clients: int = 0
    flags: int = 0
    told: int = 0
    tasks: int = 0

    def __add__(self, other: Moved) -> Moved:
        return Moved(self.clients + other.clients, self.flags + other.flags, self.told + other.told, self.tasks + other.tasks)


@dataclass(frozen=True, slots=True)
class _Case:
    """A flag that goes along. handover: how they are told of it; None: below high, it changes hands without an alert."""

    flag: Any
    handover: Handover | None


def hand_over_caseload(house: House, who: Person, from_id: int, to_id: int, client_ids: Sequence[int] | None = None) -> Moved:
    """
    Give clients of one case manager to another, with the open flags and work items that were the first one's.

    client_ids: which; None: all of them, and whatever else of the programme's flags and work items was theirs. The new owner
    is alerted of critical and high flags and acknowledges them anew; where they are away, it goes to their cover or the
    supervisor. A flag that has climbed to somebody else stays there.

    Raises:
        NotAllowed: `who` neither sets up the programme nor hands over their own.
        NotFound: there is no such person, or the client is not theirs.
    """
    programme_id = _check(house, who, from_id, to_id)
    theirs = house.db.read(lambda connection: caseload_moves.clients_of(connection, from_id))
    if client_ids is not None and not set(client_ids) <= set(theirs):
        raise NotFound("hand-over: one of these clients is not theirs")
    moved = Moved()
    for client_id in theirs if client_ids is None else dict.fromkeys(client_ids):
        moved += _client(house, who, programme_id, client_id, from_id, to_id)
    return moved if client_ids is not None else moved + _rest(house, who, programme_id, from_id, to_id)


def _check(house: House, who: Person, from_id: int, to_id: int) -> int:
    def read(connection: Connection) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
        return people.by_id(connection, t.users, from_id), people.by_id(connection, t.users, to_id)

    giving, taking = house.db.read(read)
    if giving is None or taking is None or giving["programme_id"] != taking["programme_id"]:
        raise NotFound("hand-over: there are no two such people in one programme")
    if who.role != "command line" and who.programme_id != giving["programme_id"]:
        raise NotAllowed("hand-over: not there, or not yours")
    if who.role not in SETS_UP and who.id != from_id:
        raise NotAllowed("hand-over: only a supervisor hands over what is another's")
    if from_id == to_id:
        raise WrongUse("hand-over: choose two people")
    if taking["status"] != "active" or taking["role"] not in TAKES:
        raise WrongUse("hand-over: only a case manager or supervisor at work takes on clients")
    return int(giving["programme_id"])


def _client(house: House, who: Person, programme_id: int, client_id: int, from_id: int, to_id: int) -> Moved:
    now, ids = house.ports.clock.now(), house.ports.ids
    cases = house.db.read(lambda connection: _cases(connection, house, from_id, to_id, now, client_id))

    def unit(connection: Connection) -> Moved:
        if not caseload_moves.give_client(connection, client_id, from_id, to_id):
            return Moved()
        tasks = caseload_moves.give_tasks(connection, from_id, to_id, client_id)
        moved = Moved(clients=1, tasks=tasks)
        for case in cases:
            moved += _flag(connection, house, who, case, to_id, now)
        detail = {"from": str(from_id), "to": str(to_id), "flags": moved.flags, "tasks": tasks}
        audit.append(
            connection,
            ids,
            programme_id=programme_id,
            chain_id=client_id,
            actor=who,
            action="client.hand_over",
            target=f"client {client_id}",
            detail=detail,
            now=now,
        )
        return moved

    return house.db.write(client_id, unit)


def _rest(house: House, who: Person, programme_id: int, from_id: int, to_id: int) -> Moved:
    """Flags that were theirs though the client was not, and work items about no client."""
    now, moved = house.ports.clock.now(), Moved()
    for case in house.db.read(lambda connection: _cases(connection, house, from_id, to_id, now, None)):
        moved += house.db.write(case.flag.subject_id, partial(_flag, house=house, who=who, case=case, to_id=to_id, now=now))

    def unit(connection: Connection) -> Moved:
        tasks = caseload_moves.give_tasks(connection, from_id, to_id, None)
        if tasks:
            detail = {"from": str(from_id), "to": str(to_id), "tasks": tasks}
            audit.append(
                connection,
                house.ports.ids,
                programme_id=programme_id,
                chain_id=programme_id,
                actor=who,
                action="task.hand_over",
                target=f"user {from_id}",
                detail=detail,
                now=now,
            )
        return Moved(tasks=tasks)

    return moved + house.db.write(programme_id, unit)


def _cases(connection: Connection, house: House, from_id: int, to_id: int, now: datetime, client_id: int | None) -> list[_Case]:
    found = caseload_moves.open_flags_of(connection, from_id, client_id)
    return [_Case(one, prepare(connection, house, one, to_id, now) if one.severity >= Severity.high else None) for one in found]


def _flag(connection: Connection, house: House, who: Person, case: _Case, to_id: int, now: datetime) -> Moved:
    flag, ids = case.flag, house.ports.ids
    if case.handover is not None:
        owner_id = hand_over(connection, ids, flag.id, case.handover, now, from_id=flag.owner_id)
    else:
        owner_id = to_id if flag_moves.pass_on(connection, flag.id, flag.owner_id, to_id) else 0
    if not owner_id:
        return Moved()
    detail = {"to": str(to_id), "owner": str(owner_id)}
    flags.event(connection, ids, programme_id=flag.programme_id, flag_id=flag.id, kind="reassigned", now=now, by_id=who.id, detail=detail)
    audit.append(
        connection,
        ids,
        programme_id=flag.programme_id,
        chain_id=flag.client_id or flag.programme_id,
        actor=who,
        action="flag.hand_over",
        target=f"flag {flag.id}",
        detail=detail,
        now=now,
    )
    return Moved(flags=1, told=int(case.handover is not None))
