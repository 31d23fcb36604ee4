"""STOP, START, HELP and what else a message asks of the line itself. A concern ("I want it all to stop") is never a stop."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence, Set

from bot.normalise import normalise
from bot.understanding.lexicon import Lexicon, lexicon
from bot.understanding.phrases import Hit, Words
from bot.understanding.thresholds import TEXT_MAX
from bot.understanding.tokens import Token, tokenise
from bot.values import Keyword, OptOut

ALWAYS = "en"
"""Providers know English keywords, so every line does."""
PHRASE = 0.9
CLAUSE = 0.8
SHARED = 0.5
NEAR_TOKENS = 2
SHOUTED_LETTERS_MIN = 4
"""Shorter words in capitals are abbreviations."""
_WORDS = re.compile(r"\w+")
_NONE = OptOut(Keyword.none, 1.0)
_ORDER = (Keyword.loss, Keyword.forget, Keyword.stop, Keyword.start)


def opt_out(text: str, languages: Sequence[str], *, stopped: bool = False) -> OptOut:
    """
    Read what a message asks of the line.

    Args:
        text: as received, of any length and content; the first 1,000 characters are read.
        languages: BCP 47 tags of the client and the programme; English is always read too, unknown ones are passed over.
        stopped: the address has stopped: then YES alone is a start, as Twilio has it.
    """
    tokens = tokenise(normalise(text[:TEXT_MAX]))
    found = {lex.language: lex for lex in (lexicon(tag) for tag in (*languages, ALWAYS)) if lex is not None}
    words = _WORDS.findall(unicodedata.normalize("NFC", text[:TEXT_MAX]))
    written, loud = {word.casefold() for word in words}, _shouted(words)
    readings = [_read(tokens, lex, stopped, _written_otherwise(lex, written), loud) for lex in found.values()]
    for reading in readings:
        if reading.alone:
            return reading
    for intent in _ORDER:
        asked = [reading for reading in readings if reading.intent is intent]
        if asked:
            return max(asked, key=lambda reading: reading.confidence)
    return next((reading for reading in readings if reading.shared), _NONE)


def _written_otherwise(lex: Lexicon, written: Set[str]) -> Set[str]:
    """Keywords that the message has only as other words: "đúng" is no "dừng"."""
    return {folded for folded, word in lex.as_written if word not in written}


def _shouted(words: Sequence[str]) -> Set[str]:
    """The words in capitals among small letters, folded: "ok you can STOP now"."""
    if not any(word.islower() and len(word) > 1 for word in words):
        return set()
    return {word.casefold() for word in words if word.isupper() and len(word) >= SHOUTED_LETTERS_MIN}


def _read(tokens: Sequence[Token], lex: Lexicon, stopped: bool, others: Set[str], loud: Set[str]) -> OptOut:
    alone = _alone(tokens, lex, stopped, others)
    if alone is not None:
        return alone
    asked = _asked(lex.intents.tag(tokens))
    for intent in (Keyword.loss, Keyword.forget, Keyword.stop):
        if intent.value in asked:
            return OptOut(intent, PHRASE)
    if "not_stop" not in asked and (_stop_clause(tokens, lex, others) or _is_shouted(tokens, lex, loud - others)):
        return OptOut(Keyword.stop, CLAUSE)
    if "shared" in asked:
        return OptOut(Keyword.none, SHARED, shared=True)
    if "start" in asked:
        return OptOut(Keyword.start, PHRASE)
    return OptOut(Keyword.stop, CLAUSE) if "not_stop" not in asked and _is_misspelt(tokens, lex) else _NONE


def _asked(hits: Sequence[Hit]) -> Set[str]:
    """What the phrases ask for that nothing before them denies."""
    return {hit.tag[7:] for at, hit in enumerate(hits) if hit.tag.startswith("phrase:") and not _spoilt(hits, at)}


def _is_misspelt(tokens: Sequence[Token], lex: Lexicon) -> bool:
    """A stop once long unknown words are mended: "unsuscribe", "dont mesage me"; what else they might be is left alone."""
    mended = lex.intents.mend(tokens)
    if mended is None:
        return False
    asked = _asked(lex.intents.tag(tokens, mended))
    return "stop" in asked and not asked & {"not_stop", "shared"}


def _alone(tokens: Sequence[Token], lex: Lexicon, stopped: bool, others: Set[str]) -> OptOut | None:
    """The whole message is one keyword, with marks, emoji and politeness around it."""
    asked: set[str] = set()
    questioned = False
    for hit in lex.keywords.tag(tokens):
        if hit.last - hit.first == 1 and tokens[hit.first].text in others:
            return None
        if hit.tag.startswith("keyword:"):
            asked.add(hit.tag[8:])
        elif hit.tag not in ("polite", "break", "mark"):
            return None
        questioned = questioned or any(token.text == "?" for token in tokens[hit.first : hit.last])
    # "HELP?" asks for help; "stop?" asks what is meant.
    if len(asked) != 1 or (questioned and asked != {"help"}):
        return None
    word = asked.pop()
    if word == "start_if_stopped":
        return OptOut(Keyword.start, 0.5, alone=True) if stopped else None
    return OptOut(Keyword(word), 1.0, alone=True)


def _spoilt(hits: Sequence[Hit], at: int) -> bool:
    """Denied ("don't stop texting") or said of somebody else ("make him stop texting me")."""
    if hits[at].tag not in ("phrase:stop", "phrase:start", "phrase:forget"):
        return False
    near = [hit.tag for hit in hits[max(0, at - NEAR_TOKENS) : at]]
    for behind in range(len(near) - 1, -1, -1):
        if near[behind] in ("break", "polite"):  # "No. Stop these texts" and "no thanks, stop these texts" deny nothing
            near = near[behind + 1 :]
            break
    return any(tag in ("negators", "others", "phrase:not_stop") for tag in near)


def _stop_clause(tokens: Sequence[Token], lex: Lexicon, others: Set[str]) -> bool:
    """STOP as a sentence of its own at the beginning or the end: "STOP. I don't want these"."""
    plain = set(lex.phrases("phrases.plain_stop")) - {(word,) for word in others}
    clauses: list[list[str]] = [[]]
    for token in tokens:
        if token.kind == "mark" and token.text in ".!,\n،、，":
            clauses.append([])
        elif token.kind != "mark":
            clauses[-1].append(token.text)
    said = [tuple(clause) for clause in clauses if clause]
    return len(said) > 1 and (said[0] in plain or said[-1] in plain)


def _is_shouted(tokens: Sequence[Token], lex: Lexicon, loud: Set[str]) -> bool:
    """STOP in capitals within a sentence, as we tell people to write it, unless the words before it deny it or speak of another."""
    plain = {words[0] for words in lex.phrases("phrases.plain_stop") if len(words) == 1} & loud
    denials = {*lex.phrases("common.negators"), *lex.phrases("common.others")}
    clause: list[str] = []
    for token in tokens:
        if token.text in plain and not _holds(clause, denials):
            return True
        clause = [] if token.kind == "mark" else [*clause, token.text]
    return False


def _holds(texts: Sequence[str], phrases: Set[Words]) -> bool:
    """Whether one of the phrases stands in a run of words."""
    longest = max(map(len, phrases), default=0)
    return any(tuple(texts[at : at + length]) in phrases for at in range(len(texts)) for length in range(1, longest + 1))
