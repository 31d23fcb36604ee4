"""
What sending costs: messages a second from enqueued to marked sent, inline, to simulated phones; and how soon an alert leaves
behind a backlog. `python bench/bench_send.py [--messages N] [--clients N] [--database URL] [--in-flight N]`

The URL names an empty PostgreSQL database that has the tables; the default is SQLite in a temporary file, with and without fsync.
Says statements a message too: that number is the same on every machine.
"""

from __future__ import annotations

import argparse
import json
import logging
import time
from typing import Any

import sqlalchemy as sa
import structlog

from bot.ports import SystemClock, SystemIds
from bot.values import MessageClass
from storage import outbox
from storage import schema as t
from storage.database import Database
from tests.delivery.builder import World, world


def filled(database: Database, clients: int, messages: int, in_flight: int) -> World:
    w = world(database, SystemIds(1), in_flight_max=in_flight, settings={"cap_per_day": 10**6, "cap_per_week": 10**6})
    w.write(sa.update(t.senders).values(rate_per_second=1e9))
    people = [w.client(f"+1555{n:07}") for n in range(clients)]
    drafts = [w.draft(people[n % clients], f"message {n}") for n in range(messages)]

    def unit(connection: sa.Connection) -> None:
        for draft in drafts:
            outbox.enqueue(connection, draft, w.clock.at)

    database.write(0, unit)
    if database.dialect == "postgresql":
        w.write(sa.text("ANALYZE"))
    return w


def measure(database: Database, clients: int, messages: int, in_flight: int) -> dict[str, float]:
    statements = 0

    def count(*_: Any) -> None:
        nonlocal statements
        statements += 1

    w = filled(database, clients, messages, in_flight)
    sa.event.listen(w.house.db.engine, "before_cursor_execute", count)
    w.deliverer.deliver(w.clock.at)
    begun = time.perf_counter()
    w.say(w.manager, "ALERT", MessageClass.alert, exempt=("rung",))
    w.deliverer.deliver(w.clock.at)
    alert = time.perf_counter() - begun
    assert "ALERT" in w.heard
    before, statements = len(w.heard), 0
    begun, cpu = time.perf_counter(), time.process_time()
    w.deliver()
    took, cpu = time.perf_counter() - begun, time.process_time() - cpu
    sent = len(w.heard) - before
    assert len(w.heard) == messages + 1
    return {
        "messages": sent,
        "a_second": round(sent / took),
        "cpu_us_each": round(cpu / sent * 1e6),
        "statements_each": round(statements / sent, 2),
        "alert_ms_behind_it": round(alert * 1000, 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=3000)
    parser.add_argument("--clients", type=int, default=500)
    parser.add_argument("--in-flight", type=int, default=8)
    parser.add_argument("--database", default="")
    chosen = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    urls = [chosen.database] if chosen.database else ["sqlite:///?sync=off", "sqlite:///"]
    for url in urls:
        database = Database.open(url, ids=SystemIds(1), machine=SystemClock())
        result = measure(database, chosen.clients, chosen.messages, chosen.in_flight)
        database.close()
        print(json.dumps({"database": url.partition(":")[0] + (" without fsync" if "sync=off" in url else ""), **result}), flush=True)


if __name__ == "__main__":
    main()
