"""
What is wrong with the catalogs, and what each text costs: the judge behind `checkline messages check`.

It judges form: completeness, placeholders, answer words, marks of direction, links, segments. Whether a translation is good
and kind is for a person; the header `X-Review` says whether one has read it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from babel import Locale
from babel.messages import Message

from bot.locales.catalogs import (
    FOLDER,
    PLACEHOLDER,
    TEMPLATE,
    Catalog,
    catalog_path,
    extracted,
    languages_on_disk,
    plural_forms,
    read_catalog,
    shipped_flows,
)
from bot.locales.cheaper import Reading, cheaper, reading
from bot.locales.segments import Segments, measure
from bot.normalise import fold
from bot.values import Fault

SEGMENTS_MAX = 10
"""More than this no provider recommends, and none of our texts needs."""

_WORDS_NOTE = "Words that count as the answer"
_OPENERS, _CLOSER = "\u2066\u2067\u2068", "\u2069"


SENTENCE_WORDS_MAX = 20
"""Of an English sentence to clients: people read on small screens, tired, in a language that may not be their first."""


@dataclass(frozen=True, slots=True)
class Cost:
    """
    What one text costs in one language, with values of usual length in its placeholders.

    cheaper: the same text within GSM-7, where that saves a segment. reading: None in scripts without spaces.
    """

    msgid: str
    measured: Segments
    cheaper: str | None = None
    reading: Reading | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """What was found in one language. `costs` has each text, a text with plural in its dearest form."""

    language: str
    review: str
    texts: int
    translated: int
    faults: tuple[Fault, ...] = ()
    costs: tuple[Cost, ...] = field(default=(), repr=False)


def check(folder: Path = FOLDER, sources: Path | None = None) -> list[Report]:
    """
    Judge the English texts and every catalog in `folder`.

    sources: the folder of the package `bot` whose texts the template must hold; None: this one.

    Raises:
        BadFile: a catalog cannot be read at all.
    """
    template = read_catalog(folder / TEMPLATE)
    wanted = [message for message in template if message.id]
    reports = [_english(folder / TEMPLATE, template, wanted, extracted(sources or FOLDER.parent))]
    for language in languages_on_disk(folder):
        path = catalog_path(language, folder)
        reports.append(_translated(path, language, read_catalog(path, language), wanted, sources or FOLDER.parent))
    return reports


def _english(path: Path, template: Catalog, wanted: Sequence[Message], sources: Catalog) -> Report:
    faults = []
    have = {singular(message) for message in wanted}
    said = {singular(message) for message in sources if message.id}
    for gone in sorted(said ^ have):
        what = "is not in the template" if gone in said else "is in the template but no longer said"
        faults.append(_fault(path, 0, gone, f"{what}; run `checkline messages extract`, then `update`", "template"))
    costs = [cost_of(message, source_forms(message)) for message in wanted if not is_words(message)]
    for message, cost in zip([message for message in wanted if not is_words(message)], costs, strict=True):
        if cost.measured.culprits:
            characters = " ".join(cost.measured.culprits)
            faults.append(_fault(path, message.lineno or 0, cost.msgid, f"is outside GSM-7 because of {characters}", "dear"))
        if cost.reading and cost.reading.longest > SENTENCE_WORDS_MAX:
            faults.append(_fault(path, message.lineno or 0, cost.msgid, f"has a sentence of {cost.reading.longest} words", "hard"))
    return Report("en", _review(template), len(wanted), len(wanted), tuple(faults), tuple(costs))


def _translated(path: Path, language: str, catalog: Catalog, wanted: Sequence[Message], sources: Path) -> Report:
    faults: list[Fault] = []
    costs: list[Cost] = []
    good = 0
    for source in wanted:
        found = catalog.get(source.id, source.context)
        what = _gap(found)
        if what == _MISSING and _is_regional(path, language):
            continue
        if what or found is None:
            faults.append(_fault(path, (found and found.lineno) or 0, singular(source), *(what or _MISSING)))
            continue
        forms = plural_forms(found)
        wrongs = [*wrong(source, forms), *(_unisolated(forms) if _right_to_left(language) else ())]
        faults += [_fault(path, found.lineno or 0, singular(source), *fault) for fault in wrongs]
        good += not wrongs
        if not is_words(source):
            costs.append(cost_of(source, plural_forms(found)))
            if costs[-1].measured.segments > SEGMENTS_MAX:
                faults.append(_fault(path, found.lineno or 0, singular(source), f"takes more than {SEGMENTS_MAX} segments", "long"))
    faults += _ambiguous(path, catalog, sources)
    return Report(language, _review(catalog), len(wanted), good, tuple(faults), tuple(costs))


_MISSING = ("has no translation", "missing")


def _is_regional(path: Path, language: str) -> bool:
    """Whether the catalog only says what a region says otherwise: es_MX beside es."""
    parent, _, region = language.partition("_")
    return bool(region) and catalog_path(parent, path.parents[2]).is_file()


def _gap(found: Message | None) -> tuple[str, str] | None:
    if found is None or not all(plural_forms(found)) or not found.string:
        return _MISSING
    if found.fuzzy:
        return "is only guessed: correct it and remove the mark `fuzzy`", "fuzzy"
    return None


def wrong(source: Message, forms: Sequence[str]) -> Iterator[tuple[str, str]]:
    """What is wrong with a translation, in all its plural forms: the sentence and its code."""
    originals = [set(PLACEHOLDER.findall(text)) for text in source_forms(source)]
    allowed = set.union(*originals)
    needed = set.intersection(*originals) - ({"count"} if len(originals) > 1 else set())
    for form in forms:
        used = set(PLACEHOLDER.findall(form))
        if unknown := sorted(used - allowed):
            yield f"asks for %({unknown[0]})s, which the English has not", "placeholder"
        if lost := sorted(needed - used):
            yield f"has lost %({lost[0]})s", "placeholder"
        if "%(" in PLACEHOLDER.sub("", form):
            yield "holds a broken placeholder: write %(name)s", "placeholder"
        if not _balanced(form):
            yield "opens a direction isolate that it does not close", "direction"
        if not _link_ends(form):
            yield "puts something straight after %(link)s: a phone would take it into the link", "link"
    if is_words(source):
        yield from _wrong_words(source, forms[0])


def _wrong_words(source: Message, text: str) -> Iterator[tuple[str, str]]:
    words = [word.strip() for word in text.split("|")]
    if not all(words):
        yield "has an empty answer word: divide words by a single |", "words"
    if text.strip() == str(source.id).strip() and len(words) > 1:
        yield "repeats the English answer words: give your language's own", "words"


def _balanced(text: str) -> bool:
    depth = 0
    for char in text:
        depth += (char in _OPENERS) - (char == _CLOSER)
        if depth < 0 or (char == "\n" and depth):
            return False
    return depth == 0


_TYPED = re.compile(r"(?<![\w)])[A-Za-z]+ %\(\w+\)s|%\(\w+\)s [A-Za-z]+(?!\w*\()")
_ISOLATED = re.compile("[\u2066\u2067\u2068][^\u2069]*\u2069")


def _right_to_left(language: str) -> bool:
    return Locale.parse(language).text_direction == "rtl"


def _unisolated(forms: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Latin words beside a value, such as "A %(code)s", change places in a right-to-left line unless they are isolated together."""
    for form in forms:
        if found := _TYPED.search(_ISOLATED.sub("", form)):
            yield f"{found.group()!r} must stand between U+2066 and U+2069, or it is read in the wrong order", "direction"


