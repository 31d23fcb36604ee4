"""The house as a verb opens it: the data folder that is there, real ports, all closed again when the verb is done."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bot.errors import WrongUse
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.house import House


@contextmanager
def house_of(config: Settings, *, make: bool = False) -> Iterator[House]:
    """
    Open the data folder, and close it again.

    make: make folder, database and key ring where there are none.

    Raises:
        WrongUse: there is no data folder, and it is not to be made; says what makes it.
    """
    from bot import app
    from storage.folder import DATABASE, RING

    if not make and not (config.data / (RING if config.database else DATABASE)).exists():
        raise WrongUse(
            f"{config.data}: there is no data here yet; `checkline programme add` or `checkline run` makes it, --data names another folder"
        )
    with app.open_house(config) as house:
        yield house
