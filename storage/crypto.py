"""
Sealing personal text: one data key for each client, user and programme, all of them wrapped by a key ring.

The ring is a file beside the database and never in a backup. A data key lies wrapped in the table `data_keys`;
erasing a client destroys it, which blinds every copy of the sealed text at once. AES-256-GCM binds each value to
its column and row, so that a value moved to another row does not open. Nothing here writes to the database.
"""

from __future__ import annotations

import contextlib
import hmac
import struct
from dataclasses import dataclass, field
from typing import Final

import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.errors import KeyLost
from bot.values import Ids
from storage.keyring import KeyRing
from storage.schema.base import data_keys, meta

VERSION: Final = 1
"""The first byte of a sealed value. Another number means another layout."""

CACHE_MAX: Final = 50_000
"""Data keys held in memory; about 1 kB each. The oldest goes first."""

CHECK: Final = "key_check"
"""The row of `meta` that proves that ring and database belong together."""

READ_ONLY: Final = "checkline_read_only"
"""The execution option that `Database.read` sets on its connections."""

_HEAD = struct.Struct(">Bq")
_SEALED_MIN = _HEAD.size + 12 + 16

_BY_ID = sa.select(data_keys.c.subject_id, data_keys.c.wrapped).where(data_keys.c.id == sa.bindparam("id"))
_BY_SUBJECT = (
    sa.select(data_keys.c.id, data_keys.c.wrapped)
    .where(data_keys.c.subject_id == sa.bindparam("subject"), data_keys.c.erased_at.is_(None))
    .order_by(data_keys.c.id.desc())
    .limit(1)
)
_CHECK = sa.select(meta.c.value).where(meta.c.name == CHECK)


@dataclass(frozen=True, slots=True)
class DataKey:
    """A live data key, as `Vault.seal` takes it. The cipher is made once; the secret never shows in a repr."""

    id: int
    secret: bytes = field(repr=False)
    cipher: AESGCM = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "cipher", AESGCM(self.secret))


