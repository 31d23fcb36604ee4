"""`checkline programme rota` and `programme set`: who is on duty when, and the numbers that time the ladder."""

from __future__ import annotations

from datetime import timedelta
from typing import IO, TYPE_CHECKING, Any

import click

from bot.cli.data import data_options
from bot.cli.showing import json_option, local, programme_option, table, tell
from bot.errors import WrongUse
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.house import House

DAYS_SHOWN = 14


@click.group()
def rota() -> None:
    """Which supervisor is on duty when: list, set, override, drop, clear."""


@rota.command(name="list")
@programme_option
@click.option("--days", type=click.IntRange(1, 366), default=DAYS_SHOWN, show_default=True, help="How far ahead.")
@data_options
@json_option
def list_rota(config: Settings, programme: str, days: int, as_json: bool) -> int:
    """
    Show the shifts, the exceptions, and who is on duty from now on; exit 1 when there is a gap.

    Example: checkline programme rota list --days 28
    """
    from bot.cli import finding
    from bot.cli.house import house_of
    from bot.setting_up.duty import duty
    from bot.setting_up.rota_file import show_days

    with house_of(config) as house:
        row, now = finding.programme(house, programme), house.ports.clock.now()
        found, names = duty(house, row["id"], now, now + timedelta(days=days)), _names(house, row["id"])
    zone = found.zone
    shifts = [(show_days(one.days), one.begins, one.until, names.get(one.user_id, "?")) for one in found.rota.shifts]
    exceptions = [
        (at, local(one.begins, zone), local(one.until, zone), names.get(one.user_id or 0, "nobody"))
        for at, one in enumerate(found.rota.overrides, 1)
    ]
    on_duty = [(local(one.begins, zone), local(one.until, zone), _who(one, names)) for one in found.watches]
    value = {
        "shifts": [dict(zip(("days", "from", "until", "who"), one, strict=True)) for one in shifts],
        "overrides": [
            {"number": at, "from": one.begins, "until": one.until, "who": names.get(one.user_id or 0)}
            for at, one in enumerate(found.rota.overrides, 1)
        ],
        "duty": [
            {"from": one.begins, "until": one.until, "who": [names.get(each, "?") for each in one.standing], "gap": one.gap}
            for one in found.watches
        ],
    }
    tell(
        as_json,
        value,
        [
            *table([("days", "from", "until", "who"), *shifts], "There is no rota: every supervisor who is not away is on duty."),
            *(["", *table([("no.", "from", "until", "who"), *exceptions], "")] if exceptions else []),
            "",
            *table([("on duty from", "until", "who"), *on_duty], ""),
        ],
    )
    return int(any(one.gap for one in found.watches))


@rota.command(name="set")
@click.argument("file", type=click.File("r", encoding="utf-8", errors="replace"))
@programme_option
@data_options
@json_option
def set_shifts(config: Settings, file: IO[str], programme: str, as_json: bool) -> int:
    """
    Replace the weekly shifts by those of a YAML or CSV file; exit 1, and all stays as it was, when it has a fault.

    Example: checkline programme rota set rota.yaml
    """
    from bot.cli import finding
    from bot.cli.house import house_of
    from bot.setting_up.duty import set_rota

    with house_of(config) as house:
        shifts, faults = set_rota(house, finding.programme(house, programme)["id"], file.read(), file.name)
    value = {"ok": not faults, "shifts": len(shifts) if not faults else 0}
    found = [{"path": one.path, "line": one.line, "where": one.where, "what": one.what, "code": one.code} for one in faults]
    tell(as_json, {**value, "faults": found}, [str(one) for one in faults] or [f"{len(shifts)} shifts are kept."])
    return int(bool(faults))


