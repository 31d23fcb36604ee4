"""Any text at all: the same answer in every Unicode form, nothing raises, and a text is cut up the same way however it is asked."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cli.bench_screen import SHAPES
from bot.concerns import screen
from bot.concerns.words import WORD_CHARS_MAX, cut
from bot.normalise import normalise
from tests.concerns.corpus import corpus

LANGUAGES = ["en", "es", "ar"]
WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
SEEDS = [
    "no puedo más, quiero morir ya", "Me quiero suicidar", "أريد أن أموت الآن", "لا أستطيع التنفس", "I can’t breathe…",
    "don´t want to live anymore",
    "i want to d!e 🔫 me", "kill myself tonight", "¿dónde? no tengo comida hoy", "he beats me ﬁve times", "K e l v i n K", "𝓘 𝔀𝓪𝓷𝓽 𝓽𝓸 𝓭𝓲𝓮",
]  # fmt: skip


def judged(text, languages=LANGUAGES):
    return [(finding.rule, finding.severity) for finding in screen(text, languages).findings]


def disguises(text):
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        yield unicodedata.normalize(form, text)
    yield text.translate(WIDE)
    yield "\u200d".join(text)
    yield "\u202b" + text + "\u202c"
    yield "".join(char + "\u200b" for char in text)
    yield "".join(char + "\u0336" if char.isalpha() else char for char in text)


@pytest.mark.parametrize("text", SEEDS)
def test_every_form_and_invisible_sign_gives_the_same_answer(text):
    assert {tuple(judged(form)) for form in disguises(text)} == {tuple(judged(text))}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_form_of_every_line_of_a_corpus_gives_the_same_answer(language):
    for line in corpus(language).concerning[::4]:
        wanted = judged(line.text, [language])
        for form in ("NFC", "NFD", "NFKC", "NFKD"):
            assert judged(unicodedata.normalize(form, line.text), [language]) == wanted


PARTS = st.one_of(
    st.text(max_size=8),
    st.text(st.characters(categories=["Cs", "Cc", "Cf", "Mn", "Co", "Cn"]), max_size=4),
    st.sampled_from(
        [
            "want to die",
            "not",
            "kill",
            "myself",
            ".",
            "...",
            "🔪",
            "me",
            "موت",
            "quiero",
            "k i l l",
            "su*cide",
            "'",
            "\0",
            "\ud800",
            "x" * 70,
        ]
    ),
)


@settings(max_examples=120, deadline=None)
@given(st.lists(PARTS, max_size=14), st.sampled_from(["", " ", ". ", "\n"]))
def test_nothing_raises_and_a_finding_carries_the_words_as_written(parts, between):
    text = between.join(parts)
    for finding in screen(text, [*LANGUAGES, "x-none", ""], medication=bool(parts)).findings:
        assert finding.span is not None
        assert finding.matched == text[slice(*finding.span)]


@settings(max_examples=80, deadline=None)
@given(st.lists(PARTS, max_size=20), st.sampled_from(["", " ", ". "]))
def test_words_stand_in_order_and_none_is_too_long(parts, between):
    words = cut(normalise(between.join(parts)).text)
    places = [words.span(at, at) for at in range(len(words.texts))]
    assert all(start <= end for start, end in places)
    assert all(one[1] <= other[0] for one, other in pairwise(places))
    assert all(0 < len(word) <= WORD_CHARS_MAX for word in words.texts)


def test_what_stands_far_into_an_endless_word_is_still_read():
    assert screen("x" * WORD_CHARS_MAX * 3 + " i want to die", ["en"]).findings
    assert screen("z" * WORD_CHARS_MAX + "iwanttokillmyself", ["en"]).findings


@pytest.mark.parametrize("made", SHAPES.values(), ids=SHAPES)
def test_every_shape_that_is_timed_can_be_read(made):
    text = made(3000)
    assert len(text) == 3000
    assert judged(text) == judged(text)
