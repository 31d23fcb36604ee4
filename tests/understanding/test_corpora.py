"""What people text, in each language we read: no line may be read wrongly, few may stay unread."""

from __future__ import annotations

import pytest

from bot.understanding import languages, opt_out
from bot.understanding.lexicon import load
from bot.values import Keyword
from tests.concerns.corpus import corpus as concerning
from tests.understanding import figures
from tests.understanding.corpus import HERE, KINDS, NOTHING, ROUNDS, cases, kinds, outcome, same, tried

MAIN = ("yes_no", "scale", "number", "choice")
LINES_MIN = {"full": 80, "reading": 30}
OWN_LINES_MIN = {"full": 60, "reading": 30}
"""Of our own lines alone, until the unseen ones were tried."""
OPT_OUT_LINES_MIN = {"full": 50, "reading": 15}
UNREAD_SHARE_MAX = 0.03
STOPS = {"sispann voye mesaj ban mwen", "don't call me", "لا تتصلوا بي", "не звоните мне", "usinipigie"}
"""Lines that ask to stop: one that is no concern, and those of people who want no call; they get no text either."""


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "opt_out"])
@pytest.mark.parametrize("language", languages())
def test_no_line_of_the_corpus_is_read_wrongly_and_few_stay_unread(language: str, kind: str) -> None:
    rows = list(cases(language, kind)) if kind in kinds(language) else []
    wrong, unread = [], []
    for case in rows:
        found = outcome(case, language, kind)
        if found in NOTHING and case.value not in NOTHING:
            unread.append(case.text)
        elif not same(found, case.value):
            wrong.append((case.text, found, case.value))
    assert not wrong
    assert len(unread) <= UNREAD_SHARE_MAX * sum(case.value not in NOTHING for case in rows), unread
    least = LINES_MIN if language in tried(ROUNDS[0]) else OWN_LINES_MIN
    assert kind not in MAIN or len(rows) >= least[load(language).scope]


@pytest.mark.parametrize("language", languages())
def test_every_opt_out_line_of_the_corpus_is_read_as_meant(language: str) -> None:
    rows = list(cases(language, "opt_out"))
    assert [(case.text, found, case.value) for case in rows if (found := outcome(case, language, "opt_out")) != case.value] == []
    assert len(rows) >= OPT_OUT_LINES_MIN[load(language).scope]


@pytest.mark.parametrize("language", languages())
def test_no_answer_and_no_other_request_is_read_as_a_stop(language: str) -> None:
    """A stop for a time or for some hours is a pause or another time, and the service makes it one."""
    others = [case.text for kind in kinds(language) if kind not in ("opt_out", "intent") for case in cases(language, kind)]
    others += [case.text for case in cases(language, "intent") if case.value not in ("pause", "another_time")]
    lines = concerning(language)
    others += [*lines.harmless, *(line.text for line in lines.concerning)]
    read = {text: opt_out(text, (language,)) for text in others if text not in STOPS}
    assert [text for text, asked in read.items() if asked.intent in (Keyword.stop, Keyword.forget) and not asked.alone] == []


@pytest.mark.parametrize(("folder", "language"), [(folder, language) for folder in ROUNDS for language in sorted(tried(folder))])
def test_a_first_run_is_kept_whole(folder: str, language: str) -> None:
    assert language in languages()
    assert (HERE / folder / f"{language}.yaml").exists()
    for found in tried(folder)[language].values():
        assert found.lines == found.read + found.wrong + found.unread


@pytest.mark.slow
def test_the_page_of_figures_is_what_the_corpora_give() -> None:
    assert figures.PAGE.read_text("utf-8") == figures.page(), "run python -m tests.understanding.figures"
