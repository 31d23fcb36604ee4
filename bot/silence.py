"""
A client who does not answer: what follows, and how much it weighs. Pure; `bot/followup.py` carries it out.

After a day a reminder (the flow's own), after two days the other way there is, on the third day a work item; three prompts in a row
without an answer bring a last check, and silence after that a pause. What did not arrive, who said STOP, and who simply is silent
are three different things. Silence weighs more while a concern is open, for a client tagged high-risk, and for one who used to answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.values import Category, Finding, Severity
from storage.silence import Quiet

MISSES_MAX: Final = 3
ELSEWHERE_FOR: Final = timedelta(hours=24)
"""How long an answer by the other way is waited for before silence is a work item."""
USUAL_LEAST: Final = 3
USUAL_SHARE: Final = 0.75
"""Somebody used to answer who answered so large a share of at least so many earlier conversations."""
LAST_CHECK: Final = "still-there"
"""The flow that asks whether to go on writing."""

WHY: Final = {
    "open-concern": "The client does not answer while a concern is open.",
    "high-risk": "The client is tagged high-risk and does not answer.",
    "used-to-answer": "The client used to answer and does not any more.",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """
    What follows from a conversation that ended without an answer.

    task: undeliverable or silent now, None: none yet. elsewhere: ask again by the other way, and look again after ELSEWHERE_FOR.
    missed: prompts in a row without an answer by now. last_check: ask whether to go on. pause: stop asking.
    counts: whether the conversation counts as unanswered at all.
    """

    task: str | None = None
    elsewhere: bool = False
    missed: int = 0
    last_check: bool = False
    pause: bool = False
    counts: bool = False
    finding: Finding | None = None


def ended(quiet: Quiet, opened_at: datetime, flow: str) -> Verdict:
    """A conversation of `flow`, opened then, has ended without any answer."""
    if quiet.stopped or heard_since(quiet, opened_at):
        return Verdict()
    if not quiet.arrived:
        return Verdict(task="undeliverable")
    if flow == LAST_CHECK:
        return Verdict(task="paused", pause=True, counts=True)
    if quiet.elsewhere:  # the work item falls due by itself, whatever became of this
        return Verdict(counts=True, missed=quiet.misses)
    missed = quiet.misses + 1
    elsewhere = quiet.other_point is not None
    return Verdict(
        task=None if elsewhere else "silent",
        elsewhere=elsewhere,
        missed=missed,
        last_check=missed == MISSES_MAX,
        counts=True,
        finding=weighs(quiet),
    )


def reminded(quiet: Quiet, opened_at: datetime) -> Finding | None:
    """A day without an answer: with a concern open, or for a client tagged high-risk, a person looks now and not in two days."""
    if quiet.stopped or heard_since(quiet, opened_at) or not (quiet.open_concern or quiet.high_risk):
        return None
    return weighs(quiet)


def heard_since(quiet: Quiet, moment: datetime) -> bool:
    """Whether the client has written, or was spoken with, since then."""
    return quiet.heard_at is not None and quiet.heard_at > moment


def weighs(quiet: Quiet) -> Finding | None:
    """Why this silence weighs more than another; None when it does not."""
    there, answered = quiet.usual
    used_to = there >= USUAL_LEAST and answered >= USUAL_SHARE * there
    cause = "open-concern" if quiet.open_concern else "high-risk" if quiet.high_risk else "used-to-answer" if used_to else ""
    return Finding(Severity.review, Category.silence, f"silence.{cause}", "", WHY[cause]) if cause else None
