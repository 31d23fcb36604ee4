"""Messages of strangers: ordinary ones are left alone, those from disasters are found."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
import yaml

from bot.concerns import screen
from bot.values import Severity

FOLDER = Path(__file__).parent / "traffic"
LANGUAGES = sorted(path.stem for path in FOLDER.glob("*.yaml"))


@cache
def traffic(language):
    return yaml.safe_load((FOLDER / f"{language}.yaml").read_text("utf-8"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_ordinary_messages_are_left_alone(language):
    lines = traffic(language)["ordinary"]
    flagged = [text for text in lines if screen(text, [language]).severity >= Severity.review]
    assert len(lines) >= 150
    assert flagged == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_messages_from_disasters_are_found(language):
    lines = traffic(language)["disaster"]
    missed = [text for least, text in lines if screen(text, [language]).severity < Severity[least]]
    assert len(lines) >= 60
    assert missed == []
