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
ENDS = ".!\n"
"""Marks that end a sentence. After a comma, a colon or a quote somebody else's "stop" may follow: "I said no, stop"."""
SHOUTED_ENDS = f"{ENDS}?"
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
    hits = lex.intents.tag(tokens)
    asked = _asked(hits, tokens, lex)
    for intent in (Keyword.loss, Keyword.forget, Keyword.stop):
        if intent.value in asked:
            return OptOut(intent, PHRASE)
    if "not_stop" not in asked and _stop_clause(tokens, lex, others):
        return OptOut(Keyword.stop, CLAUSE)
    if "not_stop" not in asked and _is_shouted(hits, tokens, lex, loud - others):
        return OptOut(Keyword.stop, CLAUSE)
    if "shared" in asked:
        return OptOut(Keyword.none, SHARED, shared=True)
    if "start" in asked:
        return OptOut(Keyword.start, PHRASE)
    return OptOut(Keyword.stop, CLAUSE) if "not_stop" not in asked and _is_misspelt(tokens, lex) else _NONE


def _asked(hits: Sequence[Hit], tokens: Sequence[Token], lex: Lexicon) -> Set[str]:
    """What the phrases ask for that nothing before them denies."""
    return {hit.tag[7:] for at, hit in enumerate(hits) if hit.tag.startswith("phrase:") and not _spoilt(hits, at, tokens, lex)}


def _is_misspelt(tokens: Sequence[Token], lex: Lexicon) -> bool:
    """A stop once long unknown words are mended: "unsuscribe", "dont mesage me"; what else they might be is left alone."""
    mended = lex.intents.mend(tokens)
    if mended is None:
        return False
    hits = lex.intents.tag(tokens, mended)
    asked = _asked(hits, tokens, lex)
    return "stop" in asked and not asked & {"not_stop", "shared"} and all(hit.tag != "others" for hit in hits)


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


def _spoilt(hits: Sequence[Hit], at: int, tokens: Sequence[Token], lex: Lexicon) -> bool:
    """Denied ("don't stop texting") or said of somebody else ("make him stop texting me")."""
    if hits[at].tag not in ("phrase:stop", "phrase:start", "phrase:forget"):
        return False
    near = range(max(0, at - NEAR_TOKENS), at)
    return any(hits[one].tag in ("negators", "others", "phrase:not_stop") and not _exclaimed(hits, one, tokens, lex) for one in near)


def _exclaimed(hits: Sequence[Hit], at: int, tokens: Sequence[Token], lex: Lexicon) -> bool:
    """A bare no with a pause or thanks behind it ("No. Stop these texts") denies nothing of what follows."""
    words = tuple(token.text for token in tokens[hits[at].first : hits[at].last])
    return hits[at + 1].tag in ("break", "polite") and lex.yes_no.entries.get(words) in ("no", "no_alone")


def _stop_clause(tokens: Sequence[Token], lex: Lexicon, others: Set[str]) -> bool:
    """STOP as a sentence of its own at the beginning or the end: "STOP. I don't want these"."""
    plain = lex.plain_stops - {(word,) for word in others}
    clauses: list[list[str]] = [[]]
    for token in tokens:
        if token.kind == "mark" and token.text in ENDS:
            clauses.append([])
        elif token.kind != "mark":
            clauses[-1].append(token.text)
    said = [tuple(clause) for clause in clauses if clause]
    return len(said) > 1 and (said[0] in plain or said[-1] in plain)


def _is_shouted(hits: Sequence[Hit], tokens: Sequence[Token], lex: Lexicon, loud: Set[str]) -> bool:
    """
    STOP in capitals within a sentence, as we tell people to write it: "ok you can STOP now", "sorry but STOP, I don't want this".

    Nothing but politeness and its like stands behind it, or before it; else something other may be what should stop. Not where
    the words before it deny it, ask, or speak of another, nor within words that self-harm shares.
    """
    if not loud:
        return False
    shared = {at for hit in hits if hit.tag == "phrase:shared" for at in range(hit.first, hit.last)}
    said: list[str] = []
    for at, token in enumerate(tokens):
        if token.kind == "mark":
            said = [] if token.text in SHOUTED_ENDS else said
            continue
        if token.text in loud and (token.text,) in lex.plain_stops and at not in shared and not _holds(said, lex.contrary):
            behind = [one.text for one in tokens[at + 1 : _end(tokens, at)]]
            if _only(behind, lex.asides) or (said and _only(said, lex.asides)):
                return True
        said.append(token.text)
    return False


def _end(tokens: Sequence[Token], at: int) -> int:
    """Where the part of the sentence ends that the token stands in."""
    return next((end for end in range(at, len(tokens)) if tokens[end].kind == "mark"), len(tokens))


def _holds(texts: Sequence[str], phrases: Set[Words]) -> bool:
    """Whether one of the phrases stands in a run of words."""
    longest = max(map(len, phrases), default=0)
    return any(tuple(texts[at : at + length]) in phrases for at in range(len(texts)) for length in range(1, longest + 1))


def _only(texts: Sequence[str], phrases: Set[Words]) -> bool:
    """Whether a run of words is made of the phrases and nothing else; of no words it is."""
    sizes = range(1, min(len(texts), max(map(len, phrases), default=0)) + 1)
    return not texts or any(tuple(texts[:size]) in phrases and _only(texts[size:], phrases) for size in sizes)
