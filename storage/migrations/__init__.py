"""
The way from any older database to the tables of `storage.schema`. Forward only: a restore is the way back.

Alembic is imported only when there is something to migrate; an empty database gets all tables at once, and a test
proves that both ways lead to the same.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Final

import sqlalchemy as sa

from bot.errors import WrongUse
from storage.schema import metadata

HEAD: Final = "0007"
"""The newest revision in `versions/`; a test holds it."""

LOCK: Final = 4_702_394_921
"""PostgreSQL's advisory lock while one process migrates."""


_VERSION: Final = sa.Table(
    "alembic_version",
    sa.MetaData(),
    sa.Column("version_num", sa.String(32), nullable=False),
    sa.PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)
"""Alembic's own table, exactly as Alembic makes it."""


def current(connection: sa.Connection) -> str | None:
    """The revision that the database is at; None if it is empty."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(sa.select(_VERSION.c.version_num)).scalar()


def upgrade(connection: sa.Connection) -> tuple[str | None, str]:
    """
    Bring the database to HEAD, inside the caller's transaction, which should lock out others.

    Returns:
        The revisions before and after.

    Raises:
        WrongUse: the database was made by a newer version.
    """
    before = current(connection)
    if before is None:
        _create(connection)
    elif before != HEAD:
        _migrate(connection, before)
    return before, HEAD


def migrate_from_nothing(connection: sa.Connection) -> None:
    """The long way to the same tables: every migration in turn. Only to prove the short way."""
    _run(connection)


def _create(connection: sa.Connection) -> None:
    for statement in _ddl(connection.dialect.name):
        connection.exec_driver_sql(statement)
    _VERSION.create(connection)
    connection.execute(sa.insert(_VERSION), {"version_num": HEAD})


@cache
def _ddl(dialect: str) -> tuple[str, ...]:
    # Compiling forty tables takes ten times as long as running them, and tests make hundreds of databases.
    statements: list[str] = []

    def record(statement: Any, *_args: Any, **_kwargs: Any) -> None:
        statements.append(str(statement.compile(dialect=engine.dialect)))

    engine = sa.create_mock_engine("postgresql+psycopg://" if dialect == "postgresql" else "sqlite://", record)
    metadata.create_all(engine, checkfirst=False)
    return tuple(statements)


def _migrate(connection: sa.Connection, before: str) -> None:
    from alembic.util import CommandError

    try:
        _run(connection)
    except CommandError:
        raise WrongUse(
            f"database: it is at revision {before}, which this version does not know; install the version that made it"
        ) from None


def _run(connection: sa.Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "storage:migrations")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
