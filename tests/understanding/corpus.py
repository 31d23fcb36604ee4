"""The corpora: what people text in each language, and how much of it is read as meant. Used by the tests and by `figures`."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import yaml

from bot.understanding import intent, opt_out, read
from bot.understanding.lexicon import load
from bot.values import Expected, Kind, Option

HERE = Path(__file__).parent
ROUNDS = ("unseen", "again", "third")
"""Folders of lines that were written without the lexicon at hand, one after the other, and each met cold."""
A_TUESDAY = "2026-03-10T15:00"
"""When a corpus is read that names no moment, in local time."""
KINDS = (*(kind.value for kind in Kind if kind is not Kind.text), "opt_out", "intent")
"""The kinds of answers that a reader exists for, keywords, and what else a client asks."""
MOMENTS = frozenset({"date", "time", "datetime"})
NOTHING = ("unread", "none")
"""What a line comes out as that was not understood."""
_FIELDS = frozenset(field.name for field in dataclasses.fields(Expected))


class Case(NamedTuple):
    """One line of a corpus: what was written, to which question, and what it means ("unread": asking again is right)."""

    text: str
    value: Any
    expected: Expected | None
    unseen: bool


class Figures(NamedTuple):
    """Lines, those that came out as written, those with another value, those that mean something and stayed unread."""

    lines: int
    read: int
    wrong: int
    unread: int


def kinds(language: str) -> tuple[str, ...]:
    """The kinds that are read in a language: dates need a calendar, intents their section."""
    lexicon = load(language)
    without = (MOMENTS if lexicon.calendar is None else frozenset()) | ({"intent"} if lexicon.asking is None else set())
    return tuple(kind for kind in KINDS if kind not in without)


@lru_cache(maxsize=8)
def tried(folder: str) -> dict[str, dict[str, Figures]]:
    """What the lines of a folder gave when they were run for the first time, by language and kind."""
    content = _groups(HERE / folder / "tried.yaml")
    return {str(language): {kind: Figures(**row) for kind, row in rows.items()} for language, rows in content.items()}


def cases(language: str, kind: str) -> Iterator[Case]:
    """The lines of a kind: our own, and the unseen ones once they were tried."""
    yield from _of_file(HERE / f"{language}.yaml", kind, False)
    for folder in ROUNDS:
        if language in tried(folder):
            yield from unseen(language, kind, folder)


def unseen(language: str, kind: str, folder: str) -> Iterator[Case]:
    """The lines of a kind in a folder; none where nobody has written any in the language."""
    yield from _of_file(HERE / folder / f"{language}.yaml", kind, True)


@lru_cache(maxsize=64)
def _groups(path: Path) -> dict[str, Any]:
    return dict(yaml.safe_load(path.read_text("utf-8")) or {}) if path.exists() else {}


def _of_file(path: Path, kind: str, is_unseen: bool) -> Iterator[Case]:
    for group in _groups(path).get(kind, ()):
        expected = None if kind not in Kind.__members__ else _expected(Kind(kind), dict(group.get("expect", {})))
        for text, value in group["lines"]:
            yield Case(text, value, expected, is_unseen)


def _expected(kind: Kind, wanted: dict[str, Any]) -> Expected:
    options = tuple(Option(name, name) for name in wanted.pop("options", ()))
    if kind is Kind.scale:
        wanted = {"minimum": 0, "maximum": 10} | wanted
    wanted["zone"] = wanted.pop("timezone", "UTC")
    wanted["now"] = datetime.fromisoformat(wanted.get("now", A_TUESDAY)).replace(tzinfo=ZoneInfo(wanted["zone"]))
    return Expected(kind, options=options, **{name: value for name, value in wanted.items() if name in _FIELDS})


def outcome(case: Case, language: str, kind: str) -> Any:
    """What the reader makes of a line, as corpora write it."""
    if kind == "intent":
        return intent(case.text, (language,)).intent.value
    if case.expected is None:
        return opt_out(case.text, (language,)).intent.value
    found = read(case.text, case.expected, language).value
    return "unread" if found is None else found


def same(found: Any, value: Any) -> bool:
    """Whether two values are one; 1 is not true, and a corpus leaves out the offset of a time."""
    if isinstance(found, str) and isinstance(value, str) and "T" in value:
        return found[: len(value)] == value
    return bool(found == value) and isinstance(found, bool) is isinstance(value, bool)


def figures(rows: Iterator[Case], kind: str, language: str) -> Figures:
    """Count how the lines of a kind come out; a keyword that was not heard is unread."""
    lines = read_right = wrong = unread = 0
    for case in rows:
        found = outcome(case, language, kind)
        lines += 1
        if same(found, case.value):
            read_right += 1
        elif found in NOTHING:
            unread += 1
        else:
            wrong += 1
    return Figures(lines, read_right, wrong, unread)
