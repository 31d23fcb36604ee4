"""Words of a programme's own: further names beside the lexicon, which they never change."""

from __future__ import annotations

import pytest

from bot.understanding import read
from bot.understanding.own_words import OwnWord, read_with
from bot.values import Action, Expected, Kind, Option, Value

OPTIONS = (Option("better", "Better"), Option("same", "About the same", ("same",)), Option("worse", "Worse"))
CHOICE = Expected(Kind.choice, options=OPTIONS)
MANY = Expected(Kind.choice, options=OPTIONS, many=True)
SCALE = Expected(Kind.scale, minimum=0, maximum=10)
YES_NO = Expected(Kind.yes_no)

READ: dict[str, tuple[Kind, str, Value, Expected, str, Value | None]] = {
    "alone": (Kind.choice, "tickety boo", "better", CHOICE, "tickety boo", "better"),
    "spelt otherwise": (Kind.choice, "tickety boo", "better", CHOICE, "Tickety-BOO!! 😊", "better"),
    "within a reply": (Kind.choice, "tickety boo", "better", CHOICE, "tickety boo thanks", "better"),
    "several": (Kind.choice, "tickety boo", "better", MANY, "tickety boo", ["better"]),
    "denied": (Kind.choice, "tickety boo", "better", CHOICE, "not tickety boo", None),
    "with a negation in it": (Kind.choice, "not too shabby", "better", CHOICE, "not too shabby", "better"),
    "beside another": (Kind.choice, "tickety boo", "better", CHOICE, "tickety boo or worse", None),
    "another word": (Kind.choice, "tickety boo", "better", CHOICE, "zounds", None),
    "yes": (Kind.yes_no, "aye aye skipper", True, YES_NO, "Aye aye, skipper", True),
    "yes within a reply": (Kind.yes_no, "skipper", True, YES_NO, "skipper is my cat", None),
    "a number": (Kind.scale, "lucky number", 7, SCALE, "lucky number", 7),
    "of another kind": (Kind.scale, "lucky number", 7, YES_NO, "lucky number", None),
}


@pytest.mark.parametrize(("kind", "phrase", "value", "expected", "text", "meant"), READ.values(), ids=READ)
def test_read(kind: Kind, phrase: str, value: Value, expected: Expected, text: str, meant: Value | None) -> None:
    assert read_with((OwnWord(kind, phrase, value),), text, expected, "en").value == meant


@pytest.mark.parametrize("text", ["better", "worse", "1", "the last one", "no change", "7"])
def test_what_the_lexicon_reads_is_never_changed(text: str) -> None:
    own = (OwnWord(Kind.choice, text, "better"), OwnWord(Kind.choice, "zig", "same"))
    before = read(text, CHOICE, "en")
    if before.value is not None:
        assert read_with(own[1:], text, CHOICE, "en") == before


def test_a_word_with_two_meanings_has_none() -> None:
    own = (OwnWord(Kind.yes_no, "mmhm nah", True), OwnWord(Kind.yes_no, "mmhm nah", False))
    assert read_with(own, "mmhm nah", YES_NO, "en").value is None


@pytest.mark.parametrize("text", ["", " ", "\x00", "\ud800", "🤷", "x" * 5000])
def test_nothing_raises(text: str) -> None:
    found = read_with((OwnWord(Kind.yes_no, text, True),), text, YES_NO, "en")
    assert found.action in Action
