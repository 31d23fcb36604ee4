"""`checkline understand`: each line of stdin read as the answer to a question."""

from __future__ import annotations

from typing import Any

import click

from bot.cli.lines import each_line, input_option
from bot.errors import WrongUse
from bot.understanding import read
from bot.values import Expected, Kind, Option

KINDS = (Kind.yes_no, Kind.scale, Kind.number, Kind.choice)


@click.command()
@click.option("--kind", required=True, type=click.Choice([kind.value for kind in KINDS]), help="The kind of answer that is awaited.")
@click.option("--language", required=True, help="BCP 47 tag of the client's language, such as es or es-MX.")
@click.option("--min", "minimum", type=float, help="The least value, inclusive; 0 for a scale.")
@click.option("--max", "maximum", type=float, help="The greatest value, inclusive; 10 for a scale.")
@click.option("--unit", help="The unit of the value, such as kg or °C; other units of its kind are converted.")
@click.option("--options", help="For a choice: the options in the order shown, separated by commas.")
@click.option("--many", is_flag=True, help="For a choice: several options may be chosen.")
@input_option
def understand(
    *,
    kind: str,
    language: str,
    minimum: float | None,
    maximum: float | None,
    unit: str | None,
    options: str | None,
    many: bool,
    form: str,
    as_json: bool,  # noqa: ARG001 - these verbs always write JSON
) -> None:
    """
    Read each line of stdin as an answer.

    Example: echo "seven, I think" | checkline understand --kind scale --language en
    """
    names = [name.strip() for name in (options or "").split(",") if name.strip()]
    if kind == Kind.choice and not names:
        raise WrongUse("understand --kind choice: name the options with --options a,b,c")
    if minimum is not None and maximum is not None and minimum > maximum:
        raise WrongUse("understand: --min is greater than --max; swap them")
    if kind == Kind.scale:
        minimum, maximum = (0.0 if minimum is None else minimum), (10.0 if maximum is None else maximum)
    expected = Expected(Kind(kind), minimum, maximum, unit, tuple(Option(name, name) for name in names), many)

    def answer(text: str) -> dict[str, Any]:
        found = read(text, expected, language)
        line: dict[str, Any] = {
            "text": text,
            "value": found.value,
            "action": found.action.value,
            "confidence": found.confidence,
            "reason": found.reason,
            "span": found.span,
        }
        return line if found.unit is None else line | {"unit": found.unit}

    each_line(form, answer)
