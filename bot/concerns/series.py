"""Numbers over time, as trends and readings judge them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

VALUES_MAX: Final = 200
"""The newest values of a series that are looked at."""


@dataclass(frozen=True, slots=True)
class Point:
    """One value. at: aware."""

    at: datetime
    value: float


def ordered(points: list[Point] | tuple[Point, ...]) -> list[Point]:
    """In order of time, the newest VALUES_MAX."""
    return sorted(points, key=lambda point: point.at)[-VALUES_MAX:]
