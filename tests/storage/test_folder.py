"""The data folder is its owner's alone; a database never gets a second key ring."""

from __future__ import annotations

import json
import os
import stat
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.errors import KeyLost, WrongUse
from bot.ports import SystemClock, SystemIds
from storage.folder import DATABASE, RING, Store, open_memory, open_store
from storage.keys import create_key

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


def opened(folder: Path, url: str = "") -> Store:
    return open_store(folder, url, ids=SystemIds(1), machine=SystemClock())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder after its first start."""
    place = tmp_path / "data"
    before = os.umask(0)  # the most careless
    try:
        opened(place).close()
    finally:
        os.umask(before)
    return place


def rights(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_first_start_makes_database_and_keys_for_the_owner_alone(folder: Path) -> None:
    assert rights(folder) == 0o700
    assert {path.name: rights(path) for path in folder.iterdir()} == {DATABASE: 0o600, RING: 0o600}


def test_the_files_beside_an_open_database_are_the_owners_too(folder: Path) -> None:
    store = opened(folder)
    store.database.write(0, lambda connection: create_key(connection, store.vault, 1, 1, NOW))
    assert {rights(path) for path in folder.iterdir()} == {0o600}
    store.close()


def test_what_was_sealed_opens_at_the_next_start(folder: Path) -> None:
    store = opened(folder)
    key = store.database.write(0, lambda connection: create_key(connection, store.vault, 1, 1, NOW))
    sealed = store.vault.seal(key, "clients.name", 1, "Maria")
    store.close()
    again = opened(folder)
    assert again.database.read(lambda connection: again.vault.open(connection, "clients.name", 1, sealed)) == "Maria"
    again.close()


def _gone(ring: Path) -> None:
    ring.unlink()


def _another(ring: Path) -> None:
    other = opened(ring.parent.parent / "other")
    other.close()
    (ring.parent.parent / "other" / RING).replace(ring)


def _torn(ring: Path) -> None:
    ring.write_text(ring.read_text()[:-40])


def _not_json(ring: Path) -> None:
    ring.write_bytes(b"\xff\xfe")


def _short(ring: Path) -> None:
    body = json.loads(ring.read_text())
    ring.write_text(json.dumps(body | {"index": "AAAA"}))


def _list(ring: Path) -> None:
    ring.write_text("[]")


LOST = {
    "the ring is gone": _gone,
    "the ring is another database's": _another,
    "the ring is torn": _torn,
    "the ring is no text": _not_json,
    "a key in the ring is too short": _short,
    "the ring is other JSON": _list,
}


@pytest.mark.parametrize("lose", LOST.values(), ids=LOST)
def test_a_lost_ring_is_told_with_what_is_lost_and_where_it_is_looked_for(folder: Path, lose: Any) -> None:
    secrets = json.loads((folder / RING).read_text())["keys"].values()
    lose(folder / RING)
    before = {path.name for path in folder.iterdir()}
    with pytest.raises(KeyLost, match=r"names, numbers, texts and notes.*restore key-ring\.json") as caught:
        opened(folder)
    assert str(folder / RING) in str(caught.value)
    shown = "".join(traceback.format_exception(caught.value))
    assert not any(secret[:-4] in shown for secret in secrets)
    assert {path.name for path in folder.iterdir()} <= before, "no new ring is made"


def test_a_ring_that_others_may_read_is_refused(folder: Path) -> None:
    (folder / RING).chmod(0o640)
    with pytest.raises(KeyLost, match="chmod 600"):
        opened(folder)


def test_a_folder_that_others_may_look_into_is_refused(folder: Path) -> None:
    folder.chmod(0o755)
    with pytest.raises(WrongUse, match="chmod 700"):
        opened(folder)


def test_a_folder_that_cannot_be_made_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(WrongUse, match="--data"):
        opened(tmp_path / "file" / "data")


def test_a_ring_without_a_mark_is_taken_on(folder: Path) -> None:
    (folder / DATABASE).unlink()  # as after a crash between the two
    ring = (folder / RING).read_bytes()
    opened(folder).close()
    assert (folder / RING).read_bytes() == ring


def test_another_database_of_the_same_ring_is_refused(folder: Path, database_url: str) -> None:
    opened(folder, database_url).close()
    opened(folder, database_url).close()
    other = folder.parent / "other"
    with pytest.raises(KeyLost, match="no key ring here, but"):
        opened(other, database_url)
    assert not (other / RING).exists()


def test_in_memory_needs_no_folder() -> None:
    store = open_memory(ids=SystemIds(1), machine=SystemClock())
    assert store.database.read(store.vault.check)
    store.close()
