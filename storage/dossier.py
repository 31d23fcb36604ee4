"""What the pages about one client and one flag show. Each begins at the gate of `storage/caseload.py`: None is "no such thing"."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from bot.values import Person
from storage import schema as t
from storage.caseload import all_opened, barriers, findings_of, flags_visible_to, may_see_client, named, opened, plain_value, visible_to
from storage.crypto import Vault

TIMELINE_MAX = 60
"""Messages on one page of a timeline; older ones are a link away."""
ANSWERS_MAX = 400


def client(connection: Connection, vault: Vault, who: Person, client_id: int) -> dict[str, Any] | None:
    """A client's own row, opened, with `points` (how she is reached); None when not visible."""
    row = connection.execute(sa.select(t.clients).where(t.clients.c.id == client_id, visible_to(who))).mappings().first()
    if row is None:
        return None
    out = opened(connection, vault, t.clients, row)
    out["points"] = _points(connection, vault, client_id)
    return out


def _points(connection: Connection, vault: Vault, client_id: int) -> list[dict[str, Any]]:
    c, a = t.contact_points.c, t.addresses.c
    query = (
        sa.select(c.id, c.channel, c.status, c.priority, c.address_id, a.address_sealed, a.stopped_at, a.stopped_why)
        .outerjoin(t.addresses, a.id == c.address_id)
        .where(c.owner_kind == "client", c.owner_id == client_id)
        .order_by(c.priority, c.id)
    )
    rows = [dict(row) for row in connection.execute(query).mappings()]
    for row in rows:
        row["address"] = (
            vault.open(connection, "addresses.address", row["address_id"], row.pop("address_sealed")) if row["address_id"] else None
        )
        others = sa.select(sa.func.count()).where(c.owner_kind == "client", c.address_id == row["address_id"], c.owner_id != client_id)
        row["shared"] = bool(row["address_id"]) and connection.execute(others).scalar_one() > 0
    return rows


def timeline(
    connection: Connection, vault: Vault, who: Person, client_id: int, before: datetime | None = None, many: int = TIMELINE_MAX
) -> list[dict[str, Any]]:
    """
    The last `many` messages with a client before a moment, both ways, oldest first; empty when not visible.

    Each has id, at, ours, text, and the columns that say what became of it. What somebody wrote from a phone that the
    client shares stands among them, with `client_id` None: the case managers of all clients on it see that.
    """
    if not may_see_client(connection, who, client_id):
        return []
    merged = [*_received(connection, vault, client_id, before, many), *_outgoing(connection, vault, client_id, before, many)]
    return sorted(merged, key=lambda row: (row["at"], row["id"]))[-many:]


def _received(connection: Connection, vault: Vault, client_id: int, before: datetime | None, many: int) -> list[dict[str, Any]]:
    r, c = t.received.c, t.contact_points.c
    phones = sa.select(c.address_id).where(c.owner_kind == "client", c.owner_id == client_id, c.address_id.is_not(None))
    query = sa.select(t.received).where(sa.or_(r.client_id == client_id, sa.and_(r.client_id.is_(None), r.address_id.in_(phones))))
    if before is not None:
        query = query.where(r.at < before)
    rows = all_opened(connection, vault, t.received, query.order_by(r.at.desc(), r.id.desc()).limit(many))
    return [{**row, "ours": False} for row in rows]


def _outgoing(connection: Connection, vault: Vault, client_id: int, before: datetime | None, many: int) -> list[dict[str, Any]]:
    o = t.outbox.c
    query = sa.select(t.outbox).where(o.client_id == client_id)
    if before is not None:
        query = query.where(o.created_at < before)
    rows = all_opened(connection, vault, t.outbox, query.order_by(o.created_at.desc(), o.id.desc()).limit(many))
    for row in rows:
        row["labels"] = json.loads(row["labels"]) if row["labels"] else []
        row["at"], row["ours"] = row["sent_at"] or row["created_at"], True
    return rows


