"""
The numbers in a reply, each with what makes it no plain number: a date, a time, a phone number, a range.

Digits of every script are already ASCII here. What a number *means* for the question is decided in `measure`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from bot.understanding.phrases import Hit
from bot.understanding.tokens import Token, is_dense

LIST = "list"
"""The flaw of "7,2" where a point is written: two options, unless a unit follows."""
FIRST = "ordinal"
"""The flaw of "21st", which is twenty-one stone where a weight was asked for."""
DIGITS_MAX = 6
"""A longer run of digits is a phone number, an account, a code."""
_GROUPED = re.compile(r"\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*")
_ORDINAL_ENDINGS = frozenset({"nd", "rd", "th"})


@dataclass(slots=True)
class Item:
    """
    A piece of the reply: a number with `value`, or a phrase by its `tag`.

    flaw: why the number is no answer ("time", "date", "range"), None when it may be one.
    numeral: one character that is a digit of a script without spaces ("七").
    other: the other value that the digits may have ("1.234"). of: what it is out of ("7/10").
    """

    tag: str
    first: int
    last: int
    value: float | None = None
    other: float | None = None
    of: float | None = None
    unit: str | None = None
    flaw: str | None = None
    words: bool = False
    hedged: bool = False
    old: bool = False
    denied: bool = False
    numeral: bool = False


def figures(text: str, decimal: str) -> tuple[float | None, float | None, str | None]:
    """
    The value of a run of digits with points or commas, the other value it may have, and its flaw.

    decimal: the mark that the client's locale writes before decimals.
    """
    marks = [char for char in text if char in ".,"]
    if sum(char.isdigit() for char in text) > DIGITS_MAX + (2 if marks else 0):
        return None, None, "long"
    if not marks:
        return (None, None, "code") if len(text) > 1 and text[0] == "0" else (float(text), None, None)
    if len(marks) == 1:
        whole, _, rest = text.partition(marks[0])
        value = float(f"{whole}.{rest}")
        if len(whole) > 1 and whole[0] == "0":
            return None, None, "code"
        if len(rest) == 3 and len(whole) <= 3 and whole != "0":
            grouped = float(whole + rest)
            return (value, grouped, None) if marks[0] == decimal else (grouped, value, None)
        if marks[0] == "," and decimal != "," and len(whole) == len(rest) == 1:
            return value, None, LIST
        return value, None, None
    head, _, tail = text.rpartition(marks[-1])
    if marks[-1] not in head and _GROUPED.fullmatch(head) and len(tail) != 3:
        return float(re.sub("[.,]", "", head) + "." + tail), None, None
    if len(set(marks)) == 1 and _GROUPED.fullmatch(text):
        return float(re.sub("[.,]", "", text)), None, None
    return None, None, "list"


def items(tokens: Sequence[Token], hits: Sequence[Hit], decimal: str, original: Sequence[str]) -> list[Item]:
    """Numbers and phrases in order, those that marks hold together joined. `original`: for each token the client's own characters."""
    found = loose(tokens, hits, decimal, original)
    return _mixed(_chains(_spaced(found, tokens), tokens), tokens)


_QUARTERS = {(1, 2), (1, 3), (2, 3), (1, 4), (3, 4)}


def _mixed(found: Sequence[Item], tokens: Sequence[Token]) -> list[Item]:
    """A whole and a fraction apart, "6 1/2": six and a half. Read back."""
    out: list[Item] = []
    for item in found:
        before = out[-1] if out else None
        if before is not None and _is_fraction_of(before, item, tokens):
            value = (before.value or 0) + (item.value or 0) / (item.of or 1)
            out[-1] = Item("number", before.first, item.last, value=value, hedged=True)
        else:
            out.append(item)
    return out


def _is_fraction_of(before: Item, item: Item, tokens: Sequence[Token]) -> bool:
    """Whether an item is the fraction behind a whole number in digits."""
    if before.tag != "number" or item.tag != "number" or before.flaw or item.flaw or before.words or before.of is not None:
        return False
    if before.last != item.first or before.value is None or before.value != int(before.value) or before.value < 1:
        return False
    return (item.value, item.of) in _QUARTERS and tokens[item.first].start == tokens[before.last - 1].end + 1


def _spaced(found: Sequence[Item], tokens: Sequence[Token]) -> list[Item]:
    """10 000 steps: a space may stand between thousands. Read back."""
    out: list[Item] = []
    for item in found:
        before = out[-1] if out else None
        if before is not None and _continues(before, item, tokens):
            value = int(tokens[before.first].text) * 1000 + int(tokens[item.first].text)
            out[-1] = Item("number", before.first, item.last, value=float(value), hedged=True)
        else:
            out.append(item)
    return out


def _continues(before: Item, item: Item, tokens: Sequence[Token]) -> bool:
    """Whether an item is the three digits behind the thousands."""
    if before.tag != "number" or item.tag != "number" or before.words or item.words or before.last != item.first:
        return False
    first, rest = tokens[before.first], tokens[item.first]
    if before.flaw is not None or before.last != before.first + 1 or not re.fullmatch(r"[1-9]\d{0,2}", first.text):
        return False
    return re.fullmatch(r"\d{3}", rest.text) is not None and rest.start == first.end + 1


