"""
Readings of the body against the client's thresholds: weight, blood pressure, blood sugar. Pure.

The numbers are data (`readings.yaml`); a client's own take their place one by one. A reading that can hardly be one (out of
range, a tenth of the weight in a day, pounds for kilograms) is doubted: it is read back before it is stored.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from math import isfinite
from typing import Any, Final

from bot.concerns.document import Node, read_document
from bot.concerns.series import Point, ordered
from bot.concerns.trends import number
from bot.errors import BadFile
from bot.values import Category, CrisisReply, Fault, Finding, Severity

PARTS: Final = ("systolic", "diastolic")
POUND_KG: Final = 0.45359237
MMOL_MG: Final = 18.0182
"""mg/dL of glucose in one mmol/L."""
WHY_CHARS_MAX: Final = 200
"""What the column of a finding's sentence holds."""
HOWS: Final = ("above", "below", "rise", "fall")


@dataclass(frozen=True, slots=True)
class Limit:
    """
    From where on a reading is a concern.

    how: above, below, rise or fall (the last two within `hours`). part: of a blood pressure. verified: False judges only
    a client for whom it was confirmed. source: who says so.
    """

    name: str
    how: str
    value: float
    severity: Severity
    why: str
    source: str
    hours: float = 0.0
    part: str = ""
    verified: bool = True


@dataclass(frozen=True, slots=True)
class Measure:
    """
    What is measured.

    low, high: what can be a reading at all, in `unit`. jump, jump_hours: a change by this share in so short a time is doubted.
    twice_minutes: a limit counts once two readings in so many minutes pass it; 0: at once.
    """

    id: str
    name: str
    unit: str
    decimals: int
    low: float
    high: float
    limits: tuple[Limit, ...]
    jump: float = 0.0
    jump_hours: float = 0.0
    twice_minutes: float = 0.0


@dataclass(frozen=True, slots=True)
class Own:
    """
    A client's own thresholds. limits: name → number, None takes the limit away; what is not named keeps its default.
    Being there confirms the defaults that are unverified. version, source: as they were stored.
    """

    limits: Mapping[str, float | None] = field(default_factory=dict)
    source: str = ""
    version: int = 0


@dataclass(frozen=True, slots=True)
class Limits:
    """All measures, by id."""

    version: str
    measures: Mapping[str, Measure]


@cache
def shipped() -> Limits:
    """The shipped defaults. Raises BadFile with every fault."""
    faults: list[Fault] = []
    top = read_document(files("bot.concerns") / "readings.yaml", faults)
    top.only(("version", "review", "measures"))
    found = Limits(
        top.child("version", needed=True).text(), {node.key: _measure(node) for node in top.child("measures", needed=True).children()}
    )
    if faults:
        raise BadFile(faults)
    return found


def _measure(node: Node) -> Measure:
    node.only(("name", "unit", "decimals", "plausible", "jump", "twice_minutes", "limits"))
    range_, jump, twice = node.child("plausible", needed=True), node.child("jump"), node.child("twice_minutes")
    return Measure(
        id=node.key,
        name=node.child("name", needed=True).text(),
        unit=node.child("unit", needed=True).text(),
        decimals=int(number(node.child("decimals", needed=True))),
        low=number(range_.child("from", needed=True)),
        high=number(range_.child("to", needed=True)),
        limits=tuple(_limit(one) for one in node.child("limits", needed=True).children()),
        jump=number(jump.child("share")) if jump.children() else 0.0,
        jump_hours=number(jump.child("hours")) if jump.children() else 0.0,
        twice_minutes=number(twice) if twice.text() else 0.0,
    )


def _limit(node: Node) -> Limit:
    node.only((*HOWS, "hours", "is", "part", "verified", "source", "why"))
    given = [how for how in HOWS if node.child(how).text()]
    if len(given) != 1:
        node.fault(f"must say one of {', '.join(HOWS)}")
    how, severity = (given or ["above"])[0], node.child("is", needed=True).text()
    if severity not in ("review", "high", "critical"):
        node.child("is").fault("must be review, high or critical")
        severity = "review"
    hours = node.child("hours").text()
    return Limit(
        name=node.key,
        how=how,
        value=number(node.child(how)),
        severity=Severity[severity],
        why=node.child("why", needed=True).text(),
        source=node.child("source", needed=True).text(),
        hours=number(node.child("hours")) if hours else 0.0,
        part=node.child("part").text(),
        verified=node.child("verified").text() != "false",
    )


