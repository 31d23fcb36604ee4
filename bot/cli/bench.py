"""`checkline bench`: how fast the real path is on this machine, as a ratio to raw SQL doing the same writes, in one run."""

from __future__ import annotations

import json
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
import sqlalchemy as sa

from bot import app, logs
from bot.changes import write
from bot.channels.channel import Inbound
from bot.channels.phones import MemoryPhones
from bot.cli.bench_alert import alert
from bot.cli.bench_screen import screen
from bot.conversation import Conversations
from bot.house import House
from bot.lines import Lines
from bot.outreach import Outreach, slot_changes
from bot.ports import StillClock, stopwatch
from bot.setting_up.clients import NewClient, add_client
from bot.setting_up.consents import record_consent
from bot.setting_up.enrolments import enrol
from bot.setting_up.plans import add_plan
from bot.setting_up.programmes import add_programme
from bot.setting_up.senders import add_sender
from bot.setting_up.staff import NewStaff, add_staff
from bot.settings import Settings
from scheduler.recurrence import Occurrence
from storage import due
from storage import schema as t
from storage.engines import PRAGMAS
from storage.folder import open_store

REPLIES = ("3", "4, and I am so tired", "I need a ride to the clinic on Thursday, thank you")
"""What each client answers to the weekly pulse: worse, a need, words of their own."""

Statement = tuple[str, Any]


@click.group()
def bench() -> None:
    """
    Time the product on this machine.

    Example: checkline bench turn --clients 200 --json
    """


bench.add_command(alert)
bench.add_command(screen)


@bench.command()
@click.option("--clients", default=200, show_default=True, type=click.IntRange(1, 20_000), help="Each answers three times.")
@click.option("--database", metavar="URL", help="Where; SQLite in a temporary folder by default. Or an empty PostgreSQL database.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def turn(clients: int, database: str | None, as_json: bool) -> None:
    """
    Time a client's turn: read, screen, store, answer, commit.

    On SQLite the very statements of the turns are then replayed on a copy of the database by the bare driver, one commit
    a turn, with the same durability: that is the ratio.

    Example: checkline bench turn --clients 500
    """
    logs.set_up("error")
    with tempfile.TemporaryDirectory(prefix="checkline-bench-") as folder:
        found = _turns(Path(folder), clients, database or "")
    click.echo(json.dumps(found) if as_json else "\n".join(f"{name.replace('_', ' ')}: {value}" for name, value in found.items()))


def _turns(folder: Path, clients: int, url: str) -> dict[str, Any]:
    data = folder / "data"
    settings = Settings(data=data, database=url)
    clock = StillClock()
    ports = app.make_ports(settings, clock=clock)
    store = open_store(data, url, ids=ports.ids, machine=ports.machine)
    try:
        house = app.make_house(settings, store, ports)
        sender_id, numbers = _people(house, clients)
        conversations = Conversations(house, Lines(house, MemoryPhones()))
        copy = _copy(house, data, folder)
        with _recorded(house) as units:
            seconds = _answer(conversations, sender_id, numbers)
    finally:
        store.close()
    count = clients * len(REPLIES)
    found: dict[str, Any] = {"turns": count, "turns_per_second": round(count / seconds)}
    if copy is not None:
        raw = _replay(copy, units)
        found |= {
            "raw_per_second": round(count / raw),
            "ratio": round(raw / seconds, 3),
            "statements_per_turn": round(sum(map(len, units)) / count, 1),
        }
    return found


def _people(house: House, clients: int) -> tuple[int, list[str]]:
    """A programme whose clients all have an open weekly pulse."""
    programme = add_programme(house, "Bench", kind="demo", zone="UTC", language="en").id
    sender = add_sender(house, programme, "simulated", address="+12025550100", imitates="sms").id
    manager = add_staff(house, programme, NewStaff(name="Bench Manager")).id
    outreach = Outreach(house)
    numbers = []
    for at in range(clients):
        numbers.append(f"+1202{5550000 + at // 10000:07d}" if clients > 10_000 else f"+1415555{at:04d}")
        client = add_client(
            house, programme, NewClient(name=f"Client {at}", manager_id=manager, phone=numbers[-1], zone="UTC", country="US")
        ).id
        add_plan(house, client, "Plan")
        record_consent(house, client, ["check_ins"])
        made = enrol(house, client, "weekly-pulse", every="week", at="10:00")
        _open(house, outreach, made.id, client)
    return sender, numbers


def _open(house: House, outreach: Outreach, enrolment_id: int, client_id: int) -> None:
    now = house.ports.clock.now()

    def rows(connection: sa.Connection) -> tuple[dict[str, Any], dict[str, Any]]:
        enrolment = connection.execute(sa.select(t.enrolments).where(t.enrolments.c.id == enrolment_id)).mappings().one()
        client = connection.execute(sa.select(t.clients).where(t.clients.c.id == client_id)).mappings().one()
        return dict(enrolment), dict(client)

    enrolment, client = house.db.read(rows)
    occurrence = Occurrence(now.date() - timedelta(days=1), 1, now)
    house.db.write(
        client_id, lambda connection: write(connection, house.ports.ids, slot_changes(house, enrolment, client, occurrence, None), now)
    )
    for row in house.db.read(lambda connection: due.next_due(connection, now, 10)):
        outreach.fire(row.ref_id, row.id, now)


def _answer(conversations: Conversations, sender_id: int, numbers: list[str]) -> float:
    """Seconds for every client's three replies, one after the other."""
    started = stopwatch()
    for round_, text in enumerate(REPLIES):
        for number in numbers:
            outcome = conversations.take(sender_id, Inbound(f"SM{round_}{number}", number, text))
            assert outcome == "stored", outcome
    return stopwatch() - started


def _copy(house: House, data: Path, folder: Path) -> Path | None:
    if house.db.dialect != "sqlite":
        return None
    copy = folder / "copy.db"
    source, target = sqlite3.connect(data / "checkline.db"), sqlite3.connect(copy)
    with target:
        source.backup(target)
    source.close()
    target.close()
    return copy


@contextmanager
def _recorded(house: House) -> Iterator[list[list[Statement]]]:
    """The statements that change something, unit by unit, as the driver got them."""
    units: list[list[Statement]] = [[]]

    def before(_conn: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, executemany: bool) -> None:
        if statement.split(" ", 1)[0].upper() in ("INSERT", "UPDATE", "DELETE") and not executemany:
            units[-1].append((statement, parameters))

    def after(_conn: Any) -> None:
        if units[-1]:
            units.append([])

    sa.event.listen(house.db.engine, "before_cursor_execute", before)
    sa.event.listen(house.db.engine, "commit", after)
    try:
        yield units
    finally:
        sa.event.remove(house.db.engine, "before_cursor_execute", before)
        sa.event.remove(house.db.engine, "commit", after)


def _replay(copy: Path, units: list[list[Statement]]) -> float:
    """Seconds for the same writes by the bare driver, one commit a unit."""
    connection = sqlite3.connect(copy, isolation_level=None, cached_statements=512)
    for pragma in PRAGMAS:
        connection.execute(pragma)
    started = stopwatch()
    for unit in units:
        if not unit:
            continue
        connection.execute("BEGIN IMMEDIATE")
        for statement, parameters in unit:
            connection.execute(statement, parameters)
        connection.execute("COMMIT")
    seconds = stopwatch() - started
    connection.close()
    return seconds
