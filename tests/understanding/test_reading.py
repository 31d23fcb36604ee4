"""Contracts of `read`, `opt_out` and `language_named` that hold in every language, whatever the text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.understanding import language_named, languages, opt_out, read
from bot.understanding.lexicon import front, load
from bot.values import Action, Expected, Keyword, Kind, Option

OPTIONS = tuple(Option(name, name) for name in ("better", "about the same", "worse"))
EVERY_KIND = {
    Kind.yes_no: Expected(Kind.yes_no),
    Kind.scale: Expected(Kind.scale, 0, 10),
    Kind.number: Expected(Kind.number, unit="kg"),
    Kind.reading: Expected(Kind.reading),
    Kind.choice: Expected(Kind.choice, options=OPTIONS, many=True),
    Kind.text: Expected(Kind.text),
}
HOSTILE = {
    "nothing": "",
    "blanks": " \t\n ",
    "NUL and controls": "\x00\x01\x1b[2J7\x7f",
    "bidi overrides": "\u202e\u2066yes\u2069\u202c",
    "zalgo": "y" + "\u0301\u0335" * 200 + "es",
    "a lone surrogate": "\ud83d yes \udc4d",
    "a megabyte": "7 " * 500_000,
    "brackets": "{[|]}" * 50,
    "only marks": "½ ⁄ ² ① -- ::: /// ...",
    "noncharacters": "\uffff\ufdd0\U0010ffff",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("kind", EVERY_KIND)
def test_no_text_raises_and_a_value_comes_only_with_accept_or_confirm(kind: Kind, text: str) -> None:
    for language in languages():
        found = read(text, EVERY_KIND[kind], language)
        assert (found.value is not None) == (found.action in (Action.accept, Action.confirm))
        opt_out(text, (language,))
    language_named(text)


PIECES = [
    "7",
    "no",
    "not",
    "yes",
    "10",
    "/",
    "-",
    ".",
    ",",
    ":",
    "½",
    "kg",
    "and",
    "or",
    "لا",
    "ونص",
    "sí",
    "menos",
    "1",
    "?",
    "👍",
    "\ud800",
    "\n",
    "5,5",
]


@given(st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=3)), max_size=9), st.sampled_from(["", " "]))
@settings(max_examples=60, deadline=None)
def test_any_jumble_is_read_without_raising_and_its_span_lies_in_the_text(pieces: list[str], between: str) -> None:
    text = between.join(pieces)
    for language in languages():
        for expected in EVERY_KIND.values():
            found = read(text, expected, language)
            if found.span is not None:
                assert 0 <= found.span[0] < found.span[1] <= len(text)
        assert opt_out(text, (language,)).confidence <= 1


@pytest.mark.parametrize("kind", [Kind.yes_no, Kind.scale, Kind.number, Kind.choice])
def test_a_language_without_a_lexicon_is_for_a_person(kind: Kind) -> None:
    found = read("7", EVERY_KIND[kind], "xx-Latn-ZZ")
    assert (found.action, found.value, found.reason) == (Action.person, None, "unknown-language")


def test_a_reply_longer_than_a_thousand_characters_is_for_a_person() -> None:
    assert read("yes " + "x" * 997, EVERY_KIND[Kind.yes_no], "en").reason == "too-long"
    assert read("yes " + " " * 996, EVERY_KIND[Kind.yes_no], "en").value is True


def test_the_span_points_into_the_original_text() -> None:
    text = "Hôy… ２５ ✨ digo ٧️"
    found = read(text, Expected(Kind.scale, 0, 10), "es")
    assert found.value == 7
    assert found.span is not None
    assert text[found.span[0] : found.span[1]].startswith("٧")


def test_a_second_language_is_tried_where_the_first_has_no_match() -> None:
    assert read("of course", EVERY_KIND[Kind.yes_no], "es").value is None
    assert read("of course", EVERY_KIND[Kind.yes_no], "es", ("xx", "en")).value is True


REGIONS = {
    "Spain writes a decimal comma, so 1.234 is a thousand": ("1.234", "es", 1234),
    "Mexico writes a decimal point, so 1.234 is one and a bit": ("1.234", "es-MX", 1.234),
    "English groups thousands with a comma": ("1,234", "en-GB", 1234),
    "98,6 can only be a decimal": ("98,6", "en", 98.6),
}


@pytest.mark.parametrize(("text", "language", "value"), REGIONS.values(), ids=REGIONS)
def test_points_and_commas_are_read_as_the_place_writes_them(text: str, language: str, value: float) -> None:
    assert read(text, Expected(Kind.number), language).value == value


def test_of_two_ways_to_read_a_number_the_range_decides() -> None:
    assert read("72.500", Expected(Kind.number, 20, 300, "kg"), "es").value == 72.5


def test_a_number_counts_for_yes_or_no_only_where_it_was_shown() -> None:
    shown = Expected(Kind.yes_no, options=(Option("yes", "Yes"), Option("no", "No")))
    assert read("2", shown, "en").value is False
    assert read("2", Expected(Kind.yes_no), "en").value is None


def test_yes_alone_starts_only_from_a_stopped_address() -> None:
    assert opt_out("YES", ("en",)).intent is Keyword.none
    assert opt_out("YES", ("en",), stopped=True).intent is Keyword.start


def test_english_keywords_count_in_every_language() -> None:
    assert opt_out("STOP", ("xx",)).alone
    assert opt_out("STOP", ()).intent is Keyword.stop


SHOUTED = ["ok you can STOP now", "for heaven's sake STOP", "enough of this STOP", "sorry but STOP I dont need it", "ok STOP, I mean it"]
NOT_OF_THE_LINE = [
    "the bus STOP is far",
    "please dont STOP",
    "my mum said STOP it",
    'my mum said: "STOP it"',
    'he said "STOP" and hit me',
    "I TOLD HIM TO STOP IT",
    "he told me to STOP",
    "Doctor said to STOP the insulin",
    "I want to STOP smoking",
    "help me STOP cutting myself",
    "when will the beatings STOP",
    "make the voices STOP",
    "please make it STOP",
    "I want it all to STOP",
    "he kept touching me and I said no, stop",
    "He hit me and I said, stop",
    "The pain won't, stop",
]


def test_stop_in_capitals_is_a_stop_where_it_is_said_to_the_line() -> None:
    assert [text for text in SHOUTED if opt_out(text, ("en",)).intent is not Keyword.stop] == []
    assert [text for text in NOT_OF_THE_LINE if opt_out(text, ("en",)).intent is not Keyword.none] == []


def test_words_that_should_stop_something_worse_are_shared_also_in_capitals() -> None:
    for text in ("make the voices STOP", "please make it STOP", "I want it all to STOP"):
        assert opt_out(text, ("en",)).shared, text


def test_a_misspelt_stop_and_one_behind_a_bare_no_are_stops() -> None:
    for text in ("unsuscribe", "dont mesage me agian plz", "no thanks no more messages", "No. Stop texting me", "no, stop texting me"):
        assert opt_out(text, ("en",)).intent is Keyword.stop, text
    for text in (
        "please dont stop texting me", "dont stop mesaging me", "please do not please stop texting me", "do not, stop texting me",
        "dont massage me", "stop massaging me", "my daughter said at lunch dont mesage me",
    ):  # fmt: skip
        assert opt_out(text, ("en",)).intent is Keyword.none, text


@pytest.mark.parametrize("language", languages())
def test_the_front_of_a_lexicon_says_what_the_whole_says(language: str) -> None:
    before, whole = front(language), load(language)
    assert before is not None
    assert (before.names, before.phrases("common.polite")) == (whole.names, whole.phrases("common.polite"))


def test_words_that_self_harm_shares_are_marked_and_no_stop() -> None:
    for text, language in (("I want it all to stop", "en"), ("quiero que todo pare", "es"), ("أريد أن يتوقف كل شيء", "ar")):
        found = opt_out(text, (language,))
        assert (found.intent, found.shared) == (Keyword.none, True)


NAMED = {
    "español": "es",
    "العربية": "ar",
    "English please": "en",
    "Inglés": "en",
    "2": None,
    "my english is bad": None,
    "": None,
    "español english": None,
}


@pytest.mark.parametrize(("text", "tag"), NAMED.items())
def test_a_language_is_switched_by_its_name_alone(text: str, tag: str | None) -> None:
    assert language_named(text) == tag
