"""
The key ring: the few keys that wrap all data keys, and the key of the blind index.

One JSON file, readable by its owner alone: {"current": id, "keys": {id: base64}, "index": base64}. It is never in
the database and never in a backup; who has lost it has lost names, numbers, texts and notes, and is told so.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import os
import stat
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.errors import KeyLost
from bot.values import Ids

LOST: Final = "names, numbers, texts and notes in the database cannot be read without it; restore key-ring.json from where you keep it safe"
_PROOF = b"checkline: this ring belongs to this database"


class KeyRing:
    """Wraps and unwraps data keys. A ring with several keys wraps with the current one and unwraps with all."""

    def __init__(self, *, current: str, keys: dict[str, bytes], index: bytes, ids: Ids, where: str) -> None:
        self.index = index
        self.where = where
        self._current = current
        self._keys = dict(keys)
        self._ciphers = {name: AESGCM(secret) for name, secret in keys.items()}
        self._ids = ids

    def __repr__(self) -> str:
        return f"KeyRing({self.where!r}, {len(self._keys)} keys)"

    @classmethod
    def in_memory(cls, ids: Ids) -> KeyRing:
        """A fresh ring that no file keeps: for tests and simulation."""
        name = str(ids.new())
        return cls(current=name, keys={name: ids.bytes(32)}, index=ids.bytes(32), ids=ids, where="memory")

    @classmethod
    def create(cls, path: Path, ids: Ids) -> KeyRing:
        """
        A fresh ring in a new file, mode 0600, on disk when this returns.

        Raises:
            FileExistsError: there is a file already. A ring is never written over.
        """
        ring = cls.in_memory(ids)
        ring.where = str(path)
        # Linked into place whole: another process that starts at the same time sees all of it or nothing.
        draft = path.with_name(f"{path.name}.{ids.new()}")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(ring.body())
                file.flush()
                os.fsync(file.fileno())
            os.link(draft, path)
        finally:
            draft.unlink()
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        return ring

    def body(self) -> str:
        """The text of the file: all secrets."""
        keys = {name: base64.b64encode(secret).decode() for name, secret in self._keys.items()}
        return json.dumps({"current": self._current, "keys": keys, "index": base64.b64encode(self.index).decode()}, indent=1) + "\n"

    @classmethod
    def load(cls, path: Path, ids: Ids) -> KeyRing:
        """
        The ring that the file holds.

        Raises:
            KeyLost: it is not there, is not a key ring, or others than its owner may read or write it.
        """
        try:
            mode = path.stat().st_mode
            text = path.read_text("ascii")
        except FileNotFoundError:
            raise KeyLost(f"{path}: there is no key ring here; {LOST}") from None
        except (OSError, UnicodeDecodeError) as error:
            raise KeyLost(f"{path}: the key ring cannot be read ({type(error).__name__}); {LOST}") from None
        if stat.S_IMODE(mode) & 0o077:
            raise KeyLost(f"{path}: others than its owner may read the key ring; say `chmod 600 {path}`, and think who may have read it")
        try:
            return cls._parse(text, ids, str(path))
        except (ValueError, KeyError, TypeError, AttributeError, binascii.Error):
            # `from None`: the cause may quote the file, which is all secrets.
            raise KeyLost(f"{path}: this is not a whole key ring; {LOST}") from None

    @classmethod
    def _parse(cls, text: str, ids: Ids, where: str) -> KeyRing:
        body = json.loads(text)
        keys = {str(name): base64.b64decode(secret, validate=True) for name, secret in body["keys"].items()}
        index = base64.b64decode(body["index"], validate=True)
        current = str(body["current"])
        if current not in keys or len(index) != 32 or any(len(secret) != 32 for secret in keys.values()):
            raise ValueError
        return cls(current=current, keys=keys, index=index, ids=ids, where=where)

    def wrap(self, key: bytes, about: bytes = b"") -> bytes:
        """Encrypt a data key. `about` (its id) must be the same to unwrap it. Gives ring key id (8 bytes), nonce (12), ciphertext."""
        nonce = self._ids.bytes(12)
        name = int(self._current).to_bytes(8, "big")
        return name + nonce + self._ciphers[self._current].encrypt(nonce, key, name + about)

    def unwrap(self, wrapped: bytes, about: bytes = b"") -> bytes:
        """
        Decrypt a data key.

        Raises:
            KeyLost: the ring lacks the key that wrapped it, or the wrapped key was changed.
        """
        name = wrapped[:8]
        cipher = self._ciphers.get(str(int.from_bytes(name, "big")))
        if cipher is None:
            raise KeyLost(f"{self.where}: the key ring lacks a key that the database was sealed with; {LOST}")
        try:
            return cipher.decrypt(wrapped[8:20], wrapped[20:], name + about)
        except (InvalidTag, ValueError):
            raise KeyLost(f"{self.where}: a data key in the database does not open with this ring; {LOST}") from None

    def proof(self) -> str:
        """What the database keeps to know its ring by; says nothing about the keys."""
        return hmac.digest(self.index, _PROOF, "sha256").hex()

    def prove(self, value: str) -> None:
        """
        Raises:
            KeyLost: `value` was not written by this ring's `proof`.
        """
        if not hmac.compare_digest(value.encode(), self.proof().encode()):
            raise KeyLost(f"{self.where}: this key ring belongs to another database; {LOST}")
