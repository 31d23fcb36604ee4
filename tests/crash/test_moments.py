"""Killed at moments that nobody chose: fifty times, under traffic that never stops."""

from __future__ import annotations

import random
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.crash.traffic import CHAINS, Traffic
from tests.crash.verdict import faults
from tests.http.programme import World

pytestmark = pytest.mark.slow

SEEDS = range(5)
DEATHS = 10
ALIVE_SECONDS = 2.0


@pytest.mark.parametrize("seed", SEEDS)
def test_killed_at_any_moment_nothing_is_lost_and_nothing_comes_twice(world: World, seed: int) -> None:
    traffic, moments = Traffic(world, random.Random(seed)), random.Random(f"moments {seed}")
    enough = threading.Event()

    def again(chain: str) -> int:
        rounds = 0
        while not enough.is_set():
            getattr(traffic, chain)()
            rounds += 1
        return rounds

    with ThreadPoolExecutor(len(CHAINS)) as pool:
        chains = [pool.submit(again, chain) for chain in CHAINS]
        for _ in range(DEATHS):
            traffic.spoil(1)
            victim = world.site.start()
            enough.wait(moments.uniform(0, ALIVE_SECONDS))
            victim.kill()
            world.leases_run_out()
        enough.set()
        survivor = world.site.start()
        assert all(chain.result() >= 1 for chain in chains)
        traffic.drain()
        assert survivor.stop() == 0
    assert faults(traffic) == []
