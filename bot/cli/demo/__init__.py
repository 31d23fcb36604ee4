"""
The demo: a made-up programme, simulated clients and staff, and a clock that walks from one due moment to the next.

May import all of the product. Nothing of the product but `bot/app.py` and the command imports it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.cli.demo.clock import DemoClock
    from bot.cli.demo.phones import DemoPhones
    from bot.house import House
    from bot.ports import WalkedClock
    from scheduler.engine import Engine


@dataclass(frozen=True, slots=True)
class OpenDemo:
    """
    The served demo, ready for the service and the pages.

    phones, clock: for `console.app.make`. links: who, and the address that signs them in once.
    """

    engine: Engine
    phones: DemoPhones
    clock: DemoClock
    links: tuple[tuple[str, str], ...]


def open_demo(house: House, clock: WalkedClock, say: Callable[[str], object]) -> OpenDemo:
    """
    Open the demo programme of a house; the first time makes it, with its history.

    Args:
        house: its world clock is `clock`, which is put where visitors left it.
        say: takes lines of progress.

    Raises:
        WrongUse: the data folder holds another programme of the demo's name, or a history that was left half made.
    """
    from bot.cli.demo import opening

    return opening.open_demo(house, clock, say)
