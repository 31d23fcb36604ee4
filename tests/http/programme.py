"""
A real programme, set up with the commands alone, and what the tests need to look at it.

It is made once a run, on a SQLite data folder that each test then copies. Only one thing is changed by hand in a copy:
the addresses of the fakes, which listen on other ports in each test.
"""

from __future__ import annotations

import fcntl
import itertools
import json
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bot import settings
from bot.changes import write
from bot.cli.house import house_of
from bot.house import House
from bot.outreach import slot_changes
from bot.setting_up.clients import NewClient, add_client
from bot.setting_up.consents import record_consent
from bot.setting_up.enrolments import enrol
from scheduler.recurrence import Occurrence
from storage import schema as t
from tests.fakes import telegram as telegram_fake
from tests.fakes import twilio as twilio_fake
from tests.fakes.server import Accepted
from tests.fakes.telegram import FakeTelegram
from tests.fakes.twilio import FakeTwilio
from tests.http.service import Site, until

OPEN_ALL_DAY = "mon-sun 00:00-24:00"
CLIENT, CLIENT_NAME = "+34600000101", "Zephyrine Quillfeather"
ANA, ANA_NAME = "+34600000901", "Ana Wolkenstein"
SAM, SAM_NAME = "+34600000902", "Sam Oberholzer"
GOAL = "Walk to the Quarrybrook mill"
PURPOSES = "check_ins,appointments,goals"
Q_CODE = re.compile(r"Reply A (\d+)")


