"""A migrated database has exactly the tables that the code draws, on both engines, whichever way it came by them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from bot.errors import WrongUse
from bot.ports import SystemClock, SystemIds
from storage import migrations
from storage.database import Database
from storage.schema import metadata
from tests import postgres

pytestmark = pytest.mark.slow


@pytest.fixture(params=("sqlite", "postgresql"))
def bare(request: pytest.FixtureRequest, tmp_path: Any) -> Iterator[Database]:
    """A database without any table."""
    if request.param == "sqlite":
        database = Database(f"sqlite:///{tmp_path / 'bare.db'}?sync=off", ids=SystemIds(1), machine=SystemClock())
        yield database
        database.close()
        return
    request.getfixturevalue("postgresql_url")
    with postgres.new_database(f"checkline_bare_{os.getpid()}") as url:
        database = Database(url, ids=SystemIds(1), machine=SystemClock())
        yield database
        database.close()


def differences(connection: sa.Connection) -> list[Any]:
    return list(compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata))


def shape(connection: sa.Connection) -> dict[str, Any]:
    """All that the engine itself says of its tables, checks and partial indexes too, which Alembic does not compare."""
    if connection.dialect.name == "sqlite":
        rows = connection.exec_driver_sql("SELECT name, type, tbl_name FROM sqlite_master").all()
        shapes: dict[str, Any] = {f"{kind} {name}": table for name, kind, table in rows}
        indexes = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'index'").all()
        shapes |= {f"sql {name}": " ".join((sql or "").split()) for name, sql in indexes}
    else:
        rows = connection.exec_driver_sql(
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace"
        ).all()
        shapes = dict(rows)
        shapes |= dict(connection.exec_driver_sql("SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'").all())
    inspector = sa.inspect(connection)
    for table in inspector.get_table_names():
        shapes[f"columns {table}"] = [(c["name"], str(c["type"]), c["nullable"], str(c["default"])) for c in inspector.get_columns(table)]
        shapes[f"checks {table}"] = sorted((c["name"], c["sqltext"]) for c in inspector.get_check_constraints(table))
    return shapes


def test_migrating_step_by_step_gives_the_tables_of_the_schema(bare: Database) -> None:
    bare.write(0, migrations.migrate_from_nothing)
    assert bare.revision() == migrations.HEAD
    assert bare.read(differences) == []


def test_the_short_way_gives_the_same_as_every_migration_in_turn(bare: Database) -> None:
    bare.upgrade()
    short = bare.read(shape)

    def tear_down(connection: sa.Connection) -> None:
        metadata.drop_all(connection)
        connection.exec_driver_sql("DROP TABLE alembic_version")

    bare.write(0, tear_down)
    bare.write(0, migrations.migrate_from_nothing)
    assert bare.read(shape) == short


def test_head_is_the_newest_revision_and_there_is_one() -> None:
    config = Config()
    config.set_main_option("script_location", "storage:migrations")
    assert ScriptDirectory.from_config(config).get_heads() == [migrations.HEAD]


def test_upgrading_twice_changes_nothing(bare: Database) -> None:
    assert bare.upgrade() == (None, migrations.HEAD)
    assert bare.upgrade() == (migrations.HEAD, migrations.HEAD)


def test_a_database_of_a_newer_version_is_refused(bare: Database) -> None:
    bare.upgrade()
    bare.write(0, lambda connection: connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'").close())
    with pytest.raises(WrongUse, match="9999"):
        bare.upgrade()
    with pytest.raises(WrongUse):
        bare._ready()


def test_postgresql_without_tables_says_how_to_make_them(postgresql_url: str) -> None:
    with (
        postgres.new_database(f"checkline_behind_{os.getpid()}") as url,
        pytest.raises(WrongUse, match="checkline db upgrade"),
    ):
        Database.open(url, ids=SystemIds(1), machine=SystemClock())


def test_sqlite_makes_its_tables_when_it_is_opened() -> None:
    database = Database.open("sqlite://", ids=SystemIds(1), machine=SystemClock())
    assert database.revision() == migrations.HEAD
    assert database.read(differences) == []
    database.close()
