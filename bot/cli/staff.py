"""`checkline manager`: case managers and supervisors: when they are away, and whether alerts reach them."""

from __future__ import annotations

from typing import Any

import click

from bot.cli.data import data_options
from bot.cli.showing import json_option, local, made, programme_option, table, tell, zone_option
from bot.settings import Settings
from bot.values import ROLES

_who = click.argument("who", metavar="MANAGER")


@click.group("manager")
def manager() -> None:
    """Case managers and other staff: add, list, show, leave, hand-over, test."""


@manager.command()
@programme_option
@click.option("--name", required=True, help="As clients and colleagues call the person.")
@click.option("--sign-in", default="", metavar="NAME", help="Typed at sign-in.  [default: acts by phone only]")
@click.option("--role", type=click.Choice(list(ROLES)), default="case_manager", show_default=True)
@click.option("--supervisor", default="", metavar="SIGN-IN", help="Who is told when a flag is not acknowledged.")
@click.option("--phone", default="", help="Gets alerts by SMS.")
@click.option("--telegram", is_flag=True, help="Gets alerts on Telegram, once invited.")
@click.option("--mail", default="", metavar="ADDRESS", help="Gets alerts by mail, once the link that is sent there was followed.")
@click.option("--hours", default="", help='Own working hours: "mon-fri 09:00-17:00".  [default: the programme\'s]')
@click.option("--language", default="", help="Of the alerts.  [default: the programme's]")
@zone_option("the programme's")
@data_options
@json_option
def add(config: Settings, programme: str, supervisor: str, hours: str, as_json: bool, **given: Any) -> None:
    """
    Make a case manager, or another member of staff with --role.

    Example: checkline manager add --name "Ana Ruiz" --sign-in ana --supervisor sam --phone "+34 600 000 001"
    """
    from bot.cli import finding
    from bot.cli.house import house_of
    from bot.setting_up.given import read_hours
    from bot.setting_up.staff import NewStaff, add_staff

    with house_of(config) as house:
        programme_id = finding.programme(house, programme)["id"]
        above = finding.staff(house, supervisor)["id"] if supervisor else None
        new = add_staff(house, programme_id, NewStaff(supervisor_id=above, hours=read_hours(hours), **given))
    tell_how = f"; `checkline user sign-in-link --sign-in {new.label}` lets them in" if new.label else ""
    made(as_json, new, f"{given['role'].replace('_', ' ').capitalize()} {new.id} is made{tell_how}.", role=given["role"], sign_in=new.label)


@manager.command(name="list")
@programme_option
@data_options
@json_option
def list_staff(config: Settings, programme: str, as_json: bool) -> None:
    """
    Show a programme's staff, and whether alerts reach them.

    Example: checkline manager list
    """
    from bot.cli import finding
    from bot.cli.house import house_of
    from storage import schema as t

    with house_of(config) as house:
        programme_id = finding.programme(house, programme)["id"]
        rows = [_shown(house, row) for row in finding.rows_of(house, t.users, programme_id=programme_id)]
    head = [("id", "sign-in", "role", "name", "away", "alerts")]
    shown = [(row["id"], row["sign_in"], row["role"], row["name"], row["away"], row["alerts"]) for row in rows]
    tell(as_json, rows, table([*head, *shown], "There is nobody yet: say `checkline manager add`."))


@manager.command()
@_who
@data_options
@json_option
def show(config: Settings, who: str, as_json: bool) -> None:
    """
    Show one member of staff.

    Example: checkline manager show ana
    """
    from bot.cli import finding
    from bot.cli.house import house_of
    from storage import schema as t

    with house_of(config) as house:
        row = _shown(house, finding.reader(house, t.users, finding.staff(house, who)))
    tell(as_json, row, (f"{name}: {value}" for name, value in row.items() if value not in (None, "", [])))


def _shown(house: Any, row: dict[str, Any]) -> dict[str, Any]:
    """What may be shown of a member of staff, with their contact points, which are shown without numbers."""
    from bot.setting_up.ready import tested
    from storage import people

    now = house.ports.clock.now()
    points = house.db.read(lambda connection: people.points(connection, "user", row["id"]))
    kept = {
        name: row[name]
        for name in ("id", "programme_id", "role", "sign_in", "name", "language", "zone", "supervisor_id", "hours", "status")
    }
    away = row["leave_from"] is not None and row["leave_from"] <= now and (row["leave_until"] is None or now < row["leave_until"])
    ways = [{name: point[name] for name in ("id", "channel", "status", "tested_at")} for point in points]
    alerts = "reach them" if any(tested(one, now) for one in points) else "not tested" if points else "console only"
    leave = {name: row[name] for name in ("leave_from", "leave_until", "cover_id")} | {"away": "away" if away else ""}
    return {**kept, **leave, "alerts": alerts, "contact_points": ways}


