"""`checkline segments`: how many SMS segments each line takes, and which characters make it dear."""

from __future__ import annotations

from typing import Any

import click

from bot.cli.lines import each_line, input_option
from bot.locales.segments import measure


@click.command()
@input_option
def segments(form: str, as_json: bool) -> None:
    r"""
    Measure each line of stdin as an SMS.

    Writes {"text","encoding","segments","units","culprits"} for each.

    Example: echo 'Nos vemos mañana a las 10' | checkline segments
    """
    del as_json
    each_line(form, answer)


def answer(text: str) -> dict[str, Any]:
    """One line, measured, as the verb writes it."""
    measured = measure(text)
    return {
        "text": text,
        "encoding": measured.encoding,
        "segments": measured.segments,
        "units": measured.units,
        "culprits": list(measured.culprits),
    }
