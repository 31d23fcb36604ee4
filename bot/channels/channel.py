"""
The seam between the house and the providers that carry its messages.

An adapter turns `Outgoing` into one request and a provider's webhook into `Inbound` and `Status`. It keeps no
state but its connection, decides nothing about what may go out, and never logs. Texts, addresses and secrets
are left out of every repr, so that no log or traceback can carry them.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NamedTuple, Protocol
from urllib.parse import urlsplit

from bot.values import Button, ChannelKind, Delivery, Reason

BODY_BYTES_MAX = 262_144
"""A webhook body above this is refused unread: no provider sends a client's message that long."""


@dataclass(frozen=True, slots=True)
class SenderConfig:
    """
    One line that a programme sends from.

    id: our key; part of the webhook's address.
    address: the number in E.164 or a Messaging Service (MG…); the bot's name without @; the address that mail comes from; any
        name when simulated.
    account: Twilio's account SID; the login at the mail server; empty elsewhere.
    secret: Twilio's auth token, the bot's token, the login's password, or the key that simulated webhooks are signed with.
    base_url: where the provider's API, or the mail server, is; empty: at its own address.
    stop: who answers STOP, START and HELP: the provider's own filter, or we.
    rate_per_second: segments (SMS) or messages (Telegram) that the provider takes from this sender.
    public_url: our own address as the provider sees it; signatures are checked against it.
    imitates: what a simulated sender pretends to be.
    """

    id: int
    provider: Literal["twilio", "telegram", "mail", "simulated"]
    address: str
    account: str = ""
    secret: str = field(default="", repr=False)
    base_url: str = ""
    stop: Literal["provider", "ours"] = "provider"
    rate_per_second: float = 1.0
    public_url: str = ""
    imitates: ChannelKind = ChannelKind.sms


@dataclass(frozen=True, slots=True)
class Outgoing:
    """
    One message on its way out, fully rendered.

    to: E.164, or the chat's id.
    buttons: shown under the text where the channel has buttons; elsewhere the text already numbers the choices.
    validity_seconds: how long the provider may keep it in its own queue; None: the provider's default.
    status_url: where the provider reports delivery; None: made from the sender's public address, if it has one.
    language: BCP 47, of `text`.
    """

    outbox_id: int
    to: str = field(repr=False)
    text: str = field(repr=False)
    buttons: tuple[Button, ...] = ()
    validity_seconds: int | None = None
    status_url: str | None = None
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Sent:
    """The provider took the message. segments: as the provider counts them, None when it does not say."""

    provider_message_id: str
    segments: int | None = None


class Found(NamedTuple):
    """A message that the provider has, as `Channel.find` lists it. created: aware, whole seconds."""

    provider_message_id: str
    created: datetime
    delivery: Delivery


class InboundKind(enum.StrEnum):
    """What a client did."""

    text = "text"
    """Wrote something; `media` is set too when a picture or the like came with it."""
    button = "button"
    media = "media"
    """Sent something without a word: voice, picture, sticker."""
    edit = "edit"
    """Changed what was written before."""
    blocked = "blocked"
    """Shut us out at the provider; there is no text."""
    unblocked = "unblocked"
    """Let us in again; not a consent."""
    start = "start"
    """Opened the bot, with the token of an invitation link or without one."""


@dataclass(frozen=True, slots=True)
class Inbound:
    """
    One thing that a client did. Only from private chats; a group's messages never get here.

    provider_message_id: unique with sender, address and edit; kept as the provider wrote it.
    address: E.164 (or what the network gave in its place), or the chat's id.
    text: as written; lone surrogates replaced. Of a button: its label.
    edit: 0 for the message itself; for an edit the provider's stamp of it, rising.
    button_token: what the pressed button carried.
    media: voice, audio, photo, video, sticker, location, contact, document or other.
    start_token: from an invitation link, None when the bot was opened without one.
    handled: the provider's own filter has acted on this keyword and answered it: we store it, and answer nothing.
    """

    provider_message_id: str
    address: str = field(repr=False)
    text: str = field(default="", repr=False)
    kind: InboundKind = InboundKind.text
    edit: int = 0
    button_token: str | None = None
    media: str | None = None
    start_token: str | None = field(default=None, repr=False)
    handled: Literal["stop", "start", "help"] | None = None


@dataclass(frozen=True, slots=True)
class Status:
    """
    What the provider says became of a message. They come late, twice and in any order.

    outbox_id: ours, None when it did not ride along.
    code, reason: why it was not delivered; both None while all is well.
    """

    outbox_id: int | None
    provider_message_id: str
    delivery: Delivery
    code: str | None = None
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """What a sender's test found. address: as the provider writes it (a number, the bot's name without @)."""

    address: str
    detail: str


@dataclass(frozen=True, slots=True)
class WebRequest:
    """
    A webhook as it came in.

    url: with the query exactly as it was sent; scheme and host may be the proxy's, `public_url` replaces them.
    headers: names in lower case.
    """

    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    method: str = "POST"


class Channel(Protocol):
    """One sender at one provider. Safe to use from several threads."""

    @property
    def kind(self) -> ChannelKind:
        """What the client holds in the hand."""
        ...

    def send(self, outgoing: Outgoing) -> Sent:
        """
        Hand one message to the provider.

        Raises:
            NotSent, Throttled: it was not taken, try again (later).
            Unreachable: this address will never take it; `reason` says why.
            Misconfigured: the sender itself is refused; a person must act.
            OutcomeUnknown: it may have been taken; `find` before sending again.
        """
        ...

    def find(self, to: str, since: datetime, body: str, segments: int | None) -> list[Found] | None:
        """
        List what the provider has for `to` since then with this text, oldest first.

        Where the provider has erased the text, the number of segments must match instead. None: it keeps no list.
        The caller leaves out what it knows to be another message. Raises as `send` does.
        """
        ...

    def parse_inbound(self, request: WebRequest) -> list[Inbound | Status]:
        """
        Read a webhook; empty when it is genuine but nothing for us.

        Raises:
            BadSignature: it is not from the provider. Checked before anything is read.
            BadRequest: it is, but is not what the provider documents.
        """
        ...

    def acknowledge(self, inbound: Inbound) -> None:
        """Tell the provider that a pressed button was seen, once it is stored. Best effort, two seconds at most; raises nothing."""
        ...

    def check(self) -> Checked:
        """Ask the provider who we are, without sending. Raises as `send` does."""
        ...

    def connect(self) -> str:
        """Have the provider bring us what clients write; returns what a person still has to set there, or nothing."""
        ...


def webhook_url(config: SenderConfig, leaf: str = "") -> str:
    """Our address for this sender's webhooks, as the provider must call it; empty without a public address."""
    if not config.public_url:
        return ""
    path = f"/webhooks/{config.provider}/{config.id}"
    return config.public_url.rstrip("/") + path + (f"/{leaf}" if leaf else "")


def public_form(config: SenderConfig, url: str) -> str:
    """`url` as the provider called it: scheme, host and path prefix from the public address, path and query as they came."""
    if not config.public_url:
        return url
    parts = urlsplit(url)
    public = config.public_url.rstrip("/")
    prefix = urlsplit(public).path
    path = parts.path.removeprefix(prefix) if prefix else parts.path
    return public + path + (f"?{parts.query}" if parts.query else "")


def whole(text: str) -> str:
    """`text` without lone surrogates, which no encoding can store."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
