"""
Binding a Telegram chat to the person it was invited for: a one-use link, then a second check, three tries, then a person.

Until the check is passed nothing about the client goes to the chat. Staff bind the same way, and get a test alert.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from bot import texts
from bot.arrival import Arrival
from bot.changes import Change, CloseTask, MakeDue, OpenTask, Send, Trail, Update
from bot.channels.channel import InboundKind
from bot.compose import message
from bot.normalise import fold
from bot.staff_code import test_code
from bot.values import MessageClass, Person
from storage import schema as t

TRIES_MAX = 3


def work(arrival: Arrival) -> list[Change] | None:
    """What the message means for a binding that is under way; None when it is about something else."""
    invite = arrival.snap.invite
    if arrival.inbound.kind is InboundKind.start and arrival.inbound.start_token:
        if invite is None or invite["expires_at"] <= arrival.now:
            return None
        return _mixed(arrival, invite) or _opened(arrival, invite)
    if invite is None or invite["address_id"] != arrival.snap.address["id"] or arrival.inbound.kind is not InboundKind.text:
        return None
    if invite["expires_at"] <= arrival.now:
        return None
    return _mixed(arrival, invite) or _checked(arrival, invite)


def _mixed(arrival: Arrival, invite: Any) -> list[Change]:
    """A chat is of clients or of staff, never of both: what is bound there is about somebody, or is read as alert codes."""
    is_client = invite["owner_kind"] == "client"
    if arrival.snap.staff_id is None if is_client else not arrival.others:
        return []
    return [_failed(arrival, invite), _say(arrival, (texts.CHECK_PERSON, {"programme": arrival.programme.name}))]


def _failed(arrival: Arrival, invite: Any) -> Change:
    """The work item for whoever can help: the client's case manager, else a supervisor."""
    client_id = invite["owner_id"] if invite["owner_kind"] == "client" else None
    there = {one.id for one in arrival.staff}
    keeper = next((one.id for one in sorted(arrival.staff, key=lambda one: (one.role != "supervisor", one.id))), 0)
    owner = invite["manager_id"] if invite["manager_id"] in there else keeper
    return OpenTask(arrival.programme.id, client_id, "binding_failed", invite["contact_point_id"], owner)


def _opened(arrival: Arrival, invite: Any) -> list[Change]:
    changes: list[Change] = [Update(t.invites, invite["id"], {"address_id": arrival.snap.address["id"]})]
    if arrival.secret is None:
        return [*changes, *_bind(arrival, invite)]
    text = texts.CHECK_CODE if arrival.secret[0] == "code" else texts.CHECK_BIRTH_DATE
    return [*changes, _say(arrival, (text, {"programme": arrival.programme.name}))]


def _checked(arrival: Arrival, invite: Any) -> list[Change]:
    if _right(arrival):
        return _bind(arrival, invite)
    tries = invite["tries"] + 1
    if tries < TRIES_MAX:
        left = TRIES_MAX - tries
        words = arrival.house.words
        text = words.say_count(texts.CHECK_WRONG.one, texts.CHECK_WRONG.many, left, _language(arrival))
        return [Update(t.invites, invite["id"], {"tries": tries}), _said(arrival, text)]
    failed = {"tries": tries, "outcome": "failed", "used_at": arrival.now}
    return [
        Update(t.invites, invite["id"], failed),
        _failed(arrival, invite),
        _say(arrival, (texts.CHECK_PERSON, {"programme": arrival.programme.name})),
    ]


def _right(arrival: Arrival) -> bool:
    assert arrival.secret is not None
    kind, wanted = arrival.secret
    given = fold(arrival.inbound.text)
    if kind == "code":
        return "".join(char for char in given if char.isalnum()) == "".join(char for char in fold(wanted) if char.isalnum())
    digits = [int(part) for part in "".join(char if char.isdecimal() else " " for char in given).split()]
    born = date.fromisoformat(wanted)
    return sorted(digits) == sorted((born.day, born.month, born.year))


def _bind(arrival: Arrival, invite: Any) -> list[Change]:
    point, now = invite["contact_point_id"], arrival.now
    is_client = invite["owner_kind"] == "client"
    chain = invite["owner_id"] if is_client else arrival.programme.id
    changes: list[Change] = [
        Update(t.invites, invite["id"], {"used_at": now, "outcome": "bound"}),
        Update(t.contact_points, point, {"address_id": arrival.snap.address["id"], "status": "active", "status_at": now}),
        CloseTask(arrival.programme.id, "telegram_not_opened", point, "opened"),
        Trail(
            arrival.programme.id,
            chain,
            Person(invite["owner_id"], invite["owner_kind"], arrival.programme.id),
            "contact.bound",
            f"point {point}",
        ),
    ]
    if is_client:
        changes.append(_say(arrival, (texts.CHECK_RIGHT, {})))
        changes.append(MakeDue(arrival.programme.id, "opened", now, invite["owner_id"], client_id=invite["owner_id"]))
        return changes
    code = str(test_code(point))
    return [
        *changes,
        _say(arrival, (texts.STAFF_BOUND, {}), cls=MessageClass.alert),
        _say(arrival, (texts.TEST_ALERT, {"code": code}), cls=MessageClass.alert),
    ]


def _say(arrival: Arrival, said: texts.Said, cls: MessageClass = MessageClass.reply) -> Send:
    msgid, values = said
    return _said(arrival, arrival.house.words.say(msgid, _language(arrival), values), cls)


def _language(arrival: Arrival) -> str:
    """The language of the person who was invited: the chat itself is nobody's yet."""
    invite = arrival.snap.invite
    return str(invite["language"]) if invite is not None and invite["language"] else arrival.language


def _said(arrival: Arrival, text: str, cls: MessageClass = MessageClass.reply) -> Send:
    draft = message(
        arrival.house,
        replace(arrival.line(), language=_language(arrival)),
        cls=cls,
        kind="check",
        text=text,
        now=arrival.now,
        exempt=("consent",),
        received_id=arrival.received_id,
    )
    return Send(draft)
