"""A broken lexicon stops nobody but itself, and whoever needed it is told; a rule on trial finds, and nothing follows."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.concerns import UNREAD, VERSION, lexicons, screen, version_of
from bot.concerns.lexicon import FOLDER, load
from bot.concerns.ruleset import load as load_rules
from bot.concerns.ruleset import rules
from bot.concerns.shelf import Shelf
from bot.concerns.spelling import forms
from bot.errors import BadFile
from bot.values import Category, Severity

HEADER = "language: LL\nname: x\nauthor: a\nreview: needs review\n"
WHOLE = HEADER + "rules:\n  self_harm.wish: [quiero morir]\n"
BROKEN = {
    "an unknown rule": (HEADER + "rules:\n  self_harm.unheard: [morir]\n").encode(),
    "no YAML": b"{{{{",
    "no text": b"\xff\xfe\x00\x9f",
    "empty": b"",
    "a list": b"- a\n- b\n",
    "text after a dozen anchors": b"a: &a [x, *a]\n",
}


def shelf(folder: Path, **files: bytes | str) -> Shelf:
    for name, content in files.items():
        (folder / f"{name}.yaml").write_bytes(content if isinstance(content, bytes) else content.replace("LL", name).encode())
    return Shelf(rules(), forms(), folder)


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_a_broken_lexicon_is_named_and_the_others_are_read(content, tmp_path):
    lies = shelf(tmp_path, en=WHOLE, es=content, fr=WHOLE)
    assert [one.rule for one in screen("quiero morir", ["fr"], shelf=lies).findings] == ["self_harm.wish/en", "self_harm.wish/fr"]
    assert lies.broken == {}, "nobody has asked for it yet"
    found = screen("quiero morir", ["es-MX", "fr"], shelf=lies).findings
    assert [one.rule for one in found] == ["self_harm.wish/en", "self_harm.wish/fr", UNREAD]
    assert (found[-1].severity, found[-1].category) == (Severity.review, Category.processing)
    assert list(lies.broken) == ["es"]
    assert "es.yaml" in lies.broken["es"]


def test_what_nobody_judged_goes_to_a_person_though_it_looks_harmless(tmp_path):
    lies = shelf(tmp_path, en=WHOLE, es=b"{{{{")
    screening = screen("hola", ["es"], shelf=lies)
    assert (screening.severity, screening.worst.reply) == (Severity.review, None)
    assert screen("hola", ["en"], shelf=lies).findings == ()


def test_without_english_everything_goes_to_a_person(tmp_path):
    lies = shelf(tmp_path, en=b"{{{{", es=WHOLE)
    assert [one.rule for one in screen("quiero morir", ["es"], shelf=lies).findings] == ["self_harm.wish/es", UNREAD]
    assert screen("ok", [], shelf=lies).severity is Severity.review


# ---------------------------------------------------------------- versions


def test_the_version_of_a_finding_is_that_of_the_rules_and_of_the_lexicon():
    english = next(one for one in lexicons() if one.language == "en")
    assert version_of("self_harm.intent/en") == f"{VERSION}/en.{english.version}"
    for rule in ("option.weekly-pulse.mood.worst", "self_harm.intent/xx", ""):
        assert version_of(rule) == VERSION


def test_any_change_of_a_file_is_another_version(tmp_path):
    (tmp_path / "en.yaml").write_bytes((FOLDER / "en.yaml").read_bytes())
    same = load(tmp_path / "en.yaml", rules(), forms()).version
    (tmp_path / "en.yaml").write_bytes((FOLDER / "en.yaml").read_bytes() + b"# a remark\n")
    assert load(tmp_path / "en.yaml", rules(), forms()).version != same
    assert same == next(one for one in lexicons() if one.language == "en").version


# ---------------------------------------------------------------- rules on trial

RULES = """version: "9"
review: needs review
contexts:
  past: Told of the past.
rules:
  self_harm.wish: {category: self_harm, severity: critical, reply: R1, why: a, contexts: {past: self_harm.past}}
  self_harm.trial: {category: self_harm, severity: critical, reply: R1, why: b, shadow: true, contexts: {past: self_harm.past}}
  self_harm.past: {category: self_harm, severity: review, why: c}
"""
LEXICON = HEADER + (
    "contexts:\n  past: {before: [used to]}\nrules:\n  self_harm.wish: [want to die]\n  self_harm.trial: ['want to (die|sleep forever)']\n"
)
TRIALS = {
    "found by both: the rule on trial hides nothing": ("i want to die", {("self_harm.wish", False), ("self_harm.trial", True)}),
    "found on trial alone": ("i want to sleep forever", {("self_harm.trial", True)}),
    "what it comes to in a context stays on trial": ("i used to want to sleep forever", {("self_harm.past", True)}),
    "a context of both: each has its own": ("i used to want to die", {("self_harm.past", False), ("self_harm.past", True)}),
}


@pytest.mark.parametrize(("text", "found"), TRIALS.values(), ids=TRIALS)
def test_a_rule_on_trial(text, found, tmp_path):
    (tmp_path / "rules.yaml").write_text(RULES)
    (tmp_path / "lexicons").mkdir()
    (tmp_path / "lexicons" / "en.yaml").write_text(LEXICON.replace("LL", "en"))
    screening = screen(text, [], shelf=Shelf(load_rules(tmp_path / "rules.yaml"), forms(), tmp_path / "lexicons"))
    assert {(one.rule.partition("/")[0], False) for one in screening.findings} == {each for each in found if not each[1]}
    assert {(one.rule.partition("/")[0], True) for one in screening.shadowed} == {each for each in found if each[1]}
    assert not any(one.shadow for one in screening.findings)


def test_shadow_is_true_or_false(tmp_path):
    (tmp_path / "rules.yaml").write_text(RULES.replace("shadow: true", "shadow: perhaps"))
    with pytest.raises(BadFile, match="must be one of false, true"):
        load_rules(tmp_path / "rules.yaml")
