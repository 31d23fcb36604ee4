"""
Words that a programme's clients have of their own: what could not be read is kept for a list, and a supervisor says what it means.

A word belongs to one question in one language. Before it counts, every reply to the question that the supervisor may see is read
once more with it: the unread ones that it would read are shown, and where it would change what was read, it is refused.
Stored answers stay as they are; the word counts for what comes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection

from bot.arrival import Arrival, Talk
from bot.changes import Change, Insert
from bot.channels.channel import InboundKind
from bot.concerns import screen
from bot.errors import NotAllowed, NotFound, WrongUse
from bot.flow_store import flow_of
from bot.flows import asking as questions
from bot.flows.correcting import asked_for, placed
from bot.flows.language import Asking, Flow
from bot.flows.model import State
from bot.house import House
from bot.locales.catalogs import PLACEHOLDER
from bot.own_words import base, counting
from bot.understanding.own_words import PHRASE_WORDS_MAX, WHOLE, OwnWord, read_with, said
from bot.values import Expected, Kind, Person, Reading, Severity, Value
from storage import audit, reading
from storage import schema as t

ACCEPTS: Final = "supervisor"
"""Who says what a word means: it counts for clients of every colleague."""
LOOKED_BACK: Final = timedelta(days=365)
LISTED: Final = timedelta(days=90)
NO_WORDS: Final = frozenset({"empty", "too-long"})
"""Readings of replies that no word could mend."""
SIDES: Final[dict[str, Value]] = {"true": True, "false": False, "unsure": "unsure"}


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked. options: (value as a form sends it, label in English, label as the client saw it); none where a number is typed."""

    flow: Flow
    asking: Asking
    language: str
    options: tuple[tuple[str, str, str], ...]

    @property
    def text(self) -> str:
        """What was asked, in English."""
        return wording(self.asking)

    @property
    def typed(self) -> bool:
        """Whether a meaning is a number, typed in."""
        return self.asking.kind in (Kind.scale, Kind.number)


@dataclass(frozen=True, slots=True)
class Reread:
    """A reply as it would be read with the word. before: None where it was unread."""

    id: int
    client_id: int
    text: str
    at: datetime
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Preview:
    """What a word would do. reads: unread replies that it reads. changes: answers that it would read otherwise; then it is refused."""

    reply: dict[str, Any]
    question: Question
    value: Value
    reads: tuple[Reread, ...]
    changes: tuple[Reread, ...]


def kept(arrival: Arrival, talk: Talk, waits: Asking | None, found: Reading, severity: Severity) -> list[Change]:
    """
    The row that puts a reply on the list, where a word of the programme's own could have read it.

    severity: what screening found in it. A concern is flagged, and never a word for an answer.
    """
    if (
        severity >= Severity.review
        or waits is None
        or waits.kind not in WHOLE
        or found.value is not None
        or found.reason in NO_WORDS
        or arrival.client is None
    ):
        return []
    if talk.state.confirming is not None or arrival.inbound.kind is not InboundKind.text:
        return []
    row = {
        "id": arrival.house.ports.ids.new(),
        "programme_id": arrival.programme.id,
        "client_id": arrival.client["id"],
        "received_id": arrival.received_id,
        "flow": talk.flow.id,
        "flow_version": talk.flow.version,
        "code": waits.code,
        "language": arrival.language,
        "how": found.reason,
        "at": arrival.now,
    }
    return [Insert(t.unread_replies, row)]


def unread(house: House, who: Person) -> list[dict[str, Any]]:
    """The list: replies of the last 90 days, the newest first, each with what was asked ("asked", English)."""
    since = house.ports.clock.now() - LISTED

    def look(connection: Connection) -> list[dict[str, Any]]:
        rows = reading.open_replies(connection, house.vault, who, since)
        return [{**row, "asked": _asked(connection, row)} for row in rows if row["text"]]

    return house.db.read(look)


def _asked(connection: Connection, row: dict[str, Any]) -> str:
    try:
        found = asked_for(flow_of(connection, row["programme_id"], row["flow"], row["flow_version"]), row["code"])
    except NotFound:
        found = None
    return wording(found) if found is not None else str(row["code"])


def wording(asking: Asking) -> str:
    """What a question says, in English, with dots where each client has something of their own."""
    return PLACEHOLDER.sub("…", asking.text.en).replace("%%", "%")


