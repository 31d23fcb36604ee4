"""Programmes, senders, crisis lines, staff, clients and their addresses: found by what a person types, and made."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from bot.values import Ids
from storage import schema as t
from storage.crypto import Vault
from storage.dialect import insert_or_ignore

Row = Mapping[str, Any]


def as_id(typed: str) -> int | None:
    """The id that was typed, or None when it is no id of 63 bits."""
    typed = typed.strip()
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 20 and int(typed) < 2**63 else None


def _rows(connection: Connection, query: sa.Select[Any]) -> list[dict[str, Any]]:
    return [dict(row) for row in connection.execute(query).mappings()]


def programmes(connection: Connection) -> list[dict[str, Any]]:
    """Every programme, by name."""
    return _rows(connection, sa.select(t.programmes).order_by(t.programmes.c.name))


def programme_by(connection: Connection, typed: str) -> dict[str, Any] | None:
    """A programme by its id or its name; None when there is none."""
    c = t.programmes.c
    found = _rows(connection, sa.select(t.programmes).where(sa.or_(c.name == typed.strip(), c.id == as_id(typed))))
    return found[0] if found else None


def clients_by(connection: Connection, typed: str, programme_id: int | None = None) -> list[dict[str, Any]]:
    """The clients of a code (it is unique in a programme only) or an id, sealed; without those erased."""
    c = t.clients.c
    query = sa.select(t.clients).where(sa.or_(c.code == typed.strip().upper(), c.id == as_id(typed)), c.status != "erased")
    return _rows(connection, query if programme_id is None else query.where(c.programme_id == programme_id))


def user_by(connection: Connection, typed: str, programme_id: int | None = None) -> dict[str, Any] | None:
    """A member of staff by sign-in name or id, sealed, those who left too; None when there is none."""
    c = t.users.c
    query = sa.select(t.users).where(sa.or_(c.sign_in == typed.strip().lower(), c.id == as_id(typed)))
    found = _rows(connection, query if programme_id is None else query.where(c.programme_id == programme_id))
    return found[0] if found else None


def of_programme(connection: Connection, table: sa.Table, programme_id: int) -> list[dict[str, Any]]:
    """Every row of a table that belongs to the programme, oldest first, sealed."""
    return _rows(connection, sa.select(table).where(table.c.programme_id == programme_id).order_by(table.c.id))


def of_client(connection: Connection, table: sa.Table, client_id: int) -> list[dict[str, Any]]:
    """Every row of a table that belongs to the client, oldest first, sealed."""
    return _rows(connection, sa.select(table).where(table.c.client_id == client_id).order_by(table.c.id))


def by_id(connection: Connection, table: sa.Table, row_id: int | None) -> dict[str, Any] | None:
    """One row, sealed, or None."""
    found = _rows(connection, sa.select(table).where(table.c.id == row_id))
    return found[0] if found else None


def add(connection: Connection, table: sa.Table, row: dict[str, Any]) -> int:
    """Put in a row; its id."""
    connection.execute(sa.insert(table), row)
    return int(row["id"])


def change(connection: Connection, table: sa.Table, row_id: int, **values: Any) -> None:
    """New values in one row."""
    connection.execute(sa.update(table).where(table.c.id == row_id).values(**values))


def next_code(connection: Connection, programme_id: int) -> str:
    """The next free client code, "C-001" and on. The caller holds the programme, so that two clients do not get the same."""
    codes = connection.execute(sa.select(t.clients.c.code).where(t.clients.c.programme_id == programme_id)).scalars()
    numbers = [int(code[2:]) for code in codes if code.startswith("C-") and code[2:].isascii() and code[2:].isdecimal()]
    return f"C-{max(numbers, default=0) + 1:03}"


def meet_address(connection: Connection, vault: Vault, ids: Ids, programme_id: int, channel: str, plain: str) -> dict[str, Any]:
    """The address of a number or chat, made if we have not met it; sealed with the programme's key, found by blind index."""
    blind, new_id = vault.index(programme_id, plain), ids.new()
    sealed = vault.seal(vault.key_for(connection, programme_id), "addresses.address", new_id, plain)
    row = {"id": new_id, "programme_id": programme_id, "channel": channel, "blind": blind, "address_sealed": sealed}
    insert_or_ignore(connection, t.addresses, row)
    c = t.addresses.c
    found = sa.select(t.addresses).where(c.programme_id == programme_id, c.channel == channel, c.blind == blind)
    return dict(connection.execute(found).mappings().one())


