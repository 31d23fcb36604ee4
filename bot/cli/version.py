"""`checkline version`: what is installed."""

from __future__ import annotations

import json
from importlib.metadata import version as installed

import click


@click.command()
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def version(as_json: bool) -> None:
    """
    Print the version.

    Example: checkline version --json
    """
    number = installed("checkline")
    click.echo(json.dumps({"checkline": number}) if as_json else f"checkline {number}")
