"""
A small programme with one sender, and rows for its outbox: written by the storage's own functions, sealed by the real vault.

The phones of the simulated sender, or a fake Twilio over HTTP, are the ground truth of what went out.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.changes import StopAddresses, write
from bot.channels.phones import MemoryPhones
from bot.channels.simulated import Simulated
from bot.house import House
from bot.lines import Lines
from bot.locales.words import Words
from bot.ports import Executor, Inline, NoPoints, Points, Ports, Transport
from bot.values import Ids, MessageClass, Purpose
from scheduler.outbox import Deliverer
from storage import due, outbox
from storage import schema as t
from storage.crypto import DataKey, Vault
from storage.database import Database
from storage.keyring import KeyRing
from storage.keys import create_key

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
"""A Wednesday, in nobody's quiet hours."""
KEY = "key-55"
WORDS = Words()


class Clock:
    """Stands until it is moved."""

    def __init__(self, at: datetime = NOON) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def go(self, **much: float) -> datetime:
        self.at += timedelta(**much)
        return self.at


class NoTransport:
    def request(self, *_: Any, **__: Any) -> tuple[int, dict[str, str], bytes]:
        raise AssertionError("nothing may be asked outside here")


class Later:
    """An executor whose work runs when the test says so, in the test's thread."""

    def __init__(self) -> None:
        self.work: list[Callable[[], None]] = []

    def submit(self, work: Callable[[], Any]) -> Future[Any]:
        future: Future[Any] = Future()
        self.work.append(lambda: future.set_result(work()))
        return future

    def run(self, which: int = 0) -> None:
        self.work.pop(which)()


