"""
The outbox goes out: claim what may go next, ask the gate, hand it over, write down what became of it.

One pass is one claim. For each sender the gate is asked again in the unit that moves its rows to `sending`; only then does
anything reach the network, outside of any transaction and aside (`ports.executor`), so that a slow provider keeps nobody
else waiting. Time is the world's clock; leases are on the machine's.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import CancelledError, Future
from datetime import datetime
from functools import partial
from typing import Any, Final

import structlog
from sqlalchemy import Connection

from bot import gate, situation
from bot.channels import channel
from bot.channels.channel import Sent
from bot.errors import CheckinError, KeyLost, Misconfigured, NotSent, OutcomeUnknown, SendFailed
from bot.house import House
from bot.lines import Lines
from bot.values import Button, Delivery, Reason
from scheduler.landing import Landing, Parcel
from scheduler.settling import Settling
from storage import aftermath, claims, moves

log = structlog.get_logger(__name__)

IN_FLIGHT_MAX: Final = 8
TOGETHER_MAX: Final = 64
"""How many are taken at once where each lands before the next leaves: then nothing is ever in flight, and units are shared."""
VALIDITY_SECONDS_MAX: Final = 36_000
Result = Sent | SendFailed


class Deliverer:
    """
    Sends what waits. Any number of them may work on one database at once, in threads and in processes.

    in_flight_max: how many messages may be on their way to providers at once; a quarter of them is kept for the urgent lane,
        and one sender has at most half of the rest while others might want to send. Have as many threads free as that.
    poke: called when a message has landed aside, so that what waited for it goes at once.
    """

    def __init__(self, house: House, lines: Lines, *, in_flight_max: int = IN_FLIGHT_MAX, poke: Callable[[], None] = lambda: None) -> None:
        self.house = house
        self.poke = poke
        self._lines = lines
        self._landing = Landing(house)
        self._settling = Settling(house, lines, self._landing)
        self._in_flight_max = in_flight_max
        self._flying: dict[int, int] = {}
        self._at_once = False
        self._lock = threading.Lock()
        self._pass = threading.Lock()

    def deliver(self, now: datetime) -> int:
        """
        One pass: take back what was lost, claim, send and write down. Returns how many rows it moved; 0: nothing more is ready.

        What is sent aside may land after this returns.
        """
        house = self.house
        with self._pass:
            machine = house.ports.machine.now()
            moved = self._recover(now, machine)
            room = self._room()
            claimed = house.db.write(claims.CLAIMS, lambda connection: claims.claim(connection, room, now, machine), 0)
            if claimed.rows:
                house.ports.points.point("send.claimed")
            # What is urgent comes first, in a unit of its own: it does not wait until the gate was asked about routine messages.
            together: dict[tuple[bool, int], list[Mapping[Any, Any]]] = {}
            for row in claimed.rows:
                together.setdefault((row["lane"] > 0, row["sender_id"]), []).append(row)
            for (_, sender_id), rows in together.items():
                try:
                    moved += self._start(sender_id, rows, now)
                except CheckinError as error:  # the storage is busy: leases bring back what this sender had; others go on
                    log.error("sender's messages wait", action="send", sender=sender_id, error=type(error).__name__)
            return moved + claimed.deferred

    def next_at(self, connection: Connection) -> datetime | None:
        """When the next message may go, as far as time decides it, or None."""
        return claims.next_at(connection, self.house.ports.clock.now())

    def settle_unknown(self, ref_id: int, stamp: int, due_id: int, now: datetime) -> bool:
        """A due row "settle": find out what became of a message whose sending was not answered. False: try again."""
        return self._settling.settle(ref_id, stamp, due_id, now)

    # ------------------------------------------------------------ start

    def _room(self) -> claims.Room:
        with self._lock:
            flying = dict(self._flying)
            most = max(self._in_flight_max, TOGETHER_MAX) if self._at_once else self._in_flight_max
        under_way = sum(flying.values())
        usual = max(1, most - most // 4)
        return claims.Room(max(0, most - under_way), max(0, usual - under_way), max(1, usual - usual // 4), flying)

    def _start(self, sender_id: int, rows: Sequence[Mapping[Any, Any]], now: datetime) -> int:
        """Ask the gate about one sender's rows and send those that may go; how many moved."""
        house = self.house
        house.ports.points.point("send.before-sending-unit")
        lease = house.ports.machine.now() + claims.LEASE

        def unit(connection: Connection) -> tuple[int, list[Parcel]]:
            return self._ask(connection, sender_id, rows, now, lease)

        try:
            moved, parcels = house.db.write(sender_id, unit, _lane(rows))
        except Exception as error:
            if isinstance(error, CheckinError) and error.retryable:
                raise
            if len(rows) == 1:
                log.error("message cannot be judged", action="send", outbox=rows[0]["id"], error=type(error).__name__)
                return 0  # its lease runs out, and it is tried again; it keeps nobody else waiting
            return sum(self._start(sender_id, [row], now) for row in rows)
        self._send(parcels)
        return moved

    def _ask(
        self, connection: Connection, sender_id: int, rows: Sequence[Mapping[Any, Any]], now: datetime, lease: datetime
    ) -> tuple[int, list[Parcel]]:
        found = situation.rows_of(connection, [row["id"] for row in rows])
        pace = before = claims.read_pace(connection, sender_id)
        parcels: list[Parcel] = []
        moved = 0
        for claimed in rows:
            row = found.get(claimed["id"])
            if row is None or row["fence"] != claimed["fence"]:
                continue
            urgent = row["lane"] == 0
            decision, limit = situation.decide(connection, row, now)
            match decision:
                case gate.Wait():
                    moved += self._landing.waits(connection, row, decision, now)
                case gate.Drop():
                    moved += self._landing.never(connection, row, decision, now)
                case gate.Go() if pace.ready_at(now, row["segments"], urgent=urgent) > now:
                    moves.to_pending(connection, row)
                case gate.Go():
                    outgoing = self._outgoing(connection, row, limit, now)
                    if outgoing is None:
                        moved += self._landing.never(connection, row, gate.Drop(Reason.not_enrolled), now)
                    elif moves.to_sending(connection, row, now, lease):
                        pace = pace.taken(now, row["segments"], urgent=urgent)
                        parcels.append(Parcel(row, outgoing))
                        moved += 1
        if pace is not before:
            claims.write_pace(connection, sender_id, pace)
        return moved, parcels

    def _outgoing(self, connection: Connection, row: Mapping[Any, Any], limit: datetime | None, now: datetime) -> channel.Outgoing | None:
        """The message in the clear; None once the recipient has been erased."""
        opened = self.house.vault.open
        try:
            text = opened(connection, "outbox.text", row["id"], row["text_sealed"])
            to = opened(connection, "addresses.address", row["address_id"], row["address_sealed"])
            labels = opened(connection, "outbox.labels", row["id"], row["labels_sealed"])
        except KeyLost:
            log.error("message cannot be opened", action="send", outbox=row["id"])
            return None
        if not text or not to:
            return None
        buttons = zip(json.loads(labels) if labels else (), row["buttons"] or (), strict=False)
        return channel.Outgoing(
            outbox_id=row["id"],
            to=to,
            text=text,
            buttons=tuple(Button(label, token) for label, token in buttons),
            validity_seconds=None if limit is None else min(int((limit - now).total_seconds()), VALIDITY_SECONDS_MAX),
            language=row["language"],
        )

    # ------------------------------------------------------------ send

    def _send(self, parcels: Sequence[Parcel]) -> None:
        """Hand all of them over aside. Those that have landed at once are written down together, the others as they land."""
        landed: list[tuple[Parcel, Result]] = []
        for parcel in parcels:
            self._count(parcel, 1)
            future = self.house.ports.executor.submit(partial(self._hand_over, parcel))
            if future.done():
                self._count(parcel, -1)
                landed.append((parcel, _result(future)))
            else:
                future.add_done_callback(partial(self._land, parcel))
        self._at_once = len(landed) == len(parcels)
        self._write_down(landed)

    def _hand_over(self, parcel: Parcel) -> Result:
        """Runs aside: the one place from which messages leave the house."""
        points = self.house.ports.points
        try:
            line = self._lines.channel(parcel.row["sender_id"])
        except CheckinError as error:
            log.error("sender cannot be opened", action="send", sender=parcel.row["sender_id"], error=type(error).__name__)
            return Misconfigured("outbox: the sender's settings cannot be used; mend them", code="settings", reason=Reason.misconfigured)
        points.point("send.sending")
        result: Result
        try:
            result = line.send(parcel.outgoing)
        except SendFailed as error:
            result = error
        except Exception as error:  # noqa: BLE001 - whatever an adapter does, the message may have been taken
            log.error("channel failed", action="send", sender=parcel.row["sender_id"], error=type(error).__name__)
            result = OutcomeUnknown("outbox: the channel failed; ask before sending again", code="failed", reason=Reason.unknown_outcome)
        points.point("send.handed-over")
        return result

    def _land(self, parcel: Parcel, done: Future[Result]) -> None:
        """Runs aside, when a message that took its time has landed."""
        self._count(parcel, -1)
        try:
            self._write_down([(parcel, _result(done))])
        except Exception as error:  # noqa: BLE001 - its lease runs out, and it becomes unknown: looked up, never lost
            log.error("outcome cannot be stored", action="send", outbox=parcel.row["id"], error=type(error).__name__)
        self.poke()

    def _write_down(self, landed: Sequence[tuple[Parcel, Result]]) -> None:
        if not landed:
            return
        house, now = self.house, self.house.ports.clock.now()

        def unit(connection: Connection) -> None:
            for parcel, result in landed:
                self._landing.landed(connection, parcel.row, result, now)

        house.db.write(landed[0][0].row["sender_id"], unit, _lane([parcel.row for parcel, _ in landed]))
        house.ports.points.point("send.marked")
        for parcel, result in landed:
            outcome = "sent" if isinstance(result, Sent) else type(result).__name__
            code = None if isinstance(result, Sent) else result.code
            log.info("message sent", action="send", outbox=parcel.row["id"], lane=parcel.row["lane"], outcome=outcome, code=code)

    def _count(self, parcel: Parcel, change: int) -> None:
        with self._lock:
            sender_id = parcel.row["sender_id"]
            self._flying[sender_id] = self._flying.get(sender_id, 0) + change

    # ------------------------------------------------------------ recover

    def _recover(self, now: datetime, machine: datetime) -> int:
        """A worker that died: what it had claimed is free again, what it was sending is unknown, or sent where the provider says so."""
        house = self.house
        if not house.db.read(lambda connection: claims.lost(connection, machine)):
            return 0

        def unit(connection: Connection) -> int:
            moved = 0
            for row in claims.lost(connection, machine):
                if row["state"] == "claimed":
                    moved += moves.to_pending(connection, row)
                elif row["delivery"] > Delivery.none:
                    moved += moves.to_sent(connection, row, now, None)
                    aftermath.sent(connection, house.ports.ids, row, now)
                else:
                    moved += self._landing.unknown(connection, row, "lease", now)
            return moved

        return house.db.write(0, unit, 0)


def _lane(rows: Sequence[Mapping[Any, Any]]) -> int:
    """Where a unit about these messages queues to be written: what a client has just sent must not wait behind routine messages."""
    return 0 if any(row["lane"] == 0 for row in rows) else 1


def _result(done: Future[Result]) -> Result:
    """What came of it; a thread that ended in any other way leaves it unknown."""
    try:
        return done.result()
    except CancelledError:  # it never began: the process was told to end
        return NotSent("outbox: it was not sent before the process ended; try again", code="closed", reason=Reason.provider_down)
    except Exception as error:  # noqa: BLE001 - the message may have been taken
        log.error("sending aside failed", action="send", error=type(error).__name__)
        return OutcomeUnknown("outbox: no answer; ask before sending again", code="failed", reason=Reason.unknown_outcome)
