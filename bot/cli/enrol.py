"""`checkline enrol`: which flow a client gets, and when."""

from __future__ import annotations

from typing import Any

import click

from bot.cli.data import data_options
from bot.cli.showing import json_option, local, made, programme_option
from bot.settings import Settings


@click.command()
@click.argument("client", metavar="CLIENT")
@click.argument("flow")
@click.option(
    "--every", default="", metavar="RULE", help="once, day, 3 days, week, mon,thu, 2 weeks on mon.  [default: week; welcome once]"
)
@click.option("--at", default="10:00", show_default=True, metavar="HH:MM", help="On the client's wall clock.")
@click.option("--start", default="", metavar="DATE", help="[default: today]")
@click.option("--until", default="", metavar="DATE", help="The last day.  [default: until it is ended]")
@click.option("--goal", default="", metavar="ID", help="Which goal it asks for, where the client has several.")
@click.option("--agreed", default="", metavar="WORDS", help="welcome: how and when the client agreed to be asked.")
@programme_option
@data_options
@json_option
def enrol(config: Settings, client: str, flow: str, every: str, goal: str, programme: str, as_json: bool, **given: Any) -> None:
    """
    Enrol a client in a flow: welcome asks for consent; weekly-pulse, goal-progress and the like follow it.

    Example: checkline enrol C-001 welcome --every once --at 11:00 --agreed "In person at the first visit, 3 May"
    """
    from bot.cli import finding
    from bot.cli.house import house_of
    from bot.setting_up import enrolments
    from storage import people
    from storage import schema as t

    rule = every or ("once" if flow == enrolments.WELCOME else "week")
    with house_of(config) as house:
        row = finding.client(house, client, programme)
        goal_id = finding.number("goal", goal) if goal else None
        new = enrolments.enrol(house, row["id"], flow, every=rule, goal_id=goal_id, **given)
        slots = house.db.read(lambda connection: people.of_client(connection, t.slots, row["id"]))
    first = min(slot["due_at"] for slot in slots if slot["enrolment_id"] == new.id)
    made(as_json, new, f"Enrolled ({new.id}); first due {local(first, row['zone'])}, {row['zone']}.", flow=flow, first=first.isoformat())