def question(house: House, who: Person, reply_id: int) -> tuple[dict[str, Any], Question]:
    """One reply and what it was asked. Raises NotAllowed where it is not visible, or `who` may not say what words mean."""
    return house.db.read(lambda connection: _question(connection, house, who, reply_id))


def _question(connection: Connection, house: House, who: Person, reply_id: int) -> tuple[dict[str, Any], Question]:
    row = reading.reply(connection, house.vault, who, reply_id) if who.role == ACCEPTS else None
    if row is None or not row["text"]:
        raise NotAllowed(f"unread reply {reply_id}: there is none that you may see")
    flow = flow_of(connection, row["programme_id"], row["flow"], row["flow_version"])
    asking = asked_for(flow, row["code"])
    if asking is None:
        raise NotFound(f"unread reply {reply_id}: its question {row['code']!r} is not in the flow")
    return row, Question(flow, asking, row["language"], _meanings(house, asking, row["language"]))


def _meanings(house: House, asking: Asking, language: str) -> tuple[tuple[str, str, str], ...]:
    if asking.kind is Kind.yes_no:
        shown = [(one.value, one.label) for one in questions.YES_NO]
        return (*((value, label, house.words.say(label, language)) for value, label in shown), ("unsure", "Not sure", ""))
    pairs = [(one.value, one.label.en if one.label else one.value) for one in questions.choices(asking)]
    return tuple((value, label, house.words.say(label, language)) for value, label in pairs)


def meaning(question: Question, typed: str) -> Value:
    """What somebody chose or typed, as an answer. Raises WrongUse where it is none."""
    if question.typed:
        try:
            number = float(typed.replace(",", "."))
        except ValueError:
            raise WrongUse(f"meaning: {typed[:40]!r} is no number") from None
        found = questions.fitting(question.asking, State(), int(number) if number == int(number) else number)
        if found is None or isinstance(found, bool | str | list | dict):
            raise WrongUse(f"meaning: {typed[:40]} is outside of what can be answered")
        return found
    if typed not in {value for value, _, _ in question.options}:
        raise WrongUse(f"meaning: {typed[:40]!r} is no answer to that question")
    return SIDES[typed] if question.asking.kind is Kind.yes_no else typed


def preview(house: House, who: Person, reply_id: int, typed: str) -> Preview:
    """
    What would change if the reply's words meant that.

    Raises:
        NotAllowed: not visible, or not a supervisor. WrongUse: no such meaning, or too many words to be a name for anything.
    """
    return house.db.read(lambda connection: _preview(connection, house, who, reply_id, typed))


def _preview(connection: Connection, house: House, who: Person, reply_id: int, typed: str) -> Preview:
    row, asked = _question(connection, house, who, reply_id)
    value = meaning(asked, typed)
    words = said(row["text"])
    row_of = connection.execute(sa.select(t.programmes.c.languages).where(t.programmes.c.id == row["programme_id"])).one()
    if screen(row["text"], [asked.language, *(row_of.languages or ())]).severity >= Severity.review:
        raise WrongUse("word: these words tell of a concern; they are no name for an answer")
    if not words or len(words) > PHRASE_WORDS_MAX:
        raise WrongUse(f"word: a reply of more than {PHRASE_WORDS_MAX} words, or of none, is no name for an answer")
    since = house.ports.clock.now() - LOOKED_BACK
    before = counting(connection, house, row["programme_id"], row["flow"], row["code"], asked.language)
    again = _reader(house, asked, before), _reader(house, asked, (*before, OwnWord(asked.asking.kind, row["text"], value)))
    unread = reading.of_question(connection, house.vault, who, row["flow"], row["code"], since)
    given = reading.answered(connection, house.vault, who, row["flow"], row["code"], since)
    reads = [_reread(one, one["text"], again) for one in unread if one["text"] and base(one["language"]) == base(asked.language)]
    changes = [_reread(one, one["raw"], again) for one in given if one["raw"] and base(one["language"]) == base(asked.language)]
    return Preview(
        row,
        asked,
        value,
        tuple(one for one in reads if one.after is not None and one.before != one.after),
        tuple(one for one in changes if one.before is not None and one.before != one.after),
    )


