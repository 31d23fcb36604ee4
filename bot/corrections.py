"""The last answer was wrong ("sorry, 3 not 8"): the new one is stored beside it, with totals and goal, and read back. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot import effects, texts
from bot.arrival import Arrival, Talk
from bot.changes import Change, Insert, Update
from bot.flows import asking as questions
from bot.flows.correcting import asked_for, correct, placed
from bot.flows.language import Asking
from bot.flows.model import Msgid
from bot.flows.state import to_json
from bot.understanding import read
from bot.values import Finding, Reading, Value
from storage import schema as t


@dataclass(frozen=True, slots=True)
class Corrected:
    """The changes, what is found in the new answer, and the line that reads it back."""

    changes: list[Change]
    findings: list[Finding]
    said: texts.Said


def corrected(arrival: Arrival, scene: effects.Scene, talk: Talk) -> Corrected | None:
    """
    Correct the answer that is meant: the one that had the old value, where one was said, else the last.

    None where it cannot be told: nothing new was said, it does not answer that question, or no answer had the old value.
    """
    asked = arrival.known.asked
    if not asked.new:
        return None
    for row in arrival.known.answers:
        asking = asked_for(talk.flow, row["code"])
        if asking is None:
            continue
        new, old = _read(arrival, talk, asking, asked.new), _read(arrival, talk, asking, asked.old)
        if asked.old and (old is None or old.value != row["value"]):
            continue
        if new is not None and new.value != row["value"]:
            return _stored(arrival, scene, talk, asking, new)
        if not asked.old:
            return None
    return None


def _read(arrival: Arrival, talk: Talk, asking: Asking, text: str) -> Reading | None:
    """The words as an answer to that question; None where they are none."""
    if not text:
        return None
    words, language = arrival.house.words, arrival.language
    state = placed(talk.state, asking)
    expected = questions.expected(talk.flow, state, lambda msgid: words.say(msgid, language), original=True)
    found = questions.fit(asking, state, read(text, expected, language, arrival.languages))
    return found if found.value is not None else None


def _stored(arrival: Arrival, scene: effects.Scene, talk: Talk, asking: Asking, new: Reading) -> Corrected | None:
    state, following = correct(talk.flow, talk.state, asking, arrival.inbound.text, new, arrival.now)
    if not following:
        return None
    outcome = effects.carry(scene, following, state, arrival.now)
    changes: list[Change] = []
    for change in outcome.changes:
        if isinstance(change, Update) and change.table is t.conversations:
            continue  # where the conversation stands does not change
        if isinstance(change, Insert) and change.table is t.answers:
            before = _before(arrival.known.answers, change.row["code"])
            changes.append(replace(change, row={**change.row, "corrects_id": before}))
            changes += [] if before is None else [Update(t.answers, before, {"corrected_by": change.row["id"]})]
        else:
            changes.append(change)
    sealed = arrival.house.vault.seal(arrival.key, "conversations.state", talk.row["id"], to_json(state))
    changes.append(Update(t.conversations, talk.row["id"], {"state_sealed": sealed}))
    value = state.answers[asking.code]["value"]
    return Corrected(changes, outcome.findings, (texts.CORRECTED, {"value": _named(arrival, talk, asking, value)}))


def _before(answers: Sequence[Mapping[str, Any]], code: str) -> int | None:
    return next((int(row["id"]) for row in answers if row["code"] == code), None)


def _named(arrival: Arrival, talk: Talk, asking: Asking, value: Value) -> str:
    """A value as the client saw it."""
    words, language = arrival.house.words, arrival.language
    shown = questions.read_back(asking, placed(talk.state, asking), value)
    many = shown if isinstance(shown, tuple) else (shown,)
    return ", ".join(words.say(str(one), language) if isinstance(one, Msgid) else _plain(arrival, one) for one in many)


def _plain(arrival: Arrival, value: object) -> str:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return arrival.house.words.number(float(value), arrival.language) if number else str(value)  # type: ignore[arg-type] # a number by now
