"""Where simulated phones live, and what a channel is wired to."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.channels.channel import Outgoing
from bot.ports import Transport
from bot.values import Clock


@dataclass(frozen=True, slots=True)
class Accepted:
    """What a simulated provider took: the ground truth."""

    provider_message_id: str
    outgoing: Outgoing
    at: datetime

    @property
    def address(self) -> str:
        """To whom it went."""
        return self.outgoing.to

    @property
    def text(self) -> str:
        """What the phone shows."""
        return self.outgoing.text


class PhoneBook(Protocol):
    """Where simulated phones live. One for all simulated senders; `sender` keeps them apart. Safe to use from threads."""

    def deliver(self, sender: int, outgoing: Outgoing, at: datetime) -> str:
        """Put the message on the phone; returns its id, unique within the sender."""
        ...

    def taken(self, sender: int, address: str, since: datetime) -> Sequence[Accepted]:
        """What was delivered to the address since then, oldest first."""
        ...

    def filtered(self, sender: int, address: str) -> bool:
        """Whether the provider's own STOP filter holds the address."""
        ...

    def filter(self, sender: int, address: str, *, on: bool) -> None:
        """Put the address into the filter, or take it out."""
        ...


class MemoryPhones:
    """A phone book in memory, for the headless demo and tests."""

    def __init__(self) -> None:
        self.accepted: list[tuple[int, Accepted]] = []
        self._stopped: set[tuple[int, str]] = set()
        self._lock = threading.Lock()

    def deliver(self, sender: int, outgoing: Outgoing, at: datetime) -> str:
        with self._lock:
            message_id = f"SIM{len(self.accepted) + 1}"
            self.accepted.append((sender, Accepted(message_id, outgoing, at)))
        return message_id

    def taken(self, sender: int, address: str, since: datetime) -> Sequence[Accepted]:
        with self._lock:
            return [one for owner, one in self.accepted if owner == sender and one.address == address and one.at >= since]

    def filtered(self, sender: int, address: str) -> bool:
        with self._lock:
            return (sender, address) in self._stopped

    def filter(self, sender: int, address: str, *, on: bool) -> None:
        with self._lock:
            (self._stopped.add if on else self._stopped.discard)((sender, address))


@dataclass(frozen=True, slots=True)
class Wiring:
    """
    What an adapter may reach.

    phones, clock: the simulated phones and the world's clock; None where no sender is simulated.
    """

    transport: Transport
    phones: PhoneBook | None = None
    clock: Clock | None = None
