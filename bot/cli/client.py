"""`checkline client`: the people who are checked in on. Lists show codes; only `show` opens a name, and leaves a trace."""

from __future__ import annotations

from typing import Any

import click

from bot.cli.data import data_options
from bot.cli.showing import json_option, local, made, programme_option, split, table, tell, zone_option
from bot.settings import Settings


@click.group()
def client() -> None:
    """Clients: add, list, show."""


@client.command()
@programme_option
@click.option("--name", required=True, help="As the messages call the client.")
@click.option("--manager", required=True, metavar="SIGN-IN", help="The case manager: sign-in name or id.")
@click.option("--phone", default="", help="Gets texts; several clients may share one.")
@click.option("--telegram", is_flag=True, help="Is reached on Telegram, once invited.")
@click.option("--prefer", type=click.Choice(["sms", "telegram"]), default="sms", show_default=True, help="What is tried first.")
@click.option("--language", default="", help="[default: the programme's]")
@zone_option("the programme's")
@click.option("--country", help="Of residence: it decides the crisis line.  [default: the programme's]")
@click.option("--code", default="", help="How staff name the client without a name.  [default: the next free, C-001]")
@click.option("--birth-date", default="", metavar="DATE")
@click.option("--privacy", type=click.Choice(["neutral", "on_request", "open"]), default="neutral", show_default=True)
@click.option("--tags", default="", metavar="TAGS", help="high-risk,part-2")
@data_options
@json_option
def add(config: Settings, programme: str, manager: str, tags: str, as_json: bool, **given: Any) -> None:
    """
    Make a client. Nothing is sent until they are enrolled, and the programme is active.

    Example: checkline client add --name "Inés Valdivia" --manager ana --language es --phone "+34 600 000 002" --country ES
    """
    from bot.cli import finding
    from bot.cli.house import house_of
    from bot.setting_up.clients import NewClient, add_client

    with house_of(config) as house:
        programme_id = finding.programme(house, programme)["id"]
        manager_id = finding.staff(house, manager, str(programme_id))["id"]
        new = add_client(house, programme_id, NewClient(manager_id=manager_id, tags=split(tags), **given))
    made(as_json, new, f"Client {new.label} is made ({new.id}).", code=new.label)


@client.command(name="list")
@programme_option
@data_options
@json_option
def list_clients(config: Settings, programme: str, as_json: bool) -> None:
    """
    Show a programme's clients by their codes.

    Example: checkline client list
    """
    from bot.cli import finding
    from bot.cli.house import house_of
    from storage import people
    from storage import schema as t

    with house_of(config) as house:
        programme_id = finding.programme(house, programme)["id"]
        staff = {one["id"]: one["sign_in"] or one["id"] for one in house.db.read(lambda c: people.of_programme(c, t.users, programme_id))}
        rows = house.db.read(lambda connection: people.of_programme(connection, t.clients, programme_id))
    head = [("code", "id", "manager", "language", "zone", "country", "status")]
    shown = [
        (row["code"], row["id"], staff.get(row["manager_id"]), row["language"], row["zone"], row["country"], row["status"]) for row in rows
    ]
    tell(as_json, rows, table([*head, *shown], "There is no client yet: say `checkline client add`."))


@client.command()
@click.argument("client", metavar="CLIENT")
@programme_option
@data_options
@json_option
def show(config: Settings, client: str, programme: str, as_json: bool) -> None:
    """
    Show one client with name and ways to be reached. The audit trail keeps that they were looked at.

    Example: checkline client show C-001
    """
    from bot.cli import finding
    from bot.cli.house import house_of
    from storage import people
    from storage import schema as t

    with house_of(config) as house:
        found = finding.client(house, client, programme)
        _looked_at(house, found)
        row = finding.reader(house, t.clients, found)
        points = house.db.read(lambda connection: people.points(connection, "client", row["id"]))
        numbers = {point["id"]: _number(house, point) for point in points}
    row["contact_points"] = [
        {
            "id": point["id"],
            "channel": point["channel"],
            "address": numbers[point["id"]],
            "status": point["status"],
            "stopped_at": point["stopped_at"],
        }
        for point in points
    ]
    ways = [
        f"{point['channel']}: {point['address'] or 'no chat yet'} ({'STOP' if point['stopped_at'] else point['status']})"
        for point in row["contact_points"]
    ]
    plainly = {name: value for name, value in row.items() if name not in ("contact_points", "version") and value not in (None, "", [])}
    last = [f"last wrote: {local(row['last_inbound_at'], row['zone'])}"] if row["last_inbound_at"] else []
    del plainly["created_at"]
    plainly.pop("last_inbound_at", None)
    tell(as_json, row, [*(f"{name}: {value}" for name, value in plainly.items()), *ways, *last])