@dataclass
class World:
    """One site, the fakes of its providers, and the ids of what was set up."""

    site: Site
    twilio: FakeTwilio
    telegram: FakeTelegram
    facts: dict[str, str] = field(default_factory=dict)
    _house: House | None = None
    _opened: ExitStack = field(default_factory=ExitStack)

    @property
    def sms(self) -> str:
        """The id of the Twilio sender."""
        return self.facts["twilio"]

    @property
    def bot(self) -> str:
        """The id of the Telegram sender."""
        return self.facts["telegram"]

    @property
    def house(self) -> House:
        """The product's own functions on the same data, in this process."""
        if self._house is None:
            self._house = self._opened.enter_context(house_of(settings.load(self.site.environ())))
        return self._house

    def connect(self) -> None:
        """Tell the fakes where the service is."""
        self.twilio.numbers[twilio_fake.NUMBER] = f"{self.site.url}/webhooks/twilio/{self.sms}/sms"
        self.twilio.fallbacks[twilio_fake.NUMBER] = self.twilio.numbers[twilio_fake.NUMBER]
        if "webhook_secret" in self.facts:
            self.telegram.webhook, self.telegram.secret = f"{self.site.url}/webhooks/telegram/{self.bot}", self.facts["webhook_secret"]

    def rows(self, table: sa.Table, *where: sa.ColumnElement[bool]) -> list[dict[str, Any]]:
        """The rows of a table, oldest first, sealed as they are."""
        query = sa.select(table).where(*where).order_by(table.c.id)
        return self.house.db.read(lambda connection: [dict(row) for row in connection.execute(query).mappings()])

    def counts(self) -> dict[str, int]:
        """How many rows each table has."""

        def work(connection: sa.Connection) -> dict[str, int]:
            tables = t.metadata.sorted_tables
            return {one.name: connection.execute(sa.select(sa.func.count()).select_from(one)).scalar_one() for one in tables}

        return self.house.db.read(work)

    def opened(self, client_id: int, place: str, row: dict[str, Any]) -> str | None:
        """A sealed column of a client's row, read with the client's key. place: as "answers.value"."""
        column = place.rpartition(".")[2] + "_sealed"
        return self.house.db.read(lambda connection: self.house.vault.open(connection, place, row["id"], row[column]))

    def client(self, phone: str, *, flow: str = "weekly-pulse", telegram: bool = False) -> Enrolled:
        """A further client with every consent, enrolled from tomorrow on; what is due sooner is made with `Enrolled.due`."""
        manager = int(self.facts["ana"])
        new = NewClient(f"Client {phone[-3:]}", manager, phone=phone, telegram=telegram, prefer="telegram" if telegram else "sms")
        made = add_client(self.house, int(self.facts["programme"]), new)
        record_consent(self.house, made.id, PURPOSES.split(","))
        tomorrow = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()
        return Enrolled(self, made.id, enrol(self.house, made.id, flow, every="day", start=tomorrow).id, phone)

    def enrolled(self, code: str = "C-001") -> Enrolled:
        """The client that the commands made."""
        client = self.rows(t.clients, t.clients.c.code == code)[0]
        enrolment = self.rows(t.enrolments, t.enrolments.c.client_id == client["id"], t.enrolments.c.flow == "weekly-pulse")[0]
        return Enrolled(self, client["id"], enrolment["id"], CLIENT)

    def sent(self, to: str, says: str = "") -> list[Accepted]:
        """What Twilio took for a number, holding these words."""
        return [one for one in self.twilio.sent_to(to) if says in one.text]

    def comes(self, to: str, says: str, *, many: int = 1, seconds: float = 15.0) -> Accepted:
        """Wait for a text at a number; the newest."""
        found: list[Accepted] = until(lambda: len(got := self.sent(to, says)) >= many and got, f"{says!r} at {to[-4:]}", seconds)
        return found[-1]

    def chat_gets(self, chat: int, says: str, *, many: int = 1, seconds: float = 15.0) -> Accepted:
        """Wait for a message in a chat; the newest."""

        def got() -> list[Accepted]:
            return [one for one in self.telegram.sent_to(str(chat)) if says in one.text]

        found: list[Accepted] = until(lambda: len(got()) >= many and got(), f"{says!r} in a chat", seconds)
        return found[-1]

    def make_due(self, *due_ids: int) -> None:
        """What is due later falls due now: the wall clock of a running process cannot be moved."""
        sooner = t.due.update().where(t.due.c.id.in_(due_ids)).values(at=datetime.now(UTC))
        self.house.db.write(0, lambda connection: connection.execute(sooner))

    def hurry(self) -> None:
        """What is looked up a minute or ten later is looked up now."""
        late = self.rows(t.due, t.due.c.kind == "settle", t.due.c.at > datetime.now(UTC))
        if late:
            self.make_due(*(one["id"] for one in late))

    def leases_run_out(self) -> None:
        """As if the minute had passed that a dead process may hold what it had claimed."""
        o = t.outbox.c
        over = t.outbox.update().where(o.state.in_(("claimed", "sending"))).values(lease_until=datetime.now(UTC) - timedelta(seconds=1))
        self.house.db.write(0, lambda connection: connection.execute(over))

    def quiet(self, seconds: float = 20.0) -> None:
        """Wait until nothing is due and nothing waits to be sent."""
        until(lambda: not self.unfinished(), "everything is sent", seconds)

    def unfinished(self) -> dict[str, Any]:
        """What is due by now, and what is in the outbox without an end."""
        now = datetime.now(UTC)
        o, d = t.outbox.c, t.due.c
        waiting = self.rows(t.outbox, o.state.in_(("pending", "held", "retry", "claimed", "sending", "unknown")), o.due_at <= now)
        late = self.rows(t.due, d.at <= now)
        return {f"{one['state']}:{one['kind']}": one["reason"] for one in waiting} | {f"due:{one['kind']}": one["at"] for one in late}

    def close(self) -> None:
        self._opened.close()
        self.site.close()


@dataclass
class Enrolled:
    """A client in the weekly pulse, who can be made due."""

    world: World
    client_id: int
    enrolment_id: int
    phone: str
    made: int = 0

    def due(self, at: datetime | None = None) -> int:
        """Make a slot due now; its id."""
        world = self.world
        at = at or datetime.now(UTC)
        enrolment = world.rows(t.enrolments, t.enrolments.c.id == self.enrolment_id)[0]
        client = world.rows(t.clients, t.clients.c.id == self.client_id)[0]
        self.made += 1
        found = Occurrence(at.date(), 1000 + len(world.rows(t.slots, t.slots.c.enrolment_id == self.enrolment_id)), at)
        changes = slot_changes(world.house, enrolment, client, found, None)
        slot_id = int(changes[0].row["id"])  # type: ignore[union-attr] # the first one makes the slot
        world.house.db.write(self.client_id, lambda connection: write(connection, world.house.ports.ids, changes, at))
        return slot_id


