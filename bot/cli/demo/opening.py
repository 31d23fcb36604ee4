"""Opens the served demo: its programme made or found, the clock where visitors left it, phones, and links to sign in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import sqlalchemy as sa

from bot.cli.demo import OpenDemo, notes
from bot.cli.demo.cast import cast
from bot.cli.demo.clock import DemoClock
from bot.cli.demo.phones import DemoBook, DemoPhones
from bot.cli.demo.seed import seed
from bot.errors import WrongUse
from bot.house import House
from bot.ports import WalkedClock
from scheduler.engine import Engine
from storage import people, users
from storage import schema as t

VISITORS = ("amal", "sam")
"""Whom the links sign in: a case manager and the supervisor."""


def open_demo(house: House, clock: WalkedClock, say: Callable[[str], object]) -> OpenDemo:
    """See `bot.cli.demo.open_demo`."""
    company = cast()
    clock.offset = timedelta(seconds=float(house.db.read(lambda connection: notes.read(connection, notes.OFFSET)) or 0))
    programme_id = _programme(house, say)
    engine = Engine(house, phones=DemoBook(house))
    lines = house.db.read(lambda connection: people.of_programme(connection, t.senders, programme_id))
    senders = {sender.key: line["id"] for sender in company.senders for line in lines if line["address"] == sender.address}
    phones = DemoPhones(engine, programme_id, [(one, senders[one.sender]) for one in company.strangers])
    return OpenDemo(engine, phones, DemoClock(engine, clock, phones.pump), _links(house, programme_id))


def _programme(house: House, say: Callable[[str], object]) -> int:
    known = house.db.read(lambda connection: notes.read(connection, notes.SEEDED))
    if known is not None:
        return int(known)
    company = cast()
    if house.db.read(lambda connection: people.programme_by(connection, company.programme)) is not None:
        raise WrongUse(
            f"demo: this data folder holds a programme named {company.programme!r} that is no whole demo; give another with --data"
        )
    say("demo: making three weeks of history")
    return seed(house, say).programme_id


def _links(house: House, programme_id: int) -> tuple[tuple[str, str], ...]:
    now, found = house.ports.machine.now(), []
    for visitor in VISITORS:
        token = house.ports.ids.token()

        def unit(connection: sa.Connection, visitor: str = visitor, token: str = token) -> str | None:
            user = people.user_by(connection, visitor, programme_id)
            if user is None:
                return None
            users.make_link(connection, house.ports.ids, user["id"], token, now)
            return house.vault.open(connection, "users.name", user["id"], user["name_sealed"])

        name = house.db.write(programme_id, unit)
        if name is not None:
            role = next(member.role for member in cast().staff if member.key == visitor)
            found.append((f"{name}, {role.replace('_', ' ')}", f"{house.public_url}/sign-in/{token}"))
    return tuple(found)
