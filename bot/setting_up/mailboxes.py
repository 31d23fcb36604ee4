"""
Mailboxes of staff: an alert goes there once a person has shown that it arrives, by a button behind a link that works once.

The link's page only shows the button: mail scanners open links, and a GET must not prove anything.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from bot import compose, texts
from bot.alerts import PARAGRAPH
from bot.channels.mail import ADDRESS
from bot.errors import NotFound
from bot.house import House
from bot.setting_up.given import COMMAND_LINE, Given, Made, trail
from bot.setting_up.points import add_point, sender_for
from bot.values import ChannelKind, MessageClass, Person, Purpose
from storage import audit, outbox, people
from storage import schema as t

LASTS = timedelta(days=7)
TOKEN_BYTES = 24
ADDRESS_CHARS_MAX = 200
PRIORITY = 2
"""After a phone and Telegram: mail is read last."""


def add_mailbox(house: House, user_id: int, typed: str, *, by: Person = COMMAND_LINE) -> Made:
    """
    Give a member of staff a mailbox for alerts, in the place of any other, and write to it; usable once the link is followed.

    Raises:
        NotFound: nobody of that id on duty. WrongUse: no mail sender, or no address that can be written to.
    """
    now = house.ports.clock.now()

    def unit(connection: Connection) -> Made:
        user = people.by_id(connection, t.users, user_id)
        if user is None or user["status"] != "active":
            raise NotFound("mailbox: there is nobody of that id on duty")
        given = Given("mailbox")
        address = mail_address(given, typed)
        sender = sender_for(connection, given, user["programme_id"], ChannelKind.mail.value)
        given.stop()
        assert sender is not None
        point_id = attach(connection, house, given, user, sender, address, now)
        given.stop()
        said = trail(by, user["programme_id"], "staff.mailbox", f"user {user_id}")
        audit.append(connection, house.ports.ids, **said, now=now)
        return Made(point_id, user["sign_in"] or "", tuple(given.notes))

    return house.db.write(user_id, unit)


def attach(
    connection: Connection, house: House, given: Given, user: dict[str, Any], sender: dict[str, Any], address: str, now: datetime
) -> int:
    """The contact point at `address`, and the message that proves it; in a demo, where nothing leaves, it is proved at once."""
    c = t.contact_points.c
    theirs = sa.and_(c.owner_kind == "user", c.owner_id == user["id"], c.channel == ChannelKind.mail.value)
    connection.execute(sa.update(t.contact_points).where(theirs).values(status="wrong", status_at=now))
    demo = sender["provider"] == "simulated"
    point_id = add_point(
        connection, house, given, ("user", user["id"]), sender, plain=address, status="active" if demo else "invited", now=now,
        priority=PRIORITY,
    )  # fmt: skip
    point = people.by_id(connection, t.contact_points, point_id)
    if not demo and not given.faults and point is not None:
        write_to(connection, house, user, point, now)
    return point_id


def mail_address(given: Given, typed: str) -> str:
    """An address as it is written to; its domain in lower case, so that it is found again."""
    name, _, domain = typed.strip().rpartition("@")
    address = f"{name}@{domain.lower()}"
    if len(address) > ADDRESS_CHARS_MAX or not ADDRESS.fullmatch(address):
        given.fault("mail", "this is no mail address that can be written to; write it as name@example.org")
        return ""
    return address


def write_to(connection: Connection, house: House, user: dict[str, Any], point: dict[str, Any], now: datetime) -> None:
    """Put a message with a link that works once into the outbox for a mailbox. Links given out before stop working."""
    ids, words = house.ports.ids, house.words
    token = ids.token(TOKEN_BYTES)
    people.replace_invites(connection, point["id"])
    row = {
        "id": ids.new(),
        "programme_id": user["programme_id"],
        "contact_point_id": point["id"],
        "token_hash": hashlib.sha256(token.encode()).digest(),
        "expires_at": now + LASTS,
        "created_at": now,
    }
    people.add(connection, t.invites, row)
    line = compose.Line(
        programme_id=user["programme_id"],
        sender_id=point["sender_id"],
        channel=ChannelKind.mail,
        address_id=point["address_id"],
        key=house.vault.key_for(connection, user["id"]),
        language=user["language"],
        zone=user["zone"],
        user_id=user["id"],
    )
    link = f"{house.public_url}/mailbox/{token}"
    parts = (words.say(texts.MAIL_TEST, user["language"]), words.say(texts.MAIL_TEST_LINK, user["language"], {"link": link}))
    draft = compose.message(
        house, line, cls=MessageClass.alert, kind="alert:test", text=PARAGRAPH.join(parts), now=now, purpose=Purpose.service,
        exempt=("rung",), not_after=now + LASTS,
    )  # fmt: skip
    outbox.enqueue(connection, draft, now)


def confirm(house: House, token: str) -> bool:
    """Somebody pressed the button behind the link: alerts arrive there. False: the link is spent, replaced, too old or none of ours."""
    now = house.ports.clock.now()
    hashed = hashlib.sha256(token.encode("utf-8", "replace")).digest()

    def unit(connection: Connection) -> bool:
        c, point = t.invites.c, t.contact_points.c
        row = connection.execute(
            sa.select(c.id, c.contact_point_id, c.programme_id, point.owner_id)
            .join(t.contact_points, point.id == c.contact_point_id)
            .where(c.token_hash == hashed, point.channel == ChannelKind.mail.value, point.owner_kind == "user")
        ).first()
        if row is None:
            return False
        used = sa.update(t.invites).where(c.id == row.id, c.used_at.is_(None), c.outcome.is_(None), c.expires_at > now)
        if connection.execute(used.values(used_at=now, outcome="bound")).rowcount != 1:
            return False
        people.change(connection, t.contact_points, row.contact_point_id, status="active", status_at=now, tested_at=now)
        by = Person(row.owner_id, "mailbox", row.programme_id)
        said = trail(by, row.programme_id, "staff.mailbox.proved", f"point {row.contact_point_id}")
        audit.append(connection, house.ports.ids, **said, now=now)
        return True

    return house.db.write(0, unit)
