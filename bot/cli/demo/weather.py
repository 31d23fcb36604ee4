"""What goes wrong at the providers: connections that fail, answers that get lost, limits that are hit."""

from __future__ import annotations

import heapq
from datetime import UTC, datetime, time, timedelta

from bot.channels.phones import Accepted
from bot.cli.demo.cast import Mishap
from bot.cli.demo.stage import Stage


class Weather:
    """Pulls the simulated providers' levers when their moment comes. senders: by their key in the cast."""

    def __init__(self, stage: Stage, mishaps: tuple[Mishap, ...], senders: dict[str, int], started: datetime) -> None:
        self.stage, self.senders = stage, senders
        midnight = datetime.combine(started.date(), time(), UTC)
        self._plan = [
            (midnight + timedelta(days=one.on, hours=int(one.at[:2]), minutes=int(one.at[3:])), number, one)
            for number, one in enumerate(mishaps)
        ]
        heapq.heapify(self._plan)

    def next_at(self) -> datetime | None:
        return self._plan[0][0] if self._plan else None

    def act(self, now: datetime) -> None:
        while self._plan and self._plan[0][0] <= now:
            at, number, mishap = heapq.heappop(self._plan)
            self.stage.channel(self.senders[mishap.sender]).pull(mishap.lever, mishap.times)
            heapq.heappush(self._plan, (at + timedelta(days=mishap.every), number, mishap))

    def hear(self, sender_id: int, accepted: Accepted) -> None:
        return None
