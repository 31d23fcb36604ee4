"""
Claiming from the outbox: which rows may go next, in what order, and how many.

Per sender and lane, so that what is read does not grow with what waits: a lane is one index range, read from its front
as far as the sender's pace goes. Per address one message is in flight and the order is kept; the urgent lane waits
for nothing at its address. Units here run under the key CLAIMS, one at a time in all processes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection, RowMapping

from bot.values import OutboxState as S
from bot.values import Reason
from storage import moves
from storage import schema as t
from storage.moves import BUSY_STATES, READY_STATES, among
from storage.pace import Pace
from storage.ready import ACTIVE, LANE_QUERIES, LANES, SOONEST, WAY_QUERY

CLAIMS: Final = 0x6F7574626F78
"""The key under which claims are written."""
LEASE: Final = timedelta(seconds=60)
"""How long a worker may hold a row without a word, on the machine's clock; far above the longest request."""
UNKNOWN_FREES: Final = timedelta(seconds=60)
"""How long an unknown outcome keeps its address for itself."""
LOOK_AGAIN: Final = timedelta(seconds=30)
"""When a row that waits for another at its address is looked at again, should nobody wake it."""

_DEFER = (
    sa.update(t.outbox)
    .where(t.outbox.c.id == sa.bindparam("row_id"), t.outbox.c.fence == sa.bindparam("row_fence"), among(t.outbox.c.state, READY_STATES))
    .values(state=S.held.value, reason=sa.bindparam("why"), due_at=sa.bindparam("at"))
)
_DEFER_RETRY = _DEFER.values(state=S.retry.value, reason=t.outbox.c.reason)
_EARLIER = sa.select(t.outbox.c.state, t.outbox.c.reason, t.outbox.c.due_at).where(t.outbox.c.id == sa.bindparam("row"))
_n = t.outbox.alias("n")
_NEXT_HERE = (
    sa.select(_n.c.id)
    .where(
        _n.c.address_id == sa.bindparam("address"),
        among(_n.c.state, READY_STATES),
        _n.c.state == S.held.value,
        _n.c.reason == Reason.in_flight.value,
    )
    .order_by(_n.c.lane, _n.c.seq)
    .limit(1)
    .scalar_subquery()
)
_WAKE = sa.update(t.outbox).where(t.outbox.c.id == _NEXT_HERE).values(due_at=sa.bindparam("now"))
_RESUME = (
    sa.update(t.outbox)
    .where(
        t.outbox.c.sender_id == sa.bindparam("sender"),
        among(t.outbox.c.state, READY_STATES),
        t.outbox.c.state == S.held.value,
        t.outbox.c.reason == Reason.sender_paused.value,
    )
    .values(due_at=sa.bindparam("now"))
)
_LOST = sa.select(t.outbox).where(among(t.outbox.c.state, BUSY_STATES), t.outbox.c.state != S.unknown.value,
                                  t.outbox.c.lease_until < sa.bindparam("machine")).order_by(t.outbox.c.address_id).limit(200)  # fmt: skip
_PACE = sa.select(t.senders.c.rate_per_second, t.senders.c.paced_until, t.senders.c.paced_urgent_until).where(
    t.senders.c.id == sa.bindparam("sender")
)
_SET_PACE = (
    sa.update(t.senders)
    .where(t.senders.c.id == sa.bindparam("sender"))
    .values(paced_until=sa.bindparam("until"), paced_urgent_until=sa.bindparam("urgent_until"))
)


@dataclass(frozen=True, slots=True)
class Room:
    """
    How many messages may be started now.

    urgent: of lane 0. usual: of the later lanes in all, and per_sender of them by one sender; flying: by sender, under way.
    """

    urgent: int
    usual: int
    per_sender: int
    flying: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Claimed:
    """rows: taken, in the order to send them. deferred: how many wait for another message at their address."""

    rows: tuple[Mapping[Any, Any], ...]
    deferred: int


def claim(connection: Connection, room: Room, now: datetime, machine: datetime) -> Claimed:
    """
    Take what may go next, urgent first. Writes under the key CLAIMS; locks only what it takes.

    The pace is looked at, not charged: what the gate then holds has cost the sender nothing.
    """
    taken: list[Mapping[Any, Any]] = []
    addresses: set[int] = set()
    deferred = 0
    senders = connection.execute(ACTIVE).mappings().all()
    paces = {row["id"]: pace_of(row) for row in senders}
    usual = {row["id"]: max(0, room.per_sender - room.flying.get(row["id"], 0)) for row in senders}
    left = {True: room.urgent, False: min(room.usual, room.urgent)}
    for lane in LANES:
        urgent = lane == 0
        for sender_id, its_own in list(usual.items()):
            many = left[urgent] if urgent else min(left[urgent], its_own)
            if many <= 0:
                continue
            rows, paces[sender_id] = _fitting(connection, sender_id, lane, many, paces[sender_id], now)
            for row, wait in rows if urgent else _free(connection, [row for row, _ in rows], addresses, now):
                if wait is not None:
                    deferred += _defer(connection, row, wait)
                elif moves.to_claimed(connection, row, now, machine + LEASE):
                    taken.append({**row, "fence": row["fence"] + 1})
                    addresses.add(row["address_id"])
                    left[True] -= 1
                    left[False] -= 0 if urgent else 1
                    usual[sender_id] -= 0 if urgent else 1
            left[False] = min(left[False], left[True])
    return Claimed(tuple(taken), deferred)


