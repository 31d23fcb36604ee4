"""A lexicon is a file that anyone may write: what is wrong in it is said at once, with its line."""

from __future__ import annotations

import re

import pytest

from bot.concerns import languages, patterns
from bot.concerns.judge import How, judge
from bot.concerns.lexicon import lexicon, load
from bot.concerns.patterns import BadPattern, parse
from bot.concerns.reading import Reading
from bot.concerns.ruleset import load as load_rules
from bot.concerns.ruleset import rules as shared
from bot.concerns.spelling import forms
from bot.concerns.words import cut
from bot.errors import BadFile
from bot.normalise import normalise

HEADER = "language: fr\nname: Français\nauthor: a\nreview: needs review\n"


def written(folder, text):
    path = folder / "fr.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_language_is_one_file(tmp_path):
    french = load(
        written(tmp_path, HEADER + "concepts:\n  veux: [je veux, j'veux]\nrules:\n  self_harm.wish: ['<veux> (mourir|crever)']\n"),
        shared(),
        forms(),
    )
    spelled, numbers = french.look("mourir")
    assert spelled == "mourir"
    assert [french.patterns[number].regex.search(" je veux mourir ") is not None for number in numbers] == [True]


BESIDE = {
    "one before the other": ("la corde est prête adieu", True),
    "the other way round": ("adieu maman la corde est prête", True),
    "in another sentence": ("J'ai la corde. Tout est prêt. Adieu.", True),
    "one alone": ("la corde est prête", False),
    "too far apart": ("corde " + "mot " * 41 + "adieu", False),
}


@pytest.mark.parametrize(("text", "found"), BESIDE.values(), ids=BESIDE)
def test_two_things_anywhere_in_a_message(tmp_path, text, found):
    french = load(written(tmp_path, HEADER + "rules:\n  self_harm.plan: ['corde & adieu']\n"), shared(), forms())
    normal = normalise(text)
    reading = Reading(normal, cut(normal.text), french, typos=False)
    assert bool(judge(normal, reading, shared(), How(medication=False))) is found


def test_an_idiom_of_two_things_hides_both_and_nothing_between(tmp_path):
    content = HEADER + "idioms: ['corde & guitare']\nrules:\n  self_harm.means: [corde]\n  self_harm.wish: [mourir]\n"
    french = load(written(tmp_path, content), shared(), forms())
    normal = normalise("La corde a sauté. Je veux mourir. Pauvre guitare.")
    reading = Reading(normal, cut(normal.text), french, typos=False)
    assert [finding.rule for finding in judge(normal, reading, shared(), How(medication=False))] == ["self_harm.wish/fr"]


FAULTS = {
    "an unknown rule": ("rules:\n  self_harm.unheard: [mourir]\n", "no such rule"),
    "an unknown concept": ("rules:\n  self_harm.wish: ['<veux> mourir']\n", "no concept <veux>"),
    "an unknown context": ("contexts:\n  someday: {before: [x]}\n", "no such context"),
    "a bracket left open": ("rules:\n  self_harm.wish: ['(mourir|crever']\n", "not closed"),
    "a choice with nothing in it": ("rules:\n  self_harm.wish: ['(mourir|)']\n", "empty choice"),
    "nothing that must be there": ("rules:\n  self_harm.wish: ['[mourir]']\n", "optional"),
    "an `&` within brackets": ("rules:\n  self_harm.wish: ['(corde & adieu)']\n", "not closed"),
    "a second `&`": ("rules:\n  self_harm.wish: ['corde & adieu & ciel']\n", "once at most"),
    "an `&` with nothing on one side": ("rules:\n  self_harm.wish: ['corde & [adieu]']\n", "optional"),
    "an `&` in a concept": ("concepts:\n  a: ['corde & adieu']\n", "holds no word"),
    "concepts in a circle": ("concepts:\n  a: ['<b>']\n  b: ['<a>']\n", "circle"),
    "a key twice": ("idioms: [x y]\nconcepts: {}\nconcepts: {}\n", "second time"),
    "a stray key": ("words: [x]\n", "means nothing here"),
    "a text where a list must stand": ("idioms: x y\n", "list"),
}


@pytest.mark.parametrize(("text", "said"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_named(tmp_path, text, said):
    with pytest.raises(BadFile, match=re.escape(said)):
        load(written(tmp_path, HEADER + text), shared(), forms())


def test_all_faults_are_listed_at_once_with_their_lines(tmp_path):
    with pytest.raises(BadFile) as caught:
        load(written(tmp_path, "name: x\nrules:\n  nope: [a]\n  self_harm.wish: ['(a', '<b> c']\n"), shared(), forms())
    assert [fault.line for fault in caught.value.faults if "rules" in fault.where] == [3, 4, 4]
    assert sum("is missing" in fault.what for fault in caught.value.faults) == 3


@pytest.mark.parametrize("text", ["", "[", "- a\n- b", "\x00", "a: b: c"])
def test_a_file_that_is_no_lexicon_is_refused(tmp_path, text):
    with pytest.raises(BadFile):
        load(written(tmp_path, text), shared(), forms())


def test_rules_that_contradict_themselves_are_refused(tmp_path):
    path = tmp_path / "rules.yaml"
    path.write_text(
        "version: '1'\ncontexts: {past: x}\nrules:\n  a.b: {category: needs, severity: high, why: w, contexts: {past: c.d, soon: none}}\n"
    )
    with pytest.raises(BadFile) as caught:
        load_rules(path)
    said = str(caught.value)
    assert "need a reply" in said
    assert "no rule `c.d`" in said
    assert "no such context" in said


@pytest.mark.parametrize("language", languages())
def test_every_shipped_pattern_compiles_and_every_concept_is_used(language):
    one = lexicon(language)
    for pattern in one.patterns:
        assert pattern.regex.pattern
    for context in one.contexts.values():
        assert any((context.before, context.after, context.around))
    sequences = [pattern.sequence for pattern in one.patterns]
    sequences += [way for context in one.contexts.values() for ways in context.places.values() for way in ways]
    concepts = one.patterns[0].concepts
    sequences += [way for ways in concepts.values() for way in ways]
    used = {name for sequence in sequences for name in patterns.concepts_of(sequence)}
    assert set(concepts) - set(forms().signs) - used == set()
    assert one.review.startswith("needs review")


@pytest.mark.parametrize("source", ["", "...", "$", "(a", "a)", "(a]", "<>", "a | b", "<a"])
def test_a_pattern_that_says_nothing_is_refused(source):
    with pytest.raises(BadPattern):
        parse(source)
