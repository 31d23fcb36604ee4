"""
Who may see whom, and the lists that follow from it: the caseload, the open flags, the work items, the goals.

`visible_to` is the one access gate. Every read of the console goes through it; nothing else decides who sees a client.
Case managers see their own clients, those of a colleague whom they cover while that one is away, and a client about whom
they own an open flag; a supervisor sees the programme's; administrators set things up and see no client. What is not
visible reads as if it did not exist.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection

from bot.values import Person
from storage import schema as t
from storage.crypto import Vault

LIST_MAX = 500
"""The longest worklist that a page shows, what matters most first; pages say so when there is more."""


def visible_to(who: Person) -> ColumnElement[bool]:
    """The condition over `clients` under which `who` may see the client's name and words."""
    c = t.clients.c
    if who.role == "supervisor":
        return c.programme_id == who.programme_id
    if who.role == "case_manager":
        f = t.flags.c
        owned = sa.select(f.client_id).where(
            f.programme_id == who.programme_id, f.owner_id == who.id, f.closed_at.is_(None), f.client_id.is_not(None)
        )
        return sa.and_(c.programme_id == who.programme_id, sa.or_(c.manager_id.in_((who.id, *who.covers)), c.id.in_(owned)))
    return sa.false()


def _clients_of(who: Person) -> sa.ScalarSelect[int]:
    return sa.select(t.clients.c.id).where(visible_to(who)).scalar_subquery()


def _addresses_of(who: Person) -> sa.ScalarSelect[int | None]:
    c = t.contact_points.c
    return (
        sa.select(c.address_id)
        .where(c.owner_kind == "client", c.owner_id.in_(_clients_of(who)), c.address_id.is_not(None))
        .scalar_subquery()
    )


def flags_visible_to(who: Person) -> ColumnElement[bool]:
    """
    The same over `flags`.

    A flag on an address that several clients share is seen by the case managers of all of them; one on an unknown
    number by supervisors; and an open one by whoever owns it.
    """
    f = t.flags.c
    if who.role == "supervisor":
        return f.programme_id == who.programme_id
    if who.role != "case_manager":
        return sa.false()
    shared = sa.and_(f.client_id.is_(None), f.address_id.in_(_addresses_of(who)))
    owned = sa.and_(f.owner_id == who.id, f.closed_at.is_(None))
    return sa.and_(f.programme_id == who.programme_id, sa.or_(f.client_id.in_(_clients_of(who)), shared, owned))


def tasks_visible_to(who: Person) -> ColumnElement[bool]:
    """The same over `tasks`: those of visible clients, and those about no client that are one's own (or the programme's)."""
    c = t.tasks.c
    if who.role == "supervisor":
        return c.programme_id == who.programme_id
    if who.role != "case_manager":
        return sa.false()
    return sa.and_(
        c.programme_id == who.programme_id, sa.or_(c.client_id.in_(_clients_of(who)), sa.and_(c.client_id.is_(None), c.owner_id == who.id))
    )


def may_see_client(connection: Connection, who: Person, client_id: int) -> bool:
    """Whether the client exists and `who` may see it."""
    return connection.execute(sa.select(t.clients.c.id).where(t.clients.c.id == client_id, visible_to(who))).first() is not None


def may_see_flag(connection: Connection, who: Person, flag_id: int) -> bool:
    """Whether the flag exists and `who` may see it."""
    return connection.execute(sa.select(t.flags.c.id).where(t.flags.c.id == flag_id, flags_visible_to(who))).first() is not None


def may_see_task(connection: Connection, who: Person, task_id: int) -> bool:
    """Whether the work item exists and `who` may see it."""
    return connection.execute(sa.select(t.tasks.c.id).where(t.tasks.c.id == task_id, tasks_visible_to(who))).first() is not None


def opened(connection: Connection, vault: Vault, table: sa.Table, row: sa.RowMapping) -> dict[str, Any]:
    """The row with every `x_sealed` opened as `x`; None where there is nothing, or its key was erased."""
    out: dict[str, Any] = {}
    for name, value in row.items():
        plain = name.removesuffix("_sealed")
        out[plain] = value if plain == name else vault.open(connection, f"{table.name}.{plain}", row["id"], value)
    return out


def all_opened(connection: Connection, vault: Vault, table: sa.Table, query: sa.Select[Any]) -> list[dict[str, Any]]:
    """Every row of `query` over `table`, opened."""
    return [opened(connection, vault, table, row) for row in connection.execute(query).mappings()]


