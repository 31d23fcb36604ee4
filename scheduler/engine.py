"""
The working parts put together: conversations, what is due, the outbox, the desk. The same in service, tests and demo.

Time is the house's world clock. In service threads call `tick` and `deliver`; a simulation moves its clock from one due
moment to the next and calls `settle_down` at each.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection

from bot.channels.phones import PhoneBook
from bot.conversation import Conversations
from bot.desk import Desk
from bot.house import House
from bot.lines import Lines
from scheduler.due import Ticker
from scheduler.outbox import Deliverer
from storage import due

PASSES_MAX = 100_000


class Engine:
    """
    Everything that works on one database.

    poke: called after each commit that may have put something into the outbox.
    """

    def __init__(self, house: House, *, phones: PhoneBook | None = None, poke: Callable[[], None] = lambda: None) -> None:
        self.house = house
        self.lines = Lines(house, phones)
        self.conversations = Conversations(house, self.lines, poke)
        self.desk = Desk(house)
        self.deliverer = Deliverer(house, self.lines)
        self.ticker = Ticker(house, self.deliverer)

    def next_at(self) -> datetime | None:
        """When the next thing falls due or may be sent, or None."""

        def first(connection: Connection) -> list[datetime | None]:
            return [due.first_at(connection), self.deliverer.next_at(connection)]

        moments = [at for at in self.house.db.read(first) if at is not None]
        return min(moments, default=None)

    def settle_down(self) -> int:
        """Carry out all that is due by the world's clock and send all that may go, until nothing moves; how much did."""
        moved = 0
        for _ in range(PASSES_MAX):
            now = self.house.ports.clock.now()
            step = self.ticker.tick(now) + self.deliverer.deliver(now)
            moved += step
            if step == 0:
                break
        return moved
