"""`checkline run`, `serve`, `work`: the service in one process, or in many on PostgreSQL."""

from __future__ import annotations

import click

from bot.cli.data import data_options
from bot.settings import Settings


@click.command()
@data_options
def serve(config: Settings) -> None:
    """
    Serve the console and the webhooks only; `checkline work` beside it sends. Any number may run on one PostgreSQL.

    Example: checkline serve --database postgresql://checkline@localhost/checkline
    """
    from bot import app

    app.serve(config)


@click.command()
@data_options
def work(config: Settings) -> None:
    """
    Carry out what is due and send what waits, until told to stop. Any number may run on one PostgreSQL.

    Example: checkline work --database postgresql://checkline@localhost/checkline
    """
    from bot import app

    app.work(config)


@click.command()
@click.option("--demo", is_flag=True, help="With a demo programme on simulated phones; nothing leaves this machine.")
@data_options
def run(config: Settings, demo: bool) -> None:
    """
    Run the whole service: console, webhooks, scheduler and outbox. The first start makes the database and its keys.

    Example: checkline run --demo
    """
    from bot import app

    if demo:
        app.run_demo(config)
    else:
        app.run(config)
