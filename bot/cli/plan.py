"""`checkline plan`, `goal`, `appointment`: a client's care plan."""

from __future__ import annotations

from typing import Any

import click

from bot.cli.data import data_options
from bot.cli.showing import json_option, local, made, programme_option, table, tell
from bot.settings import Settings

_client = click.argument("client", metavar="CLIENT")


@click.group()
def plan() -> None:
    """Care plans: add, show."""


@plan.command(name="add")
@_client
@click.argument("title")
@click.option("--review-on", default="", metavar="DATE", help="When it is to be looked at again.")
@programme_option
@data_options
@json_option
def add_plan(config: Settings, client: str, title: str, review_on: str, programme: str, as_json: bool) -> None:
    """
    Make a care plan for a client.

    Example: checkline plan add C-001 "Settle at home" --review-on 2027-01-15
    """
    from bot.cli import finding
    from bot.cli.house import house_of
    from bot.setting_up import plans

    with house_of(config) as house:
        new = plans.add_plan(house, finding.client(house, client, programme)["id"], title, review_on=review_on)
    made(as_json, new, f"Plan {new.id} is made.")


@plan.command()
@_client
@programme_option
@data_options
@json_option
def show(config: Settings, client: str, programme: str, as_json: bool) -> None:
    """
    Show a client's care plan: plans, goals, appointments, and the flows they are enrolled in.

    Example: checkline plan show C-001
    """
    from bot.cli import finding
    from bot.cli.house import house_of
    from scheduler.recurrence import Offsets, format_rule, from_json
    from storage import schema as t

    with house_of(config) as house:
        row = finding.client(house, client, programme)
        tables = {"plans": t.care_plans, "goals": t.goals, "appointments": t.appointments, "enrolments": t.enrolments}
        said = {name: finding.rows_of(house, of, client_id=row["id"]) for name, of in tables.items()}
    for one in said["enrolments"]:
        rule = from_json(one["rule"])
        one["every"] = "before the appointment" if isinstance(rule, Offsets) else f"{format_rule(rule)} at {rule.at}"
    lines = [f"plan {one['id']}: {one['title']} ({one['status']})" for one in said["plans"]]
    lines += [f"goal {one['id']}: {_goal(one)}" for one in said["goals"]]
    lines += [f"appointment {one['id']}: {_appointment(one)}" for one in said["appointments"]]
    lines += [f"enrolment {one['id']}: {one['flow']}, {one['every']} ({one['status']})" for one in said["enrolments"]]
    tell(as_json, said, lines or ["There is no care plan yet: say `checkline plan add`."])


@click.group()
def goal() -> None:
    """Goals: add, list."""


@goal.command(name="add")
@_client
@click.argument("title")
@click.option("--unit", required=True, help="What is counted: minutes, steps, glasses.")
@click.option("--target", type=float, help="The number to reach.")
@click.option("--direction", type=click.Choice(["up", "down"]), default="up", show_default=True, help="Which way is better.")
@click.option("--due", "due_on", default="", metavar="DATE")
@click.option("--plan", "plan_id", default="", metavar="ID", help="[default: the newest]")
@programme_option
@data_options
@json_option
def add_goal(config: Settings, client: str, plan_id: str, programme: str, as_json: bool, **given: Any) -> None:
    """
    Give a client a goal that can be measured.

    Example: checkline goal add C-001 "Walk every day" --unit minutes --target 30 --due 2027-03-01
    """
    from bot.cli import finding
    from bot.cli.house import house_of
    from bot.setting_up import plans

    with house_of(config) as house:
        wanted = finding.number("plan", plan_id) if plan_id else None
        new = plans.add_goal(house, finding.client(house, client, programme)["id"], plans.NewGoal(plan_id=wanted, **given))
    made(as_json, new, f"Goal {new.id} is made.")


@goal.command(name="list")
@_client
@programme_option
@data_options
@json_option
def list_goals(config: Settings, client: str, programme: str, as_json: bool) -> None:
    """
    Show a client's goals.

    Example: checkline goal list C-001
    """
    from storage import schema as t

    rows = _rows(config, client, programme, t.goals)
    head = [("id", "title", "target", "unit", "better", "due", "status")]
    shown = [tuple(row[name] for name in ("id", "title", "target", "unit", "direction", "due_on", "status")) for row in rows]
    tell(as_json, rows, table([*head, *shown], "There is no goal yet: say `checkline goal add`."))


@click.group()
def appointment() -> None:
    """Appointments: add, list, cancel."""


@appointment.command(name="add")
@_client
@click.argument("title")
@click.option("--at", required=True, metavar="MOMENT", help="2027-01-20T14:30 on the client's wall clock.")
@click.option("--place", required=True)
@click.option("--no-reminders", "reminders", is_flag=True, flag_value=False, default=True, help="Not 3 days and 1 day before.")
@programme_option
@data_options
@json_option
def add_appointment(config: Settings, client: str, programme: str, as_json: bool, **given: Any) -> None:
    """
    Make an appointment, with reminders 3 days and 1 day before.

    Example: checkline appointment add C-001 "Knee check" --at 2027-01-20T14:30 --place "Health centre, room 4"
    """
    from bot.cli import finding
    from bot.cli.house import house_of
    from bot.setting_up import plans

    with house_of(config) as house:
        new = plans.add_appointment(house, finding.client(house, client, programme)["id"], plans.NewAppointment(**given))
    made(as_json, new, f"Appointment {new.id} is made.")


@appointment.command(name="list")
@_client
@programme_option
@data_options
@json_option
def list_appointments(config: Settings, client: str, programme: str, as_json: bool) -> None:
    """
    Show a client's appointments.

    Example: checkline appointment list C-001
    """
    from storage import schema as t

    rows = _rows(config, client, programme, t.appointments)
    head = [("id", "when", "title", "place", "status", "answer")]
    shown = [(row["id"], local(row["starts_at"], row["zone"]), row["title"], row["place"], row["status"], row["answer"]) for row in rows]
    tell(as_json, rows, table([*head, *shown], "There is no appointment: say `checkline appointment add`."))


@appointment.command()
@click.argument("appointment", metavar="APPOINTMENT")
@data_options
@json_option
def cancel(config: Settings, appointment: str, as_json: bool) -> None:
    """
    Cancel an appointment and its reminders. The client is not told: tell them.

    Example: checkline appointment cancel 383534600806182913
    """
    from bot.cli import finding
    from bot.cli.house import house_of
    from bot.setting_up import plans

    appointment_id = finding.number("appointment", appointment)
    with house_of(config) as house:
        changed = plans.cancel_appointment(house, appointment_id)
    said = "It is cancelled; nothing more is sent about it." if changed else "It was over or cancelled before."
    tell(as_json, {"id": appointment_id, "changed": changed}, [said])


def _rows(config: Settings, client: str, programme: str, of: Any) -> list[dict[str, Any]]:
    from bot.cli import finding
    from bot.cli.house import house_of

    with house_of(config) as house:
        return finding.rows_of(house, of, client_id=finding.client(house, client, programme)["id"])


def _goal(one: dict[str, Any]) -> str:
    target = "" if one["target"] is None else f", {one['target']:g} {one['unit']}"
    return f"{one['title']}{target}{' by ' + one['due_on'] if one['due_on'] else ''} ({one['status']})"


def _appointment(one: dict[str, Any]) -> str:
    return f"{one['title']}, {local(one['starts_at'], one['zone'])}, {one['place']} ({one['status']})"