def owners_at(connection: Connection, address_id: int) -> list[tuple[str, int]]:
    """Who is reached at an address: ("client" | "user", id)."""
    c = t.contact_points.c
    query = sa.select(c.owner_kind, c.owner_id).where(c.address_id == address_id).distinct()
    return [(row.owner_kind, row.owner_id) for row in connection.execute(query)]


def points(connection: Connection, owner_kind: str, owner_id: int) -> list[dict[str, Any]]:
    """How somebody is reached, in the order in which it is tried, with `stopped_at` and `address_sealed` of the address."""
    c, a = t.contact_points.c, t.addresses.c
    return _rows(
        connection,
        sa.select(t.contact_points, a.stopped_at, a.address_sealed)
        .outerjoin(t.addresses, a.id == c.address_id)
        .where(c.owner_kind == owner_kind, c.owner_id == owner_id)
        .order_by(c.priority, c.id),
    )


def sender_at(connection: Connection, provider: str, address: str) -> dict[str, Any] | None:
    """The sender of any programme with this number or bot, or None."""
    c = t.senders.c
    found = _rows(connection, sa.select(t.senders).where(c.provider == provider, sa.func.lower(c.address) == address.lower()))
    return found[0] if found else None


def set_crisis_line(connection: Connection, row: dict[str, Any]) -> None:
    """The programme's line of a country, in the place of any other."""
    c = t.crisis_lines.c
    connection.execute(sa.delete(t.crisis_lines).where(c.programme_id == row["programme_id"], c.country == row["country"]))
    connection.execute(sa.insert(t.crisis_lines), row)


def let_go_on(connection: Connection, programme_id: int, now: datetime) -> None:
    """What waits because the programme was held is looked at again at once."""
    o, s = t.outbox.c, t.slots.c
    waits = sa.and_(o.programme_id == programme_id, o.state == "held")
    connection.execute(sa.update(t.outbox).where(waits).values(due_at=now))
    held = sa.select(s.id).where(s.programme_id == programme_id, s.state == "held").scalar_subquery()
    connection.execute(sa.update(t.due).where(t.due.c.kind == "start", t.due.c.ref_id.in_(held)).values(at=now))


def skipped_once(connection: Connection, programme_id: int, reason: str) -> list[dict[str, Any]]:
    """The active enrolments whose rule is to happen once, and whose only slot was skipped for this reason."""
    e, s = t.enrolments.c, t.slots.c
    skipped = sa.select(s.enrolment_id).where(s.programme_id == programme_id, s.state == "skipped", s.reason == reason)
    other = sa.select(s.enrolment_id).where(s.programme_id == programme_id, sa.or_(s.state != "skipped", s.reason != reason))
    query = sa.select(t.enrolments).where(e.programme_id == programme_id, e.status == "active", e.id.in_(skipped), e.id.not_in(other))
    return [row for row in _rows(connection, query) if row["rule"].get("kind") == "once"]


def replace_invites(connection: Connection, point_id: int) -> int:
    """Make the links that were given out for a contact point useless; how many there were."""
    c = t.invites.c
    gone = sa.update(t.invites).where(c.contact_point_id == point_id, c.used_at.is_(None), c.outcome.is_(None))
    return connection.execute(gone.values(outcome="replaced")).rowcount
