"""
The audit trail: who did what to what, append-only, each row chained to the one before it.

There is one chain a client (and one a programme, for what concerns no client): the unit that writes has locked
the client's row anyway, so the chain needs no further lock. Rows hold ids and codes, never words or names.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from bot.values import Ids, Person, utc
from storage import schema as t

_HEAD = sa.select(t.audit_heads.c.seq, t.audit_heads.c.hash).where(t.audit_heads.c.chain_id == sa.bindparam("chain")).with_for_update()
_INSERT = sa.insert(t.audit)
_NEW_HEAD = sa.insert(t.audit_heads)
_MOVE_HEAD = (
    sa.update(t.audit_heads)
    .where(t.audit_heads.c.chain_id == sa.bindparam("chain"))
    .values(seq=sa.bindparam("new_seq"), hash=sa.bindparam("new_hash"))
)
START = bytes(32)


def append(
    connection: Connection,
    ids: Ids,
    *,
    programme_id: int,
    chain_id: int,
    actor: Person,
    action: str,
    target: str = "",
    detail: dict[str, Any] | None = None,
    now: datetime,
) -> None:
    """
    Add one row to the chain of `chain_id` (a client, else the programme).

    Locks the head of that chain until commit. `target` is like "flag 123"; `detail` holds codes and counts only.
    """
    head = connection.execute(_HEAD, {"chain": chain_id}).first()
    seq, previous = (head.seq + 1, head.hash) if head else (1, START)
    row = {
        "id": ids.new(),
        "programme_id": programme_id,
        "chain_id": chain_id,
        "seq": seq,
        "at": now,
        "actor_id": actor.id,
        "actor_role": actor.role,
        "action": action,
        "target": target,
        "detail": detail or {},
        "previous": previous,
    }
    row["hash"] = digest(row)
    connection.execute(_INSERT, row)
    if head is None:
        connection.execute(_NEW_HEAD, {"chain_id": chain_id, "programme_id": programme_id, "seq": seq, "hash": row["hash"]})
    else:
        connection.execute(_MOVE_HEAD, {"chain": chain_id, "new_seq": seq, "new_hash": row["hash"]})


def digest(row: dict[str, Any]) -> bytes:
    """SHA-256 over the row's content and the hash before it."""
    said = [
        row["programme_id"],
        row["chain_id"],
        row["seq"],
        utc(row["at"]).isoformat(),
        row["actor_id"],
        row["actor_role"],
        row["action"],
        row["target"],
        row["detail"],
    ]
    return hashlib.sha256(row["previous"] + json.dumps(said, sort_keys=True, separators=(",", ":")).encode()).digest()


def faults(connection: Connection) -> Iterator[str]:
    """Say where a chain is broken: a row missing, changed, or cut off at its end, or a head gone. Reads the whole trail."""
    heads = {row.chain_id: (row.seq, row.hash) for row in connection.execute(sa.select(t.audit_heads))}
    last: dict[int, tuple[int, bytes]] = {}
    for row in connection.execute(sa.select(t.audit).order_by(t.audit.c.chain_id, t.audit.c.seq)).mappings():
        seq, previous = last.get(row["chain_id"], (0, START))
        if row["seq"] != seq + 1 or row["previous"] != previous or digest(dict(row)) != row["hash"]:
            yield f"audit: chain {row['chain_id']} is broken at row {row['seq']}"
        last[row["chain_id"]] = (row["seq"], row["hash"])
    for chain, head in heads.items():
        if last.get(chain) != head:
            yield f"audit: chain {chain} does not end where its head says"
    for chain in last.keys() - heads.keys():
        yield f"audit: chain {chain} has lost its head"
