"""The tick: everything that is due by now, in the order it fell due. What the rows mean is elsewhere; this hands them out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import structlog

from bot.followup import Followup
from bot.house import House
from bot.next_day import FollowUps
from bot.outreach import Outreach
from bot.pauses import Pauses
from scheduler.gathered import Gathered
from scheduler.ladder import Ladder
from scheduler.outbox import Deliverer
from storage import due

log = structlog.get_logger(__name__)

BATCH = 200
ROUNDS_MAX = 10_000


class Ticker:
    """
    Carries out what is due.

    deliverer: settles unknown outcomes; what is put into the outbox it sends by its own passes.
    """

    def __init__(self, house: House, deliverer: Deliverer) -> None:
        self.house = house
        self.outreach = Outreach(house)
        self.followup = Followup(house)
        self.pauses = Pauses(house)
        self.ladder = Ladder(house)
        self.follow_ups = FollowUps(house)
        self.gathered = Gathered(house)
        self.deliverer = deliverer
        self._carry: dict[str, Callable[[int, int, int, datetime], object]] = {
            "start": lambda ref, _stamp, row, now: self.outreach.fire(ref, row, now),
            "nudge": self.followup.nudge,
            "timeout": self.followup.timeout,
            "silent": self.followup.silent,
            "later": self.followup.later,
            "unpause": lambda ref, _stamp, row, now: self.pauses.end(ref, row, now),
            "prefer_time": self.pauses.prefer,
            "resume": lambda ref, _stamp, row, now: self.followup.resume(ref, row, now),
            "escalate": self.ladder.climb,
            "follow_up": lambda ref, _stamp, row, now: self.follow_ups.propose(ref, row, now),
            "bundle": self.gathered.bundle,
            "digest": self.gathered.digest,
            "settle": self.deliverer.settle_unknown,
            "opened": lambda ref, _stamp, row, now: self.outreach.opened(ref, row, now),
        }

    def tick(self, now: datetime) -> int:
        """
        Carry out all that is due by `now`; how many rows were handled.

        A row that fails is logged and stays for the next tick; it never keeps others waiting.
        """
        handled = 0
        failed: set[int] = set()
        for _ in range(ROUNDS_MAX):
            rows = self.house.db.read(lambda connection: due.next_due(connection, now, BATCH + len(failed)))
            fresh = [row for row in rows if row.id not in failed]
            if not fresh:
                break
            for row in fresh:
                if self._one(row.kind, row.ref_id, row.stamp, row.id, now):
                    handled += 1
                else:
                    failed.add(row.id)
        return handled

    def _one(self, kind: str, ref_id: int, stamp: int, row_id: int, now: datetime) -> bool:
        try:
            return self._carry[kind](ref_id, stamp, row_id, now) not in ("lost", False)
        except Exception as error:  # noqa: BLE001 - one row that fails must not keep the others
            log.error("due row failed", action="tick", kind=kind, row=row_id, error=type(error).__name__)
            return False
