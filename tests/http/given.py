"""The fixtures of the HTTP and kill tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.http.programme import World, copied


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder that all workers of this run see."""
    base = tmp_path_factory.getbasetemp()
    return base if worker_id == "master" else base.parent


@pytest.fixture
def world(shared_folder: Path, tmp_path: Path) -> Iterator[World]:
    """The programme on a data folder of its own; nothing runs yet."""
    with copied(shared_folder, tmp_path) as made:
        yield made


@pytest.fixture
def running(world: World) -> World:
    """The same, served by `checkline run`."""
    world.site.start()
    return world


@pytest.fixture(scope="module")
def untouched(shared_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One served programme for all tests of a module that leave no trace in it."""
    with copied(shared_folder, tmp_path_factory.mktemp("untouched")) as made:
        made.site.start()
        yield made
