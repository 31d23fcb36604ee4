"""A console over a seeded programme, with the real desk, and browsers for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import sqlalchemy as sa
from starlette.applications import Starlette

from bot.channels.channel import WebRequest
from bot.desk import Desk
from bot.house import House
from bot.ports import SystemClock, SystemIds
from console.app import make
from storage import users
from storage.database import Database
from storage.keyring import KeyRing
from tests.console import seed
from tests.console.browser import Browser


class Nobody:
    """Takes no webhook: what is behind the pages of this test needs none."""

    def receive(self, sender_id: int, request: WebRequest) -> int:
        raise AssertionError("no webhook was expected")

    status = receive


@dataclass
class World:
    """A house, its seeded programme and the application over it."""

    house: House
    seed: seed.Seed
    app: Starlette
    folder: TemporaryDirectory[str]

    def close(self) -> None:
        self.house.db.close()
        self.folder.cleanup()

    def browser(self, name: str = "") -> Browser:
        """A browser, signed in as that person by a link: passwords cost 50 ms each, on purpose."""
        made = Browser(self.app)
        if name:
            assert made.ask("POST", f"/sign-in/{self.link(name)}").status_code == 303
        return made

    def link(self, name: str) -> str:
        """The token of a fresh sign-in link."""
        house, user_id = self.house, self.seed.people[name].id
        token = house.ports.ids.token(24)
        house.db.write(0, lambda connection: users.make_link(connection, house.ports.ids, user_id, token, house.ports.machine.now()))
        return token

    def read(self, query: sa.Select[Any]) -> list[Any]:
        return self.house.db.read(lambda connection: list(connection.execute(query)))

    def later(self, length: Any) -> None:
        """The machine's clock goes on."""
        self.house.ports.machine.at += length


IDS = SystemIds(3)


@lru_cache(maxsize=1)
def sown() -> tuple[bytes, KeyRing, seed.Seed]:
    """A seeded database as bytes, its key ring and what is in it. Making one takes a quarter of a second, a copy none."""
    ring = KeyRing.in_memory(IDS)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "seed.db"
        database = Database.open(f"sqlite:///{path}?sync=off", ids=IDS, machine=SystemClock())
        made = seed.sow(seed.house(database, IDS, ring=ring))
        database.close()
        return path.read_bytes(), ring, made


def build(**more: Any) -> World:
    raw, ring, made = sown()
    folder = TemporaryDirectory()
    path = Path(folder.name) / "test.db"
    path.write_bytes(raw)
    database = Database.open(f"sqlite:///{path}?sync=off", ids=IDS, machine=SystemClock())
    house = seed.house(database, IDS, ring=ring, public_url=more.pop("public_url", "http://127.0.0.1:8000"))
    app = make(house, conversation=more.pop("conversation", Nobody()), desk=Desk(house), **more)
    return World(house, deepcopy(made), app, folder)


@pytest.fixture
def world() -> Iterator[World]:
    """One of one's own, to change."""
    made = build()
    yield made
    made.close()


@pytest.fixture(scope="module")
def shown() -> Iterator[World]:
    """One for all tests of a module that only look."""
    made = build()
    yield made
    made.close()


@pytest.fixture(scope="module")
def used() -> Iterator[World]:
    """One for all tests of a module that act, and do not mind what others did."""
    made = build()
    yield made
    made.close()


@pytest.fixture
def building() -> Iterator[Callable[..., World]]:
    """Worlds made to measure; closed afterwards."""
    made: list[World] = []

    def one(*args: Any, **more: Any) -> World:
        made.append(build(*args, **more))
        return made[-1]

    yield one
    for each in made:
        each.close()
