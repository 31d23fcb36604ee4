"""What is written differently for each engine, and must mean the same on both."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa

from storage import schema as t
from storage.database import Database
from storage.dialect import insert_or_ignore

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)


def test_a_row_is_new_once_on_every_engine(database: Database) -> None:
    row = {"name": "checked", "value": "once"}

    def unit(connection: sa.Connection) -> list[bool]:
        return [insert_or_ignore(connection, t.meta, row) for _ in range(2)]

    assert database.write(0, unit) == [True, False]
    assert database.write(0, unit) == [False, False]


def test_a_row_that_only_a_further_unique_constraint_knows_is_not_new(database: Database) -> None:
    programme = {"id": 1, "name": "P", "kind": "real", "status": "draft", "zone": "UTC", "language": "en", "languages": [], "settings": {}}

    def unit(connection: sa.Connection) -> list[bool]:
        insert_or_ignore(connection, t.programmes, {**programme, "created_at": NOW})
        flow = {"programme_id": 1, "flow": "f", "version": 1, "body": "b", "sha256": b"0" * 32, "published_at": NOW}
        return [insert_or_ignore(connection, t.flow_versions, {"id": at, **flow}) for at in (1, 2)]

    assert database.write(0, unit) == [True, False]
