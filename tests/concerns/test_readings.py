"""Readings against thresholds, and trends against a client's own past: what is found, what is doubted, what is left alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.concerns import readings, trends
from bot.concerns.readings import Own
from bot.concerns.series import Point
from bot.flows.load import instruments
from bot.flows.model import MEASURES
from bot.values import Category, CrisisReply, Severity

NOW = datetime(2026, 5, 4, 9, tzinfo=UTC)
M = readings.shipped().measures
HIGH, CRITICAL, REVIEW = Severity.high, Severity.critical, Severity.review


def before(*values: tuple[float, float], part: str = "") -> dict[str, list[Point]]:
    """(hours ago, value)."""
    return {part: [Point(NOW - timedelta(hours=hours), value) for hours, value in values]}


def test_a_flow_may_measure_what_there_are_limits_for():
    assert set(MEASURES) == set(M)


JUDGED: dict[str, tuple[str, Any, dict[str, list[Point]], Own | None, list[tuple[str, Severity]]]] = {
    "three pounds in a day": ("weight", 81.4, before((24, 80.0)), None, [("reading.weight.gain-day", HIGH)]),
    "just under it": ("weight", 81.3, before((24, 80.0)), None, []),
    "three pounds in two days are no day's gain": ("weight", 81.4, before((48, 80.0)), None, []),
    "five pounds in a week": ("weight", 82.3, before((168, 80.0), (72, 81.2)), None, [("reading.weight.gain-week", HIGH)]),
    "five pounds in nine days": ("weight", 82.3, before((216, 80.0)), None, []),
    "five pounds lost": ("weight", 77.7, before((168, 80.0)), None, [("reading.weight.loss-week", HIGH)]),
    "the first weight of all": ("weight", 80.0, {}, None, []),
    "a client's own limit": ("weight", 81.0, before((24, 80.0)), Own({"gain-day": 1.0}, "Dr. Lee", 2), [("reading.weight.gain-day", HIGH)]),
    "a limit that was taken away": ("weight", 77.0, before((168, 80.0)), Own({"loss-week": None}, "x", 1), []),
    "one high blood pressure": (
        "blood-pressure",
        {"systolic": 190, "diastolic": 100},
        {},
        None,
        [("reading.blood-pressure.systolic", REVIEW)],
    ),
    "two, with rest in between": (
        "blood-pressure",
        {"systolic": 185, "diastolic": 100},
        before((0.2, 190), part="systolic"),
        None,
        [("reading.blood-pressure.systolic", HIGH)],
    ),
    "one today and one yesterday": (
        "blood-pressure",
        {"systolic": 185, "diastolic": 100},
        before((24, 190), part="systolic"),
        None,
        [("reading.blood-pressure.systolic", REVIEW)],
    ),
    "exactly 180 over 120": ("blood-pressure", {"systolic": 180, "diastolic": 120}, {}, None, []),
    "the lower number twice": (
        "blood-pressure",
        {"systolic": 150, "diastolic": 125},
        before((0.2, 130), part="diastolic"),
        None,
        [("reading.blood-pressure.diastolic", HIGH)],
    ),
    "a second one that came down": ("blood-pressure", {"systolic": 150, "diastolic": 90}, before((0.2, 190), part="systolic"), None, []),
    "blood sugar that nobody has confirmed limits for": ("glucose", 40, {}, None, []),
    "very low blood sugar": ("glucose", 50, {}, Own({}, "x", 1), [("reading.glucose.very-low", CRITICAL), ("reading.glucose.low", HIGH)]),
    "high blood sugar": ("glucose", 320, {}, Own({}, "x", 1), [("reading.glucose.high", HIGH)]),
}


@pytest.mark.parametrize(("measure", "value", "earlier", "own", "found"), JUDGED.values(), ids=JUDGED)
def test_a_reading(measure, value, earlier, own, found):
    assert [(one.rule, one.severity) for one in readings.judge(M[measure], value, earlier, own, NOW)] == found


def test_a_finding_names_threshold_and_source_and_keeps_the_number_to_itself():
    (found,) = readings.judge(M["weight"], 81.4, before((24, 80.0)), None, NOW)
    assert "Default rise 1.4: heart.org" in found.why
    assert "81.4" not in found.why
    assert (found.matched, found.category, found.reply) == ("81.4 kg", Category.medical, CrisisReply.R4)
    (found,) = readings.judge(M["weight"], 81.4, before((24, 80.0)), Own({"gain-day": 1.0}, "Dr. Lee", 2), NOW)
    assert "version 2" in found.why
    assert "Lee" not in found.why
    assert found.matched == "81.4 kg; threshold 1. Dr. Lee"


def test_every_sentence_fits_its_column_and_the_client_is_told_to_call_at_once_only_when_it_is_critical():
    own = Own({}, "x", 1)
    for name, value in (
        ("weight", 90),
        ("weight", 60),
        ("glucose", 30),
        ("glucose", 400),
        ("blood-pressure", {"systolic": 200, "diastolic": 130}),
    ):
        for found in readings.judge(M[name], value, before((24, 75.0)), own, NOW):
            assert len(found.why) <= readings.WHY_CHARS_MAX
            assert (found.reply is CrisisReply.R2) == (found.severity is CRITICAL)


DOUBTED = {
    "the first weight, which may be in pounds": ("weight", 180, None, {}, "first"),
    "a tenth more in a day": ("weight", 89, "kg", before((20, 80.0)), "jump"),
    "a tenth more in a month": ("weight", 89, "kg", before((700, 80.0)), ""),
    "pounds for kilograms": ("weight", 176.4, "kg", before((700, 80.0)), "unit-mix-up"),
    "another unit": ("weight", 80, "lb", before((700, 80.0)), "other-unit"),
    "no weight a person can have": ("weight", 5, "kg", before((700, 80.0)), "out-of-range"),
    "an ordinary one": ("weight", 80.4, "kg", before((24, 80.0)), ""),
    "a blood pressure is no single number": ("blood-pressure", 120, "mmHg", {}, "no-reading"),
    "an ordinary blood pressure": ("blood-pressure", {"systolic": 120, "diastolic": 80}, None, {}, ""),
    "a pressure nobody has": ("blood-pressure", {"systolic": 290, "diastolic": 80}, None, {}, "out-of-range"),
    "not a number": ("weight", float("nan"), None, {}, "no-reading"),
}


@pytest.mark.parametrize(("measure", "value", "unit", "earlier", "why"), DOUBTED.values(), ids=DOUBTED)
def test_a_doubt(measure, value, unit, earlier, why):
    assert readings.doubt(M[measure], value, unit, earlier, NOW) == why


def series(*values: float) -> list[Point]:
    return [Point(NOW - timedelta(weeks=len(values) - at), value) for at, value in enumerate(values)]


TRENDS = {
    "three totals in a row, each worse": ("phq8", "down", (4, 5, 6, 7), ["trend.falling"]),
    "three that only stay": ("phq8", "down", (4, 5, 5, 7), []),
    "two falls are not three": ("phq8", "down", (5, 6, 7), []),
    "three better ones": ("phq8", "down", (9, 8, 7, 6), []),
    "where more is better, three smaller ones": ("goal", "up", (30, 28, 27, 26), ["trend.falling"]),
    "five points above the usual": ("phq8", "down", (4, 5, 4, 5, 10), ["trend.sudden"]),
    "five points below the usual is good news": ("phq8", "down", (14, 15, 14, 15, 9), []),
    "less than matters": ("phq8", "down", (4, 5, 4, 5, 8), []),
    "three values are no baseline": ("phq8", "down", (4, 5, 4, 15), []),
    "what is usual for somebody whose numbers jump": ("phq8", "down", (2, 10, 3, 11, 12), []),
    "a goal at less than half of the usual": ("goal", "up", (30, 32, 28, 31, 10), ["trend.sudden"]),
    "both": ("gad7", "down", (3, 3, 4, 5, 9), ["trend.falling", "trend.sudden"]),
    "a thing with no published change is watched for falls alone": ("other", "down", (1, 1, 1, 1, 100), []),
    "one value": ("phq8", "down", (9,), []),
    "none": ("phq8", "down", (), []),
}


@pytest.mark.parametrize(("code", "better", "values", "found"), TRENDS.values(), ids=TRENDS)
def test_a_trend(code, better, values, found):
    judged = trends.trend(series(*values), code=code, name="It", better=better) if values else []
    assert [one.rule for one in judged] == found
    assert all(one.severity is REVIEW and one.reply is None for one in judged)


def test_every_total_that_we_ship_has_its_smallest_change_that_matters():
    codes = {form.score or form.items[0].code for flow in instruments().values() if (form := flow.instrument)}
    assert codes <= set(trends.rules().changes)


@given(st.lists(st.floats(0, 100), min_size=1, max_size=12), st.sampled_from(["up", "down"]))
def test_a_series_turned_over_is_judged_the_other_way_round(values, better):
    other = "down" if better == "up" else "up"
    one = trends.trend(series(*values), code="phq8", name="It", better=better)
    turned = trends.trend(series(*(-value for value in values)), code="phq8", name="It", better=other)
    assert [finding.rule for finding in one] == [finding.rule for finding in turned]


@given(st.one_of(st.floats(), st.integers(), st.text(), st.none(), st.dictionaries(st.text(), st.floats()), st.booleans()))
def test_nothing_raises_on_any_value(value):
    for measure in M.values():
        readings.judge(measure, value, before((1, 80.0)), None, NOW)
        readings.doubt(measure, value, None, before((1, 80.0)), NOW)
