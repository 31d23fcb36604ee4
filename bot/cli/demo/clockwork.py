"""
The ports of a simulated world: a clock that is moved, ids that follow it, chance that a seed decides, no way out.

The same seed gives the same bytes in every run, whatever PYTHONHASHSEED says.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import datetime
from typing import Final, TypeVar

from bot.channels.transport import NotConnected
from bot.ports import EPOCH_MS, Inline, NoPoints, Points, Ports
from bot.values import Clock, Ids, utc

T = TypeVar("T")

_MASK: Final = 2**64 - 1


class VirtualClock:
    """A clock that stands until it is moved, and is never moved back."""

    def __init__(self, at: datetime) -> None:
        self._at = utc(at)

    def now(self) -> datetime:
        return self._at

    def move_to(self, at: datetime) -> None:
        """Go on to `at`; an earlier moment leaves the clock where it is."""
        self._at = max(self._at, utc(at))


class Chance:
    """
    Chance that a seed decides: splitmix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014).

    Good enough to spread a simulation out; never for a secret of anybody real.
    """

    def __init__(self, seed: int) -> None:
        self._state = seed & _MASK

    def bits(self) -> int:
        """The next 64 bits."""
        self._state = (self._state + 0x9E3779B97F4A7C15) & _MASK
        mixed = self._state
        mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _MASK
        return mixed ^ (mixed >> 31)

    def below(self, limit: int) -> int:
        """A number from 0 to `limit` - 1."""
        return self.bits() % limit

    def between(self, low: int, high: int) -> int:
        """A number from `low` to `high`, both included."""
        return low + self.below(high - low + 1)

    def happens(self, percent: int) -> bool:
        """Whether something that happens in `percent` of a hundred cases happens now."""
        return self.below(100) < percent

    def pick(self, things: Sequence[T]) -> T:
        """One of them."""
        return things[self.below(len(things))]

    def weighted(self, weights: dict[str, int]) -> str:
        """One of the names, each as often as its weight says."""
        at = self.below(sum(weights.values()))
        for name, weight in weights.items():
            at -= weight
            if at < 0:
                return name
        raise AssertionError("weights are above 0")

    def split(self, *path: int) -> Chance:
        """Chance of its own for one part of the world: what happens elsewhere does not change it."""
        seed = self._state
        for part in path:
            seed = Chance(seed ^ (part & _MASK)).bits()
        return Chance(seed)


class VirtualIds:
    """
    Ids that rise with a clock that is moved, as `bot.ports.SystemIds` makes them of the machine's.

    secrets: where tokens, codes and keys come from: another ids port, or chance where nothing is real.
    """

    def __init__(self, clock: Clock, secrets: Ids | Chance, node: int = 0) -> None:
        self._clock, self._secrets, self._node = clock, secrets, node & 0x3FF
        self._last = self._counter = 0

    def new(self) -> int:
        now_ms = max(int(self._clock.now().timestamp() * 1000) - EPOCH_MS, self._last)
        self._counter = self._counter + 1 if now_ms == self._last else 0
        if self._counter > 0xFFF:
            now_ms, self._counter = now_ms + 1, 0
        self._last = now_ms
        return (now_ms << 22) | (self._node << 12) | self._counter

    def token(self, size_bytes: int = 18) -> str:
        return base64.urlsafe_b64encode(self.bytes(size_bytes)).rstrip(b"=").decode()

    def code(self, digits: int = 6) -> str:
        return "".join(str(int.from_bytes(self.bytes(4), "big") % 10) for _ in range(digits))

    def bytes(self, size_bytes: int) -> bytes:
        if not isinstance(self._secrets, Chance):
            return self._secrets.bytes(size_bytes)
        return b"".join(self._secrets.bits().to_bytes(8, "big") for _ in range(-(-size_bytes // 8)))[:size_bytes]


class NoWayOut:
    """A transport that carries nothing: every sender here is simulated."""

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: dict[str, str] | None = None,
        body: bytes | None = None,
        timeout_seconds: float = 10.0,
    ) -> tuple[int, dict[str, str], bytes]:
        raise NotConnected("demo: nothing leaves this machine; nothing was sent")


def virtual_ports(clock: VirtualClock, seed: int, *, points: Points | None = None) -> Ports:
    """The ports of a world that touches nothing: world and machine share the clock, work is done inline."""
    ids = VirtualIds(clock, Chance(seed))
    return Ports(clock=clock, machine=clock, ids=ids, executor=Inline(), points=points or NoPoints(), transport=NoWayOut())
