r"""
The line-by-line verbs: text in on stdin, one JSON line out for every line in, flushed at once.

Input is UTF-8 split at "\n" only; bytes that are not UTF-8 become U+FFFD. With `--input json` each line is a JSON
string, which is how line breaks and NUL get in. These verbs import neither the database nor the web.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

import click

from bot.errors import WrongUse


def input_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """The `--input text|json` option, and `--json`, which changes nothing here: these verbs always write JSON."""
    command = click.option("--json", "as_json", is_flag=True, help="Accepted everywhere; these verbs always write JSON.")(command)
    return click.option(
        "--input", "form", type=click.Choice(["text", "json"]), default="text", show_default=True, help="How each line of stdin is written."
    )(command)


def read_lines(stream: BinaryIO, form: str) -> Iterator[str]:
    r"""
    Yield each line without its "\n"; a last line without one counts, an empty input has none.

    Raises:
        WrongUse: a line is not a JSON string, with `form` "json".
    """
    for number, raw in enumerate(stream, 1):
        text = raw.removesuffix(b"\n").decode("utf-8", "replace")
        if form == "json":
            try:
                text = json.loads(text)
            except ValueError as error:
                raise WrongUse(f"stdin, line {number}: not JSON ({error}); write each line as a JSON string") from None
            if not isinstance(text, str):
                raise WrongUse(f"stdin, line {number}: a JSON {type(text).__name__} where a string must stand")
        yield text


def each_line(form: str, answer: Callable[[str], dict[str, Any]]) -> None:
    """Write `answer(line)` as ASCII JSON for every line of stdin."""
    out = sys.stdout
    for line in read_lines(sys.stdin.buffer, form):
        out.write(json.dumps(answer(line), ensure_ascii=True, separators=(",", ":")) + "\n")
        out.flush()