def parts_of(measure: Measure, value: Any) -> dict[str, float]:
    """The numbers of a stored reading by part; one number has the part ""; nothing for what is none."""
    if isinstance(value, Mapping):
        return {part: float(value[part]) for part in PARTS if _number(value.get(part))}
    return {"": float(value)} if _number(value) and not any(limit.part for limit in measure.limits) else {}


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def doubt(measure: Measure, value: Any, unit: str | None, earlier: Mapping[str, Sequence[Point]], now: datetime) -> str:
    """
    Why a reading is read back before it is stored, as a code; "" when it may stand.

    earlier: part → readings that are stored, in the measure's unit.
    """
    parts = parts_of(measure, value)
    if not parts:
        return "no-reading"
    if unit is not None and unit.casefold() != measure.unit.casefold():
        return "other-unit"
    if not all(measure.low <= one <= measure.high for one in parts.values()):
        return "out-of-range"
    if not measure.jump:
        return ""
    for part, new in parts.items():
        last = next(reversed(ordered(list(earlier.get(part, ())))), None)
        if last is None:
            return "first"  # nothing to compare it with: pounds would pass for kilograms
        if _mixed_up(measure, new, last.value):
            return "unit-mix-up"
        if now - last.at <= timedelta(hours=measure.jump_hours) and abs(new - last.value) > measure.jump * last.value:
            return "jump"
    return ""


def _mixed_up(measure: Measure, new: float, last: float) -> bool:
    """The number is what the last one would be in the other unit that people use, within a twentieth."""
    factor = {"kg": 1 / POUND_KG, "mg/dL": 1 / MMOL_MG}.get(measure.unit)
    return factor is not None and abs(new - last * factor) <= 0.05 * last * factor


def judge(measure: Measure, value: Any, earlier: Mapping[str, Sequence[Point]], own: Own | None, now: datetime) -> list[Finding]:
    """
    What a reading means against the client's thresholds, the gravest first.

    earlier: part → readings that were stored before this one, in the measure's unit. own: None: the defaults alone.
    """
    found = []
    for part, new in parts_of(measure, value).items():
        series = ordered(list(earlier.get(part, ())))
        for limit in measure.limits:
            wanted = _value(limit, own)
            if limit.part == part and wanted is not None:
                found += _against(measure, limit, wanted, new, series, own, now)
    return sorted(found, key=lambda one: -one.severity)


def _value(limit: Limit, own: Own | None) -> float | None:
    if own is not None and limit.name in own.limits:
        return own.limits[limit.name]
    return limit.value if limit.verified or own is not None else None


def _against(
    measure: Measure, limit: Limit, wanted: float, new: float, series: list[Point], own: Own | None, now: datetime
) -> list[Finding]:
    if limit.how in ("rise", "fall"):
        since = [point.value for point in series if timedelta(0) < now - point.at <= timedelta(hours=limit.hours)]
        moved = (new - min(since) if limit.how == "rise" else max(since) - new) if since else 0.0
        # Kilograms are stored to a tenth: half of one must not decide.
        return [_finding(measure, limit, new, wanted, own)] if since and moved >= wanted - 0.001 else []
    if not _beyond(limit, new, wanted):
        return []
    if not measure.twice_minutes:
        return [_finding(measure, limit, new, wanted, own)]
    lately = [point for point in series if now - point.at <= timedelta(minutes=measure.twice_minutes)]
    twice = any(_beyond(limit, point.value, wanted) for point in lately)
    return [_finding(measure, limit, new, wanted, own, once=not twice)]


def _beyond(limit: Limit, value: float, wanted: float) -> bool:
    return value > wanted if limit.how == "above" else value < wanted


def _finding(measure: Measure, limit: Limit, new: float, wanted: float, own: Own | None, *, once: bool = False) -> Finding:
    """
    `why` names the limit and whose it is, and is stored plainly; the reading, and a threshold of the client's own, are
    theirs alone and stand in `matched`, which is sealed.
    """
    mine = own is not None and limit.name in own.limits
    severity = Severity.review if once else limit.severity
    reply = None if severity < Severity.high else CrisisReply.R2 if severity is Severity.critical else CrisisReply.R4
    why = f"{limit.why.split(' twice')[0]} once; the client was asked to rest and measure again." if once else limit.why
    if mine and own is not None:
        why = f"{measure.name} passed the client's own threshold {limit.name}, version {own.version}."
        matched = f"{new:g} {measure.unit}; threshold {wanted:g}. {own.source}"
    else:
        why = f"{why} Default {limit.how} {limit.value:g}: {limit.source}"
        matched = f"{new:g} {measure.unit}"
    return Finding(severity, Category.medical, f"reading.{measure.id}.{limit.name}", matched, why[:WHY_CHARS_MAX], reply=reply)
