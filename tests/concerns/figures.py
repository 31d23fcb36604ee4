"""
How well messages are judged: `python -m tests.concerns.figures xx` runs the unseen corpus of a language for the first time
and prints what belongs into `tried.yaml`; without a language it writes docs/explanation/screening-figures.md.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import yaml

from bot.concerns.lexicon import FOLDER, languages
from bot.concerns.ruleset import CATEGORIES
from tests.concerns.corpus import HARMLESS, Figures, corpus, figures, tried, unseen

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "screening-figures.md"
_SEEN = ("bn",)
"""Whose unseen lines the lexicon's author had seen after all: what `tried.yaml` has for them is no first run."""
_HEAD = """# How well messages are judged

Each language has lines of what people write, made in two ways: by the author of its lexicon, and by somebody who had seen
neither lexicon nor rules. "First run" is what the second kind of lines gave before anybody had looked at them, which is the best
guess of how a new client's messages fare; "now" is all lines of both kinds, after the lexicon learned from them, and flatters.
A line is *found* when it came out in its category at its severity or above, else *missed*. A *false alarm* is a harmless line
that came out in the category at *review* or above; the row *harmless* counts all harmless lines, found being those left alone.
Written by `python -m tests.concerns.figures`; nobody who speaks the language, and no clinician, has reviewed lines or
lexicons unless the lexicon says so. Bengali has no first run: the author of its lexicon had seen the lines.

| language | category | first run: lines | found | missed | false alarms | now: lines | found | missed | false alarms |
|---|---|---:|---:|---:|---:|---:|---:|---:|---:|
"""


def page() -> str:
    """The page as it should stand."""
    rows = []
    for language in languages():
        first, now = {} if language in _SEEN else tried().get(language, {}), figures(corpus(language), language)
        name = yaml.safe_load((FOLDER / f"{language}.yaml").read_text(encoding="utf-8"))["name"]
        for category in (*CATEGORIES, HARMLESS):
            if category in now or category in first:
                rows.append(f"| {name} ({language}) | {category} | {_cells(first.get(category))} | {_cells(now.get(category))} |")
    return _HEAD + "\n".join(rows) + "\n"


def _cells(found: Figures | None) -> str:
    return " | ".join("–" if found is None else str(number) for number in (found or (None,) * 4))


def first_run(language: str) -> str:
    """The lines of `tried.yaml` for a language."""
    out = [f"{language}:"]
    for category, found in figures(unseen(language), language).items():
        out.append(f"  {category}: {{{', '.join(f'{name}: {number}' for name, number in found._asdict().items())}}}")
    return "\n".join(out)


def main(arguments: Sequence[str]) -> None:
    """Print the first run of each language named; without one, write the page."""
    if not arguments:
        PAGE.write_text(page(), "utf-8")
    for language in arguments:
        sys.stdout.write(first_run(language) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
