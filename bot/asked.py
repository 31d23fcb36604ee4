"""What a message asks of us in the client's own words, and what must be read besides to act on it. Judged before the turn is worked out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from bot import asides, flow_store
from bot.arrival import Arrival, Known, Talk
from bot.channels.channel import InboundKind
from bot.errors import CheckinError
from bot.flows.asking import choices
from bot.flows.language import Asking, Flow
from bot.flows.state import from_json
from bot.house import House
from bot.understanding import intent
from bot.values import Asked, Intent
from storage import plans
from storage import schema as t

CORRECTED_WITHIN = timedelta(hours=48)
"""How long after a conversation ended its last answers may be corrected by a text."""
ANSWERS_MAX = 12
APPOINTMENTS_MAX = 9
"""More are not listed: a list must be answered by one digit."""
_LAST = (
    sa.select(t.conversations)
    .where(t.conversations.c.client_id == sa.bindparam("client"), t.conversations.c.closed_at >= sa.bindparam("since"))
    .order_by(t.conversations.c.closed_at.desc(), t.conversations.c.id.desc())
    .limit(1)
)
_ANSWERS = (
    sa.select(t.answers)
    .where(
        t.answers.c.client_id == sa.bindparam("client"),
        t.answers.c.at >= sa.bindparam("since"),
        t.answers.c.conversation_id == sa.bindparam("conversation"),
        t.answers.c.value_sealed.is_not(None),
        t.answers.c.corrected_by.is_(None),
    )
    .order_by(t.answers.c.at.desc(), t.answers.c.id.desc())
    .limit(ANSWERS_MAX)
)
_APPOINTMENTS = (
    sa.select(t.appointments.c.id)
    .where(
        t.appointments.c.client_id == sa.bindparam("client"),
        t.appointments.c.status == "booked",
        t.appointments.c.starts_at > sa.bindparam("now"),
    )
    .order_by(t.appointments.c.starts_at, t.appointments.c.id)
    .limit(APPOINTMENTS_MAX)
)


def look(house: House, arrival: Arrival) -> Arrival:
    """The arrival with what it asks. Never raises on what was written; one read more where an answer or an appointment is meant."""
    if arrival.inbound.kind is not InboundKind.text or not arrival.others or arrival.snap.staff_id is not None:
        return arrival
    if arrival.client is None:
        return replace(arrival, known=Known(_read(arrival, arrival.talk)))
    between = house.db.read(lambda connection: _last(connection, house, arrival)) if arrival.talk is None else None
    known = Known(_read(arrival, arrival.talk or between), last=between)
    aside = asides.waiting(arrival)
    if known.asked.intent is Intent.change or (aside is not None and aside.kind == "appointment"):
        known = replace(known, appointments=house.db.read(lambda connection: _appointments(connection, house, arrival)))
    if known.asked.intent is Intent.correct and (arrival.talk or between) is not None:
        known = replace(known, answers=house.db.read(lambda connection: _answers(connection, house, arrival, between)))
    return replace(arrival, known=known)


def _read(arrival: Arrival, talk: Talk | None) -> Asked:
    try:
        values = list(_labels(arrival, talk.flow)) if talk is not None else []
        return intent(arrival.inbound.text, arrival.languages, values=values)
    except Exception:  # noqa: BLE001 - a reader that fails leaves the message to the roads that need none
        return Asked(Intent.none)


def _labels(arrival: Arrival, flow: Flow) -> Iterator[str]:
    """What the questions of a flow can be answered with, in the client's language: what a correction may name."""
    words, language = arrival.house.words, arrival.language
    for step in flow.steps.values():
        for choice in choices(step) if isinstance(step, Asking) else ():
            if choice.label is not None:
                yield words.say(choice.label.en, language)
            if choice.words is not None:
                yield from filter(None, map(str.strip, words.say(choice.words.en, language).split("|")))


def _last(connection: Connection, house: House, arrival: Arrival) -> Talk | None:
    assert arrival.client is not None
    where = {"client": arrival.client["id"], "since": arrival.now - CORRECTED_WITHIN}
    row = connection.execute(_LAST, where).mappings().first()
    if row is None:
        return None
    plain = house.vault.open(connection, "conversations.state", row["id"], row["state_sealed"])
    if plain is None:
        return None
    try:
        return Talk(dict(row), from_json(plain), flow_store.flow_of(connection, row["programme_id"], row["flow"], row["flow_version"]))
    except CheckinError:
        return None


def _answers(connection: Connection, house: House, arrival: Arrival, last: Talk | None) -> tuple[dict[str, Any], ...]:
    """The answers of the open conversation, else of the last, the latest first, opened."""
    talk = arrival.talk or last
    assert talk is not None
    assert arrival.client is not None
    where = {"client": arrival.client["id"], "since": talk.row["opened_at"], "conversation": talk.row["id"]}
    found = []
    for row in connection.execute(_ANSWERS, where).mappings():
        plain = house.vault.open(connection, "answers.value", row["id"], row["value_sealed"])
        if plain is not None:
            found.append({**row, "value": json.loads(plain)})
    return tuple(found)


def _appointments(connection: Connection, house: House, arrival: Arrival) -> tuple[dict[str, Any], ...]:
    assert arrival.client is not None
    ids = connection.execute(_APPOINTMENTS, {"client": arrival.client["id"], "now": arrival.now}).scalars().all()
    rows = (plans.opened(connection, house.vault, t.appointments, row_id) for row_id in ids)
    return tuple(row for row in rows if row is not None)
