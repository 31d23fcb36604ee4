"""Settings come from the environment once, name all their faults, and show no secret."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from bot import settings
from bot.errors import BadSettings

ROOT = Path(__file__).parents[2]

GOOD = {
    "nothing set": ({}, settings.Settings()),
    "the port": ({"CHECKLINE_PORT": "0"}, settings.Settings(port=0)),
    "a level in capitals": ({"CHECKLINE_LOG_LEVEL": "DEBUG"}, settings.Settings(log_level="debug")),
    "a public address with a slash": ({"CHECKLINE_PUBLIC_URL": "https://c.example/"}, settings.Settings(public_url="https://c.example")),
    "an empty value is not set": ({"CHECKLINE_PORT": ""}, settings.Settings()),
    "what is not ours": ({"PORT": "x", "CHECKLINES": "x"}, settings.Settings()),
}


@pytest.mark.parametrize(("environ", "expected"), GOOD.values(), ids=GOOD)
def test_settings_are_read(environ: dict[str, str], expected: settings.Settings) -> None:
    assert settings.load(environ) == expected


BAD = {
    "a port that is none": {"CHECKLINE_PORT": "66000"},
    "a port in other digits": {"CHECKLINE_PORT": "٨٠٠٠"},
    "an endless port": {"CHECKLINE_PORT": "9" * 10_000},
    "a level that is none": {"CHECKLINE_LOG_LEVEL": "loud"},
    "a public address without a scheme": {"CHECKLINE_PUBLIC_URL": "checkline.example"},
    "another engine": {"CHECKLINE_DATABASE": "mysql://u:hunter2@host/db"},
    "a name that is none": {"CHECKLINE_PROT": "8000"},
    "a file that is not there": {"CHECKLINE_DATABASE_FILE": "/nowhere/hunter2"},
    "given twice": {"CHECKLINE_DATABASE": "sqlite://", "CHECKLINE_DATABASE_FILE": "/nowhere"},
}


@pytest.mark.parametrize("environ", BAD.values(), ids=BAD)
def test_a_fault_is_named_and_its_value_is_not(environ: dict[str, str]) -> None:
    with pytest.raises(BadSettings) as caught:
        settings.load(environ)
    assert next(iter(environ)) in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_all_faults_are_named_at_once() -> None:
    with pytest.raises(BadSettings) as caught:
        settings.load({"CHECKLINE_PORT": "x", "CHECKLINE_LOG_LEVEL": "x", "CHECKLINE_FOO": "x"})
    assert all(name in str(caught.value) for name in ("CHECKLINE_PORT", "CHECKLINE_LOG_LEVEL", "CHECKLINE_FOO"))


def test_a_secret_is_read_from_its_file_and_never_shown(tmp_path: Path) -> None:
    (tmp_path / "url").write_text("postgresql://u:hunter2@host/db\n")
    found = settings.load({"CHECKLINE_DATABASE_FILE": str(tmp_path / "url")})
    assert found.database_url == "postgresql://u:hunter2@host/db"
    assert "hunter2" not in repr(found) + str(found.shown())
    assert found.shown()["database"] == settings.HIDDEN


def test_the_command_line_wins(tmp_path: Path) -> None:
    found = settings.load({"CHECKLINE_DATA": "elsewhere"}, data=str(tmp_path), database=None)
    assert found.database_url == f"sqlite:///{tmp_path / 'checkline.db'}"


def test_every_setting_is_in_the_reference() -> None:
    page = (ROOT / "docs/reference/settings.md").read_text("utf-8")
    listed = [line.split("`")[1] for line in page.splitlines() if line.startswith("| `CHECKLINE_")]
    assert listed == [settings.PREFIX + one.name.upper() for one in fields(settings.Settings)]
