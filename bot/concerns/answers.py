"""
What the client gets at once when it is not words that are grave but an answer: an option, a score, a reading. Pure.

A finding on text carries the reply of its rule (`rules.yaml`); a finding on an answer has only category and severity, and
this table says which words go with them. Below high nothing is said: the flow's own kind line must do.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bot.values import Category, CrisisReply, Severity

REPLIES: Final[Mapping[Category, CrisisReply]] = {
    Category.self_harm: CrisisReply.R1,
    Category.medical: CrisisReply.R2,
    Category.harm_to_others: CrisisReply.R2,
    Category.violence: CrisisReply.R3,
    # R4 names nothing either: who will call, by when, and the emergency number.
    Category.needs: CrisisReply.R4,
    Category.distress: CrisisReply.R4,
    Category.answer: CrisisReply.R4,
}
"""Categories that are missing (could not be read, could not be processed, asked for help) have answers of their own."""


def reply_for(category: Category, severity: Severity) -> CrisisReply | None:
    """The crisis reply of an answer's finding; None below high, and where the category has none."""
    return REPLIES.get(category) if severity >= Severity.high else None
