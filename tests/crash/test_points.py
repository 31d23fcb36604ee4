"""Killed at every named point, most of them five times: docs/explanation/crashes.md lists them with what each proves."""

from __future__ import annotations

import random
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from storage import schema as t
from tests.crash.traffic import CHAINS, Traffic
from tests.crash.verdict import faults
from tests.http.programme import World
from tests.http.service import KILLED_AT_POINT

ROOT = Path(__file__).parents[2]
POINTS = (
    "inbound.read",
    "inbound.computed",
    "inbound.in-unit",
    "inbound.committed",
    "fire.before-unit",
    "fire.in-unit",
    "fire.after-commit",
    "send.claimed",
    "send.before-sending-unit",
    "send.sending",
    "send.handed-over",
    "send.marked",
    "status.before-unit",
    "status.after-commit",
    "followup.before-unit",
    "escalate.before-unit",
    "escalate.after-commit",
    "settle.before-unit",
    "acknowledge.before-unit",
)
AT_COMMAND = "acknowledge.before-unit"
"""Passed by who works at the desk, which here is a command."""
PASSES = (1, 2, 1, 2, 1)
"""Which pass of the point kills the process, in each of the five deaths."""
PASSES_FEW = PASSES[:2]
"""The same for what falls due outside of inbound turn, fire, send and status: the code around the point is the same."""
FEW = ("followup.", "escalate.", "settle.")


def test_every_point_of_the_source_is_killed_at_and_explained() -> None:
    found = [
        name
        for folder in ("bot", "scheduler", "storage", "console")
        for path in sorted((ROOT / folder).rglob("*.py"))
        for name in re.findall(r"\.point\(\"([^\"]+)\"\)", path.read_text("utf-8"))
    ]
    assert sorted(found) == sorted(POINTS)
    told = re.findall(r"^\| `([a-z.-]+)` \|", (ROOT / "docs/explanation/crashes.md").read_text("utf-8"), re.MULTILINE)
    assert sorted(told) == sorted(POINTS)


@pytest.mark.slow
@pytest.mark.parametrize("point", [point for point in POINTS if point != AT_COMMAND])
def test_killed_there_nothing_is_lost_and_nothing_comes_twice(world: World, point: str) -> None:
    traffic = Traffic(world, random.Random(point))
    with ThreadPoolExecutor(len(CHAINS)) as pool:
        for nth in PASSES_FEW if point.startswith(FEW) else PASSES:
            traffic.spoil(2)
            victim = world.site.start(crash_at=f"{point}:{nth}", wait=False)
            chains = [pool.submit(getattr(traffic, chain)) for chain in (CHAINS if nth > 1 else CHAINS[:3])]
            assert victim.exited() == KILLED_AT_POINT
            world.leases_run_out()
            survivor = world.site.start()
            for chain in chains:
                chain.result()
            traffic.drain()
            assert survivor.stop() == 0
    assert faults(traffic) == []


@pytest.mark.slow
def test_killed_while_acknowledging_the_flag_is_taken_on_by_the_next_try(world: World) -> None:
    process = world.site.start()
    traffic = Traffic(world, random.Random(AT_COMMAND))
    for _ in PASSES:
        client = traffic.client()
        traffic.text(client.phone, "I want to kill myself", client.client_id, critical=True)
        flag = world.rows(t.flags, t.flags.c.client_id == client.client_id)[0]
        words = ("flag", "acknowledge", str(flag["id"]), "--as", "ana")
        assert world.site.exit_code(*words, crash_at=AT_COMMAND) == KILLED_AT_POINT
        assert world.rows(t.flags, t.flags.c.id == flag["id"])[0]["state"] == "open"
        assert world.site.exit_code(*words) == 0
        assert world.rows(t.flags, t.flags.c.id == flag["id"])[0]["state"] == "acknowledged"
    traffic.drain()
    assert process.stop() == 0
    assert faults(traffic) == []
