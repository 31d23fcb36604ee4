"""`checkline understand`: each line of stdin read as the answer to a question."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import click

from bot.cli.lines import each_line, input_option
from bot.errors import WrongUse
from bot.ports import SystemClock
from bot.understanding import read
from bot.values import Expected, Kind, Option

KINDS = (Kind.yes_no, Kind.scale, Kind.number, Kind.reading, Kind.choice, Kind.date, Kind.time, Kind.datetime)


@click.command()
@click.option("--kind", required=True, type=click.Choice([kind.value for kind in KINDS]), help="The kind of answer that is awaited.")
@click.option("--language", required=True, help="BCP 47 tag of the client's language, such as es or es-MX.")
@click.option("--min", "minimum", type=float, help="The least value, inclusive; 0 for a scale.")
@click.option("--max", "maximum", type=float, help="The greatest value, inclusive; 10 for a scale.")
@click.option("--unit", help="The unit of the value, such as kg or °C; other units of its kind are converted.")
@click.option("--options", help="For a choice: the options in the order shown, separated by commas.")
@click.option("--many", is_flag=True, help="For a choice: several options may be chosen.")
@click.option("--now", help="For dates and times: the moment of the reply, as ISO; without an offset it is local. The present if left out.")
@click.option("--timezone", default="UTC", show_default=True, help="For dates and times: the client's time zone, such as Europe/Paris.")
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
    now: str | None,
    timezone: str,
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
    expected = Expected(
        Kind(kind), minimum, maximum, unit, tuple(Option(name, name) for name in names), many, _moment(now, timezone), timezone
    )

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


def _moment(now: str | None, zone: str) -> datetime:
    """`now` as a moment of the zone."""
    try:
        place = ZoneInfo(zone)
    except (ValueError, OSError, KeyError):
        raise WrongUse("understand --timezone: unknown; name one such as Europe/Paris") from None
    try:
        moment = SystemClock().now() if now is None else datetime.fromisoformat(now)
    except ValueError:
        raise WrongUse("understand --now: not ISO; write it as 2026-03-10T15:00") from None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=place)