def _fitting(
    connection: Connection, sender_id: int, lane: int, many: int, pace: Pace, now: datetime
) -> tuple[list[tuple[RowMapping, None]], Pace]:
    """The first rows of a lane, as far as the pace goes."""
    urgent = lane == 0
    found: list[tuple[RowMapping, None]] = []
    if pace.ready_at(now, 1, urgent=urgent) > now:
        return found, pace
    for row in connection.execute(LANE_QUERIES[lane], {"sender": sender_id, "now": now, "many": many}).mappings():
        if pace.ready_at(now, row["segments"], urgent=urgent) > now:
            break
        pace = pace.taken(now, row["segments"], urgent=urgent)
        found.append((row, None))
    return found, pace


def _free(
    connection: Connection, rows: list[RowMapping], addresses: set[int], now: datetime
) -> Iterator[tuple[RowMapping, tuple[Reason, datetime] | None]]:
    """The rows whose turn it is at their address (None), and those that must wait: why, and until when at the latest."""
    if not rows:
        return
    asked = {"rows": [row["id"] for row in rows], "now": now, "freed": now - UNKNOWN_FREES}
    found = {one["id"]: one for one in connection.execute(WAY_QUERY, asked).mappings()}
    put_off: set[int] = set()
    for row in rows:
        way = found.get(row["id"])
        if way is None or row["address_id"] in addresses or way["earlier_id"] in put_off:
            continue  # what was taken in this pass is soon gone, and what was put off may no longer be in the way
        if way["busy_at"] is not None:
            put_off.add(row["id"])
            until = now + LOOK_AGAIN if way["busy_at"] >= now else way["busy_at"] + UNKNOWN_FREES
            yield row, (Reason.in_flight, until)
        elif way["earlier_id"] is not None:
            put_off.add(row["id"])
            yield row, _behind(connection, way["earlier_id"], now)
        else:
            yield row, None


def _behind(connection: Connection, earlier_id: int, now: datetime) -> tuple[Reason, datetime]:
    """Behind a held message of its conversation a row is held for the same reason, and blocks no other conversation either."""
    earlier = connection.execute(_EARLIER, {"row": earlier_id}).one()
    reason = Reason(earlier.reason) if earlier.state == S.held.value and earlier.reason else Reason.in_flight
    return reason, max(earlier.due_at, now + LOOK_AGAIN)


def _defer(connection: Connection, row: Mapping[Any, Any], wait: tuple[Reason, datetime]) -> int:
    where = {"row_id": row["id"], "row_fence": row["fence"], "at": wait[1]}
    if row["state"] == S.retry.value:
        return connection.execute(_DEFER_RETRY, where).rowcount
    return connection.execute(_DEFER, {**where, "why": wait[0].value}).rowcount


def wake(connection: Connection, address_id: int, now: datetime) -> None:
    """A message to this address is done with: the next one that waited for it is looked at again."""
    connection.execute(_WAKE, {"address": address_id, "now": now})


def resume(connection: Connection, sender_id: int, now: datetime) -> int:
    """A sender goes on after a pause: what it kept waiting is looked at again at once. Call it in the unit that resumes it."""
    return connection.execute(_RESUME, {"sender": sender_id, "now": now}).rowcount


def pace_of(row: Mapping[Any, Any]) -> Pace:
    """The pace in a sender's row."""
    return Pace(row["rate_per_second"], row["paced_until"], row["paced_urgent_until"])


def read_pace(connection: Connection, sender_id: int) -> Pace:
    """A sender's pace now. Units that charge it run under the sender's key."""
    return pace_of(connection.execute(_PACE, {"sender": sender_id}).mappings().one())


def write_pace(connection: Connection, sender_id: int, pace: Pace) -> None:
    """Charge a sender for what was handed over."""
    connection.execute(_SET_PACE, {"sender": sender_id, "until": pace.until, "urgent_until": pace.urgent_until})


def lost(connection: Connection, machine: datetime) -> list[RowMapping]:
    """Rows whose worker has not been heard of since its lease ran out, oldest first; some of them where there are very many."""
    # By address, as the index of what is busy has them: in the order of ids SQLite reads the whole table instead.
    return sorted(connection.execute(_LOST, {"machine": machine}).mappings(), key=lambda row: int(row["id"]))


def next_at(connection: Connection, now: datetime) -> datetime | None:
    """When the next message may go, as far as time and pace decide it; None: nothing waits."""
    moments = []
    for sender in connection.execute(ACTIVE).mappings().all():
        pace = pace_of(sender)
        for lane, query in SOONEST.items():
            row = connection.execute(query, {"sender": sender["id"]}).first()
            if row is not None:
                at = max(row.due_at, now)
                moments.append(max(at, pace.ready_at(at, row.segments, urgent=lane == 0)))
    return min(moments, default=None)
