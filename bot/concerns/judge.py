"""One text read with one lexicon: hits of its patterns, weighed by what stands around them."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.concerns.lexicon import Context, Lexicon, Pattern
from bot.concerns.ruleset import NONE, Rule, Rules
from bot.concerns.words import Token
from bot.normalise import Normal
from bot.values import Finding

CONTEXT_CHARS_MAX = 120
"""How far around a hit, within its sentence, a context may stand."""
HITS_MAX = 50
"""Hits of one pattern that are weighed in one text; people write messages, not books."""


@dataclass(frozen=True, slots=True)
class Spelled:
    """
    A text as a lexicon spells it: " word word . word ".

    starts: where each token begins in `text`.
    """

    text: str
    starts: list[int]


@dataclass(frozen=True, slots=True)
class How:
    """medication: the question was about medicine. typos: guess at misspellings; not in a language that the client need not know."""

    medication: bool
    typos: bool


def read(normal: Normal, words: Sequence[Token], lexicon: Lexicon, shared: Rules, how: How) -> list[Finding]:
    """Every rule of `lexicon` that the text hits, once each, in no order."""
    spelling: list[str] = []
    numbers: set[int] = set()
    for token in words:
        spelled_word, some = lexicon.look(token.text, typos=how.typos)
        spelling.append(spelled_word)
        numbers.update(some)
    candidates = [lexicon.patterns[number] for number in sorted(numbers)]
    if not any(pattern.rule for pattern in candidates):
        return []
    spelled = _spell(spelling, candidates)
    best: dict[str, Finding] = {}
    for pattern, match in _hits(spelled.text, candidates):
        rule = _weigh(shared.by_id[pattern.rule or ""], spelled.text, match, lexicon, shared)
        if rule is not None and how.medication and rule.medication:
            rule = shared.by_id[rule.medication]
        if rule is None:
            continue
        finding = _finding(rule, lexicon.language, normal, _span(spelled, match, words))
        before = best.get(rule.id)
        if before is None or len(finding.matched) > len(before.matched):
            best[rule.id] = finding
    return list(best.values())


def _spell(words: list[str], candidates: list[Pattern]) -> Spelled:
    starts = []
    at = 0
    for word in words:
        starts.append(at)
        at += len(word) + 1
    text = " " + " ".join(words) + " "
    for pattern in candidates:
        if pattern.rule is None:
            text = pattern.regex.sub(_hide, text)
    return Spelled(text, starts)


def _hide(match: re.Match[str]) -> str:
    return re.sub(r"[^ .,]", "_", match.group())


def _hits(text: str, candidates: list[Pattern]) -> Iterator[tuple[Pattern, re.Match[str]]]:
    for pattern in candidates:
        if pattern.rule is not None:
            for count, match in enumerate(pattern.regex.finditer(text)):
                if count >= HITS_MAX:
                    break
                yield pattern, match


def _weigh(rule: Rule, text: str, match: re.Match[str], lexicon: Lexicon, shared: Rules) -> Rule | None:
    """The rule that the hit comes to where it stands; None: nothing."""
    before, inside, after = _around(text, match)
    there: dict[str, bool] = {}

    def holds(name: str) -> bool:
        if name not in there:
            context = lexicon.contexts.get(name)
            there[name] = context is not None and _holds(context, before, inside, after)
        return there[name]

    lowest: Rule | None = rule
    for name, becomes in rule.contexts.items():
        cancelled = name in shared.cancels and holds(name) and holds(shared.cancels[name])
        if holds(name) and not cancelled:
            other = None if becomes == NONE else shared.by_id[becomes]
            if lowest is not None and (other is None or other.severity < lowest.severity):
                lowest = other
    if lowest is rule:
        for name, becomes in rule.raises.items():
            if holds(name):
                return shared.by_id[becomes]
    return lowest


def _around(text: str, match: re.Match[str]) -> tuple[str, str, str]:
    """What stands before, inside and after the hit, in its sentence; each begins and ends with a space."""
    first = max(0, match.start() - CONTEXT_CHARS_MAX)
    before = text[first : match.start()] + " "
    cut = before.rfind(" . ")
    if cut >= 0:
        before = before[cut + 2 :]
    after = text[match.end() : match.end() + CONTEXT_CHARS_MAX]
    cut = after.find(" . ")
    if cut >= 0:
        after = after[: cut + 1]
    return before, match.group() + " ", after


def _holds(context: Context, before: str, inside: str, after: str) -> bool:
    return bool(
        (context.before and context.before.search(before))
        or (context.after and context.after.match(after))
        or (context.around and context.around.search(before[:-1] + inside[:-1] + after))
    )


def _span(spelled: Spelled, match: re.Match[str], words: Sequence[Token]) -> tuple[int, int]:
    first = bisect_right(spelled.starts, match.start()) - 1
    last = bisect_right(spelled.starts, match.end() - 2) - 1
    return words[max(first, 0)].start, words[max(last, first, 0)].end


def _finding(rule: Rule, language: str, normal: Normal, span: tuple[int, int]) -> Finding:
    return Finding(
        severity=rule.severity,
        category=rule.category,
        rule=f"{rule.id}/{language}",
        matched=normal.matched(*span),
        why=rule.why,
        span=normal.span(*span),
        reply=rule.reply,
        grade=rule.grade,
    )


def without_shadows(found: Sequence[Finding], shared: Rules) -> list[Finding]:
    """Drop what says nothing more than another finding of its category about the same words: a milder rule, or a vaguer one."""
    if len(found) < 2:
        return list(found)
    order = {rule: place for place, rule in enumerate(shared.by_id)}
    return [one for one in found if not any(_shadows(other, one, order) for other in found)]


def _shadows(other: Finding, one: Finding, order: Mapping[str, int]) -> bool:
    assert one.span is not None
    assert other.span is not None
    touches = other.span[0] < one.span[1] and one.span[0] < other.span[1]
    if not touches or other.category != one.category:
        return False
    within = other.span[0] <= one.span[0] and one.span[1] <= other.span[1]
    if other.severity > one.severity:
        return within or one.reply is None
    places = order[other.rule.partition("/")[0]], order[one.rule.partition("/")[0]]
    return other.severity == one.severity and one.reply is None and places[0] < places[1]
