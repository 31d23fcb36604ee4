"""
The verdict: what the fakes took, and what the database says of it. Knows nothing of how the product works inside.

Which slot a message was for is read from what went over the wire: our outbox id in Twilio's callback address, the conversation
in Telegram's buttons.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from bot.values import Severity
from storage import audit
from storage import schema as t
from tests.crash.traffic import ASKED, THANKED, Traffic

UNFINISHED = ("pending", "held", "retry", "claimed", "sending", "unknown")


def faults(traffic: Traffic) -> list[str]:
    """Everything that is not as it must be; empty when all is well."""
    return [
        *_stored_once(traffic),
        *_prompted_once(traffic),
        *_told(traffic),
        *_answered_once(traffic),
        *_finished(traffic),
        *_logged(traffic),
    ]


def _stored_once(traffic: Traffic) -> Iterator[str]:
    """Each message that was answered with 2xx is stored exactly once, and nothing else is stored."""
    stored = Counter(
        (row["sender_id"], row["address_id"], row["provider_message_id"], row["edit"]) for row in traffic.world.rows(t.received)
    )
    ids = Counter(row["provider_message_id"] for row in traffic.world.rows(t.received, t.received.c.sender_id == int(traffic.world.sms)))
    chats = Counter(
        (row["provider_message_id"], row["client_id"])
        for row in traffic.world.rows(t.received, t.received.c.sender_id == int(traffic.world.bot), t.received.c.client_id.is_not(None))
    )
    yield from (f"stored {many} times: {key}" for key, many in stored.items() if many != 1)
    for one in traffic.taken:
        many = ids[one.message_id] if one.who.startswith("+") else chats[one.message_id, one.client_id] if one.client_id else 1
        if many != 1:
            yield f"answered 2xx and stored {many} times: {one.who[-4:]} {one.message_id}"


def _outbox_of(fields: dict[str, Any]) -> int:
    return int(parse_qs(urlsplit(fields["StatusCallback"]).query)["outbox"][0])


def _conversation_of(fields: dict[str, Any]) -> int:
    markup = fields["reply_markup"]
    markup = json.loads(markup) if isinstance(markup, str) else markup
    return int(markup["inline_keyboard"][0][0]["callback_data"].partition(".")[0], 36)


def _prompts(traffic: Traffic) -> Counter[int]:
    """How often the providers took the prompt of each slot."""
    world = traffic.world
    slot_of = {row["id"]: row["slot_id"] for row in world.rows(t.conversations)}
    talk_of = {row["id"]: row["conversation_id"] for row in world.rows(t.outbox)}
    taken = [slot_of[talk_of[_outbox_of(one.fields)]] for one in world.twilio.accepted if ASKED in one.text]
    taken += [slot_of[_conversation_of(one.fields)] for one in world.telegram.accepted if ASKED in one.text]
    return Counter(taken)


def _prompted_once(traffic: Traffic) -> Iterator[str]:
    taken = _prompts(traffic)
    for slot_id, _ in traffic.slots:
        slot = traffic.world.rows(t.slots, t.slots.c.id == slot_id)[0]
        if taken[slot_id] > 1:
            yield f"slot {slot_id}: prompted {taken[slot_id]} times"
        if slot["state"] == "skipped" and slot["reason"] == "provider_down" and not taken[slot_id]:
            continue
        if slot["state"] not in ("prompted", "unsure"):
            yield f"slot {slot_id}: {slot['state']}, {slot['reason']}"
        elif slot["state"] == "prompted" and taken[slot_id] != 1:
            yield f"slot {slot_id}: said to be prompted, and the provider has {taken[slot_id]}"


def _told(traffic: Traffic) -> Iterator[str]:
    """Each critical text has its flag, the client an answer, and the provider took an alert about it."""
    world = traffic.world
    accepted = {_outbox_of(one.fields): one for one in world.twilio.accepted}
    for one in traffic.taken:
        if not one.critical:
            continue
        row = world.rows(t.received, t.received.c.provider_message_id == one.message_id)[0]
        found = world.rows(t.findings, t.findings.c.received_id == row["id"], t.findings.c.severity == int(Severity.critical))
        flags = {finding["flag_id"] for finding in found}
        if len(flags) != 1:
            yield f"critical text {one.message_id}: {len(flags)} flags"
        for flag_id in flags:
            alerts = world.rows(t.outbox, t.outbox.c.flag_id == flag_id, t.outbox.c.cls == "alert")
            if not any(alert["id"] in accepted for alert in alerts):
                yield f"critical text {one.message_id}: no alert was taken by the provider"
        if not world.twilio.sent_to(one.who):
            yield f"critical text {one.message_id}: the client has had no reply"


def _answered_once(traffic: Traffic) -> Iterator[str]:
    for one in traffic.taken:
        if one.answer:
            rows = traffic.world.rows(t.answers, t.answers.c.client_id == one.client_id)
            if len(rows) != 1:
                yield f"answer {one.message_id}: stands on the plan {len(rows)} times"
    thanked = Counter(one.to for one in [*traffic.world.twilio.accepted, *traffic.world.telegram.accepted] if THANKED in one.text)
    yield from (f"thanked {many} times: {who[-4:]}" for who, many in thanked.items() if many > 1)


def _finished(traffic: Traffic) -> Iterator[str]:
    world = traffic.world
    for row in world.rows(t.outbox, t.outbox.c.state.in_(UNFINISHED)):
        yield f"left over: {row['kind']} is {row['state']}, {row['reason']}"
    for row in world.rows(t.due, t.due.c.at <= datetime.now(UTC)):
        yield f"left over: {row['kind']} is due"
    yield from (f"audit: {fault}" for fault in world.house.db.read(lambda connection: list(audit.faults(connection))))


def _logged(traffic: Traffic) -> Iterator[str]:
    """Nothing that a process calls an error itself; tracebacks are errors that nobody caught."""
    for line in traffic.world.site.log.read_text("utf-8").splitlines():
        if '"level": "error"' in line or line.startswith("Traceback"):
            yield f"log: {line[:300]}"
