"""
A small world for tests: a programme with staff and clients, virtual time, simulated phones that keep the ground truth.

    world = World()
    world.ask("eve", "weekly-pulse")
    world.client_texts("eve", "1")
    assert world.said_to("eve")[-1].startswith("Thank you")

Nothing sleeps, nothing leaves the process. Everybody consented on paper; nobody acts but the test.
"""

from __future__ import annotations

import itertools
import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from bot.channels.phones import Accepted
from bot.cli.demo.clockwork import Chance, VirtualClock, VirtualIds, virtual_ports
from bot.cli.demo.stage import Stage, Written, memory_house
from bot.hours import OFFICE
from bot.house import House
from bot.locales.words import Words
from bot.ports import Points
from bot.setting_up.clients import NewClient, add_client
from bot.setting_up.consents import record_consent
from bot.setting_up.enrolments import enrol
from bot.setting_up.plans import NewAppointment, NewGoal, add_appointment, add_goal, add_plan
from bot.setting_up.programmes import add_programme
from bot.setting_up.senders import add_sender
from bot.setting_up.staff import NewStaff, add_staff
from bot.values import Person
from storage import schema as t
from storage.crypto import Vault
from storage.database import Database
from storage.keyring import KeyRing

TUESDAY = datetime(2026, 3, 3, 15, 0, tzinfo=UTC)
"""10 in the morning in New York, 4 in the afternoon in Madrid and Paris: everybody may be written to."""
PURPOSES = ("check_ins", "appointments", "goals")
STRANGER = "+12025550199"
WORDS = Words()
NODES = itertools.count(1)
"""Each world has ids of its own, so that nothing kept by id goes from one to another."""

STAFF = {
    "sam": ("supervisor", "telegram", "7100000001"),
    "rita": ("administrator", "sms", "+12025550101"),
    "ana": ("case_manager", "sms", "+12025550102"),
    "ben": ("case_manager", "telegram", "7100000002"),
}
CLIENTS = {
    "eve": ("en", "US", "America/New_York", "ana", "sms", "+12025550121"),
    "ed": ("en", "US", "America/New_York", "ben", "telegram", "7100000012"),
    "inés": ("es", "ES", "Europe/Madrid", "ana", "sms", "+12025550122"),
    "iker": ("es", "ES", "Europe/Madrid", "ben", "telegram", "7100000013"),
    "omar": ("ar", "FR", "Europe/Paris", "ana", "sms", "+12025550123"),
    "aya": ("ar", "FR", "Europe/Paris", "ben", "telegram", "7100000014"),
    "paul": ("en", "US", "America/New_York", "ana", "sms", "+12025550130"),
    "yuri": ("en", "US", "America/New_York", "ben", "sms", "+12025550130"),
}
"""Language, country, zone, case manager, channel, address. Paul and Yuri share a phone."""


class Crashed(BaseException):
    """The process died here. No product code may catch it."""


class CrashPoints:
    """Dies at a named point, or lets something happen there, when it is armed."""

    def __init__(self) -> None:
        self.name, self.left = "", 0
        self.passed: list[str] = []
        self._happens: dict[str, list[Callable[[], object]]] = {}

    def arm(self, name: str, nth: int = 1) -> None:
        """Die the nth time the point is passed."""
        self.name, self.left = name, nth

    def meanwhile(self, name: str, *what: Callable[[], object]) -> None:
        """The next times the point is passed, this happens, one thing each time: what somebody else does at that moment."""
        self._happens.setdefault(name, []).extend(what)

    def point(self, name: str) -> None:
        self.passed.append(name)
        if self._happens.get(name):
            self._happens[name].pop(0)()
        if name == self.name:
            self.left -= 1
            if self.left == 0:
                raise Crashed(name)


