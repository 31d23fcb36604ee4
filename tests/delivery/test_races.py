"""Several at once: STOP and a sending, two deliverers, a provider that is slow."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa

from bot.ports import NoPoints, SystemIds, Threads
from bot.values import Ids, MessageClass, Reason
from scheduler.outbox import Deliverer
from storage import schema as t
from storage.database import Database
from tests.delivery.builder import Later, World, world

pytestmark = pytest.mark.slow


class At(NoPoints):
    """Calls something when the point is passed, once."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.act: Callable[[], None] | None = None

    def point(self, name: str) -> None:
        if name == self.name and self.act is not None:
            self.name = ""
            self.act()


ORDERS = {
    "the stop comes before the claim": ("", "cancelled", 0),
    "the stop comes after the claim": ("send.claimed", "cancelled", 0),
    "the stop comes just before the gate is asked again": ("send.before-sending-unit", "cancelled", 0),
    "the stop comes while it is being sent": ("send.sending", "sent", 1),
    "the stop comes before it is written down": ("send.handed-over", "sent", 1),
}


@pytest.mark.parametrize(("at", "state", "heard"), ORDERS.values(), ids=ORDERS)
def test_of_a_stop_and_a_sending_exactly_one_wins(database: Database, ids: Ids, at: str, state: str, heard: int) -> None:
    crossing = At(at)
    w = world(database, ids, points=crossing)
    client = w.client()
    row, later = w.say(client, "first"), w.say(client, "second")
    crossing.act = lambda: w.stop(client)
    if not at:
        w.stop(client)
    w.deliver()
    assert w.state(row)[0] == state
    assert w.state(later) == ("cancelled", Reason.stopped)
    assert len(w.heard) == heard


@pytest.fixture
def threads() -> Iterator[Threads]:
    pool = Threads(4)
    yield pool
    pool.close()


def test_of_a_stop_and_a_sending_in_two_threads_exactly_one_wins(database_once: Database, ids: Ids, threads: Threads) -> None:
    w = world(database_once, ids)
    clients = [w.client(f"+155501000{n:02}") for n in range(12)]
    rows = [w.say(client, str(n)) for n, client in enumerate(clients)]
    start = threading.Barrier(2)

    def stop() -> None:
        start.wait()
        for client in reversed(clients):
            w.stop(client)

    stopping = threads.submit(stop)
    start.wait()
    w.deliver()
    stopping.result()
    w.deliver()
    states = [w.state(row)[0] for row in rows]
    assert set(states) <= {"sent", "cancelled"}
    assert sorted(w.heard) == sorted(str(n) for n, state in enumerate(states) if state == "sent")


def test_two_deliverers_at_once_never_send_one_row_twice_nor_out_of_order(database_once: Database, ids: Ids, threads: Threads) -> None:
    w = world(database_once, ids)
    w.write(sa.update(t.senders).values(rate_per_second=10_000.0))
    clients = [w.client(f"+155501000{n:02}") for n in range(10)]
    for turn in range(4):
        for n, client in enumerate(clients):
            w.say(client, f"{n}:{turn}")
    others = [Deliverer(w.house, w.lines) for _ in range(2)]

    def run(deliverer: Deliverer) -> None:
        idle = 0
        while idle < 3:
            idle = 0 if deliverer.deliver(w.clock.at) else idle + 1

    for future in [threads.submit(lambda one=one: run(one)) for one in others]:
        future.result()
    w.clock.go(seconds=31)
    w.deliver()
    assert Counter(w.heard).most_common(1)[0][1] == 1
    assert len(w.heard) == 40
    for n in range(10):
        assert [text for text in w.heard if text.startswith(f"{n}:")] == [f"{n}:{turn}" for turn in range(4)]


def slow(memory: Database, ids: Ids, in_flight_max: int = 4) -> tuple[World, Later]:
    later = Later()
    return world(memory, ids, executor=later, in_flight_max=in_flight_max), later


def test_a_slow_provider_leaves_room_for_others_and_for_what_is_urgent(memory: Database, ids: Ids) -> None:
    w, later = slow(memory, ids, in_flight_max=8)
    other = w.new_sender()
    for n in range(20):
        w.say(w.client(f"+155501000{n:02}"), "slow")
    w.deliver()
    assert len(later.work) == 5  # of eight, two are kept for what is urgent and one for another sender
    w.say(w.client("+15550100098", sender=other), "other", sender_id=other)
    w.deliver()
    assert len(later.work) == 6
    w.say(w.client("+15550100099"), "CRISIS", MessageClass.crisis)
    w.deliver()
    assert len(later.work) == 7
    later.run(6)
    assert w.heard == ["CRISIS"]
    assert w.deliver() == 0
    while later.work:
        later.run()
        w.deliver()
    assert len(w.heard) == 22


def test_what_waits_for_a_slow_message_at_its_address_goes_as_soon_as_that_has_landed(memory: Database, ids: Ids) -> None:
    w, later = slow(memory, ids)
    poked: list[int] = []
    w.deliverer.poke = lambda: poked.append(1)
    client = w.client()
    w.say(client, "first")
    second = w.say(client, "second")
    w.deliver()
    assert w.state(second) == ("held", Reason.in_flight)
    later.run()
    assert poked == [1]
    w.deliver()
    later.run()
    assert w.heard == ["first", "second"]


def test_a_worker_that_was_thought_dead_and_lands_after_all_is_believed(memory: Database, ids: Ids) -> None:
    w, later = slow(memory, ids)
    row = w.say(w.client())
    w.deliver()
    w.machine.go(seconds=61)
    w.deliver()
    assert w.state(row)[0] == "unknown"
    later.run()
    assert w.state(row) == ("sent", None)


def test_a_message_that_lost_its_fence_while_it_was_sent_is_not_marked_twice(memory: Database, ids: Ids) -> None:
    w, later = slow(memory, ids)
    row = w.say(w.client())
    w.deliver()
    w.write(sa.update(t.outbox).values(fence=t.outbox.c.fence + 1, state="sent", provider_message_id="SIM7"))
    later.run()
    assert w.one(t.outbox, row)["provider_message_id"] == "SIM7"


def test_the_service_threads_send_all_of_it(memory: Database) -> None:
    pool = Threads(8)
    ids = SystemIds(5)
    w = world(memory, ids, executor=pool)
    w.write(sa.update(t.senders).values(rate_per_second=10_000.0))
    landed = threading.Semaphore(0)
    w.deliverer.poke = landed.release
    rows = [w.say(w.client(f"+155501{n:05}"), str(n)) for n in range(30)]
    while any(w.state(row)[0] != "sent" for row in rows):
        if not w.deliverer.deliver(w.clock.at):
            assert landed.acquire(timeout=20) or all(w.state(row)[0] == "sent" for row in rows)
    pool.close()
    assert sorted(w.heard, key=int) == [str(n) for n in range(30)]