def plan(connection: Connection, vault: Vault, client_id: int) -> dict[str, list[dict[str, Any]]]:
    """
    The care plan: plans, goals (with the numbers reported as `history`), activities, appointments, notes, consents.

    The caller has asked the gate (`client`).
    """

    def of(table: sa.Table, *where: sa.ColumnElement[bool]) -> list[dict[str, Any]]:
        query = sa.select(table).where(table.c.client_id == client_id, *where).order_by(table.c.id)
        return all_opened(connection, vault, table, query)

    goals = [{**row, "value": plain_value(row["value"])} for row in of(t.goals)]
    given, named_at = answers(connection, vault, client_id), barriers(connection, t.goals.c.client_id == client_id)
    for goal in goals:
        goal["barrier_at"] = named_at.get(goal["id"])
        about = [row for row in given if row["goal_id"] == goal["id"] and _is_number(row["value"]) and _measures(row, goal)]
        goal["history"] = [(row["at"], float(row["value"])) for row in reversed(about)]
    return {
        "plans": of(t.care_plans, t.care_plans.c.status == "active"),
        "goals": goals,
        "answers": given,
        "activities": of(t.enrolments, t.enrolments.c.status != "ended"),
        "appointments": of(t.appointments)[::-1],
        "notes": of(t.notes)[::-1],
        "consents": of(t.consents)[::-1],
    }


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _measures(row: dict[str, Any], goal: dict[str, Any]) -> bool:
    """Whether an answer about a goal is its measure, and not the confidence in it: those carry no unit of the goal's."""
    return row["unit"] == goal["unit"] or row["code"] in ("value", "progress", "goal.value", "goal.progress")


def answers(connection: Connection, vault: Vault, client_id: int) -> list[dict[str, Any]]:
    """What the client answered, newest first, each with `value` as a plain value. The caller has asked the gate."""
    c = t.answers.c
    query = sa.select(t.answers).where(c.client_id == client_id).order_by(c.at.desc(), c.id.desc()).limit(ANSWERS_MAX)
    return [{**row, "value": plain_value(row["value"])} for row in all_opened(connection, vault, t.answers, query)]


def slots(connection: Connection, client_id: int, now: datetime) -> dict[str, list[dict[str, Any]]]:
    """The next five prompts that are planned (`coming`), and the last five that did not go out (`missed`), each with its `flow`."""
    c = t.slots.c
    query = sa.select(t.slots, t.enrolments.c.flow).join(t.enrolments, t.enrolments.c.id == c.enrolment_id).where(c.client_id == client_id)
    coming = query.where(c.state.in_(["planned", "held"]), c.not_after >= now).order_by(c.due_at, c.id).limit(5)
    missed = query.where(c.state.in_(["skipped", "expired", "unsure"])).order_by(c.due_at.desc(), c.id.desc()).limit(5)
    return {name: [dict(row) for row in connection.execute(each).mappings()] for name, each in (("coming", coming), ("missed", missed))}


def client_flags(connection: Connection, client_id: int) -> list[dict[str, Any]]:
    """A client's flags, the open ones first, then the newest. The caller has asked the gate."""
    c = t.flags.c
    query = sa.select(t.flags).where(c.client_id == client_id).order_by(c.closed_at.is_not(None), c.severity.desc(), c.opened_at.desc())
    return [dict(row) for row in connection.execute(query.limit(20)).mappings()]


def flag(connection: Connection, vault: Vault, who: Person, flag_id: int) -> dict[str, Any] | None:
    """A flag with `client` (None for an address), `findings`, `events`, `alerts` and the `replies` sent for it; None when not visible."""
    row = connection.execute(sa.select(t.flags).where(t.flags.c.id == flag_id, flags_visible_to(who))).mappings().first()
    if row is None:
        return None
    out = dict(row)
    out["client"] = named(connection, vault, who, [row["client_id"]]).get(row["client_id"])
    out["findings"] = findings_of(connection, vault, [flag_id]).get(flag_id, [])
    e = t.flag_events.c
    out["events"] = all_opened(connection, vault, t.flag_events, sa.select(t.flag_events).where(e.flag_id == flag_id).order_by(e.at, e.id))
    out["alerts"] = _alerts(connection, flag_id)
    out["replies"] = _replies(connection, vault, flag_id, [each["received_id"] for each in out["findings"] if each["received_id"]])
    return out


def _alerts(connection: Connection, flag_id: int) -> list[dict[str, Any]]:
    c, o = t.alerts.c, t.outbox.c
    query = (
        sa.select(c.id, c.at, c.user_id, c.rung, c.kind, c.bundled, o.state, o.reason, o.delivery, o.sent_at, o.id.label("outbox_id"))
        .outerjoin(t.outbox, o.id == c.outbox_id)
        .where(c.flag_id == flag_id)
        .order_by(c.at, c.id)
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def _replies(connection: Connection, vault: Vault, flag_id: int, received_ids: list[int]) -> list[dict[str, Any]]:
    """The crisis replies to what the flag was raised for."""
    o = t.outbox.c
    about = sa.or_(o.flag_id == flag_id, o.received_id.in_(received_ids))
    query = sa.select(t.outbox).where(about, o.cls == "crisis").order_by(o.created_at, o.id)
    return [{**row, "at": row["sent_at"] or row["created_at"]} for row in all_opened(connection, vault, t.outbox, query)]
