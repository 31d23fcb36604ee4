"""Invitations to Telegram: a bot cannot write first, so a person opens a one-use link and passes a second check."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from bot import compose, texts
from bot.errors import NotFound, WrongUse
from bot.house import House
from bot.setting_up.given import COMMAND_LINE, Given, trail
from bot.setting_up.points import add_point, sender_for
from bot.values import ChannelKind, MessageClass, Person, Purpose
from storage import audit, outbox, people
from storage import schema as t

LASTS = timedelta(days=7)
TOKEN_BYTES = 24
"""32 characters of A-Z a-z 0-9 _ -; Telegram takes 64 (https://core.telegram.org/bots/features#deep-linking)."""
USABLE = ("verified", "active")


@dataclass(frozen=True, slots=True)
class Invitation:
    """
    A link that works once, and the code that the person then sends to the bot. Neither is kept: only a hash, and a seal.

    texted: the link has gone into the outbox for the person's phone. The code never does.
    """

    link: str = field(repr=False)
    code: str = field(repr=False)
    programme: str
    language: str
    expires_at: datetime
    texted: bool


def invite(house: House, owner_kind: str, owner_id: int, *, text: bool = True, by: Person = COMMAND_LINE) -> Invitation:
    """
    Invite a client or a member of staff ("client" | "user") to Telegram. Links given out before stop working.

    text: send the link by SMS too, where the person has a phone number of which nobody said STOP.

    Raises:
        WrongUse: no Telegram sender, or a chat is bound already. NotFound: nobody of that id.
    """
    now, ids = house.ports.clock.now(), house.ports.ids
    token, code, invite_id = ids.token(TOKEN_BYTES), ids.code(6), ids.new()

    def unit(connection: Connection) -> Invitation:
        person = people.by_id(connection, t.clients if owner_kind == "client" else t.users, owner_id)
        if person is None:
            raise NotFound("invite: there is nobody of that id")
        programme = people.by_id(connection, t.programmes, person["programme_id"])
        assert programme is not None
        point_id, bot_name = _point(connection, house, (owner_kind, owner_id), person["programme_id"], now)
        people.replace_invites(connection, point_id)
        key = house.vault.key_for(connection, owner_id)
        row = {
            "id": invite_id,
            "programme_id": person["programme_id"],
            "contact_point_id": point_id,
            "token_hash": hashlib.sha256(token.encode()).digest(),
            "code_sealed": house.vault.seal(key, "invites.code", invite_id, code),
            "expires_at": now + LASTS,
            "created_at": now,
        }
        people.add(connection, t.invites, row)
        people.change(connection, t.contact_points, point_id, status="invited", status_at=now)
        link = f"https://t.me/{bot_name}?start={token}"
        texted = text and _text(connection, house, (owner_kind, person), programme["name"], link, now)
        chain = owner_id if owner_kind == "client" else person["programme_id"]
        said = {**trail(by, person["programme_id"], "invite", f"point {point_id}", texted=texted), "chain_id": chain}
        audit.append(connection, ids, **said, now=now)
        return Invitation(link, code, programme["name"], person["language"], now + LASTS, texted)

    return house.db.write(owner_id, unit)


def _point(connection: Connection, house: House, owner: tuple[str, int], programme_id: int, now: datetime) -> tuple[int, str]:
    """The person's Telegram contact point, made if there is none, and the bot's name."""
    given = Given("invite")
    mine = [one for one in people.points(connection, *owner) if one["channel"] == ChannelKind.telegram.value]
    if any(one["address_id"] is not None and one["status"] in USABLE for one in mine):
        raise WrongUse("invite: this person's Telegram chat is bound already")
    sender = sender_for(connection, given, programme_id, "telegram", mine[0]["sender_id"] if mine else None)
    given.stop()
    assert sender is not None
    if mine:
        return mine[0]["id"], sender["address"]
    return add_point(connection, house, given, owner, sender, plain="", status="added", now=now, priority=1), sender["address"]


def _text(connection: Connection, house: House, owner: tuple[str, dict[str, Any]], programme: str, link: str, now: datetime) -> bool:
    """Put the link into the outbox for the person's phone, if there is one; whether it was."""
    kind, person = owner
    phones = [
        one
        for one in people.points(connection, kind, person["id"])
        if one["channel"] == ChannelKind.sms.value
        and one["address_id"] is not None
        and one["stopped_at"] is None
        and one["status"] in USABLE
    ]
    if not phones:
        return False
    line = compose.Line(
        programme_id=person["programme_id"],
        sender_id=phones[0]["sender_id"],
        channel=ChannelKind.sms,
        address_id=phones[0]["address_id"],
        key=house.vault.key_for(connection, person["id"]),
        language=person["language"],
        zone=person["zone"],
        **{"client_id" if kind == "client" else "user_id": person["id"]},
    )
    client = kind == "client"
    said = house.words.say(
        texts.TELEGRAM_INVITATION if client else texts.STAFF_INVITATION, person["language"], {"programme": programme, "link": link}
    )
    draft = compose.message(
        house,
        line,
        cls=MessageClass.prompt if client else MessageClass.alert,
        kind="invitation",
        text=said,
        now=now,
        purpose=Purpose.service,
        exempt=("invitation",),
        not_after=now + timedelta(days=1),
    )
    outbox.enqueue(connection, draft, now)
    return True
