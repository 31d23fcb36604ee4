"""Yes, no or unsure. What is only hinted at ("I moved away years ago") is never guessed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.understanding import thresholds as t
from bot.understanding.lexicon import Lexicon
from bot.understanding.phrases import Hit
from bot.understanding.tokens import Token, is_dense
from bot.values import Reading

ANSWERS = {"yes": "yes", "yes_alone": "yes", "yes_likely": "yes", "no": "no", "no_alone": "no", "no_likely": "no", "unsure": "unsure"}
VALUES: dict[str, bool | str] = {"yes": True, "no": False, "unsure": "unsure"}
_SPLIT = frozenset({"break", "connectors"})
_KNOWN = frozenset({"filler", "polite", "mark", "and", "question", "correction", "or", "now"})


@dataclass(slots=True)
class Clause:
    """One clause of the reply, and what it says. `answer`: yes, no, unsure, mixed, unclear or None."""

    hits: list[Hit] = field(default_factory=list)
    after_but: bool = False
    asked: bool = False
    answer: str | None = None
    likely: bool = False
    strangers: bool = False
    denied: bool = False
    corrected: bool = False


def read_yes_no(tokens: Sequence[Token], lexicon: Lexicon) -> tuple[Reading, tuple[int, int] | None]:
    """The reading without its span, and the range of tokens that carried it."""
    hits = lexicon.yes_no.tag(tokens)
    found = _decide(hits, tokens)
    reading, span = found
    if span is not None and reading.value is not None and _runs_on(span[1], hits, tokens):
        return t.reading(reading.value, min(reading.confidence, t.GUESSED), reading.reason), span
    if found[0].reason != "no-match" or len(tokens) > t.TYPO_TOKENS_MAX or any(hit.tag == "negators" for hit in hits):
        return found
    mended = lexicon.yes_no.mend(tokens)
    if mended is None:
        return found
    again, span = _decide(lexicon.yes_no.tag(tokens, mended), tokens)
    if again.value is None:
        return found
    return t.reading(again.value, min(again.confidence, t.GUESSED), "misspelt"), span


def clauses(hits: Sequence[Hit], tokens: Sequence[Token]) -> list[Clause]:
    """Cut at marks, connectors and "but"."""
    found = [Clause()]
    for hit in hits:
        if hit.tag in _SPLIT or hit.tag == "but":
            if hit.tag == "break" and tokens[hit.first].text == "?":
                found[-1].asked = True
            found.append(Clause(after_but=hit.tag == "but" or (found[-1].after_but and not found[-1].hits)))
        else:
            found[-1].hits.append(hit)
    return [clause for clause in found if clause.hits or clause.asked]


def _decide(hits: Sequence[Hit], tokens: Sequence[Token]) -> tuple[Reading, tuple[int, int] | None]:
    parts = clauses(hits, tokens)
    for part in parts:
        _judge(part)
    if any(part.answer == "unclear" for part in parts):
        return t.unread("unclear"), None
    said = [part for part in parts if part.answer is not None]
    if not said:
        numbers = any(token.kind == "number" for token in tokens)
        return t.unread("number" if numbers else "no-match"), None
    if any(part.answer == "mixed" for part in said):
        return t.unread("both"), None
    answers = {part.answer for part in said}
    confidence, reason = t.CLEAR, "word"
    if len(answers) > 1:
        since = parts.index(said[-1])
        first = parts.index(said[0])
        if not any(part.corrected for part in parts[first : since + 1]):
            return t.unread("both"), None
        said, confidence, reason = said[-1:], t.CORRECTED, "corrected"
    if any(hit.tag == "but" for hit in hits):
        confidence = min(confidence, t.HEDGED)
    confidence = min(confidence, _beside(parts, said))
    answer = said[0].answer or ""
    if all(part.likely for part in said):
        confidence, reason = min(confidence, t.HEDGED), "hedged"
    if confidence < t.CONFIRM_FROM:
        return t.unread("unclear"), None
    carrier = next(hit for hit in said[0].hits if hit.tag in ANSWERS or hit.tag.endswith("ellipsis"))
    return t.reading(VALUES[answer], confidence, reason), (carrier.first, carrier.last)


def _runs_on(last: int, hits: Sequence[Hit], tokens: Sequence[Token]) -> bool:
    """Whether an unknown word is written straight onto the answer, in a script without spaces: it may be one word with it."""
    if last >= len(tokens) or not tokens[last].glued or not is_dense(tokens[last].text):
        return False
    return any(hit.first == last and hit.tag == "" for hit in hits)


def _judge(part: Clause) -> None:
    """Fill in what the clause says."""
    tags = _elliptic([hit.tag for hit in part.hits])
    at = [index for index, tag in enumerate(tags) if tag in ANSWERS]
    part.corrected = "correction" in tags
    part.denied = "negators" in tags or "limits" in tags
    part.strangers = any(tag not in _KNOWN and tag not in ANSWERS for tag in tags)
    if "unclear" in tags:
        part.answer = "unclear"
        return
    if not at:
        return
    answers = {ANSWERS[tags[index]] for index in at}
    before, after = tags[: at[0]], tags[at[0] + 1 :]
    beside = [tag for tag in after if tag not in _KNOWN and tag not in ANSWERS]
    part.likely = all(tags[index] in ("yes_likely", "no_likely") for index in at)
    if len(answers) > 1 or any(tag not in _KNOWN for tag in before):
        part.answer = "mixed" if len(answers) > 1 or "others" in before or "negators" in before else "unclear"
    elif answers == {"yes"} and any(tag in ("negators", "limits") for tag in beside):
        part.answer = "mixed"
    elif (answers == {"unsure"} and beside) or _verbal(tags, at) or _asked(before, tags, at):
        part.answer = "unclear"
    else:
        part.answer = answers.pop()
        if tags[at[0]] == "yes_alone" and beside:
            part.likely = True


def _asked(before: Sequence[str], tags: Sequence[str], at: Sequence[int]) -> bool:
    """Who is it: "é" is yes and "is", and after a question word it is no answer."""
    return "question" in before and all(tags[index] in ("yes_alone", "no_alone") for index in at)


def _verbal(tags: Sequence[str], answers: Sequence[int]) -> bool:
    """Whether "no" stands right before an unknown word: in Spanish and Arabic it then negates the verb ("no entiendo")."""
    return all(tags[at] == "no_alone" for at in answers) and tags[answers[-1] + 1 : answers[-1] + 2] == [""]


def _elliptic(tags: list[str]) -> list[str]:
    """Read "I did" as yes and "I did laundry" as not: an ellipsis counts only with nothing unknown after it."""
    for index, tag in enumerate(tags):
        if tag in ("yes_ellipsis", "no_ellipsis"):
            open_end = any(after not in _KNOWN for after in tags[index + 1 :] if after not in ANSWERS and not after.endswith("ellipsis"))
            said, content = ("yes", "filler") if tag == "yes_ellipsis" else ("no", "negators")
            tags[index] = content if open_end else said
    return tags


def _beside(parts: Sequence[Clause], said: Sequence[Clause]) -> float:
    """How far the clauses that carry no answer leave it standing."""
    confidence = t.CLEAR
    lead = parts.index(said[0])
    for index, part in enumerate(parts):
        if part.answer is not None:
            if part.strangers:
                confidence = min(confidence, t.WITH_MORE)
            if part.asked:
                confidence = min(confidence, t.GUESSED if part.strangers else t.UNREAD)
            continue
        if not part.strangers:
            continue
        if index < lead:
            confidence = min(confidence, t.UNREAD if part.denied else t.GUESSED)
        elif part.after_but:
            confidence = min(confidence, t.UNREAD if part.denied else t.HEDGED)
        elif part.denied and said[0].answer == "yes":
            confidence = t.UNREAD
        else:
            confidence = min(confidence, t.WITH_MORE)
    return confidence
