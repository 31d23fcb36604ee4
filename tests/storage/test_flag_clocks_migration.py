"""What an older database holds keeps its meaning: flags that were acknowledged before acknowledgements expired get a clock."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from bot.ports import SystemClock, SystemIds
from storage.database import Database
from storage.types import Json, Utc
from tests import postgres

pytestmark = pytest.mark.slow

NOW = datetime(2026, 3, 3, 15, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture(params=("sqlite", "postgresql"))
def older(request: pytest.FixtureRequest, tmp_path: Any) -> Iterator[Database]:
    """A database as the first version made it."""
    if request.param == "sqlite":
        database = Database(f"sqlite:///{tmp_path / 'older.db'}?sync=off", ids=SystemIds(1), machine=SystemClock())
        database.write(0, lambda connection: at_revision(connection, "0001"))
        yield database
        database.close()
        return
    request.getfixturevalue("postgresql_url")
    with postgres.new_database(f"checkline_older_{os.getpid()}") as url:
        database = Database(url, ids=SystemIds(1), machine=SystemClock())
        database.write(0, lambda connection: at_revision(connection, "0001"))
        yield database
        database.close()


def at_revision(connection: sa.Connection, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", "storage:migrations")
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def put(connection: sa.Connection, table: str, **values: Any) -> None:
    kinds = {"at": Utc, "detail": Json}
    columns = [sa.column(name, kinds.get(name, Utc if name.endswith("_at") else None)) for name in values]  # type: ignore[arg-type] # none: as it is
    connection.execute(sa.insert(sa.table(table, *columns)).values(**values))


def flag(connection: sa.Connection, number: int, **more: Any) -> None:
    put(connection, "flags", id=number, programme_id=1, subject_id=number, category="needs", severity=3, round=4,
        owner_id=7, opened_at=NOW, raised_at=NOW + HOUR, **more)  # fmt: skip


def test_flags_of_the_first_version_get_their_clocks(older: Database) -> None:
    def before(connection: sa.Connection) -> None:
        taken = {"state": "acknowledged", "acknowledged_at": NOW + HOUR, "acknowledged_by": 7}
        flag(connection, 11, **taken)
        flag(connection, 12, deadline_at=NOW + 4 * HOUR)
        flag(connection, 13, **taken, closed_at=NOW + 2 * HOUR)
        for number, at in ((21, NOW), (22, NOW + 3 * HOUR)):
            put(connection, "flag_events", id=number, programme_id=1, flag_id=11, at=at, kind="noted", detail={})
            put(connection, "alerts", id=number + 10, programme_id=1, flag_id=12, user_id=7, rung="owner", kind="first", at=at)

    older.write(0, before)
    older.upgrade()

    def after(connection: sa.Connection) -> tuple[list[Any], list[Any], list[Any]]:
        from storage import schema as t

        c = t.flags.c
        return (
            list(connection.execute(sa.select(c.id, c.deadline_at, c.alerted_at).order_by(c.id))),
            list(connection.execute(sa.select(t.due.c.kind, t.due.c.ref_id, t.due.c.at, t.due.c.stamp))),
            list(connection.execute(sa.select(t.alerts.c.round).order_by(t.alerts.c.id)).scalars()),
        )

    flags, due, rounds = older.read(after)
    clock = NOW + 3 * HOUR + timedelta(days=3)
    assert [tuple(row) for row in flags] == [(11, clock, NOW + HOUR), (12, NOW + 4 * HOUR, NOW + 3 * HOUR), (13, None, NOW + HOUR)]
    assert [tuple(row) for row in due] == [("escalate", 11, clock, 4)]
    assert rounds == [4, 4]
