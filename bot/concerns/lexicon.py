"""
A language's lexicon and the rules that all languages share: read from their files, checked, made ready to match.

A language is one file, `lexicons/<tag>.yaml`; nothing else names it. All faults of a file are listed at once.
Regular expressions are compiled when first needed, so that a command starts at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import TypeAlias

from bot.concerns import patterns
from bot.concerns.document import Node, read_document
from bot.concerns.patterns import BadPattern, Concepts, Word
from bot.concerns.ruleset import Rules, content_hash, rules
from bot.concerns.spelling import Forms, Speller, forms
from bot.concerns.words import phrase, stands_alone
from bot.errors import BadFile
from bot.normalise import fold
from bot.values import Fault

PLACES = ("before", "after", "around", "apart", "told")
HEADER = ("language", "name", "author", "review")
PARTS = (*HEADER, "also", "scope", "prefixes", "ordinary", "concepts", "idioms", "contexts", "rules")
SCOPES = ("all", "critical and high")
FOLDER = files("bot.concerns") / "lexicons"


Seen: TypeAlias = dict[str, tuple[str, tuple[int, ...]]]


@dataclass
class Pattern:
    """
    One line of a lexicon. `rule` None: an idiom, which hides its words from the rules.

    needs: sets of words of which a text must hold one each, or the pattern cannot match.
    """

    source: str
    rule: str | None
    sequence: patterns.Sequence
    concepts: Concepts = field(repr=False)
    needs: tuple[frozenset[str], ...] = ()

    @cached_property
    def regex(self) -> re.Pattern[str]:
        """Compiled when a text first holds the pattern's rarest word."""
        return re.compile(patterns.expression(self.sequence, self.concepts, apart=self.rule is None))


@dataclass
class Context:
    """How a language says that something is past, denied, of another: patterns before, after or around a hit, or apart from it."""

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

    @cached_property
    def apart(self) -> re.Pattern[str] | None:
        """The whole of the sentence before or after, for a hit that is `told`."""
        return self._regex("apart", " ") if self.told else None

    @cached_property
    def told(self) -> re.Pattern[str] | None:
        """Within the hit."""
        return self._regex("told", "")

    @cached_property
    def leads(self) -> re.Pattern[str] | None:
        """The same, right before the hit or with one word between ("tried to")."""
        return self._regex("told", "(?: [^ .,]++)? $")


@dataclass
class Lexicon:
    """
    One language, ready to match.

    scope: one of SCOPES; "critical and high": what is milder is not looked for. version: the hash of the file's content.
    found_by: word, or two neighbours of a script without spaces → numbers of the patterns of which it is the rarest;
        `stems` the same for word beginnings and for parts of words.
    written: folded word → the ways of writing it that patterns tell apart.
    """

    language: str
    review: str
    scope: str
    patterns: tuple[Pattern, ...]
    contexts: Mapping[str, Context]
    speller: Speller
    found_by: Mapping[str, tuple[int, ...]]
    stems: Mapping[str, tuple[int, ...]]
    written: Mapping[str, Set[str]]
    version: str = ""
    _seen: tuple[Seen, Seen] = field(default_factory=lambda: ({}, {}), repr=False)

    SEEN_MAX = 80_000

    @cached_property
    def pairs(self) -> frozenset[str]:
        """Of `found_by`, the neighbours of scripts without spaces."""
        return frozenset(word for word in self.found_by if len(word) > 1 and stands_alone(word) and len(phrase(word)) > 1)

    def seen(self, *, typos: bool) -> Seen:
        """What `look` found before: to be asked first, for speed."""
        return self._seen[typos]

    def look(self, word: str, *, typos: bool = True) -> tuple[str, tuple[int, ...]]:
        """The word as the lexicon spells it (perhaps several), and the numbers of the patterns it may begin. `typos`: guess at them."""
        seen = self._seen[typos]
        if word in seen:
            return seen[word]
        if word.isdecimal() and word not in self.found_by:
            return word, ()
        if len(seen) >= self.SEEN_MAX:
            seen.clear()
        found = seen[word] = self._look(word, typos=typos)
        return found

    def _look(self, word: str, *, typos: bool) -> tuple[str, tuple[int, ...]]:
        spelled = self.speller.spell(word, typos=typos)
        numbers: set[int] = set()
        for part in spelled.split():
            numbers.update(self.found_by.get(part, ()))
            for size in self.speller.stem_sizes:
                numbers.update(self.stems.get(part[:size], ()) if size <= len(part) else ())
            for inner in self.speller.within(part):
                numbers.update(self.stems.get(inner, ()))
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
    return replace(_Loader(path, shared).load(letters), version=content_hash(path))


