"""The headless demo: nothing happens that must not, for any seed, and the same seed gives the same bytes."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from bot.cli.demo.headless import holds, play

pytestmark = pytest.mark.slow

CPU_SECONDS_MAX = 120


def demo(*arguments: str, hash_seed: str = "0", folder: Path | None = None) -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    command = [sys.executable, "-c", "from bot.cli.main import main; main()", "demo", *arguments]
    root = Path(__file__).resolve().parents[2]
    return subprocess.run(command, capture_output=True, env={**environment, "PYTHONPATH": str(root)}, cwd=folder or root, check=False)


def test_two_days_hold():
    lines: list[str] = []
    totals = play(2, 4, lines.append, as_json=True)
    assert holds(totals)
    assert totals["prompts"]["sent"] > 10
    assert len(lines) > 100
    planned = totals["prompts"].pop("planned")
    assert planned == sum(totals["prompts"].values())
    assert sum(totals["reasons"].values()) == sum(totals["prompts"][name] for name in ("held", "skipped", "expired"))


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3, 20])
def test_two_weeks_hold_whatever_the_seed(seed: int):
    totals = play(14, seed, lambda _: None, as_json=True)
    assert holds(totals)
    flags = totals["flags"]
    for severity in ("critical", "high", "review"):
        assert flags[severity]["opened"] > 0
        assert flags[severity]["opened"] - flags[severity]["acknowledged"] <= 1
    assert sum(one["escalated"] for one in flags.values()) > 0
    assert totals["stops"] > 0


@pytest.mark.slow
def test_the_same_seed_gives_the_same_bytes_and_nothing_but_json_lines_and_touches_no_folder(tmp_path: Path):
    first, second = (demo("--headless", "--days", "14", "--seed", "1", "--json", hash_seed=seed, folder=tmp_path) for seed in ("1", "999"))
    assert first.returncode == 0
    assert first.stdout == second.stdout
    assert first.stderr == b""
    lines = [json.loads(line) for line in first.stdout.splitlines()]
    assert set(lines[-1]) == {"prompts", "reasons", "replies", "flags", "stops", "violations", "left"}
    assert all(set(line) == {"at", "who", "direction", "kind", "text", "buttons"} for line in lines[:-1])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_sixty_days_take_two_minutes_of_cpu_at_most():
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = demo("--headless", "--days", "60", "--seed", "1", "--json")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode == 0
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime <= CPU_SECONDS_MAX


def test_without_headless_it_says_what_to_do():
    done = demo()
    assert done.returncode == 2
    assert b"checkline run --demo" in done.stderr
