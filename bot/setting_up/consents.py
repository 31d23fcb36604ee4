"""Consent as staff record it: who agreed to what, when, how, and to which words."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot.errors import NotFound
from bot.flow_store import latest
from bot.house import House
from bot.setting_up.given import COMMAND_LINE, Given, Made, trail
from bot.values import Person, Purpose
from storage import audit, people
from storage import schema as t

ACTS = ("grant", "withdraw", "decline", "invite")
HOW = ("staff", "paper")
PURPOSES = tuple(purpose.value for purpose in Purpose if purpose is not Purpose.service)
TEXT_MAX = 4000


def record_consent(
    house: House,
    client_id: int,
    purposes: Sequence[str],
    *,
    how: str = "staff",
    text: str = "",
    language: str = "",
    act: str = "grant",
    by: Person = COMMAND_LINE,
) -> Made:
    """
    Add a row to a client's consent ledger.

    Args:
        purposes: see PURPOSES; none with act "withdraw" (all end) and "invite" (the client agreed to be asked).
        how: staff heard it, or it was signed on paper.
        text: the exact words agreed to; empty: those of our consent flow, in its newest version.
        language: the words were in; empty: the client's.
    """
    now = house.ports.clock.now()

    def unit(connection: Connection) -> Made:
        client, given = people.by_id(connection, t.clients, client_id), Given("consent")
        if client is None:
            raise NotFound("consent: there is no such client")
        given.one_of("act", act, ACTS)
        given.one_of("how", how, HOW)
        chosen = [given.one_of("purposes", purpose, PURPOSES) for purpose in dict.fromkeys(purposes)]
        if act == "grant" and not chosen:
            given.fault("purposes", f"write at least one of {', '.join(PURPOSES)}")
        words = given.text("text", text, TEXT_MAX) if text else ""
        spoken = given.language(language or client["language"])
        given.stop()
        row = consent_row(connection, house, client, act=act, purposes=chosen, how=how, text=words, language=spoken, by_id=by.id, now=now)
        people.add(connection, t.consents, row)
        said = {
            **trail(by, client["programme_id"], f"consent.{act}", f"client {client_id}", how=how, purposes=chosen),
            "chain_id": client_id,
        }
        audit.append(connection, house.ports.ids, **said, now=now)
        return Made(row["id"], act, tuple(given.notes))

    return house.db.write(client_id, unit)


def consent_row(
    connection: Connection,
    house: House,
    client: dict[str, Any],
    *,
    act: str,
    purposes: list[str],
    how: str,
    text: str,
    language: str,
    by_id: int,
    now: datetime,
) -> dict[str, Any]:
    """A row of the ledger; what was said is sealed with the client's key."""
    row_id, flow = house.ports.ids.new(), latest("welcome")
    points = [point for point in people.points(connection, "client", client["id"]) if point["address_id"] is not None]
    shared = any(len(people.owners_at(connection, point["address_id"])) > 1 for point in points)
    key = house.vault.key_for(connection, client["id"])
    return {
        "id": row_id,
        "programme_id": client["programme_id"],
        "client_id": client["id"],
        "act": act,
        "purposes": purposes,
        "how": how,
        "by_id": by_id,
        "text_id": "sha256:" + hashlib.sha256(text.encode()).hexdigest()[:16] if text else f"{flow.id}/{flow.version}",
        "text_sealed": house.vault.seal(key, "consents.text", row_id, text) if text else None,
        "language": language,
        "shared_phone": int(shared),
        "at": now,
    }
