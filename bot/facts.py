"""What is frozen about client, goal and appointment when a conversation starts: texts ready in the client's language."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.house import House
from bot.programme import Programme
from bot.values import Purpose


@dataclass(frozen=True, slots=True)
class Opened:
    """
    The rows that facts are made of, their sealed columns opened.

    goal, appointment: None where the flow is about neither. limits: of the client's blood pressure, where it is measured.
    """

    client_name: str
    manager_name: str
    client: Mapping[str, Any]
    goal: Mapping[str, Any] | None = None
    appointment: Mapping[str, Any] | None = None
    language_known: bool = True
    limits: Mapping[str, float] = field(default_factory=dict)


def facts(house: House, programme: Programme, opened: Opened, purpose: Purpose) -> dict[str, Any]:
    """The facts of `bot.flows.model.FACTS` for a flow of `purpose`; plain JSON."""
    client, words = opened.client, house.words
    language = client["language"]
    found: dict[str, Any] = {
        "name": opened.client_name,
        "programme": programme.name,
        "manager": opened.manager_name,
        "language": language,
        "zone": client["zone"],
    }
    if purpose is Purpose.check_ins:
        found |= opened.limits
    if purpose is Purpose.appointments and opened.appointment is not None:
        starts, zone = opened.appointment["starts_at"], opened.appointment["zone"]
        found |= {
            "appointment_title": opened.appointment["title"],
            "appointment_place": opened.appointment["place"],
            "appointment_date": words.day(starts, language, zone),
            "appointment_time": words.time(starts, language, zone),
        }
    if purpose is Purpose.goals and opened.goal is not None:
        found |= _goal(house, opened.goal, language)
    if purpose is Purpose.service:
        found |= {"messages_per_week": programme.messages_per_week}
        if not opened.language_known:
            found["languages"] = [[tag, words.name(tag)] for tag in programme.languages]
    return found


def _goal(house: House, goal: Mapping[str, Any], language: str) -> dict[str, Any]:
    target, value = goal["target"], json.loads(goal["value"]) if goal["value"] else None
    found: dict[str, Any] = {
        "goal_title": goal["title"],
        "goal_unit": goal["unit"],
        "goal_target": house.words.number(target, language) if target is not None else "",
    }
    if value is not None:
        found["goal_value"] = house.words.number(value, language) if isinstance(value, int | float) else str(value)
    if target is not None:
        # Off track: further from the target than half of it. Ours, and editable once goals carry a rule of their own.
        found["goal_low" if goal["direction"] == "up" else "goal_high"] = target * (0.5 if goal["direction"] == "up" else 1.5)
    return found
