"""The lexicons: one YAML file a language, loaded when first used, and the tables that readers look into."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from functools import cached_property, lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from unicode_rbnf import FormatPurpose, RbnfEngine

from bot.errors import BadFile
from bot.normalise import fold
from bot.understanding.asking import Asking
from bot.understanding.calendar_table import Calendar
from bot.understanding.lexicon_file import Checked, check
from bot.understanding.phrases import Phrases, Slot, Words
from bot.understanding.plain_yaml import Plain
from bot.understanding.spelt import spelt_numbers
from bot.understanding.tokens import words_of

ORDINALS_MAX = 26
MONTH_DAYS_MAX = 31
ANSWER_WORDS_MAX = 2
"""Longer ways to say yes or no are no value that somebody takes back."""
ALWAYS = "en"
"""Read whatever the client writes: without it nothing can be."""
_HERE = files("bot.understanding")


class Lexicon:
    """One language, compiled. Made by `lexicon`."""

    def __init__(self, checked: Checked) -> None:
        self._checked = checked
        self.language: str = checked.header["language"]
        self.names: tuple[str, ...] = tuple(checked.header["names"])
        self.review: str = checked.header["review"]
        self.prefixes: tuple[str, ...] = tuple(fold(prefix) for prefix in checked.header["prefixes"])
        self.suffixes: tuple[Words, ...] = tuple(words_of(suffix) for suffix in checked.header["suffixes"])
        self.spellout: str | None = checked.header["spellout"]
        self.scope: str = checked.header["scope"]
        self.unit_first: bool = checked.header["unit_first"] == "true"
        self.slash_decimal: bool = checked.header.get("slash_decimal", "false") == "true"
        self.negates_after: bool = checked.header.get("negates_after", "false") == "true"
        self._decimal: str = checked.header["decimal"]
        self._regions: dict[str, str] = checked.header["regions"]

    @property
    def basic(self) -> bool:
        """Whether only yes, no and numbers are known, from CLDR."""
        return self.scope == "basic"

    def decimal(self, region: str | None) -> str:
        """The decimal mark, "." or ","."""
        return self._regions.get(region or "", self._decimal)

    def phrases(self, name: str) -> Sequence[Words]:
        """One list, by "section.list"; empty when the file has none."""
        return self._checked.lists.get(name, ())

    def _entries(self, *sections: str) -> dict[Words, str]:
        found = {words: tag for tag, phrases in signs().items() for words in phrases}
        return found | self._listed(*sections)

    def _listed(self, *sections: str) -> dict[Words, str]:
        found: dict[Words, str] = {}
        for section in sections:
            for name, phrases in self._checked.lists.items():
                if name.startswith(f"{section}.") and name != "number.not_numbers":
                    found.update(dict.fromkeys(phrases, name.partition(".")[2]))
        return found

    def _patterns(self, *sections: str) -> list[tuple[str, Sequence[Slot]]]:
        named = self._checked.patterns.items()
        return [
            (name.partition(".")[2], slots)
            for section in sections
            for name, found in named
            if name.startswith(f"{section}.")
            for slots in found
        ]

    @cached_property
    def yes_no(self) -> Phrases:
        """For the reader of yes and no."""
        return Phrases(self._entries("common", "yes_no"), self._patterns("common", "yes_no"), self.prefixes, self.suffixes)

    @cached_property
    def choice(self) -> Phrases:
        """For the reader of choices."""
        found = self._entries("common", "choice")
        for number, phrases in self._ordinals().items():
            for words in phrases:
                found.setdefault(words, f"ordinal:{number}")
        return Phrases(found, self._patterns("common", "choice"), self.prefixes, self.suffixes)

    @cached_property
    def alike(self) -> dict[Words, tuple[Words, ...]]:
        """Each phrase of the groups that mean the same, with all of its group."""
        return {words: tuple(group) for group in self._checked.alike for words in group}

    @cached_property
    def number(self) -> Phrases:
        """For the readers of numbers and scales: number words have the tag "value:N", units "unit:name"."""
        found = self._entries("common", "number")
        for name, phrases in self._units().items():
            for words in phrases:
                found.setdefault(words, f"unit:{name}")
        for words, value in self.number_words.items():
            if found.get(words) != "half_after":
                found[words] = f"value:{value}"
        return Phrases(found, self._patterns("common", "number"), self.prefixes, self.suffixes)

    @cached_property
    def reading(self) -> Phrases:
        """For the reader of blood pressure: what counts for numbers, and its own words before those."""
        patterns = self._patterns("common", "number", "reading")
        return Phrases({**self.number.entries, **self._listed("reading")}, patterns, self.prefixes, self.suffixes)

    @cached_property
    def keywords(self) -> Phrases:
        """For keywords that stand alone: keywords, politeness and filler."""
        entries = dict.fromkeys(self.phrases("common.polite"), "polite")
        entries |= {words: f"keyword:{tag}" for words, tag in self._listed("keywords").items()}
        return Phrases(entries, suffixes=self.suffixes)

    @cached_property
    def plain_stops(self) -> frozenset[Words]:
        """STOP and its like, as whole sentences."""
        return frozenset(self.phrases("phrases.plain_stop"))

    @cached_property
    def contrary(self) -> frozenset[Words]:
        """What, before a STOP in capitals, makes it none of the line: denials, questions, other people."""
        return frozenset(words for name in ("negators", "others", "question") for words in self.phrases(f"common.{name}"))

    @cached_property
    def asides(self) -> frozenset[Words]:
        """What may stand around a STOP in capitals."""
        return frozenset(words for name in ("polite", "now", "filler", "but", "correction") for words in self.phrases(f"common.{name}"))

    @property
    def as_written(self) -> Sequence[tuple[str, str]]:
        """Keywords that are others without their accents: folded, and as they must be written to count."""
        return tuple(self._checked.header.get("as_written", ()))

    @cached_property
    def intents(self) -> Phrases:
        """For phrases that ask to stop, start, forget, or tell of a loss."""
        entries: dict[Words, str] = dict.fromkeys(self.phrases("common.polite"), "polite")
        entries |= dict.fromkeys(self.phrases("common.others"), "others")
        entries |= dict.fromkeys(self.phrases("common.negators"), "negators")
        for tag in ("stop", "start", "forget", "loss", "shared", "not_stop"):
            entries |= dict.fromkeys(self.phrases(f"phrases.{tag}"), f"phrase:{tag}")
        return Phrases(entries, [(f"phrase:{tag}", slots) for tag, slots in self._patterns("phrases")], suffixes=self.suffixes)

    @cached_property
    def calendar(self) -> Calendar | None:
        """For the reader of dates and times; None where the file has no section `calendar`."""
        section = self._checked.calendar
        if section is None:
            return None
        lists = {**self._checked.lists, **{f"ordinals.{number}": phrases for number, phrases in self._ordinals(MONTH_DAYS_MAX).items()}}
        return Calendar(self.language, section, lists, self.number_words)

    @cached_property
    def asking(self) -> Asking | None:
        """For the reader of intents; None where the file has no section `intents`."""
        section = self._checked.intents
        if section is None:
            return None
        answers = [words for side in ("yes", "no") for words in self.phrases(f"yes_no.{side}") if len(words) <= ANSWER_WORDS_MAX]
        around = [*self.phrases("common.polite"), *self.phrases("common.filler")]
        spoilers = [*self.phrases("common.negators"), *self.phrases("common.others")]
        return Asking(
            section, around=around, spoilers=spoilers, values=[*self.number_words, *answers], affixes=(self.prefixes, self.suffixes)
        )

    @cached_property
    def number_words(self) -> dict[Words, str]:
        """Spelt-out numbers from 0 to a thousand, from CLDR's rules and the lexicon's own list, and what the two make together."""
        found = spelt_numbers(self._engine(), self._checked.mappings.get("numbers", {}), self.phrases("common.and"), few=self.basic)
        for words in self.phrases("number.not_numbers"):
            found.pop(words, None)
        return found

    def _ordinals(self, most: int = ORDINALS_MAX) -> dict[str, list[Words]]:
        found = {name: list(phrases) for name, phrases in self._checked.mappings.get("ordinals", {}).items()}
        engine = self._engine()
        if engine is not None:
            for number in range(1, most + 1):
                with suppress(ValueError):  # CLDR has no rules for the ordinals of Polish, Czech and Ukrainian
                    spelt = engine.format_number(number, FormatPurpose.ORDINAL).text_by_ruleset.values()
                    found.setdefault(str(number), []).extend(words_of(text) for text in spelt)
        return found

    def _units(self) -> dict[str, list[Words]]:
        found = {name: list(phrases) for name, phrases in self._checked.mappings.get("units", {}).items()}
        for name, unit in units().items():
            found.setdefault(name, []).extend(unit.symbols)
        return found

    def _engine(self) -> RbnfEngine | None:
        return RbnfEngine.for_language(self.spellout) if self.spellout else None


class Unit:
    """A unit of measure: `base = value * factor + offset`; units of one dimension convert into each other."""

    def __init__(self, dimension: str, factor: float, offset: float, symbols: list[Words]) -> None:
        self.dimension, self.factor, self.offset, self.symbols = dimension, factor, offset, symbols


@lru_cache(maxsize=1)
def units() -> dict[str, Unit]:
    """The table of units, by canonical name."""
    path = _HERE / "units.yaml"
    content = Plain("bot/understanding/units.yaml", path.read_text("utf-8")).content
    return {
        name: Unit(row["dimension"], float(row.get("factor", 1)), float(row.get("offset", 0)), [words_of(s) for s in row["symbols"]])
        for name, row in content.items()
    }


@lru_cache(maxsize=1)
def signs() -> dict[str, list[Words]]:
    """Emoji and other signs that mean the same in every language, by tag."""
    content = Plain("bot/understanding/signs.yaml", (_HERE / "signs.yaml").read_text("utf-8")).content
    return {tag: [words_of(sign) for sign in row] for tag, row in content.items()}


def _folder() -> Traversable:
    return _HERE / "lexicons"


@lru_cache(maxsize=1)
def languages() -> tuple[str, ...]:
    """The languages that have a lexicon, sorted."""
    return tuple(sorted(entry.name.removesuffix(".yaml") for entry in _folder().iterdir() if entry.name.endswith(".yaml")))


def subtags(tag: str) -> tuple[str, str | None]:
    """Language and region of a BCP 47 tag: "es-Latn-MX" is ("es", "MX"). Any text is taken."""
    parts = tag.replace("_", "-").split("-")
    region = next((part.upper() for part in parts[1:] if len(part) == 2 or (len(part) == 3 and part.isdigit())), None)
    return parts[0].lower(), region


def lexicon(tag: str) -> Lexicon | None:
    """
    The lexicon of a BCP 47 tag's language, the basic one of CLDR where we have none, or None.

    None too where the file cannot be read (`broken` has it then): a person reads what is written in that language.

    Raises:
        BadFile: the English file has faults, on which all others stand; all are listed.
    """
    language = subtags(tag)[0]
    return readable(language) if language in languages() else _basic(language)


_BROKEN: dict[str, str] = {}


def broken() -> dict[str, str]:
    """The lexicons, of those asked for so far, that cannot be read: language → what is wrong with its file."""
    return dict(_BROKEN)


@lru_cache(maxsize=64)
def readable(language: str) -> Lexicon | None:
    """One of `languages()`, or None where its file cannot be read."""
    try:
        return load(language)
    except BadFile as error:
        if language == ALWAYS:
            raise
        _BROKEN[language] = "; ".join(str(fault) for fault in error.faults[:3])
    except (OSError, ValueError) as error:
        if language == ALWAYS:
            raise
        _BROKEN[language] = f"{language}.yaml: cannot be read: {type(error).__name__}"
    return None


@lru_cache(maxsize=64)
def load(language: str) -> Lexicon:
    """Load and compile one language, once."""
    name = f"{language}.yaml"
    return Lexicon(check(f"bot/understanding/lexicons/{name}", (_folder() / name).read_text("utf-8")))


FRONT_END = "\nyes_no:"
"""Behind the header and the words common to all kinds."""


@lru_cache(maxsize=64)
def front(language: str) -> Lexicon | None:
    """
    What stands before `yes_no` in one of `languages()`: its names and its politeness. None where that cannot be read.

    All languages are asked for their names before the first message, and whole files take a twelfth of a second each.
    """
    name = f"{language}.yaml"
    try:
        text = (_folder() / name).read_text("utf-8")
        return Lexicon(check(f"bot/understanding/lexicons/{name}", text.partition(FRONT_END)[0]))
    except (BadFile, OSError, ValueError):
        return None  # said when the language is asked for


@lru_cache(maxsize=1)
def basics() -> dict[str, list[str]]:
    """Yes words, no words, decimal mark and locale of the number words that CLDR has, by language."""
    lines = (_HERE / "basics.tsv").read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    return {row[0]: row[1:] for row in rows}


@lru_cache(maxsize=64)
def _basic(language: str) -> Lexicon | None:
    """A lexicon of yes, no and numbers alone; None where CLDR has none."""
    row = basics().get(language)
    if row is None:
        return None
    yes, no, decimal, locale = row
    header: dict[str, Any] = {
        "language": language,
        "names": [],
        "review": "generated from CLDR",
        "spellout": locale or None,
        "decimal": decimal,
    }
    found = Checked(header | {"regions": {}, "prefixes": [], "suffixes": [], "unit_first": "false", "scope": "basic"})
    for name, words in (("yes_no.yes", yes), ("yes_no.no", no)):
        found.lists[name] = [words_of(word) for word in words.split("|") if word]
    return Lexicon(found)
