"""A goal's numbers as a small line: coordinates for an inline SVG, nothing else. Styles are classes; the policy forbids inline ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

WIDTH: Final = 240
HEIGHT: Final = 56
MARGIN: Final = 5


@dataclass(frozen=True, slots=True)
class Chart:
    """
    points: "x,y x,y …" for a polyline; dots: each point by itself; target_y: where the target stands, None without one.
    """

    points: str
    dots: tuple[tuple[float, float], ...]
    target_y: float | None
    width: int = WIDTH
    height: int = HEIGHT


def chart(history: Sequence[tuple[datetime, float]], target: float | None) -> Chart | None:
    """The chart of (moment, value) in order of time; None for fewer than two. The target is always in sight."""
    if len(history) < 2:
        return None
    values = [value for _, value in history] + ([target] if target is not None else [])
    low, high = min(values), max(values)
    spread = (high - low) or 1.0
    first, last = history[0][0], history[-1][0]
    seconds = (last - first).total_seconds() or 1.0

    def y(value: float) -> float:
        return round(HEIGHT - MARGIN - (value - low) / spread * (HEIGHT - 2 * MARGIN), 1)

    def x(at: datetime) -> float:
        return round(MARGIN + (at - first).total_seconds() / seconds * (WIDTH - 2 * MARGIN), 1)

    dots = tuple((x(at), y(value)) for at, value in history)
    return Chart(" ".join(f"{at},{up}" for at, up in dots), dots, None if target is None else y(target))
