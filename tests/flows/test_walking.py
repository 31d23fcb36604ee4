"""The walk between questions: scores, marks, acts, and its limits."""

# ruff: noqa: E501 - a question reads best on one line

from dataclasses import replace

import pytest

from bot.flows import limits
from bot.flows.load import parse
from bot.flows.model import Act, End, Hold, Raise, Record, Release, Reply, Say, Start, State
from bot.flows.step import step
from bot.values import Action, Category, Reading, Severity
from tests.flows.transcript import NOW

FLOW = """
flow: sums
version: 1
title: Sums
purpose: check_ins
done: [{done}]
confirm: {{en: "I read %(value)s. Right?", note: n}}
steps:
  total:
    score:
      code: total
      of: [number, one, many, truth]
      method: {method}
      severity:
        - {{at_least: 10, is: {high}, why: "High."}}
        - {{at_least: 5, is: review, why: "Raised."}}
        - {{at_least: 0, is: none, why: "Fine."}}
  over:
    end: completed
  number:
    ask: {{kind: scale, min: 0, max: 10, text: {{en: "N?", note: n}}, repair: [{{en: "N??", note: n}}], timeout: {{hours: 1}}, unread: over}}
  one:
    ask:
      kind: choice
      text: {{en: "One?", note: n}}
      options: [{{value: a, label: A, note: n, points: 1}}, {{value: b, label: B, note: n, points: 2.5}}, {{value: c, label: C, note: n}}]
      repair: [{{en: "One??", note: n}}]
      timeout: {{hours: 1}}
      unread: over
  many:
    ask:
      kind: choice
      many: true
      text: {{en: "Many?", note: n}}
      options: [{{value: a, label: A, note: n, points: 1}}, {{value: b, label: B, note: n, points: 2}}, {{value: c, label: C, note: n}}]
      repair: [{{en: "Many??", note: n}}]
      timeout: {{hours: 1}}
      unread: over
  truth:
    ask:
      kind: yes_no
      text: {{en: "Truth?", note: n}}
      options: [{{value: "true", points: 3}}, {{value: "false", points: 0}}]
      repair: [{{en: "Truth??", note: n}}]
      timeout: {{hours: 1}}
      unread: over
"""
VALUES = {"number": 1, "one": "a", "many": ["a", "b"], "truth": False}


def scored(method="sum", high="high", **values):
    answers = {code: {"value": value, "unit": None} for code, value in {**VALUES, **values}.items() if value is not None}
    return step(parse(FLOW.format(done="total", method=method, high=high), "x"), State(answers=answers), Start(), NOW)


SCORES = {
    "each kind of question counts": ({}, 5),
    "yes counts": ({"truth": True}, 8),
    "halves count": ({"one": "b"}, 6.5),
    "the mean": ({"method": "mean", "number": 4}, 2),
    "the mean, rounded": ({"method": "mean", "number": 0}, 1),
    "a missing answer makes no total": ({"number": None}, None),
    "an option without points makes no total": ({"one": "c"}, None),
    "one option without points among several makes no total": ({"many": ["a", "c"]}, None),
    "unsure makes no total": ({"truth": "unsure"}, None),
    "nothing chosen makes no total": ({"many": []}, None),
    "truth is no number": ({"number": True}, None),
}


@pytest.mark.parametrize(("given", "total"), SCORES.values(), ids=SCORES)
def test_a_score(given, total):
    state, effects = scored(**given)
    assert state.answers.get("total", {}).get("value") == total
    assert [effect.value for effect in effects if isinstance(effect, Record)] == ([] if total is None else [total])


BANDS = {
    "below every band that tells": ({"number": 0}, []),
    "on the edge of the first": ({"number": 1}, [Raise(Severity.review, Category.answer, "score.sums.total", "Raised.")]),
    "on the edge of the second, which alone is raised": (
        {"number": 6},
        [Raise(Severity.high, Category.answer, "score.sums.total", "High."), Hold()],
    ),
}


