"""A programme's settings, read from its row with the defaults filled in. Frozen; a change gives the programme a new generation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from bot import hours
from bot.alarm import Ladder
from bot.quiet_hours import DEFAULT_HOURS, QuietHours, parse_quiet_hours
from bot.rota import read_rota


@dataclass(frozen=True, slots=True)
class Programme:
    """
    One programme.

    kind: demo or real, for ever. status: draft, active, held or closed.
    languages: the first is the programme's own. cap_per_day, cap_per_week: routine messages a client may get.
    """

    id: int
    name: str
    kind: str
    status: str
    zone: str
    language: str
    languages: tuple[str, ...]
    quiet: QuietHours = DEFAULT_HOURS
    ladder: Ladder = field(default_factory=Ladder)
    cap_per_day: int = 6
    cap_per_week: int = 20
    messages_per_week: int = 4
    welcome: bool = True
    held: bool = False

    @property
    def active(self) -> bool:
        """Whether anything routine may go out at all."""
        return self.status == "active"


DEFAULTS: Mapping[str, Any] = {
    "cap_per_day": 6,
    "cap_per_week": 20,
    "messages_per_week": 4,
    "critical_minutes": 15,
    "high_hours": 4,
    "review_hours": 8,
    "critical_follow_minutes": 60,
    "high_follow_hours": 8,
    "review_follow_hours": 24,
    "critical_next_hours": 8,
    "high_next_hours": 24,
    "review_next_hours": 40,
    "again_minutes": 15,
    "pages_per_hour": 12,
    "group_minutes": 5,
}
"""The settings that are plain numbers, with what they are until the programme says otherwise. Hours are working hours."""


def read_programme(row: Mapping[str, Any]) -> Programme:
    """Make a Programme of a row of `programmes`."""
    said = {**DEFAULTS, **(row["settings"] or {})}
    return Programme(
        id=row["id"],
        name=row["name"],
        kind=row["kind"],
        status=row["status"],
        zone=row["zone"],
        language=row["language"],
        languages=tuple(row["languages"] or [row["language"]]),
        quiet=parse_quiet_hours(said["quiet"]) if "quiet" in said else DEFAULT_HOURS,
        ladder=_ladder(said, row["zone"]),
        cap_per_day=said["cap_per_day"],
        cap_per_week=said["cap_per_week"],
        messages_per_week=said["messages_per_week"],
        held=row["held_at"] is not None,
    )


def _ladder(said: Mapping[str, Any], zone: str) -> Ladder:
    return Ladder(
        critical=timedelta(minutes=said["critical_minutes"]),
        high=timedelta(hours=said["high_hours"]),
        review=timedelta(hours=said["review_hours"]),
        follow_critical=timedelta(minutes=said["critical_follow_minutes"]),
        follow_high=timedelta(hours=said["high_follow_hours"]),
        follow_review=timedelta(hours=said["review_follow_hours"]),
        next_critical=timedelta(hours=said["critical_next_hours"]),
        next_high=timedelta(hours=said["high_next_hours"]),
        next_review=timedelta(hours=said["review_next_hours"]),
        again=timedelta(minutes=said["again_minutes"]),
        week=said.get("business_hours") or hours.OFFICE,
        zone=zone,
        holidays=frozenset(date.fromisoformat(day) for day in said.get("holidays", ())),
        rota=read_rota(said.get("rota")),
    )
