"""Tokens as the calendar needs them: "h30" is "h" and "30", "p.m." stands without its points, "10'da" without its apostrophe."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from bot.understanding.phrases import Words
from bot.understanding.tokens import Token

_PIECE = re.compile(r"\d+|\D+")
_ENDING_MAX = 3


def cut(tokens: Sequence[Token]) -> list[Token]:
    """
    The tokens, digits within words standing alone.

    Left out are a point after a single letter, an apostrophe after a number, and the hyphen before a number's ending ("14-го").
    """
    found: list[Token] = []
    for token, after in zip(tokens, (*tokens[1:], None), strict=True):
        if token.text == "." and token.glued and found and found[-1].kind == "word" and len(found[-1].text) == 1:
            continue
        if token.text == "'" and token.glued and found and found[-1].kind == "number":
            continue
        if token.text == "-" and token.glued and found and found[-1].kind == "number" and _is_ending(after):
            continue
        pieces = _PIECE.findall(token.text) if token.kind == "word" else []
        if len(pieces) < 2:
            found.append(token)
            continue
        at, glued = token.start, token.glued
        for piece in pieces:
            end = min(at + len(piece), token.end)
            found.append(Token(piece, "number" if piece.isdecimal() else "word", at, end, glued))
            at, glued = end, True
    return found


def _is_ending(token: Token | None) -> bool:
    return token is not None and token.kind == "word" and token.glued and len(token.text) <= _ENDING_MAX


def cut_words(words: Iterable[str]) -> Words:
    """A phrase's words, cut as `cut` cuts a text's."""
    return tuple(piece for word in words for piece in _PIECE.findall(word))
