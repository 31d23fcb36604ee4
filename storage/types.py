"""
Column types: moments that are never naive, and JSON that is the same bytes for the same value.

Personal text has no type here on purpose: it is sealed by `storage.crypto` with the row's own id, and its column
is a plain `LargeBinary`.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Dialect, Text
from sqlalchemy.types import TypeDecorator


class Utc(TypeDecorator[datetime]):
    """
    A moment. Takes an aware datetime of any zone, gives back an aware one in UTC.

    SQLite has no time zones: there the column holds UTC, with microseconds, so that text order is time order.

    Raises:
        ValueError: the value is naive (SQLAlchemy wraps it in StatementError).
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None or value.tzinfo is UTC:
            return value
        if value.tzinfo is None:
            raise ValueError("a naive datetime: give it a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Json(TypeDecorator[Any]):
    """
    Any JSON value as compact ASCII text with sorted keys; None is NULL.

    Text and not the engines' own JSON: the bytes are the same on both, they can be hashed, and what a client wrote
    with NUL or half a surrogate pair is escaped, where PostgreSQL would refuse it. NaN and infinity are refused.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else to_json(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)


def to_json(value: Any) -> str:
    """The one text form of a JSON value: compact, sorted, ASCII."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)