def loose(tokens: Sequence[Token], hits: Sequence[Hit], decimal: str, original: Sequence[str]) -> list[Item]:
    """Numbers and phrases in order, none joined."""
    found: list[Item] = []
    skip = 0
    for hit in hits:
        if hit.first < skip:
            continue
        if hit.tag == "number" and hit.last < len(tokens) and tokens[hit.last].text == "⁄":
            found.append(_vulgar(tokens, hit, original[hit.first]))
            skip = found[-1].last
        elif hit.tag == "number":
            found.append(_digits(tokens, hit, decimal, original[hit.first]))
        elif hit.tag.startswith("value:"):
            digit = hit.last == hit.first + 1 and is_dense(tokens[hit.first].text) and len(hit.tag) == 7
            found.append(Item("number", hit.first, hit.last, value=float(hit.tag[6:]), words=True, numeral=digit))
        else:
            found.append(Item(hit.tag, hit.first, hit.last))
    return found


def _digits(tokens: Sequence[Token], hit: Hit, decimal: str, original: str) -> Item:
    at = hit.first
    token = tokens[at]
    value, other, flaw = figures(token.text, decimal)
    item = Item("number", hit.first, hit.last, value=value, other=other, flaw=flaw)
    if len(original) > 1 and any(char.isnumeric() and not char.isdecimal() for char in original):
        item.flaw = "sign"
    before = tokens[at - 1] if at and token.glued else None
    after = tokens[at + 1] if at + 1 < len(tokens) and tokens[at + 1].glued else None
    flaw = _neighbours(before, after, at >= 2 and tokens[at - 1].glued)
    if after is not None and after.text == "st" and token.text[-1] == "1" and token.text[-2:] != "11":
        flaw = flaw or FIRST
    if flaw:
        item.flaw = flaw
    elif before is not None and before.text == "-" and not tokens[at - 1].glued and item.value is not None:
        item.value = -item.value
    return item


def _vulgar(tokens: Sequence[Token], hit: Hit, original: str) -> Item:
    """A fraction that is one character: "7½" folds to "71⁄2"."""
    item = Item("number", hit.first, min(hit.last + 2, len(tokens)), flaw="fraction")
    sign = original[-1:]
    numerator = unicodedata.normalize("NFKD", sign).partition("⁄")[0]
    whole = tokens[hit.first].text.removesuffix(numerator)
    if sign and unicodedata.category(sign) == "No" and (whole == "" or whole.isdecimal()):
        item.value, item.flaw = float(whole or 0) + unicodedata.numeric(sign), None
    return item


_SPOILS_BEFORE = dict.fromkeys("@_\\&", "mixed") | dict.fromkeys("$€£¥₹₪﷼₽", "money") | {"+": "phone"} | dict.fromkeys("<>≤≥", "bound")
_SPOILS_AFTER = dict.fromkeys("$€£¥₹₪﷼₽", "money") | dict.fromkeys("'\"@_×*^", "mixed") | {"+": "bound"}


def _neighbours(before: Token | None, after: Token | None, joined: bool) -> str | None:
    """What stands right beside a number, without a space, and spoils it."""
    if before is not None:
        if (before.kind == "word" and not is_dense(before.text)) or (before.text in "'\"" and joined):
            return "mixed"
        if before.text in _SPOILS_BEFORE:
            return _SPOILS_BEFORE[before.text]
    if after is None:
        return None
    return "mixed" if after.text in _ORDINAL_ENDINGS else _SPOILS_AFTER.get(after.text)


_JOINTS = {":": "time", "/": "ratio", "-": "range", "⁄": "fraction", "\\": "date"}


def _chains(found: list[Item], tokens: Sequence[Token]) -> list[Item]:
    """Join numbers that marks hold together: 7/10, 12:30, 3-4, 555-1234, 1/2/2024."""
    out: list[Item] = []
    at = 0
    while at < len(found):
        item = found[at]
        chain, joint, end = [item], "", at
        while item.tag == "number" and end + 2 < len(found) and found[end + 2].tag == "number":
            middle = found[end + 1]
            mark = tokens[middle.first].text if middle.last == middle.first + 1 and tokens[middle.first].kind == "mark" else ""
            spaced = not (tokens[middle.first].glued and tokens[found[end + 2].first].glued)
            if mark not in _JOINTS or (mark == ":" and spaced) or (joint and mark != joint):
                break
            if mark == "-" and found[end + 2].value is not None and spaced and tokens[middle.first].glued:
                break
            chain.append(found[end + 2])
            joint, end = mark, end + 2
        out.append(_joined(chain, joint) if joint else item)
        at = end + 1
    return out


def _joined(chain: Sequence[Item], joint: str) -> Item:
    whole = Item("number", chain[0].first, chain[-1].last)
    first, second = chain[0], chain[1]
    if any(part.flaw for part in chain):
        whole.flaw = next(part.flaw for part in chain if part.flaw)
    elif len(chain) > 2:
        whole.flaw = "phone" if joint == "-" else "date"
    elif joint == "/" and first.value is not None and second.value is not None:
        whole.value, whole.of = first.value, second.value
    elif joint == "⁄":
        whole.flaw = "fraction"
    else:
        whole.flaw = _JOINTS[joint]
        if joint == "-" and max(first.value or 0, second.value or 0) > 300:
            whole.flaw = "phone"
    return whole
