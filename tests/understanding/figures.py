"""
How well replies are read: `python -m tests.understanding.figures xx` runs the unseen corpus of a language for the first
time and prints what belongs into `tried.yaml`; without a language it writes docs/explanation/reading-figures.md.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from bot.understanding.lexicon import languages, load
from tests.understanding.corpus import Figures, cases, figures, kinds, tried, unseen

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "reading-figures.md"
_SEEN = ("fa", "uk")
"""Whose unseen lines the lexicon's author had seen after all: what `tried.yaml` has for them is no first run."""
_HEAD = """# How well replies are read

Each language has lines of what people text, written in two ways: by the author of its lexicon, and by somebody who had
not seen the lexicon. "First run" is what the second kind of lines gave before anybody had looked at them, which is the
best guess of how a new client's replies fare; "now" is all lines of both kinds, after the lexicon learned from them, and flatters.
A line is *read* when it came out as it was meant, asking again included where that is right; *wrong* when it came out as
something else; *unread* when it means something and the client would be asked again. Written by
`python -m tests.understanding.figures`; nobody who speaks the language has reviewed lines or lexicons unless the lexicon says so.
Ukrainian and Persian have no first run: the author of their lexicons had seen the lines.

| language | kind | first run: lines | read | wrong | unread | now: lines | read | wrong | unread |
|---|---|---:|---:|---:|---:|---:|---:|---:|---:|
"""


def page() -> str:
    """The page as it should stand."""
    rows = []
    for language in languages():
        for kind in kinds(language):
            now = figures(cases(language, kind), kind, language)
            if now.lines:
                first = None if language in _SEEN else tried().get(language, {}).get(kind)
                rows.append(f"| {load(language).names[0]} ({language}) | {kind} | {_cells(first)} | {_cells(now)} |")
    return _HEAD + "\n".join(rows) + "\n"


def _cells(found: Figures | None) -> str:
    return " | ".join("–" if found is None else str(number) for number in (found or (None,) * 4))


def first_run(language: str) -> str:
    """The lines of `tried.yaml` for a language."""
    out = [f"{language}:"]
    for kind in kinds(language):
        found = figures(unseen(language, kind), kind, language)
        if found.lines:
            out.append(f"  {kind}: {{{', '.join(f'{name}: {number}' for name, number in found._asdict().items())}}}")
    return "\n".join(out)


def main(arguments: Sequence[str]) -> None:
    """Print the first run of each language named; without one, write the page."""
    if not arguments:
        PAGE.write_text(page(), "utf-8")
    for language in arguments:
        sys.stdout.write(first_run(language) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
