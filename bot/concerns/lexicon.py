"""
A language's lexicon and the rules that all languages share: read from their files, checked, made ready to match.

A language is one file, `lexicons/<tag>.yaml`; nothing else names it. All faults of a file are listed at once.
Regular expressions are compiled when first needed, so that a command starts at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable

from bot.concerns import patterns
from bot.concerns.document import Node, read_document
from bot.concerns.patterns import BadPattern, Concepts, Word
from bot.concerns.ruleset import Rules, rules
from bot.concerns.spelling import Forms, Speller, forms
from bot.concerns.words import phrase
from bot.errors import BadFile
from bot.normalise import fold
from bot.values import Fault

PLACES = ("before", "after", "around")
FOLDER = files("bot.concerns") / "lexicons"


@dataclass
class Pattern:
    """One line of a lexicon. `rule` None: an idiom, which hides its words from the rules."""

    source: str
    rule: str | None
    sequence: patterns.Sequence
    concepts: Concepts = field(repr=False)

    @cached_property
    def regex(self) -> re.Pattern[str]:
        """Compiled when a text first holds the pattern's rarest word."""
        return re.compile(patterns.expression(self.sequence, self.concepts))


@dataclass
class Context:
    """How a language says that something is past, denied, of another: patterns before, after or around a hit."""

    places: Mapping[str, tuple[patterns.Sequence, ...]]
    concepts: Concepts = field(repr=False)

    def _regex(self, place: str, end: str) -> re.Pattern[str] | None:
        ways = self.places.get(place, ())
        if not ways:
            return None
        return re.compile("(?:" + "|".join(patterns.expression(way, self.concepts) for way in ways) + ")" + end)

    @cached_property
    def before(self) -> re.Pattern[str] | None:
        """Ends where the hit begins."""
        return self._regex("before", " $")

    @cached_property
    def after(self) -> re.Pattern[str] | None:
        """Begins where the hit ends."""
        return self._regex("after", "")

    @cached_property
    def around(self) -> re.Pattern[str] | None:
        """Anywhere in the sentence."""
        return self._regex("around", "")


@dataclass
class Lexicon:
    """
    One language, ready to match.

    found_by: word → numbers of the patterns of which it is the rarest word; `stems` the same for word beginnings.
    """

    language: str
    review: str
    patterns: tuple[Pattern, ...]
    contexts: Mapping[str, Context]
    speller: Speller
    found_by: Mapping[str, tuple[int, ...]]
    stems: Mapping[str, tuple[int, ...]]
    _seen: dict[tuple[str, bool], tuple[str, tuple[int, ...]]] = field(default_factory=dict, repr=False)

    SEEN_MAX = 40_000

    def look(self, word: str, *, typos: bool = True) -> tuple[str, tuple[int, ...]]:
        """The word as the lexicon spells it (perhaps several), and the numbers of the patterns it may begin. `typos`: guess at them."""
        known = self._seen.get((word, typos))
        if known is None:
            if word.isdecimal() and word not in self.found_by:
                return word, ()
            if len(self._seen) >= self.SEEN_MAX:
                self._seen.clear()
            known = self._seen[word, typos] = self._look(word, typos=typos)
        return known

    def _look(self, word: str, *, typos: bool) -> tuple[str, tuple[int, ...]]:
        spelled = self.speller.spell(word, typos=typos)
        numbers: set[int] = set()
        for part in spelled.split():
            numbers.update(self.found_by.get(part, ()))
            for size in range(self.speller.stem_min, len(part) + 1):
                numbers.update(self.stems.get(part[:size], ()))
        return spelled, tuple(sorted(numbers))


@cache
def languages() -> tuple[str, ...]:
    """The tags of all languages that have a lexicon."""
    return tuple(sorted(entry.name.removesuffix(".yaml") for entry in FOLDER.iterdir() if entry.name.endswith(".yaml")))


@cache
def lexicon(language: str) -> Lexicon:
    """
    The shipped lexicon of `language`, one of `languages()`; read once.

    Raises:
        BadFile: with every fault of the file.
    """
    return load(FOLDER / f"{language}.yaml", rules(), forms())


def load(path: Traversable, shared: Rules, letters: Forms) -> Lexicon:
    """Read and check the lexicon at `path`; raises BadFile with every fault."""
    return _Loader(path, shared).load(letters)