@client.command()
@click.argument("client", metavar="CLIENT")
@click.option("--how", type=click.Choice(["phone", "visit", "other"]), default="phone", show_default=True)
@click.option("--not-reached", is_flag=True, help="A try: reminders go on.")
@click.option("--note", default="", metavar="WORDS", help="Stays in the house.")
@click.option("--at", default="", metavar="MOMENT", help="2026-05-31T14:30 on the client's clock.  [default: now]")
@programme_option
@data_options
@json_option
def contact(config: Settings, client: str, how: str, not_reached: bool, note: str, at: str, programme: str, as_json: bool) -> None:
    """
    Keep that somebody spoke with the client outside of these messages: it stops reminders and silence.

    Example: checkline client contact C-001 --how phone --note "All well, will answer next week"
    """
    from zoneinfo import ZoneInfo

    from bot.cli import finding
    from bot.cli.house import house_of
    from bot.contacts import log_contact
    from bot.setting_up.given import COMMAND_LINE, Given

    with house_of(config) as house:
        found, given = finding.client(house, client, programme), Given("contact")
        moment = given.moment("at", at, ZoneInfo(found["zone"])) if at else None
        given.stop()
        made_id = log_contact(house, COMMAND_LINE, found["id"], how=how, reached=not not_reached, note=note, at=moment)
    tell(
        as_json,
        {"id": str(made_id), "reached": not not_reached},
        ["Kept." if not_reached else "Kept: reminders and silence wait no longer."],
    )


@client.command(name="resume")
@click.argument("client", metavar="CLIENT")
@programme_option
@data_options
@json_option
def go_on(config: Settings, client: str, programme: str, as_json: bool) -> None:
    """
    Go on with what was paused because nobody answered.

    Example: checkline client resume C-001
    """
    from bot.cli import finding
    from bot.cli.house import house_of
    from bot.contacts import resume
    from bot.setting_up.given import COMMAND_LINE

    with house_of(config) as house:
        found = finding.client(house, client, programme)
        many = resume(house, COMMAND_LINE, found["id"])
    tell(as_json, {"enrolments": many}, [f"{many} enrolments go on." if many else "Nothing was paused."])


@client.command()
@click.argument("client", metavar="CLIENT")
@click.argument("measure", metavar="MEASURE")
@click.argument("limits", nargs=-1, metavar="[LIMIT=VALUE]...")
@click.option("--source", default="", metavar="WORDS", help="Who decided it: needed to change or confirm anything.")
@programme_option
@data_options
@json_option
def threshold(config: Settings, client: str, measure: str, limits: tuple[str, ...], source: str, programme: str, as_json: bool) -> None:
    """
    Show from where on a client's weight, blood-pressure or glucose is a concern; with --source, change it (off takes a limit away).

    Example: checkline client threshold C-001 weight gain-day=1.0 loss-week=off --source "Dr. Lee, 3 May"
    """
    from dataclasses import asdict

    from bot.cli import finding
    from bot.cli.house import house_of
    from bot.errors import WrongUse
    from bot.setting_up import thresholds

    typed = dict(one.partition("=")[::2] for one in limits)
    if typed and not source:
        raise WrongUse("threshold: say with --source who decided it")
    with house_of(config) as house:
        found = finding.client(house, client, programme)
        if source:
            given = thresholds.read_limits(thresholds.measure_of(measure), typed)
            thresholds.set_thresholds(house, found["id"], measure, given, source)
        _looked_at(house, found)
        rows = thresholds.shown(house, found["id"], measure)
    head = [("limit", "how", "value", "unit", "severity", "whose", "source")]
    lines = [(row.name, row.how, "off" if row.value is None else row.value, row.unit, row.severity, row.whose, row.source) for row in rows]
    tell(as_json, [asdict(row) for row in rows], table([*head, *lines], ""))


def _number(house: Any, point: dict[str, Any]) -> str | None:
    opened: str | None = house.db.read(
        lambda connection: house.vault.open(connection, "addresses.address", point["address_id"] or 0, point["address_sealed"])
    )
    return opened


def _looked_at(house: Any, row: dict[str, Any]) -> None:
    """No view without its row in the trail."""
    from bot.setting_up.given import COMMAND_LINE, trail
    from storage import audit

    said = {**trail(COMMAND_LINE, row["programme_id"], "client.viewed", f"client {row['id']}"), "chain_id": row["id"]}
    now = house.ports.clock.now()
    house.db.write(row["id"], lambda connection: audit.append(connection, house.ports.ids, **said, now=now))
