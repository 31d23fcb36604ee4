"""A console over a seeded programme, with the real desk, and browsers for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
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


def build(kind: str = "demo", **more: Any) -> World:
    ids = SystemIds(3)
    database = Database.open("sqlite:///?sync=off", ids=ids, machine=SystemClock())
    house = seed.house(database, ids, public_url=more.pop("public_url", "http://127.0.0.1:8000"))
    sown = seed.sow(house, kind=kind)
    return World(house, sown, make(house, conversation=more.pop("conversation", Nobody()), desk=Desk(house), **more))


@pytest.fixture
def world() -> Iterator[World]:
    """One of one's own, to change."""
    made = build()
    yield made
    made.house.db.close()


@pytest.fixture(scope="module")
def shown() -> Iterator[World]:
    """One for all tests of a module that only look."""
    made = build()
    yield made
    made.house.db.close()


@pytest.fixture(scope="module")
def used() -> Iterator[World]:
    """One for all tests of a module that act, and do not mind what others did."""
    made = build()
    yield made
    made.house.db.close()


@pytest.fixture
def building() -> Iterator[Callable[..., World]]:
    """Worlds made to measure; closed afterwards."""
    made: list[World] = []

    def one(*args: Any, **more: Any) -> World:
        made.append(build(*args, **more))
        return made[-1]

    yield one
    for each in made:
        each.house.db.close()
