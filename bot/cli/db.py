"""`checkline db`: the tables. SQLite is migrated whenever it is opened; PostgreSQL only here, while nothing else writes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from bot.cli.data import data_options
from bot.settings import Settings

if TYPE_CHECKING:
    from storage.database import Database


@click.group()
def db() -> None:
    """The database: upgrade, check."""


@db.command()
@data_options
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def upgrade(config: Settings, as_json: bool) -> None:
    """
    Make the tables, or bring them to this version.

    Stop the other processes first. There is no way back but a restore.

    Example: checkline db upgrade --data ./checkline-data
    """
    from storage import folder

    folder.make_folder(config.data)
    with _database(config) as database:
        before, after = database.upgrade()
    folder.own_files(config.data)
    if as_json:
        click.echo(json.dumps({"before": before, "after": after}))
    elif before == after:
        click.echo(f"The database is at revision {after} already.")
    else:
        click.echo(f"The database went from {before or 'nothing'} to revision {after}.")


@db.command()
@data_options
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def check(config: Settings, as_json: bool) -> int:
    """
    Say which revision the tables are at, and which is needed; exit 1 if they differ.

    Changes nothing and makes nothing.

    Example: checkline db check
    """
    from storage import migrations

    if not config.database and not (config.data / "checkline.db").exists():
        found = None
    else:
        with _database(config) as database:
            found = database.revision()
    behind = found != migrations.HEAD
    if as_json:
        click.echo(json.dumps({"found": found, "needed": migrations.HEAD, "ok": not behind}))
    else:
        click.echo(f"found {found or 'no tables'}, needed {migrations.HEAD}" + ("; say `checkline db upgrade`" if behind else ": in order"))
    return int(behind)


@contextmanager
def _database(config: Settings) -> Iterator[Database]:
    from bot.ports import SystemClock, SystemIds
    from storage.database import Database

    database = Database(config.database_url, ids=SystemIds(), machine=SystemClock())
    try:
        yield database
    finally:
        database.close()