@dataclass
class World:
    """One programme: a supervisor, a case manager, clients, one sender. `clock` is the world's, `machine` the leases'."""

    house: House
    clock: Clock
    machine: Clock
    phones: MemoryPhones
    lines: Lines
    deliverer: Deliverer
    programme: int = 0
    sender: int = 0
    manager: int = 0
    supervisor: int = 0
    keys: dict[int, DataKey] = field(default_factory=dict)
    channel_of: dict[int, str] = field(default_factory=dict)

    # ------------------------------------------------------------ rows

    def row(self, table: sa.Table, **values: Any) -> int:
        made = {"id": self.house.ports.ids.new(), "programme_id": self.programme} | values
        self.house.db.write(0, lambda connection: connection.execute(sa.insert(table), made) and None)
        return int(made["id"])

    def new_key(self, subject: int, programme: int) -> None:
        made = self.house.db.write(0, lambda c: create_key(c, self.house.vault, subject, programme, self.clock.at))
        self.keys[subject] = made

    def client(self, number: str = "+15550100001", *, zone: str = "UTC", consents: tuple[str, ...] = ("check_ins", "appointments"),
               sender: int | None = None, **more: Any) -> int:  # fmt: skip
        client_id, sender = self.house.ports.ids.new(), sender or self.sender
        self.new_key(client_id, self.programme)
        self.row(t.clients, id=client_id, code=f"C-{client_id % 10**6}", manager_id=self.manager, language="en", zone=zone, country="US",
                 created_at=self.clock.at, **more)  # fmt: skip
        address = self.address(number, client_id, sender)
        self.row(t.contact_points, owner_kind="client", owner_id=client_id, channel=self.channel_of[sender], sender_id=sender,
                 address_id=address, status="active", status_at=self.clock.at, created_at=self.clock.at)  # fmt: skip
        if consents:
            self.row(t.consents, client_id=client_id, act="grant", purposes=list(consents), how="staff", language="en", at=self.clock.at)
        return client_id

    def address(self, number: str, subject: int, sender: int) -> int:
        address = self.house.ports.ids.new()
        sealed = self.house.vault.seal(self.keys[subject], "addresses.address", address, number)
        blind = self.house.vault.index(self.programme, number)
        return self.row(t.addresses, id=address, channel=self.channel_of[sender], blind=blind, address_sealed=sealed)

    def staff(self, role: str, number: str, *, sender: int | None = None, **more: Any) -> int:
        user_id, sender = self.house.ports.ids.new(), sender or self.sender
        self.new_key(user_id, self.programme)
        name = self.house.vault.seal(self.keys[user_id], "users.name", user_id, role)
        self.row(t.users, id=user_id, role=role, zone="UTC", name_sealed=name, created_at=self.clock.at, **more)
        address = self.address(number, user_id, sender)
        self.row(t.contact_points, owner_kind="user", owner_id=user_id, channel=self.channel_of[sender], sender_id=sender,
                 address_id=address, status="active", status_at=self.clock.at, created_at=self.clock.at)  # fmt: skip
        return user_id

    def new_sender(self, provider: str = "simulated", channel: str = "sms", *, secret: str = KEY, rate: float = 100.0,
                   **more: Any) -> int:  # fmt: skip
        sender_id = self.house.ports.ids.new()
        sealed = self.house.vault.seal(self.keys[self.programme], "senders.secret", sender_id, secret)
        values = {"address": "+15005550006", "rate_per_second": rate} | more
        self.channel_of[sender_id] = channel
        return self.row(t.senders, id=sender_id, provider=provider, channel=channel, secret_sealed=sealed, created_at=self.clock.at,
                        **values)  # fmt: skip

    def address_of(self, owner: int) -> int:
        c = t.contact_points.c
        return int(self.read(sa.select(c.address_id).where(c.owner_id == owner))[0]["address_id"])

    def conversation(self, client: int, *, wait: int = 1, **more: Any) -> int:
        return self.row(t.conversations, client_id=client, address_id=self.address_of(client), sender_id=self.sender, flow="pulse",
                        flow_version=1, purpose="check_ins", language="en", wait=wait, opened_at=self.clock.at,
                        until=self.clock.at + timedelta(days=7), **more)  # fmt: skip

    def slot(self, client: int) -> int:
        enrolment = self.row(t.enrolments, client_id=client, flow="pulse", purpose="check_ins", rule={}, start_on="2026-03-01",
                             created_at=self.clock.at)  # fmt: skip
        return self.row(t.slots, client_id=client, enrolment_id=enrolment, local_date="2026-03-04", n=0, due_at=self.clock.at,
                        not_after=self.clock.at + timedelta(hours=8))  # fmt: skip

    def flag(self, client: int, received: int | None = None, *, severity: int = 4, **more: Any) -> int:
        values = {"owner_id": self.manager, "rung": "owner", "round": 1, "code": 7, "deadline_at": self.clock.at} | more
        flag = self.row(t.flags, client_id=client, subject_id=client, category="self_harm", severity=severity,
                        opened_at=self.clock.at, raised_at=self.clock.at, **values)  # fmt: skip
        self.row(t.findings, flag_id=flag, received_id=received, rule="r/en", rule_version="1", severity=severity, category="self_harm",
                 why="w", at=self.clock.at)  # fmt: skip
        return flag

    def received(self, client: int, text: str = "hello") -> int:
        row_id = self.house.ports.ids.new()
        address = self.address_of(client)
        sealed = self.house.vault.seal(self.keys[client], "received.text", row_id, text)
        self.write(sa.update(t.addresses).where(t.addresses.c.id == address).values(last_inbound_at=self.clock.at))
        return self.row(t.received, id=row_id, sender_id=self.sender, address_id=address, client_id=client, provider_message_id=str(row_id),
                        kind="text", text_sealed=sealed, road="answer", at=self.clock.at)  # fmt: skip

    # ------------------------------------------------------------ the outbox

    def draft(self, owner: int, text: str = "How are you?", cls: MessageClass = MessageClass.prompt, **more: Any) -> outbox.Draft:
        draft_id = self.house.ports.ids.new()
        staff = owner in (self.manager, self.supervisor)
        labels = more.pop("labels", None)
        values = {
            "sender_id": self.sender,
            "address_id": self.address_of(owner),
            "purpose": Purpose.check_ins if not staff else Purpose.service,
            "kind": "ask",
            "due_at": self.clock.at,
            "user_id" if staff else "client_id": owner,
        } | more
        seal = self.house.vault.seal
        return outbox.Draft(
            id=draft_id,
            programme_id=self.programme,
            cls=cls,
            text_sealed=seal(self.keys[owner], "outbox.text", draft_id, text),
            labels_sealed=seal(self.keys[owner], "outbox.labels", draft_id, json.dumps(labels)) if labels else None,
            language="en",
            **values,
        )

    def say(self, owner: int, text: str = "How are you?", cls: MessageClass = MessageClass.prompt, **more: Any) -> int:
        draft = self.draft(owner, text, cls, **more)
        self.house.db.write(0, lambda connection: outbox.enqueue(connection, draft, self.clock.at))
        return draft.id

    def stop(self, client: int) -> None:
        """What a STOP commits."""
        change = StopAddresses((self.address_of(client),), (client,), "keyword")
        self.house.db.write(client, lambda connection: write(connection, self.house.ports.ids, [change], self.clock.at) and None)

    def deliver(self) -> int:
        """Passes until nothing moves."""
        moved = 0
        for _ in range(10_000):
            step = self.deliverer.deliver(self.clock.at)
            moved += step
            if not step:
                return moved
        raise AssertionError("the outbox never comes to rest")

    def tick(self) -> int:
        """Carry out the due rows "settle" as the ticker does."""
        done = 0
        for row in self.house.db.read(lambda connection: due.next_due(connection, self.clock.at, 100)):
            if row.kind == "settle":
                done += self.deliverer.settle_unknown(row.ref_id, row.stamp, row.id, self.clock.at)
        return done

    # ------------------------------------------------------------ what came of it

    def read(self, query: sa.Select[Any]) -> list[dict[str, Any]]:
        return self.house.db.read(lambda connection: [dict(row) for row in connection.execute(query).mappings()])

    def write(self, statement: Any) -> None:
        self.house.db.write(0, lambda connection: connection.execute(statement) and None)

    def one(self, table: sa.Table, row_id: int) -> dict[str, Any]:
        return self.read(sa.select(table).where(table.c.id == row_id))[0]

    def state(self, row_id: int) -> tuple[str, str | None]:
        row = self.one(t.outbox, row_id)
        return row["state"], row["reason"]

    def dues(self, kind: str) -> list[dict[str, Any]]:
        return self.read(sa.select(t.due).where(t.due.c.kind == kind).order_by(t.due.c.at, t.due.c.id))

    def tasks(self) -> list[tuple[str, int]]:
        c = t.tasks.c
        return [(row["kind"], row["owner_id"]) for row in self.read(sa.select(t.tasks).where(c.closed_at.is_(None)).order_by(c.id))]

    @property
    def heard(self) -> list[str]:
        """The texts that simulated phones got, in order."""
        return [one.text for _, one in self.phones.accepted]

    @property
    def provider(self) -> Simulated:
        channel = self.lines.channel(self.sender)
        assert isinstance(channel, Simulated)
        return channel