class _Loader:
    def __init__(self, path: Traversable, shared: Rules) -> None:
        self.faults: list[Fault] = []
        self.file = path.name
        self.top = read_document(path, self.faults)
        self.shared = shared
        self.concepts = Concepts()

    def load(self, letters: Forms) -> Lexicon:
        header = {key: self._text(key) for key in HEADER}
        scope = self._scope()
        self.top.only(PARTS)
        self.concepts.update(self._sequences(self.top.child("concepts")))
        self._add_signs(letters)
        self._check_concepts()
        found = [*self._patterns(None, self.top.child("idioms"))]
        for rule in self.top.child("rules").children():
            if rule.key not in self.shared.by_id:
                rule.fault(f"there is no such rule; rules.yaml has {', '.join(sorted(self.shared.by_id))}")
            found.extend(self._patterns(rule.key, rule))
        contexts = {node.key: self._context(node) for node in self.top.child("contexts").children()}
        words = [word for sequence in self._all(found, contexts) for word in patterns.words_of(sequence)]
        self.concepts.note(words)
        found_by, stems = self._index(found)
        if self.faults:
            raise BadFile(self.faults)
        ordinary = self._words("ordinary")
        prefixes = tuple(self._words("prefixes"))
        speller = Speller(words=words, targets=tuple(sorted(found_by)), ordinary=frozenset(ordinary), prefixes=prefixes, forms=letters)
        return Lexicon(header["language"], header["review"], scope, tuple(found), contexts, speller, found_by, stems, self.concepts.written)

    def _scope(self) -> str:
        node = self.top.child("scope")
        if node.text() not in ("", *SCOPES):
            node.fault(f"must be one of {', '.join(SCOPES)}")
        return node.text() or SCOPES[0]

    def _add_signs(self, letters: Forms) -> None:
        """The shared concepts: what pictures and codes stand for whatever the language."""
        for name, ways in letters.signs.items():
            if name in self.concepts:
                self.top.child("concepts").child(name).fault("is a concept of all lexicons, see forms.yaml; take another name")
            self.concepts[name] = tuple(patterns.parse(way) for way in ways)

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

    def _read(self, node: Node, *, orders: bool = False) -> list[tuple[Node, patterns.Sequence]]:
        """Each line's patterns; where `orders`, a line with an `&` has two."""
        read = []
        for line in node.lines():
            try:
                ways = patterns.parse_orders(line.text()) if orders else (patterns.parse(line.text()),)
                read += [(line, way) for way in ways]
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

    def _checked(self, node: Node, *, orders: bool = False) -> list[tuple[str, patterns.Sequence]]:
        good = []
        for line, sequence in self._read(node, orders=orders):
            unknown = sorted(set(patterns.concepts_of(sequence)) - set(self.concepts))
            if unknown:
                line.fault(f"there is no concept <{'>, <'.join(unknown)}>")
            else:
                good.append((line.text(), sequence))
        return good

    def _patterns(self, rule: str | None, node: Node) -> Iterable[Pattern]:
        return [Pattern(source, rule, sequence, self.concepts) for source, sequence in self._checked(node, orders=True)]

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
            needs = patterns.needs(pattern.sequence, self.concepts, known)
            pattern.needs = tuple(patterns.plain_needs(needs))
            rarest: frozenset[Word] = patterns.rarest_need(needs, self.concepts.counts)
            if not rarest and not self.faults:
                self.faults.append(Fault(self.file, 1, pattern.source, "every word in it is optional; give it one that must be there"))
            for word in rarest:
                (stems if word.stem or word.part else whole).setdefault(word.text, []).append(number)
        return {word: tuple(numbers) for word, numbers in whole.items()}, {word: tuple(numbers) for word, numbers in stems.items()}
