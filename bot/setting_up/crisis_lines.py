"""Crisis lines: the table that ships, and an administrator's word that one of them answers. See `docs/explanation/crisis-replies.md`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from sqlalchemy import Connection

from bot.house import House
from bot.setting_up.given import COMMAND_LINE, Given, Made, trail
from bot.values import Person
from storage import audit, people

_NUMBER = re.compile(r"[0-9 +()\-/]{2,30}", re.ASCII)
DEMO = "demo administrator"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table. call, text, emergency: empty where there is none, or it must be given. trust: listed | confirm-first."""

    country: str
    name: str
    call: str = ""
    text: str = ""
    emergency: str = ""
    hours: str = ""
    languages: tuple[str, ...] = ()
    trust: str = "confirm-first"
    source: str = ""


@cache
def shipped() -> tuple[Line, ...]:
    """The table, in its order."""
    rows = [row for row in resources.files("bot").joinpath("crisis_lines.tsv").read_text("utf-8").splitlines() if row and row[0] != "#"]
    head = rows[0].split("\t")
    said = [dict(zip(head, row.split("\t"), strict=True)) for row in rows[1:]]
    return tuple(Line(**{**one, "languages": tuple(one["languages"].split())}) for one in said)  # type: ignore[arg-type] # languages is a tuple now


def lines_of(country: str) -> tuple[Line, ...]:
    """What the table has for a country, the first choice first."""
    return tuple(line for line in shipped() if line.country == country)


def confirm_crisis_line(
    house: House,
    programme_id: int,
    country: str,
    *,
    name: str = "",
    call: str = "",
    text: str = "",
    emergency: str = "",
    hours: str = "",
    languages: Sequence[str] = (),
    source: str = "",
    local_only: bool = False,
    verified_on: str = "",
    by: Person = COMMAND_LINE,
    confirmed_as: str = "",
) -> Made:
    """
    Confirm the programme's crisis line of a country, as it is in the table or as given; it takes the place of any other.

    What is given outweighs the table; `name` chooses among several lines of a country.

    Args:
        local_only: there is no line: clients are told the emergency number alone.
        verified_on: when somebody made sure that the numbers answer; today if empty.
        confirmed_as: who says so where it is no user.
    """
    now = house.ports.clock.now()
    given = Given("crisis line")
    code = given.country(country)
    listed = lines_of(code)
    line = next((one for one in listed if not name or one.name.casefold() == name.casefold()), Line(code, name))
    call, text, emergency = (mine.strip() or theirs for mine, theirs in ((call, line.call), (text, line.text), (emergency, line.emergency)))
    if not code:
        given.fault("country", "write its two letters")
    if not emergency:
        given.fault("emergency", "write the emergency number of the country")
    if not local_only and not (call or text):
        given.fault("call", "no line of this country is known: write the number to call or to text, or choose local-emergency wording")
    for where, number in (("call", call), ("emergency", emergency)):
        if number and not _NUMBER.fullmatch(number):
            given.fault(where, "write digits, as they are dialled")
    if not local_only and (call or text) and not (line.name or name):
        given.fault("name", "write what the line is called")
    day = given.day("verified on", verified_on) or now.date().isoformat()
    given.stop()
    row: dict[str, Any] = {
        "id": house.ports.ids.new(),
        "programme_id": programme_id,
        "country": code,
        "name": "" if local_only else line.name or name,
        "call": None if local_only else call or None,
        "text": None if local_only else text or None,
        "emergency": emergency,
        "hours": hours or line.hours or None,
        "languages": list(languages) or list(line.languages),
        "local_only": int(local_only),
        "source": source or line.source or "given by who confirmed it",
        "verified_on": day,
        "confirmed_by": by.id or None,
        "confirmed_as": confirmed_as or (None if by.id else by.role),
        "confirmed_at": now,
    }

    def unit(connection: Connection) -> int:
        people.set_crisis_line(connection, row)
        said = trail(by, programme_id, "crisis_line.confirm", f"crisis line {row['id']}", country=code, local_only=local_only)
        audit.append(connection, house.ports.ids, **said, now=now)
        return int(row["id"])

    return Made(house.db.write(programme_id, unit), code, tuple(given.notes))
