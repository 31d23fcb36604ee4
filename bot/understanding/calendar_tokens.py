"""Tokens as the calendar needs them: scripts without spaces cut into characters, "h30" into "h" and "30", "p.m." without its points."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from bot.understanding.phrases import Words
from bot.understanding.tokens import Token

_UNSPACED = r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]"
_SYLLABLE = r"[\u1100-\u115f][\u1160-\u11a7]*[\u11a8-\u11ff]*"
_PIECE = re.compile(rf"{_UNSPACED}|{_SYLLABLE}|\d+|(?:(?!{_UNSPACED}|[\u1100-\u115f]|\d).)+")
"""One character of Thai, Lao, Burmese, Khmer, kana or Han, one syllable of Hangul, a run of digits, or a run of anything else."""
_CUT = re.compile(rf"{_UNSPACED}|[\u1100-\u115f]|\d")


def cut(tokens: Sequence[Token]) -> list[Token]:
    """The tokens, words cut up where the script or a digit asks for it; a point after a single letter is left out."""
    found: list[Token] = []
    for token in tokens:
        if token.text == "." and token.glued and found and found[-1].kind == "word" and len(found[-1].text) == 1:
            continue
        if token.kind != "word" or not _CUT.search(token.text):
            found.append(token)
            continue
        at, glued = token.start, token.glued
        for piece in _PIECE.findall(token.text):
            found.append(Token(piece, "number" if piece.isdecimal() else "word", at, min(at + len(piece), token.end), glued))
            at, glued = min(at + len(piece), token.end), True
    return found


def cut_words(words: Iterable[str]) -> Words:
    """A phrase's words, cut as `cut` cuts a text's."""
    return tuple(piece for word in words for piece in _PIECE.findall(word))
