"""Cries for help that an everyday phrase once hid, or that no rule heard: a joke may stay a joke, these never."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from bot.concerns import screen
from bot.values import Severity

FOLDER = Path(__file__).parent / "cries"
LANGUAGES = sorted(path.stem for path in FOLDER.glob("*.yaml"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_everyday_phrase_hides_a_cry(language):
    lines = yaml.safe_load((FOLDER / f"{language}.yaml").read_text("utf-8"))
    assert lines
    assert [(text, found) for least, text in lines if (found := screen(text, [language]).severity) < Severity[least]] == []