class World(Stage):
    """
    A stage with a programme on it.

    stop: who answers STOP at the SMS sender. settings: of the programme. hours: office hours for all case managers.
    rerun: every unit runs, is rolled back and runs again.
    """

    def __init__(
        self,
        at: datetime = TUESDAY,
        *,
        stop: str = "ours",
        settings: dict[str, Any] | None = None,
        office: bool = False,
        languages: Sequence[str] = ("en", "es", "ar"),
        rerun: bool = False,
    ) -> None:
        clock, self.points = VirtualClock(at), CrashPoints()
        name = repr((at, stop, settings, office, tuple(languages)))
        made = None if rerun else _MADE.get(name)
        super().__init__(clock, house=_house(clock, self.points, made, rerun=rerun))
        self.addresses = {name: (channel, address) for name, (_, channel, address) in STAFF.items()}
        self.addresses |= {name: (channel, address) for name, (*_, channel, address) in CLIENTS.items()}
        self.addresses["stranger"] = ("sms", STRANGER)
        if made is None:
            self._found(stop, settings, languages)
            for name_of in STAFF:
                self._hire(name_of, office=office)
            for name_of in CLIENTS:
                self._admit(name_of)
            _MADE[name] = made = self._kept()
        self.programme, self.senders = made.programme, dict(made.senders)
        self.staff, self.clients, self.goals = dict(made.staff), dict(made.clients), dict(made.goals)
        if not rerun:
            _USED.append((weakref.ref(self), self.house.db))

    def _found(self, stop: str, settings: dict[str, Any] | None, languages: Sequence[str]) -> None:
        made = add_programme(
            self.house, "Riverside", kind="demo", zone="America/New_York", language=languages[0], languages=languages, settings=settings
        )
        self.programme = made.id
        self.senders = {
            channel: add_sender(
                self.house, made.id, "simulated", address=address, imitates=channel, stop=stop if channel == "sms" else "ours"
            ).id
            for channel, address in (("sms", "+12025550100"), ("telegram", "riverside_bot"))
        }
        self.staff: dict[str, Person] = {}
        self.clients: dict[str, int] = {}
        self.goals: dict[str, int] = {}

    def _kept(self) -> Made:
        """All of it as it stands, for the next world like this one."""
        with self.house.db.engine.connect() as connection:
            driver: Any = connection.connection.driver_connection
            content = driver.serialize()
        return Made(content, self.house.vault._ring, self.programme, self.senders, self.staff, self.clients, self.goals)

    def _hire(self, name: str, *, office: bool) -> None:
        role, channel, address = STAFF[name]
        manager = role == "case_manager"
        new = NewStaff(
            name.title(),
            role,
            sign_in=name,
            supervisor_id=self.staff["sam"].id if manager else None,
            phone=address if channel == "sms" else "",
            telegram_chat=address if channel == "telegram" else "",
            hours=OFFICE if office and manager else {},
        )
        self.staff[name] = Person(add_staff(self.house, self.programme, new).id, role, self.programme)

    def _admit(self, name: str) -> None:
        language, country, zone, manager, channel, address = CLIENTS[name]
        new = NewClient(name.title(), self.staff[manager].id, language=language, country=country, zone=zone, prefer=channel)
        new = replace(new, phone=address) if channel == "sms" else replace(new, telegram_chat=address)
        self.clients[name] = add_client(self.house, self.programme, new).id
        record_consent(self.house, self.clients[name], PURPOSES, how="paper")
        add_plan(self.house, self.clients[name], "Settle at home")
        self.goals[name] = add_goal(self.house, self.clients[name], NewGoal("Walk", "minutes", 30.0)).id

    # ------------------------------------------------------------ what people do

    def texts(self, name: str, text: str = "", **more: Any) -> Written:
        """Somebody writes; all that follows at once is carried out and sent. more: as `Stage.write`."""
        channel, address = self.addresses[name]
        written = self.write(self.senders[channel], address, text, **more)
        self.settle()
        return written

    client_texts = staff_texts = texts

    def presses(self, name: str, option: int = 0, *, message: int = -1) -> Written:
        """Somebody presses a button under a message on their phone; the last one, unless `message` says which."""
        button = self.on_phone(name)[message].outgoing.buttons[option]
        return self.texts(name, button.label, kind="button", button_token=button.token)

    def ask(self, name: str, flow: str = "weekly-pulse", *, minutes: int = 1) -> int:
        """Enrol a client in a flow that begins after so many minutes, and go there; the enrolment's id."""
        client = CLIENTS[name]
        begins = self.clock.now().astimezone(ZoneInfo(client[2])) + timedelta(minutes=minutes)
        made = enrol(
            self.house, self.clients[name], flow, every="once", at=f"{begins:%H:%M}", start=begins.date().isoformat(), agreed="yes"
        )
        self.walk(minutes=minutes)
        return made.id

    def books(self, name: str, **ahead: float) -> int:
        """An appointment so far ahead (as `timedelta` takes it); its id."""
        starts = (self.clock.now() + timedelta(**ahead)).isoformat()
        return add_appointment(self.house, self.clients[name], NewAppointment("Check-up", "Room 2", starts)).id

    def walk(self, until: datetime | None = None, **length: float) -> None:
        """Go through every due moment until then, or for so long (as `timedelta` takes it)."""
        super().walk(until or self.clock.now() + timedelta(**length))

    # ------------------------------------------------------------ what can be seen

    def on_phone(self, name: str) -> list[Accepted]:
        """What somebody's phone has got, oldest first."""
        channel, address = self.addresses[name]
        sender = self.senders[channel]
        return [accepted for via, accepted in self.phones.accepted if via == sender and accepted.address == address]

    def said_to(self, name: str) -> list[str]:
        """The texts on somebody's phone, oldest first."""
        return [accepted.text for accepted in self.on_phone(name)]

    def rows(self, table: str, **where: Any) -> list[dict[str, Any]]:
        """Rows of a table, oldest first."""
        c = t.metadata.tables[table].c
        query = sa.select(t.metadata.tables[table]).where(*(c[name] == value for name, value in where.items())).order_by(c.id)
        return self.house.db.read(lambda connection: [dict(row) for row in connection.execute(query).mappings()])

    def kinds(self, name: str) -> list[str]:
        """What was put in the outbox for somebody and went out, by its kind, in order."""
        by_id = {row["id"]: row["kind"] for row in self.rows("outbox")}
        return [by_id[accepted.outgoing.outbox_id] for accepted in self.on_phone(name)]

    def flags(self, name: str | None = None) -> list[dict[str, Any]]:
        """Flags, of one client or all."""
        return self.rows("flags", **({} if name is None else {"client_id": self.clients[name]}))

    def tasks(self, name: str) -> list[str]:
        """The kinds of open work items about a client."""
        return [row["kind"] for row in self.rows("tasks", client_id=self.clients[name]) if row["closed_at"] is None]

    def purposes(self, name: str) -> list[tuple[str, list[str]]]:
        """The consent ledger of a client: act and purposes."""
        return [(row["act"], row["purposes"]) for row in self.rows("consents", client_id=self.clients[name])]


