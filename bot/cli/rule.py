"""`checkline rule`: what screening looks for, and how often each rule was right."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from bot.cli.data import data_options
from bot.cli.showing import json_option, programme_option, table, tell
from bot.settings import Settings

if TYPE_CHECKING:
    from storage.precision import Precision


@click.group()
def rule() -> None:
    """Rules of screening: list, precision."""


@rule.command(name="list")
@data_options
@json_option
def list_rules(config: Settings, as_json: bool) -> None:
    """
    Show every rule: what it means, what it is answered with, in which languages it has patterns, and who has reviewed it.

    Example: checkline rule list
    """
    del config  # the rules come with the program; no data is opened for them
    rows, reviews = _rules(), _reviews()
    columns = ("id", "category", "severity", "reply", "languages", "shadow")
    cells = [[" ".join(one[name]) if name == "languages" else one[name] for name in columns] for one in rows]
    for each in cells:
        each[-1] = "on trial" if each[-1] else ""
    lines = table([columns, *cells], "There are none.")
    told = [f"{name}: version {one['version']}, {one['review']}" for name, one in reviews.items()]
    tell(as_json, {"rules": rows, "files": reviews}, [*lines, "", *told])


@rule.command()
@programme_option
@data_options
@json_option
def precision(config: Settings, programme: str, as_json: bool) -> None:
    """
    Show what each rule found, by language, and how many of its flags were called useful when they were closed.

    Without --programme all programmes of the installation are counted together. A share needs at least five verdicts.

    Example: checkline rule precision
    """
    from bot.cli import finding
    from bot.cli.house import house_of
    from storage.precision import precision as read

    with house_of(config) as house:
        programme_id = int(finding.programme(house, programme)["id"]) if programme else None
        rows = house.db.read(lambda connection: read(connection, programme_id))
    head = ("rule", "language", "findings", "flags", "closed", "useful", "not useful", "share", "on trial")
    tell(as_json, [{**asdict(one), "share": one.share} for one in rows], table([head, *_cells(rows)], "No rule has found anything yet."))


def _cells(rows: Iterable[Precision]) -> list[list[object]]:
    return [
        [one.rule, one.language, one.findings, one.flags, one.closed, one.useful, one.not_useful, share_of(one), one.on_trial]
        for one in rows
    ]


def share_of(one: Precision) -> str:
    """The share as people read it; too few verdicts say so."""
    if one.share is None:
        return "too few" if one.useful + one.not_useful else ""
    return f"{one.share:.0%}"


def _rules() -> list[dict[str, Any]]:
    from bot.concerns import VERSION, lexicons, rules

    spoken: dict[str, list[str]] = {}
    for lexicon in lexicons():
        for name in {pattern.rule for pattern in lexicon.patterns if pattern.rule}:
            spoken.setdefault(name, []).append(lexicon.language)
    return [
        {
            "id": one.id,
            "category": one.category.value,
            "severity": one.severity.name,
            "reply": one.reply.value if one.reply else None,
            "grade": one.grade,
            "languages": spoken.get(one.id, []),
            "version": VERSION,
            "shadow": one.shadow,
            "why": one.why,
        }
        for one in rules()
    ]


def _reviews() -> dict[str, dict[str, str]]:
    """The version and the review state of the rules and of each lexicon; of one that cannot be read, what is wrong."""
    from bot.concerns import REVIEW, VERSION, broken, lexicons

    found = {"rules": {"version": VERSION, "review": REVIEW}}
    found |= {one.language: {"version": one.version, "review": one.review} for one in lexicons()}
    return found | {name: {"version": "", "review": f"cannot be read: {fault}"} for name, fault in broken().items()}