class Vault:
    """
    Seals and opens text, and makes the blind index of addresses. Safe across threads.

    Keys are cached by id, and by subject only as committed reads show them: a unit that is rolled back and run
    again must never seal with a key whose row went away with the first run.
    """

    def __init__(self, ring: KeyRing, ids: Ids) -> None:
        self._ring = ring
        self._ids = ids
        self._by_id: dict[int, tuple[DataKey, int]] = {}
        self._by_subject: dict[int, tuple[DataKey, int]] = {}

    def new_key(self) -> tuple[DataKey, bytes]:
        """A fresh key, and its wrapped form for the table `data_keys`. `storage.keys.create_key` stores it."""
        key = DataKey(self._ids.new(), self._ids.bytes(32))
        return key, self._ring.wrap(key.secret, _about(key.id))

    def seal(self, key: DataKey, place: str, row_id: int, text: str) -> bytes:
        """
        Encrypt `text` for one column of one row.

        Args:
            place: table and column, "clients.name": the same when it is opened.
            text: anything, NUL and unpaired surrogates too.

        Returns:
            version (1 byte), key id (8), nonce (12), ciphertext with its tag (16 more than the text).
        """
        head = _HEAD.pack(VERSION, key.id)
        nonce = self._ids.bytes(12)
        return head + nonce + key.cipher.encrypt(nonce, text.encode("utf-8", "surrogatepass"), b"%b%b %d" % (head, place.encode(), row_id))

    def open(self, connection: sa.Connection, place: str, row_id: int, sealed: bytes | None) -> str | None:
        """
        Decrypt what `seal` made for the same place and row.

        Returns:
            The text; None if there is none (NULL), or if its key was erased.

        Raises:
            KeyLost: the ring does not open the key, or the value was changed or moved here from elsewhere.
        """
        if sealed is None:
            return None
        if len(sealed) < _SEALED_MIN or sealed[0] != VERSION:
            raise KeyLost(f"{place}, row {row_id}: not a sealed value of version {VERSION}; it was written by something else")
        head = sealed[: _HEAD.size]
        key = self._key(connection, _HEAD.unpack(head)[1])
        if key is None:
            return None
        try:
            plain = key.cipher.decrypt(sealed[9:21], sealed[21:], b"%b%b %d" % (head, place.encode(), row_id))
        except InvalidTag:
            raise KeyLost(f"{place}, row {row_id}: the sealed value does not open; it was changed, or belongs elsewhere") from None
        return plain.decode("utf-8", "surrogatepass")

    def key_for(self, connection: sa.Connection, subject_id: int) -> DataKey:
        """
        The live data key of a client, user or programme.

        Raises:
            KeyLost: the subject has none: it was erased, or never given one (`storage.keys.create_key`).
        """
        known = self._by_subject.get(subject_id)
        if known is not None:
            return known[0]
        row = connection.execute(_BY_SUBJECT, {"subject": subject_id}).one_or_none()
        if row is None:
            raise KeyLost(f"data_keys, subject {subject_id}: no live key; the subject was erased, or has never had one")
        known = self._by_id.get(row.id)
        key = known[0] if known is not None else self._unwrap(row.id, subject_id, row.wrapped)
        if connection.get_execution_options().get(READ_ONLY):
            _remember(self._by_subject, subject_id, (key, subject_id))
        return key

    def index(self, programme_id: int, address: str) -> bytes:
        """The keyed blind index (16 bytes) over an E.164 number or a chat id, by which an address is found."""
        message = struct.pack(">q", programme_id) + address.encode("utf-8", "surrogatepass")
        return hmac.digest(self._ring.index, message, "sha256")[:16]

    def forget(self, subject_id: int) -> None:
        """Drop a subject's keys from memory, once its erasure is committed."""
        self._by_subject.pop(subject_id, None)
        for key_id, (_, subject) in list(self._by_id.items()):
            if subject == subject_id:
                self._by_id.pop(key_id, None)

    def check(self, connection: sa.Connection) -> bool:
        """
        Whether the database carries the check value of this ring; False when it carries none yet.

        Raises:
            KeyLost: it carries another ring's.
        """
        value = connection.execute(_CHECK).scalar()
        if value is None:
            return False
        self._ring.prove(value)
        return True

    @staticmethod
    def is_marked(connection: sa.Connection) -> bool:
        """Whether any ring's check value is in the database."""
        return connection.execute(_CHECK).scalar() is not None

    def mark(self, connection: sa.Connection) -> None:
        """Write the check value, in the unit that makes the database."""
        connection.execute(sa.insert(meta), {"name": CHECK, "value": self._ring.proof()})

    def _key(self, connection: sa.Connection, key_id: int) -> DataKey | None:
        known = self._by_id.get(key_id)
        if known is not None:
            return known[0]
        row = connection.execute(_BY_ID, {"id": key_id}).one_or_none()
        if row is None:
            raise KeyLost(f"data_keys, id {key_id}: the key that sealed a value has no row here; part of the database is missing")
        if row.wrapped is None:
            return None
        return self._unwrap(key_id, row.subject_id, row.wrapped)

    def _unwrap(self, key_id: int, subject_id: int, wrapped: bytes) -> DataKey:
        key = DataKey(key_id, self._ring.unwrap(wrapped, _about(key_id)))
        _remember(self._by_id, key_id, (key, subject_id))
        return key


def _about(key_id: int) -> bytes:
    return struct.pack(">q", key_id)


def _remember(cache: dict[int, tuple[DataKey, int]], name: int, entry: tuple[DataKey, int]) -> None:
    # Dropping the oldest is near enough to the least used, and needs neither a lock nor a write on each hit.
    while len(cache) >= CACHE_MAX:
        with contextlib.suppress(StopIteration, RuntimeError):  # another thread was faster
            cache.pop(next(iter(cache)), None)
    cache[name] = entry