@dataclass(frozen=True)
class Made:
    """A world's database and what is where in it: making one takes a quarter of a second, copying it a hundredth."""

    content: bytes
    ring: KeyRing
    programme: int
    senders: dict[str, int]
    staff: dict[str, Person]
    clients: dict[str, int]
    goals: dict[str, int]


_MADE: dict[str, Made] = {}


_USED: list[tuple[weakref.ref[World], Database]] = []


def _spare() -> Database | None:
    """The database of a world that is gone: its statements are compiled already, which is most of what a short test costs."""
    for at, (world, database) in enumerate(_USED):
        if world() is None:
            del _USED[at]
            return database
    return None


def _house(clock: VirtualClock, points: Points, made: Made | None, *, rerun: bool) -> House:
    ids = VirtualIds(clock, Chance(1), node=next(NODES))
    if made is None:
        house = memory_house(clock, 1, points=points, rerun=rerun)
        return replace(house, ports=replace(house.ports, ids=ids))
    database = _spare() or Database("sqlite://", ids=ids, machine=clock)
    database.ids, database.machine = ids, clock
    with database.engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        driver.deserialize(made.content)
    ports = replace(virtual_ports(clock, 1, points=points), ids=ids)
    return House(database, Vault(made.ring, ids), ports, WORDS)
