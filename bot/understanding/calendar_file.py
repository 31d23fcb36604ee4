"""The section `calendar` of a lexicon, checked: how a language names days and times. The format is docs/reference/understand.md."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bot.understanding.phrases import Words
from bot.understanding.plain_yaml import Plain

LISTS = (
    "coming", "next", "last", "week_later", "in", "later", "ago", "ago_after", "day_before", "day_after", "month_after", "year_after",
    "clock_before", "clock_after", "minute", "am", "pm", "noon", "midnight", "join", "may_stand", "bound", "vague", "other_calendar",
    "not_names", "not_a_date",
)  # fmt: skip
"""Lists of phrases; each is a role that a phrase may play. One phrase may stand in several."""
MAPPINGS: dict[str, str] = {
    "days": r"-?\d",
    "weeks": r"-?\d",
    "weekdays": r"monday|tuesday|wednesday|thursday|friday|saturday|sunday",
    "months": r"[1-9]|1[0-2]",
    "units": r"minute|hour|day|week|month",
    "spans": r"\d{1,3} (?:minute|hour|day|week)",
    "parts": r"\d{1,2}-\d{1,2}",
    "today_parts": r"\d{1,2}-\d{1,2}",
    "before_hour": r"-?\d{1,2}",
    "after_hour": r"-?\d{1,2}",
    "hours": r"[1-9]|1[0-9]|2[0-4]",
    "times": r"\d{1,2}:\d\d",
    "shifts": r"\d{1,2}",
    "minutes": r"M past H|M to H|H plus M|H less M|less M H|H M past|H M to",
}
"""Mappings → what a key must look like; each value is a list of phrases."""
SETTINGS: dict[str, str] = {
    "order": r"dmy|mdy|ymd|ask",
    "cldr": r"[A-Za-z_]+",
    "hour_offset": r"[0-9]|1[01]",
    "numeric": r"ours|other",
}
"""Single values → what each must look like."""
SEPARATORS = "/-."

Phrased = Callable[[Plain, str, Any], list[Words]]
"""Spells out a list of phrases, and notes what is wrong with it."""


@dataclass(slots=True)
class CalendarSection:
    """
    What the file says.

    lists: role → phrases. mappings: name → key → phrases. regions: country → order of day and month.
    separators: what divides day and month written with two numbers only. prefixes, endings: what is written onto words.
    """

    lists: dict[str, list[Words]] = field(default_factory=dict)
    mappings: dict[str, dict[str, list[Words]]] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)
    regions: dict[str, str] = field(default_factory=dict)
    separators: str = "/"
    prefixes: tuple[str, ...] = ()
    endings: tuple[str, ...] = ()


def check_calendar(plain: Plain, content: Any, phrased: Phrased) -> CalendarSection | None:
    """The section, its faults noted in `plain`; None when it is no mapping."""
    if not isinstance(content, dict):
        plain.fault("calendar", "must be a mapping")
        return None
    found = CalendarSection()
    for name, value in content.items():
        where = f"calendar.{name}"
        if name in LISTS:
            found.lists[name] = phrased(plain, where, value)
        elif name in MAPPINGS:
            found.mappings[name] = _mapping(plain, where, value, MAPPINGS[name], phrased)
        elif name in SETTINGS:
            if not (isinstance(value, str) and re.fullmatch(SETTINGS[name], value)):
                plain.fault(where, f"must be one of {SETTINGS[name]}")
            else:
                found.settings[name] = value
        elif name == "regions":
            found.regions = _regions(plain, where, value)
        elif name in ("prefixes", "endings", "separators"):
            _marks(plain, where, value, found)
        else:
            known = sorted({*LISTS, *MAPPINGS, *SETTINGS, "regions", "prefixes", "endings", "separators"})
            plain.fault(where, f"is not known here; known are {', '.join(known)}")
    return found


def _mapping(plain: Plain, where: str, value: Any, key: str, phrased: Phrased) -> dict[str, list[Words]]:
    if not isinstance(value, dict):
        plain.fault(where, "must be a mapping")
        return {}
    found = {}
    for name, phrases in value.items():
        at = f"{where}.{name}"
        if not re.fullmatch(key, name):
            plain.fault(at, f"must look like {key}")
            continue
        found[name] = phrased(plain, at, phrases)
    return found


def _regions(plain: Plain, where: str, value: Any) -> dict[str, str]:
    if not isinstance(value, dict) or any(not re.fullmatch(SETTINGS["order"], str(order)) for order in value.values()):
        plain.fault(where, "must map a country to its order of day and month")
        return {}
    return {str(region): str(order) for region, order in value.items()}


def _marks(plain: Plain, where: str, value: Any, found: CalendarSection) -> None:
    name = where.partition(".")[2]
    if not isinstance(value, list) or not all(isinstance(one, str) and one for one in value):
        plain.fault(where, "must be a list of texts")
    elif name == "separators":
        if any(one not in SEPARATORS or len(one) != 1 for one in value):
            plain.fault(where, f"must be of {' '.join(SEPARATORS)}")
        else:
            found.separators = "".join(value)
    elif name == "prefixes":
        found.prefixes = tuple(value)
    else:
        found.endings = tuple(value)
