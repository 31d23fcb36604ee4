"""The installed verbs `understand` and `opt-out`: their lines, and what they do not import."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = Path(sys.executable).parent / "checkline"
KEYS = ["text", "value", "action", "confidence", "reason", "span"]
HEAVY = ("sqlalchemy", "twilio", "telegram", "starlette", "uvicorn", "jinja2", "alembic", "apscheduler", "httpx")


def run(*arguments: str, stdin: bytes) -> list[dict[str, object]]:
    done = subprocess.run([COMMAND, *arguments], input=stdin, capture_output=True, check=True)
    assert done.stdout.isascii()
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.slow
def test_every_line_in_gives_one_line_out() -> None:
    stdin = "seven\n\n\u202e٧\nI moved away".encode() + b"\n\xff\xfe\r\n"
    found = run("understand", "--kind", "scale", "--language", "en", stdin=stdin)
    assert [line["value"] for line in found] == [7, None, 7, None, None]
    assert all(list(line) == KEYS for line in found)
    assert found[0]["span"] == [0, 5]


@pytest.mark.slow
def test_options_unit_and_many_are_taken() -> None:
    found = run("understand", "--kind", "choice", "--language", "es", "--options", "comida, dinero", "--many", stdin=b"1 y 2\ndinero")
    assert [line["value"] for line in found] == [["comida", "dinero"], ["dinero"]]
    found = run("understand", "--kind", "number", "--language", "en-US", "--unit", "kg", "--max", "200", stdin=b"160 lbs\n")
    assert (found[0]["value"], found[0]["unit"], found[0]["action"]) == (72.6, "kg", "confirm")


@pytest.mark.slow
def test_json_input_brings_line_breaks_and_nul() -> None:
    found = run("opt-out", "--language", "xx", "--input", "json", stdin=b'"STOP\\n"\n"a\\u0000b"\n')
    assert found == [{"text": "STOP\n", "intent": "stop", "confidence": 1.0}, {"text": "a\0b", "intent": "none", "confidence": 1.0}]


@pytest.mark.slow
def test_an_unknown_language_is_for_a_person_and_wrong_use_exits_2() -> None:
    assert run("understand", "--kind", "yes_no", "--language", "xx", stdin=b"yes\n")[0]["action"] == "person"
    done = subprocess.run([COMMAND, "understand", "--kind", "choice", "--language", "en"], input=b"", capture_output=True, check=False)
    assert done.returncode == 2
    assert b"--options" in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("verb", ["understand", "opt_out"])
def test_the_verbs_import_neither_database_nor_provider_nor_web(verb: str) -> None:
    code = f"import sys, bot.cli.main, bot.cli.{verb}; from bot.understanding import read; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert loaded.isdisjoint(HEAVY)


@pytest.mark.slow
def test_it_reads_2500_lines_in_a_second_of_cpu() -> None:
    def cpu_seconds(stdin: bytes) -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        run("understand", "--kind", "scale", "--language", "es", stdin=stdin)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    start = min(cpu_seconds(b"7\n") for _ in range(3))
    many = "antes era 3, ahora un 5 gracias\nmi dolor es 8\nno sé, como un siete\n".encode() * 1000
    assert cpu_seconds(many) - start < 3000 / 2500
