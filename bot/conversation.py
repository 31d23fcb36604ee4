"""
The shell of the conversation: one incoming message is one write unit, committed before the provider gets its 2xx.

Read, compute outside any transaction, write with the version that was read; a lost race is worked out again, three times
at most. What cannot be worked out, or not in two seconds, is stored all the same with a flag that a person must read it.
Never lost, never blocks the next.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TooSlow
from dataclasses import replace
from functools import partial
from typing import Protocol

import structlog
from sqlalchemy import Connection

from bot import asked, turn
from bot.arrival import Arrival, read_arrival
from bot.changes import Change, write
from bot.channels.channel import Channel, Inbound, Status, WebRequest
from bot.errors import BadRequest, Busy, NotFound
from bot.house import House
from bot.road import Road
from bot.values import ChannelKind
from storage import delivery
from storage import inbound as reads

log = structlog.get_logger(__name__)

COMPUTE_SECONDS = 2.0
ABANDONED_MAX = 4
"""Computations that were given up on and may still run. More at once, and the provider is asked to try again."""
ATTEMPTS = 3
TEXT_CHARS_MAX = 100_000
"""Far above what any provider delivers; the rest is cut off, and a person sees that it was."""


class Lines(Protocol):
    """Where the channel of a sender is found."""

    def channel(self, sender_id: int) -> Channel:
        """Raises NotFound when there is no such sender."""
        ...


class Conversations:
    """
    Takes what providers bring.

    poke: called after each commit, so that replies and alerts leave at once rather than at the next tick.
    """

    def __init__(self, house: House, lines: Lines, poke: Callable[[], None] = lambda: None) -> None:
        self.house = house
        self._lines = lines
        self.poke = poke
        self._abandoned: set[Future[list[Change]]] = set()

    def receive(self, sender_id: int, request: WebRequest) -> int:
        """
        Take a webhook and store all it brings; the HTTP status to answer with.

        Returns:
            204 once everything is committed (or was before); 404 for no such sender; 403 and 400 with nothing stored;
            503 when too much waits: the provider tries again.

        Raises:
            BadSignature, BadRequest: it is not the provider's, or not what the provider documents.
            Busy: nothing was stored.
        """
        channel = self._lines.channel(sender_id)
        for item in channel.parse_inbound(request):
            if isinstance(item, Status):
                self.settle(sender_id, item)
            else:
                self.take(sender_id, item)
                channel.acknowledge(item)
        return 204

    def status(self, sender_id: int, request: WebRequest) -> int:
        """Take a delivery report; forward only, whatever order they come in."""
        for item in self._lines.channel(sender_id).parse_inbound(request):
            if not isinstance(item, Status):
                raise BadRequest("status webhook: a message came where a delivery report must")
            self.settle(sender_id, item)
        return 204

    def settle(self, sender_id: int, status: Status) -> None:
        """Store one delivery report."""
        house, now = self.house, self.house.ports.clock.now()
        house.ports.points.point("status.before-unit")
        report = delivery.Report(
            sender_id,
            status.outbox_id,
            status.provider_message_id,
            status.delivery,
            status.code,
            status.reason.value if status.reason else None,
        )
        house.db.write(sender_id, lambda connection: delivery.settle(connection, house.ports.ids, report, now))
        house.ports.points.point("status.after-commit")
        self.poke()

    def take(self, sender_id: int, inbound: Inbound) -> str:
        """
        Store one message and all that follows from it: "stored", "duplicate" or "quarantined".

        Raises:
            NotFound: no such sender. Busy: too much waits.
        """
        house = self.house
        inbound = _bounded(inbound)
        now = house.ports.clock.now()
        address_id = self._address(sender_id, inbound)
        outcome = ""
        for attempt in range(ATTEMPTS + 1):
            received_id = house.ports.ids.new()
            arrival = house.db.read(
                partial(
                    read_arrival, house=house, sender_id=sender_id, address_id=address_id, inbound=inbound, now=now, received_id=received_id
                )
            )
            if arrival is None:
                raise NotFound(f"sender {sender_id}: there is none of that id")
            if arrival.snap.duplicate:
                outcome = "duplicate"
                break
            arrival = asked.look(house, arrival)
            last = attempt == ATTEMPTS
            house.ports.points.point("inbound.read")
            changes = self._quarantine(arrival) if last else self._compute(arrival)
            house.ports.points.point("inbound.computed")
            if self._write(arrival, changes, any_version=last):
                outcome = "quarantined" if last else "stored"
                break
            if last:
                outcome = "duplicate"  # the last attempt takes any version: only the same message can have been faster
        house.ports.points.point("inbound.committed")
        log.info("message taken", action="inbound", sender=sender_id, address=address_id, outcome=outcome)
        self.poke()
        return outcome

    def _write(self, arrival: Arrival, changes: Sequence[Change], *, any_version: bool) -> bool:
        house = self.house

        def unit(connection: Connection) -> bool:
            house.ports.points.point("inbound.in-unit")
            return write(connection, house.ports.ids, changes, arrival.now, any_version=any_version)

        return house.db.write(arrival.client["id"] if arrival.client is not None else arrival.snap.address["id"], unit, 1)

    def _compute(self, arrival: Arrival) -> list[Change]:
        """The changes of the turn, or those that store it and call a person where that fails or takes too long."""
        if arrival.talk_lost:
            why = "The conversation that is open there cannot be read; this message was stored without answering its question."
            return turn.salvage(arrival, why=why, rule="inbound.conversation-lost", road=Road.failed)
        self._abandoned = {future for future in self._abandoned if not future.done()}
        if len(self._abandoned) >= ABANDONED_MAX:
            raise Busy("inbound: several messages take too long to work out; nothing was stored, try again")
        future = self.house.ports.executor.submit(lambda: turn.work(arrival))
        try:
            return future.result(timeout=COMPUTE_SECONDS)
        except TooSlow:
            self._abandoned.add(future)
            log.error("message took too long to work out", action="inbound", received=arrival.received_id)
            why, rule = "Working out this message took too long: nobody has judged it fully.", "inbound.too-slow"
        except Exception as error:  # noqa: BLE001 - whatever fails here, the message is stored and a person reads it
            log.error("message could not be worked out", action="inbound", received=arrival.received_id, error=type(error).__name__)
            why, rule = "This message could not be processed.", "inbound.failed"
        return turn.salvage(arrival, why=why, rule=rule, road=Road.failed)

    def _quarantine(self, arrival: Arrival) -> list[Change]:
        why = "This message came while others were being handled; it was stored without answering the question that waits."
        return turn.salvage(arrival, why=why, rule="inbound.quarantined", road=Road.quarantine)

    def _address(self, sender_id: int, inbound: Inbound) -> int:
        """The id of the address that wrote; made now if it is new."""
        house, now = self.house, self.house.ports.clock.now()
        new_id = house.ports.ids.new()

        def find(connection: Connection) -> int | Mapping[str, object]:
            via = reads.sender(connection, sender_id)
            if via is None:
                raise NotFound(f"sender {sender_id}: there is none of that id")
            blind = house.vault.index(via["programme_id"], inbound.address)
            known = reads.address_of(connection, via["programme_id"], via["channel"], blind)
            if known is not None:
                return int(known["id"])
            key = house.vault.key_for(connection, via["programme_id"])
            sealed = house.vault.seal(key, "addresses.address", new_id, inbound.address)
            return {
                "id": new_id,
                "programme_id": via["programme_id"],
                "channel": ChannelKind(via["channel"]).value,
                "blind": blind,
                "address_sealed": sealed,
            }

        found = house.db.read(find)
        if isinstance(found, int):
            return found
        house.db.write(sender_id, lambda connection: reads.meet_address(connection, dict(found)))
        log.info("address met", action="inbound", at=now.isoformat())
        again = house.db.read(find)
        assert isinstance(again, int)
        return again


def _bounded(inbound: Inbound) -> Inbound:
    """The message with a text of bearable length."""
    if len(inbound.text) <= TEXT_CHARS_MAX:
        return inbound
    return replace(inbound, text=inbound.text[:TEXT_CHARS_MAX])