@manager.command()
@_who
@click.option("--from", "leave_from", default="", metavar="DATE", help="2026-07-01, or 2026-07-01T13:00.")
@click.option("--until", "leave_until", default="", metavar="DATE", help="The first moment back.  [default: until told otherwise]")
@click.option("--cover", default="", metavar="NAME", help="Who stands in, now and later; - for nobody.  [default: as before]")
@click.option("--back", is_flag=True, help="Back on duty now.")
@data_options
@json_option
def leave(config: Settings, who: str, leave_from: str, leave_until: str, cover: str, back: bool, as_json: bool) -> None:
    """
    Say when somebody is away, and who stands in: their flags go at once to the cover, without one to the supervisor.

    Example: checkline manager leave ana --from 2026-07-01 --until 2026-07-15 --cover ben
    """
    from bot.cli import finding
    from bot.cli.house import house_of
    from bot.errors import WrongUse
    from bot.setting_up.staff import set_leave

    if back == bool(leave_from or leave_until):
        raise WrongUse("manager leave: say --from (and --until), or --back")
    with house_of(config) as house:
        user_id = finding.staff(house, who)["id"]
        cover_id = 0 if cover == "-" else finding.staff(house, cover)["id"] if cover else None
        done = set_leave(house, user_id, leave_from, leave_until, cover_id=cover_id)
        row = finding.staff(house, str(user_id))
    said = f"Away from {local(row['leave_from'], row['zone'])} until {local(row['leave_until'], row['zone']) or 'told otherwise'}."
    value = {"id": user_id, "leave_from": row["leave_from"], "leave_until": row["leave_until"], "cover_id": row["cover_id"]}
    tell(as_json, {**value, "notes": list(done.notes)}, ["On duty." if back else said])
    for note in () if as_json else done.notes:
        click.echo(f"note: {note}", err=True)


@manager.command(name="hand-over")
@click.argument("giving", metavar="FROM")
@click.argument("taking", metavar="TO")
@click.option("--client", "codes", multiple=True, metavar="CODE", help="Only this client; as often as needed.  [default: all]")
@data_options
@json_option
def hand_over(config: Settings, giving: str, taking: str, codes: tuple[str, ...], as_json: bool) -> None:
    """
    Give clients with their open flags and work items to another case manager, who is alerted of critical and high flags.

    Example: checkline manager hand-over ana ben --client C-001
    """
    from bot.caseloads import hand_over_caseload
    from bot.cli import finding
    from bot.cli.house import house_of
    from bot.setting_up.given import COMMAND_LINE

    with house_of(config) as house:
        first, second = finding.staff(house, giving), finding.staff(house, taking)
        wanted = [finding.client(house, code, str(first["programme_id"]))["id"] for code in codes]
        moved = hand_over_caseload(house, COMMAND_LINE, first["id"], second["id"], wanted or None)
    value = {"clients": moved.clients, "flags": moved.flags, "alerted": moved.told, "tasks": moved.tasks}
    said = f"{moved.clients} clients, {moved.flags} open flags and {moved.tasks} work items are theirs now"
    tell(as_json, value, [f"{said}; they are alerted of {moved.told} flags."])


@manager.command()
@_who
@data_options
@json_option
def test(config: Settings, who: str, as_json: bool) -> None:
    """
    Send a test alert to every number, chat and mailbox of somebody, who answers with its code or follows the link. The
    running service sends it.

    Example: checkline manager test sam
    """
    from bot.cli import finding
    from bot.cli.house import house_of
    from bot.setting_up.staff import send_test_alert

    with house_of(config) as house:
        user_id = finding.staff(house, who)["id"]
        many = send_test_alert(house, user_id)
    lines = [f"{many} test alerts wait to be sent; `checkline manager show` says when one was answered."]
    tell(as_json, {"id": user_id, "alerts": many}, lines)


@manager.command()
@_who
@click.argument("address")
@data_options
@json_option
def mail(config: Settings, who: str, address: str, as_json: bool) -> None:
    """
    Give somebody a mailbox for alerts. A message goes there; who follows its link and presses the button gets alerts there.

    Example: checkline manager mail ana ana@example.org
    """
    from bot.cli import finding
    from bot.cli.house import house_of
    from bot.setting_up.mailboxes import add_mailbox

    with house_of(config) as house:
        new = add_mailbox(house, finding.staff(house, who)["id"], address)
    made(as_json, new, "A message with a link waits to be sent there; alerts go there once it was followed.")
