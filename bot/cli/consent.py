"""`checkline consent`: what a client agreed to, as staff record it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from bot.cli.data import data_options
from bot.cli.showing import json_option, local, made, programme_option, split, table, tell
from bot.errors import WrongUse
from bot.settings import Settings

_client = click.argument("client", metavar="CLIENT")


@click.group()
def consent() -> None:
    """Consent: show, record."""


@consent.command()
@_client
@programme_option
@data_options
@json_option
def show(config: Settings, client: str, programme: str, as_json: bool) -> None:
    """
    Show what a client agrees to now, and every row of the ledger.

    Example: checkline consent show C-001
    """
    from bot.cli import finding
    from bot.cli.house import house_of
    from storage import inbound
    from storage import schema as t

    with house_of(config) as house:
        row = finding.client(house, client, programme)
        held = house.db.read(lambda connection: inbound.held_purposes(connection, row["id"]))
        ledger = finding.rows_of(house, t.consents, client_id=row["id"])
    head = [("when", "act", "purposes", "how", "language", "words")]
    shown = [
        (
            local(one["at"], row["zone"]),
            one["act"],
            ",".join(one["purposes"] or []),
            one["how"],
            one["language"],
            one["text"] or one["text_id"],
        )
        for one in ledger
    ]
    now = f"Agrees to: {', '.join(held)}." if held else "Agrees to nothing yet."
    tell(
        as_json, {"client_id": row["id"], "purposes": list(held), "ledger": ledger}, [now, *table([*head, *shown], "The ledger is empty.")]
    )


@consent.command()
@_client
@click.option("--purposes", default="", metavar="LIST", help="check_ins,appointments,goals,sensitive")
@click.option("--act", type=click.Choice(["grant", "withdraw", "decline", "invite"]), default="grant", show_default=True)
@click.option("--how", type=click.Choice(["staff", "paper"]), default="staff", show_default=True, help="Said to staff, or signed.")
@click.option("--text", default="", help="The exact words agreed to.  [default: those of the welcome flow]")
@click.option("--text-file", default="", metavar="FILE", help="The same from a file.")
@click.option("--language", default="", help="Of the words.  [default: the client's]")
@programme_option
@data_options
@json_option
def record(config: Settings, client: str, purposes: str, programme: str, as_json: bool, **given: Any) -> None:
    """
    Write down what a client agreed to on paper or in person, or that they withdrew.

    Example: checkline consent record C-001 --purposes check_ins,appointments --how paper
    """
    from bot.cli import finding
    from bot.cli.house import house_of
    from bot.setting_up.consents import record_consent

    text_file = given.pop("text_file")
    if given["text"] and text_file:
        raise WrongUse("consent: give --text or --text-file, not both")
    if text_file:
        given["text"] = _read(text_file)
    with house_of(config) as house:
        row = finding.client(house, client, programme)
        new = record_consent(house, row["id"], split(purposes), **given)
    made(as_json, new, f"Recorded ({new.id}).", act=given["act"])


def _read(path: str) -> str:
    try:
        return Path(path).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise WrongUse(f"--text-file: the file cannot be read ({type(error).__name__})") from None