def plain_value(stored: str | None) -> Any:
    """An answer's or goal's stored JSON as a value; text that is no JSON stands for itself."""
    if stored is None:
        return None
    try:
        return json.loads(stored)
    except ValueError:
        return stored


def staff_names(connection: Connection, vault: Vault, programme_id: int) -> dict[int, str]:
    """What each member of staff is called, those who left too."""
    c = t.users.c
    rows = connection.execute(sa.select(c.id, c.name_sealed).where(c.programme_id.in_([programme_id, 0])))
    return {row.id: vault.open(connection, "users.name", row.id, row.name_sealed) or "" for row in rows}


def clients(connection: Connection, vault: Vault, who: Person) -> list[dict[str, Any]]:
    """Every visible client, opened (birth dates stay sealed), sorted by name; each with `flags` and `worst` of its open flags."""
    c = t.clients.c
    wanted = [c.id, c.programme_id, c.code, c.manager_id, c.name_sealed, c.language, c.zone, c.country, c.status, c.held_at,
              c.paused_until, c.last_inbound_at]  # fmt: skip
    rows = all_opened(connection, vault, t.clients, sa.select(*wanted).where(visible_to(who)))
    f = t.flags.c
    query = (
        sa.select(f.client_id, sa.func.count().label("flags"), sa.func.max(f.severity).label("worst"))
        .where(f.closed_at.is_(None), f.programme_id == who.programme_id, f.client_id.in_(_clients_of(who)))
        .group_by(f.client_id)
    )
    counts = {row.client_id: (row.flags, row.worst) for row in connection.execute(query)}
    stopped, silent, coming = stopped_clients(connection, who), silent_clients(connection, who), next_slots(connection, who)
    for row in rows:
        row["flags"], row["worst"] = counts.get(row["id"], (0, 0))
        row["stopped"], row["silent"] = row["id"] in stopped, row["id"] in silent
        row["next_slot"] = coming.get(row["id"])
    return sorted(rows, key=lambda row: (row["name"] or row["code"]).casefold())


def stopped_clients(connection: Connection, who: Person) -> set[int]:
    """The visible clients who have an address where STOP stands."""
    c, a = t.contact_points.c, t.addresses.c
    query = (
        sa.select(c.owner_id).join(t.addresses, a.id == c.address_id)
        .where(c.owner_kind == "client", a.stopped_at.is_not(None), c.owner_id.in_(_clients_of(who)))
    )  # fmt: skip
    return set(connection.execute(query).scalars())


def silent_clients(connection: Connection, who: Person) -> set[int]:
    """The visible clients with an open work item of silence."""
    c = t.tasks.c
    query = sa.select(c.client_id).where(c.kind == "silent", c.closed_at.is_(None), c.client_id.in_(_clients_of(who)))
    return {client_id for client_id in connection.execute(query).scalars() if client_id is not None}


def next_slots(connection: Connection, who: Person) -> dict[int, datetime]:
    """When each visible client's next prompt is due, as far as it is planned already."""
    c = t.slots.c
    query = sa.select(c.client_id, sa.func.min(c.due_at).label("at")).where(
        c.state.in_(["planned", "held"]), c.client_id.in_(_clients_of(who))
    )
    return {row.client_id: row.at for row in connection.execute(query.group_by(c.client_id))}


def open_flags(connection: Connection, vault: Vault, who: Person) -> list[dict[str, Any]]:
    """
    Every open visible flag, the worst first: unacknowledged before acknowledged, then by deadline.

    Each with `client` (None: an address), `words` and `why` of its worst finding.
    """
    f = t.flags.c
    worst_first = (f.acknowledged_at.is_not(None), f.severity.desc(), f.deadline_at.is_(None), f.deadline_at, f.id)
    query = sa.select(t.flags).where(f.closed_at.is_(None), flags_visible_to(who)).order_by(*worst_first).limit(LIST_MAX)
    rows = [dict(row) for row in connection.execute(query).mappings()]
    people = named(connection, vault, who, {row["client_id"] for row in rows})
    found = findings_of(connection, vault, [row["id"] for row in rows])
    for row in rows:
        row["client"] = people.get(row["client_id"])
        worst = max(found.get(row["id"], []), key=lambda each: (each["severity"], each["at"]), default=None)
        row["words"] = (worst["text"] or worst["matched"]) if worst else None
        row["why"] = worst["why"] if worst else ""
    return rows


