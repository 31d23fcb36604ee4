"""`checkline db` as it is installed: says what is there, makes what is missing, exits as scripts need it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from storage import migrations
from tests import postgres

COMMAND = Path(sys.executable).parent / "checkline"


def checkline(*arguments: str, cwd: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("CHECKLINE_")}
    return subprocess.run([str(COMMAND), "db", *arguments], check=False, cwd=cwd, env=clean | environ, capture_output=True, text=True)


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_check_upgrade_check(tmp_path: Path, engine: str, request: pytest.FixtureRequest) -> None:
    if engine == "sqlite":
        _walk(tmp_path, {"CHECKLINE_DATA": str(tmp_path / "data")})
        return
    request.getfixturevalue("postgresql_url")
    with postgres.new_database(f"checkline_cli_{os.getpid()}") as url:
        _walk(tmp_path, {"CHECKLINE_DATA": str(tmp_path / "data"), "CHECKLINE_DATABASE": url})


def _walk(cwd: Path, environ: dict[str, str]) -> None:
    before = checkline("check", cwd=cwd, **environ)
    assert (before.returncode, before.stderr) == (1, "")
    assert "no tables" in before.stdout
    assert list(cwd.iterdir()) == [], "check makes nothing"
    made = checkline("upgrade", "--json", cwd=cwd, **environ)
    assert (made.returncode, made.stderr) == (0, "")
    assert json.loads(made.stdout) == {"before": None, "after": migrations.HEAD}
    again = checkline("upgrade", cwd=cwd, **environ)
    assert (again.returncode, "already" in again.stdout) == (0, True)
    after = checkline("check", "--json", cwd=cwd, **environ)
    assert after.returncode == 0
    assert json.loads(after.stdout) == {"found": migrations.HEAD, "needed": migrations.HEAD, "ok": True}


@pytest.mark.slow
def test_wrong_settings_are_exit_code_2_without_the_secret(tmp_path: Path) -> None:
    done = checkline("check", cwd=tmp_path, CHECKLINE_DATABASE="mysql://u:hunter2@host/db", CHECKLINE_PORT="x")
    assert done.returncode == 2
    assert "CHECKLINE_DATABASE" in done.stderr
    assert "CHECKLINE_PORT" in done.stderr
    assert "hunter2" not in done.stderr + done.stdout
