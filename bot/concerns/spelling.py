"""
Words as people write them, brought to the spelling of the lexicon: typos, disguises, drawn-out and glued words.

A word that the lexicon or its list of ordinary words knows is never touched. A word that nothing fits stays as it is.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files

from bot.concerns.document import read_document
from bot.concerns.patterns import Word
from bot.errors import BadFile
from bot.values import Fault

TYPO_CHARS_MIN = 7
"""Of the word meant. Shorter ones are too near to others: their usual misspellings stand in the lexicon."""
GLUED_CHARS_MIN = 8
GLUED_REST_MIN = 5
"""Shorter ones are endings."""
GLUED_STEM_MIN, GLUED_STEM_MAX = 4, 5
"""Shorter beginnings stand in too many words; a word that begins with a longer one is surely a form of it."""
GLUE_CHARS_MAX = 16
"""Of a word within a glued one."""
VARIANTS_MAX = 16

_DRAWN = re.compile(r"(.)\1{2,}")
_DIGIT = re.compile(r"\d")
_SIGNS = re.compile(r"[^\w\u0900-\u0dff]+")


@dataclass(frozen=True)
class Forms:
    """
    leet: sign → letters it may stand for. lookalikes: letters of other scripts in a Latin word, for `str.translate`.
    signs: concepts that every lexicon may use → their patterns.
    """

    leet: Mapping[str, str]
    lookalikes: Mapping[int, str]
    signs: Mapping[str, tuple[str, ...]]

    @cached_property
    def lookalikes_back(self) -> Mapping[int, str]:
        """The first letter that looks like each Latin one: a Cyrillic one where there is one."""
        back: dict[int, str] = {}
        for other, latin in self.lookalikes.items():
            back.setdefault(ord(latin), chr(other))
        return back


@cache
def forms() -> Forms:
    """The shipped disguises; read once. Raises BadFile with every fault."""
    faults: list[Fault] = []
    top = read_document(files("bot.concerns") / "forms.yaml", faults)
    top.only(("leet", "lookalikes", "signs"))
    leet = {node.key: node.text() for node in top.child("leet", needed=True).children()}
    lookalikes = {ord(node.key): node.text() for node in top.child("lookalikes", needed=True).children() if len(node.key) == 1}
    signs = {node.key: tuple(line.text() for line in node.lines()) for node in top.child("signs", needed=True).children()}
    if faults:
        raise BadFile(faults)
    return Forms(leet, lookalikes, signs)


class Speller:
    """
    Spells words as one lexicon does.

    words: every word of its patterns. targets: the words worth finding behind a typo. ordinary: real words that only
    look like one. prefixes: what a language writes joined to the front of a word ("and", "so").
    """

    def __init__(
        self, words: Iterable[Word], targets: tuple[str, ...], ordinary: Set[str], prefixes: tuple[str, ...], forms: Forms
    ) -> None:
        listed = set(words)
        self.words = {word.text for word in listed if not word.stem and not word.part}
        self.stems = {word.text for word in listed if word.stem and not word.part}
        self.parts = tuple(sorted((word.text, word.stem) for word in listed if word.part))
        self.stem_sizes = sorted({len(stem) for stem in self.stems})
        self.targets, self.ordinary, self.prefixes, self.forms = targets, ordinary, prefixes, forms

    def spell(self, word: str, *, typos: bool = True) -> str:
        """`word` itself, or what it stands for: one word, or several with spaces between. `typos`: mend a slip of one letter, too."""
        if word in self.words or word in self.ordinary or len(word) < 2:
            return word
        if self._known(word):
            return self._behind_stem(word) or word
        for way in (self._signs, self._variants, self._prefixed, self._typo, self._glued):
            found = "" if way == self._typo and not typos else way(word)
            if found:
                return found
        return word

    def holds(self, word: str) -> bool:
        """Whether a pattern names just this word, not only its beginning or a part."""
        return word in self.words

    def knows(self, word: str) -> bool:
        """Whether a pattern may match the word as it stands, or the word is known to be none that we look for."""
        return self._known(word) or word in self.ordinary

    def _known(self, word: str) -> bool:
        if word in self.words:
            return True
        size_max = len(word)
        for size in self.stem_sizes:
            if size > size_max:
                break
            if word[:size] in self.stems:
                return True
        return bool(self.parts) and bool(self.within(word))

    def within(self, word: str) -> list[str]:
        """The parts that patterns look for within words, if `word` holds or ends with them."""
        return [part for part, anywhere in self.parts if part in word and (anywhere or word.endswith(part))]

    def _signs(self, word: str) -> str:
        if not _SIGNS.search(word) or not any(char.isalnum() for char in word):
            return ""
        for variant in self._leet(word):
            if self._known(variant):
                return variant
        if "*" in word:
            found = self._starred(word)
            if found:
                return found
        return " . ".join(self.spell(part) for part in _SIGNS.split(word) if part)

    def _starred(self, word: str) -> str:
        letters = word.replace("*", "")
        if len(letters) < 2 or len(letters) * 2 < len(word) or not word.replace("*", "").isalpha():
            return ""
        shape = re.compile(re.escape(word).replace(r"\*", "."))
        if any(shape.fullmatch(other) for other in self.ordinary if other not in self.words):
            return ""
        return next((other for other in (*self.targets, *sorted(self.words)) if shape.fullmatch(other)), "")

    def _variants(self, word: str) -> str:
        for variant in self._plain(word):
            if variant != word and self._known(variant):
                return variant
        return ""

    def _plain(self, word: str) -> Iterator[str]:
        if not word.isascii() and any("a" <= char <= "z" for char in word):
            yield word.translate(self.forms.lookalikes_back)
            word = word.translate(self.forms.lookalikes)
            yield word
        if _DRAWN.search(word):
            yield _DRAWN.sub(r"\1\1", word)
            yield _DRAWN.sub(r"\1", word)
        if _DIGIT.search(word) and not word.isdigit():
            yield from self._leet(word)

    def _leet(self, word: str) -> Iterator[str]:
        choices = [self.forms.leet.get(char, char) for char in word]
        for variant in itertools.islice(itertools.product(*choices), VARIANTS_MAX):
            yield "".join(variant)

    def _prefixed(self, word: str) -> str:
        for prefix in self.prefixes:
            rest = word.removeprefix(prefix)
            if rest != word and len(rest) > 2 and self._known(rest):
                return rest
        return ""

    def _behind_stem(self, word: str) -> str:
        """A beginning that patterns look for, with another of their words written onto it ("killmyself")."""
        for size in reversed(self.stem_sizes):
            if size > GLUED_STEM_MAX and word[:size] in self.stems:
                return ""
            if size >= GLUED_STEM_MIN and word[:size] in self.stems and len(word) - size >= GLUED_REST_MIN and word[size:] in self.words:
                return f"{word[:size]} {word[size:]}"
        return ""

    def _typo(self, word: str) -> str:
        if not TYPO_CHARS_MIN - 1 <= len(word) <= 20:
            return ""
        for form in (word, *_deletes(word)):
            for target in self._near.get(form, ()):
                if target[0] == word[0] and _one_slip(word, target):
                    return target
        return ""

    @cached_property
    def _near(self) -> dict[str, list[str]]:
        near: dict[str, list[str]] = {}
        for target in self.targets:
            if len(target) >= TYPO_CHARS_MIN:
                for form in (target, *_deletes(target)):
                    near.setdefault(form, []).append(target)
        return near

    def _glued(self, word: str) -> str:
        if len(word) < GLUED_CHARS_MIN:
            return ""
        for form in {word: 0} | dict.fromkeys(self._plain(word), 0):
            parts = self._cut(form)
            if len(parts) > 2 or (len(parts) == 2 and min(map(len, parts)) > 3):
                return " ".join(parts)
        return ""

    @cached_property
    def _glue(self) -> frozenset[str]:
        return frozenset(word for word in self.words | set(self.ordinary) if len(word) > 1) | {"i", "u"}

    def _cut(self, word: str) -> list[str]:
        """The cut of the whole word into the fewest known ones; empty when there is none."""
        best: dict[int, list[str]] = {0: []}
        for start in range(len(word)):
            head = best.get(start)
            if head is None:
                continue
            for end in range(start + 1, min(start + GLUE_CHARS_MAX, len(word)) + 1):
                part = word[start:end]
                if part in self._glue and (end not in best or len(head) + 1 < len(best[end])):
                    best[end] = [*head, part]
        return best.get(len(word), [])


def _deletes(word: str) -> Iterator[str]:
    for at in range(len(word)):
        yield word[:at] + word[at + 1 :]


def _one_slip(one: str, other: str) -> bool:
    """Whether one letter is left out, added, changed, or two neighbours are swapped."""
    start = 0
    for start, (left, right) in enumerate(zip(one, other, strict=False)):  # noqa: B007
        if left != right:
            break
    rest_one, rest_other = one[start:], other[start:]
    return (
        rest_one[1:] == rest_other[1:]
        or rest_one[1:] == rest_other
        or rest_one == rest_other[1:]
        or (rest_one[:2] == rest_other[1::-1] and rest_one[2:] == rest_other[2:])
    )
