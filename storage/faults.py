"""What a database error means: try again, or tell. Translated texts name tables, columns and codes, never a value."""

from __future__ import annotations

import sqlite3
from typing import Final

import psycopg
import sqlalchemy as sa

from bot.errors import Busy, CheckinError, StorageFailed

DATABASE: Final = (sa.exc.DBAPIError, sa.exc.TimeoutError, sqlite3.Error, psycopg.Error, UnicodeEncodeError)
"""What a driver, or the pool, raises. The last: half a surrogate pair in a plain column; its repr quotes the whole text."""

_AGAIN_SQLITE: Final = {"SQLITE_BUSY", "SQLITE_BUSY_SNAPSHOT", "SQLITE_BUSY_RECOVERY", "SQLITE_LOCKED"}
_AGAIN_POSTGRESQL: Final = {
    "40001",  # serialization_failure
    "40P01",  # deadlock_detected
    "55P03",  # lock_not_available: lock_timeout
}
_AWAY_POSTGRESQL: Final = {"57P01", "57P02", "57P03", "53300"}


def again(error: BaseException) -> bool:
    """Whether the same unit may well pass if it is run again at once; nothing of it was stored."""
    original = _original(error)
    if isinstance(original, sqlite3.Error):
        return getattr(original, "sqlite_errorname", "") in _AGAIN_SQLITE
    return isinstance(original, psycopg.Error) and original.sqlstate in _AGAIN_POSTGRESQL


def translate(error: BaseException) -> CheckinError:
    """
    Our error for a driver's. Raise it `from None`: the driver's text may quote the row.

    PostgreSQL's DETAIL quotes key and row, and its class 22 quotes the value in the first line, so both are left out.
    """
    original = _original(error)
    if isinstance(original, sa.exc.TimeoutError) or again(error):
        return Busy("storage: every connection is in use; nothing was stored, try again")
    if isinstance(original, sqlite3.Error):
        name = getattr(original, "sqlite_errorname", type(original).__name__)
        return StorageFailed(f"storage: SQLite refused with {name} ({original}); nothing was stored")
    if isinstance(original, psycopg.Error):
        return _postgresql(original)
    return StorageFailed(f"storage: {type(original).__name__}; nothing was stored")


def _postgresql(error: psycopg.Error) -> StorageFailed:
    if isinstance(error, psycopg.OperationalError) and (error.sqlstate is None or error.sqlstate in _AWAY_POSTGRESQL):
        failed = StorageFailed("storage: PostgreSQL cannot be reached; try again when it is back")
        failed.retryable = True
        return failed
    diag = error.diag
    text = "" if not error.sqlstate or error.sqlstate.startswith("22") else f" ({diag.message_primary})"
    place = ".".join(part for part in (diag.table_name, diag.column_name or diag.constraint_name) if part)
    where = f" at {place}" if place else ""
    return StorageFailed(f"storage: PostgreSQL refused with {type(error).__name__} {error.sqlstate}{text}{where}; nothing was stored")


def _original(error: BaseException) -> BaseException:
    return error.orig if isinstance(error, sa.exc.DBAPIError) and error.orig is not None else error
