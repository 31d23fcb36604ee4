"""`step`, event by event, on a small flow that has every kind of step."""

# ruff: noqa: E501 - a case reads best on one line

from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.flows.asking import YES_NO
from bot.flows.load import parse
from bot.flows.model import (
    Act,
    Cancel,
    End,
    Hold,
    Msgid,
    Nudge,
    Raise,
    Record,
    Release,
    Reply,
    Say,
    ShownOption,
    Start,
    State,
    TimedOut,
    Wait,
)
from bot.flows.state import from_json, to_json
from bot.flows.step import step
from bot.values import Action, Category, Reading, Severity
from tests.flows.transcript import NOW

FLOW = parse(
    """
flow: two
version: 3
title: Two questions
purpose: check_ins
done: [mood]
confirm: {en: "I read %(value)s. Right?", note: n}
steps:
  mood:
    ask:
      kind: scale
      min: 0
      max: 10
      text: {en: "Mood?", note: n}
      repair: [{en: "A number?", note: n}, {en: "0 to 10?", note: n}]
      nudge: {hours: 5, text: {en: "Still there?", note: n}}
      timeout: {hours: 20, then: late}
      unread: sleep
  sleep:
    ask:
      kind: choice
      text: {en: "Sleep?", note: n}
      options:
        - {value: good, label: Good, note: n, points: 0}
        - {value: bad, label: Bad, note: n, points: 3, severity: review, why: "Bad sleep."}
        - {value: none, label: Not at all, note: n, points: 9, severity: critical, category: medical, why: "No sleep."}
      repair: [{en: "Good or bad?", note: n}]
      timeout: {hours: 20}
      unread: bye
  total:
    score:
      code: total
      of: [mood, sleep]
      severity: [{at_least: 8, is: high, why: "High total."}, {at_least: 5, is: review, why: "Raised total."}]
  note:
    set: {mark: slept, to: {answer: sleep}}
  act:
    call: {act: task.open, with: {kind: {mark: slept}}}
  bye:
    say: {text: {en: "Bye, %(name)s.", note: n}}
  over:
    end: completed
  late:
    end: interrupted
""",
    "two",
)

AT = replace(State(), flow="two", version=3, facts={"name": "Sam"})
MOOD = replace(AT, at="mood", wait=1)
SLEEP = replace(AT, at="sleep", wait=2, answers={"mood": {"value": 4, "unit": None}})
ASK_MOOD = Say("mood", "Mood?", "ask", wait=Wait(1, 5.0, 20.0))
SHOWN = (ShownOption("good", "Good"), ShownOption("bad", "Bad"), ShownOption("none", "Not at all"))
BYE = Say("bye", "Bye, %(name)s.")
UNREAD = "The reply could not be read; a person needs to read it."
HELD = replace(MOOD, held=True)


def reading(action, value=None):
    return Reading(action, value, 0.9, "test")


def accept(value, text="x", wait=1, severity=Severity.none):
    return Reply(text, reading(Action.accept, value), wait, severity)


def unclear(wait=1, severity=Severity.none, action=Action.ask):
    return Reply("?", reading(action), wait, severity)


def ask_sleep(wait):
    return Say("sleep", "Sleep?", "ask", options=SHOWN, wait=Wait(wait, None, 20.0))


def recorded(code, value, text="x"):
    return Record(code, code, text, reading(Action.accept, value), value)


def not_read(code, text="?", action=Action.ask, reason="test"):
    return (
        Record(code, code, text, replace(reading(action), reason=reason), None),
        Raise(Severity.review, Category.unread, f"unread.two.{code}", UNREAD),
    )


def read_back(value=7, wait=2, tries=0):
    kept = {"value": value, "unit": None, "text": "seven-ish", "reason": "test"}
    return replace(MOOD, wait=wait, tries=tries, confirming=kept)


CONFIRMED = Record("mood", "mood", "seven-ish", Reading(Action.accept, 7, 1.0, "confirmed"), 7)
SCORE = Reading(Action.accept, 7, 1.0, "score")