@rota.command()
@click.argument("who", metavar="NAME")
@click.option("--from", "begins", required=True, metavar="DATE", help="2026-07-01T08:00, on the programme's clock.")
@click.option("--until", required=True, metavar="DATE")
@programme_option
@data_options
@json_option
def override(config: Settings, who: str, begins: str, until: str, programme: str, as_json: bool) -> None:
    """
    Put a supervisor on duty from then until then, whatever the shifts say; - for nobody.

    Example: checkline programme rota override sue --from 2026-12-24T18:00 --until 2026-12-25T08:00
    """
    from bot.cli import finding
    from bot.cli.house import house_of
    from bot.setting_up import duty

    with house_of(config) as house:
        row = finding.programme(house, programme)
        who_id = None if who == "-" else finding.staff(house, who, str(row["id"]))["id"]
        made = duty.override(house, row["id"], begins, until, who_id)
    said = f"On duty from {local(made.begins, row['zone'])} until {local(made.until, row['zone'])}: {'nobody' if who == '-' else who}."
    tell(as_json, {"from": made.begins, "until": made.until, "user_id": made.user_id}, [said])


@rota.command()
@click.argument("number", type=int)
@programme_option
@data_options
@json_option
def drop(config: Settings, number: int, programme: str, as_json: bool) -> None:
    """
    Take back an exception, by its number in the list.

    Example: checkline programme rota drop 1
    """
    from bot.cli import finding
    from bot.cli.house import house_of
    from bot.setting_up.duty import drop_override

    with house_of(config) as house:
        drop_override(house, finding.programme(house, programme)["id"], number)
    tell(as_json, {"dropped": number}, ["The shifts hold again for that time."])


@rota.command()
@programme_option
@data_options
@json_option
def clear(config: Settings, programme: str, as_json: bool) -> None:
    """
    Have no rota: then every supervisor who is not away is on duty.

    Example: checkline programme rota clear
    """
    from bot.cli import finding
    from bot.cli.house import house_of
    from bot.setting_up.duty import clear_rota

    with house_of(config) as house:
        clear_rota(house, finding.programme(house, programme)["id"])
    tell(as_json, {"cleared": True}, ["There is no rota any more."])


@click.command(name="set")
@click.argument("assignments", nargs=-1, required=True, metavar="NAME=VALUE...")
@programme_option
@data_options
@json_option
def set_settings(config: Settings, assignments: tuple[str, ...], programme: str, as_json: bool) -> None:
    """
    Change settings of a programme. Clocks that run already are left as they are.

    Example: checkline programme set critical_follow_minutes=45 holidays=2026-12-25,2027-01-01
    """
    from bot.cli import finding
    from bot.cli.house import house_of
    from bot.setting_up.duty import change_settings
    from bot.setting_up.programmes import check_settings

    with house_of(config) as house:
        checked = check_settings(dict(map(_assignment, assignments)))
        change_settings(house, finding.programme(house, programme)["id"], checked)
    tell(as_json, {"settings": checked}, [f"{name}: {value}" for name, value in checked.items()])


def _assignment(typed: str) -> tuple[str, Any]:
    """One NAME=VALUE as `add_programme` takes settings."""
    from bot.cli.showing import split
    from bot.setting_up.given import contact_hours, read_hours

    name, equals, value = typed.partition("=")
    name = name.strip().replace("-", "_")
    if not equals:
        raise WrongUse(f"set: write {typed[:40]!r} as NAME=VALUE")
    if name == "business_hours":
        return name, read_hours(value)
    if name in ("quiet", "contact_hours"):
        return "quiet", contact_hours(value)
    if name == "holidays":
        return name, split(value)
    return name, int(value) if value.strip().isascii() and value.strip().isdigit() and len(value) < 10 else value


def _names(house: House, programme_id: int) -> dict[int, str]:
    from storage import people
    from storage import schema as t

    rows = house.db.read(lambda connection: people.of_programme(connection, t.users, programme_id))
    return {row["id"]: row["sign_in"] or str(row["id"]) for row in rows}


def _who(watch: Any, names: dict[int, str]) -> str:
    there = ", ".join(names.get(each, "?") for each in watch.standing) or "nobody: everybody is told"
    return f"GAP, so {there}" if watch.gap else there
