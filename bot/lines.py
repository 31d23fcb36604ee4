"""
The lines that a programme speaks over: sender id → channel, made once and kept until its settings change.

A line is made from the sender's row; its secret is opened here and lives only in the channel.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any, Literal, cast

import sqlalchemy as sa
from sqlalchemy import Connection

from bot.channels import registry
from bot.channels.channel import Channel, SenderConfig
from bot.channels.phones import PhoneBook
from bot.errors import NotFound
from bot.house import House, Relay
from bot.values import ChannelKind
from storage import schema as t

_SENDER = sa.select(t.senders).where(t.senders.c.id == sa.bindparam("sender"))


class Lines:
    """
    Opens and keeps channels. Safe across threads.

    phones: where simulated phones keep their messages; None where no sender is simulated.
    """

    def __init__(self, house: House, phones: PhoneBook | None = None) -> None:
        self._house = house
        self._phones = phones
        self._open: dict[int, Channel] = {}
        self._lock = threading.Lock()

    def channel(self, sender_id: int) -> Channel:
        """
        The channel of a sender. Reads the database the first time, so not within a read or a unit.

        Raises:
            NotFound: there is no such sender. WrongUse: its settings are wrong; all faults are named.
            KeyLost: the key ring does not open its secret.
        """
        channel = self._open.get(sender_id)
        if channel is None:
            made = self._make(sender_id)
            with self._lock:
                channel = self._open.setdefault(sender_id, made)
        return channel

    def forget(self, sender_id: int) -> None:
        """Make the channel anew when it is next asked for: the sender has been changed."""
        with self._lock:
            self._open.pop(sender_id, None)

    def _make(self, sender_id: int) -> Channel:
        house = self._house
        config = house.db.read(lambda connection: self._config(connection, sender_id))
        if config is None:
            raise NotFound(f"sender {sender_id}: there is none of that id")
        return registry.make(config, house.ports.transport, phones=self._phones, clock=house.ports.clock)

    def _config(self, connection: Connection, sender_id: int) -> SenderConfig | None:
        row = connection.execute(_SENDER, {"sender": sender_id}).mappings().first()
        if row is None:
            return None
        secret = self._house.vault.open(connection, "senders.secret", sender_id, row["secret_sealed"])
        return config_of(row, secret or "", self._house.public_url, self._house.relay)


def config_of(row: Mapping[Any, Any], secret: str, public_url: str, relay: Relay | None = None) -> SenderConfig:
    """
    A row of `senders` as the channels take it.

    secret: Twilio's auth token, the bot's token (its webhook's secret is derived from it), or the key that simulated webhooks
    are signed with. relay: the mail server and its login, where a mail sender has none of its own.
    """
    account, base_url = row["account"] or "", row["base_url"] or ""
    if row["provider"] == "mail" and not base_url and relay is not None:
        base_url, account, secret = relay.url, relay.user, relay.password
    return SenderConfig(
        id=row["id"],
        provider=cast("Literal['twilio', 'telegram', 'mail', 'simulated']", row["provider"]),
        address=row["address"],
        account=account,
        secret=secret,
        base_url=base_url,
        stop=cast("Literal['provider', 'ours']", row["stop"]),
        rate_per_second=row["rate_per_second"],
        public_url=public_url,
        imitates=ChannelKind(row["channel"]),
    )
