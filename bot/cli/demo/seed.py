"""
Makes the demo programme with three weeks of history, by running the engine over virtual time that ends now.

Nothing is written by hand: every message, answer, flag and work item came about as it would have. Towards the end people stop
acting, half of the clients a day before and staff some hours, so that a visitor finds flags open and conversations waiting.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from bot.cli.demo import headless, notes
from bot.cli.demo.cast import cast
from bot.cli.demo.clockwork import NoWayOut, VirtualClock, VirtualIds
from bot.cli.demo.colleagues import Colleague
from bot.cli.demo.plant import Planted, plant
from bot.cli.demo.stage import Stage
from bot.house import House
from bot.ports import Inline, NoPoints, Ports

HISTORY: Final = timedelta(days=21)
AHEAD_DAYS: Final = 28
"""How far after the end of the history appointments are made."""
LAST_ROUND: Final = timedelta(hours=60)
"""So long before the end the supervisor makes her last round; what is done later is still to be seen."""
QUIET_END: Final = timedelta(hours=5)
"""So long before the end staff stop acting, and what comes in stays open."""
SEED: Final = 2


@dataclass(frozen=True, slots=True)
class Seeded:
    """What was made. programme_id, and ids by the names of the cast."""

    programme_id: int
    planted: Planted


def seed(house: House, say: Callable[[str], object]) -> Seeded:
    """
    Make the demo programme in `house`, with its history up to the house's world clock.

    say: takes a line of progress now and then. About ten seconds of work.
    """
    company, end = cast(), house.ports.clock.now()
    started = end - HISTORY
    clock = VirtualClock(started)
    stage = Stage(clock, house=_past(house, clock))
    planted = plant(stage.house, company, HISTORY.days + AHEAD_DAYS)
    stage.actors = headless.actors(stage, company, planted, SEED, end - LAST_ROUND)
    for day in range(1, HISTORY.days):
        stage.walk(started + timedelta(days=day))
        say(f"demo: day {day} of {HISTORY.days}")
    stage.actors = [actor for number, actor in enumerate(stage.actors) if number % 2 or isinstance(actor, Colleague)]
    stage.walk(end - QUIET_END)
    stage.actors = [actor for actor in stage.actors if not isinstance(actor, Colleague)]
    for before, name, what in company.finale:
        _happens(stage, planted, end - timedelta(minutes=before), name, what)
    stage.walk(end)
    house.db.write(0, lambda connection: notes.write(connection, notes.SEEDED, str(planted.programme_id)))
    return Seeded(planted.programme_id, planted)


def _happens(stage: Stage, planted: Planted, at: datetime, name: str, what: str) -> None:
    """What is written shortly before the visitor comes."""
    company = cast()
    client = next(one for one in company.clients if one.name == name)
    stage.walk(at)
    stage.write(planted.senders[client.sender], client.address, company.phrase(what, client.language))
    stage.settle()


def _past(house: House, clock: VirtualClock) -> House:
    """The same house with its clocks in the past. What is secret stays really random."""
    real = house.ports.ids
    ids = VirtualIds(clock, real, node=real.new() >> 12)
    ports = Ports(clock=clock, machine=clock, ids=ids, executor=Inline(), points=NoPoints(), transport=NoWayOut())
    return replace(house, ports=ports)
