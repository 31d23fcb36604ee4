"""The section `intents` of a lexicon, checked: what clients ask of us in their own words. The format is docs/reference/understand.md."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.understanding.phrases import Words
from bot.understanding.plain_yaml import Plain
from bot.understanding.tokens import words_of
from bot.values import Intent

INTENTS = tuple(intent.value for intent in Intent if intent is not Intent.none)
PLACES = ("alone", "within")
"""`alone`: the whole message, with politeness around it. `within`: anywhere, unless denied."""
LISTS = ("not", "around")
OPEN = ("new", "old", "language")
"""What a phrase may leave open: a value that is given, a value that is taken back, the name of a language."""
FORMS_MAX = 5000
PARTS_MAX = 12
_PART = re.compile(r"\{[^{}]*\}|\[[^\[\]]*\]|<[a-z_]+>|\*\*|\*|[^{}\[\]<>*]+|.")
_NAME = re.compile(r"<([a-z_]+)>")


@dataclass(frozen=True, slots=True)
class Part:
    """
    One part of a phrase.

    forms: first word → all phrases that begin with it, the longest first. optional: may be left out.
    open: "" or one of OPEN, or "gap" (up to three words) or "rest" (up to eight, to the end of the clause).
    """

    forms: Mapping[str, tuple[Words, ...]] = field(default_factory=dict)
    optional: bool = False
    open: str = ""


Pattern = tuple[Part, ...]


@dataclass(slots=True)
class IntentSection:
    """What the file says: (intent, place) → patterns, where the intent may be `not`; phrases that may stand around; names of languages."""

    patterns: dict[tuple[str, str], list[Pattern]] = field(default_factory=dict)
    around: list[Pattern] = field(default_factory=list)
    languages: dict[str, list[Words]] = field(default_factory=dict)


def part_of(phrases: Iterable[Words], *, optional: bool = False, opened: str = "") -> Part:
    """A part that is one of these phrases."""
    forms: dict[str, list[Words]] = {}
    for words in dict.fromkeys(phrases):
        if words:
            forms.setdefault(words[0], []).append(words)
    return Part({first: tuple(sorted(found, key=len, reverse=True)) for first, found in forms.items()}, optional, opened)


def check_intents(plain: Plain, content: Any) -> IntentSection | None:
    """The section, its faults noted in `plain`; None when it is no mapping."""
    if not isinstance(content, dict):
        plain.fault("intents", "must be a mapping")
        return None
    found = IntentSection()
    concepts = _concepts(plain, content.get("concepts", {}))
    found.languages = _mapping(plain, "intents.languages", content.get("languages", {}))
    for name, value in content.items():
        where = f"intents.{name}"
        if name == "not":
            found.patterns["not", "within"] = _patterns(plain, where, value, concepts)
        elif name == "around":
            found.around = _patterns(plain, where, value, concepts)
        elif name in INTENTS:
            _places(plain, where, value, concepts, found)
        elif name not in ("concepts", "languages"):
            plain.fault(where, f"is not known here; known are {', '.join(sorted({*INTENTS, *LISTS, 'concepts', 'languages'}))}")
    return found


def _places(plain: Plain, where: str, value: Any, concepts: Mapping[str, list[Words]], found: IntentSection) -> None:
    if not isinstance(value, dict):
        plain.fault(where, "must be a mapping of `alone` and `within`")
        return
    for place, phrases in value.items():
        at = f"{where}.{place}"
        if place not in PLACES:
            plain.fault(at, f"is not a list here; the lists are {', '.join(PLACES)}")
        else:
            found.patterns[where.partition(".")[2], place] = _patterns(plain, at, phrases, concepts)


def _mapping(plain: Plain, where: str, value: Any) -> dict[str, list[Words]]:
    if not isinstance(value, dict):
        plain.fault(where, "must be a mapping of lists")
        return {}
    found = {}
    for name, phrases in value.items():
        if not isinstance(phrases, list) or not all(isinstance(one, str) and words_of(one) for one in phrases):
            plain.fault(f"{where}.{name}", "must be a list of phrases")
        else:
            found[name] = [words_of(one) for one in phrases]
    return found


def _concepts(plain: Plain, value: Any) -> dict[str, list[Words]]:
    """Concepts, each spelt out; one may use those that stand before it."""
    found: dict[str, list[Words]] = {}
    if not isinstance(value, dict):
        plain.fault("intents.concepts", "must be a mapping of lists")
        return found
    for name, phrases in value.items():
        where = f"intents.concepts.{name}"
        if not re.fullmatch("[a-z_]+", name) or name in OPEN:
            plain.fault(where, "must be a name of small letters, and none of " + ", ".join(OPEN))
            continue
        found[name] = []
        for at, pattern in enumerate(_patterns(plain, where, phrases, found)):
            if any(part.open for part in pattern):
                plain.fault(f"{where}.{at}", "leaves something open: only whole phrases stand in a concept")
                continue
            found[name] += _spelt_out(pattern)
    return found


def _spelt_out(pattern: Pattern) -> list[Words]:
    choices = [[*([()] if part.optional else []), *(words for forms in part.forms.values() for words in forms)] for part in pattern]
    return [tuple(itertools.chain.from_iterable(one)) for one in itertools.product(*choices) if any(one)]


def _patterns(plain: Plain, where: str, value: Any, concepts: Mapping[str, list[Words]]) -> list[Pattern]:
    if not isinstance(value, list):
        plain.fault(where, "must be a list of phrases")
        return []
    found = []
    for at, phrase in enumerate(value):
        if not isinstance(phrase, str):
            plain.fault(f"{where}.{at}", "must be a phrase")
            continue
        try:
            found.append(pattern_of(phrase, concepts))
        except ValueError as error:
            plain.fault(f"{where}.{at}", str(error))
    return found


def pattern_of(phrase: str, concepts: Mapping[str, list[Words]]) -> Pattern:
    """
    A phrase as parts: `{a|b}` one of them, `[a|b]` one of them or nothing, `<name>` a concept, `*` up to three words, `**` the rest.

    Raises:
        ValueError: brackets that are nested or do not close, a concept that is not there, nothing to begin with, too many forms.
    """
    parts: list[Part] = []
    for piece in _PART.findall(phrase):
        if piece in ("*", "**"):
            parts.append(Part(optional=True, open="gap" if piece == "*" else "rest"))
        elif (opened := piece.strip("[]")).strip("<>") in OPEN and opened[0] == "<":
            parts.append(Part(open=opened[1:-1], optional=piece[0] == "["))
        elif len(piece) == 1 and piece in "{}[]<>":
            raise ValueError(
                "brackets are nested or do not close: write {a|b} for a choice, [a] for what may be left out, <name> for a concept"
            )
        else:
            inner = piece[1:-1] if piece[0] in "{[" else piece
            phrases = [words for choice in inner.split("|") for words in _filled(choice, concepts)]
            if any(phrases):
                parts.append(part_of(phrases, optional=piece[0] == "[" or () in phrases))
    if not parts or parts[0].open in ("gap", "rest") or all(part.optional for part in parts):
        raise ValueError("must begin with a word, and hold one that cannot be left out")
    if len(parts) > PARTS_MAX:
        raise ValueError(f"has more than {PARTS_MAX} parts; split it")
    return tuple(parts)


def _filled(choice: str, concepts: Mapping[str, list[Words]]) -> list[Words]:
    """A choice with each concept in it spelt out."""
    pieces = _NAME.split(choice)
    options: list[list[Words]] = []
    for at, piece in enumerate(pieces):
        if at % 2 and piece not in concepts:
            raise ValueError(f"names no concept: <{piece}>; concepts stand before what uses them")
        options.append(concepts[piece] if at % 2 else _spellings(piece))
    total = 1
    for one in options:
        total *= len(one)
    if total > FORMS_MAX:
        raise ValueError(f"a part of it stands for more than {FORMS_MAX} phrases; split it")
    return [tuple(itertools.chain.from_iterable(one)) for one in itertools.product(*options)]


def _spellings(piece: str) -> list[Words]:
    """As written, and with a space for each apostrophe, as people also text: "don't", "don t"."""
    if not piece.strip():
        return [()]
    apart = piece.replace("\u2019", "'").replace("'", " ")
    return list(dict.fromkeys([words_of(piece), words_of(apart)]))
