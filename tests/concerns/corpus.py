"""The corpora: what people write in each language, and how much of it is found. Used by the tests and by `figures`."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from bot.concerns import screen
from bot.concerns.ruleset import CATEGORIES
from bot.values import Screening, Severity

HERE = Path(__file__).parent
ROUNDS = ("unseen", "again", "third")
"""Folders of lines that were written without lexicon and rules at hand, one after the other, and each met cold."""
PARTS = ("first", "blind")
HARMLESS = "harmless"


class Line(NamedTuple):
    """A line that should concern somebody: in which category, at which severity or above."""

    category: str
    least: Severity
    text: str


class Figures(NamedTuple):
    """
    Of a category: its lines, those found in it at their severity, those missed; harmless lines flagged in it.

    `harmless` as a category: its lines are the harmless ones, found those left alone.
    """

    lines: int
    found: int
    missed: int
    false_alarms: int


class Corpus(NamedTuple):
    """Lines of one language, or of a part of them."""

    concerning: tuple[Line, ...]
    harmless: tuple[str, ...]


@lru_cache(maxsize=8)
def tried(folder: str) -> dict[str, dict[str, Figures]]:
    """What the lines of a folder gave when they were run for the first time, by language and category."""
    content = _read(HERE / folder / "tried.yaml")
    return {str(language): {kind: Figures(**row) for kind, row in rows.items()} for language, rows in content.items()}


@lru_cache(maxsize=64)
def corpus(language: str) -> Corpus:
    """The lines of a language: our own, and the unseen ones once they were tried."""
    own = [_part(part) for part in _read(HERE / f"{language}.yaml").items() if part[0] in PARTS]
    parts = [*own, *(unseen(language, folder) for folder in ROUNDS if language in tried(folder))]
    return Corpus(tuple(line for part in parts for line in part.concerning), tuple(text for part in parts for text in part.harmless))


@lru_cache(maxsize=256)
def unseen(language: str, folder: str) -> Corpus:
    """The lines of a folder; none where nobody has written any in the language."""
    return _part(("unseen", _read(HERE / folder / f"{language}.yaml")))


def languages() -> tuple[str, ...]:
    """The languages that have a corpus of our own."""
    return tuple(sorted(path.stem for path in HERE.glob("*.yaml") if path.stem != "spoken_of"))


def _read(path: Path) -> dict[str, Any]:
    return dict(yaml.safe_load(path.read_text("utf-8")) or {}) if path.exists() else {}


def _part(part: tuple[str, Any]) -> Corpus:
    concerning = tuple(Line(category, Severity[least], str(text)) for category, least, text in part[1].get("concerning", ()))
    return Corpus(concerning, tuple(str(text) for text in part[1].get("harmless", ())))


def is_found(screening: Screening, line: Line) -> bool:
    """Whether a line is found in its category, at its severity or above."""
    return any(finding.category == line.category and finding.severity >= line.least for finding in screening.findings)


def figures(lines: Corpus, language: str) -> dict[str, Figures]:
    """How the lines come out, by category; categories without lines and alarms are left out."""
    alarms = [screen(text, [language]).worst for text in lines.harmless]
    flagged = [worst.category.value for worst in alarms if worst is not None and worst.severity >= Severity.review]
    counted = {}
    for category in CATEGORIES:
        rows = [line for line in lines.concerning if line.category == category]
        found = sum(is_found(screen(line.text, [language]), line) for line in rows)
        if rows or category in flagged:
            counted[category] = Figures(len(rows), found, len(rows) - found, flagged.count(category))
    if lines.harmless:
        counted[HARMLESS] = Figures(len(lines.harmless), len(lines.harmless) - len(flagged), 0, len(flagged))
    return counted
