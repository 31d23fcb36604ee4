"""What the shell needs around `step`: what is expected, how a reply or button is read for it, how words are filled."""

from dataclasses import replace

import pytest

from bot.flows.asking import done, expected, filled, fitting, pressed, read_reply, shown, waiting
from bot.flows.load import shipped
from bot.flows.model import FACTS, OPTIONAL_FACTS, Msgid, Reply, Say, ShownOption, Start, State
from bot.flows.paths import sample_facts
from bot.flows.step import step
from bot.locales.words import Words
from bot.understanding import read
from bot.values import Action, Expected, Kind, Option, Purpose, Reading
from tests.flows.transcript import NOW

PULSE, GOAL, WELCOME = shipped()["weekly-pulse"], shipped()["goal-progress"], shipped()["welcome"]
WORDS = Words()


def spanish(msgid):
    return WORDS.say(msgid, "es")


def english(msgid):
    return msgid


def started(flow, **facts):
    return step(flow, State(facts={**sample_facts(flow.purpose), **facts}), Start(), NOW)[0]


def after(flow, state, *readings):
    for action, value in readings:
        state, _ = step(flow, state, Reply("x", Reading(action, value, 1.0, "test"), state.wait), NOW)
    return state


ON_NEEDS = after(PULSE, started(PULSE), (Action.accept, "worse"))
ON_TODAY = after(PULSE, ON_NEEDS, (Action.accept, ["food"]))
ON_MORE = after(PULSE, ON_TODAY, (Action.accept, False))
READ_BACK = after(GOAL, started(GOAL), (Action.confirm, 300))


def test_nothing_is_expected_before_the_start_after_the_end_and_while_held():
    over = after(PULSE, started(PULSE), (Action.accept, "better"))
    for state in (State(), over, replace(started(PULSE), held=True)):
        assert waiting(PULSE, state) is None
        assert expected(PULSE, state, english) == Expected(Kind.text)
        assert pressed(PULSE, state, "better") is None


def test_options_and_their_words_are_in_the_clients_language():
    found = expected(PULSE, started(PULSE), spanish)
    assert [option.value for option in found.options] == ["better", "same", "worse"]
    assert [option.label for option in found.options] == [spanish("Better"), spanish("About the same"), spanish("Worse")]
    assert found.options[0].label != "Better"
    assert all(word == word.strip() and word and "|" not in word for option in found.options for word in option.words)
    assert len(found.options[2].words) > 2


def test_several_answers_are_expected_where_several_may_be_chosen():
    assert (expected(PULSE, started(PULSE), english).many, expected(PULSE, ON_NEEDS, english).many) == (False, True)


def test_yes_and_no_are_numbered():
    assert expected(PULSE, ON_TODAY, english) == Expected(Kind.yes_no, options=(Option("true", "Yes"), Option("false", "No")))


def test_a_number_is_expected_in_the_goals_unit():
    assert expected(GOAL, started(GOAL), english) == Expected(Kind.number, minimum=0, unit="minutes")


def test_a_read_back_expects_yes_or_no_and_the_question_beside_it():
    assert expected(GOAL, READ_BACK, english).kind is Kind.yes_no
    assert expected(GOAL, READ_BACK, english, original=True) == Expected(Kind.number, minimum=0, unit="minutes")


def test_languages_are_offered_in_their_own_names_untranslated():
    state = started(WELCOME)
    asking = waiting(WELCOME, state)
    assert asking is not None
    assert shown(asking, state) == (ShownOption("en", "English"), ShownOption("es", "Español"), ShownOption("ar", "العربية"))
    assert [option.label for option in expected(WELCOME, state, spanish).options] == ["English", "Español", "العربية"]


@pytest.mark.parametrize("languages", [[], "en", 7, [["en"]], [["en", 1]], [[]], {"en": "English"}, [["", ""]], [["x" * 99, "X"]]])
def test_a_list_of_languages_that_is_none_asks_nothing(languages):
    assert started(WELCOME, languages=languages).at == "check-ins"


READ = {
    "1 is yes to a read-back": ("1", True),
    "2 is no to a read-back": ("2", False),
    "yes": ("yes", True),
    "no": ("no", False),
    "a better answer straight away": ("30", 30),
    "no, and a better answer": ("no, 30", 30),
    "no with more words": ("no that is wrong", False),
}


@pytest.mark.parametrize(("text", "value"), READ.values(), ids=READ)
def test_a_reply_to_a_read_back_is_read(text, value):
    found = read_reply(GOAL, READ_BACK, text, "en", translate=english, read=read)
    assert (found.action, found.value) == (Action.accept, value)


