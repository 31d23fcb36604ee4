"""`checkline opt-out`: whether each line of stdin asks to stop, start, get help, be forgotten, or tells of a loss."""

from __future__ import annotations

from typing import Any

import click

from bot.cli.lines import each_line, input_option
from bot.understanding import opt_out as read_opt_out


@click.command("opt-out")
@click.option("--language", required=True, help="BCP 47 tag of the client's language; English keywords are always read too.")
@input_option
def opt_out(language: str, form: str, as_json: bool) -> None:  # noqa: ARG001 - these verbs always write JSON
    """
    Read what each line of stdin asks of the line itself.

    Example: echo "please stop texting me" | checkline opt-out --language en
    """

    def answer(text: str) -> dict[str, Any]:
        found = read_opt_out(text, (language,))
        return {"text": text, "intent": found.intent.value, "confidence": found.confidence}

    each_line(form, answer)
