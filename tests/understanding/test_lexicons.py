"""The lexicon format: what is wrong in a file is listed at once, and a language needs nothing but its file."""

from __future__ import annotations

import pytest

from bot.errors import BadFile
from bot.normalise import normalise
from bot.understanding import languages
from bot.understanding.lexicon import Lexicon, load
from bot.understanding.lexicon_file import check, forms, slots_of, spelt_out
from bot.understanding.measure import read_measure
from bot.understanding.tokens import tokenise
from bot.understanding.yes_no import read_yes_no
from bot.values import Expected, Kind

BAD = """language: fr
names: français
colour: red
yes_no:
  yes: [oui, "[ben]", 'a {b']
  no: [non, oui]
  maybe: [peut-être]
  yes: [si]
numbers:
  seven: [sept]
"""

FRENCH = """language: fr
names: [français, french]
author: a translator
review: needs review
spellout: fr
decimal: ","
thousands: "."
common:
  polite: [merci, "s'il vous plaît", svp]
  filler: [je, c'est, un, le]
  negators: [pas, ne]
  and: [et]
yes_no:
  yes: ["{oui|ouais}[ bien sûr]", d'accord]
  no: [non, pas du tout, pas encore]
number:
  half_after: [et demi, et demie]
  names_it: [c'est un]
"""


def test_every_fault_of_a_file_is_listed_with_its_line() -> None:
    with pytest.raises(BadFile) as caught:
        check("fr.yaml", BAD)
    said = "\n".join(str(fault) for fault in caught.value.faults)
    for part in (
        "fr.yaml:2: names: must be a list",
        "fr.yaml:3: colour: is not a section",
        "yes_no.yes: stands twice",
        "yes_no.maybe: is not a list here",
        "numbers.seven: must be a number",
        "author: is missing",
        "review: is missing",
    ):
        assert part in said


def test_a_phrase_that_may_be_empty_or_does_not_close_is_a_fault() -> None:
    with pytest.raises(BadFile) as caught:
        check("fr.yaml", FRENCH.replace("[non, pas du tout", '["[non]", "{pas du tout"'))
    said = str(caught.value)
    assert "may be empty" in said
    assert "do not close" in said


def test_what_is_no_yaml_is_one_fault_with_its_line() -> None:
    with pytest.raises(BadFile, match=r"fr\.yaml:3: file: is not YAML"):
        check("fr.yaml", "language: fr\nnames: [\n")


def test_choices_and_what_may_be_left_out_are_spelt_out() -> None:
    slots = slots_of("{don't|never} text [me|us] again")
    assert forms(slots) == 6
    assert ("dont", "text", "again") in set(spelt_out(slots))


def test_a_language_needs_only_its_file() -> None:
    french = Lexicon(check("fr.yaml", FRENCH))
    for text, value in (("Ouais bien sûr", True), ("pas du tout, merci", False), ("d’accord", True)):
        assert read_yes_no(tokenise(normalise(text)), french)[0].value is value
    for text, number in (("soixante-dix-sept", 77), ("c'est un sept et demi", 7.5), ("deux cent trois", 203), ("37,5", 37.5)):
        tokens = tokenise(normalise(text))
        original = [token.text for token in tokens]
        assert read_measure(tokens, Expected(Kind.number), french, french.decimal(None), original)[0].value == number


@pytest.mark.parametrize("language", languages())
def test_a_shipped_lexicon_has_every_list_that_the_english_one_has(language: str) -> None:
    lexicon = load(language)
    assert lexicon.review == "needs review"
    names: tuple[str, ...] = (
        "yes_no.yes",
        "yes_no.no",
        "yes_no.unsure",
        "common.negators",
        "common.others",
        "common.correction",
        "keywords.stop",
    )
    names += ("keywords.start", "keywords.help", "choice.all", "choice.none", "number.not_an_answer", "number.bound", "number.range")
    assert [name for name in names if not lexicon.phrases(name)] == []
    if lexicon.spellout:
        assert len(lexicon.number_words) > 1000
    else:
        assert {str(number) for number in range(101)} <= set(lexicon.number_words.values())
