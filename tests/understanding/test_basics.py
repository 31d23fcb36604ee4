"""Languages of which we know only what CLDR has: yes, no and numbers, and only where a reply is nothing else."""

from __future__ import annotations

import pytest

from bot.understanding import languages, opt_out, read
from bot.understanding.lexicon import basics, lexicon
from bot.values import Action, Expected, Keyword, Kind, Option, Reading

LEAST = 60
ONLY = sorted(set(basics()) - set(languages()))


def reading(text: str, kind: Kind, language: str) -> Reading:
    options = tuple(Option(name, name) for name in ("better", "same", "worse"))
    return read(text, Expected(kind, options=options if kind is Kind.choice else ()), language)


def test_there_are_sixty_of_them_and_more() -> None:
    assert len(ONLY) >= LEAST


@pytest.mark.parametrize("language", ONLY)
def test_each_word_of_cldr_is_read_and_with_a_word_beside_it_asked(language: str) -> None:
    yes, no, _, _ = basics()[language]
    lex = lexicon(language)
    assert lex is not None
    assert (lex.basic, lex.review) == (True, "generated from CLDR")
    for words, value in ((yes, True), (no, False)):
        for word in filter(None, words.split("|")):
            assert reading(word, Kind.yes_no, language).value is value
            assert reading(f"{word}! 🙏", Kind.yes_no, language).value is value
            assert reading(f"{word} xyzzy", Kind.yes_no, language).action is Action.ask
    assert reading("７", Kind.number, language).value == 7
    assert reading("7 xyzzy", Kind.number, language).action is Action.ask


READ = [
    ("ka", "კი", Kind.yes_no, True),
    ("nl", "nee", Kind.yes_no, False),
    ("fi", "seitsemän", Kind.number, 7),
    ("lo", "ເຈັດ", Kind.number, 7),
    ("my", "၇", Kind.number, 7),
    ("hu", "hetvenkettő", Kind.number, 72),
    ("hu", "120/80", Kind.reading, {"systolic": 120, "diastolic": 80}),
    ("hu", "2", Kind.choice, "same"),
    ("hu", "worse", Kind.choice, "worse"),
    ("hu", "nem worse", Kind.choice, None),
    ("hu", "igen nem", Kind.yes_no, None),
]


@pytest.mark.parametrize(("language", "text", "kind", "value"), [row for row in READ if row[0] in ONLY], ids=str)
def test_what_they_read(language: str, text: str, kind: Kind, value: object) -> None:
    assert reading(text, kind, language).value == value


def test_english_keywords_count_in_them() -> None:
    for language in ONLY:
        assert opt_out("STOP", (language,)).intent is Keyword.stop
        assert opt_out("Help", (language,)).intent is Keyword.help
        assert opt_out("START", (language,)).intent is Keyword.start
