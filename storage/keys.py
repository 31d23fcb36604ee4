"""Data keys as rows: made with their subject, destroyed with it. See `storage/crypto.py` for what they do."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from storage.crypto import DataKey, Vault
from storage.schema.base import data_keys

_CREATE = sa.insert(data_keys).values(
    id=sa.bindparam("id"),
    programme_id=sa.bindparam("programme_id"),
    subject_id=sa.bindparam("subject_id"),
    wrapped=sa.bindparam("wrapped"),
    created_at=sa.bindparam("created_at"),
)
_ERASE = (
    sa.update(data_keys)
    .where(data_keys.c.subject_id == sa.bindparam("subject"), data_keys.c.erased_at.is_(None))
    .values(wrapped=None, erased_at=sa.bindparam("now"))
)


def create_key(connection: sa.Connection, vault: Vault, subject_id: int, programme_id: int, now: datetime) -> DataKey:
    """
    Give a new client, user or programme its data key, in the unit that makes it.

    Seal the subject's own columns with what this returns.
    """
    key, wrapped = vault.new_key()
    row = {"id": key.id, "programme_id": programme_id, "subject_id": subject_id, "wrapped": wrapped, "created_at": now}
    connection.execute(_CREATE, row)
    return key


def erase_key(connection: sa.Connection, subject_id: int, now: datetime) -> bool:
    """
    Destroy a subject's keys: whatever they sealed reads as None from now on. Cannot be undone.

    Call `Vault.forget` once the unit is committed. Returns whether there was a live key.
    """
    return connection.execute(_ERASE, {"subject": subject_id, "now": now}).rowcount > 0
