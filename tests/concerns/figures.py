"""
How well messages are judged: `python -m tests.concerns.figures again xx` runs the lines of that folder for the first time
and prints what belongs into its `tried.yaml`; without arguments it writes docs/explanation/screening-figures.md.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import yaml

from bot.concerns.lexicon import FOLDER, languages
from bot.concerns.ruleset import CATEGORIES
from tests.concerns.corpus import HARMLESS, ROUNDS, Figures, corpus, figures, tried, unseen

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "screening-figures.md"
_SEEN = {("unseen", "bn")}
"""Whose unseen lines the lexicon's author had seen after all: what `tried.yaml` has for them is no first run."""
_HEAD = """# How well messages are judged

Each language has lines of what people write, made in two ways: by the author of its lexicon, and, in rounds, by somebody who had
seen neither lexicon nor rules. "First", "second" and "third run" are what such lines gave when they were met cold, each after the
lexicon had learned from the round before: the best guess of how a new client's messages fare. The later rounds are harder, their
writers were asked for indirect, regional and misspelt lines. "Now" is all lines of every kind, after the lexicon learned from
them, and flatters. A line is *found* when it came out in its category at its severity or above; *alarms* are harmless lines
that came out in the category at *review* or above; the row *harmless* counts all harmless lines, found being those left alone.
Written by `python -m tests.concerns.figures`; nobody who speaks the language, and no clinician, has reviewed lines or
lexicons unless the lexicon says so. Bengali has no first run: the author of its lexicon had seen the lines.

"""
_RUNS = " | ".join(f"{run}: lines | found | alarms" for run in ("first run", "second run", "third run", "now"))
_TABLE = f"| language | category | {_RUNS} |\n|---|---|{'---:|' * 12}\n"
_SUM = f"| lines | {_RUNS} |\n|---|{'---:|' * 12}\n"


def page() -> str:
    """The page as it should stand: all languages together, then each."""
    rows: list[str] = []
    sums = {name: [[0, 0, 0] for _ in range(len(ROUNDS) + 1)] for name in ("concerning", HARMLESS)}
    for language in languages():
        runs = [{} if (folder, language) in _SEEN else tried(folder).get(language, {}) for folder in ROUNDS]
        runs.append(figures(corpus(language), language))
        name = yaml.safe_load((FOLDER / f"{language}.yaml").read_text(encoding="utf-8"))["name"]
        for category in (*CATEGORIES, HARMLESS):
            if not any(category in run for run in runs):
                continue
            rows.append(f"| {name} ({language}) | {category} | {' | '.join(_cells(run.get(category)) for run in runs)} |")
            for total, run in zip(sums[HARMLESS if category == HARMLESS else "concerning"], runs, strict=True):
                one = run.get(category, Figures(0, 0, 0, 0))
                total[:] = [total[0] + one.lines, total[1] + one.found, total[2] + one.false_alarms]
    summed = [f"| {name} | {' | '.join(str(number) for total in totals for number in total)} |" for name, totals in sums.items()]
    return _HEAD + _SUM + "\n".join(summed) + "\n\n" + _TABLE + "\n".join(rows) + "\n"


def _cells(run: Figures | None) -> str:
    return "– | – | –" if run is None else f"{run.lines} | {run.found} | {run.false_alarms}"


def first_run(folder: str, language: str) -> str:
    """The lines of the folder's `tried.yaml` for a language."""
    out = [f"{language}:"]
    for category, found in figures(unseen(language, folder), language).items():
        out.append(f"  {category}: {{{', '.join(f'{name}: {number}' for name, number in found._asdict().items())}}}")
    return "\n".join(out)


def main(arguments: Sequence[str]) -> None:
    """Print the first run of a folder's lines for each language named; without any, write the page."""
    if not arguments:
        PAGE.write_text(page(), "utf-8")
    for language in arguments[1:]:
        sys.stdout.write(first_run(arguments[0], language) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
