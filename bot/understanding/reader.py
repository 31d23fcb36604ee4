"""`read`: which reader for which kind, in which languages, and back to the client's own characters."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from bot.normalise import Normal, normalise
from bot.understanding import thresholds as t
from bot.understanding.choice import read_choice
from bot.understanding.lexicon import Lexicon, front, languages, lexicon, subtags
from bot.understanding.measure import read_measure
from bot.understanding.moments import read_moment
from bot.understanding.option_words import phrases_of
from bot.understanding.phrases import Phrases
from bot.understanding.pressure import read_pressure
from bot.understanding.tokens import Token, tokenise, without_strokes, words_of
from bot.understanding.yes_no import read_yes_no
from bot.values import Action, Expected, Kind, Option, Reading

Found = tuple[Reading, tuple[int, int] | None]
MOMENTS = frozenset({Kind.date, Kind.time, Kind.datetime})


def read(text: str, expected: Expected, language: str, languages: Sequence[str] = ()) -> Reading:
    """
    Read a reply as the answer to the question that waits.

    Args:
        text: as received, whatever it holds; a reply of more than 1,000 characters is for a person.
        expected: the kind of answer, with range, unit or options.
        language: BCP 47 tag of the client's language. Without a lexicon for it a person reads the reply.
        languages: further tags, tried in order where the first gives no match.

    Returns:
        The reading; `value` only with the actions accept and confirm. Never raises on a text.
    """
    if expected.kind is Kind.text:
        return _read_text(text)
    lex = lexicon(language)
    if lex is None:
        return t.for_a_person("unknown-language")
    if len(text) > t.TEXT_MAX:
        return t.for_a_person("too-long")
    normal = normalise(text)
    tokens = tokenise(normal)
    if not tokens:
        return t.unread("empty")
    found = _read(tokens, normal, expected, lex, language)
    for tag in languages:
        other = lexicon(tag)
        if found.reason != "no-match" or other is None or other is lex:
            continue
        again = _read(tokens, normal, expected, other, tag)
        if again.value is not None:
            found = again
    return found


def _read(tokens: Sequence[Token], normal: Normal, expected: Expected, lex: Lexicon, tag: str) -> Reading:
    if expected.kind in MOMENTS:
        if lex.calendar is None:
            return t.for_a_person("no-calendar")
        return read_moment(normal, tokens, expected, lex.calendar, subtags(tag)[1])
    tokens = _unprefixed(tokens, lex)
    if expected.kind in (Kind.number, Kind.scale):
        tokens = without_strokes(tokens)
    if lex.basic and not _plain(tokens, expected, lex):
        return t.unread("no-match")
    return _spanned(_by_kind(tokens, normal, expected, lex, tag), tokens, normal)


def _plain(tokens: Sequence[Token], expected: Expected, lex: Lexicon) -> bool:
    """Whether a reply in a basic language holds nothing but the answer: what other words do to it is not known."""
    if expected.kind is Kind.choice:
        said = [token for token in tokens if token.kind != "mark"]
        return len(said) == 1 or any(
            words == tuple(token.text for token in said) for option in expected.options for words in phrases_of(option)
        )
    table = {Kind.yes_no: lex.yes_no, Kind.reading: lex.reading}.get(expected.kind, lex.number)
    return all(hit.tag for hit in table.tag(tokens))


def _by_kind(tokens: Sequence[Token], normal: Normal, expected: Expected, lex: Lexicon, tag: str) -> Found:
    match expected.kind:
        case Kind.yes_no:
            return _yes_no(tokens, expected, lex)
        case Kind.choice:
            return read_choice(tokens, expected, lex)
        case Kind.reading:
            return read_pressure(tokens, lex, lex.decimal(subtags(tag)[1]))
        case _:
            original = [normal.matched(token.start, token.end) for token in tokens]
            return read_measure(tokens, expected, lex, lex.decimal(subtags(tag)[1]), original)


def _unprefixed(tokens: Sequence[Token], lex: Lexicon) -> list[Token]:
    """A prefix written onto digits is a word of its own ("1 و4" is "1 and 4"), a suffix a part of them ("7'yim", "8이에요")."""
    found: list[Token] = []
    for token in tokens:
        prefix = next((one for one in lex.prefixes if token.kind == "word" and token.text.removeprefix(one).isdecimal()), None)
        if prefix is None:
            after_prefix = bool(found) and found[-1].kind == "word" and found[-1].text in lex.prefixes
            found.append(token._replace(glued=False) if after_prefix else token)
        else:
            middle = token.start + len(prefix)
            found.append(Token(prefix, "word", token.start, middle, False))
            found.append(Token(token.text.removeprefix(prefix), "number", middle, token.end, False))
    return _unsuffixed(found, lex) if lex.suffixes else found


def _unsuffixed(tokens: Sequence[Token], lex: Lexicon) -> list[Token]:
    found: list[Token] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        at += 1
        if token.kind == "number":
            quote = int(at < len(tokens) and tokens[at].glued and tokens[at].text == "'")
            for suffix in lex.suffixes:
                tail = tokens[at + quote : at + quote + len(suffix)]
                if tuple(one.text for one in tail) == suffix and all(one.glued for one in tail):
                    token = token._replace(end=tail[-1].end)
                    at += quote + len(suffix)
                    break
            else:
                at += quote if quote and tokens[at + 1 : at + 2] and tokens[at + 1].kind == "word" else 0
        found.append(token)
    return found


_SIDES: dict[str, bool | str] = {"yes": True, "true": True, "no": False, "false": False, "unsure": "unsure"}


def _yes_no(tokens: Sequence[Token], expected: Expected, lex: Lexicon) -> Found:
    """A number counts only where the question showed yes and no as numbered options."""
    found = read_yes_no(tokens, lex)
    if found[0].value is not None or not expected.options:
        return found
    options = tuple(Option(option.value, option.label, option.words) for option in expected.options)
    chosen, span = read_choice(tokens, Expected(Kind.choice, options=options), lex)
    side = _SIDES.get(chosen.value) if isinstance(chosen.value, str) else None
    return found if side is None else (t.reading(side, chosen.confidence, chosen.reason), span)


def _spanned(found: Found, tokens: Sequence[Token], normal: Normal) -> Reading:
    """The reading with its range in the client's own text."""
    reading, span = found
    if span is None or reading.value is None or not tokens:
        return reading
    at = normal.span(tokens[span[0]].start, tokens[span[1] - 1].end)
    return Reading(reading.action, reading.value, reading.confidence, reading.reason, at, reading.unit)


def _read_text(text: str) -> Reading:
    stripped = text.strip()
    if not stripped:
        return t.unread("empty")
    start = text.index(stripped)
    return Reading(Action.accept, stripped, t.CLEAR, "text", (start, start + len(stripped)))


@lru_cache(maxsize=1)
def _names() -> Phrases:
    entries: dict[tuple[str, ...], str] = {}
    whole = {tag: lex for tag in languages() if (lex := front(tag)) is not None}
    for lex in whole.values():
        entries |= dict.fromkeys(lex.phrases("common.polite"), "polite")
    for tag, lex in whole.items():
        entries |= {words_of(name): f"language:{tag}" for name in lex.names}
    return Phrases(entries)


def language_named(text: str) -> str | None:
    """
    The language that a message names and nothing else ("español", "العربية please"), or None.

    Only languages with a lexicon are known; a number is never one.
    """
    tokens = tokenise(normalise(text[: t.TEXT_MAX]))
    named: set[str] = set()
    for hit in _names().tag(tokens):
        if hit.tag.startswith("language:"):
            named.add(hit.tag[9:])
        elif hit.tag not in ("polite", "break", "mark"):
            return None
    return named.pop() if len(named) == 1 else None
