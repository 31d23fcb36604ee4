"""Options named by where they stand: numbers, letters, ordinals, number words."""

from __future__ import annotations

from collections.abc import Sequence

from bot.understanding import thresholds as t
from bot.understanding.lexicon import Lexicon
from bot.understanding.option_words import Named, phrases_of
from bot.understanding.phrases import Hit
from bot.understanding.tokens import Token, is_dense
from bot.values import Option


def places(tokens: Sequence[Token], hits: Sequence[Hit], options: Sequence[Option], lexicon: Lexicon) -> list[Named]:
    """Numbers, letters, ordinals."""
    numeric = any(word[0].isdecimal() for option in options for words in phrases_of(option) for word in words)
    sure = t.GUESSED if numeric else t.CLEAR
    found: list[Named] = []
    for hit in hits:
        if hit.tag == "number":
            shown = _figures(tokens, hit, len(options))
            if not shown:
                return []
            found += [Named(at, sure, "number", hit.first, hit.last) for at in shown]
        else:
            found += _place(tokens, hit, len(options), lexicon, sure)
    return [] if _ranged(tokens, found) else found


def _figures(tokens: Sequence[Token], hit: Hit, count: int) -> list[int]:
    """The options that digits stand for ("1,3" is two); empty when they are no option's number."""
    token = tokens[hit.first]
    following = tokens[hit.last] if hit.last < len(tokens) else None
    if (
        following is not None
        and following.glued
        and not is_dense(following.text)
        and (following.kind == "word" or following.text in "%:/+")
    ):
        return []
    before = tokens[hit.first - 1].text if token.glued and hit.first else "("
    if before not in "(#,.;&+-[" and not is_dense(before):
        return []
    parts = token.text.replace(",", ".").split(".")
    return [int(part) - 1 for part in parts] if all(len(part) < 3 and 1 <= int(part) <= count for part in parts) else []


def _place(tokens: Sequence[Token], hit: Hit, count: int, lexicon: Lexicon, sure: float) -> list[Named]:
    """The option that an ordinal or a number word stands for."""
    if hit.tag == "last":
        return [Named(count - 1, t.WITH_MORE, "place", hit.first, hit.last)]
    if hit.tag.startswith("ordinal:"):
        at = int(hit.tag[8:])
        return [Named(at - 1, t.CLEAR, "place", hit.first, hit.last)] if at <= count else []
    spelt = _spelt(hit, tokens, lexicon, count)
    return [] if spelt is None else [Named(spelt - 1, min(sure, t.WITH_MORE), "number", hit.first, hit.last)]


def _spelt(hit: Hit, tokens: Sequence[Token], lexicon: Lexicon, count: int) -> int | None:
    """A number word among the options' numbers."""
    if hit.tag.startswith("value:"):
        value: str | None = hit.tag[6:]
    elif hit.tag in ("", "filler"):
        value = lexicon.number_words.get(tuple(token.text for token in tokens[hit.first : hit.last]))
    else:
        return None
    return int(value) if value is not None and value.isdecimal() and 1 <= int(value) <= count else None


def lone_letters(tokens: Sequence[Token], hits: Sequence[Hit], count: int) -> list[Named]:
    """Letters, only when they are the whole reply but for politeness and "option": many are words too ("a", "y")."""
    plain = [hit.first for hit in hits if hit.tag not in ("mark", "break", "polite", "option", "and")]
    letters = [(at, ord(tokens[at].text) - ord("a")) for at in plain if len(tokens[at].text) == 1]
    if not letters or len(letters) < len(plain) or not all(0 <= letter < count for _, letter in letters):
        return []
    return [Named(letter, t.WITH_MORE, "letter", at, at + 1) for at, letter in letters]


def _ranged(tokens: Sequence[Token], found: Sequence[Named]) -> bool:
    """1-3 may be a range, 1/3 a date: neither is a list."""
    return len(found) > 1 and any(token.text in "-/:" and token.glued for token in tokens)
