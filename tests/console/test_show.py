"""How values look: moments, waits, codes, marked words, goals, charts. Tables of pure functions."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from console import show
from console.chart import HEIGHT, MARGIN, WIDTH, chart
from console.goals import off_track, reached

NOW = datetime(2026, 11, 24, 15, 20, tzinfo=UTC)
WHENS = {
    "today is a time alone": (NOW - timedelta(hours=1), "Europe/Paris", "15:20"),
    "another day has its date": (NOW - timedelta(days=1), "Europe/Paris", "Mon 23 Nov, 16:20"),
    "another year has its year": (NOW - timedelta(days=400), "UTC", "Mon 20 Oct 2025, 15:20"),
    "the reader's day counts": (NOW, "Pacific/Auckland", "04:20"),
    "an unknown zone is UTC": (NOW, "Mars/Crater", "15:20"),
    "nothing is nothing": (None, "UTC", ""),
}


@pytest.mark.parametrize(("moment", "zone", "text"), WHENS.values(), ids=WHENS)
def test_when(moment: datetime | None, zone: str, text: str) -> None:
    assert show.when(moment, zone, NOW) == text


SPANS = {
    0: "0 s",
    59: "59 s",
    60: "1 min",
    7199: "119 min",
    7200: "2 h",
    12000: "3 h 20 min",
    86_400: "1 day",
    259_200: "3 days",
    -90: "1 min",
}


@pytest.mark.parametrize(("seconds", "text"), SPANS.items(), ids=[str(each) for each in SPANS])
def test_span(seconds: int, text: str) -> None:
    assert show.span(timedelta(seconds=seconds)) == text


def test_ago_looks_both_ways() -> None:
    assert [show.ago(NOW + timedelta(minutes=each), NOW) for each in (-5, 0, 5)] == ["5 min ago", "just now", "in 5 min"]
    assert show.ago(None, NOW) == "never"


VALUES = {
    "a whole number stays whole": (22.0, "min", "22 min"),
    "a fraction stays one": (2.5, None, "2.5"),
    "yes": (True, None, "yes"),
    "several": (["bus_fare", "food"], None, "Bus fare, Food"),
    "blood pressure": ({"systolic": 120, "diastolic": 80}, "mmHg", "120/80 mmHg"),
    "a code": ("about_the_same", None, "About the same"),
    "nothing": (None, "min", ""),
}


@pytest.mark.parametrize(("value", "unit", "text"), VALUES.values(), ids=VALUES)
def test_value(value: Any, unit: str | None, text: str) -> None:
    assert show.value_of(value, unit) == text


MARKS = {
    "once": ("I want to die", ["want to die"], "I <mark>want to die</mark>"),
    "escaped inside and out": ("<b> & <i>", ["<i>"], "&lt;b&gt; &amp; <mark>&lt;i&gt;</mark>"),
    "the longer of two that overlap": ("want to die now", ["to die", "want to die"], "<mark>want to die</mark> now"),
    "not there": ("hello", ["bye", ""], "hello"),
    "nothing": (None, ["x"], ""),
}


@pytest.mark.parametrize(("text", "matched", "html"), MARKS.values(), ids=MARKS)
def test_marked(text: str | None, matched: list[str], html: str) -> None:
    assert show.marked(text, matched) == html


def test_a_reason_is_a_sentence_and_an_unknown_one_is_words() -> None:
    assert show.why("stopped").startswith("STOP was sent")
    assert show.why("made_up") == "Made up."
    assert show.why(None) == ""


def test_an_unknown_code_is_shown_as_words() -> None:
    assert show.word("needs_a_hug", "task") == "Needs a hug"


GOAL: dict[str, Any] = {
    "value": 10, "target": 30.0, "direction": "up", "due_on": "2026-12-20", "barrier_at": None,
    "value_at": NOW - timedelta(days=3), "created_at": NOW - timedelta(days=90),
}  # fmt: skip
GOALS = {
    "on its way": ({}, None),
    "past its date": ({"due_on": "2026-11-23"}, "past_due"),
    "due today is not past": ({"due_on": "2026-11-24"}, None),
    "reached, so late is no matter": ({"due_on": "2026-11-01", "value": 30}, None),
    "reached downwards": ({"due_on": "2026-11-01", "direction": "down", "value": 28, "barrier_at": NOW}, None),
    "a barrier": ({"barrier_at": NOW - timedelta(days=3)}, "barrier"),
    "a barrier before the last value is over": ({"barrier_at": NOW - timedelta(days=4)}, None),
    "a barrier and never a value": ({"barrier_at": NOW, "value_at": None, "value": None}, "barrier"),
    "no news": ({"value_at": NOW - timedelta(days=14)}, "no_news"),
    "never any news": ({"value_at": None, "value": None}, "no_news"),
    "new, so no news yet": ({"value_at": None, "value": None, "created_at": NOW}, None),
    "a value that is no number": ({"value": "lots", "target": 3.0}, None),
    "a date that is none": ({"due_on": "soon"}, None),
}


@pytest.mark.parametrize(("changed", "why"), GOALS.values(), ids=GOALS)
def test_goal(changed: dict[str, Any], why: str | None) -> None:
    assert off_track({**GOAL, **changed}, NOW, date(2026, 11, 24)) == why


def test_true_is_no_number_that_reaches_a_goal() -> None:
    assert not reached({**GOAL, "value": True, "target": 1.0})


def test_a_chart_stays_inside_its_box_with_the_target_in_sight() -> None:
    history = [(NOW + timedelta(days=each), float(value)) for each, value in enumerate((5, 9, 7, 200, -3))]
    made = chart(history, 30.0)
    assert made is not None
    assert all(MARGIN <= x <= WIDTH - MARGIN and MARGIN <= y <= HEIGHT - MARGIN for x, y in made.dots)
    assert made.dots[0][0] == MARGIN
    assert made.dots[-1] == (WIDTH - MARGIN, HEIGHT - MARGIN)
    assert made.target_y is not None
    assert MARGIN <= made.target_y <= HEIGHT - MARGIN


def test_one_number_is_no_chart_and_equal_ones_are_a_flat_line() -> None:
    assert chart([(NOW, 1.0)], None) is None
    flat = chart([(NOW, 4.0), (NOW, 4.0)], None)
    assert flat is not None
    assert len({y for _, y in flat.dots}) == 1
