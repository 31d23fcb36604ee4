"""`checkline ladder`: who would be told when of a concern, from now or any other moment on, and where nobody would be."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from bot.cli.data import data_options
from bot.cli.showing import json_option, local, tell
from bot.errors import WrongUse
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.outlook import Course, Outlook


@click.command()
@click.argument("programme", required=False, default="", metavar="[PROGRAMME]")
@click.option("--at", "moment", default="", metavar="ISO", help="From when; without an offset in the programme's zone.  [default: now]")
@data_options
@json_option
def ladder(config: Settings, programme: str, moment: str, as_json: bool) -> int:
    """
    Show who would be told when of a concern that nobody acknowledges, and who is on duty in the coming week.

    For each case manager and severity, with leave, cover, rota, working hours and ways to be reached as they stand. Exits 1
    where it finds a gap: a rung on which nobody can be reached, or hours for which the rota names nobody who is there.

    Example: checkline ladder "Riverside" --at 2026-12-25T03:00
    """
    from bot.cli import finding
    from bot.cli.house import house_of
    from bot.outlook import outlook

    with house_of(config) as house:
        row = finding.programme(house, programme)
        at = _moment(moment, row["zone"]) if moment else house.ports.clock.now()
        found = house.db.read(lambda connection: outlook(connection, house, row, at))
    tell(as_json, _plain(found), _lines(found))
    return 1 if found.gaps else 0


def _moment(typed: str, zone: str) -> datetime:
    try:
        at = datetime.fromisoformat(typed)
    except ValueError:
        raise WrongUse(f"ladder: --at {typed[:40]!r} is no moment; write it as 2026-12-25T03:00") from None
    return (at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)


def _lines(found: Outlook) -> list[str]:
    from bot.outlook import RUNGS, named

    lines = [f"From {local(found.at, found.zone)} ({found.zone}), if nobody acknowledges:"]
    for course in found.courses:
        whose = f"a client of {found.names.get(course.manager_id, '?')}" if course.manager_id else "an unknown number"
        lines += ["", f"{course.severity.name}, {whose}"]
        for step in course.steps:
            gap = "  GAP: nobody of them can be reached" if step.gap else ""
            lines.append(f"  {local(step.at, found.zone)}  {RUNGS[step.rung]}: {named(found, step.told)}{gap}")
    lines += ["", "On duty in the coming week:"]
    for watch in found.watch:
        gap = "  GAP: the rota names nobody who is there; it goes to " + named(found, watch.standing) if watch.gap else ""
        lines.append(f"  {local(watch.begins, found.zone)} to {local(watch.until, found.zone)}  {named(found, watch.present)}{gap}")
    if found.unreachable:
        lines += ["", f"Without a way to be reached: {named(found, found.unreachable)}"]
    return [*lines, "", f"{found.gaps} gaps" if found.gaps != 1 else "1 gap"]


def _plain(found: Outlook) -> dict[str, Any]:
    return {
        "at": found.at,
        "zone": found.zone,
        "gaps": found.gaps,
        "unreachable": [{"id": str(each), "name": found.names.get(each, "?")} for each in found.unreachable],
        "courses": [_course(found, course) for course in found.courses],
        "watch": [
            {"from": one.begins, "until": one.until, "on_duty": [found.names.get(each, "?") for each in one.present], "gap": one.gap}
            for one in found.watch
        ],
    }


def _course(found: Outlook, course: Course) -> dict[str, Any]:
    return {
        "manager": found.names.get(course.manager_id),
        "severity": course.severity.name,
        "gap": course.gap,
        "steps": [
            {
                "at": step.at,
                "rung": step.rung,
                "owner": found.names.get(step.owner_id, "?"),
                "told": [found.names.get(each, "?") for each in step.told],
                "reached": [found.names.get(each, "?") for each in step.reached],
                "until": step.until,
                "repeats": step.repeats,
            }
            for step in course.steps
        ],
    }
