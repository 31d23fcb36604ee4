"""The served demo's clock: the machine's, and the time that visitors walked through on top of it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import sqlalchemy as sa

from bot.cli.demo import notes
from bot.ports import WalkedClock
from bot.values import OutboxState
from scheduler.engine import Engine
from storage import schema as t

LANDING_SECONDS = 0.005
LANDINGS_MAX = 400
"""How often, and how long in all, a walk waits for messages that are on their way aside."""


class DemoClock:
    """
    Walks the demo's clock; `console.phone.Demo`.

    Nothing is left out on the way: at each due moment all that is due is carried out, before the clock goes on.
    pump: brings the simulated providers' delivery reports.
    """

    def __init__(self, engine: Engine, clock: WalkedClock, pump: Callable[[], object] = lambda: None) -> None:
        self._engine, self._clock, self._pump = engine, clock, pump
        self._walking = threading.Lock()
        self._wait = threading.Event()

    def now(self) -> datetime:
        return self._clock.now()

    def walk(self, length: timedelta) -> str:
        """Go on by `length` through every due moment; says how many there were. Two walks follow each other."""
        moments = 0
        with self._walking:
            self._settle()
            end = self._clock.now() + length
            while (at := self._engine.next_at()) is not None and at <= end:
                late = at <= self._clock.now()
                self._move_to(at)
                if not self._settle() and late:
                    break  # what is due cannot be carried out now: the service goes on trying
                moments += 1
            self._move_to(end)
            self._settle()
            self._pump()
        return f"{moments} due moments"

    def _settle(self) -> int:
        """Carry out all that is due and wait until it has landed, so that nothing is on its way while the clock moves."""
        moved = 0
        for _ in range(LANDINGS_MAX):
            step = self._engine.settle_down()
            moved += step
            if not step and not self._engine.house.db.read(_under_way):
                break
            if not step:
                self._wait.wait(LANDING_SECONDS)
        return moved

    def _move_to(self, at: datetime) -> None:
        """Remembered before it counts: after a crash the clock is not behind what was done."""
        ahead = max(timedelta(), at - self._clock.now())
        offset = self._clock.offset + ahead
        seconds = str(offset.total_seconds())
        self._engine.house.db.write(0, lambda connection: notes.write(connection, notes.OFFSET, seconds))
        self._clock.offset = offset


def _under_way(connection: sa.Connection) -> bool:
    states = (OutboxState.claimed.value, OutboxState.sending.value)
    return connection.execute(sa.select(t.outbox.c.id).where(t.outbox.c.state.in_(states)).limit(1)).first() is not None
