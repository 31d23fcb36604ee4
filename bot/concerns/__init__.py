"""
Any inbound text becomes severity, category and why; a lexicon per language.

Pure: imports nothing of ours but errors, values and normalise. Deterministic and local: the same text gives the same
findings on every machine. It judges the text alone; what follows from a finding is not decided here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.concerns.judge import How, judge, without_shadows
from bot.concerns.lexicon import Lexicon, languages
from bot.concerns.reading import Reading
from bot.concerns.ruleset import CATEGORIES, Rule
from bot.concerns.ruleset import rules as _rules
from bot.concerns.shelf import Shelf
from bot.concerns.spelling import forms as _forms
from bot.concerns.words import cut
from bot.normalise import normalise
from bot.values import Category, Finding, Screening, Severity

__all__ = ["REVIEW", "VERSION", "Rule", "broken", "languages", "lexicons", "rules", "screen", "version_of"]

ALWAYS = "en"
"""Read besides whatever the client writes: people borrow its words, and it is the staff's."""
UNREAD = "screening.language-unread"
"""The rule of a finding that says: the lexicon of that language is broken, so a person must read this."""

VERSION = _rules().version
"""Of the rules: what their file says, and the hash of its content."""
REVIEW = _rules().review
"""Who has read the rules."""
_SHELF = Shelf(_rules(), _forms())
_NOTHING = Screening()


def rules() -> tuple[Rule, ...]:
    """All rules, the same for every language, in the order of their file."""
    return tuple(_rules().by_id.values())


def lexicons() -> tuple[Lexicon, ...]:
    """Every lexicon that can be read, by language."""
    return tuple(one for name in _SHELF.languages if (one := _SHELF.lexicon(name)) is not None)


def broken() -> Mapping[str, str]:
    """The lexicons, of those asked for so far, that cannot be read: language → what is wrong with its file."""
    return dict(_SHELF.broken)


def version_of(rule: str) -> str:
    """
    What found something: the version of the rules, and of the lexicon where the rule is one of a lexicon's.

    rule: as in a finding, "self_harm.intent/en". Stored with each finding.
    """
    language = rule.partition("/")[2]
    lexicon = _SHELF.lexicon(language) if language in _SHELF.languages else None
    return f"{VERSION}/{language}.{lexicon.version}" if lexicon is not None else VERSION


def screen(text: str, languages: Sequence[str], medication: bool = False, shelf: Shelf = _SHELF) -> Screening:
    """
    Judge what a client wrote.

    Args:
        text: as it came; any code points, any length. Never raises on it; takes time linear in its length.
        languages: BCP 47 tags of the client and the programme. Those without a lexicon are passed over; English is
            always read.
        medication: the waiting question is about medicine, so that "took them all" may be the usual dose.
        shelf: where the lexicons lie.

    Returns:
        The findings, the worst first, at most one per rule and language. Empty: nothing of concern. Where the lexicon of one
        of the languages is broken, one of them says that a person must read the text.
    """
    normal = normalise(text)
    words = cut(normal.text)
    shared = shelf.rules
    found: list[Finding] = []
    before: list[Reading] = []
    whole, unread = shelf.chosen(tuple(languages), ALWAYS)
    for one, asked in whole:
        reading = Reading(normal, words, one, typos=asked)
        found += judge(normal, reading, shared, How(medication, tuple(before), one.language == ALWAYS))
        before.append(reading)
    if not found and not unread:
        return _NOTHING
    live = sorted(without_shadows([one for one in found if not one.shadow], shared), key=_worst_first)
    trial = sorted(without_shadows([one for one in found if one.shadow], shared), key=_worst_first)
    return Screening(_with_unread(live, unread), tuple(trial))


def _with_unread(found: list[Finding], unread: tuple[str, ...]) -> tuple[Finding, ...]:
    if not unread:
        return tuple(found)
    why = f"Nobody has judged this text in {', '.join(unread)}: the words of concern of that language cannot be read. A person must."
    missing = Finding(Severity.review, Category.processing, UNREAD, "", why, span=(0, 0))
    return tuple(sorted([*found, missing], key=lambda one: -one.severity))


def _worst_first(finding: Finding) -> tuple[int, int, int, int, str]:
    assert finding.span is not None
    return -finding.severity, -finding.grade, CATEGORIES.index(finding.category), finding.span[0], finding.rule
