"""Answers as a series: what a client said to the same questions before, and the thresholds that are the client's own."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection

from storage import schema as t
from storage.crypto import Vault

GIVEN_MAX: Final = 400
"""The newest answers that are looked back at: more than a year of a daily question."""

_PAST = (
    sa.select(t.answers)
    .where(
        t.answers.c.client_id == sa.bindparam("client"),
        t.answers.c.at > sa.bindparam("since"),
        sa.or_(
            t.answers.c.code.in_(sa.bindparam("codes", expanding=True)), t.answers.c.measure.in_(sa.bindparam("measures", expanding=True))
        ),
    )
    .order_by(t.answers.c.at.desc(), t.answers.c.id.desc())
    .limit(GIVEN_MAX)
)
_LIMITS = (
    sa.select(t.thresholds)
    .where(t.thresholds.c.client_id == sa.bindparam("client"), t.thresholds.c.measure == sa.bindparam("measure"))
    .order_by(t.thresholds.c.version.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class Given:
    """One stored answer, opened. value: as JSON has it; None while unread. corrects: the answer whose place it takes."""

    id: int
    code: str
    at: datetime
    value: Any
    unit: str | None
    conversation_id: int
    goal_id: int | None
    measure: str | None
    corrects: int | None


@dataclass(frozen=True, slots=True)
class Threshold:
    """A client's own thresholds of one measure, in their newest version."""

    limits: dict[str, float | None]
    source: str
    version: int


def past(
    connection: Connection, vault: Vault, client_id: int, codes: Collection[str], measures: Collection[str], since: datetime
) -> tuple[Given, ...]:
    """What the client answered under these codes, or measured, since then; oldest first. A corrected answer is left out."""
    if not codes and not measures:
        return ()
    asked = {"client": client_id, "codes": list(codes), "measures": list(measures), "since": since}
    rows = connection.execute(_PAST, asked).mappings().all()
    gone = {row["corrects_id"] for row in rows if row["corrects_id"] is not None}
    found = [given(connection, vault, row) for row in reversed(rows) if row["id"] not in gone]
    return tuple(found)


def given(connection: Connection, vault: Vault, row: Any) -> Given:
    """A row of `answers`, opened."""
    plain = vault.open(connection, "answers.value", row["id"], row["value_sealed"])
    return Given(
        id=row["id"],
        code=row["code"],
        at=row["at"],
        value=None if plain is None else json.loads(plain),
        unit=row["unit"],
        conversation_id=row["conversation_id"],
        goal_id=row["goal_id"],
        measure=row["measure"],
        corrects=row["corrects_id"],
    )


def threshold(connection: Connection, vault: Vault, client_id: int, measure: str) -> Threshold | None:
    """The client's own thresholds of a measure; None where there are none, and the defaults count."""
    row = connection.execute(_LIMITS, {"client": client_id, "measure": measure}).mappings().first()
    if row is None:
        return None
    limits = vault.open(connection, "thresholds.limits", row["id"], row["limits_sealed"])
    source = vault.open(connection, "thresholds.source", row["id"], row["source_sealed"])
    return Threshold(json.loads(limits) if limits else {}, source or "", row["version"])
