"""
Every fenced command of README and docs is run as a reader would run it, but for `make test`, which runs this.

Each document starts in a folder of its own that holds nothing but the checkout's `bot` and `docs`. A serving command is
started, its address fetched, then stopped. Commands that need an account at a provider run against the fakes.
"""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.documents import ROOT, Command, commands, documents
from tests.fakes.telegram import FakeTelegram
from tests.fakes.twilio import FakeTwilio

pytestmark = pytest.mark.slow

NOT_RUN = {"make test"}
"""It runs this very test."""
SERVING = re.compile(r"^(make run|checkline (run|serve|work)\b)")
ADDRESS = re.compile(r"https?://127\.0\.0\.1:\d+\S*")
SECONDS = 240


def test_readme_gives_the_two_commands_first() -> None:
    said = [command.text for command in commands(ROOT / "README.md")]
    assert said[:2] == ["make run", "make test"]


def test_every_fence_of_commands_is_known() -> None:
    assert sum(len(list(commands(path))) for path in documents()) > 10


@pytest.fixture
def fakes() -> Iterator[dict[str, str]]:
    with FakeTwilio() as twilio, FakeTelegram() as telegram:
        yield {"twilio": twilio.url, "telegram": telegram.url}


def environment(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CHECKLINE_")}
    return {
        **kept,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "CHECKLINE_DATA": str(folder / "checkline-data"),
        "CHECKLINE_PORT": "0",
        "PYTHONUNBUFFERED": "1",
    }


def against_the_fakes(text: str, fakes: dict[str, str]) -> str:
    """The command, with the provider's address turned to this machine."""
    found = re.match(r"checkline sender add .*?\b(twilio|telegram)\b", text)
    return f"{text} --base-url {fakes[found.group(1)]}" if found and "--base-url" not in text else text


def serve(command: Command, text: str, where: Path, env: dict[str, str]) -> None:
    """Start it, wait for the address that it prints, fetch that, stop it."""
    process = subprocess.Popen(
        ["bash", "-c", f"exec {text}" if not text.startswith("make") else text],
        cwd=where, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
    )  # fmt: skip
    watch = threading.Timer(SECONDS, lambda: os.killpg(process.pid, signal.SIGKILL))
    watch.start()
    said: list[str] = []
    try:
        assert process.stdout is not None
        for line in process.stdout:
            said.append(line)
            found = ADDRESS.search(line)
            if found:
                with urllib.request.urlopen(found.group().rstrip(".,"), timeout=20) as answer:
                    assert answer.status == 200, f"{command}: {found.group()} answered {answer.status}"
                return
            if "Checkline works" in line:
                return
        pytest.fail(f"{command}: ended without printing an address:\n{''.join(said)}")
    finally:
        watch.cancel()
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=30)
        assert process.stdout is not None
        process.stdout.close()


@pytest.mark.parametrize("path", [path for path in documents() if any(commands(path))], ids=lambda path: str(path.relative_to(ROOT)))
def test_commands_of(path: Path, tmp_path: Path, fakes: dict[str, str]) -> None:
    env = environment(tmp_path)
    for folder in ("bot", "docs"):
        (tmp_path / folder).symlink_to(ROOT / folder)
    for command in commands(path):
        if command.text in NOT_RUN:
            continue
        text = against_the_fakes(command.text, fakes)
        where = tmp_path
        if text.startswith("make "):
            where = ROOT
        if SERVING.match(text):
            serve(command, text, where, env)
            continue
        done = subprocess.run(["bash", "-c", text], cwd=where, env=env, capture_output=True, text=True, timeout=SECONDS)
        faulty = done.returncode not in (0, *expected_faults(command))
        assert not faulty, f"{command}: exit {done.returncode}\n{done.stdout}{done.stderr}\n{shlex.quote(text)}"


def expected_faults(command: Command) -> tuple[int, ...]:
    """A command that its document says will find faults ends in a comment: `# exits 1`."""
    found = re.search(r"#\s*exits (\d)", command.text)
    return (int(found.group(1)),) if found else ()
