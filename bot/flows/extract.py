"""
The texts of flows for translators: Babel's extraction method for `*.yaml` flow files.

In a Babel mapping: `[extractors] checkline_flow = bot.flows.extract:extract`, then `[checkline_flow: bot/flows/**.yaml]`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from bot.flows.instruments.questions import FRAME, read_frame
from bot.flows.language import Asking, Choice, Flow, Saying, Text
from bot.flows.load import parse
from bot.values import Kind

YES, NO = "Yes", "No"
"""The labels of every yes/no question and read-back, numbered 1 and 2."""


def texts(flow: Flow) -> Iterator[tuple[str, Text]]:
    """Every text with the dotted path it stands at, in the order of the file."""
    if flow.confirm:
        yield "confirm", flow.confirm
    for step in flow.steps.values():
        if isinstance(step, Saying):
            yield f"steps.{step.id}.say.text", step.text
        elif isinstance(step, Asking):
            yield from _asked(step, f"steps.{step.id}.ask")


def _asked(step: Asking, where: str) -> Iterator[tuple[str, Text]]:
    yield f"{where}.text", step.text
    for at, choice in enumerate(step.options if isinstance(step.options, tuple) else (), 1):
        yield from _offered(choice, f"{where}.options[{at}]")
    if step.confirm:
        yield f"{where}.confirm", step.confirm
    for at, repair in enumerate(step.repair, 1):
        yield f"{where}.repair[{at}]", repair
    if step.nudge:
        yield f"{where}.nudge.text", step.nudge.text


def _offered(choice: Choice, where: str) -> Iterator[tuple[str, Text]]:
    if choice.label:
        yield f"{where}.label", choice.label
    if choice.words:
        yield f"{where}.words", choice.words


def messages(flow: Flow) -> Iterator[tuple[int, str, str]]:
    """
    Every message to translate: line, msgid, note for the translator. "Yes" and "No" come with the first question
    that is answered by them.
    """
    for _, text in texts(flow):
        yield text.line, text.en, text.note
    asked = [step.line for step in flow.steps.values() if isinstance(step, Asking) and step.kind is Kind.yes_no]
    lines = [flow.confirm.line] if flow.confirm else asked
    for line in lines[:1]:
        yield line, YES, "Shown as answer 1 of a yes/no question."
        yield line, NO, "Shown as answer 2 of a yes/no question."


def extract(
    fileobj: BinaryIO,
    keywords: Collection[str],  # noqa: ARG001 - Babel's signature
    comment_tags: Collection[str],  # noqa: ARG001 - Babel's signature
    options: dict[str, Any],  # noqa: ARG001 - Babel's signature
) -> Iterator[tuple[int, str, str, list[str]]]:
    """
    Babel's extraction method.

    Args:
        fileobj: a flow file, or the frame of the instruments, open for bytes.
        keywords, comment_tags, options: Babel's; unused, the file says what is a text.

    Returns:
        line, function name, msgid, comments of every message.

    Raises:
        BadFile: the file is no flow.
    """
    text, name = fileobj.read().decode("utf-8", "replace"), str(getattr(fileobj, "name", "flow"))
    if Path(name).name == FRAME.name:
        found = [(part.line, part.en, part.note) for part in read_frame(text).values()]
    else:
        found = list(messages(parse(text, name)))
    for line, msgid, note in found:
        yield line, "gettext", msgid, [note]
