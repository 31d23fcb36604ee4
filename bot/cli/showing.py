"""How the verbs that set up a programme show things: ids as strings in JSON, times in the zone at hand, notes on stderr."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

if TYPE_CHECKING:
    from bot.setting_up.given import Made

json_option = click.option("--json", "as_json", is_flag=True, help="As JSON.")
programme_option = click.option("--programme", default="", metavar="NAME", help="Its name or id; not needed where there is only one.")


def plain(value: Any) -> Any:
    """As JSON: ids as strings (63 bits do not fit a JavaScript number), moments in ISO 8601, sealed bytes left out."""
    if isinstance(value, dict):
        kept = {name: each for name, each in value.items() if not isinstance(each, bytes) and not name.endswith("_sealed")}
        return {name: str(each) if _is_id(name, each) else plain(each) for name, each in kept.items()}
    if isinstance(value, datetime):
        return value.isoformat()
    return [plain(each) for each in value] if isinstance(value, list | tuple) else value


def _is_id(name: str, value: Any) -> bool:
    return (name == "id" or name.endswith(("_id", "_by"))) and type(value) is int


def tell(as_json: bool, value: Any, lines: Iterable[str]) -> None:
    """Print the value as one line of JSON, or the lines."""
    if as_json:
        click.echo(json.dumps(plain(value)))
    else:
        for line in lines:
            click.echo(line)


def made(as_json: bool, what: Made, sentence: str, **more: Any) -> None:
    """Say what was made; its notes go to stderr, or into the JSON."""
    if as_json:
        tell(True, {"id": what.id, **more, "notes": list(what.notes)}, ())
        return
    click.echo(sentence)
    for note in what.notes:
        click.echo(f"note: {note}", err=True)


def table(rows: Sequence[Sequence[object]], empty: str) -> list[str]:
    """Rows in columns; the first is the head. What is empty says so."""
    if len(rows) < 2:
        return [empty]
    cells = [["-" if cell in (None, "") else str(cell) for cell in row] for row in rows]
    widths = [max(len(row[at]) for row in cells) for at in range(len(cells[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells]


def local(moment: datetime | None, zone: str) -> str:
    """The moment on the wall clock of a zone."""
    return "" if moment is None else moment.astimezone(ZoneInfo(zone)).strftime("%a %Y-%m-%d %H:%M")


def split(typed: str) -> list[str]:
    """What stands between commas."""
    return [part.strip() for part in typed.split(",") if part.strip()]


def zone_option(what: str) -> Callable[..., Any]:
    """`--timezone`, also `--zone`."""
    return click.option("--timezone", "--zone", "zone", default="", metavar="ZONE", help=f"IANA time zone.  [default: {what}]")
