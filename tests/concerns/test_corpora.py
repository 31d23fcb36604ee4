"""What is found and what is not, in every language that has a lexicon, over lines written as people write."""

from __future__ import annotations

from functools import cache

import pytest
import yaml

from bot.concerns import languages, screen
from bot.concerns.lexicon import lexicon
from bot.locales.catalogs import catalog_path, languages_on_disk, read_catalog
from bot.values import Severity
from tests.concerns import corpus as corpora
from tests.concerns import figures
from tests.concerns.corpus import HERE, ROUNDS, corpus, is_found, tried
from tests.understanding.corpus import cases

LINES_MIN = {"all": (100, 120), "critical and high": (40, 60)}
OWN_LINES_MIN = {"all": (60, 80), "critical and high": (20, 30)}
"""Concerning and harmless; of our own lines alone, until the unseen ones were tried."""


NO_ANSWERS = ("forget", "loss")
"""What opt-out lines mean that are not ordinary."""
CRISIS = ("Crisis reply", "Words that count as the answer")
"""How the comments on texts begin that speak of danger, or list what clients may write."""


ASKED_FOR = ("chest pain", "trouble breathing", "better off dead", "hurt yourself", "harm yourself", "hurting yourself")
"""Dangers that a question of ours may name: there is no harmless way to quote them."""


def ordinary_replies(language):
    """What people answer to questions, and keywords: see tests/understanding."""
    for kind in ("yes_no", "scale", "number", "choice", "opt_out"):
        yield from (case.text for case in cases(language, kind) if case.value not in NO_ANSWERS)


@cache
def spoken_of(language):
    """The ordinary replies that a person would look at, with the reason."""
    rows = yaml.safe_load((HERE / "spoken_of.yaml").read_text("utf-8")).get(language, ())
    return dict(rows)


def sent(language):
    """Every text that we send in a language, but crisis replies and questions about danger."""
    for message in read_catalog(catalog_path("es" if language == "en" else language)):
        source = message.id if isinstance(message.id, str) else message.id[0]
        if source and not ("?" in source and any(asked in source for asked in ASKED_FOR)) and not _is_of_crisis(message):
            texts = message.id if language == "en" else message.string
            yield from (texts,) if isinstance(texts, str) else texts


def _is_of_crisis(message):
    return any(comment.startswith(CRISIS) for comment in message.auto_comments)


def test_every_lexicon_has_a_corpus_and_every_corpus_a_lexicon():
    assert corpora.languages() == languages()


@pytest.mark.parametrize("language", languages())
def test_a_corpus_is_large_enough_and_says_no_line_twice(language):
    lines = corpus(language)
    concerning_min, harmless_min = (LINES_MIN if language in tried(ROUNDS[0]) else OWN_LINES_MIN)[lexicon(language).scope]
    assert len(lines.concerning) >= concerning_min
    assert len(lines.harmless) >= harmless_min
    if lexicon(language).scope != "all":
        assert min(line.least for line in lines.concerning) >= Severity.high
    if language not in tried(ROUNDS[0]):
        texts = [line.text for line in lines.concerning] + list(lines.harmless)
        assert len(set(texts)) == len(texts)


@pytest.mark.parametrize("language", languages())
def test_explicit_intent_plan_and_attempt_are_never_missed(language):
    explicit = [line.text for line in corpus(language).concerning if (line.category, line.least) == ("self_harm", Severity.critical)]
    assert [text for text in explicit if screen(text, [language]).severity < Severity.high] == []


@pytest.mark.parametrize("language", languages())
def test_95_of_100_concerning_lines_are_found_in_their_category_at_their_severity_or_above(language):
    lines = corpus(language).concerning
    missed = [line.text for line in lines if not is_found(screen(line.text, [language]), line)]
    assert len(missed) <= len(lines) * 0.05, missed


@pytest.mark.parametrize("language", languages())
def test_at_most_one_of_100_harmless_lines_is_flagged(language):
    lines = corpus(language).harmless
    flagged = [text for text in lines if screen(text, [language]).severity >= Severity.review]
    assert len(flagged) <= len(lines) * 0.01, flagged


@pytest.mark.parametrize("language", languages())
def test_ordinary_replies_and_keywords_are_left_alone(language):
    flagged = [text for text in ordinary_replies(language) if screen(text, [language]).severity >= Severity.review]
    listed = set(spoken_of(language))
    assert sorted(set(flagged) - listed) == []
    assert sorted(listed - set(flagged)) == [], "is nothing to except any more"


@pytest.mark.parametrize("language", sorted(tag for tag in {*languages_on_disk(), "en"} if tag.split("_")[0] in languages()))
def test_what_we_send_is_left_alone_when_it_is_quoted_back(language):
    flagged = [text for text in sent(language) if screen(text, [language]).severity >= Severity.review]
    assert flagged == []


@pytest.mark.parametrize(("folder", "language"), [(folder, language) for folder in ROUNDS for language in sorted(tried(folder))])
def test_a_first_run_is_kept_whole(folder, language):
    assert language in languages()
    assert (HERE / folder / f"{language}.yaml").exists()
    for kind, found in tried(folder)[language].items():
        assert found.lines == found.found + (found.false_alarms if kind == corpora.HARMLESS else found.missed)


@pytest.mark.slow
def test_the_page_of_figures_is_what_the_corpora_give():
    assert figures.PAGE.read_text("utf-8") == figures.page(), "run python -m tests.concerns.figures"
