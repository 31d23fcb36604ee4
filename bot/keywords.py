"""STOP, START, HELP, forget, loss and a language's own name: what the client asks of the line itself, as changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot import compose, texts
from bot.arrival import Arrival
from bot.changes import Change, CloseTask, Insert, OpenTask, Send, StartAddress, StopAddresses, Trail, Update
from bot.values import Category, Finding, Keyword, MessageClass, Person, Purpose, Severity
from storage import schema as t
from storage.outbox import Draft

TASK_OF = {Keyword.stop: "stopped", Keyword.forget: "forget", Keyword.loss: "loss"}


def answer(
    arrival: Arrival,
    kind: str,
    said: texts.Said,
    *,
    cls: MessageClass = MessageClass.keyword,
    language: str = "",
    listed: Sequence[str] = (),
) -> Send:
    """A line in answer to a keyword, in the language at hand. listed: what stands numbered under it."""
    msgid, values = said
    language = language or arrival.language
    text = arrival.house.words.say(msgid, language, values)
    if listed:
        text = f"{text}\n{arrival.house.words.numbered(listed, language)}"
    return Send(_draft(arrival, kind, text, cls))


def _draft(arrival: Arrival, kind: str, text: str, cls: MessageClass) -> Draft:
    return compose.message(
        arrival.house,
        arrival.line(),
        cls=cls,
        kind=kind,
        text=text,
        now=arrival.now,
        purpose=Purpose.service,
        received_id=arrival.received_id,
        exempt=("consent",),
    )


def stop(arrival: Arrival, keyword: Keyword, *, how: str) -> list[Change]:
    """
    Nothing more goes to the address, for all its clients, nor to their other addresses; each case manager hears of it.

    how: keyword, phrase, provider or blocked. The provider's own filter has answered where it handled the word.
    """
    people = arrival.others
    changes: list[Change] = [StopAddresses((arrival.snap.address["id"],), tuple(one["id"] for one in people), how)]
    for one in people:
        held, _ = arrival.purposes.get(one["id"], ((), ()))
        if held:
            changes.append(Insert(t.consents, _consent(arrival, one, "withdraw", held, how)))
        kind = "blocked" if how == "blocked" else TASK_OF[keyword]
        changes.append(OpenTask(arrival.programme.id, one["id"], kind, one["id"], one["manager_id"]))
        actor = Person(one["id"], "client", arrival.programme.id)
        changes.append(Trail(arrival.programme.id, one["id"], actor, "consent.withdraw", f"client {one['id']}", {"how": how}))
    if how != "blocked" and arrival.inbound.handled != "stop":
        changes.append(_stop_answer(arrival, keyword))
    return changes


def _stop_answer(arrival: Arrival, keyword: Keyword) -> Send:
    if keyword is Keyword.forget:
        return answer(arrival, "forget", (texts.FORGET, {"programme": arrival.programme.name}))
    values = {"programme": arrival.programme.name, "emergency": arrival.crisis_line().values()["emergency"]}
    return answer(arrival, "stop", (texts.STOPPED, values))


def start(arrival: Arrival) -> list[Change]:
    """START brings back this address alone, with the purposes agreed to before the STOP, in a new consent row."""
    changes: list[Change] = [StartAddress(arrival.snap.address["id"])]
    for one in arrival.others:
        held, before = arrival.purposes.get(one["id"], ((), ()))
        if before and not held:
            changes.append(Insert(t.consents, _consent(arrival, one, "restore", before, "keyword")))
        changes.append(CloseTask(arrival.programme.id, "stopped", one["id"], "started"))
        actor = Person(one["id"], "client", arrival.programme.id)
        changes.append(Trail(arrival.programme.id, one["id"], actor, "consent.restore", f"client {one['id']}"))
    if arrival.inbound.handled != "start":
        changes.append(answer(arrival, "start", (texts.STARTED, {"programme": arrival.programme.name})))
    return changes


def help_(arrival: Arrival) -> tuple[list[Change], Finding]:
    """Who we are, that nobody watches all the time, numbers, a person, how to stop; and a review item."""
    manager = arrival.names.get(arrival.managers[0], "") if len(arrival.managers) == 1 else ""
    said = texts.help_answer(arrival.crisis_line(), arrival.programme.name, manager)
    finding = Finding(Severity.review, Category.help, "keyword.help", arrival.inbound.text[:80], "The client asked for HELP.")
    return [answer(arrival, "help", said)], finding


def loss(arrival: Arrival) -> list[Change]:
    """A death or another loss: nothing cheerful goes out until a person has looked; no stop."""
    changes: list[Change] = []
    for one in arrival.others:
        changes.append(Update(t.clients, one["id"], {"held_at": arrival.now}))
        changes.append(OpenTask(arrival.programme.id, one["id"], "loss", one["id"], one["manager_id"]))
    manager = arrival.names.get(arrival.managers[0], "") if len(arrival.managers) == 1 else ""
    changes.append(answer(arrival, "loss", (texts.LOSS, {"manager": manager or texts.YOUR_CASE_MANAGER})))
    return changes


def switch_language(arrival: Arrival, language: str, *, answered: bool) -> list[Change]:
    """The client wrote the name of a language: from now on that one. answered: the loop guard allows to say so."""
    changes: list[Change] = [Update(t.clients, one["id"], {"language": language}) for one in arrival.others]
    if answered:
        changes.append(answer(arrival, "language", (texts.LANGUAGE_SWITCHED, {}), cls=MessageClass.reply, language=language))
    return changes


def _consent(arrival: Arrival, client: Any, act: str, purposes: tuple[str, ...], how: str) -> dict[str, Any]:
    row_id = arrival.house.ports.ids.new()
    return {
        "id": row_id,
        "programme_id": arrival.programme.id,
        "client_id": client["id"],
        "act": act,
        "purposes": list(purposes),
        "how": how,
        "by_id": 0,
        "language": client["language"],
        "channel": arrival.snap.sender["channel"],
        "address_id": arrival.snap.address["id"],
        "shared_phone": int(len(arrival.others) > 1),
        "at": arrival.now,
    }
