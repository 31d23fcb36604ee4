"""
The stage: an engine over simulated phones in virtual time, a journal of all that was said to it, and the walk through due moments.

The journal and the phone book are the ground truth: what people wrote and got a 2xx for, and what providers took.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from bot.channels.phones import Accepted, MemoryPhones
from bot.channels.simulated import Simulated
from bot.cli.demo.clockwork import VirtualClock, virtual_ports
from bot.errors import BadRequest, CheckinError
from bot.house import House
from bot.locales.words import Words
from bot.ports import Points
from scheduler.engine import Engine
from storage.folder import open_memory

STUCK_MAX = 50
"""How often the engine may name a moment that has passed and then do nothing, before the walk gives up."""
TOGETHER = timedelta(seconds=1)
"""How far the clock goes on where the engine wants to go on at once but cannot yet."""


@dataclass(frozen=True, slots=True)
class Written:
    """
    What somebody did with a phone.

    status: what the webhook answered; heard: how many messages all phones had got by then, so that the order is known.
    meant: what the person wanted, where it is more than an answer ("stop", "start").
    """

    at: datetime
    sender_id: int
    address: str
    text: str = field(repr=False)
    message_id: str
    status: int
    heard: int
    kind: str = "text"
    edit: int = 0
    meant: str = ""


class Actor(Protocol):
    """Somebody in the simulated world."""

    def next_at(self) -> datetime | None:
        """When they act next, or None."""
        ...

    def act(self, now: datetime) -> None:
        """Do all that is due."""
        ...

    def hear(self, sender_id: int, accepted: Accepted) -> None:
        """A message has come to one of the phones of the world."""
        ...


class Stage:
    """
    The engine and all that is simulated around it.

    house: made here in memory when it is None; its world clock is `clock`.
    """

    def __init__(
        self,
        clock: VirtualClock,
        *,
        seed: int = 1,
        house: House | None = None,
        phones: MemoryPhones | None = None,
        points: Points | None = None,
        rerun: bool = False,
    ) -> None:
        self.clock = clock
        self.phones = phones or MemoryPhones()
        self.house = house or memory_house(clock, seed, points=points, rerun=rerun)
        self.journal: list[Written] = []
        self.actors: list[Actor] = []
        self.watchers: list[Callable[[], None]] = []
        self._heard = 0
        self._messages = 0
        self.restart()

    def restart(self) -> None:
        """A new engine on the same database, as after a crash."""
        self.engine = Engine(self.house, phones=self.phones)

    def channel(self, sender_id: int) -> Simulated:
        """The simulated provider behind a sender."""
        channel = self.engine.lines.channel(sender_id)
        assert isinstance(channel, Simulated), "only simulated senders are on stage"
        return channel

    def write(self, sender_id: int, address: str, text: str = "", *, message_id: str = "", meant: str = "", **more: Any) -> Written:
        """
        Somebody does something with their phone: it goes through the webhook, signed, as a real provider brings it.

        message_id: empty makes one; give an earlier one for an edit or for the same webhook again. more: as `Simulated.writes`.
        """
        if not message_id:
            self._messages += 1
            message_id = f"IN{self._messages}"
        channel = self.channel(sender_id)
        request = channel.writes(address, text, message_id=message_id, **more)
        try:
            status = self.engine.conversations.receive(sender_id, request)
        except BadRequest:
            status = 403
        except CheckinError:
            status = 503
        kind, edit = str(more.get("kind", "text")), int(more.get("edit", 0))
        written = Written(self.clock.now(), sender_id, address, text, message_id, status, len(self.phones.accepted), kind, edit, meant)
        self.journal.append(written)
        return written

    # ------------------------------------------------------------ time

    def settle(self) -> int:
        """Carry out what is due by now, bring the delivery reports, and let everybody see what came; how much moved."""
        moved = self.engine.settle_down()
        while self._receipts():
            moved += self.engine.settle_down()
        self._tell()
        return moved

    def _receipts(self) -> int:
        """Bring the delivery reports of what was just sent, as a provider would post them; how many."""
        brought = 0
        for sender_id in dict.fromkeys(sender_id for sender_id, _ in self.phones.accepted[self._heard :]):
            for status in self.channel(sender_id).receipts():
                self.engine.conversations.settle(sender_id, status)
                brought += 1
        return brought

    def walk(self, until: datetime) -> None:
        """Go from one due moment to the next, up to and with `until`. People act when their moment comes."""
        stuck = 0
        self.settle()
        while True:
            at = self._next()
            if at is None or at > until:
                break
            stuck = stuck + 1 if at <= self.clock.now() else 0
            if stuck > STUCK_MAX:
                raise AssertionError(f"walk: something is due at {at.isoformat()} and is never done")
            self.clock.move_to(at if not stuck else self.clock.now() + TOGETHER)
            if self._act() + self.settle():
                stuck = 0
        self.clock.move_to(until)
        self.settle()

    def _next(self) -> datetime | None:
        moments = [self.engine.next_at(), *(actor.next_at() for actor in self.actors)]
        return min((at for at in moments if at is not None), default=None)

    def _act(self) -> int:
        now, acted = self.clock.now(), 0
        for actor in self.actors:
            at = actor.next_at()
            if at is not None and at <= now:
                actor.act(now)
                acted += 1
        return acted

    def _tell(self) -> None:
        while self._heard < len(self.phones.accepted):
            sender_id, accepted = self.phones.accepted[self._heard]
            self._heard += 1
            for actor in self.actors:
                actor.hear(sender_id, accepted)
        for watcher in self.watchers:
            watcher()


def memory_house(clock: VirtualClock, seed: int, *, points: Points | None = None, rerun: bool = False) -> House:
    """A house that no folder keeps, in virtual time."""
    ports = virtual_ports(clock, seed, points=points)
    store = open_memory(ids=ports.ids, machine=ports.machine, rerun=rerun)
    return House(store.database, store.vault, ports, Words())
