"""The installed verb `screen`: its lines, and what it does not import."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = Path(sys.executable).parent / "checkline"
KEYS = ["text", "severity", "category", "rule", "matched", "why", "findings"]
HEAVY = {"sqlalchemy", "twilio", "telegram", "starlette", "uvicorn", "jinja2", "alembic", "apscheduler", "httpx"}


def run(*arguments: str, stdin: bytes) -> list[dict[str, object]]:
    done = subprocess.run([COMMAND, "screen", *arguments], input=stdin, capture_output=True, check=True)
    assert done.stdout.isascii()
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.slow
def test_every_line_in_gives_one_line_out():
    found = run("--language", "es, ar", "--language", "xx", stdin="quiero morir\n\nSTOP\nبدي موت\n".encode() + b"\xff\xfe\r\nI want to die")
    assert [line["severity"] for line in found] == ["critical", "none", "none", "critical", "none", "critical"]
    assert all(list(line) == KEYS for line in found)
    assert (found[1]["category"], found[1]["findings"]) == (None, [])


@pytest.mark.slow
def test_a_question_about_medicine_is_said_by_an_option():
    line = b"I took all my pills today\n"
    assert run("--language", "en", stdin=line)[0]["severity"] == "high"
    assert run("--language", "en", "--medication", stdin=line)[0]["severity"] == "review"


@pytest.mark.slow
def test_json_input_brings_line_breaks_nul_and_lone_surrogates():
    found = run("--language", "en", "--input", "json", stdin=b'"want\\nto die"\n"a\\u0000\\ud800b"\n')
    assert [line["severity"] for line in found] == ["critical", "none"]
    assert found[1]["text"] == "a\0\ud800b"


@pytest.mark.slow
def test_the_verb_imports_neither_database_nor_provider_nor_web():
    code = "import sys, bot.cli.main, bot.cli.screen; bot.cli.screen.judge('I want to die', ['en']); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert {name.partition(".")[0] for name in done.stdout.split()} & HEAVY == set()


@pytest.mark.slow
def test_the_verb_loads_the_lexicons_it_is_asked_for_and_english():
    code = (
        "import bot.cli.screen, bot.concerns as c; bot.cli.screen.judge('I want to die', ['es'])\n"
        "print(c._SHELF.lexicon.cache_info().currsize)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert done.stdout.split() == ["2"]
