"""Every crisis reply in every language has a translation back, made from the words that clients get today."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.locales import catalogs
from bot.locales.words import Words
from bot.texts import wording_hash
from docs import crisis_replies as pages

LANGUAGES = catalogs.languages_on_disk()
DOCS = Path(pages.__file__).parent / "explanation"
RUN = "run `python docs/crisis_replies.py` and translate it back from the new words alone"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_crisis_reply_has_a_translation_back_from_todays_words(language):
    path = pages.FOLDER / f"{language}.md"
    assert path.is_file(), f"{path.name} is missing: {RUN}"
    _, replies = pages.read(path.read_text("utf-8"))
    now = pages.translations_of(language)
    assert list(now) == list(pages.texts()), f"{language}: the catalog lacks a crisis reply"
    for name, text in now.items():
        reply = replies.get(name)
        assert reply is not None, f"{language} {name} is not on the page: {RUN}"
        assert (reply.shown, reply.of) == (text, wording_hash(text)), f"{language} {name} changed: {RUN}"
        assert reply.back, f"{language} {name} is not translated back"
        assert not reply.stale, f"{language} {name}: take the stale translation back away"
        assert wanted(text) == wanted(reply.back), f"{language} {name}: a placeholder is lost in the translation back"
    assert set(replies) == set(now), f"{language}: the page has replies that are gone: {RUN}"


def wanted(text: str) -> list[str]:
    return sorted(catalogs.PLACEHOLDER.findall(text))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_says_the_review_state_that_the_catalog_has(language):
    head, _ = pages.read((pages.FOLDER / f"{language}.md").read_text("utf-8"))
    assert f"Review state: {Words().review_state(language)}." in head


def test_there_is_no_page_without_a_catalog():
    assert sorted(path.stem for path in pages.FOLDER.glob("*.md")) == LANGUAGES


def test_the_english_words_are_explained():
    page = (DOCS / "crisis-replies.md").read_text("utf-8")
    for name, msgid in pages.texts().items():
        assert f"| {name} |" in page, f"{name} is not explained"
        assert msgid in page, f"{name} changed: mend the page"


def test_a_changed_translation_makes_its_translation_back_stale():
    first = pages.written("# X\n", {"R2": "Ring 1.", "R3": "Hush."}, {})
    empty = pages.read(first)[1]
    assert [reply.back for reply in empty.values()] == ["", ""]
    told = {name: pages.Reply(reply.shown, reply.of, f"back of {name}") for name, reply in empty.items()}
    kept = pages.written("# X\n", {"R2": "Ring 1.", "R3": "Hush."}, told)
    assert pages.read(kept) == ("# X\n", told)
    changed = pages.read(pages.written("# X\n", {"R2": "Ring 2.", "R3": "Hush."}, told))[1]
    assert (changed["R2"].back, changed["R2"].stale) == ("", f"from `{wording_hash('Ring 1.')}`: back of R2")
    assert changed["R3"] == told["R3"]
    again = pages.written("# X\n", {"R2": "Ring 2.", "R3": "Hush."}, changed)
    assert pages.read(again)[1] == changed
