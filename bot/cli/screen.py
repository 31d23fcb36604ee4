"""`checkline screen`: lines in, what is concerning in each out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from bot.cli.lines import each_line, input_option
from bot.concerns import screen as judge
from bot.values import Finding


@click.command()
@click.option(
    "--language", "languages", multiple=True, metavar="XX", help="A BCP 47 tag; again, or with commas, for more. English is always read."
)
@click.option("--medication", is_flag=True, help="The lines answer a question about medicine.")
@input_option
def screen(languages: Sequence[str], medication: bool, form: str, as_json: bool) -> None:  # noqa: ARG001 - accepted everywhere
    """Say of each line on stdin what in it should concern a case manager, worst first, as JSON."""
    tags = tuple(tag.strip() for group in languages for tag in group.split(",") if tag.strip())
    each_line(form, lambda text: _answer(text, tags, medication))


def _answer(text: str, tags: Sequence[str], medication: bool) -> dict[str, Any]:
    screening = judge(text, tags, medication)
    worst = screening.worst
    return {
        "text": text,
        "severity": screening.severity.name,
        "category": worst.category.value if worst else None,
        "rule": worst.rule if worst else None,
        "matched": worst.matched if worst else None,
        "why": worst.why if worst else None,
        "findings": [_plain(finding) for finding in screening.findings],
    }


def _plain(finding: Finding) -> dict[str, Any]:
    return {
        "severity": finding.severity.name,
        "category": finding.category.value,
        "rule": finding.rule,
        "matched": finding.matched,
        "why": finding.why,
        "span": finding.span,
        "reply": finding.reply.value if finding.reply else None,
        "grade": finding.grade,
    }
