"""
The data folder: the database and the key ring, for their owner alone.

The first start makes both. A database without its ring is never given a new one: that would hide the loss behind text
that nobody can read. The ring is never made inside a unit nor kept in the database.
"""

from __future__ import annotations

import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from bot.errors import KeyLost, WrongUse
from bot.values import Clock, Ids
from storage.crypto import Vault
from storage.database import Database
from storage.keyring import LOST, KeyRing

RING: Final = "key-ring.json"
DATABASE: Final = "checkline.db"


@dataclass(frozen=True, slots=True)
class Store:
    """An open database and the vault that reads it."""

    database: Database
    vault: Vault

    def close(self) -> None:
        """Close the database."""
        self.database.close()


def open_store(folder: Path, url: str = "", *, ids: Ids, machine: Clock, queue_max: int = 1000) -> Store:
    """
    Open what the folder holds; make it if this is the first start.

    Args:
        url: empty for SQLite in the folder. The ring is in the folder in any case.

    Raises:
        KeyLost: there is a database but not its ring, or the ring is another's or readable by others.
        WrongUse: the folder is open to others, or PostgreSQL needs `checkline db upgrade`.
    """
    make_folder(folder)
    database = Database.open(url or default_url(folder), ids=ids, machine=machine, queue_max=queue_max)
    try:
        own_files(folder)
        return Store(database, _vault(folder / RING, database, ids))
    except BaseException:
        database.close()
        raise


def open_memory(url: str = "sqlite://", *, ids: Ids, machine: Clock, rerun: bool = False) -> Store:
    """A database and ring that no folder keeps: for tests, demo and simulation."""
    database = Database.open(url, ids=ids, machine=machine, rerun=rerun)
    vault = Vault(KeyRing.in_memory(ids), ids)
    database.write(0, vault.mark)
    return Store(database, vault)


def default_url(folder: Path) -> str:
    """SQLite in the folder."""
    return f"sqlite:///{folder / DATABASE}"


def make_folder(folder: Path) -> None:
    """
    Make the folder, mode 0700.

    Raises:
        WrongUse: it cannot be made, or others may look into it. Its rights are not changed: it may be somebody's home.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        mode = folder.stat().st_mode
    except OSError as error:
        raise WrongUse(f"{folder}: the data folder cannot be made ({error.strerror}); give another with --data") from None
    if stat.S_IMODE(mode) & 0o077:
        raise WrongUse(f"{folder}: others may look into the data folder; say `chmod 700 {folder}`, or give another with --data")


def own_files(folder: Path) -> None:
    """Take group and others off the database's files, which SQLite makes with the umask's rights."""
    for path in folder.glob(f"{DATABASE}*"):
        path.chmod(0o600)


def _vault(path: Path, database: Database, ids: Ids) -> Vault:
    if path.exists():
        vault = Vault(KeyRing.load(path, ids), ids)
        if not database.read(vault.check):
            # Interrupted between making the ring and marking the database; or a ring brought to an empty database.
            database.write(0, lambda connection: _mark(connection, vault))
        return vault
    if database.read(Vault.is_marked):
        raise KeyLost(f"{path}: there is no key ring here, but the database was sealed with one; {LOST}")
    # The ring first, on disk, then the mark: a crash between leaves a ring without use, never a database without its ring.
    try:
        ring = KeyRing.create(path, ids)
    except FileExistsError:
        ring = KeyRing.load(path, ids)
    vault = Vault(ring, ids)
    database.write(0, lambda connection: _mark(connection, vault))
    return vault


def _mark(connection: sa.Connection, vault: Vault) -> None:
    if not vault.check(connection):
        vault.mark(connection)
