"""Crisis lines: the table that ships, and an administrator's word that one of them answers. See `docs/explanation/crisis-replies.md`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
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
    """
    One line of the table.

    call, text, emergency: empty where there is none, or it must be given. trust: listed | confirm-first.
    verified_on, verified_by: when and by whom it was last dialled; empty: nobody has. from_memory: fields nobody has looked up.
    """

    country: str
    name: str
    call: str = ""
    text: str = ""
    emergency: str = ""
    hours: str = ""
    languages: tuple[str, ...] = ()
    trust: str = "confirm-first"
    source: str = ""
    verified_on: str = ""
    verified_by: str = ""
    from_memory: tuple[str, ...] = ()


@cache
def shipped() -> tuple[Line, ...]:
    """The table, in its order."""
    rows = [row for row in resources.files("bot").joinpath("crisis_lines.tsv").read_text("utf-8").splitlines() if row and row[0] != "#"]
    head = rows[0].split("\t")
    said = [dict(zip(head, row.split("\t"), strict=True)) for row in rows[1:]]
    lists = ("languages", "from_memory")
    return tuple(Line(**{name: tuple(text.split()) if name in lists else text for name, text in one.items()}) for one in said)  # type: ignore[arg-type] # the lists are tuples


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
    said = Line(given.country(country), name, call.strip(), text.strip(), emergency.strip(), hours, tuple(languages), source=source)
    line = _judged(given, _with_table(said), local_only=local_only)
    day = given.day("verified on", verified_on) or now.date().isoformat()
    given.stop()
    row: dict[str, Any] = {
        "id": house.ports.ids.new(),
        "programme_id": programme_id,
        "country": line.country,
        **{column: None if local_only else getattr(line, column) or None for column in ("call", "text")},
        "name": "" if local_only else line.name,
        "emergency": line.emergency,
        "hours": line.hours or None,
        "languages": list(line.languages),
        "local_only": int(local_only),
        "source": line.source or "given by who confirmed it",
        "verified_on": day,
        "confirmed_by": by.id or None,
        "confirmed_as": confirmed_as or (None if by.id else by.role),
        "confirmed_at": now,
    }

    def unit(connection: Connection) -> int:
        people.set_crisis_line(connection, row)
        about = trail(by, programme_id, "crisis_line.confirm", f"crisis line {row['id']}", country=line.country, local_only=local_only)
        audit.append(connection, house.ports.ids, **about, now=now)
        return int(row["id"])

    return Made(house.db.write(programme_id, unit), line.country, tuple(given.notes))


def _with_table(said: Line) -> Line:
    """What was said, and for the rest what the table has of the line of that name, else of the country's first."""
    named = (one for one in lines_of(said.country) if not said.name or one.name.casefold() == said.name.casefold())
    listed = next(named, Line(said.country, said.name))
    chosen = {one.name: getattr(said, one.name) or getattr(listed, one.name) for one in fields(Line)}
    return Line(**{**chosen, "name": listed.name or said.name})


def _judged(given: Given, line: Line, *, local_only: bool) -> Line:
    """The line, once nothing of it is missing that a client in a crisis needs."""
    if not line.country:
        given.fault("country", "write its two letters")
    if not line.emergency:
        given.fault("emergency", "write the emergency number of the country")
    for where, number in (("call", line.call), ("emergency", line.emergency)):
        if number and not _NUMBER.fullmatch(number):
            given.fault(where, "write digits, as they are dialled")
    if local_only:
        return line
    if not (line.call or line.text):
        given.fault("call", "no line of this country is known: write the number to call or to text, or choose local-emergency wording")
    elif not line.name:
        given.fault("name", "write what the line is called")
    for where, words, most in (("name", line.name, 60), ("text", line.text, 40)):
        if words:
            given.text(where, words, most)
    return line
