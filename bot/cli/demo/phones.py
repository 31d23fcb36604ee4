"""
The phones of the served demo: what is on them is what the outbox sent and what came in, so that it outlasts a restart.

Acts of whoever plays a phone go through the sender's webhook, signed, as a real provider brings them.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.channels.channel import Outgoing
from bot.channels.phones import Accepted
from bot.channels.simulated import Simulated
from bot.cli.demo.cast import Stranger
from bot.house import House
from bot.values import Button, ChannelKind, Delivery, OutboxState
from scheduler.engine import Engine
from storage import schema as t

SHOWN_MAX = 60
"""Messages that a phone shows; older ones are in the console."""
DELIVERED = {Delivery.delivered: "delivered", Delivery.undelivered: "not delivered", Delivery.failed: "failed"}


@dataclass(frozen=True, slots=True)
class DemoPhone:
    """A phone as the simulator's page shows it; `console.phone.Phone`. sender_id: the line it writes to."""

    address: str = field(repr=False)
    label: str
    channel: str
    language: str
    rtl: bool
    staff: bool
    sender_id: int


@dataclass(frozen=True, slots=True)
class DemoMessage:
    """A message on a phone; `console.phone.Shown`."""

    id: str
    at: datetime
    text: str = field(repr=False)
    from_us: bool
    buttons: tuple[Button, ...] = ()
    delivery: str = ""


