"""One text read with one lexicon: hits of its patterns, weighed by what stands around them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from re import Match

from bot.concerns.lexicon import Context, Pattern
from bot.concerns.reading import Reading
from bot.concerns.ruleset import NONE, Rule, Rules
from bot.normalise import Normal
from bot.values import Finding

CONTEXT_CHARS_MAX = 120
"""How far around a hit, within its sentence, a context may stand."""
HITS_MAX = 50
"""Hits of one pattern that are weighed in one text; people write messages, not books."""


@dataclass(frozen=True, slots=True)
class How:
    """
    How to read.

    medication: the question was about medicine. beside: the same text read with lexicons nearer to the client than this
    one: they know better what a lone word means. borrowed: the client need not know the language at all.
    """

    medication: bool
    beside: Sequence[Reading] = ()
    borrowed: bool = False


def judge(normal: Normal, reading: Reading, shared: Rules, how: How) -> list[Finding]:
    """Every rule that the text hits, once each, in no order."""
    if not any(pattern.rule for pattern in reading.candidates):
        return []
    best: dict[tuple[str, bool], Finding] = {}
    for pattern, match in _hits(reading):
        rule = _weigh(shared.by_id[pattern.rule or ""], reading, match.span(), shared)
        if rule is not None and how.beside:
            rule = _yields(rule, reading, match, shared, how)
        if rule is not None and how.medication and rule.medication:
            rule = shared.by_id[rule.medication]
        if rule is None:
            continue
        finding = _finding(rule, reading.lexicon.language, normal, reading.span(*match.span()))
        # What a pattern on trial comes to in a context stays on trial, and takes nothing from what others find.
        shadow = rule.shadow or shared.by_id[pattern.rule or ""].shadow
        before = best.get((rule.id, shadow))
        if before is None or len(finding.matched) > len(before.matched):
            best[rule.id, shadow] = replace(finding, shadow=True) if shadow else finding
    return list(best.values())


def _hits(reading: Reading) -> Iterator[tuple[Pattern, Match[str]]]:
    text = reading.text
    for pattern in reading.candidates:
        if pattern.rule is not None:
            for count, match in enumerate(pattern.regex.finditer(text)):
                if count >= HITS_MAX:
                    break
                yield pattern, match


def _yields(rule: Rule, reading: Reading, match: Match[str], shared: Rules, how: How) -> Rule | None:
    """What a hit comes to in a language that is not the client's: its lone words are often words of theirs, too."""
    first, last = reading.tokens(*match.span())
    if first != last:
        return rule
    word = reading.words.texts[first]
    guessed = how.borrowed and not reading.lexicon.speller.holds(word)
    lowest: Rule | None = rule
    for other in how.beside:
        speller = other.lexicon.speller
        if word in speller.ordinary or other.hides(first) or (guessed and speller.knows(word)):
            return None
        milder = _weigh(rule, other, other.place(first), shared, raises=False)
        if lowest is not None and (milder is None or milder.severity < lowest.severity):
            lowest = milder
    return lowest


def _weigh(rule: Rule, reading: Reading, place: tuple[int, int], shared: Rules, *, raises: bool = True) -> Rule | None:
    """The rule that a hit at `place` of the spelled text comes to; None: nothing."""
    around = _around(reading.text, place)
    contexts = reading.lexicon.contexts
    there: dict[str, bool] = {}

    def holds(name: str) -> bool:
        if name not in there:
            context = contexts.get(name)
            there[name] = context is not None and (
                _holds(context, around) or _holds_apart(context, contexts.get(shared.cancels.get(name, "")), around)
            )
        return there[name]

    lowest: Rule | None = rule
    for name, becomes in rule.contexts.items():
        cancelled = name in shared.cancels and holds(name) and holds(shared.cancels[name])
        if holds(name) and not cancelled:
            other = None if becomes == NONE else shared.by_id[becomes]
            if lowest is not None and (other is None or other.severity < lowest.severity):
                lowest = other
    if lowest is rule and raises:
        for name, becomes in rule.raises.items():
            if holds(name):
                return shared.by_id[becomes]
    return lowest


@dataclass(frozen=True, slots=True)
class Around:
    """
    A hit and what stands before, inside and after it, in its sentence; each begins and ends with a space.

    sentences: the whole sentence before and the one after, or "". near: all that stands as near, whatever its sentence.
    """

    before: str
    inside: str
    after: str
    sentences: tuple[str, str]
    near: str


def _around(text: str, place: tuple[int, int]) -> Around:
    start, end = place
    before = text[max(0, start - CONTEXT_CHARS_MAX) : start] + " "
    after = text[end : end + CONTEXT_CHARS_MAX]
    near = before[:-1] + text[start:end] + after
    sentence_before = sentence_after = ""
    cut = before.rfind(" . ")
    if cut >= 0:
        head, before = before[: cut + 1], before[cut + 2 :]
        sentence_before = head[head.rfind(" . ") + 2 :] if " . " in head else head if start <= CONTEXT_CHARS_MAX else ""
    cut = after.find(" . ")
    if cut >= 0:
        tail, after = after[cut + 2 :], after[: cut + 1]
        over = tail.find(" . ")
        sentence_after = tail[: over + 1] if over >= 0 else tail if end + CONTEXT_CHARS_MAX >= len(text) else ""
    return Around(before, text[start:end] + " ", after, (sentence_before, sentence_after), near)


def _holds(context: Context, around: Around) -> bool:
    before, inside, after = around.before, around.inside, around.after
    return bool(
        (context.before and context.before.search(before))
        or (context.after and context.after.match(after))
        or (context.around and context.around.search(before[:-1] + inside[:-1] + after))
    )


def _holds_apart(context: Context, cancel: Context | None, around: Around) -> bool:
    """Whether the hit is told and the whole sentence before or after it says so ("I wanted to die. That was years ago.")."""
    if context.apart is None or context.told is None or context.leads is None or not any(around.sentences):
        return False
    if not context.told.search(around.inside) and not context.leads.search(around.before):
        return False
    if cancel is not None and cancel.around is not None and cancel.around.search(around.near):
        return False
    return any(sentence.strip(" .,") and context.apart.fullmatch(_bare(sentence)) for sentence in around.sentences)


def _bare(sentence: str) -> str:
    return f" {sentence.strip(' .,')} "


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
