"""
The service: APScheduler ticks each second, a poke carries replies and alerts at once.

The scheduler's jobs live in memory only; what is due is in the database. A missed tick is no loss: the next one carries
out all that is due by then. Three loops run: what is due, what goes out, and the auditor with its dead-man ping, so that
none waits for another.
"""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from scheduler.auditor import Auditor
from scheduler.dead_man import DeadMan
from scheduler.engine import Engine

log = structlog.get_logger(__name__)

TICK_SECONDS = 1.0
PAUSE_SECONDS_MIN = 0.02
"""What waits only for its sender's pace is looked at again after this at the earliest: an alert behind a crisis reply goes then."""
AUDIT_SECONDS = 60.0
PASSES_MAX = 10_000


class Service:
    """
    Runs one engine, and is poked by it, until it is closed. Any number of them may run on one PostgreSQL database.

    ping_url: of the watcher that a dead-man ping goes to; empty: none.
    """

    def __init__(self, engine: Engine, ping_url: str = "") -> None:
        self.engine = engine
        self.auditor = Auditor(engine.house)
        self.dead_man = DeadMan(ping_url, engine.house.ports.transport)
        self._ticked_at: datetime | None = None
        engine.conversations.poke = engine.deliverer.poke = self.poke
        self._poked = threading.Event()
        self._closing = threading.Event()
        self._scheduler = BackgroundScheduler(executors={"default": ThreadPoolExecutor(3)}, timezone="UTC")

    def poke(self) -> None:
        """Something may be ready to go out: look at once."""
        self._poked.set()

    def start(self) -> None:
        """Begin to tick and to send, with what the last process left behind first."""
        every = {"trigger": "interval", "max_instances": 1, "coalesce": True, "misfire_grace_time": None}
        now = self.engine.house.ports.machine.now()
        # The first look is at once: a process that keeps dying within its first second must get on all the same.
        self._scheduler.add_job(self._tick, id="tick", next_run_time=now, seconds=TICK_SECONDS, **every)
        # What the last process left behind is the tick's to carry out before it counts as overdue.
        self._scheduler.add_job(self._audit, id="audit", next_run_time=now + timedelta(seconds=30), seconds=AUDIT_SECONDS, **every)
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
            self._ticked_at = self.engine.house.ports.machine.now()
        except Exception as error:  # noqa: BLE001 - a tick that fails is followed by the next
            log.error("tick failed", action="tick", error=type(error).__name__)

    def _audit(self) -> None:
        """Look whether anybody was forgotten, and tell the watcher outside that all is well, if it is."""
        try:
            found = self.auditor.audit(self.engine.house.ports.clock.now())
            if found.mended:
                self.poke()
            self.dead_man.ping(found, self._ticked_at, self.engine.house.ports.machine.now())
        except Exception as error:  # noqa: BLE001 - no ping goes out, which is the alarm; the next audit comes in a minute
            log.error("audit failed", action="audit", error=type(error).__name__)

    def _send(self) -> None:
        """Send whatever is ready; wait for a poke, for what the pace lets go next, or a second."""
        while not self._closing.is_set():
            self._poked.wait(self._pause())
            self._poked.clear()
            try:
                for _ in range(PASSES_MAX):
                    if self._closing.is_set() or not self.engine.deliverer.deliver(self.engine.house.ports.clock.now()):
                        break
            except Exception as error:  # noqa: BLE001 - a pass that fails is followed by the next
                log.error("sending failed", action="send", error=type(error).__name__)

    def _pause(self) -> float:
        """Seconds until the next message may go as far as time decides it, a tick at the most."""
        engine = self.engine
        try:
            at = engine.house.db.read(engine.deliverer.next_at)
        except Exception as error:  # noqa: BLE001 - the database may be away: the next pass says so
            log.error("next message unknown", action="send", error=type(error).__name__)
            return TICK_SECONDS
        if at is None:
            return TICK_SECONDS
        return min(max((at - engine.house.ports.clock.now()).total_seconds(), PAUSE_SECONDS_MIN), TICK_SECONDS)
