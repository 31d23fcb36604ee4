"""`checkline bench screen`: how screening grows with a text, as ratios of one run, and what an ordinary line costs."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import click

from bot.concerns import screen as judge
from bot.ports import processor_seconds

SHORT_CHARS, LONG_CHARS = 20_000, 200_000
RATIO_MAX = 12
"""What we accept: ten times the text in at most so many times the time."""

REPEATED: Mapping[str, str] = {
    "one letter": "a",
    "sentences": "I can't go on, I want to die, no food left. ",
    "a glued phrase": "iwanttokillmyself",
    "half a pattern": "i want ",
    "half an idiom": "dying of ",
    "an idiom": "dying of laughter ",
    "denials": "no no not ",
    "single letters": "k i l l ",
    "stars": "k*",
    "quantities": "took all my ",
    "stops": ".",
    "single words between stops": "die. ",
    "lines": "die\n",
    "numbers": "1 2 ",
    "pictures": "😭🔫",
    "combining marks": "e\u0301\u0302\u0303",
    "marks alone": "\u0301",
    "Chinese": "我想死",
    "Korean": "죽고싶어",
    "Arabic": "اريد ان اموت ",
    "invisible signs": "\u200d",
    "lone surrogates": "\ud800",
}
LINES = ("Thanks, see you at", "I slept well, mood is", "can you call me at", "ok", "No I did not take it at", "my knee hurts since")


def _repeated(part: str) -> Callable[[int], str]:
    return lambda size: (part * (size // len(part) + 1))[:size]


def _endless(first: int, last: int) -> Callable[[int], str]:
    """One run of letters in no order, always the same: a multiplicative walk through the range."""
    return lambda size: "".join(chr(first + (at * at * 7919 + at * 104_729) % (last - first)) for at in range(size))


SHAPES: Mapping[str, Callable[[int], str]] = {name: _repeated(part) for name, part in REPEATED.items()} | {
    "one endless word": _endless(0x61, 0x7B),
    "Chinese of any kind": _endless(0x4E00, 0x9FA5),
    "Korean of any kind": _endless(0xAC00, 0xD7A3),
}


@click.command()
@click.option("--language", "languages", multiple=True, default=("en", "es", "ar"), show_default=True, metavar="XX", help="Again for more.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def screen(languages: tuple[str, ...], as_json: bool) -> None:
    """
    Time the screening of texts: how it grows with their length, and what an ordinary line costs.

    For each shape of text it says how many times as long ten times the text takes; above 12 is too much.

    Example: checkline bench screen --language en
    """
    found: dict[str, Any] = {"languages": list(languages), "ratios": {name: _ratio(made, languages) for name, made in SHAPES.items()}}
    found["worst_ratio"] = max(found["ratios"].values())
    found["lines_per_second"] = _lines_per_second(languages)
    if as_json:
        click.echo(json.dumps(found))
        return
    for name, ratio in found["ratios"].items():
        click.echo(f"{ratio:6.1f}  {name}{'   too much' if ratio > RATIO_MAX else ''}")
    click.echo(f"lines per processor second, {', '.join(languages)}: {found['lines_per_second']:,}")


def _ratio(made: Callable[[int], str], languages: tuple[str, ...]) -> float:
    """Both texts read twice and the better time taken: words met before are known, as in a running service."""
    short, long = made(SHORT_CHARS), made(LONG_CHARS)
    return round(min(_seconds(long, languages) for _ in range(2)) / min(_seconds(short, languages) for _ in range(4)), 1)


def _seconds(text: str, languages: tuple[str, ...]) -> float:
    start = processor_seconds()
    judge(text, languages)
    return processor_seconds() - start


def _lines_per_second(languages: tuple[str, ...]) -> int:
    lines = [f"{line} {number}" for number in range(1000) for line in LINES]
    for line in LINES:
        judge(line, languages)
    start = processor_seconds()
    for line in lines:
        judge(line, languages)
    return round(len(lines) / (processor_seconds() - start))