@pytest.mark.parametrize(("given", "raised"), BANDS.values(), ids=BANDS)
def test_a_band(given, raised):
    state, effects = scored(**given)
    assert [effect for effect in effects if isinstance(effect, Raise | Hold)] == raised
    assert state.outcome == (None if Hold() in raised else "completed")


@pytest.mark.parametrize("severity", ["high", "critical"])
def test_a_high_score_holds_and_a_release_goes_on_after_it(severity):
    state, effects = scored(high=severity, number=6)
    assert [type(effect) for effect in effects] == [Record, Raise, Hold]
    assert (state.held, state.at, state.outcome) == (True, "over", None)
    assert step(parse(FLOW.format(done="total", method="sum", high=severity), "x"), state, Release(), NOW)[1] == (End("completed"),)


def test_a_score_that_can_no_longer_be_made_is_forgotten():
    flow = parse(FLOW.format(done="total", method="sum", high="high"), "x")
    state, _ = step(flow, State(answers={"total": {"value": 9, "unit": None}}), Start(), NOW)
    assert "total" not in state.answers


MARKS = """
flow: marks
version: 1
title: Marks
purpose: check_ins
done: []
steps:
"""


def walked(steps, **state):
    text = MARKS.replace("done: []", "done: [x]") + steps + "  over:\n    end: completed\n"
    return step(parse(text, "x"), replace(State(), **state), Start(), NOW)


def test_marks_are_set_and_added_to_once():
    steps = (
        "".join(f"  s{at}:\n    set: {{mark: list, add: {value}}}\n" for at, value in enumerate(["a", "b", "a"]))
        + "  t:\n    set: {mark: one, to: 2}\n"
    )
    assert walked(steps)[0].marks == {"list": ["a", "b"], "one": 2}


def test_adding_begins_a_new_list_where_a_mark_was_none():
    assert walked("  s:\n    set: {mark: list, add: a}\n", marks={"list": "x"})[0].marks == {"list": ["a"]}


def test_a_mark_of_what_is_missing_is_not_set():
    assert walked("  s:\n    set: {mark: m, to: {answer: gone}}\n")[0].marks == {}


def test_an_act_whose_argument_is_missing_is_left_out():
    steps = "  s:\n    call: {act: task.open, with: {kind: {answer: gone}}}\n  t:\n    call: {act: consent.decline}\n"
    assert walked(steps)[1] == (Act("consent.decline", {}), End("completed"))


def test_a_language_that_is_set_is_the_clients_from_then_on():
    state, _ = walked("  s:\n    call: {act: language.set, with: {language: es}}\n", facts={"language": "en", "name": "Sam"})
    assert state.facts == {"language": "es", "name": "Sam"}


def test_a_walk_as_long_as_allowed_ends_and_a_longer_one_is_handed_over():
    def outcome(count):
        return walked("".join(f"  s{at}:\n    set: {{mark: m, to: {at}}}\n" for at in range(count)))[0].outcome

    assert outcome(limits.WALK_STEPS_MAX - 1) == "completed"
    assert outcome(limits.WALK_STEPS_MAX) == "handed_over"


def test_an_answer_after_a_repair_begins_the_next_question_with_all_its_tries():
    flow = parse(
        FLOW.format(done="total", method="sum", high="high").replace("  total:", "  begin:\n    branch: [{else: number}]\n  total:"), "x"
    )
    state, _ = step(flow, State(), Start(), NOW)
    state, _ = step(flow, state, Reply("?", Reading(Action.ask, None, 0.0, "x"), state.wait), NOW)
    assert state.tries == 1
    state, effects = step(flow, state, Reply("3", Reading(Action.accept, 3, 1.0, "x"), state.wait), NOW)
    assert (state.at, state.tries, state.wait) == ("one", 0, 3)
    assert isinstance(effects[-1], Say)