def named(connection: Connection, vault: Vault, who: Person, client_ids: Iterable[int | None]) -> dict[int | None, dict[str, Any]]:
    """Name, code, language, zone of those clients that are visible."""
    wanted = sorted({each for each in client_ids if each is not None})
    c = t.clients.c
    query = sa.select(c.id, c.code, c.name_sealed, c.language, c.zone, c.manager_id).where(visible_to(who))
    out: dict[int | None, dict[str, Any]] = {}
    for start in range(0, len(wanted), 500):
        for row in all_opened(connection, vault, t.clients, query.where(c.id.in_(wanted[start : start + 500]))):
            out[row["id"]] = row
    return out


def findings_of(connection: Connection, vault: Vault, flag_ids: list[int]) -> dict[int, list[dict[str, Any]]]:
    """The findings of flags, oldest first, each with the `text` that it was found in. The caller has asked the gate."""
    out: dict[int, list[dict[str, Any]]] = {}
    for start in range(0, len(flag_ids), 500):
        query = (
            sa.select(t.findings, t.received.c.text_sealed.label("message"))
            .outerjoin(t.received, t.received.c.id == t.findings.c.received_id)
            .where(t.findings.c.flag_id.in_(flag_ids[start : start + 500]))
            .order_by(t.findings.c.at, t.findings.c.id)
        )
        for row in connection.execute(query).mappings():
            made = opened(connection, vault, t.findings, row)
            made["text"] = vault.open(connection, "received.text", row["received_id"], row["message"]) if row["received_id"] else None
            out.setdefault(row["flag_id"], []).append(made)
    return out


def open_tasks(connection: Connection, vault: Vault, who: Person) -> list[dict[str, Any]]:
    """Every open visible work item, oldest first, each with `client`."""
    c = t.tasks.c
    query = sa.select(t.tasks).where(c.closed_at.is_(None), tasks_visible_to(who)).order_by(c.opened_at, c.id).limit(LIST_MAX)
    rows = all_opened(connection, vault, t.tasks, query)
    people = named(connection, vault, who, {row["client_id"] for row in rows})
    return [{**row, "client": people.get(row["client_id"])} for row in rows]


def appointments_ahead(connection: Connection, vault: Vault, who: Person, now: datetime, ahead: timedelta) -> list[dict[str, Any]]:
    """Booked appointments of visible clients from `now` until `ahead` later, soonest first, each with `client`."""
    c = t.appointments.c
    query = (
        sa.select(t.appointments)
        .where(c.client_id.in_(_clients_of(who)), c.status == "booked", c.starts_at >= now, c.starts_at < now + ahead)
        .order_by(c.starts_at, c.id).limit(LIST_MAX)
    )  # fmt: skip
    rows = all_opened(connection, vault, t.appointments, query)
    people = named(connection, vault, who, {row["client_id"] for row in rows})
    return [{**row, "client": people.get(row["client_id"])} for row in rows]


def active_goals(connection: Connection, vault: Vault, who: Person) -> list[dict[str, Any]]:
    """Active goals of visible clients, each with `client`, `value` as a plain value and `barrier_at`."""
    c = t.goals.c
    rows = all_opened(connection, vault, t.goals, sa.select(t.goals).where(c.client_id.in_(_clients_of(who)), c.status == "active"))
    people = named(connection, vault, who, {row["client_id"] for row in rows})
    named_at = barriers(connection, c.client_id.in_(_clients_of(who)))
    return [
        {**row, "value": plain_value(row["value"]), "client": people.get(row["client_id"]), "barrier_at": named_at.get(row["id"])}
        for row in rows
    ]


def barriers(connection: Connection, whose: ColumnElement[bool]) -> dict[int, datetime]:
    """When a barrier to each goal was last named. whose: a condition over the `goals` that the caller may see."""
    c = t.answers.c
    query = (
        sa.select(c.goal_id, sa.func.max(c.at).label("at"))
        .where(c.code == "barrier", c.goal_id.in_(sa.select(t.goals.c.id).where(whose)))
        .where(c.client_id.in_(sa.select(t.goals.c.client_id).where(whose)))
        .group_by(c.goal_id)
    )
    return {row.goal_id: row.at for row in connection.execute(query)}
