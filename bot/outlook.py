"""
A programme's ladder as it would work from a moment on: who is told when of a concern, for each case manager, and where it has gaps.

Reads the staff, their leave, cover, rota and ways to be reached; `bot/ahead.py` walks the ladder. It changes nothing, and names
staff only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from bot import roster
from bot.ahead import Step, Watch, forecast, watches
from bot.house import House
from bot.programme import read_programme
from bot.values import Severity
from storage import staff

SEVERITIES = (Severity.critical, Severity.high, Severity.review)
WATCHED = timedelta(days=7)
RUNGS = {
    "owner": "case manager",
    "cover": "cover",
    "supervisor": "supervisor on duty",
    "queue": "programme queue",
    "everybody": "everybody, again and again",
}
"""Each rung as people call it."""


@dataclass(frozen=True, slots=True)
class Course:
    """What becomes of a concern of `severity` about a client of `manager_id` that nobody acknowledges; 0: an unknown number."""

    manager_id: int
    severity: Severity
    steps: tuple[Step, ...]

    @property
    def gap(self) -> bool:
        """Somebody on the way, or everybody, cannot be reached."""
        return any(step.gap for step in self.steps)


@dataclass(frozen=True, slots=True)
class Outlook:
    """
    names: of all staff, by id. unreachable: staff on duty without any working way to be reached. courses: of every case manager
    and of unknown numbers. watch: who is on duty in the week from `at`.
    """

    at: datetime
    zone: str
    names: Mapping[int, str]
    unreachable: tuple[int, ...]
    courses: tuple[Course, ...]
    watch: tuple[Watch, ...]

    @property
    def gaps(self) -> int:
        """How many courses and watches have one."""
        return sum(course.gap for course in self.courses) + sum(watch.gap for watch in self.watch)


def outlook(connection: Connection, house: House, programme_row: Mapping[str, Any], at: datetime) -> Outlook:
    """The ladder of a programme from `at` on. programme_row: as it stands in `programmes`."""
    programme = read_programme(dict(programme_row))
    rows = staff.members(connection, programme.id)
    people = roster.members(rows)
    ladder = programme.ladder
    managers = [one.id for one in people if one.role == "case_manager"]
    courses = [
        Course(manager, severity, forecast(severity, [manager] if manager else [], people, ladder, at))
        for manager in [*managers, 0]
        for severity in SEVERITIES
    ]
    return Outlook(
        at=at,
        zone=ladder.zone,
        names={row["id"]: house.vault.open(connection, "users.name", row["id"], row["name_sealed"]) or "?" for row in rows},
        unreachable=tuple(one.id for one in people if one.point() is None and not one.away(at)),
        courses=tuple(courses),
        watch=watches(people, ladder, at, at + WATCHED),
    )


def named(found: Outlook, ids: Sequence[int]) -> str:
    """Their names; "nobody" where there is none."""
    return ", ".join(found.names.get(each, "?") for each in ids) or "nobody"
