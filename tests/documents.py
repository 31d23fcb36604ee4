"""The fenced commands of README and docs, as a reader would copy them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FENCE = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
RUN = ("sh", "bash", "console")
"""Fences in these languages are commands, run in order, line by line. In `console` only what follows `$ ` is one; the rest is output."""
SHOWN = ("yaml", "json", "python", "text", "tsv", "ini", "mermaid", "html", "sql", "po", "toml", "xml", "csv")
"""Fences that only show something."""


@dataclass(frozen=True)
class Command:
    """One command line. document: relative path; line: where it stands."""

    document: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.document}:{self.line}: {self.text.splitlines()[0]}"


def documents() -> list[Path]:
    """README and every page of docs."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def commands(path: Path) -> Iterator[Command]:
    """The commands of one document; lines that end in a backslash go on, `$ ` prompts and comments are taken away."""
    text = path.read_text("utf-8")
    for fence in FENCE.finditer(text):
        language = fence.group(1)
        first = text.count("\n", 0, fence.start(2)) + 1
        if language not in RUN:
            assert language in SHOWN, f"{path.name}:{first - 1}: a fence in {language or 'no language'!r}; name one of {RUN + SHOWN}"
            continue
        yield from _lines(str(path.relative_to(ROOT)), fence.group(2), first, prompted=language == "console")


def _lines(document: str, body: str, first: int, *, prompted: bool) -> Iterator[Command]:
    held, start = "", first
    for number, line in enumerate(body.splitlines(), first):
        plain = line.removeprefix("$ ")
        if not held:
            start = number
            if prompted and plain == line:
                continue
            if not plain.strip() or plain.lstrip().startswith("#"):
                continue
        held += plain
        if held.endswith("\\"):
            held = held[:-1]
            continue
        yield Command(document, start, held)
        held = ""