def world(database: Database, ids: Ids, *, executor: Executor | None = None, points: Points | None = None, machine: Clock | None = None,
          transport: Transport | None = None, status: str = "active", settings: dict[str, Any] | None = None,
          in_flight_max: int = 8, public_url: str = "https://line.example.org") -> World:  # fmt: skip
    """A programme on an empty database, with staff and one simulated SMS sender of 100 segments a second."""
    clock, leases = Clock(), machine or Clock()
    ports = Ports(clock, leases, ids, executor or Inline(), points or NoPoints(), transport or NoTransport())
    house = House(database, Vault(KeyRing.in_memory(ids), ids), ports, WORDS, public_url)
    phones = MemoryPhones()
    lines = Lines(house, phones)
    made = World(house, clock, leases, phones, lines, Deliverer(house, lines, in_flight_max=in_flight_max))
    made.programme = ids.new()
    made.new_key(made.programme, made.programme)
    made.row(t.programmes, id=made.programme, name=f"P{made.programme}", kind="demo", status=status, zone="UTC", language="en",
             languages=["en"], settings=settings or {}, created_at=NOON)  # fmt: skip
    made.sender = made.new_sender()
    made.supervisor = made.staff("supervisor", "+15550199001")
    made.manager = made.staff("case_manager", "+15550199002", supervisor_id=made.supervisor)
    return made
