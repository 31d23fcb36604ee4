"""Readings, totals and goals in the house: judged beside the past, read back, held; a detector that fails costs no answer."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from bot import watching
from bot.concerns import readings
from bot.errors import WrongUse
from bot.flows.load import shipped
from bot.flows.model import Record, State
from bot.setting_up.consents import record_consent
from bot.setting_up.enrolments import enrol
from bot.setting_up.thresholds import read_limits, set_thresholds, shown
from bot.values import Action, Reading, Severity
from bot.watching import Goal, Past
from storage.answers import Given
from tests.world import PURPOSES, TUESDAY, World


def weighed(world: World, *texts: str) -> None:
    world.ask("eve", "weekly-weight")
    world.client_texts("eve", "2")
    for text in texts:
        world.client_texts("eve", text)


def test_a_weight_is_stored_by_what_it_measures_once_the_client_has_confirmed_it():
    world = World()
    weighed(world, "80")
    assert world.kinds("eve")[-1] == "confirm"
    assert "80 kg" in world.said_to("eve")[-1]
    world.client_texts("eve", "1")
    assert [(row["code"], row["measure"], row["unit"]) for row in world.rows("answers")] == [
        ("breath", None, None),
        ("weight", "weight", "kg"),
    ]
    assert world.flags("eve") == []


def test_five_pounds_in_a_week_are_answered_with_who_will_call():
    world = World()
    weighed(world, "80", "1")
    world.walk(days=6)
    weighed(world, "82.5")
    assert world.kinds("eve")[-1] == "crisis:R4"
    (flag,) = world.flags("eve")
    assert (flag["category"], flag["severity"]) == ("medical", Severity.high)
    assert [row["rule"] for row in world.rows("findings")] == ["reading.weight.gain-week"]
    assert [row["status"] for row in world.rows("conversations")][-1] == "held"


def test_a_weight_that_can_hardly_be_one_is_asked_about_before_it_is_stored():
    world = World()
    weighed(world, "80", "1")
    world.walk(hours=23)
    weighed(world, "95")
    assert world.kinds("eve")[-1] == "confirm"
    world.client_texts("eve", "2")
    world.client_texts("eve", "80.5")
    assert [row["code"] for row in world.rows("answers")].count("weight") == 2
    assert world.flags("eve") == []


def test_symptoms_are_an_emergency_whatever_the_scales_say():
    world = World()
    world.ask("eve", "weekly-weight")
    world.client_texts("eve", "1")
    assert world.kinds("eve")[-1] == "crisis:R2"


def test_a_high_blood_pressure_is_measured_again_and_the_second_one_is_flagged():
    world = World()
    world.ask("eve", "blood-pressure")
    world.client_texts("eve", "190/100")
    assert [flag["severity"] for flag in world.flags("eve")] == [Severity.review]
    world.client_texts("eve", "2")
    assert "rest for 5 minutes" in world.said_to("eve")[-1]
    world.walk(minutes=6)
    world.client_texts("eve", "185 over 95")
    assert [flag["severity"] for flag in world.flags("eve")] == [Severity.high]
    assert world.kinds("eve")[-1] == "crisis:R4"


def test_a_blood_pressure_that_came_down_is_no_more_than_looked_at():
    world = World()
    world.ask("eve", "blood-pressure")
    for text in ("190/100", "2", "140/90"):
        world.client_texts("eve", text)
    assert [flag["severity"] for flag in world.flags("eve")] == [Severity.review]
    assert world.said_to("eve")[-1].startswith("Thank you")


def test_a_clients_own_threshold_counts_from_then_on_with_its_version():
    world = World()
    set_thresholds(world.house, world.clients["eve"], "blood-pressure", {"systolic": 150.0}, "Dr. Lee, 3 May")
    world.ask("eve", "blood-pressure")
    world.client_texts("eve", "155/90")
    assert "chest pain" in world.said_to("eve")[-1]
    assert "own threshold systolic, version 1" in world.rows("findings")[0]["why"]


def test_thresholds_keep_their_versions_and_what_is_not_named_stays():
    world = World()
    eve = world.clients["eve"]
    assert set_thresholds(world.house, eve, "weight", {"gain-day": 1.0}, "Dr. Lee") == 1
    assert set_thresholds(world.house, eve, "weight", {"loss-week": None}, "Dr. Roy") == 2
    rows = {row.name: (row.value, row.whose) for row in shown(world.house, eve, "weight")}
    assert rows == {"gain-day": (1.0, "own, version 2"), "gain-week": (2.3, "default"), "loss-week": (None, "own, version 2")}
    assert [row["version"] for row in world.rows("thresholds")] == [1, 2]
    assert [row["action"] for row in world.rows("audit", chain_id=eve)][-2:] == ["client.threshold"] * 2


WRONG = {
    "no such limit": {"gain-hour": "1"},
    "no number": {"gain-day": "a lot"},
    "not a number": {"gain-day": "nan"},
    "nothing at all": {"gain-day": "0"},
    "more than anybody weighs": {"gain-day": "900"},
}


@pytest.mark.parametrize("typed", WRONG.values(), ids=WRONG)
def test_a_threshold_that_cannot_be_is_refused(typed):
    with pytest.raises(WrongUse):
        read_limits(readings.shipped().measures["weight"], typed)


def test_a_threshold_needs_to_say_who_decided_it():
    world = World()
    with pytest.raises(WrongUse, match="source"):
        set_thresholds(world.house, world.clients["eve"], "weight", {"gain-day": 1.0}, " ")


def test_totals_that_get_worse_are_looked_at_though_none_reaches_a_cut_off():
    world = World()
    record_consent(world.house, world.clients["eve"], (*PURPOSES, "sensitive"), how="paper")
    enrol(world.house, world.clients["eve"], "phq-8", every="week", at="10:30")
    for worse in range(4):
        world.walk(hours=1)
        for item in range(8):
            world.client_texts("eve", "2" if item <= worse else "1")
        world.walk(days=6, hours=23)
    assert [row["rule"] for row in world.rows("findings")] == ["trend.falling"]
    assert [flag["severity"] for flag in world.flags("eve")] == [Severity.review]


def past(code: str, *values: Any, goal: int | None = None) -> Past:
    moments = [TUESDAY.replace(day=1 + at, month=1) for at in range(len(values))]
    return Past(
        tuple(
            Given(at, code, moment, value, None, at, goal, None, None)
            for at, (moment, value) in enumerate(zip(moments, values, strict=True))
        )
    )


def record(code: str, value: Any) -> Record:
    return Record(code, code, str(value), Reading(Action.accept, value, 1.0, "x"), value)


GOALS = {
    "up is better, three falls": ("up", 1, (30, 25, 20), 15, ["trend.falling"]),
    "down is better, three falls are good": ("down", 1, (30, 25, 20), 15, []),
    "another goal's values do not count": ("up", 2, (30, 25, 20), 15, []),
    "no number": ("up", 1, (30, 25, 20), "a lot", []),
}


@pytest.mark.parametrize(("better", "of", "before", "now", "rules"), GOALS.values(), ids=GOALS)
def test_progress_on_a_goal(better, of, before, now, rules):
    flow = shipped()["goal-progress"]
    code = watching.goal_code(flow)
    found = watching.findings(flow, past(code, *before, goal=of), [record(code, now)], Goal(1, better), TUESDAY)
    assert [one.rule for one in found] == rules


def test_a_detector_that_fails_is_a_finding_for_a_person_and_costs_no_answer():
    flow = shipped()["weekly-weight"]
    broken = replace(flow.steps["weight"], measures="no-such-measure")  # type: ignore[type-var]
    reading = Reading(Action.accept, 80.0, 1.0, "x")
    (found,) = watching.measured(broken, State(), Past(), reading, TUESDAY)  # type: ignore[arg-type]
    assert (found.rule, found.severity) == ("screening.failed", Severity.review)
    assert watching.doubted(broken, State(), Past(), reading, TUESDAY).action is Action.confirm  # type: ignore[arg-type]
    odd = Past((Given(1, "progress", TUESDAY.replace(tzinfo=None), 5, None, 1, 1, None, None),))
    goal = shipped()["goal-progress"]
    (found,) = watching.findings(goal, odd, [record(watching.goal_code(goal), 5)], Goal(1, "up"), TUESDAY)
    assert found.rule == "screening.failed"


def test_what_is_watched_is_json_that_was_stored():
    assert json.loads(json.dumps(sorted(watching.watched(shipped()["weekly-weight"])[1]))) == ["weight"]
    assert watching.watched(shipped()["weekly-pulse"]) == (frozenset(), frozenset())


def test_a_corrected_item_counts_the_total_anew_and_names_the_new_item():
    world = World()
    record_consent(world.house, world.clients["eve"], (*PURPOSES, "sensitive"), how="paper")
    world.ask("eve", "phq-2")
    world.client_texts("eve", "1")
    world.client_texts("eve", "2")
    world.client_texts("eve", "sorry, I meant 4 not 2")
    rows = {row["id"]: row for row in world.rows("answers")}
    newest = [row for row in rows.values() if row["code"] == "phq2"][-1]
    item = [row for row in rows.values() if row["code"] == "phq2-2"][-1]
    assert item["corrects_id"] is not None
    assert rows[newest["corrects_id"]]["code"] == "phq2"
    assert str(item["id"]) in newest["derived_from"]
    assert [row["rule"] for row in world.rows("findings")] == ["score.phq2"]