def _reread(row: dict[str, Any], text: str, again: tuple[Callable[[str], Any], Callable[[str], Any]]) -> Reread:
    return Reread(row["id"], row["client_id"], text, row["at"], again[0](text), again[1](text))


def _reader(house: House, asked: Question, own: Sequence[OwnWord]) -> Callable[[str], Any]:
    expected = _expected(house, asked)
    return lambda text: read_with(own, text, expected, asked.language).value


def _expected(house: House, asked: Question) -> Expected:
    state = placed(State(), asked.asking)
    return questions.expected(asked.flow, state, lambda msgid: house.words.say(msgid, asked.language), original=True)


def accept(house: House, who: Person, reply_id: int, typed: str) -> int:
    """
    Let the reply's words mean that from now on; how many unread replies leave the list.

    Raises:
        NotAllowed: not visible, or not a supervisor. WrongUse: as of `preview`, or an answer that was read would be read otherwise.
    """
    now, row_id = house.ports.clock.now(), house.ports.ids.new()

    def unit(connection: Connection) -> int:
        found = _preview(connection, house, who, reply_id, typed)
        if found.changes:
            raise WrongUse(f"word: {len(found.changes)} answers that were read would be read otherwise")
        key, vault, row = house.vault.key_for(connection, who.programme_id), house.vault, found.reply
        kept = {
            "id": row_id,
            "programme_id": who.programme_id,
            "flow": row["flow"],
            "code": row["code"],
            "language": base(row["language"]),
            "kind": found.question.asking.kind.value,
            "phrase_sealed": vault.seal(key, "own_words.phrase", row_id, row["text"].strip()),
            "value_sealed": vault.seal(key, "own_words.value", row_id, json.dumps(found.value)),
            "by_id": who.id,
            "at": now,
        }
        connection.execute(sa.insert(t.own_words), kept)
        gone = reading.settle(connection, [one.id for one in found.reads] or [reply_id], "word", who.id, now)
        _trail(connection, house, who, "word.accepted", f"word {row_id}", now, flow=row["flow"], code=row["code"], replies=gone)
        return gone

    return house.db.write(who.programme_id, unit)


def set_aside(house: House, who: Person, reply_id: int) -> bool:
    """Take a reply off the list: it means nothing that was asked. Raises NotAllowed where it is not visible."""
    now = house.ports.clock.now()

    def unit(connection: Connection) -> bool:
        row = reading.reply(connection, house.vault, who, reply_id)
        if row is None:
            raise NotAllowed(f"unread reply {reply_id}: there is none that you may see")
        gone = reading.settle(connection, [reply_id], "other", who.id, now) == 1
        if gone:
            audit.append(
                connection, house.ports.ids, programme_id=who.programme_id, chain_id=row["client_id"], actor=who,
                action="unread.set_aside", target=f"unread reply {reply_id}", now=now,
            )  # fmt: skip
        return gone

    return house.db.write(who.programme_id, unit)


def remove(house: House, who: Person, word_id: int) -> bool:
    """Let a word count no longer. Raises NotAllowed where it is not one of the programme's, or `who` is no supervisor."""
    now = house.ports.clock.now()

    def unit(connection: Connection) -> bool:
        if who.role != ACCEPTS or reading.word(connection, who.programme_id, word_id) is None:
            raise NotAllowed(f"word {word_id}: there is none that you may remove")
        gone = reading.remove_word(connection, word_id, who.id, now)
        _trail(connection, house, who, "word.removed", f"word {word_id}", now)
        return gone

    return house.db.write(who.programme_id, unit)


def words(house: House, who: Person) -> list[dict[str, Any]]:
    """The programme's words that count, the newest first, each with `phrase` and `meaning`; to supervisors alone."""
    if who.role != ACCEPTS:
        return []
    rows = house.db.read(lambda connection: reading.all_words(connection, house.vault, who.programme_id))
    return [{**row, "meaning": json.loads(row["value"])} for row in rows if row["phrase"] and row["value"]]


def _trail(connection: Connection, house: House, who: Person, action: str, target: str, now: datetime, **detail: Any) -> None:
    audit.append(
        connection, house.ports.ids, programme_id=who.programme_id, chain_id=who.programme_id, actor=who,
        action=action, target=target, detail=detail, now=now,
    )  # fmt: skip
