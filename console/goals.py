"""Whether a goal is on its way. Pure: from the goal's own row and the numbers reported, never from a guess."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

NEWS: Final = timedelta(days=14)
"""A goal of which nothing was heard for so long needs a look."""


def reached(goal: Mapping[str, Any]) -> bool:
    """Whether the last value is at the target, or better."""
    value, target = goal["value"], goal["target"]
    if target is None or isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return bool(value <= target if goal["direction"] == "down" else value >= target)


def off_track(goal: Mapping[str, Any], now: datetime, today: date) -> str | None:
    """
    Why a goal needs a look, as a code of `wording.yaml`; None when it does not.

    goal: a row with `value` opened, and `barrier_at`: when the client last named a barrier; one named before the last
        value is over. today: the client's own date.
    """
    if reached(goal):
        return None
    if _due(goal["due_on"], today):
        return "past_due"
    if goal["barrier_at"] is not None and (goal["value_at"] is None or goal["barrier_at"] >= goal["value_at"]):
        return "barrier"
    if now - (goal["value_at"] or goal["created_at"]) >= NEWS:
        return "no_news"
    return None


def _due(text: str | None, today: date) -> bool:
    try:
        return date.fromisoformat(text or "") < today
    except ValueError:
        return False
