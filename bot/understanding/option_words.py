"""Options named by their words: a part of a label, a plural, a slip of one or two letters. Never where two could be meant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA

from bot.understanding import thresholds as t
from bot.understanding.lexicon import Lexicon
from bot.understanding.phrases import Hit, Words
from bot.understanding.tokens import Token, is_dense, words_of
from bot.values import Option

EASY = frozenset({"filler", "polite", "mark", "break", "option", "correction", "yes", "connectors", "now"})
_PREFIX_MIN = 5
_LABEL_DROPS = frozenset({"filler", "polite", "mark", "break", "and", "or"})


@dataclass(frozen=True, slots=True)
class Named:
    """An option that the reply names: which (from 0), how surely, by which tokens."""

    option: int
    confidence: float
    reason: str
    first: int
    last: int


@lru_cache(maxsize=4096)
def phrases_of(option: Option) -> tuple[Words, ...]:
    """Label, value and further words of an option as tokens."""
    found = [words_of(text) for text in (option.label, option.value, *option.words)]
    return tuple(words for words in found if words)


def by_words(tokens: Sequence[Token], hits: Sequence[Hit], options: Sequence[Option], lexicon: Lexicon) -> list[Named]:
    """A part of one label, or a slip of one: only when no other option could be meant."""
    content = [hit for hit in hits if hit.tag not in EASY and hit.tag not in ("and", "question")]
    if not content or len(content) > t.STRANGERS_MAX or any(hit.tag == "negators" for hit in hits):
        return []
    labels = [_content_words(option, lexicon) for option in options]
    words = [
        (hit.first + at, word)
        for hit in content
        for at, word in enumerate(_pairs(tuple(token.text for token in tokens[hit.first : hit.last])))
    ]
    for same, sure, reason in ((_equal, t.HEDGED, "part-of-label"), (_near, t.GUESSED, "misspelt")):
        matched = [{at for at, label in enumerate(labels) if any(same(word, own) for own in label)} for _, word in words]
        known = [(place, found) for place, found in zip(words, matched, strict=True) if found]
        if not known or (len(known) < len(words) and reason == "misspelt" and len(words) > 1):
            continue
        common = set.intersection(*(found for _, found in known))
        if len(common) != 1 or _bounded(tokens, options[next(iter(common))], lexicon):
            return []
        places = [place for (place, _), _ in known]
        return [Named(common.pop(), sure, reason, min(places), max(places) + 1)]
    return []


def _bounded(tokens: Sequence[Token], option: Option, lexicon: Lexicon) -> bool:
    """Less than half the days: a bound that the label does not hold makes it another answer."""
    texts = tuple(token.text for token in tokens)
    bounds = [texts[hit.first : hit.last] for hit in lexicon.number.tag(tokens) if hit.tag == "bound"]
    return any(
        not any(bound == label[at : at + len(bound)] for label in phrases_of(option) for at in range(len(label))) for bound in bounds
    )


@lru_cache(maxsize=4096)
def _content_words(option: Option, lexicon: Lexicon) -> frozenset[str]:
    found: set[str] = set()
    for words in phrases_of(option):
        plain = {word for word in _pairs(words) if lexicon.choice.entries.get((word,)) not in _LABEL_DROPS and not word.isdecimal()}
        found |= plain or set(_pairs(words))
    return frozenset(found)


def _pairs(words: Words) -> Words:
    """Words as they are; of a script without spaces two characters at a time, since one alone is a part of too many words."""
    if not any(is_dense(word) for word in words):
        return words
    found: list[str] = []
    for at, word in enumerate(words):
        after = words[at + 1] if is_dense(word) and at + 1 < len(words) and is_dense(words[at + 1]) else ""
        if after or not (at and is_dense(word) and is_dense(words[at - 1])):
            found.append(word + after)
    return tuple(found)


def _equal(word: str, own: str) -> bool:
    return word == own


def _near(word: str, own: str) -> bool:
    if is_dense(word):
        return False
    if min(len(word), len(own)) < t.TYPO_LETTERS_MIN:
        return len(word) > 2 and (word + "s" == own or own + "s" == word)
    if word[:_PREFIX_MIN] == own[:_PREFIX_MIN] and abs(len(word) - len(own)) <= 6 and (own.startswith(word) or word.startswith(own)):
        return True
    slips = 2 if min(len(word), len(own)) >= 8 else 1
    return word[0] == own[0] and OSA.distance(word, own, score_cutoff=slips) <= slips
