"""
How fast a sender may go: the provider's real rate in segments, as two clocks that run ahead of time (GCRA).

What waits at the provider waits before everything that comes later, so at most AHEAD of work is ever handed over. A tenth
of the rate, at least one segment, is kept for the urgent lane, which therefore never waits for bulk. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

AHEAD: Final = timedelta(seconds=2)
"""The most work that may wait at the provider."""
KEPT: Final = 0.1
"""The part of the rate that is kept for the urgent lane."""
RATE_MIN: Final = 0.001


@dataclass(frozen=True, slots=True)
class Pace:
    """
    One sender's pace.

    rate: segments a second that the provider really sends.
    until: when all work handed over so far is done; None: long ago. urgent_until: the same for lane 0 alone.
    """

    rate: float
    until: datetime | None = None
    urgent_until: datetime | None = None

    def ready_at(self, now: datetime, segments: int, *, urgent: bool) -> datetime:
        """From when a message of that length may be handed over; `now` or earlier: at once."""
        done = self.until or now
        if urgent:
            own = self.urgent_until or now
            return min(own, done + self._cost(segments, 1.0) - AHEAD)
        kept = max(AHEAD * KEPT, self._cost(1, 1.0))
        ahead = max(AHEAD - kept, timedelta())
        return min(done, done + self._cost(segments, 1 - KEPT) - ahead)

    def taken(self, now: datetime, segments: int, *, urgent: bool) -> Pace:
        """The pace once such a message is handed over. Urgent ones count for all, so that bulk makes room for them."""
        done = max(self.until or now, now)
        if not urgent:
            return replace(self, until=done + self._cost(segments, 1 - KEPT))
        cost = self._cost(segments, 1.0)
        return replace(self, until=done + cost, urgent_until=max(self.urgent_until or now, now) + cost)

    def slowed(self, now: datetime, wait: timedelta) -> Pace:
        """The pace after the provider said that we were too fast: nothing before `wait` is over, and then the urgent lane first."""
        later = now + wait
        full = later + max(AHEAD - self._cost(1, 1.0), timedelta())
        return replace(self, until=max(self.until or full, full), urgent_until=max(self.urgent_until or later, later))

    def _cost(self, segments: int, share: float) -> timedelta:
        return timedelta(seconds=max(segments, 1) / (max(self.rate, RATE_MIN) * share))
