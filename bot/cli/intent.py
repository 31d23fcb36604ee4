"""`checkline intent`: what each line of stdin asks of us in the client's own words."""

from __future__ import annotations

from typing import Any

import click

from bot.cli.lines import each_line, input_option
from bot.understanding import intent as read_intent


@click.command("intent")
@click.option("--language", required=True, help="BCP 47 tag of the client's language; English is always read too.")
@input_option
def intent(language: str, form: str, as_json: bool) -> None:  # noqa: ARG001 - these verbs always write JSON
    """
    Read what each line of stdin asks of us, besides answers and keywords.

    Example: echo "can you call me tomorrow" | checkline intent --language en
    """

    def answer(text: str) -> dict[str, Any]:
        asked = read_intent(text, (language,))
        found = {"text": text, "intent": asked.intent.value, "confidence": asked.confidence}
        return found | {name: value for name in ("old", "new", "language") if (value := getattr(asked, name))}

    each_line(form, answer)
