"""
Any inbound text becomes severity, category and why; a lexicon per language.

Pure: imports nothing of ours but errors, values and normalise. Deterministic and local: the same text gives the same
findings on every machine. It judges the text alone; what follows from a finding is not decided here.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from bot.concerns.judge import How, judge, without_shadows
from bot.concerns.lexicon import Lexicon, languages
from bot.concerns.lexicon import lexicon as _lexicon
from bot.concerns.reading import Reading
from bot.concerns.ruleset import CATEGORIES, Rule
from bot.concerns.ruleset import rules as _rules
from bot.concerns.words import cut
from bot.normalise import normalise
from bot.values import Finding, Screening

__all__ = ["VERSION", "Rule", "languages", "rules", "screen"]

ALWAYS = "en"
"""Read besides whatever the client writes: people borrow its words, and it is the staff's."""

VERSION = _rules().version
"""Of the rules and lexicons; stored with each flag."""


def rules() -> tuple[Rule, ...]:
    """All rules, the same for every language, in the order of their file."""
    return tuple(_rules().by_id.values())


def screen(text: str, languages: Sequence[str], medication: bool = False) -> Screening:
    """
    Judge what a client wrote.

    Args:
        text: as it came; any code points, any length. Never raises on it; takes time linear in its length.
        languages: BCP 47 tags of the client and the programme. Those without a lexicon are passed over; English is
            always read.
        medication: the waiting question is about medicine, so that "took them all" may be the usual dose.

    Returns:
        The findings, the worst first, at most one per rule and language. Empty: nothing of concern.
    """
    normal = normalise(text)
    words = cut(normal.text)
    shared = _rules()
    found: list[Finding] = []
    before: list[Reading] = []
    for one, asked in _lexicons(tuple(languages)):
        reading = Reading(normal, words, one, typos=asked)
        found += judge(normal, reading, shared, How(medication, tuple(before) if one.language == ALWAYS else ()))
        before.append(reading)
    return Screening(tuple(sorted(without_shadows(found, shared), key=_worst_first))) if found else _NOTHING


_NOTHING = Screening()


@lru_cache(maxsize=1024)
def _lexicons(tags: tuple[str, ...]) -> tuple[tuple[Lexicon, bool], ...]:
    """The lexicons to read with, and whether each was asked for: English is not when only others have lexicons."""
    wanted: dict[str, None] = {}
    for tag in tags:
        name = tag.lower().replace("_", "-")
        while name and name not in languages():
            name = name.rpartition("-")[0]
        if name:
            wanted[name] = None
    names = dict.fromkeys([*wanted, ALWAYS])
    return tuple((_lexicon(name), not wanted or name in wanted) for name in names)


def _worst_first(finding: Finding) -> tuple[int, int, int, int, str]:
    assert finding.span is not None
    return -finding.severity, -finding.grade, CATEGORIES.index(finding.category), finding.span[0], finding.rule
