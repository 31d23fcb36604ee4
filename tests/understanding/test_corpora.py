"""What people text, in each language we read: no line may be read wrongly, few may stay unread."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.understanding import languages, opt_out, read
from bot.values import Expected, Kind, Option

HERE = Path(__file__).parent
KINDS = ("yes_no", "scale", "number", "choice")
LINES_MIN = 60
UNREAD_SHARE_MAX = 0.03


def corpus(language: str) -> dict[str, Any]:
    path = HERE / f"{language}.yaml"
    assert path.exists(), f"a language that is read needs a corpus: write tests/understanding/{language}.yaml"
    found: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    return found


def lines(language: str, kind: str) -> Iterator[tuple[str, Any, Expected]]:
    for group in corpus(language)[kind]:
        wanted = dict(group.get("expect", {}))
        options = tuple(Option(name, name) for name in wanted.pop("options", ()))
        if kind == "scale":
            wanted = {"minimum": 0, "maximum": 10} | wanted
        for text, value in group["lines"]:
            yield text, value, Expected(Kind(kind), options=options, **wanted)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", languages())
def test_no_line_of_the_corpus_is_read_wrongly_and_few_stay_unread(language: str, kind: str) -> None:
    wrong, unread, readable, total = [], [], 0, 0
    for text, value, expected in lines(language, kind):
        total += 1
        readable += value != "unread"
        found = read(text, expected, language)
        if found.value is None:
            unread += [(text, found.reason)] if value != "unread" else []
        elif found.value != value or isinstance(found.value, bool) is not isinstance(value, bool):
            wrong.append((text, found.value, found.reason))
    assert not wrong
    assert len(unread) <= UNREAD_SHARE_MAX * readable, unread
    assert total >= LINES_MIN


@pytest.mark.parametrize("language", languages())
def test_every_opt_out_line_of_the_corpus_is_read_as_meant(language: str) -> None:
    rows = corpus(language)["opt_out"][0]["lines"]
    wrong = [(text, found.intent.value) for text, intent in rows if (found := opt_out(text, (language,))).intent.value != intent]
    assert not wrong
    assert len(rows) >= 50