def test_a_better_answer_that_is_unsure_is_read_back_again():
    found = read_reply(GOAL, READ_BACK, "30 not 300", "en", translate=english, read=read)
    assert (found.action, found.value) == (Action.confirm, 30)


def test_half_a_yes_to_a_read_back_is_read_for_the_question_too():
    def half(text, wanted, language):
        return Reading(Action.confirm, True, 0.6, "x") if wanted.kind is Kind.yes_no else Reading(Action.accept, 30, 1.0, "number")

    assert read_reply(GOAL, READ_BACK, "ok 30", "en", translate=english, read=half).value == 30


def test_a_reply_to_a_question_is_read_once():
    seen = []

    def spy(text, wanted, language):
        seen.append((wanted.kind, language))
        return Reading(Action.ask, None, 0.0, "no-match")

    read_reply(GOAL, started(GOAL), "x", "es", translate=english, read=spy)
    assert seen == [(Kind.number, "es")]


PRESSED = {
    "an option": (PULSE, started(PULSE), "worse", "worse"),
    "one of several": (PULSE, ON_NEEDS, "food", ["food"]),
    "yes": (PULSE, ON_TODAY, "true", True),
    "no": (PULSE, ON_TODAY, "false", False),
    "yes under a read-back": (GOAL, READ_BACK, "true", True),
    "a language": (WELCOME, started(WELCOME), "ar", "ar"),
}


@pytest.mark.parametrize(("flow", "state", "value", "meant"), PRESSED.values(), ids=PRESSED)
def test_a_button_says(flow, state, value, meant):
    assert pressed(flow, state, value) == Reading(Action.accept, meant, 1.0, "button")


@pytest.mark.parametrize(
    ("flow", "state", "value"),
    [(PULSE, ON_NEEDS, "worse"), (PULSE, ON_TODAY, "food"), (GOAL, READ_BACK, "300"), (GOAL, started(GOAL), "1")],
)
def test_a_button_that_what_waits_does_not_show_says_nothing(flow, state, value):
    assert pressed(flow, state, value) is None


def test_a_label_that_is_filled_in_is_translated_and_a_fact_is_not():
    say = Say("s", "t", values={"value": (Msgid("Better"), Msgid("Worse")), "plain": "Better", "number": 7})
    values = filled(say, State(facts={"name": "Worse"}), spanish)
    assert values == {"value": f"{spanish('Better')}, {spanish('Worse')}", "plain": "Better", "number": 7, "name": "Worse"}


def test_a_conversation_is_done_once_what_counts_is_known():
    assert not done(PULSE, started(PULSE))
    assert done(PULSE, ON_NEEDS)
    declined = after(WELCOME, started(WELCOME, languages=None), *[(Action.accept, False)] * 3)
    assert (declined.outcome, done(WELCOME, declined)) == ("completed", True)


FITTING = {
    "one of several": (ON_NEEDS, PULSE, "food", ["food"]),
    "several, each once": (ON_NEEDS, PULSE, ["food", "money", "food"], ["food", "money"]),
    "one that is not offered among them": (ON_NEEDS, PULSE, ["food", "gold"], None),
    "none of several": (ON_NEEDS, PULSE, [], None),
    "two of one": (started(PULSE), PULSE, ["better", "worse"], None),
    "a list of one": (started(PULSE), PULSE, ["better"], "better"),
    "nothing": (started(PULSE), PULSE, None, None),
    "not sure, of yes or no": (ON_TODAY, PULSE, "unsure", "unsure"),
    "1 as truth": (ON_TODAY, PULSE, 1, None),
    "below the range": (started(GOAL), GOAL, -0.5, None),
    "on its edge": (started(GOAL), GOAL, 0, 0),
    "not a number": (started(GOAL), GOAL, float("nan"), None),
    "without end": (started(GOAL), GOAL, float("inf"), None),
    "words": (ON_MORE, PULSE, " hello ", " hello "),
    "blank words": (ON_MORE, PULSE, " ", None),
    "a number for words": (ON_MORE, PULSE, 7, None),
}


@pytest.mark.parametrize(("state", "flow", "value", "meant"), FITTING.values(), ids=FITTING)
def test_a_value_is_made_to_fit_its_question(state, flow, value, meant):
    asking = waiting(flow, state)
    assert asking is not None
    assert fitting(asking, state, value) == meant


@pytest.mark.parametrize("purpose", Purpose)
def test_there_are_sample_facts_for_every_purpose(purpose):
    assert set(FACTS[purpose]) - OPTIONAL_FACTS <= set(sample_facts(purpose)) <= set(FACTS[purpose])
