"""When people are on duty: the rota of supervisors with its exceptions, and the settings that time the ladder."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from bot import ahead, roster
from bot.errors import NotFound, WrongUse
from bot.house import House
from bot.programme import read_programme
from bot.rota import Override, Rota, Shift, read_rota, rota_json
from bot.setting_up.given import COMMAND_LINE, Given, trail
from bot.setting_up.rota_file import read_shifts
from bot.values import Fault, Person
from storage import audit, people, staff
from storage import schema as t

OVERRIDES_MAX = 500
KEPT = timedelta(days=31)
"""How long an exception that is over is still shown; a later change of the rota forgets it then."""


@dataclass(frozen=True, slots=True)
class Duty:
    """The rota as it stands, and who is on duty over a stretch of time. zone: the programme's."""

    rota: Rota
    watches: tuple[ahead.Watch, ...]
    zone: str


def duty(house: House, programme_id: int, start: datetime, end: datetime) -> Duty:
    """Who is on duty in a programme from `start` to `end`, gaps among it."""

    def read(connection: Connection) -> Duty:
        row = _row(connection, programme_id)
        ladder, team = read_programme(row).ladder, roster.members(staff.members(connection, programme_id))
        return Duty(ladder.rota, ahead.watches(team, ladder, start, end), row["zone"])

    return house.db.read(read)


def set_rota(house: House, programme_id: int, text: str, name: str, *, by: Person = COMMAND_LINE) -> tuple[tuple[Shift, ...], list[Fault]]:
    """
    Replace the weekly shifts by those of a file (`bot.setting_up.rota_file`); exceptions stay. With a fault nothing is stored.

    Returns:
        The shifts, and every fault by its line.
    """
    known = house.db.read(lambda connection: _supervisors(connection, programme_id))
    shifts, faults = read_shifts(text, name, known)
    if not faults:
        _change(house, programme_id, lambda rota: replace(rota, shifts=shifts), "programme.rota", by, shifts=len(shifts))
    return shifts, faults


def clear_rota(house: House, programme_id: int, *, by: Person = COMMAND_LINE) -> None:
    """Have no rota: then every supervisor who is not away is on duty."""
    _change(house, programme_id, lambda _rota: Rota(), "programme.rota", by, shifts=0)


def override(house: House, programme_id: int, begins: str, until: str, who_id: int | None, *, by: Person = COMMAND_LINE) -> Override:
    """
    Put somebody on duty from then until then (the programme's wall clock), whatever the shifts say; None: nobody.

    Raises:
        WrongUse: a moment cannot be read, the end is not after the beginning or is past already, or there are too many.
    """
    now = house.ports.clock.now()
    made: list[Override] = []

    def change(rota: Rota, zone: ZoneInfo) -> Rota:
        given = Given("override")
        first, last = given.moment("from", begins, zone), given.moment("until", until, zone)
        if first and last and not first < last:
            given.fault("until", "write a moment after it begins")
        elif last and last <= now:
            given.fault("until", "that is past already")
        given.stop()
        assert first is not None
        assert last is not None
        made[:] = [Override(first, last, who_id)]
        return replace(rota, overrides=(*rota.overrides, made[0]))

    detail = {"user": str(who_id or "")}
    _change_local(house, programme_id, change, "programme.rota_override", by, who_id, **detail)
    return made[0]


def drop_override(house: House, programme_id: int, number: int, *, by: Person = COMMAND_LINE) -> None:
    """Take back an exception, by its number in `Rota.overrides` counted from 1."""

    def change(rota: Rota) -> Rota:
        if not 1 <= number <= len(rota.overrides):
            raise NotFound("override: there is none of that number; `checkline programme rota list` shows them")
        return replace(rota, overrides=(*rota.overrides[: number - 1], *rota.overrides[number:]))

    _change(house, programme_id, change, "programme.rota_override", by, dropped=number)


def change_settings(house: House, programme_id: int, checked: Mapping[str, Any], *, by: Person = COMMAND_LINE) -> None:
    """Give a programme other settings, checked already. Flags that are open keep the clock that runs."""
    now = house.ports.clock.now()

    def unit(connection: Connection) -> None:
        row = _row(connection, programme_id)
        _store(connection, row, {**(row["settings"] or {}), **checked})
        said = trail(by, programme_id, "programme.settings", f"programme {programme_id}", settings=sorted(checked))
        audit.append(connection, house.ports.ids, **said, now=now)

    house.db.write(programme_id, unit)


# ---------------------------------------------------------------- inner


def _change(house: House, programme_id: int, change: Callable[[Rota], Rota], action: str, by: Person, **detail: Any) -> None:
    _change_local(house, programme_id, lambda rota, _zone: change(rota), action, by, None, **detail)


def _change_local(
    house: House,
    programme_id: int,
    change: Callable[[Rota, ZoneInfo], Rota],
    action: str,
    by: Person,
    who_id: int | None,
    **detail: Any,
) -> None:
    now = house.ports.clock.now()

    def unit(connection: Connection) -> None:
        row = _row(connection, programme_id)
        if who_id is not None and who_id not in _supervisors(connection, programme_id).values():
            raise WrongUse("override: only a supervisor at work in this programme can be on duty")
        before = read_rota((row["settings"] or {}).get("rota"))
        changed = change(before, ZoneInfo(row["zone"]))
        kept = tuple(one for one in changed.overrides if one.until > now - KEPT)
        if len(kept) > OVERRIDES_MAX:
            raise WrongUse(f"override: there are {OVERRIDES_MAX} already; change the weekly shifts instead")
        _store(connection, row, {**(row["settings"] or {}), "rota": rota_json(replace(changed, overrides=kept))})
        audit.append(connection, house.ports.ids, **trail(by, programme_id, action, f"programme {programme_id}", **detail), now=now)

    house.db.write(programme_id, unit)


def _store(connection: Connection, row: Mapping[str, Any], settings: Mapping[str, Any]) -> None:
    people.change(connection, t.programmes, row["id"], settings=dict(settings), generation=row["generation"] + 1)


def _row(connection: Connection, programme_id: int) -> dict[str, Any]:
    row = people.by_id(connection, t.programmes, programme_id)
    if row is None:
        raise NotFound("programme: there is none of that id")
    return row


def _supervisors(connection: Connection, programme_id: int) -> dict[str, int]:
    """Whom a rota may name: by sign-in name, and by id."""
    rows = [row for row in staff.members(connection, programme_id) if row["role"] == "supervisor"]
    by_id = {str(row["id"]): int(row["id"]) for row in rows}
    return by_id | {row["sign_in"]: int(row["id"]) for row in rows if row["sign_in"]}
