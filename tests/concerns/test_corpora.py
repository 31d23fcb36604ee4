"""What is found and what is not, in every language that has a lexicon, over lines written as people write."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.concerns import languages, screen
from bot.values import Screening, Severity

HERE = Path(__file__).parent
CORPORA = sorted(path.stem for path in HERE.glob("*.yaml"))
PARTS = ("first", "blind")
CONCERNING_MIN, HARMLESS_MIN = 60, 80


@cache
def corpus(language: str) -> Any:
    return yaml.safe_load((HERE / f"{language}.yaml").read_text(encoding="utf-8"))


def concerning(language: str) -> list[tuple[str, Severity, str]]:
    return [(category, Severity[least], text) for part in PARTS for category, least, text in corpus(language)[part]["concerning"]]


def harmless(language: str) -> list[str]:
    return [str(text) for part in PARTS for text in corpus(language)[part]["harmless"]]


def found(screening: Screening, category: str, least: Severity) -> bool:
    return any(finding.category == category and finding.severity >= least for finding in screening.findings)


def test_every_lexicon_has_a_corpus_and_every_corpus_a_lexicon():
    assert tuple(CORPORA) == languages()


@pytest.mark.parametrize("language", languages())
def test_a_corpus_is_large_enough_and_says_no_line_twice(language):
    lines = [text for _, _, text in concerning(language)] + harmless(language)
    assert len(concerning(language)) >= CONCERNING_MIN
    assert len(harmless(language)) >= HARMLESS_MIN
    assert len(set(lines)) == len(lines)


@pytest.mark.parametrize("language", languages())
def test_explicit_intent_plan_and_attempt_are_never_missed(language):
    explicit = [text for category, least, text in concerning(language) if (category, least) == ("self_harm", Severity.critical)]
    assert [text for text in explicit if screen(text, [language]).severity < Severity.high] == []


@pytest.mark.parametrize("language", languages())
def test_95_of_100_concerning_lines_are_found_in_their_category_at_their_severity_or_above(language):
    lines = concerning(language)
    missed = [text for category, least, text in lines if not found(screen(text, [language]), category, least)]
    assert len(missed) <= len(lines) * 0.05, missed


@pytest.mark.parametrize("language", languages())
def test_at_most_one_of_100_harmless_lines_is_flagged(language):
    lines = harmless(language)
    flagged = [text for text in lines if screen(text, [language]).severity >= Severity.review]
    assert len(flagged) <= len(lines) * 0.01, flagged
