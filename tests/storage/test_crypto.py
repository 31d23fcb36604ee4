"""Sealed text opens in its own place and nowhere else; without its key it says so; errors quote nothing."""

from __future__ import annotations

import traceback
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from bot.errors import KeyLost
from bot.ports import SystemIds
from bot.values import Ids
from storage import crypto
from storage import schema as t
from storage.crypto import DataKey, Vault
from storage.database import Database
from storage.keyring import KeyRing
from storage.keys import create_key, erase_key

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
PLACE = "clients.name"
SUBJECT, ROW = 11, 12


@pytest.fixture
def key(database: Database, vault: Vault) -> DataKey:
    return database.write(SUBJECT, lambda connection: create_key(connection, vault, SUBJECT, 1, NOW))


TEXTS = {
    "plain words": "Maria Petrova",
    "nothing": "",
    "NUL, which PostgreSQL text refuses": "a\0b",
    "half a surrogate pair": "\ud83d hello \udc00",
    "Arabic": "أنا بخير اليوم",
    "a long message": "x" * 100_000,
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_what_is_sealed_comes_back_from_the_database(database: Database, vault: Vault, key: DataKey, text: str) -> None:
    sealed = vault.seal(key, PLACE, ROW, text)
    row = {"id": ROW, "programme_id": 1, "role": "case_manager", "zone": "UTC", "name_sealed": sealed, "created_at": NOW}
    database.write(SUBJECT, lambda connection: connection.execute(sa.insert(t.users), row).rowcount)
    select = sa.select(t.users.c.name_sealed)
    assert database.read(lambda connection: vault.open(connection, PLACE, ROW, connection.execute(select).scalar())) == text
    other = Vault(vault._ring, SystemIds(3))
    assert database.read(lambda connection: other.open(connection, PLACE, ROW, sealed)) == text, "without the cache"


MOVED = {
    "another row": (PLACE, ROW + 1, lambda sealed: sealed),
    "another column": ("clients.note", ROW, lambda sealed: sealed),
    "a place that runs into the row": ("clients.name 1", 2, lambda sealed: sealed),
    "a changed byte": (PLACE, ROW, lambda sealed: sealed[:-1] + bytes([sealed[-1] ^ 1])),
    "another version": (PLACE, ROW, lambda sealed: b"\2" + sealed[1:]),
    "cut short": (PLACE, ROW, lambda sealed: sealed[:20]),
    "empty": (PLACE, ROW, lambda sealed: sealed[:0]),
    "a key that is in no row": (PLACE, ROW, lambda sealed: sealed[:1] + b"\1" * 8 + sealed[9:]),
}


@pytest.mark.parametrize(("place", "row", "change"), MOVED.values(), ids=MOVED)
def test_a_value_that_was_moved_or_changed_does_not_open(database, vault, key, place, row, change) -> None:
    sealed = change(vault.seal(key, PLACE, ROW, "Maria Petrova"))
    with pytest.raises(KeyLost) as caught:
        database.read(lambda connection: vault.open(connection, place, row, sealed))
    shown = "".join(traceback.format_exception(caught.value))
    assert "Maria" not in shown
    assert place in str(caught.value) or "data_keys" in str(caught.value)


def test_nothing_opens_as_none(database: Database, vault: Vault) -> None:
    assert database.read(lambda connection: vault.open(connection, PLACE, ROW, None)) is None


def test_the_same_text_never_looks_the_same(vault: Vault) -> None:
    key, _ = vault.new_key()
    assert len({vault.seal(key, PLACE, ROW, "yes") for _ in range(100)}) == 100


def test_an_erased_key_reads_as_none_once_it_is_forgotten(database: Database, vault: Vault, key: DataKey) -> None:
    sealed = vault.seal(key, PLACE, ROW, "Maria Petrova")
    assert database.read(lambda connection: vault.open(connection, PLACE, ROW, sealed)) == "Maria Petrova"
    assert database.write(SUBJECT, lambda connection: erase_key(connection, SUBJECT, NOW))
    vault.forget(SUBJECT)
    assert database.read(lambda connection: vault.open(connection, PLACE, ROW, sealed)) is None
    assert database.read(lambda connection: connection.execute(sa.select(t.data_keys.c.wrapped)).scalar()) is None
    with pytest.raises(KeyLost, match="no live key"):
        database.read(lambda connection: vault.key_for(connection, SUBJECT))
    assert not database.write(SUBJECT, lambda connection: erase_key(connection, SUBJECT, NOW)), "only once"


def test_the_live_key_of_a_subject_is_found(database: Database, vault: Vault, key: DataKey) -> None:
    assert database.read(lambda connection: vault.key_for(connection, SUBJECT)) == key
    other = Vault(vault._ring, SystemIds(3))
    assert database.read(lambda connection: other.key_for(connection, SUBJECT)) == key


def test_a_key_of_a_unit_that_was_rolled_back_is_never_used_again(database_once: Database, vault: Vault) -> None:
    def unit(connection: sa.Connection) -> DataKey:
        create_key(connection, vault, SUBJECT, 1, NOW)
        made = vault.key_for(connection, SUBJECT)
        if not runs:
            runs.append(made)
            raise LookupError
        return made

    runs: list[DataKey] = []
    with pytest.raises(LookupError):
        database_once.write(SUBJECT, unit)
    kept = database_once.write(SUBJECT, unit)
    assert kept.id != runs[0].id
    stored = database_once.read(lambda connection: connection.execute(sa.select(t.data_keys.c.id)).scalars().all())
    assert stored == [kept.id]
    assert database_once.read(lambda connection: vault.key_for(connection, SUBJECT)) == kept


def test_the_cache_is_bounded(vault: Vault) -> None:
    cache: dict[int, tuple[DataKey, int]] = {}
    key, _ = vault.new_key()
    for name in range(crypto.CACHE_MAX + 5):
        crypto._remember(cache, name, (key, 1))
    assert len(cache) == crypto.CACHE_MAX
    assert 4 not in cache
    assert crypto.CACHE_MAX + 4 in cache


def test_the_index_finds_an_address_within_its_programme_only(ids: Ids, vault: Vault) -> None:
    index = vault.index(1, "+34600111222")
    assert len(index) == 16
    assert vault.index(1, "+34600111222") == index
    assert vault.index(2, "+34600111222") != index
    assert vault.index(1, "+34600111223") != index
    assert Vault(KeyRing.in_memory(ids), ids).index(1, "+34600111222") != index
    assert len(vault.index(1, "\ud83d\0")) == 16


def test_a_wrapped_key_opens_with_its_own_ring_and_id_only(ids: Ids, vault: Vault) -> None:
    ring = vault._ring
    wrapped = ring.wrap(b"k" * 32, b"1")
    assert ring.unwrap(wrapped, b"1") == b"k" * 32
    for about, other in ((b"2", ring), (b"1", KeyRing.in_memory(ids))):
        with pytest.raises(KeyLost, match=r"names, numbers, texts and notes.*key-ring\.json"):
            other.unwrap(wrapped, about)
    with pytest.raises(KeyLost):
        ring.unwrap(b"", b"1")


def test_secrets_show_in_no_repr(vault: Vault) -> None:
    key, _ = vault.new_key()
    assert repr(key) == f"DataKey(id={key.id})"
    assert vault._ring.index.hex() not in repr(vault._ring)


def test_many_threads_may_seal_and_open(database: Database, vault: Vault, key: DataKey) -> None:
    def turn(n: int) -> bool:
        sealed = vault.seal(key, PLACE, n, str(n))
        return database.read(lambda connection: vault.open(connection, PLACE, n, sealed)) == str(n)

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(turn, range(100)))
