"""Programmes: made as a draft (a demo is born active), judged, activated, held and released."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Literal

from sqlalchemy import Connection

from bot.errors import WrongUse
from bot.house import House
from bot.programme import DEFAULTS
from bot.quiet_hours import format_quiet_hours, parse_quiet_hours
from bot.setting_up import crisis_lines, enrolments
from bot.setting_up.given import COMMAND_LINE, Given, Made, trail
from bot.setting_up.ready import Finding, findings
from bot.values import Person, Reason
from storage import audit, people
from storage import schema as t
from storage.keys import create_key

INSTALLATION = 1
"""The key under which units that make programmes follow each other."""
SETTINGS = (*DEFAULTS, "quiet", "business_hours", "country", "holidays")
_MOST = {
    "cap_per_day": 100, "cap_per_week": 500, "messages_per_week": 100, "critical_minutes": 240, "high_hours": 80, "review_hours": 200,
    "critical_follow_minutes": 720, "high_follow_hours": 80, "review_follow_hours": 200, "critical_next_hours": 80,
    "high_next_hours": 200, "review_next_hours": 400, "again_minutes": 120, "pages_per_hour": 200, "group_minutes": 60,
}  # fmt: skip


def add_programme(
    house: House,
    name: str,
    *,
    kind: Literal["real", "demo"] | str = "real",
    zone: str = "UTC",
    language: str = "en",
    languages: Sequence[str] = (),
    settings: Mapping[str, Any] | None = None,
    by: Person = COMMAND_LINE,
) -> Made:
    """
    Make a programme with its data key. `kind` is for ever: a demo has simulated senders only, and they send nothing.

    Args:
        languages: in which clients are written to; `language` is always among them, and first.
        settings: see SETTINGS; "quiet" as `bot.quiet_hours` writes it, "country" where clients live unless said otherwise.
    """
    now, ids = house.ports.clock.now(), house.ports.ids
    given = Given("programme")
    name = given.text("name", name, 60)
    given.one_of("kind", kind, ("real", "demo"))
    spoken = list(dict.fromkeys(given.language(one) for one in (language, *languages)))
    row: dict[str, Any] = {
        "id": ids.new(),
        "name": name,
        "kind": kind,
        "status": "active" if kind == "demo" else "draft",
        "zone": given.zone(zone),
        "language": language,
        "languages": spoken,
        "settings": _settings(given, settings or {}),
        "activated_at": now if kind == "demo" else None,
        "created_at": now,
    }

    def unit(connection: Connection) -> int:
        taken = people.programme_by(connection, name)
        if taken is not None:
            raise WrongUse(f"programme: there is one of this name already, {taken['id']}; choose another name")
        people.add(connection, t.programmes, row)
        create_key(connection, house.vault, row["id"], row["id"], now)
        audit.append(connection, ids, **trail(by, row["id"], "programme.add", f"programme {row['id']}", kind=kind), now=now)
        return int(row["id"])

    given.stop()
    made = house.db.write(INSTALLATION, unit)
    if kind == "demo":
        _confirm_all(house, made)
    return Made(made, name, tuple(given.notes))


def check_settings(settings: Mapping[str, Any]) -> dict[str, Any]:
    """
    Settings as they are kept.

    Raises:
        WrongUse: with every fault.
    """
    given = Given("programme")
    checked = _settings(given, settings)
    given.stop()
    return checked


def _settings(given: Given, settings: Mapping[str, Any]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for name, value in settings.items():
        if name not in SETTINGS:
            given.fault("settings", f"{name[:40]!r} is no setting; there are {', '.join(SETTINGS)}")
        elif name == "country":
            out[name] = given.country(str(value))
        elif name == "business_hours":
            out[name] = given.week("business hours", value)
        elif name == "holidays":
            out[name] = sorted({day for each in value if (day := given.day("holidays", str(each))) is not None})
        elif name == "quiet":
            try:
                out[name] = format_quiet_hours(parse_quiet_hours(value))
            except WrongUse as error:
                given.faults.append(str(error))
        elif type(value) is not int or not 1 <= value <= _MOST[name]:
            given.fault(name, f"write a whole number from 1 to {_MOST[name]}")
        else:
            out[name] = value
    return out


def _confirm_all(house: House, programme_id: int) -> None:
    """A demo has the first line of every country that can be confirmed as it stands, in the name of the demo administrator."""
    for country in dict.fromkeys(line.country for line in crisis_lines.shipped() if line.emergency):
        crisis_lines.confirm_crisis_line(house, programme_id, country, confirmed_as=crisis_lines.DEMO)


def check_programme(house: House, programme_id: int) -> tuple[Finding, ...]:
    """All that stands in the way of activating the programme (faults), or should be known (warnings), each with what to do."""
    now = house.ports.clock.now()
    return house.db.read(lambda connection: findings(connection, house, programme_id, now))


def activate(house: House, programme_id: int, *, by: Person = COMMAND_LINE) -> tuple[Finding, ...]:
    """
    Let a real programme write to its clients, unless `check_programme` has a fault; what it found.

    Raises:
        WrongUse: it is active already, or a demo.
    """
    now = house.ports.clock.now()

    def unit(connection: Connection) -> tuple[Finding, ...]:
        row = people.by_id(connection, t.programmes, programme_id)
        assert row is not None
        if row["status"] != "draft":
            raise WrongUse(f"programme {programme_id}: it is {row['status']} already")
        found = findings(connection, house, programme_id, now)
        if not any(one.level == "fault" for one in found):
            values = {"status": "active", "activated_at": now, "generation": row["generation"] + 1}
            people.change(connection, t.programmes, programme_id, **values)
            said = trail(by, programme_id, "programme.activate", f"programme {programme_id}", warnings=len(found))
            audit.append(connection, house.ports.ids, **said, now=now)
        return found

    found = house.db.write(programme_id, unit)
    if not any(one.level == "fault" for one in found):
        _catch_up(house, programme_id)
    return found


def _catch_up(house: House, programme_id: int) -> None:
    """What was to happen once, and was skipped because the programme was a draft, happens at its hour from now on. One unit a client."""
    now = house.ports.clock.now()
    for enrolment in house.db.read(lambda connection: people.skipped_once(connection, programme_id, Reason.programme_not_active.value)):
        house.db.write(enrolment["client_id"], partial(enrolments.start_again, house=house, enrolment=enrolment, now=now))


def hold(house: House, programme_id: int, *, by: Person = COMMAND_LINE) -> bool:
    """Hold all routine messages of a programme; crisis replies, alerts and answers to keywords go on. False: it is held already."""
    return _held(house, programme_id, house.ports.clock.now(), by)


def release(house: House, programme_id: int, *, by: Person = COMMAND_LINE) -> bool:
    """Let a held programme go on: what still is of use goes out, what is stale is dropped with its reason. False: it is not held."""
    return _held(house, programme_id, None, by)


def _held(house: House, programme_id: int, at: datetime | None, by: Person) -> bool:
    now = house.ports.clock.now()

    def unit(connection: Connection) -> bool:
        row = people.by_id(connection, t.programmes, programme_id)
        assert row is not None
        if (row["held_at"] is None) == (at is None):
            return False
        people.change(connection, t.programmes, programme_id, held_at=at, generation=row["generation"] + 1)
        if at is None:
            people.let_go_on(connection, programme_id, now)
        action = "programme.hold" if at else "programme.release"
        audit.append(connection, house.ports.ids, **trail(by, programme_id, action, f"programme {programme_id}"), now=now)
        return True

    return house.db.write(programme_id, unit)
