"""
The arrows of the outbox's states, each one conditional update on state and fence: who comes second moves nothing.

pending ⇄ held; pending, held, retry → claimed → sending → sent | unknown | retry | dead; cancelled and expired end it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from bot.values import OutboxState as S
from bot.values import Reason
from storage import schema as t

READY_STATES = (S.pending.value, S.held.value, S.retry.value)
BUSY_STATES = (S.claimed.value, S.sending.value, S.unknown.value)


def among(column: Any, states: tuple[str, ...]) -> sa.ColumnElement[bool]:
    """`column IN (…)` with the words written out, as the partial indexes have them: a bound value would not be seen to fit."""
    found: sa.ColumnElement[bool] = column.in_([sa.literal_column(f"'{state}'") for state in states])
    return found


@lru_cache(maxsize=64)
def _statement(names: tuple[str, ...], came_from: tuple[str, ...]) -> sa.Update:
    o = t.outbox.c
    values: dict[str, Any] = {name: sa.bindparam(f"new_{name}") for name in names if not name.startswith("+")}
    values |= {name[1:]: o[name[1:]] + 1 for name in names if name.startswith("+")}
    return (
        sa.update(t.outbox)
        .where(o.id == sa.bindparam("row_id"), o.fence == sa.bindparam("row_fence"), among(o.state, came_from))
        .values(state=sa.bindparam("new_state"), **values)
    )


def move(
    connection: Connection, row: Mapping[Any, Any], came_from: tuple[S, ...], to: S, *, count: tuple[str, ...] = (), **values: Any
) -> bool:
    """
    Move one row, if it still has its fence and is in one of `came_from`; False: somebody else was faster.

    count: columns that go up by one.
    """
    names = (*values, *(f"+{name}" for name in count))
    given = {f"new_{name}": value for name, value in values.items()}
    where = {"row_id": row["id"], "row_fence": row["fence"], "new_state": to.value}
    statement = _statement(names, tuple(state.value for state in came_from))
    return connection.execute(statement, {**where, **given}).rowcount == 1


def to_claimed(connection: Connection, row: Mapping[Any, Any], now: datetime, lease_until: datetime) -> bool:
    """Take a row that is ready: a new fence, a lease on the machine's clock."""
    ready = (S.pending, S.held, S.retry)
    return move(connection, row, ready, S.claimed, count=("fence",), claimed_at=now, lease_until=lease_until)


def to_sending(connection: Connection, row: Mapping[Any, Any], now: datetime, lease_until: datetime) -> bool:
    """The one update that decides between STOP and the sending: whoever comes first has the row."""
    return move(connection, row, (S.claimed,), S.sending, count=("attempts",), sending_at=now, lease_until=lease_until, reason=None)


def to_sent(connection: Connection, row: Mapping[Any, Any], now: datetime, message_id: str | None, reason: Reason | None = None) -> bool:
    """
    It went out. reason: unknown_outcome where nobody will ever know; else None.

    A row that was found unknown meanwhile, because its worker was slow, is settled by this too.
    """
    came_from = (S.sending, S.unknown)
    values: dict[str, Any] = {"sent_at": now, "settled_at": now, "reason": reason.value if reason else None, "provider_code": None}
    if message_id is not None:
        values["provider_message_id"] = message_id
    return move(connection, row, came_from, S.sent, **values)


def to_unknown(connection: Connection, row: Mapping[Any, Any], code: str | None) -> bool:
    """It may have gone out."""
    return move(connection, row, (S.sending,), S.unknown, reason=Reason.unknown_outcome.value, provider_code=code)


def to_held(connection: Connection, row: Mapping[Any, Any], reason: Reason, until: datetime, *, sending: bool = False) -> bool:
    """It waits. sending: the provider has surely not taken it."""
    return move(connection, row, (S.sending,) if sending else (S.claimed,), S.held, reason=reason.value, due_at=until)


def to_retry(
    connection: Connection, row: Mapping[Any, Any], reason: Reason, code: str | None, at: datetime, *, attempts: int | None = None
) -> bool:
    """It surely did not go out, and is tried again at `at`. attempts: where this one is not to count."""
    values: dict[str, Any] = {} if attempts is None else {"attempts": attempts}
    return move(connection, row, (S.sending,), S.retry, reason=reason.value, provider_code=code, due_at=at, **values)


def to_pending(connection: Connection, row: Mapping[Any, Any], now: datetime | None = None) -> bool:
    """Give it back: a claim that cannot be used yet, or (with `now`) an unknown that the provider has no record of."""
    if now is None:
        return move(connection, row, (S.claimed,), S.pending, reason=None)
    return move(connection, row, (S.unknown,), S.pending, reason=None, due_at=now)


def to_end(connection: Connection, row: Mapping[Any, Any], to: S, reason: Reason, code: str | None, now: datetime) -> bool:
    """It will never go out: dead, cancelled or expired."""
    came_from = (S.claimed, S.sending, S.unknown)
    return move(connection, row, came_from, to, reason=reason.value, provider_code=code, settled_at=now)
