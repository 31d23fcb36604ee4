"""A lexicon of a few lines, written by a test, and what it makes of a text: severity and rule, or "none"."""

from __future__ import annotations

from pathlib import Path

from bot.concerns.judge import How, judge, without_shadows
from bot.concerns.lexicon import Lexicon, load
from bot.concerns.reading import Reading
from bot.concerns.ruleset import rules
from bot.concerns.spelling import forms
from bot.concerns.words import cut
from bot.normalise import normalise

HEADER = "language: xx\nname: x\nauthor: a\nreview: needs review\n"


def written(folder: Path, text: str) -> Lexicon:
    path = folder / "xx.yaml"
    path.write_text(HEADER + text, encoding="utf-8")
    return load(path, rules(), forms())


def worst(lexicon: Lexicon, text: str) -> str:
    normal = normalise(text)
    reading = Reading(normal, cut(normal.text), lexicon, typos=True)
    found = without_shadows(judge(normal, reading, rules(), How(False)), rules())
    return max(found, key=lambda finding: finding.severity).rule.partition("/")[0] if found else "none"
