"""`checkline bench alert`: how long a critical message takes to become an alert at the provider, behind a queue of routine messages."""

from __future__ import annotations

import json
import tempfile
import threading
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
import sqlalchemy as sa

from bot import app, logs
from bot.channels.channel import Outgoing
from bot.channels.phones import MemoryPhones
from bot.channels.simulated import Simulated
from bot.house import House
from bot.ports import StillClock, Threads, WalkedClock, stopwatch
from bot.setting_up.clients import NewClient, add_client
from bot.setting_up.programmes import add_programme
from bot.setting_up.senders import add_sender
from bot.setting_up.staff import NewStaff, add_staff
from bot.settings import Settings
from bot.values import LANES, Clock, MessageClass, Purpose
from bot.warm import warm_up
from scheduler.engine import Engine
from scheduler.service import Service
from storage import schema as t
from storage.folder import open_store

CRITICAL = "I took all my pills and I want to die"
PHONE = "+12025550102"
RATE = 100.0
"""Segments a second, as a short code has: then the pace of the sender, which is not ours, never decides how long an alert takes."""
BETWEEN_SECONDS = 0.1
"""Between two trials: what they say has left by then, and the queue moves on."""
PATIENCE_SECONDS = 30.0
CHUNK = 5_000
SHARES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
PROMPT = "How are you this week? 1 better 2 the same 3 worse"


