"""Loading ahead of the first message leaves the garbage collector as it was, and what was loaded out of its way."""

from __future__ import annotations

import gc

import pytest

from bot.warm import warm_up
from tests.world import World


@pytest.mark.parametrize("collects", [True, False], ids=["on", "off"])
def test_the_collector_is_left_as_it_was_and_need_not_look_at_what_was_loaded(collects: bool) -> None:
    world = World()
    was = gc.isenabled()
    try:
        gc.enable() if collects else gc.disable()
        gc.unfreeze()
        warm_up(world.house)
        assert gc.isenabled() is collects
        assert gc.get_freeze_count() > 0
    finally:
        gc.unfreeze()
        gc.enable() if was else gc.disable()
