"""PostgreSQL with one `serve` and several `work`: set up by the same commands, and any of the workers may die."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from storage import schema as t
from tests import postgres
from tests.fakes.telegram import FakeTelegram
from tests.fakes.twilio import FakeTwilio
from tests.http.programme import ANA, World, set_up
from tests.http.service import Site, until

pytestmark = pytest.mark.slow

CLIENTS = 12


@pytest.fixture
def on_postgresql(tmp_path: Path, postgresql_url: str) -> Iterator[World]:
    """A world on an empty PostgreSQL. postgresql_url: proves that there is a server, or skips."""
    del postgresql_url
    with (
        postgres.new_database(f"checkline_http_{tmp_path.name[-20:]}") as url,
        FakeTwilio(receipts=("sent", "delivered")) as twilio,
        FakeTelegram() as telegram,
    ):
        world = World(Site(tmp_path / "data", url), twilio, telegram)
        try:
            yield world
        finally:
            world.close()


def test_each_check_in_comes_once_from_whichever_worker_and_the_dead_ones_work_is_done(on_postgresql: World, tmp_path: Path) -> None:
    world = on_postgresql
    assert world.site.exit_code("db", "upgrade") == 0

    def serve() -> object:
        both = world.site.start("work"), world.site.start("serve")
        return lambda: [one.stop() for one in both]

    set_up(world, tmp_path, serve=serve)  # type: ignore[arg-type] # it gives what stops them
    workers = [world.site.start("work") for _ in range(2)]
    server = world.site.start("serve")
    clients = [world.client(f"+34600000{200 + at}") for at in range(CLIENTS)]
    for client in clients:
        client.due()
    for client in clients:
        world.comes(client.phone, "how are you doing", seconds=30)
    workers[0].kill()
    world.leases_run_out()
    for client in clients[:3]:
        assert world.twilio.client_texts(client.phone, "2") == 200
    assert world.twilio.client_texts(clients[3].phone, "I want to kill myself") == 200
    for client in clients[:3]:
        world.comes(client.phone, "good to hear from you", seconds=30)
    world.comes(clients[3].phone, "988", seconds=30)
    world.comes(ANA, "CRITICAL", seconds=30)
    until(lambda: world.hurry() or not world.unfinished(), "what the dead worker left is done", 30)
    asked = [len(world.sent(client.phone, "how are you doing")) for client in clients]
    assert asked == [1] * CLIENTS
    assert {
        one["state"] for one in world.rows(t.slots, t.slots.c.client_id.in_([client.client_id for client in clients])) if one["n"] >= 1000
    } == {"prompted"}
    assert [process.stop() for process in (workers[1], server)] == [0, 0]