class Watched(MemoryPhones):
    """Phones that tell when something reaches one of them."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address
        self.reached = threading.Event()
        self.at = 0.0

    def deliver(self, sender: int, outgoing: Outgoing, at: Any) -> str:
        """As the others; and the clock stops."""
        if outgoing.to == self.address and not self.reached.is_set():
            self.at = stopwatch()
            self.reached.set()
        return super().deliver(sender, outgoing, at)


@dataclass(frozen=True, slots=True)
class Laid:
    """What a run works on."""

    programme: int
    sender: int
    manager: int
    numbers: list[str]


@click.command()
@click.option("--trials", default=300, show_default=True, type=click.IntRange(1, 5_000), help="Each by another client.")
@click.option(
    "--waiting", default=100_000, show_default=True, type=click.IntRange(0, 1_000_000), help="Routine messages that wait at the sender."
)
@click.option("--database", metavar="URL", help="Where; SQLite in a temporary folder by default. Or an empty PostgreSQL database.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def alert(trials: int, waiting: int, database: str | None, as_json: bool) -> None:
    """
    Time a critical message from its webhook to the first alert at the provider, while the service sends a long queue.

    The whole service runs, in threads; the provider is simulated and answers at once. All go out by one sender.

    Example: checkline bench alert --trials 300 --waiting 100000
    """
    logs.set_up("error")
    with tempfile.TemporaryDirectory(prefix="checkline-bench-") as folder:
        found = measure(Path(folder), trials, waiting, database or "")
    click.echo(json.dumps(found) if as_json else "\n".join(f"{name.replace('_', ' ')}: {value}" for name, value in found.items()))


def measure(folder: Path, trials: int, waiting: int, url: str) -> dict[str, Any]:
    """Seconds from webhook to provider: p50, p95, p99, max; and how many routine messages went out meanwhile."""
    data = folder / "data"
    machine = app.make_ports(Settings(data=data, database=url)).machine
    # Working hours, whatever the hour; from then on time runs as everywhere.
    clock: Clock = WalkedClock(StillClock().now() - machine.now())
    threads = Threads(app.THREADS)
    ports = app.make_ports(Settings(data=data, database=url), clock=clock, executor=threads)
    store = open_store(data, url, ids=ports.ids, machine=ports.machine)
    try:
        house = app.make_house(Settings(data=data, database=url), store, ports)
        laid = lay(house, trials, waiting)
        warm_up(house)
        seconds, sent = _run(house, laid)
    finally:
        threads.close()
        store.close()
    ranked = sorted(seconds)
    at = {name: round(ranked[min(len(ranked) - 1, int(len(ranked) * share))], 4) for name, share in SHARES.items()}
    about = {"trials": len(seconds), "waiting": waiting, "database": store.database.dialect}
    return {**about, **at, "max": round(ranked[-1], 4), "sent_meanwhile": sent}


def _run(house: House, laid: Laid) -> tuple[list[float], int]:
    phones = Watched(PHONE)
    engine = Engine(house, phones=phones)
    service = Service(engine)
    channel = engine.lines.channel(laid.sender)
    assert isinstance(channel, Simulated)
    never = threading.Event()
    seconds = []
    service.start()
    try:
        never.wait(1.0)
        for at, number in enumerate(laid.numbers):
            never.wait(BETWEEN_SECONDS)
            phones.reached.clear()
            request = channel.writes(number, CRITICAL, message_id=f"bench{at}")
            started = stopwatch()
            assert engine.conversations.receive(laid.sender, request) == 204
            if not phones.reached.wait(PATIENCE_SECONDS):
                raise RuntimeError(f"bench alert: trial {at}: no alert within {PATIENCE_SECONDS:g} s")
            seconds.append(phones.at - started)
    finally:
        service.close()
    return seconds, sum(one.outgoing.text == PROMPT for _, one in phones.accepted)


# ---------------------------------------------------------------- what there is


def lay(house: House, trials: int, waiting: int) -> Laid:
    """A programme that may write at any hour, one case manager, her clients, and other clients for whom a prompt waits."""
    always = {day: ["00:00-24:00"] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
    programme = add_programme(house, "Bench", kind="demo", zone="UTC", language="en", settings={"quiet": always}).id
    sender = add_sender(house, programme, "simulated", address="+12025550100", imitates="sms", rate=RATE).id
    manager = add_staff(house, programme, NewStaff(name="Bench Manager", phone=PHONE)).id
    numbers = [f"+1415555{at:04d}" for at in range(trials)]
    for at, number in enumerate(numbers):
        add_client(house, programme, NewClient(name=f"Client {at}", manager_id=manager, phone=number, zone="UTC", country="US"))
    laid = Laid(programme, sender, manager, numbers)
    queue(house, laid, 0, waiting)
    return laid


def queue(house: House, laid: Laid, first: int, last: int) -> None:
    """Let a prompt wait for each client from number `first` up to `last`, that one left out."""
    for begin in range(first, last, CHUNK):
        _store(house, _prompts(house, laid, range(begin, min(begin + CHUNK, last))))


def _store(house: House, rows: dict[str, list[dict[str, Any]]]) -> None:
    def unit(connection: sa.Connection) -> None:
        for name, many in rows.items():
            connection.execute(sa.insert(t.metadata.tables[name]), many)

    house.db.write(0, unit)


def _prompts(house: House, laid: Laid, which: range) -> dict[str, list[dict[str, Any]]]:
    """Rows as the product would have stored them: a client, an address, a consent and a prompt that is due, for each number."""
    ids, vault, now = house.ports.ids, house.vault, house.ports.clock.now()
    key = house.db.read(lambda connection: vault.key_for(connection, laid.programme))
    rows: dict[str, list[dict[str, Any]]] = {"clients": [], "addresses": [], "consents": [], "outbox": []}
    base = {"programme_id": laid.programme}
    for at in which:
        client, address, message = ids.new(), ids.new(), ids.new()
        number = f"+1650{at:07d}"
        rows["clients"].append(
            {
                **base,
                "id": client,
                "code": f"B-{at}",
                "manager_id": laid.manager,
                "language": "en",
                "zone": "UTC",
                "country": "US",
                "created_at": now,
            }
        )
        sealed = vault.seal(key, "addresses.address", address, number)
        rows["addresses"].append(
            {**base, "id": address, "channel": "sms", "blind": vault.index(laid.programme, number), "address_sealed": sealed}
        )
        rows["consents"].append(
            {
                **base,
                "id": ids.new(),
                "client_id": client,
                "act": "grant",
                "purposes": [Purpose.check_ins.value],
                "how": "paper",
                "language": "en",
                "at": now,
            }
        )
        rows["outbox"].append(
            {
                **base,
                "id": message,
                "seq": message,
                "sender_id": laid.sender,
                "address_id": address,
                "client_id": client,
                "cls": MessageClass.prompt.value,
                "lane": LANES[MessageClass.prompt],
                "purpose": Purpose.check_ins.value,
                "kind": "ask",
                "state": "pending",
                "due_at": now,
                "not_after": now + timedelta(days=1),
                "text_sealed": vault.seal(key, "outbox.text", message, PROMPT),
                "language": "en",
                "buttons": [],
                "flags": {"exempt": []},
                "created_at": now,
            }
        )
    return rows
