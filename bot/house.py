"""What the shells share: the database, the vault, the ports, the words. Made once in `bot/app.py`."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.locales.words import Words
from bot.ports import Ports
from storage.crypto import Vault
from storage.database import Database


@dataclass(frozen=True, slots=True)
class Relay:
    """The installation's mail server, for mail senders that name none: url as `bot/channels/mail.py` takes it, empty: none; its login."""

    url: str = ""
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class House:
    """
    The working parts, passed to every shell.

    public_url: where the webhooks are reached from outside, no slash at the end; signatures are checked against it.
    relay: where mail is handed over.
    """

    db: Database
    vault: Vault
    ports: Ports
    words: Words
    public_url: str = "http://127.0.0.1:8000"
    relay: Relay = field(default_factory=Relay)