def _link_ends(text: str) -> bool:
    return all(not after or after[0].isspace() for after in text.split("%(link)s")[1:])


def _ambiguous(path: Path, catalog: Catalog, sources: Path) -> Iterator[Fault]:
    """Words that two answers of one question share in this language."""
    from bot.flows.language import Asking, Text

    def translated(text: Text | None) -> str:
        found = catalog.get(text.en) if text else None
        return str(found.string) if found and not found.fuzzy and isinstance(found.string, str) else ""

    for _, flow in shipped_flows(sources):
        for step in flow.steps.values():
            if not isinstance(step, Asking) or not isinstance(step.options, tuple):
                continue
            answers = [
                {fold(word).strip() for word in [translated(option.label), *translated(option.words).split("|")]} for option in step.options
            ]
            counted = Counter(word for words in answers for word in words if word)
            for word in sorted(word for word, count in counted.items() if count > 1):
                yield _fault(path, 0, f"{flow.id}.{step.id}", f'"{word}" counts as more than one answer', "words")


def cost_of(source: Message, forms: Sequence[str]) -> Cost:
    """What a text costs in its dearest form, with values of usual length in its placeholders."""
    filled = [PLACEHOLDER.sub(lambda match: examples().get(match[1], "x" * 10), form) for form in forms]
    measured, dearest = max(((measure(text), text) for text in filled), key=lambda pair: (pair[0].segments, pair[0].units))
    return Cost(singular(source), measured, cheaper(dearest), reading(max(forms, key=len)))


@cache
def examples() -> dict[str, str]:
    """A value of usual length for each placeholder."""
    lines = (FOLDER / "examples.tsv").read_text("utf-8").splitlines()
    return dict(line.split("\t", 1) for line in lines if line and not line.startswith("#"))


def singular(message: Message) -> str:
    """The msgid; of a text with plural the singular."""
    return message.id if isinstance(message.id, str) else message.id[0]


def source_forms(message: Message) -> tuple[str, ...]:
    """The English text; of a text with plural both forms."""
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


def is_words(message: Message) -> bool:
    """Whether it is a list of words that count as an answer, which nobody is shown."""
    return any(comment.startswith(_WORDS_NOTE) for comment in message.auto_comments)


def _review(catalog: Catalog) -> str:
    return catalog.ours.get("X-Review", "needs review")


def _fault(path: Path, line: int, msgid: str, what: str, code: str) -> Fault:
    short = msgid if len(msgid) <= 60 else msgid[:59] + "…"
    return Fault(str(path), line, repr(short), what, code)
