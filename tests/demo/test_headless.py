"""The headless demo: nothing happens that must not, for any seed, and the same seed gives the same bytes."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bot.cli.demo.cast import cast
from bot.cli.demo.headless import holds, play
from bot.cli.demo.reading import Questions
from bot.flows.language import Asking
from bot.flows.load import shipped
from bot.locales.words import Words
from bot.values import ChannelKind

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


# ---------------------------------------------------------------- the cast


def test_the_cast_is_what_the_demo_promises():
    company = cast()
    assert len(company.clients) == 24
    assert {client.country for client in company.clients} == {"US", "ES", "CA", "FR"}
    assert {client.language for client in company.clients} == set(Words().languages()) == set(company.languages)
    channels = {sender.key: sender.channel for sender in company.senders}
    assert {channels[client.sender] for client in company.clients} == set(ChannelKind)
    assert [member.role for member in company.staff].count("case_manager") == 3
    assert len({client.address for client in company.clients}) == 23


def fictional(address: str) -> bool:
    """555-01xx of the North American plan, 01 99 00 xx xx of the French, chats with seven billion and few."""
    american = address.startswith("+1") and address[5:10] == "55501" and len(address) == 12
    return american or (address.startswith("+3319900") and len(address) == 12) or (address.startswith("70000001") and len(address) == 10)


def test_every_number_is_kept_free_for_fiction():
    company = cast()
    people: list[Any] = [*company.clients, *company.strangers, *company.staff]
    assert [one.address for one in people if not fictional(one.address) and not one.address.startswith("70000000")] == []


def test_everything_that_is_done_can_be_said_in_every_language():
    company = cast()
    needed = {act.what for like in company.behaviours.values() for act in like.acts if act.do in ("say", "edit")}
    needed |= {pick[1:] for like in company.behaviours.values() for picks in like.picks.values() for pick in picks if pick.startswith("!")}
    needed |= {what for _, _, what in company.finale} | {"note", "start", "stop"}
    assert {what for what in needed if set(company.phrases.get(what, ())) != set(company.languages)} == set()


def test_every_behaviour_is_there_and_picks_answers_that_the_flows_have():
    company, flows = cast(), shipped()
    assert {client.does for client in company.clients} | {"stranger"} == set(company.behaviours)
    for like in company.behaviours.values():
        for name, picks in like.picks.items():
            if name == "goal":
                continue
            flow, _, step = name.partition(".")
            asking = flows[flow].steps[step]
            assert isinstance(asking, Asking)
            values = {one.value for one in asking.options} if isinstance(asking.options, tuple) else set()
            assert {pick for pick in picks if not pick.startswith("!")} <= (values or {"true", "false", "note"}) | {"true", "false", "note"}


@pytest.mark.parametrize("language", ["en", "es", "ar"])
def test_a_persona_knows_every_question_by_its_words(language: str):
    words, flows = Words(), shipped()
    questions = Questions(words, flows, ("en", "es", "ar"))
    names = "name programme manager appointment_title appointment_date appointment_time appointment_place goal_title goal_unit"
    values = dict.fromkeys(names.split(), "Wörter 12")
    for flow in flows.values():
        for step in flow.steps.values():
            if isinstance(step, Asking):
                found = questions.read(words.say(step.text.en, language, values) + "\n1 …")
                assert found is not None
                assert (found.name, found.kind, found.language) == (f"{flow.id}.{step.id}", "ask", language)