CASES = {
    "a start asks the first question": (Start(), State(facts={"name": "Sam"}), MOOD, (ASK_MOOD,)),
    "a second start changes nothing": (Start(), MOOD, MOOD, ()),
    "an answer is recorded before the next question": (
        accept(4),
        MOOD,
        replace(AT, at="sleep", wait=2, answers={"mood": {"value": 4, "unit": None}}),
        (recorded("mood", 4), ask_sleep(2)),
    ),
    "an answer to an older question is stale": (accept(4, wait=0), MOOD, MOOD, ()),
    "an answer to a later question is stale": (accept(4, wait=2), MOOD, MOOD, ()),
    "a value out of range is asked again": (
        accept(11),
        MOOD,
        replace(MOOD, wait=2, tries=1),
        (Say("mood", "A number?", "repair", wait=Wait(2, 5.0, 20.0)),),
    ),
    "truth is no number": (
        accept(True),
        MOOD,
        replace(MOOD, wait=2, tries=1),
        (Say("mood", "A number?", "repair", wait=Wait(2, 5.0, 20.0)),),
    ),
    "the second unreadable reply gets the second repair": (
        unclear(wait=2),
        replace(MOOD, wait=2, tries=1),
        replace(MOOD, wait=3, tries=2),
        (Say("mood", "0 to 10?", "repair", wait=Wait(3, 5.0, 20.0)),),
    ),
    "the last try tells a person and goes on": (
        unclear(wait=3),
        replace(MOOD, wait=3, tries=2),
        replace(AT, at="sleep", wait=4),
        (*not_read("mood"), ask_sleep(4)),
    ),
    "a reply for a person is not asked about again": (
        unclear(action=Action.person),
        MOOD,
        replace(AT, at="sleep", wait=2),
        (*not_read("mood", action=Action.person), ask_sleep(2)),
    ),
    "an option below high is flagged and the flow goes on": (
        accept("bad", wait=2),
        SLEEP,
        replace(AT, at=None, wait=2, outcome="completed", marks={"slept": "bad"}, answers={**SLEEP.answers, "sleep": {"value": "bad", "unit": None}, "total": {"value": 7, "unit": None}}),
        (
            recorded("sleep", "bad"),
            Raise(Severity.review, Category.answer, "option.two.sleep.bad", "Bad sleep."),
            Record("total", "total", "", SCORE, 7),
            Raise(Severity.review, Category.answer, "score.two.total", "Raised total."),
            Act("task.open", {"kind": "bad"}),
            BYE,
            End("completed"),
        ),
    ),
    "a critical option holds the conversation where it would go on": (
        accept("none", wait=2),
        SLEEP,
        replace(SLEEP, at="total", held=True, answers={**SLEEP.answers, "sleep": {"value": "none", "unit": None}}),
        (recorded("sleep", "none"), Raise(Severity.critical, Category.medical, "option.two.sleep.none", "No sleep."), Hold()),
    ),
    "there is no total without every item": (
        accept("good", wait=2),
        replace(SLEEP, answers={}),
        replace(AT, wait=2, outcome="completed", marks={"slept": "good"}, answers={"sleep": {"value": "good", "unit": None}}),
        (recorded("sleep", "good"), Act("task.open", {"kind": "good"}), BYE, End("completed")),
    ),
    "a critical reply that reads is recorded, then held": (
        accept(4, severity=Severity.critical),
        MOOD,
        replace(MOOD, at="sleep", held=True, answers={"mood": {"value": 4, "unit": None}}),
        (recorded("mood", 4), Hold()),
    ),
    "a high reply that does not read is held and counts as no try": (unclear(severity=Severity.high), MOOD, HELD, (Hold(),)),
    "a critical reply that would be read back is held, not recorded": (
        Reply("7?", reading(Action.confirm, 7), 1, Severity.critical),
        MOOD,
        HELD,
        (Hold(),),
    ),
    "a review finding does not hold": (
        accept(4, severity=Severity.review),
        MOOD,
        replace(AT, at="sleep", wait=2, answers={"mood": {"value": 4, "unit": None}}),
        (recorded("mood", 4), ask_sleep(2)),
    ),
    "a held conversation takes no answer": (accept(4), HELD, HELD, ()),
    "a held conversation is not nudged": (Nudge(1), HELD, HELD, ()),
    "a held conversation that runs out is interrupted": (
        TimedOut(1),
        HELD,
        replace(AT, wait=1, outcome="interrupted"),
        (End("interrupted"),),
    ),
    "a release asks the waiting question again": (
        Release(),
        HELD,
        replace(MOOD, wait=2),
        (replace(ASK_MOOD, wait=Wait(2, 5.0, 20.0)),),
    ),
    "a release goes on after an answered question": (
        Release(),
        replace(SLEEP, wait=1, held=True),
        SLEEP,
        (ask_sleep(2),),
    ),
    "a release of what is not held changes nothing": (Release(), MOOD, MOOD, ()),
    "a nudge keeps the stamp and the time that is left": (
        Nudge(1),
        MOOD,
        replace(MOOD, nudged=1),
        (Say("mood", "Still there?", "nudge", wait=Wait(1, None, 15.0)),),
    ),
    "a second nudge says nothing": (Nudge(1), replace(MOOD, nudged=1), replace(MOOD, nudged=1), ()),
    "a stale nudge says nothing": (Nudge(0), MOOD, MOOD, ()),
    "a question without a nudge is not nudged": (Nudge(2), SLEEP, SLEEP, ()),
    "a time-out goes where the question says": (TimedOut(1), MOOD, replace(AT, wait=1, outcome="interrupted"), (End("interrupted"),)),
    "a time-out without a target ends as expired and keeps the answers": (
        TimedOut(2),
        SLEEP,
        replace(SLEEP, at=None, outcome="expired"),
        (End("expired"),),
    ),
    "a stale time-out changes nothing": (TimedOut(1), SLEEP, SLEEP, ()),
    "an unsure reading is read back": (
        Reply("seven-ish", reading(Action.confirm, 7), 1),
        MOOD,
        read_back(),
        (Say("mood", "I read %(value)s. Right?", "confirm", {"value": 7, "unit": ""}, YES_NO, Wait(2, 5.0, 20.0)),),
    ),
    "yes to a read-back records the value with the words it came from": (
        accept(True, "yes", wait=2),
        read_back(),
        replace(AT, at="sleep", wait=3, answers={"mood": {"value": 7, "unit": None}}),
        (CONFIRMED, ask_sleep(3)),
    ),
    "no to a read-back asks the question again": (
        accept(False, "no", wait=2),
        read_back(),
        replace(MOOD, wait=3, tries=1),
        (Say("mood", "Mood?", "ask", wait=Wait(3, 5.0, 20.0)),),
    ),
    "another value straight away counts": (
        accept(6, "6", wait=2),
        read_back(),
        replace(AT, at="sleep", wait=3, answers={"mood": {"value": 6, "unit": None}}),
        (recorded("mood", 6, "6"), ask_sleep(3)),
    ),
    "half a yes to a read-back is repaired": (
        Reply("ye", reading(Action.confirm, True), 2),
        read_back(),
        replace(MOOD, wait=3, tries=1),
        (Say("mood", "A number?", "repair", wait=Wait(3, 5.0, 20.0)),),
    ),
    "no on the last try leaves the words to a person": (
        accept(False, "no", wait=4),
        read_back(wait=4, tries=2),
        replace(AT, at="sleep", wait=5),
        (*not_read("mood", "seven-ish", reason="read-back-refused"), ask_sleep(5)),
    ),
    "a nudge during a read-back repeats the read-back": (
        Nudge(2),
        read_back(),
        replace(read_back(), nudged=1),
        (Say("mood", "I read %(value)s. Right?", "nudge", {"value": 7, "unit": ""}, YES_NO, Wait(2, None, 15.0)),),
    ),
    "yes with a critical word records the value and holds": (
        accept(True, "yes", wait=2, severity=Severity.critical),
        read_back(),
        replace(MOOD, at="sleep", wait=2, held=True, answers={"mood": {"value": 7, "unit": None}}),
        (CONFIRMED, Hold()),
    ),
    "a cancel ends with its reason": (Cancel("stopped"), MOOD, replace(AT, wait=1, outcome="stopped"), (End("stopped"),)),
    "a cancel ends a held conversation": (Cancel("stopped"), HELD, replace(AT, wait=1, outcome="stopped"), (End("stopped"),)),
    "a cancel ends a read-back": (Cancel("stopped"), read_back(tries=1), replace(AT, wait=2, outcome="stopped"), (End("stopped"),)),
    "nothing happens after the end": (accept(4), replace(AT, wait=1, outcome="stopped"), replace(AT, wait=1, outcome="stopped"), ()),
    "no second end": (Cancel("late"), replace(AT, wait=1, outcome="stopped"), replace(AT, wait=1, outcome="stopped"), ()),
    "too many questions are handed to a person": (
        unclear(wait=200),
        replace(MOOD, wait=200),
        replace(AT, wait=200, outcome="handed_over", tries=1),
        (
            Raise(Severity.review, Category.processing, "flow.two.too-many-questions", "The conversation could not go on by itself; a person needs to take it over."),
            End("handed_over"),
        ),
    ),
    "a step that the flow does not have is handed to a person": (
        Release(),
        replace(HELD, at="gone"),
        replace(AT, wait=1, outcome="handed_over"),
        (
            Raise(Severity.review, Category.processing, "flow.two.no-step", "The conversation could not go on by itself; a person needs to take it over."),
            End("handed_over"),
        ),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("event", "state", "then", "effects"), CASES.values(), ids=CASES)
def test_step(event, state, then, effects):
    assert step(FLOW, from_json(to_json(state)), event, NOW) == (then, effects)


def test_a_label_that_is_read_back_is_a_msgid():
    _, (said,) = step(FLOW, SLEEP, Reply("bda", reading(Action.confirm, "bad"), 2), NOW)
    assert (said.values["value"], type(said.values["value"])) == ("Bad", Msgid)


def test_the_state_that_goes_in_is_not_changed():
    before = to_json(SLEEP)
    step(FLOW, SLEEP, accept("bad", wait=2), NOW)
    assert to_json(SLEEP) == before


def test_a_naive_moment_is_our_bug():
    with pytest.raises(AssertionError):
        step(FLOW, State(), Start(), datetime(2026, 1, 1))  # noqa: DTZ001


VALUES = (
    st.none()
    | st.booleans()
    | st.integers(-2, 12)
    | st.floats()
    | st.sampled_from(["good", "bad", "none", "unsure", ""])
    | st.lists(st.sampled_from(["good", "x"]))
)
EVENTS = st.one_of(
    st.builds(Reply, st.text(max_size=5), st.builds(Reading, st.sampled_from(Action), VALUES, st.just(0.5), st.just("any")), st.integers(0, 6), st.sampled_from(Severity)),
    st.builds(Nudge, st.integers(0, 6)),
    st.builds(TimedOut, st.integers(0, 6)),
    st.just(Release()),
    st.just(Start()),
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(EVENTS, max_size=12))
def test_whatever_happens_nothing_raises_and_the_rules_hold(events):
    state, effects = step(FLOW, State(facts={"name": "Sam"}), Start(), NOW)
    for event in events:
        before = state
        state, effects = step(FLOW, from_json(to_json(before)), event, NOW)
        assert from_json(to_json(state)) == state
        assert state.wait >= before.wait
        assert before.outcome is None or (state, effects) == (before, ())
        assert (state.outcome is None) != any(isinstance(effect, End) for effect in effects) or before.outcome is not None
        kinds = [type(effect) for effect in effects]
        assert Say not in kinds or Record not in kinds or kinds.index(Record) < kinds.index(Say)
        assert not (state.held and Say in kinds)
        assert [effect.wait.stamp for effect in effects if isinstance(effect, Say) and effect.wait] in ([], [state.wait])
