"""
How well replies are read: `python -m tests.understanding.figures again xx` runs the lines of that folder for the first
time and prints what belongs into its `tried.yaml`; without arguments it writes docs/explanation/reading-figures.md.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from bot.understanding.lexicon import languages, load
from tests.understanding.corpus import ROUNDS, Figures, cases, figures, kinds, tried, unseen

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "reading-figures.md"
_SEEN = {("unseen", "fa"), ("unseen", "uk")}
"""Whose unseen lines the lexicon's author had seen after all: what `tried.yaml` has for them is no first run."""
_HEAD = """# How well replies are read

Each language has lines of what people text, written in two ways: by the author of its lexicon, and, in rounds, by somebody who had
not seen the lexicon. "First", "second" and "third run" are what such lines gave when they were met cold, each after the lexicon had
learned from the round before: the best guess of how a new client's replies fare. "Now" is all lines of every kind, after the lexicon
learned from them, and flatters. A line is *read* when it came out as it was meant, asking again included where that is right; *wrong*
when it came out as something else; the others mean something, and the client would be asked again. Written by
`python -m tests.understanding.figures`; nobody who speaks the language has reviewed lines or lexicons unless the lexicon says so.
Ukrainian and Persian have no first run: the author of their lexicons had seen the lines.

"""
_RUNS = " | ".join(f"{run}: lines | read | wrong" for run in ("first run", "second run", "third run", "now"))
_TABLE = f"| language | kind | {_RUNS} |\n|---|---|{'---:|' * 12}\n"
_SUM = f"| lines | {_RUNS} |\n|---|{'---:|' * 12}\n"


def page() -> str:
    """The page as it should stand: all languages together, then each."""
    rows: list[str] = []
    totals = [[0, 0, 0] for _ in range(len(ROUNDS) + 1)]
    for language in languages():
        for kind in kinds(language):
            runs = [None if (folder, language) in _SEEN else tried(folder).get(language, {}).get(kind) for folder in ROUNDS]
            runs.append(figures(cases(language, kind), kind, language))
            if not any(run and run.lines for run in runs):
                continue
            rows.append(f"| {load(language).names[0]} ({language}) | {kind} | {' | '.join(_cells(run) for run in runs)} |")
            for total, run in zip(totals, runs, strict=True):
                one = run or Figures(0, 0, 0, 0)
                total[:] = [total[0] + one.lines, total[1] + one.read, total[2] + one.wrong]
    summed = f"| all | {' | '.join(str(number) for total in totals for number in total)} |\n\n"
    return _HEAD + _SUM + summed + _TABLE + "\n".join(rows) + "\n"


def _cells(run: Figures | None) -> str:
    return "– | – | –" if run is None else f"{run.lines} | {run.read} | {run.wrong}"


def first_run(folder: str, language: str) -> str:
    """The lines of the folder's `tried.yaml` for a language."""
    out = [f"{language}:"]
    for kind in kinds(language):
        found = figures(unseen(language, kind, folder), kind, language)
        if found.lines:
            out.append(f"  {kind}: {{{', '.join(f'{name}: {number}' for name, number in found._asdict().items())}}}")
    return "\n".join(out)


def main(arguments: Sequence[str]) -> None:
    """Print the first run of a folder's lines for each language named; without any, write the page."""
    if not arguments:
        PAGE.write_text(page(), "utf-8")
    for language in arguments[1:]:
        sys.stdout.write(first_run(arguments[0], language) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
