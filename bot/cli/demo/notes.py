"""What the served demo remembers between two starts: rows of `meta`. Plain words and numbers, nothing personal."""

from __future__ import annotations

import sqlalchemy as sa

from storage.schema import meta

SEEDED = "demo_programme"
"""The id of the demo programme, once its history is there whole."""
OFFSET = "demo_offset_seconds"
"""How far the demo's clock is ahead of the machine's."""


def read(connection: sa.Connection, name: str) -> str | None:
    """What was written under a name, or None."""
    value: str | None = connection.execute(sa.select(meta.c.value).where(meta.c.name == name)).scalar()
    return value


def write(connection: sa.Connection, name: str, value: str) -> None:
    """Write under a name, in the place of what was there."""
    if connection.execute(sa.update(meta).where(meta.c.name == name).values(value=value)).rowcount == 0:
        connection.execute(sa.insert(meta), {"name": name, "value": value})
