"""A lexicon file is checked, all its faults at once, and its phrases spelt out. The format is docs/reference/understand.md."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.errors import BadFile
from bot.understanding.calendar_file import CalendarSection, check_calendar
from bot.understanding.intents_file import IntentSection, check_intents
from bot.understanding.phrases import Slot, Words
from bot.understanding.plain_yaml import Plain
from bot.understanding.tokens import words_of

SPELT_MAX = 400
"""A phrase with more forms than this stays a pattern: slots are matched one by one instead of all being spelt out."""
FORMS_MAX = 1_000_000
HIDDEN_MIN = 400
"""A lone number below is never only slang: it may be a weight, a pulse, a blood sugar."""
SECTIONS: dict[str, tuple[str, ...]] = {
    "common": (
        "polite", "filler", "negators", "others", "but", "limits", "connectors", "correction", "or", "and", "question", "past", "now",
    ),
    "yes_no": ("yes", "no", "unsure", "yes_likely", "no_likely", "yes_alone", "no_alone", "yes_ellipsis", "no_ellipsis", "unclear"),
    "number": (
        "approximate", "bound", "range", "between", "out_of", "out_of_first", "tenths", "half_after", "half", "point", "none",
        "measures", "feelings", "names_it", "not_an_answer", "counted", "clause_starts", "leet", "not_numbers",
    ),
    "reading": ("pressure", "over", "systolic", "diastolic", "pulse"),
    "choice": ("option", "all", "all_but", "none", "both", "last"),
    "keywords": ("stop", "start", "start_if_stopped", "help"),
    "phrases": ("plain_stop", "stop", "start", "forget", "loss", "shared", "not_stop"),
}  # fmt: skip
"""Section → lists that it may hold; each is a list of phrases."""
MAPPINGS = ("numbers", "ordinals", "units")
"""Sections that map a number or a unit to phrases."""
HEADER = ("language", "names", "author", "review")
OPTIONAL = (
    "spellout",
    "decimal",
    "thousands",
    "regions",
    "prefixes",
    "suffixes",
    "unit_first",
    "negates_after",
    "slash_decimal",
    "scope",
    "as_written",
)
SCOPES = ("full", "reading")
"""full: we also speak the language; reading: we only read it."""
_NO_TAG = ("number.not_numbers",)
"""Lists that take words away instead of giving them a meaning."""
_PART = re.compile(r"\{[^}]*\}?|\[[^\]]*\]?|[^{\[]+")


@dataclass(slots=True)
class Checked:
    """A lexicon file that holds: lists by "section.list" as token tuples, those with too many forms as patterns, and its header."""

    header: dict[str, Any]
    lists: dict[str, list[Words]] = field(default_factory=dict)
    patterns: dict[str, list[list[Slot]]] = field(default_factory=dict)
    mappings: dict[str, dict[str, list[Words]]] = field(default_factory=dict)
    alike: list[list[Words]] = field(default_factory=list)
    calendar: CalendarSection | None = None
    intents: IntentSection | None = None


def slots_of(phrase: str) -> list[Slot]:
    """
    A phrase as slots, each with its choices: `{a|b}` is one of them, `[a|b]` one of them or nothing.

    Raises:
        ValueError: brackets that are nested or do not close.
    """
    slots: list[Slot] = []
    for part in _PART.findall(phrase):
        inner = part.strip("{}[]")
        if any(bracket in inner for bracket in "{}[]") or (part[0] in "{[") != (part[-1] in "}]"):
            raise ValueError("brackets are nested or do not close")
        choices = [words_of(choice) for choice in inner.split("|")] if part[0] in "{[" else [words_of(part)]
        slots.append(tuple(dict.fromkeys([*choices, ()] if part[0] == "[" else choices)))
    return [slot for slot in slots if slot != ((),)]


def forms(slots: Sequence[Slot]) -> int:
    """How many phrases the slots stand for."""
    return math.prod(len(slot) for slot in slots)


def spelt_out(slots: Sequence[Slot]) -> Iterator[Words]:
    """Every phrase that the slots stand for."""
    for combination in itertools.product(*slots):
        yield tuple(itertools.chain.from_iterable(combination))


def check(path: str, text: str) -> Checked:
    """
    Read a lexicon.

    Raises:
        BadFile: with every fault in it.
    """
    plain = Plain(path, text)
    if not isinstance(plain.content, dict):
        raise BadFile([*plain.faults, *_one(plain, "", "must be a mapping of sections")])
    checked = Checked(header={})
    known = {*HEADER, *OPTIONAL, *SECTIONS, *MAPPINGS, "alike", "calendar", "intents"}
    for name, value in plain.content.items():
        if name not in known:
            plain.fault(name, f"is not a section; the sections are {', '.join(sorted(known))}")
        elif name in SECTIONS:
            _lists(plain, name, value, checked)
        elif name in MAPPINGS:
            _mapping(plain, name, value, checked)
        else:
            _special(plain, name, value, checked)
    _header(plain, checked)
    for section in ("common", "yes_no", "number", "reading", "choice", "keywords"):
        _one_tag_each(plain, checked, section)
    _none_hidden(plain, checked)
    if plain.faults:
        raise BadFile(plain.faults)
    return checked


def _special(plain: Plain, name: str, value: Any, checked: Checked) -> None:
    """The sections that have a shape of their own."""
    if name == "alike":
        checked.alike = _alike(plain, value)
    elif name == "calendar":
        checked.calendar = check_calendar(plain, value, lambda plain, where, phrases: _phrases(plain, where, phrases, []))
    elif name == "intents":
        checked.intents = check_intents(plain, value)


def _one(plain: Plain, where: str, what: str) -> list[Any]:
    plain.fault(where, what)
    return [plain.faults.pop()]


def _header(plain: Plain, checked: Checked) -> None:
    content = plain.content
    for name in HEADER:
        if not content.get(name):
            plain.fault(name, "is missing")
    names = content.get("names")
    if names is not None and not (isinstance(names, list) and all(isinstance(name, str) and name for name in names)):
        plain.fault("names", "must be a list: the language's own name first")
    decimal, thousands = content.get("decimal", "."), content.get("thousands", ",")
    if {decimal, thousands} != {".", ","}:
        plain.fault("decimal", "decimal and thousands must be one of . and , each")
    regions = content.get("regions", {})
    if not isinstance(regions, dict) or any(mark not in (".", ",") for mark in regions.values()):
        plain.fault("regions", "must map a region to its decimal mark")
        regions = {}
    prefixes = _affixes(plain, "prefixes", "front")
    suffixes = _affixes(plain, "suffixes", "end")
    as_written = content.get("as_written", [])
    if not isinstance(as_written, list) or not all(isinstance(one, str) and len(words_of(one)) == 1 for one in as_written):
        plain.fault("as_written", "must be a list of single words")
        as_written = []
    if content.get("scope", "full") not in SCOPES:
        plain.fault("scope", f"must be one of {', '.join(SCOPES)}")
    for name in ("unit_first", "negates_after", "slash_decimal"):
        if content.get(name, "false") not in ("true", "false"):
            plain.fault(name, "must be true or false")
    checked.header = {
        **{name: content.get(name) for name in (*HEADER, *OPTIONAL)},
        "decimal": decimal,
        "regions": regions,
        "prefixes": prefixes,
        "suffixes": suffixes,
        "as_written": [(words_of(one)[0], one) for one in as_written],
        "scope": content.get("scope", "full"),
    }


def _affixes(plain: Plain, name: str, side: str) -> list[str]:
    found = plain.content.get(name, [])
    if not isinstance(found, list) or not all(isinstance(one, str) and one and words_of(one) for one in found):
        plain.fault(name, f"must be a list of what may be written onto the {side} of a word")
        return []
    return found


def _lists(plain: Plain, section: str, value: Any, checked: Checked) -> None:
    if not isinstance(value, dict):
        plain.fault(section, "must be a mapping of lists")
        return
    for name, phrases in value.items():
        where = f"{section}.{name}"
        if name not in SECTIONS[section]:
            plain.fault(where, f"is not a list here; the lists are {', '.join(SECTIONS[section])}")
        else:
            checked.lists[where] = _phrases(plain, where, phrases, checked.patterns.setdefault(where, []))


def _alike(plain: Plain, value: Any) -> list[list[Words]]:
    """Groups of phrases that name the same thing; a phrase stands in one group."""
    if not isinstance(value, list):
        plain.fault("alike", "must be a list of lists of phrases that mean the same")
        return []
    groups = [_phrases(plain, f"alike.{at}", group, []) for at, group in enumerate(value)]
    seen: dict[Words, int] = {}
    for at, group in enumerate(groups):
        for words in group:
            if seen.setdefault(words, at) != at:
                plain.fault(f"alike.{at}", f'"{" ".join(words)}" stands in group {seen[words]} too; keep one')
    return groups


def _mapping(plain: Plain, section: str, value: Any, checked: Checked) -> None:
    if not isinstance(value, dict):
        plain.fault(section, "must be a mapping")
        return
    found = checked.mappings.setdefault(section, {})
    for name, phrases in value.items():
        where = f"{section}.{name}"
        if section != "units" and not re.fullmatch(r"\d+(?:\.\d+)?", name):
            plain.fault(where, "must be a number")
        found[name] = _phrases(plain, where, phrases, [])


def _phrases(plain: Plain, where: str, phrases: Any, patterns: list[list[Slot]]) -> list[Words]:
    """The phrases spelt out; those with too many forms go to `patterns`."""
    if not isinstance(phrases, list):
        plain.fault(where, "must be a list of phrases")
        return []
    found: dict[Words, None] = {}
    for at, phrase in enumerate(phrases):
        here = f"{where}.{at}"
        if not isinstance(phrase, str):
            plain.fault(here, "must be a phrase")
            continue
        try:
            slots = slots_of(phrase)
        except ValueError as error:
            plain.fault(here, f"{error}: write {{a|b}} for a choice, [a] for what may be left out")
            continue
        if all(() in slot for slot in slots):
            plain.fault(here, "may be empty: a phrase needs a word")
        elif forms(slots) > FORMS_MAX:
            plain.fault(here, f"stands for more than {FORMS_MAX} phrases; split it")
        elif forms(slots) > SPELT_MAX:
            patterns.append(slots)
        else:
            found.update(dict.fromkeys(spelt_out(slots)))
    return list(found)


def _none_hidden(plain: Plain, checked: Checked) -> None:
    for words in checked.lists.get("number.leet", ()):
        if len(words) == 1 and words[0].isdecimal() and int(words[0]) < HIDDEN_MIN:
            plain.fault("number.leet", f"hides the number {words[0]}, which may be an answer; write what stands around it")


def _one_tag_each(plain: Plain, checked: Checked, section: str) -> None:
    seen: dict[Words, str] = {}
    for name in checked.lists:
        if not name.startswith(f"{section}.") or name in _NO_TAG:
            continue
        for words in checked.lists[name]:
            other = seen.setdefault(words, name)
            if other != name:
                plain.fault(name, f'"{" ".join(words)}" stands in {other} too; keep one')
