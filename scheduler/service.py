"""
The service: APScheduler ticks each second, a poke carries replies and alerts at once.

The scheduler's jobs live in memory only; what is due is in the database. A missed tick is no loss: the next one carries
out all that is due by then. Two loops run: what is due, and what goes out, so that neither waits for the other.
"""

from __future__ import annotations

import threading

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from scheduler.engine import Engine

log = structlog.get_logger(__name__)

TICK_SECONDS = 1.0
PASSES_MAX = 10_000


class Service:
    """Runs one engine, and is poked by it, until it is closed. Any number of them may run on one PostgreSQL database."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        engine.conversations.poke = engine.deliverer.poke = self.poke
        self._poked = threading.Event()
        self._closing = threading.Event()
        self._scheduler = BackgroundScheduler(executors={"default": ThreadPoolExecutor(2)}, timezone="UTC")

    def poke(self) -> None:
        """Something may be ready to go out: look at once."""
        self._poked.set()

    def start(self) -> None:
        """Begin to tick and to send, with what the last process left behind first."""
        every = {"trigger": "interval", "seconds": TICK_SECONDS, "max_instances": 1, "coalesce": True, "misfire_grace_time": None}
        # The first look is at once: a process that keeps dying within its first second must get on all the same.
        self._scheduler.add_job(self._tick, id="tick", next_run_time=self.engine.house.ports.machine.now(), **every)
        self._scheduler.start()
        self.poke()
        self._sending = self.engine.house.ports.executor.submit(self._send)

    def close(self) -> None:
        """Stop ticking, let what is being sent finish."""
        self._closing.set()
        self._poked.set()
        self._scheduler.shutdown(wait=True)
        self._sending.result(timeout=30)

    def _tick(self) -> None:
        try:
            if self.engine.ticker.tick(self.engine.house.ports.clock.now()):
                self.poke()
        except Exception as error:  # noqa: BLE001 - a tick that fails is followed by the next
            log.error("tick failed", action="tick", error=type(error).__name__)

    def _send(self) -> None:
        """Send whatever is ready; wait for a poke, or a second."""
        while not self._closing.is_set():
            self._poked.wait(TICK_SECONDS)
            self._poked.clear()
            try:
                for _ in range(PASSES_MAX):
                    if self._closing.is_set() or not self.engine.deliverer.deliver(self.engine.house.ports.clock.now()):
                        break
            except Exception as error:  # noqa: BLE001 - a pass that fails is followed by the next
                log.error("sending failed", action="send", error=type(error).__name__)
