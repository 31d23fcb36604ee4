"""`checkline programme`: made, judged, activated, held."""

from __future__ import annotations

from typing import Any

import click

from bot.cli import rota
from bot.cli.data import data_options
from bot.cli.showing import json_option, made, split, table, tell, zone_option
from bot.settings import Settings

_which = click.argument("programme", default="", metavar="[PROGRAMME]")


@click.group()
def programme() -> None:
    """A programme: add, list, show, set, check, activate, rota, hold, release."""


programme.add_command(rota.rota)
programme.add_command(rota.set_settings)


@programme.command()
@click.argument("name")
@click.option("--kind", type=click.Choice(["real", "demo"]), default="real", show_default=True, help="For ever; a demo sends nothing.")
@zone_option("UTC")
@click.option("--language", default="en", show_default=True, help="The programme's own.")
@click.option("--languages", default="", metavar="TAGS", help="Further ones that clients are written to in: es,ar.")
@click.option("--country", default="", help="Where clients live unless said otherwise: two letters.")
@click.option("--business-hours", default="", metavar="HOURS", help='"mon-fri 09:00-17:00; sat 10:00-12:00".  [default: mon-fri 9 to 17]')
@click.option(
    "--contact-hours",
    default="",
    metavar="HOURS",
    help="When clients are written to, on their own clock.  [default: 9 to 20, Sundays from 12]",
)
@click.option("--cap-per-day", type=int, help="Routine messages a client may get a day.")
@click.option("--cap-per-week", type=int, help="The same for a week.")
@click.option("--messages-per-week", type=int, help="As clients are told when they are asked.")
@click.option("--critical-minutes", type=int, help="Until a critical flag that nobody acknowledges climbs.")
@click.option("--pages-per-hour", type=int, help="Alerts to a person, above which less urgent ones are gathered.")
@click.option("--group-minutes", type=int, help="How long they are gathered.")
@data_options
@json_option
def add(config: Settings, name: str, kind: str, zone: str, language: str, languages: str, as_json: bool, **more: Any) -> None:
    """
    Make a programme: a draft that writes to nobody until it is activated. Makes the data folder if there is none.

    Example: checkline programme add Riverside --timezone Europe/Madrid --language en --languages es --country ES
    """
    from bot.cli.house import house_of
    from bot.setting_up.given import contact_hours, read_hours
    from bot.setting_up.programmes import add_programme

    hours, country, contact = more.pop("business_hours"), more.pop("country"), more.pop("contact_hours")
    settings = {setting: value for setting, value in more.items() if value is not None}
    settings |= {"country": country} if country else {}
    settings |= {"business_hours": read_hours(hours)} if hours else {}
    settings |= {"quiet": contact_hours(contact)} if contact else {}
    with house_of(config, make=True) as house:
        new = add_programme(house, name, kind=kind, zone=zone or "UTC", language=language, languages=split(languages), settings=settings)
    follows = "it is active, and simulated" if kind == "demo" else "`checkline programme check` says what it needs"
    made(as_json, new, f"Programme {new.id} is made; {follows}.", name=new.label, kind=kind)


@programme.command(name="list")
@data_options
@json_option
def list_all(config: Settings, as_json: bool) -> None:
    """
    Show every programme.

    Example: checkline programme list
    """
    from bot.cli.house import house_of
    from storage import people

    with house_of(config) as house:
        rows = house.db.read(people.programmes)
    head = [("id", "name", "kind", "status", "zone", "languages")]
    shown = [(row["id"], row["name"], row["kind"], _status(row), row["zone"], ",".join(row["languages"] or [])) for row in rows]
    tell(as_json, rows, table([*head, *shown], "There is no programme yet: say `checkline programme add`."))


@programme.command()
@_which
@data_options
@json_option
def show(config: Settings, programme: str, as_json: bool) -> None:
    """
    Show one programme: its settings, and how many senders, staff and clients it has.

    Example: checkline programme show Riverside
    """
    from bot.cli import finding
    from bot.cli.house import house_of
    from storage import people
    from storage import schema as t

    tables = {"senders": t.senders, "staff": t.users, "clients": t.clients}
    with house_of(config) as house:
        row = finding.programme(house, programme)
        counts = house.db.read(
            lambda connection: {name: len(people.of_programme(connection, of, row["id"])) for name, of in tables.items()}
        )
    said = {**row, **counts, "status": _status(row)}
    tell(as_json, said, (f"{name}: {value}" for name, value in said.items() if value is not None))


