"""A question for a blood pressure: two values that belong together, read, read back, stored and compared as one."""

from dataclasses import replace

import pytest

from bot.flows.asking import fitting, read_back, read_reply, waiting
from bot.flows.lint import lint
from bot.flows.load import parse
from bot.flows.model import Record, Reply, Say, Start, State
from bot.flows.paths import all_paths, sample_facts
from bot.flows.state import from_json, to_json
from bot.flows.step import step
from bot.understanding import read
from bot.values import Action
from tests.flows.transcript import NOW

TEXT = """
flow: pressure
version: 1
title: Blood pressure
purpose: check_ins
done: [pressure]
confirm: {en: "I read %(value)s. Right?", note: n}
steps:
  pressure:
    ask:
      kind: reading
      text: {en: "What is your blood pressure?", note: n}
      repair: [{en: "Two numbers, please.", note: n}]
      timeout: {hours: 20}
      unread: bye
  bye:
    say: {text: {en: "Thank you.", note: n}}
  over:
    end: completed
"""
FLOW = parse(TEXT, "pressure.yaml")
VALUE = {"systolic": 120, "diastolic": 80}


def after(*texts):
    state, effects = step(FLOW, State(facts=sample_facts(FLOW.purpose)), Start(), NOW)
    for text in texts:
        reading = read_reply(FLOW, state, text, "en", translate=str, read=read)
        state, effects = step(FLOW, from_json(to_json(state)), Reply(text, reading, state.wait), NOW)
    return state, effects


def test_a_flow_with_a_reading_is_sound_and_walked_to_its_end():
    assert lint(FLOW) == []
    found = list(
        all_paths(FLOW, sample_facts(FLOW.purpose), NOW, lambda state, text: read_reply(FLOW, state, text, "en", translate=str, read=read))
    )
    assert {path.state.outcome for path in found} == {"completed", "expired"}
    assert not any(path.misread for path in found)


def test_two_values_are_recorded_as_one_answer():
    state, effects = after("120 over 80")
    assert next(effect for effect in effects if isinstance(effect, Record)).value == VALUE
    assert state.answers["pressure"]["value"] == VALUE


def test_a_doubtful_reading_is_read_back_with_a_stroke_between():
    _, effects = after("around 120/80")
    said = next(effect for effect in effects if isinstance(effect, Say))
    assert (said.kind, said.values["value"]) == ("confirm", "120/80")
    assert after("around 120/80", "yes")[0].answers["pressure"]["value"] == VALUE
    assert after("around 120/80", "no, 130/90")[0].answers["pressure"]["value"] == {"systolic": 130, "diastolic": 90}


def test_swapped_values_are_asked_again():
    state, effects = after("80/120")
    assert [effect.text for effect in effects if isinstance(effect, Say)] == ["Two numbers, please."]
    assert state.answers == {}


@pytest.mark.parametrize(
    "value",
    [
        7,
        "120/80",
        {"systolic": 120},
        {"systolic": 80, "diastolic": 120},
        {"systolic": 120.5, "diastolic": 80},
        {"systolic": True, "diastolic": 0},
    ],
)
def test_what_is_no_reading_does_not_fit(value):
    state = after()[0]
    asking = waiting(FLOW, state)
    assert fitting(asking, state, value) is None
    assert fitting(asking, state, VALUE) == VALUE
    assert read_back(asking, state, VALUE) == "120/80"


def test_an_answer_never_counts_while_it_is_being_read_back():
    state = after("around 120/80")[0]
    assert state.confirming is not None
    assert replace(state, confirming=None).answers == {}


@pytest.mark.parametrize("test", ["{answer: pressure, at_least: 3}", "{answer: pressure, is: 120}"])
def test_a_reading_is_compared_with_no_number(test):
    branching = TEXT.replace("  bye:\n", f"  check:\n    branch:\n      - {{if: {test}, then: over}}\n      - {{else: bye}}\n  bye:\n")
    assert {fault.code for fault in lint(parse(branching, "pressure.yaml"))} & {"wrong-test", "unknown-option"}


def test_the_action_of_a_sure_reading_is_accept():
    assert read_reply(FLOW, after()[0], "120/80", "en", translate=str, read=read).action is Action.accept
