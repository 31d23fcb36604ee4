"""The fixtures do what the other tests rely on."""

from __future__ import annotations

import socket
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from storage import schema as t
from storage.database import Database

OUTSIDE = {
    "an address": lambda: socket.create_connection(("192.0.2.1", 80), timeout=1),
    "a name": lambda: socket.getaddrinfo("example.org", 80),
}


@pytest.mark.parametrize("reach", OUTSIDE.values(), ids=OUTSIDE)
def test_nothing_leaves_this_machine(reach: Callable[[], object]) -> None:
    with pytest.raises(RuntimeError, match="blocked"):
        reach()


@pytest.mark.parametrize("_round", [1, 2])
def test_each_test_gets_an_empty_database(database: Database, _round: int) -> None:
    count = sa.select(sa.func.count()).select_from(t.meta)
    assert database.read(lambda connection: connection.execute(count).scalar()) == 0
    database.write(0, lambda connection: connection.execute(sa.insert(t.meta), {"name": "a", "value": "1"}).rowcount)
