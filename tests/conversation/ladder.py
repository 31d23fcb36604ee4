"""What tests of the ladder do to a world, and what they look at: leave, rota, settings; owner, alerts, clocks."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from bot.setting_up import duty
from bot.setting_up.programmes import check_settings
from bot.setting_up.staff import NewStaff, add_staff, set_leave
from bot.values import Person
from storage import schema as t
from tests.world import World

DIE = "I can't go on, I want to die"
HUNGRY = "we have no food today"
SAD = "I used to want to die, years ago"
"""Critical, high, review."""


def raised(world: World, name: str = "eve", text: str = DIE) -> dict[str, Any]:
    world.texts(name, text)
    return world.flags(name)[0]


def flag(world: World, name: str = "eve") -> dict[str, Any]:
    return world.flags(name)[0]


def owner(world: World, name: str = "eve") -> str:
    """Who has the flag, and on which rung."""
    row = flag(world, name)
    found = next(one for one, person in world.staff.items() if person.id == row["owner_id"])
    return f"{found}, {row['rung']}"


def alerts(world: World) -> list[tuple[str, str]]:
    by_id = {person.id: name for name, person in world.staff.items()}
    return [(by_id[row["user_id"]], row["kind"]) for row in world.rows("alerts")]


def told(world: World) -> list[str]:
    """How many alerts each of the staff has on their phone."""
    return [f"{name} {len(world.said_to(name))}" for name in world.staff if world.said_to(name)]


def hire(world: World, name: str, role: str, address: str, **more: Any) -> None:
    new = NewStaff(name.title(), role, sign_in=name, phone=address, **more)
    world.staff = {**world.staff, name: Person(add_staff(world.house, world.programme, new).id, role, world.programme)}
    world.addresses[name] = ("sms", address)


def leave(world: World, name: str, begins: str, until: str = "", cover: str = "") -> tuple[str, ...]:
    cover_id = world.staff[cover].id if cover else None
    return set_leave(world.house, world.staff[name].id, begins, until, cover_id=cover_id).notes


def rota(world: World, text: str) -> None:
    _, faults = duty.set_rota(world.house, world.programme, text, "rota.yaml")
    assert [str(fault) for fault in faults] == []


def settle(world: World, **settings: Any) -> None:
    duty.change_settings(world.house, world.programme, check_settings(settings))


def unreachable(world: World, *names: str) -> None:
    ids = [world.staff[name].id for name in names]
    c = t.contact_points.c
    world.house.db.write(
        0,
        lambda connection: connection.execute(sa.update(t.contact_points).where(c.owner_id.in_(ids)).values(status="wrong")).rowcount,
    )


def in_state(world: World, flag_id: int) -> tuple[str, int, int]:
    """The flag's state, and how many due rows there are for it and how many of them count."""
    row = next(one for one in world.rows("flags") if one["id"] == flag_id)
    rows = world.rows("due", kind="escalate", ref_id=flag_id)
    return row["state"], len(rows), sum(one["stamp"] == row["round"] and one["at"] == row["deadline_at"] for one in rows)
