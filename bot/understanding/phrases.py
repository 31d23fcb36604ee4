"""
Phrases of a lexicon found in a text: longest first, elongated words squeezed, long misspelt words mended on request.

In scripts without spaces the longest phrase is the word; what is left between phrases is one unknown word, and a single
character beside it is a part of that word and no answer ("对" is yes, "对面" is across the road).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from rapidfuzz.distance import OSA

from bot.understanding.thresholds import TYPO_LETTERS_MIN
from bot.understanding.tokens import BREAKS, Token, is_dense

BARE_MIN = 3
"""A shorter rest is a word of its own."""
_KANA = re.compile(r"[\u3041-\u30fa]")
_DENSE_FROM = "\u0e01"
"""No script without spaces lies below."""
_ANSWERS = frozenset({
    "yes", "no", "unsure", "yes_likely", "no_likely", "yes_alone", "yes_ellipsis", "no_ellipsis", "all", "none", "both", "last",
    "half", "point", "half_after", "tenths",
})  # fmt: skip
"""Tags that a single character loses beside an unknown word; so do numbers, ordinals and units."""
_RUN = re.compile(r"(.)\1+")
_LONG_RUN = re.compile(r"(.)\1{2,}")


Words = tuple[str, ...]
Slot = tuple[Words, ...]


class Hit(NamedTuple):
    """Tokens `first` to `last` (exclusive) carry `tag`; "" is a word that the lexicon does not know."""

    tag: str
    first: int
    last: int


class Phrases:
    """
    A table of phrases, each with one tag.

    Marks that end a clause get the tag "break", others "mark"; signs (emoji) are phrases of one token.
    """

    def __init__(
        self,
        entries: Mapping[Words, str],
        patterns: Sequence[tuple[str, Sequence[Slot]]] = (),
        prefixes: Sequence[str] = (),
        suffixes: Sequence[Words] = (),
    ) -> None:
        self.entries = dict(entries)
        self._patterns: dict[str, list[tuple[str, Sequence[Slot]]]] = {}
        for pattern in patterns:
            for word in _openers(pattern[1]):
                self._patterns.setdefault(word, []).append(pattern)
        self._longest: dict[str, int] = {}
        for words in self.entries:
            self._longest[words[0]] = max(len(words), self._longest.get(words[0], 0))
        spelt = {word for words in self.entries for word in words}
        self.words = frozenset(spelt.union(word for _, slots in patterns for slot in slots for words in slot for word in words))
        self._prefixes = tuple(prefixes)
        self._endings = tuple(words[0] for words in suffixes if len(words) == 1 and not is_dense(words[0]))
        self._particles = sorted((words for words in suffixes if is_dense(words[0])), key=len, reverse=True)
        self._typos: dict[str, list[str]] | None = None

    def tag(self, tokens: Sequence[Token], words: Sequence[str] | None = None) -> list[Hit]:
        """Cover all tokens with hits, left to right. `words` overrides their texts (mended spelling)."""
        texts = [token.text for token in tokens] if words is None else list(words)
        dense = any(text >= _DENSE_FROM for text in texts)
        for at, token in enumerate(tokens):
            if token.kind == "word" and texts[at] not in self.words and not (dense and is_dense(texts[at])):
                texts[at] = self._bare(self._squeezed(texts[at]))
        hits: list[Hit] = []
        at = 0
        while at < len(texts):
            hit = self._at(texts, at)
            if hit is None:
                token = tokens[at]
                plain = "" if token.kind == "word" else "number" if token.kind == "number" else "break" if token.text in BREAKS else "mark"
                hit = Hit(plain, at, at + 1)
            elif dense and self._particles:
                hit = self._with_particle(hit, texts, tokens)
            hits.append(hit)
            at = hit.last
        return _whole_words(hits, tokens) if dense else hits

    def _at(self, texts: Sequence[str], at: int) -> Hit | None:
        longest = self._longest.get(texts[at], 0)
        best: Hit | None = None
        for size in range(min(longest, len(texts) - at), 0, -1):
            tag = self.entries.get(tuple(texts[at : at + size]))
            if tag is not None:
                best = Hit(tag, at, at + size)
                break
        for tag, slots in self._patterns.get(texts[at], ()):
            end = _reach(slots, 0, texts, at)
            if end > (best.last if best else at):
                best = Hit(tag, at, end)
        return best

    def _bare(self, word: str) -> str:
        """The known word behind a prefix or before a suffix, as "and" is written onto the next word in Arabic."""
        if word in self.words or not (self._prefixes or self._endings):
            return word
        for prefix in ("", *self._prefixes):
            if not word.startswith(prefix):
                continue
            for ending in ("", *self._endings):
                bare = word[len(prefix) : len(word) - len(ending)]
                if len(bare) >= BARE_MIN and bare in self.words and word.endswith(ending):
                    return bare
        return word

    def _with_particle(self, hit: Hit, texts: Sequence[str], tokens: Sequence[Token]) -> Hit:
        """A known word with the particle or ending that is written onto it, such as "이에요"."""
        if hit.tag in ("break", "mark"):
            return hit
        for particle in self._particles:
            end = hit.last + len(particle)
            if tuple(texts[hit.last : end]) != particle or not all(token.glued for token in tokens[hit.last : end]):
                continue
            follows = end < len(texts) and tokens[end].glued and tokens[end].kind == "word"
            if not follows or self._at(texts, end) is not None:
                return Hit(hit.tag, hit.first, end)
        return hit

    def known_form(self, word: str) -> str:
        """A word as the table spells it: without elongation, prefix and suffix; itself where it is unknown."""
        return word if word in self.words else self._bare(self._squeezed(word))

    def _squeezed(self, word: str) -> str:
        if not _RUN.search(word):
            return word
        for form in (_LONG_RUN.sub(r"\1", word), _LONG_RUN.sub(r"\1\1", word), _RUN.sub(r"\1", word)):
            if form in self.words:
                return form
        return word

    def mend(self, tokens: Sequence[Token]) -> list[str] | None:
        """The texts with long unknown words replaced by a known word one slip away; None when nothing was mended."""
        if self._typos is None:
            self._typos = {}
            for known in sorted(word for word in self.words if len(word) >= TYPO_LETTERS_MIN and not is_dense(word)):
                self._typos.setdefault(known[0], []).append(known)
        texts = [token.text for token in tokens]
        mended = False
        for at, token in enumerate(tokens):
            word = token.text
            if token.kind != "word" or len(word) < TYPO_LETTERS_MIN or word in self.words or is_dense(word):
                continue
            near = [known for known in self._typos.get(word[0], ()) if OSA.distance(known, word, score_cutoff=1) <= 1]
            if near and len({self.entries.get((known,)) for known in near}) == 1:
                texts[at], mended = near[0], True
        return texts if mended else None


def _whole_words(hits: Sequence[Hit], tokens: Sequence[Token]) -> list[Hit]:
    """
    Join unknown characters that stand together, with the single characters beside them that would be answers.

    A numeral right before an unknown word stays, since it counts what follows ("三杯").
    """
    tags = [hit.tag for hit in hits]
    unknown = [hit.tag == "" and is_dense(tokens[hit.first].text) for hit in hits]
    for order in (range(1, len(hits)), range(len(hits) - 2, -1, -1)):
        for at in order:
            near = at - 1 if order.step > 0 else at + 1
            later = max(at, near)
            if near > at and hits[at].tag.startswith("value:"):
                continue
            if unknown[near] and not unknown[at] and tokens[hits[later].first].glued and _lone(hits[at], tokens):
                tags[at], unknown[at] = "", True
    found: list[Hit] = []
    for at, hit in enumerate(hits):
        if at and unknown[at] and unknown[at - 1] and tokens[hit.first].glued:
            found[-1] = Hit("", found[-1].first, hit.last)
        else:
            found.append(Hit(tags[at], hit.first, hit.last))
    return found


def _lone(hit: Hit, tokens: Sequence[Token]) -> bool:
    """One character, or two kana, that would be an answer."""
    answers = hit.tag in _ANSWERS or hit.tag.startswith(("value:", "ordinal:", "unit:", "keyword:"))
    first = tokens[hit.first].text
    return answers and is_dense(first) and hit.last - hit.first <= (2 if _KANA.match(first) else 1)


def _openers(slots: Sequence[Slot]) -> set[str]:
    """The words that a pattern may begin with."""
    found: set[str] = set()
    for slot in slots:
        found |= {words[0] for words in slot if words}
        if () not in slot:
            break
    return found


def _reach(slots: Sequence[Slot], index: int, texts: Sequence[str], at: int) -> int:
    """Where the longest match of the slots from `index` on ends; -1 when there is none. Slots are few, so this ends soon."""
    if index == len(slots):
        return at
    best = -1
    for words in slots[index]:
        if tuple(texts[at : at + len(words)]) == words:
            best = max(best, _reach(slots, index + 1, texts, at + len(words)))
    return best
