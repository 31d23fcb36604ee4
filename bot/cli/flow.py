"""`checkline flow`: judge, show and try out flow files. Touches no data folder."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from bot.cli.flow_show import shown_tree
from bot.errors import BadFile, WrongUse
from bot.flows.language import Flow
from bot.flows.lint import lint as judge
from bot.flows.load import known, load
from bot.flows.model import FACTS
from bot.values import Fault

_json_option = click.option("--json", "as_json", is_flag=True, help="As JSON.")


@click.group()
def flow() -> None:
    """Lint, show and simulate conversation flows. FILE is a path, or the id of a flow that we ship."""


def opened(name: str) -> Flow:
    """The flow of a path, or of an id that we ship."""
    path = Path(name)
    if not path.exists() and name in known():
        return known()[name]
    return load(path)


def _faults(name: str) -> list[Fault]:
    try:
        return judge(opened(name))
    except BadFile as error:
        return list(error.faults)


@flow.command("lint")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@_json_option
def lint_verb(files: tuple[str, ...], as_json: bool) -> int:
    """
    Report every fault of every FILE with its line; exit 1 when there is one.

    Example: checkline flow lint bot/flows/*.yaml
    """
    found = {name: _faults(name) for name in files}
    if as_json:
        click.echo(json.dumps({"files": [{"path": name, "faults": [asdict(fault) for fault in faults]} for name, faults in found.items()]}))
    else:
        for name, faults in found.items():
            for fault in faults:
                click.echo(str(fault))
            if not faults:
                click.echo(f"{name}: no faults")
    return 1 if any(found.values()) else 0


@flow.command("show")
@click.argument("file", metavar="FILE")
@_json_option
def show_verb(file: str, as_json: bool) -> int:
    """
    Show a flow as a tree: what it says, asks, and where each answer leads.

    Example: checkline flow show weekly-pulse
    """
    loaded = opened(file)
    click.echo(json.dumps(_plain(loaded)) if as_json else shown_tree(loaded))
    return 0


def _plain(loaded: Flow) -> dict[str, Any]:
    steps = {name: {"verb": type(step).__name__.lower(), **asdict(step)} for name, step in loaded.steps.items()}
    return {
        "flow": loaded.id,
        "version": loaded.version,
        "title": loaded.title,
        "purpose": loaded.purpose,
        "done": loaded.done,
        "steps": steps,
    }


@flow.command("simulate")
@click.argument("file", metavar="FILE")
@click.option("--language", default="en", show_default=True, help="BCP 47 tag of the client's language.")
@click.option(
    "--answers",
    "answers",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A reply a line; /nudge, /timeout, /release, /cancel, /press VALUE.",
)
@click.option("--all-paths", is_flag=True, help="Walk every way through the flow and say how each ends.")
@click.option(
    "--fact",
    "facts",
    multiple=True,
    metavar="NAME=VALUE",
    help="A fact of the made-up client; a number or list as JSON. NAME= leaves it out.",
)
@_json_option
def simulate_verb(file: str, language: str, answers: Path | None, all_paths: bool, facts: tuple[str, ...], as_json: bool) -> int:
    """
    Walk a flow with the replies of --answers, or with every answer there is.

    Example: checkline flow simulate weekly-pulse --language es --all-paths
    """
    from bot.cli.flow_simulate import simulate, simulate_all

    if all_paths == (answers is not None):
        raise WrongUse("flow simulate: give either --answers FILE or --all-paths")
    loaded = opened(file)
    frozen = _facts(loaded, facts, language)
    if answers is None:
        return simulate_all(loaded, language, frozen, as_json)
    try:
        lines = answers.read_bytes().decode("utf-8", "replace").removesuffix("\n")
    except OSError as error:
        raise WrongUse(f"{answers}: cannot be read ({error.strerror}); give a file with one reply a line") from None
    return simulate(loaded, language, frozen, lines.split("\n") if lines else [], as_json)


def _facts(loaded: Flow, given: tuple[str, ...], language: str) -> dict[str, Any]:
    from bot.flows.paths import sample_facts

    facts = {**sample_facts(loaded.purpose), "language": language}
    for one in given:
        name, equals, value = one.partition("=")
        if not equals or name not in FACTS[loaded.purpose]:
            raise WrongUse(f"--fact {name}: write NAME=VALUE, NAME one of {', '.join(FACTS[loaded.purpose])}")
        if value:
            facts[name] = _value(value)
        else:
            facts.pop(name, None)
    return facts


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