class _Loader:
    def __init__(self, path: Traversable, shared: Rules) -> None:
        self.faults: list[Fault] = []
        self.file = path.name
        self.top = read_document(path, self.faults)
        self.shared = shared
        self.concepts: dict[str, tuple[patterns.Sequence, ...]] = {}

    def load(self, letters: Forms) -> Lexicon:
        header = {key: self._text(key) for key in ("language", "name", "author", "review")}
        self.top.only(("language", "name", "author", "review", "prefixes", "ordinary", "concepts", "idioms", "contexts", "rules"))
        self.concepts.update(self._sequences(self.top.child("concepts")))
        self._check_concepts()
        found = [*self._patterns(None, self.top.child("idioms"))]
        for rule in self.top.child("rules").children():
            if rule.key not in self.shared.by_id:
                rule.fault(f"there is no such rule; rules.yaml has {', '.join(sorted(self.shared.by_id))}")
            found.extend(self._patterns(rule.key, rule))
        contexts = {node.key: self._context(node) for node in self.top.child("contexts").children()}
        found_by, stems = self._index(found)
        if self.faults:
            raise BadFile(self.faults)
        ordinary = self._words("ordinary")
        prefixes = tuple(self._words("prefixes"))
        words = {word for sequence in self._all(found, contexts) for word in patterns.words_of(sequence)}
        speller = Speller(words=words, targets=tuple(sorted(found_by)), ordinary=frozenset(ordinary), prefixes=prefixes, forms=letters)
        return Lexicon(header["language"], header["review"], tuple(found), contexts, speller, found_by, stems)

    def _text(self, key: str) -> str:
        return self.top.child(key, needed=True).text()

    def _words(self, key: str) -> list[str]:
        return [word for line in self.top.child(key).lines() for word in phrase(fold(line.text()))]

    def _all(self, found: Iterable[Pattern], contexts: Mapping[str, Context]) -> Iterable[patterns.Sequence]:
        for ways in self.concepts.values():
            yield from ways
        for pattern in found:
            yield pattern.sequence
        for context in contexts.values():
            for ways in context.places.values():
                yield from ways

    def _sequences(self, node: Node) -> dict[str, tuple[patterns.Sequence, ...]]:
        return {child.key: tuple(sequence for _, sequence in self._read(child)) for child in node.children()}

    def _read(self, node: Node) -> list[tuple[Node, patterns.Sequence]]:
        read = []
        for line in node.lines():
            try:
                read.append((line, patterns.parse(line.text())))
            except BadPattern as error:
                line.fault(f"`{line.text()}`: {error}")
        return read

    def _check_concepts(self) -> None:
        for name, ways in list(self.concepts.items()):
            node = self.top.child("concepts").child(name)
            try:
                for way in ways:
                    patterns.expression(way, self.concepts)
            except BadPattern as error:
                node.fault(str(error))
                self.concepts[name] = ()

    def _checked(self, node: Node) -> list[tuple[str, patterns.Sequence]]:
        good = []
        for line, sequence in self._read(node):
            unknown = sorted(set(patterns.concepts_of(sequence)) - set(self.concepts))
            if unknown:
                line.fault(f"there is no concept <{'>, <'.join(unknown)}>")
            else:
                good.append((line.text(), sequence))
        return good

    def _patterns(self, rule: str | None, node: Node) -> Iterable[Pattern]:
        return [Pattern(source, rule, sequence, self.concepts) for source, sequence in self._checked(node)]

    def _context(self, node: Node) -> Context:
        if node.key not in self.shared.contexts:
            node.fault(f"there is no such context; rules.yaml has {', '.join(sorted(self.shared.contexts))}")
        node.only(PLACES)
        return Context({place.key: tuple(sequence for _, sequence in self._checked(place)) for place in node.children()}, self.concepts)

    def _index(self, found: list[Pattern]) -> tuple[dict[str, tuple[int, ...]], dict[str, tuple[int, ...]]]:
        whole: dict[str, list[int]] = {}
        stems: dict[str, list[int]] = {}
        known: patterns.Rarest = {}
        for number, pattern in enumerate(found):
            rarest: frozenset[Word] = patterns.rarest_need(patterns.needs(pattern.sequence, self.concepts, known))
            if not rarest and not self.faults:
                self.faults.append(Fault(self.file, 1, pattern.source, "every word in it is optional; give it one that must be there"))
            for word in rarest:
                (stems if word.stem else whole).setdefault(word.text, []).append(number)
        return {word: tuple(numbers) for word, numbers in whole.items()}, {word: tuple(numbers) for word, numbers in stems.items()}
