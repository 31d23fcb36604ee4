"""What holds of every language, whatever the words: digits, politeness, "not", ranges, hostile text, Han variants."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.understanding import languages, opt_out, read
from bot.understanding.lexicon import load
from bot.values import Action, Expected, Kind, Option

FEW = settings(max_examples=40, deadline=None, derandomize=True)
ZEROS = [chr(code) for code in range(0x30, 0x1FBFF) if unicodedata.decimal(chr(code), None) == 0]
LANGUAGES = st.sampled_from(languages())
SCALE = Expected(Kind.scale, 0, 10)
OPTIONS = tuple(Option(name, name) for name in ("better", "same", "worse"))
EVERY = (SCALE, Expected(Kind.number, 1, 300, "kg"), Expected(Kind.yes_no), Expected(Kind.reading), Expected(Kind.choice, options=OPTIONS))
HOSTILE = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("0127/-.:,½7٧७七一不没はいNOno\x00\x1b\u202e\u2066\u0301\u0335\ufeff\u200d\ufe0f\ud800\udfff{}[]|\n"),
    ),
    max_size=60,
)


def in_script(number: int, zero: str) -> str:
    return "".join(chr(ord(zero) + int(digit)) for digit in str(number))


def phrases(language: str, name: str) -> list[str]:
    return [" ".join(words) for words in load(language).phrases(name)]


@lru_cache
def lists(language: str) -> tuple[list[str], list[str], list[str], list[str]]:
    """Polite phrases, negators that are no answer themselves, plain yes words and plain no words."""
    lexicon = load(language)
    entries = lexicon.yes_no.entries
    negators = [words for words in lexicon.phrases("common.negators") if not entries.get(words, "").startswith(("no", "yes", "unsure"))]
    return (
        phrases(language, "common.polite"),
        [" ".join(words) for words in negators],
        phrases(language, "yes_no.yes"),
        phrases(language, "yes_no.no"),
    )


@pytest.mark.parametrize("zero", ZEROS, ids=[unicodedata.name(zero) for zero in ZEROS])
def test_a_number_reads_the_same_in_every_script(zero: str) -> None:
    for language in languages():
        assert read(in_script(7, zero), SCALE, language).value == 7
        assert read(in_script(120, zero) + "/" + in_script(80, zero), Expected(Kind.reading), language).value == {
            "systolic": 120,
            "diastolic": 80,
        }


@FEW
@given(
    LANGUAGES,
    st.integers(0, 10),
    st.sampled_from(ZEROS),
    st.sampled_from(["{} ", " {}", "{}!", "{}.", "\u200f{}", "{}\ufe0f\u20e3", "({})"]),
    st.data(),
)
def test_spacing_and_politeness_change_no_number(language: str, number: int, zero: str, around: str, data: st.DataObject) -> None:
    polite = data.draw(st.sampled_from(lists(language)[0]))
    text = around.format(in_script(number, zero)) if number < 10 or "\u20e3" not in around else str(number)
    assert read(text, SCALE, language).value == number
    assert read(f"{text}, {polite}", SCALE, language).value == number


@FEW
@given(LANGUAGES, st.booleans(), st.data())
def test_not_before_an_answer_never_leaves_it_standing(language: str, side: bool, data: st.DataObject) -> None:
    _, negators, yes, no = lists(language)
    word, negator = data.draw(st.sampled_from(yes if side else no)), data.draw(st.sampled_from(negators))
    if read(f"{negator} {word}", Expected(Kind.yes_no), language).value is side:
        said, known = tuple(f"{negator} {word}".split()), load(language).yes_no.entries
        assert any(said[:end] in known for end in range(len(negator.split()) + 1, len(said) + 1))


@FEW
@given(LANGUAGES, st.sampled_from(EVERY), HOSTILE)
def test_no_value_lies_outside_what_was_asked_and_nothing_raises(language: str, expected: Expected, text: str) -> None:
    found = read(text, expected, language)
    assert (found.value is not None) == (found.action in (Action.accept, Action.confirm))
    if isinstance(found.value, dict):
        assert 60 <= found.value["systolic"] <= 260
        assert 30 <= found.value["diastolic"] < found.value["systolic"]
    elif expected.kind is Kind.choice:
        assert found.value in (None, "better", "same", "worse")
    elif expected.kind is not Kind.yes_no and isinstance(found.value, int | float):
        assert expected.minimum is not None
        assert expected.maximum is not None
        assert expected.minimum <= found.value <= expected.maximum
    assert 0 <= opt_out(text, (language,)).confidence <= 1


@pytest.mark.parametrize("expected", EVERY, ids=lambda expected: str(expected.kind))
def test_a_thousand_characters_are_looked_at_and_no_more(expected: Expected) -> None:
    for language in languages():
        assert read("x" * 1001, expected, language).reason == "too-long"
        assert read("不" * 1001, expected, language).action is Action.person
        assert read("7" * 1000, expected, language).action is Action.ask


HAN = Path(__file__).parents[2] / "bot" / "han.tsv"


@pytest.mark.parametrize("language", [language for language in languages() if language in ("zh", "yue")])
def test_simplified_and_traditional_agree(language: str) -> None:
    rows = [line.split("\t") for line in HAN.read_text("utf-8").splitlines() if line[:1] != "#"]
    traditional = str.maketrans({row[1]: row[0] for row in rows})
    for side in lists(language)[2:]:
        for text in side:
            plain = text.replace(" ", "")
            assert (
                read(plain.translate(traditional), Expected(Kind.yes_no), language).value
                == read(plain, Expected(Kind.yes_no), language).value
            )