class DemoBook:
    """The phone book behind simulated senders (`bot.channels.phones.PhoneBook`). Whom a provider's filter holds is read from the house."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._lately: list[tuple[int, Accepted]] = []
        self._lock = threading.Lock()
        self._filter: set[tuple[int, str]] | None = None

    def deliver(self, sender: int, outgoing: Outgoing, at: datetime) -> str:
        message_id = f"SIM{outgoing.outbox_id}"
        with self._lock:
            self._lately = [*self._lately[-999:], (sender, Accepted(message_id, outgoing, at))]
        return message_id

    def taken(self, sender: int, address: str, since: datetime) -> Sequence[Accepted]:
        with self._lock:
            return [one for owner, one in self._lately if owner == sender and one.address == address and one.at >= since]

    def filtered(self, sender: int, address: str) -> bool:
        return (sender, address) in self._held()

    def filter(self, sender: int, address: str, *, on: bool) -> None:
        held = self._held()
        with self._lock:
            (held.add if on else held.discard)((sender, address))

    def _held(self) -> set[tuple[int, str]]:
        if self._filter is None:
            self._filter = self._house.db.read(self._read)
        return self._filter

    def _read(self, connection: sa.Connection) -> set[tuple[int, str]]:
        s, a = t.senders.c, t.addresses.c
        rows = connection.execute(
            sa.select(s.id, a.id, a.address_sealed)
            .join(t.addresses, sa.and_(a.programme_id == s.programme_id, a.channel == s.channel))
            .where(s.stop == "provider", a.stopped_why == "provider", a.stopped_at.is_not(None))
        )
        return {(row[0], self._house.vault.open(connection, "addresses.address", row[1], row[2]) or "") for row in rows}


class DemoPhones:
    """
    The phones of a programme; `console.phone.Phones`.

    strangers: phones that belong to nobody the programme knows, with the line each writes to.
    """

    def __init__(self, engine: Engine, programme_id: int, strangers: Sequence[tuple[Stranger, int]] = ()) -> None:
        self._engine, self._house, self._programme_id = engine, engine.house, programme_id
        self._strangers = strangers

    def pump(self) -> int:
        """Bring the delivery reports of what was sent, as a provider would post them; how many."""
        query = sa.select(t.senders.c.id).where(t.senders.c.programme_id == self._programme_id)
        senders = self._house.db.read(lambda connection: connection.execute(query).scalars().all())
        reports = [(sender, report) for sender in senders for report in self._channel(sender).receipts()]
        for sender, report in reports:
            self._engine.conversations.settle(sender, report)
        return len(reports)

    def list(self) -> Sequence[DemoPhone]:
        """Clients in the order of their codes, strangers, then staff."""
        self.pump()
        phones = self._house.db.read(self._read_phones)
        strangers = [
            DemoPhone(one.address, "Somebody unknown", "sms", one.language, rtl=False, staff=False, sender_id=sender)
            for one, sender in self._strangers
        ]
        return [*(one for one in phones if not one.staff), *strangers, *(one for one in phones if one.staff)]

    def messages(self, address: str) -> Sequence[DemoMessage]:
        """What is on the phone, oldest first: the last SHOWN_MAX."""
        phone = self._phone(address)
        return self._house.db.read(lambda connection: self._read_messages(connection, phone))

    def text(self, address: str, text: str) -> int:
        """The phone's owner writes; the status that the webhook answered. A Telegram phone opens an invitation by "/start TOKEN"."""
        phone = self._phone(address)
        if phone.channel == ChannelKind.telegram and (text == "/start" or text.startswith("/start ")):
            return self._do(phone, text, kind="start", start_token=text.removeprefix("/start").strip() or None)
        return self._do(phone, text)

    def press(self, address: str, message_id: str, token: str) -> int:
        """The phone's owner presses a button under a message; the status that the webhook answered."""
        phone = self._phone(address)
        label = next(
            (each.label for shown in self.messages(address) if shown.id == message_id for each in shown.buttons if each.token == token), ""
        )
        return self._do(phone, label, kind="button", button_token=token)

    def _do(self, phone: DemoPhone, text: str, **more: Any) -> int:
        request = self._channel(phone.sender_id).writes(phone.address, text, message_id=f"PH{self._house.ports.ids.new()}", **more)
        return self._engine.conversations.receive(phone.sender_id, request)

    def _channel(self, sender_id: int) -> Simulated:
        channel = self._engine.lines.channel(sender_id)
        assert isinstance(channel, Simulated), "a demo has simulated senders only"
        return channel

    def _phone(self, address: str) -> DemoPhone:
        return next(phone for phone in self.list() if phone.address == address)

    # ------------------------------------------------------------ read

    def _read_phones(self, connection: sa.Connection) -> Sequence[DemoPhone]:
        p, a = t.contact_points.c, t.addresses.c
        points = connection.execute(
            sa.select(p.owner_kind, p.owner_id, p.sender_id, p.channel, a.id.label("address_id"), a.address_sealed)
            .join(t.addresses, a.id == p.address_id)
            .where(p.programme_id == self._programme_id)
            .order_by(p.owner_kind, p.id)
        ).all()
        found: dict[int, DemoPhone] = {}
        for point in points:
            name, language = self._owner(connection, point.owner_kind, point.owner_id)
            known = found.get(point.address_id)
            address = self._house.vault.open(connection, "addresses.address", point.address_id, point.address_sealed) or ""
            found[point.address_id] = DemoPhone(
                address,
                f"{known.label} · {name}" if known else name,
                point.channel,
                known.language if known else language,
                self._house.words.direction(known.language if known else language) == "rtl",
                point.owner_kind == "user",
                point.sender_id,
            )
        return list(found.values())

    def _owner(self, connection: sa.Connection, kind: str, owner_id: int) -> tuple[str, str]:
        table = t.users if kind == "user" else t.clients
        row = connection.execute(sa.select(table.c.name_sealed, table.c.language).where(table.c.id == owner_id)).one()
        return self._house.vault.open(connection, f"{table.name}.name", owner_id, row.name_sealed) or "", row.language

    def _read_messages(self, connection: sa.Connection, phone: DemoPhone) -> Sequence[DemoMessage]:
        blind = self._house.vault.index(self._programme_id, phone.address)
        a = t.addresses.c
        where = (a.programme_id == self._programme_id, a.channel == phone.channel, a.blind == blind)
        address_id = connection.execute(sa.select(a.id).where(*where)).scalar()
        if address_id is None:
            return []
        shown = [*self._said(connection, address_id), *self._written(connection, address_id)]
        return sorted(shown, key=lambda one: (one.at, one.from_us, one.id))[-SHOWN_MAX:]

    def _said(self, connection: sa.Connection, address_id: int) -> Sequence[DemoMessage]:
        o, vault = t.outbox.c, self._house.vault
        rows = connection.execute(
            sa.select(o.id, o.sent_at, o.text_sealed, o.labels_sealed, o.buttons, o.delivery)
            .where(o.address_id == address_id, o.state == OutboxState.sent.value)
            .order_by(o.created_at.desc(), o.id.desc())
            .limit(SHOWN_MAX)
        ).all()
        found = []
        for row in rows:
            labels = json.loads(vault.open(connection, "outbox.labels", row.id, row.labels_sealed) or "[]")
            buttons = tuple(Button(label, token) for label, token in zip(labels, row.buttons or (), strict=False))
            text = vault.open(connection, "outbox.text", row.id, row.text_sealed) or ""
            found.append(DemoMessage(f"out{row.id}", row.sent_at, text, True, buttons, DELIVERED.get(Delivery(row.delivery), "")))
        return found

    def _written(self, connection: sa.Connection, address_id: int) -> Sequence[DemoMessage]:
        r, vault = t.received.c, self._house.vault
        rows = connection.execute(
            sa.select(r.id, r.at, r.text_sealed, r.media)
            .where(r.address_id == address_id)
            .order_by(r.at.desc(), r.id.desc())
            .limit(SHOWN_MAX)
        ).all()
        return [
            DemoMessage(
                f"in{row.id}", row.at, vault.open(connection, "received.text", row.id, row.text_sealed) or f"[{row.media or '…'}]", False
            )
            for row in rows
        ]
