"""Every verb is in the reference, has an example and JSON; and the modules of verbs stay cheap to load."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator

import click
import pytest

from bot.cli.main import cli
from tests.documents import ROOT

MINE = (
    "programme",
    "crisis-line",
    "sender",
    "manager",
    "client",
    "plan",
    "goal",
    "appointment",
    "enrol",
    "consent",
    "invite",
    "flag",
    "why",
)
REFERENCE = (ROOT / "docs" / "reference" / "commands.md").read_text("utf-8")


def walked(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None, name
            yield from walked(below, (*path, name))
    else:
        yield " ".join(path), command


ALL = dict(walked(cli))
SETTING_UP = {path: command for path, command in ALL.items() if path.split()[0] in MINE}


def test_every_command_is_in_the_reference_and_no_other() -> None:
    listed = re.findall(r"^- `checkline ([a-z -]*[a-z])", REFERENCE, re.MULTILINE)
    missing = sorted(ALL.keys() - set(listed))
    assert not missing, f"docs/reference/commands.md: add a line for {missing}"
    assert set(listed) <= ALL.keys(), "docs/reference/commands.md promises what is not there"


@pytest.mark.parametrize(("path", "command"), SETTING_UP.items(), ids=SETTING_UP)
def test_a_command_shows_an_example_and_can_print_json(path: str, command: click.Command) -> None:
    assert f"Example: checkline {path}" in (command.help or "")
    options = {option for parameter in command.params for option in parameter.opts}
    assert {"--json", "--data", "--database"} <= options


def test_help_of_the_verbs_loads_no_database() -> None:
    loads = "; ".join(f"cli.main(['{verb}', '--help'], standalone_mode=False)" for verb in MINE)
    code = (
        f"import sys; from bot.cli.main import cli; {loads}; print([n for n in ('sqlalchemy', 'twilio', 'starlette') if n in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines()[-1] == "[]"
