"""The house as a verb opens it: the data folder that is there, real ports, all closed again when the verb is done."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bot.errors import WrongUse
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.house import House
    from bot.ports import Executor


def open_house(config: Settings, *, executor: Executor | None = None, make: bool = True) -> House:
    """
    Open the data folder; the caller closes `house.db`.

    Args:
        executor: where work is done aside; None: inline.
        make: make folder, database and key ring where there are none.

    Raises:
        WrongUse: there is no data folder, and it is not to be made; says what makes it.
    """
    from bot.channels.transport import HttpTransport
    from bot.house import House
    from bot.locales.words import Words
    from bot.ports import CrashAt, Inline, NoPoints, Points, Ports, SystemClock, SystemIds
    from storage.folder import DATABASE, RING, open_store

    if not make and not (config.data / (RING if config.database else DATABASE)).exists():
        raise WrongUse(
            f"{config.data}: there is no data here yet; `checkline programme add` or `checkline run` makes it, --data names another folder"
        )
    machine, ids = SystemClock(), SystemIds()
    points: Points = CrashAt(config.crash_at) if config.crash_at else NoPoints()
    ports = Ports(clock=machine, machine=machine, ids=ids, executor=executor or Inline(), points=points, transport=HttpTransport())
    store = open_store(config.data, config.database, ids=ids, machine=machine)
    public_url = config.public_url or f"http://{config.host}:{config.port}"
    return House(store.database, store.vault, ports, Words(), public_url)


@contextmanager
def house_of(config: Settings, *, make: bool = False) -> Iterator[House]:
    """`open_house`, closed again."""
    house = open_house(config, make=make)
    try:
        yield house
    finally:
        house.db.close()