@programme.command()
@_which
@data_options
@json_option
def check(config: Settings, programme: str, as_json: bool) -> int:
    """
    Say what keeps a programme from being activated (exit 1), and what should be known.

    Example: checkline programme check Riverside
    """
    from bot.cli import finding
    from bot.cli.house import house_of
    from bot.setting_up.programmes import check_programme

    with house_of(config) as house:
        found = check_programme(house, finding.programme(house, programme)["id"])
    return _found(as_json, found, "Nothing stands in the way.")


@programme.command()
@_which
@data_options
@json_option
def activate(config: Settings, programme: str, as_json: bool) -> int:
    """
    Let a real programme write to its clients; exit 1, and all stays as it is, while `check` has a fault.

    Example: checkline programme activate Riverside
    """
    from bot.cli import finding
    from bot.cli.house import house_of
    from bot.setting_up import programmes

    with house_of(config) as house:
        found = programmes.activate(house, finding.programme(house, programme)["id"])
    return _found(as_json, found, "", done="The programme is active.")


@programme.command()
@_which
@data_options
@json_option
def hold(config: Settings, programme: str, as_json: bool) -> None:
    """
    Hold all routine messages. Crisis replies, alerts and answers to STOP and HELP go on.

    Example: checkline programme hold Riverside
    """
    _hold(config, programme, as_json, held=True)


@programme.command()
@_which
@data_options
@json_option
def release(config: Settings, programme: str, as_json: bool) -> None:
    """
    Let a held programme go on. What is stale by now is dropped, with its reason.

    Example: checkline programme release Riverside
    """
    _hold(config, programme, as_json, held=False)


@programme.command(name="instrument-gate")
@_which
@click.option("--responder", default="", metavar="SIGN-IN", help="Who responds to what a gated questionnaire finds.")
@click.option("--backup", default="", metavar="SIGN-IN", help="Who does when the responder cannot.")
@click.option("--hours", default="", metavar="HOURS", help='When somebody responds: "mon-fri 09:00-17:00".')
@click.option("--protocol", default="", metavar="NAME", help="What the signed protocol is called.")
@click.option("--signed-by", default="", metavar="SIGN-IN", help="A supervisor or an administrator.")
@click.option("--signed-on", default="", metavar="DATE", help="Counts for a year.")
@data_options
@json_option
def gate(config: Settings, programme: str, responder: str, backup: str, hours: str, as_json: bool, **signed: str) -> int:
    """
    Record who responds to gated questionnaires such as PHQ-9; without options, say what is missing (exit 1).

    Example: checkline programme instrument-gate --responder ana --backup sam --hours "mon-fri 09:00-17:00" --protocol "Risk protocol 3" \
        --signed-by sam --signed-on 2026-03-01
    """
    from bot.cli import finding
    from bot.cli.house import house_of
    from bot.instrument_gate import gaps, gate_of
    from bot.setting_up.given import read_hours
    from bot.setting_up.instruments import record_gate

    with house_of(config) as house:
        row = finding.programme(house, programme)
        if responder or backup or hours or any(signed.values()):
            who = {
                "responder_id": finding.staff(house, responder, str(row["id"]))["id"],
                "backup_id": finding.staff(house, backup, str(row["id"]))["id"],
                "signed_by_id": finding.staff(house, signed["signed_by"], str(row["id"]))["id"],
            }
            record_gate(house, row["id"], **who, hours=read_hours(hours), protocol=signed["protocol"], signed_on=signed["signed_on"])
            row = finding.programme(house, programme)
        now = house.ports.clock.now()
        missing = house.db.read(lambda connection: list(gaps(connection, row["id"], gate_of(row), now)))
    lines = missing or ["Gated questionnaires may be asked."]
    tell(as_json, {"id": row["id"], "open": not missing, "missing": missing, "gate": gate_of(row)}, lines)
    return int(bool(missing))


def _hold(config: Settings, typed: str, as_json: bool, *, held: bool) -> None:
    from bot.cli import finding
    from bot.cli.house import house_of
    from bot.setting_up import programmes

    with house_of(config) as house:
        row = finding.programme(house, typed)
        changed = (programmes.hold if held else programmes.release)(house, row["id"])
    said = "held" if held else "not held"
    tell(
        as_json, {"id": row["id"], "held": held, "changed": changed}, [f"The programme is {said}{'' if changed else ', as it was before'}."]
    )


def _status(row: dict[str, Any]) -> str:
    return "held" if row["held_at"] is not None else str(row["status"])


def _found(as_json: bool, found: Any, good: str, done: str = "") -> int:
    faults = [one for one in found if one.level == "fault"]
    value = {"ok": not faults, "findings": [{"level": one.level, "about": one.about, "sentence": one.sentence} for one in found]}
    lines = [f"{one.level}: {one.sentence}" for one in found]
    tell(as_json, value, [*lines, *([] if faults else filter(None, [done or good]))])
    return int(bool(faults))
