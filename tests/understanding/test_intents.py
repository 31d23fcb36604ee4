"""What clients ask in their own words, in each language whose lexicon has intents: nothing is read wrongly, nothing made up."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
import yaml

from bot.understanding import intent, languages
from bot.understanding.intents_file import check_intents, pattern_of
from bot.understanding.lexicon import load
from bot.understanding.plain_yaml import Plain
from bot.values import Intent
from tests.understanding.corpus import HERE

LINES_MIN, NONE_MIN = 80, 20
MISSED_SHARE_MAX = 0.03


@cache
def corpus(language: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.load((HERE / f"{language}.yaml").read_text("utf-8"), Loader=yaml.CSafeLoader)
    return found


READ = [language for language in languages() if load(language).asking is not None]


def test_the_languages_that_we_speak_read_intents() -> None:
    assert {"en", "es", "fr", "pt", "ar", "sw"} <= set(READ)


@pytest.mark.parametrize("language", READ)
def test_no_line_of_the_corpus_is_taken_for_another_intent_and_few_are_missed(language: str) -> None:
    rows: list[Any] = corpus(language)["intent"][0]["lines"]
    wrong, missed = [], []
    for text, wanted in rows:
        found = intent(text, (language,)).intent.value
        if found == "none" and wanted != "none":
            missed.append(text)
        elif found != wanted:
            wrong.append((text, found))
    meant = [row for row in rows if row[1] != "none"]
    assert not wrong
    assert len(missed) <= MISSED_SHARE_MAX * len(meant), missed
    assert len(rows) >= LINES_MIN
    assert len(rows) - len(meant) >= NONE_MIN
    assert {row[1] for row in meant} == {one.value for one in Intent if one is not Intent.none}


@pytest.mark.parametrize("language", READ)
def test_what_is_taken_back_given_and_asked_for_is_told(language: str) -> None:
    rows = corpus(language)["intent_values"][0]["lines"]
    wrong = [(text, found) for text, said in rows if any(getattr(found := intent(text, (language,)), name) != said[name] for name in said)]
    assert not wrong
    assert len(rows) >= 10


@pytest.mark.parametrize("language", READ)
def test_no_answer_of_the_corpora_is_taken_for_thanks_a_pause_or_a_wrong_number(language: str) -> None:
    heavy = {Intent.thanks, Intent.pause, Intent.wrong_number, Intent.language, Intent.later, Intent.who, Intent.privacy}
    taken = []
    for kind in ("yes_no", "scale", "number", "choice"):
        for group in corpus(language).get(kind, ()):
            taken += [text for text, value, *_ in group["lines"] if value != "unread" and intent(text, (language,)).intent in heavy]
    assert not taken


CASES = {
    "of two the weightier counts": ("thanks, please call me", Intent.call_me),
    "thanks never eats an answer": ("8 thanks", Intent.none),
    "thanks never eats a yes": ("yes thanks", Intent.none),
    "an appointment is changed, not stopped": ("cancel my appointment", Intent.change),
    "denied": ("please don't call me", Intent.none),
    "of somebody else": ("my mom can't make her appointment", Intent.none),
    "a longer phrase that is none": ("call me crazy", Intent.none),
    "two clauses": ("No. Call me.", Intent.call_me),
    "a misspelt long word": ("I need to rescheduel", Intent.change),
    "a question by its mark alone": ("could the dizziness come from that?", Intent.question),
    "too short for a question": ("7?", Intent.none),
    "a polite question asks nothing": ("how are you?", Intent.none),
    "elongated": ("thaaanks", Intent.thanks),
    "without apostrophe or space for it": ("i cant make it tomorrow", Intent.change),
    "a space for the apostrophe": ("I can t make it tomorrow", Intent.change),
}


@pytest.mark.parametrize(("text", "wanted"), CASES.values(), ids=CASES)
def test_what_counts(text: str, wanted: Intent) -> None:
    assert intent(text, ("en",)).intent is wanted


def test_english_is_read_whatever_the_language() -> None:
    assert intent("call me", ("xx",)).intent is Intent.call_me
    assert intent("english please", ("ar",)).language == "en"


def test_a_correction_may_name_an_option_of_the_question() -> None:
    found = intent("sorry I meant much worse", ("en",), values=("Better", "Much worse"))
    assert (found.intent, found.new) == (Intent.correct, "much worse")
    assert intent("sorry I meant much worse", ("en",)).intent is Intent.none


HOSTILE = (
    "",
    " ",
    "\x00",
    "\ud800",
    "\u202e\u2066?",
    "?" * 900,
    "call me " * 4000,
    "3 not " * 900,
    "1" * 5000,
    "😀" * 900,
    "{a|b} <new> *",
    "i " * 900,
)


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:12]))
@pytest.mark.parametrize("language", READ)
def test_no_text_raises(text: str, language: str) -> None:
    assert intent(text, (language, "en", "ar")).intent in Intent


def test_every_fault_of_the_section_is_listed() -> None:
    later = "{within: ['* x', '<me> x', '{a', '[a]', 3, x], beside: [y]}"
    text = f"intents:\n  concepts: {{B: [x]}}\n  stop: {{alone: [a]}}\n  later: {later}\n  around: x\n"
    plain = Plain("xx.yaml", text)
    check_intents(plain, plain.content["intents"])
    said = "\n".join(map(str, plain.faults))
    for part in (
        "intents.concepts.B: must be a name",
        "intents.stop: is not known",
        "later.within.0: must begin with a word",
        "later.within.1: names no concept",
        "later.within.2: brackets",
        "later.within.3: must begin with a word",
        "later.beside: is not a list here",
        "intents.around: must be a list",
    ):
        assert part in said, part


def test_a_part_with_too_many_forms_is_refused() -> None:
    many = {"many": [(f"w{at}",) for at in range(100)]}
    with pytest.raises(ValueError, match="more than"):
        pattern_of("{<many> <many> <many>}", many)
