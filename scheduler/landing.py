"""
What follows from a provider's answer, as changes of one unit: sent, try again, never, a sender to mend, or nobody knows.

Also what follows from the gate's: what is held or dropped ends here too, so that nothing stops without its reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection

from bot import gate
from bot.changes import StopAddresses, write
from bot.channels import channel
from bot.channels.channel import Sent
from bot.errors import Misconfigured, NotSent, SendFailed, Throttled, Unreachable
from bot.house import House
from bot.values import MessageClass, Purpose, Reason
from bot.values import OutboxState as S
from scheduler.no_reply import no_reply
from storage import aftermath, claims, due, moves, slots
from storage import schema as t

ASK_AGAIN: Final = timedelta(minutes=15)
"""When what waits for something to change is looked at again, should nobody say that it has."""
BACK_OFF: Final = tuple(timedelta(seconds=seconds) for seconds in (5, 15, 60, 300, 900, 1800, 3600))
"""How long a message that was surely not taken waits before each further attempt; after the last it is dead."""
URGENT_MAX: Final = timedelta(seconds=60)
"""The longest wait between attempts in the urgent lane, and the number of attempts there: two hours of them."""
URGENT_ATTEMPTS_MAX: Final = 120
SILENT_MAX: Final = timedelta(minutes=5)
"""How long a crisis reply may fail before people are told that the client has had none, though it is tried on."""
CHECKS: Final = (timedelta(seconds=60), timedelta(minutes=10))
"""When an unknown outcome is looked up."""

_CLIENTS_AT = sa.select(t.clients.c.id, t.clients.c.manager_id).where(
    t.clients.c.id.in_(
        sa.select(t.contact_points.c.owner_id).where(
            t.contact_points.c.address_id == sa.bindparam("address"), t.contact_points.c.owner_kind == "client"
        )
    ),
    t.clients.c.status.not_in(("closed", "erased")),
)
_BLOCK = (
    sa.update(t.contact_points)
    .where(t.contact_points.c.address_id == sa.bindparam("address"))
    .values(status="blocked", status_at=sa.bindparam("now"))
)
_PAUSE = (
    sa.update(t.senders)
    .where(t.senders.c.id == sa.bindparam("sender"), t.senders.c.paused_at.is_(None))
    .values(paused_at=sa.bindparam("now"), paused_reason=Reason.misconfigured.value)
)


@dataclass(frozen=True, slots=True)
class Parcel:
    """A row that is being sent, and what is handed to the provider."""

    row: Mapping[Any, Any]
    outgoing: channel.Outgoing = field(repr=False)


@dataclass(frozen=True, slots=True)
class Landing:
    """Carries out what follows. Every method is SQL within the caller's unit."""

    house: House

    def landed(self, connection: Connection, row: Mapping[Any, Any], result: Sent | SendFailed, now: datetime) -> bool:
        """The provider has answered, or not. False: the row is somebody else's by now, and nothing was changed."""
        match result:
            case Sent(message_id):
                if not moves.to_sent(connection, row, now, message_id):
                    return False
                aftermath.sent(connection, self.house.ports.ids, row, now)
                return True
            case Unreachable():
                return self._unreachable(connection, row, result, now)
            case Misconfigured():
                return self._misconfigured(connection, row, result, now)
            case NotSent():
                return self._not_sent(connection, row, result, now)
            case _:
                return self.unknown(connection, row, result.code, now)

    def waits(self, connection: Connection, row: Mapping[Any, Any], wait: gate.Wait, now: datetime) -> bool:
        """The gate says: not now."""
        until = wait.until or now + ASK_AGAIN
        last = _last_moment(row)
        if last is not None:
            until = min(until, last + timedelta(seconds=1))
        if not moves.to_held(connection, row, wait.reason, max(until, now + timedelta(seconds=1))):
            return False
        self._waiting(connection, row, wait.reason, now)
        if wait.task is not None:
            self._task(connection, row, wait.task, wait.reason, now)
        return True

    def never(self, connection: Connection, row: Mapping[Any, Any], drop: gate.Drop, now: datetime) -> bool:
        """The gate says: never."""
        to = S.expired if drop.reason is Reason.not_after else S.cancelled
        if not moves.to_end(connection, row, to, drop.reason, row["provider_code"], now):
            return False
        aftermath.ended(connection, self.house.ports.ids, row, to, drop.reason, now)
        if drop.task is not None:
            self._task(connection, row, drop.task, drop.reason, now)
        return True

    def dead(self, connection: Connection, row: Mapping[Any, Any], reason: Reason, code: str | None, now: datetime) -> bool:
        """It cannot go, and nobody tries again. Whoever must know is told."""
        if not moves.to_end(connection, row, S.dead, reason, code, now):
            return False
        ids = self.house.ports.ids
        aftermath.ended(connection, ids, row, S.dead, reason, now)
        if row["cls"] == MessageClass.crisis.value:
            no_reply(connection, self.house, row, reason, now)
        if row["cls"] == MessageClass.staff.value:
            self._task(connection, row, gate.Task.tell_writer, reason, now)
        if reason not in (Reason.stopped, Reason.blocked):
            aftermath.undeliverable(connection, ids, row, now)
        return True

    def unknown(self, connection: Connection, row: Mapping[Any, Any], code: str | None, now: datetime) -> bool:
        """Nobody knows. It is looked up after a minute and after ten."""
        if not moves.to_unknown(connection, row, code):
            return False
        for wait in CHECKS:
            due.plan(
                connection,
                self.house.ports.ids,
                programme_id=row["programme_id"],
                kind="settle",
                at=now + wait,
                ref_id=row["id"],
                client_id=row["client_id"],
                stamp=row["fence"],
            )
        return True

    def _unreachable(self, connection: Connection, row: Mapping[Any, Any], error: Unreachable, now: datetime) -> bool:
        if not self.dead(connection, row, error.reason, error.code, now):
            return False
        if error.reason in (Reason.stopped, Reason.blocked):
            self._shut_out(connection, row, error.reason, now)
        return True

    def _shut_out(self, connection: Connection, row: Mapping[Any, Any], reason: Reason, now: datetime) -> None:
        """The provider knows of a STOP that we do not, or we are blocked: as if it had been said to us, for all clients there."""
        blocked = reason is Reason.blocked
        if blocked:
            connection.execute(_BLOCK, {"address": row["address_id"], "now": now})
        clients = connection.execute(_CLIENTS_AT, {"address": row["address_id"]}).all()
        stop = StopAddresses((row["address_id"],), tuple(one.id for one in clients), "blocked" if blocked else "provider")
        write(connection, self.house.ports.ids, [stop], now)
        for one in clients:
            about = {**row, "client_id": one.id}
            kind = "blocked" if blocked else "stopped"
            aftermath.task(connection, self.house.ports.ids, about, kind, one.id, one.manager_id, now)

    def _misconfigured(self, connection: Connection, row: Mapping[Any, Any], error: Misconfigured, now: datetime) -> bool:
        if not moves.to_held(connection, row, Reason.sender_paused, now + ASK_AGAIN, sending=True):
            return False
        connection.execute(_PAUSE, {"sender": row["sender_id"], "now": now})
        ids, programme_id = self.house.ports.ids, row["programme_id"]
        keeper = aftermath.sender_keeper(connection, programme_id)
        about = {**row, "client_id": None}
        aftermath.task(connection, ids, about, "sender_paused", row["sender_id"], keeper, now)
        self._waiting(connection, row, Reason.sender_paused, now)
        return True

    def _not_sent(self, connection: Connection, row: Mapping[Any, Any], error: NotSent, now: datetime) -> bool:
        attempts, urgent = row["attempts"] + 1, row["lane"] == 0
        if isinstance(error, Throttled):
            wait = timedelta(seconds=min(max(error.retry_after_seconds, 1.0), 3600.0))
            pace = claims.read_pace(connection, row["sender_id"]).slowed(now, wait)
            claims.write_pace(connection, row["sender_id"], pace)
        elif attempts > (URGENT_ATTEMPTS_MAX if urgent else len(BACK_OFF)):
            return self.dead(connection, row, error.reason, error.code, now)
        else:
            wait = BACK_OFF[min(attempts, len(BACK_OFF)) - 1]
            wait = min(wait, URGENT_MAX) if urgent else wait
        if row["cls"] == MessageClass.crisis.value and now - row["created_at"] >= SILENT_MAX:
            no_reply(connection, self.house, row, error.reason, now)
        last = _last_moment(row)
        at = now + wait if last is None else min(now + wait, last + timedelta(seconds=1))
        uncounted = row["attempts"] if isinstance(error, Throttled) else None
        return moves.to_retry(connection, row, error.reason, error.code, at, attempts=uncounted)

    def _waiting(self, connection: Connection, row: Mapping[Any, Any], reason: Reason, now: datetime) -> None:
        """What a row that waits means for its slot; and where nothing may leave by the sender, for those who must be reached."""
        if row["slot_id"] is not None:
            slots.settle(connection, row["slot_id"], "held", reason, now)
        if reason is Reason.sender_paused and row["cls"] == MessageClass.crisis.value:
            no_reply(connection, self.house, row, reason, now)
        if reason is Reason.sender_paused and row["cls"] == MessageClass.alert.value:
            aftermath.climb_now(connection, self.house.ports.ids, row, now)

    def _task(self, connection: Connection, row: Mapping[Any, Any], task: gate.Task, reason: Reason, now: datetime) -> None:
        ids = self.house.ports.ids
        manager = aftermath.manager_of(connection, row["client_id"])
        match task:
            case gate.Task.phone_client:
                no_reply(connection, self.house, row, reason, now)
            case gate.Task.tell_writer:
                aftermath.task(connection, ids, row, "tell_writer", row["id"], row["by_id"] or manager, now)
            case gate.Task.remind_by_phone:
                about = row["appointment_id"] or row["client_id"]
                aftermath.task(connection, ids, row, "remind_by_phone", about, manager, now)


def asked(row: Mapping[Any, Any]) -> gate.Outgoing:
    """As much of the gate's question as a message's age needs."""
    return gate.Outgoing(MessageClass(row["cls"]), Purpose(row["purpose"]), row["created_at"], row["not_after"])


def _last_moment(row: Mapping[Any, Any]) -> datetime | None:
    return gate.deadline(asked(row))
