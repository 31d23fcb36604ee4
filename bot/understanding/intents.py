"""
What a client asks of us in their own words: a call, a pause, another time, another language, who we are.

Of two things the weightier counts; what is denied, told of somebody else or only looks like it, is none.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.normalise import Normal, normalise
from bot.understanding.asking import NEAR, Asking, Said, Text
from bot.understanding.intents_file import Part, part_of
from bot.understanding.lexicon import lexicon
from bot.understanding.thresholds import TEXT_MAX
from bot.understanding.tokens import Token, tokenise, words_of
from bot.values import Asked, Intent

ALWAYS = "en"
ALONE = 1.0
WITHIN = 0.9
MENDED = 0.7
MARKED = 0.7
"""A question that only its mark shows."""
QUESTION_WORDS_MIN = 3
MEND_TOKENS_MAX = 14
_NONE = Asked(Intent.none)
_WEIGHT = {intent.value: at for at, intent in enumerate(Intent)}


def intent(text: str, languages: Sequence[str], *, values: Sequence[str] = ()) -> Asked:
    """
    Read what a message asks of us.

    Args:
        text: as received, of any length and content; the first 1,000 characters are read.
        languages: BCP 47 tags of the client and the programme; English is always read too, unknown ones are passed over.
        values: what the last question could be answered with besides numbers, yes and no: what a correction may name.

    Returns:
        The intent; `none` where nothing is asked, or where it cannot be told. Never raises on a text.
    """
    normal = normalise(text[:TEXT_MAX])
    tokens = tokenise(normal)
    if not tokens:
        return _NONE
    lexicons = {lex.language: lex for lex in (lexicon(tag) for tag in (*languages, ALWAYS)) if lex is not None}
    asking = [lex.asking for lex in lexicons.values()]
    labels = part_of(words_of(value) for value in values)
    for mended in (False, True) if len(tokens) <= MEND_TOKENS_MAX else (False,):
        found = [asked for one in asking if one is not None and (asked := _read(one, normal, tokens, labels, mended)) is not None]
        if found:
            return min(found, key=lambda asked: (_WEIGHT[asked.intent.value], -asked.confidence))
    return _marked(tokens, [one for one in asking if one is not None])


def _read(asking: Asking, normal: Normal, tokens: Sequence[Token], labels: Part, mended: bool) -> Asked | None:
    text = asking.ready(tokens, mended=mended)
    if mended and text.words == asking.ready(tokens).words:
        return None
    found = asking.find(text, labels)
    meant = [said for said in found if said.intent not in ("around", "not")]
    if not meant:
        return None
    spoilt = asking.spoilt(text)
    meant = [said for said in meant if not _outweighed(said, found) and not _denied(said, spoilt, text)]
    whole = [said for said in meant if not said.alone or _covers(said, meant, found, text)]
    whole = [said for said in whole if not any(_within(said, other) and other.intent != Intent.question for other in whole)]
    if not whole:
        return None
    said = min(whole, key=lambda one: (_WEIGHT[one.intent], one.first - one.last))
    confidence = MENDED if mended else ALONE if said.alone else WITHIN
    span = normal.span(tokens[said.first].start, tokens[said.last - 1].end)
    old, new = _words(said.old, tokens, normal), _words(said.new, tokens, normal)
    return Asked(Intent(said.intent), confidence, old, new, said.language, span)


def _within(said: Said, other: Said) -> bool:
    return other.first <= said.first and said.last <= other.last and other.last - other.first > said.last - said.first


def _outweighed(said: Said, found: Sequence[Said]) -> bool:
    """A longer phrase lies over it, or one as long that says it is none. A question is any sentence: it outweighs only questions."""
    size = said.last - said.first
    for other in found:
        if other.intent == "around" or other.first >= said.last or other.last <= said.first:
            continue
        longer = other.last - other.first - size
        light = other.intent == Intent.question and said.intent != Intent.question
        if (longer > 0 and not other.alone and not light) or (longer >= 0 and other.intent == "not"):
            return True
    return False


def _denied(said: Said, spoilt: Sequence[int], text: Text) -> bool:
    """Denied, or said of somebody else, right before it in the same clause."""
    near = NEAR * text.steps
    return any(said.first - near <= end <= said.first and not any(text.marks[end : said.first]) for end in spoilt)


def _covers(said: Said, meant: Sequence[Said], found: Sequence[Said], text: Text) -> bool:
    """Whether nothing stands around it but politeness, marks, and other things that are asked."""
    free = {at for one in (said, *meant, *(one for one in found if one.intent == "around")) for at in range(one.first, one.last)}
    return all(at in free or token.kind == "mark" for at, token in enumerate(text.tokens))


def _words(span: tuple[int, int] | None, tokens: Sequence[Token], normal: Normal) -> str:
    return normal.matched(tokens[span[0]].start, tokens[span[1] - 1].end) if span else ""


def _marked(tokens: Sequence[Token], asking: Sequence[Asking]) -> Asked:
    """A sentence with a question mark, of some length: a person answers it."""
    if not any(token.text == "?" for token in tokens):
        return _NONE
    clause: list[Token] = []
    asked: list[Token] = []
    for token in tokens:
        if token.text == "?":
            asked, clause = max(asked, clause, key=len), []
        elif token.kind == "mark" and token.text in ".!\n":
            clause = []
        elif token.kind == "word":
            clause.append(token)
    for one in asking:
        text = one.ready(asked)
        if len(asked) < QUESTION_WORDS_MIN * text.steps or any(said.intent == "not" for said in one.find(text)):
            return _NONE
    return Asked(Intent.question, MARKED)
