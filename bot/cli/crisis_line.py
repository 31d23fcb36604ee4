"""`checkline crisis-line`: the lines we know, and an administrator's word that one of them answers."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click

from bot.cli.data import data_options
from bot.cli.showing import json_option, made, programme_option, split, table, tell
from bot.settings import Settings


@click.group("crisis-line")
def crisis_line() -> None:
    """Crisis lines: list, confirm."""


@crisis_line.command(name="list")
@click.option("--known", is_flag=True, help="Those that come with Checkline, not those of a programme.")
@programme_option
@data_options
@json_option
def list_lines(config: Settings, known: bool, programme: str, as_json: bool) -> None:
    """
    Show a programme's confirmed lines, or with --known those to choose from.

    Example: checkline crisis-line list --known
    """
    from bot.setting_up import crisis_lines

    if known:
        lines = [asdict(line) for line in crisis_lines.shipped()]
        head = [("country", "name", "call", "text", "emergency", "trust", "dialled", "from memory", "source")]
        shown = [
            (*(line[column] for column in head[0][:6]), line["verified_on"] or "never", " ".join(line["from_memory"]), line["source"])
            for line in lines
        ]
        tell(as_json, lines, table([*head, *shown], "There are none."))
        return
    from bot.cli import finding
    from bot.cli.house import house_of
    from bot.setting_up.ready import LINE_OLD
    from storage import schema as t

    with house_of(config) as house:
        rows = finding.rows_of(house, t.crisis_lines, programme_id=finding.programme(house, programme)["id"])
        now = house.ports.clock.now()
    for row in rows:
        row["old"] = row["confirmed_at"] is not None and now - row["confirmed_at"] > LINE_OLD
    titles = ("country", "name", "call", "text", "emergency", "verified on", "confirmed", "")
    columns = ("country", "name", "call", "text", "emergency", "verified_on")
    shown = [(*(row[name] for name in columns), _day(row), "over 180 days ago: dial it again" if row["old"] else "") for row in rows]
    tell(as_json, rows, table([titles, *shown], "None is confirmed yet: say `checkline crisis-line confirm COUNTRY`."))


def _day(row: dict[str, Any]) -> str:
    return row["confirmed_at"].date().isoformat() if row["confirmed_at"] else ""


@crisis_line.command()
@click.argument("country")
@programme_option
@click.option("--name", default="", help="Which line, where there are several; or the name of one that we do not know.")
@click.option("--call", default="", help="The number to call, where it differs.")
@click.option("--text", default="", help="The number to text, where it differs.")
@click.option("--emergency", default="", help="The emergency number, where it differs.")
@click.option("--hours", default="", help="When somebody answers.")
@click.option("--languages", default="", metavar="TAGS", help="In which languages.")
@click.option("--source", default="", help="Where the numbers were found.")
@click.option("--verified-on", default="", metavar="DATE", help="When somebody made sure that they answer.  [default: today]")
@click.option("--local-only", is_flag=True, help="There is no line: clients are told the emergency number alone.")
@click.option("--as", "sign_in", default="", metavar="SIGN-IN", help="The administrator who confirms it.")
@data_options
@json_option
def confirm(config: Settings, country: str, programme: str, languages: str, sign_in: str, as_json: bool, **given: Any) -> None:
    """
    Confirm the line of a country. Dial it first: public lists print dead numbers for years.

    Example: checkline crisis-line confirm US
    """
    from bot.cli import finding
    from bot.cli.house import house_of
    from bot.setting_up.crisis_lines import confirm_crisis_line
    from bot.setting_up.given import COMMAND_LINE
    from bot.values import Person

    with house_of(config) as house:
        programme_id = finding.programme(house, programme)["id"]
        user = finding.staff(house, sign_in) if sign_in else None
        by = Person(user["id"], user["role"], user["programme_id"]) if user else COMMAND_LINE
        new = confirm_crisis_line(house, programme_id, country, languages=split(languages), by=by, **given)
    made(as_json, new, f"Confirmed for {new.label}.", country=new.label)
