"""The served demo: made once with its history, found again, its clock walked, its phones as they were."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
import time_machine

from bot.cli.demo import OpenDemo, clockwork, open_demo
from bot.errors import WrongUse
from bot.house import House
from bot.locales.words import Words
from bot.ports import NoPoints, Ports, SystemClock, SystemIds, Threads, WalkedClock
from bot.setting_up.programmes import add_programme
from bot.values import Severity
from storage import schema as t
from storage import users
from storage.folder import open_store

NOON = datetime(2026, 5, 13, 16, 0, tzinfo=UTC)
"""A Wednesday, noon in New York, tea time in Europe."""


@contextmanager
def opened(folder: Path) -> Iterator[tuple[House, WalkedClock]]:
    clock, executor = WalkedClock(), Threads(4)
    ports = Ports(clock, SystemClock(), SystemIds(), executor, NoPoints(), clockwork.NoWayOut())
    store = open_store(folder, "sqlite:///" + str(folder / "checkline.db") + "?sync=off", ids=ports.ids, machine=ports.machine)
    try:
        yield House(store.database, store.vault, ports, Words()), clock
    finally:
        executor.close()
        store.close()


def count(house: House, table: sa.Table, *where: sa.ColumnElement[bool]) -> int:
    query = sa.select(sa.func.count()).select_from(table).where(*where)
    return house.db.read(lambda connection: connection.execute(query).scalar_one())


def phone_of(demo: OpenDemo, label: str) -> str:
    return next(phone.address for phone in demo.phones.list() if phone.label.startswith(label))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "house"
    place.mkdir(mode=0o700)
    return place


@pytest.mark.slow
def test_the_demo_is_made_once_found_again_and_played(folder: Path):
    told: list[str] = []
    with time_machine.travel(NOON, tick=True), opened(folder) as (house, clock):
        demo = open_demo(house, clock, told.append)
        assert told[-1] == "demo: day 20 of 21"
        seeded(house, demo)
        signed_in(house, demo)
        acted(house, demo)
        walked = played(house, demo)
        before = texts_of(demo, "Selma")
        assert "hello out there" in [text for _, _, text in before]
    with time_machine.travel(NOON + timedelta(minutes=10), tick=True), opened(folder) as (house, clock):
        again = open_demo(house, clock, told.append)
        assert told[-1] == "demo: day 20 of 21"
        assert again.clock.now() >= walked
        assert texts_of(again, "Selma") == before


def texts_of(demo: OpenDemo, label: str) -> list[tuple[datetime, bool, str]]:
    return [(message.at, message.from_us, message.text) for message in demo.phones.messages(phone_of(demo, label))]


def seeded(house: House, demo: OpenDemo) -> None:
    """Three weeks happened, and something waits for the visitor."""
    flags = t.flags.c
    assert count(house, t.flags, flags.closed_at.is_(None), flags.severity == int(Severity.critical)) >= 1
    assert count(house, t.flags, flags.closed_at.is_(None)) >= 3
    assert count(house, t.flags, flags.closed_at.is_not(None)) >= 20
    assert count(house, t.conversations, t.conversations.c.closed_at.is_(None)) >= 1
    assert count(house, t.tasks, t.tasks.c.closed_at.is_(None)) >= 3
    assert count(house, t.answers) >= 150
    assert count(house, t.outbox, t.outbox.c.created_at > demo.clock.now()) == 0
    assert count(house, t.programmes, t.programmes.c.kind == "demo") == 1
    assert len(demo.phones.list()) == 23 + 1 + 5


def signed_in(house: House, demo: OpenDemo) -> None:
    assert [who for who, _ in demo.links] == ["Amal Rivers, case manager", "Sam Okoye, supervisor"]
    token = demo.links[0][1].rpartition("/")[2]
    user = house.db.write(0, lambda connection: users.use_link(connection, token, house.ports.machine.now()))
    assert user is not None


def acted(house: House, demo: OpenDemo) -> None:
    """A text and a press go through the webhook, and what comes back is on the phone."""
    selma = phone_of(demo, "Selma")
    assert demo.phones.text(selma, "hello out there") == 204
    demo.clock.walk(timedelta())
    assert [message.text for message in demo.phones.messages(selma)][-2] == "hello out there"
    nora = phone_of(demo, "Nora")
    alert = next(message for message in reversed(demo.phones.messages(nora)) if message.buttons)
    assert demo.phones.press(nora, alert.id, alert.buttons[0].token) == 204
    demo.clock.walk(timedelta())
    assert demo.phones.messages(nora)[-1].text.startswith("Checkline: flag ")


def played(house: House, demo: OpenDemo) -> datetime:
    """An hour, a night, and a day go through every due moment; reports of delivery come in."""
    before, now = count(house, t.outbox), demo.clock.now()
    demo.clock.walk(timedelta(hours=1))
    demo.clock.walk(timedelta(hours=24))
    assert demo.clock.now() >= now + timedelta(hours=25)
    assert count(house, t.outbox) > before
    assert count(house, t.outbox, t.outbox.c.state.in_(("pending", "claimed", "sending")), t.outbox.c.due_at <= demo.clock.now()) == 0
    sms = next(message for message in reversed(demo.phones.messages(phone_of(demo, "Selma"))) if message.from_us)
    assert sms.delivery == "delivered"
    return demo.clock.now()


def test_a_programme_of_the_demos_name_that_is_no_whole_demo_is_told(folder: Path):
    with opened(folder) as (house, clock):
        add_programme(house, "Harbour Check-ins", kind="demo")
        with pytest.raises(WrongUse, match="is no whole demo; give another with --data"):
            open_demo(house, clock, lambda _: None)