def set_up(world: World, folder: Path, *, stop: str = "provider", serve: Callable[[], Callable[[], Any]] | None = None) -> None:
    """
    Make the programme with the commands alone, and leave the service stopped.

    serve: starts the processes and gives what stops them; None: `checkline run`.
    """
    run, facts = world.site.command, world.facts
    (folder / "twilio-token").write_text(world.twilio.token)
    (folder / "bot-token").write_text(world.telegram.token)
    hours = ("--contact-hours", OPEN_ALL_DAY, "--business-hours", OPEN_ALL_DAY)
    caps = ("--cap-per-day", "100", "--cap-per-week", "500")
    facts["programme"] = run("programme", "add", "Riverside", "--languages", "es", "--country", "US", *hours, *caps)["id"]
    facts["twilio"] = run(
        "sender", "add", "Riverside", "twilio", "--address", twilio_fake.NUMBER, "--account", world.twilio.account, "--rate", "500",
        "--secret-file", str(folder / "twilio-token"), "--base-url", world.twilio.url, "--stop", stop,
    )["id"]  # fmt: skip
    facts["telegram"] = run(
        "sender", "add", "Riverside", "telegram", "--address", telegram_fake.NAME,
        "--secret-file", str(folder / "bot-token"), "--base-url", world.telegram.url,
    )["id"]  # fmt: skip
    run("sender", "test", facts["telegram"])
    facts["webhook_secret"] = world.telegram.secret
    world.connect()
    people = ("manager", "add", "--language", "en")
    facts["sam"] = run(*people, "--name", SAM_NAME, "--sign-in", "sam", "--role", "supervisor", "--phone", SAM)["id"]
    facts["ana"] = run(*people, "--name", ANA_NAME, "--sign-in", "ana", "--supervisor", "sam", "--phone", ANA)["id"]
    facts["client"] = run("client", "add", "--name", CLIENT_NAME, "--manager", "ana", "--phone", CLIENT, "--birth-date", "1957-11-23")["id"]
    facts["plan"] = run("plan", "add", "C-001", "Live at home")["id"]
    facts["goal"] = run("goal", "add", "C-001", GOAL, "--unit", "minutes", "--target", "30")["id"]
    in_a_week = (datetime.now(UTC) + timedelta(days=7)).strftime("%Y-%m-%dT14:30")
    run("appointment", "add", "C-001", "Knee check", "--at", in_a_week, "--place", "Room 4")
    run("consent", "record", "C-001", "--purposes", PURPOSES, "--how", "paper")
    run("enrol", "C-001", "weekly-pulse", "--start", (datetime.now(UTC) + timedelta(days=1)).date().isoformat())
    run("crisis-line", "confirm", "US")
    not_yet = run("programme", "activate", faults=True)
    assert [one["about"] for one in not_yet["findings"] if one["level"] == "fault"] == ["ladder"]
    end = (serve or (lambda: world.site.start().stop))()
    for who, phone in (("sam", SAM), ("ana", ANA)):
        run("manager", "test", who)
        code = Q_CODE.search(world.comes(phone, "this is a test").text)
        assert code is not None
        assert world.twilio.client_texts(phone, f"A {code[1]}") == 200
        world.comes(phone, "Alerts reach you here")
    assert run("programme", "activate")["ok"] is True
    end()


def template(shared: Path) -> Path:
    """The folder with the programme, made once a run by whichever worker comes first."""
    folder = shared / "riverside"
    with (shared / "riverside.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if (folder / "facts.json").exists():
            return folder
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        with FakeTwilio() as twilio, FakeTelegram() as telegram:
            world = World(Site(folder / "data"), twilio, telegram)
            try:
                set_up(world, folder)
            finally:
                world.close()
        (folder / "facts.json").write_text(json.dumps(world.facts))
    return folder


@contextmanager
def copied(shared: Path, folder: Path) -> Iterator[World]:
    """A world of its own: a copy of the template, new fakes, nothing started yet."""
    made = template(shared)
    shutil.copytree(made / "data", folder / "data")
    with FakeTwilio(receipts=("sent", "delivered")) as twilio, FakeTelegram() as telegram:
        database = sqlite3.connect(folder / "data" / "checkline.db", isolation_level=None)
        for provider, url in (("twilio", twilio.url), ("telegram", telegram.url)):
            database.execute("UPDATE senders SET base_url = ? WHERE provider = ?", (url, provider))
        database.close()
        world = World(Site(folder / "data"), twilio, telegram, json.loads((made / "facts.json").read_text()))
        # Message ids go on: a provider never gives one twice, and the copy knows those of the template.
        twilio._counter = itertools.count(1_000_000)
        world.connect()
        try:
            yield world
        finally:
            world.close()
