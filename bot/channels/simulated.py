"""
Simulated phones: a provider inside the product, for the demo. Nothing leaves the machine.

It imitates SMS through Twilio (receipts, the provider's STOP filter, a list of what it took) or Telegram (buttons, no
receipts, no list), takes faults on demand in a fixed order, and keeps the ground truth: what it accepted, for whom and
when by the world's clock. Its webhooks are signed like everybody's, so that the path of a message is the real one.
"""

from __future__ import annotations

import enum
import hashlib
import hmac
import json
import threading
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from bot.channels.channel import (
    BODY_BYTES_MAX,
    Channel,
    Checked,
    Found,
    Inbound,
    InboundKind,
    Outgoing,
    SenderConfig,
    Sent,
    Status,
    WebRequest,
    webhook_url,
    whole,
)
from bot.channels.keywords import provider_keyword
from bot.channels.phones import PhoneBook, Wiring
from bot.errors import BadRequest, BadSignature, Misconfigured, NotSent, OutcomeUnknown, SendFailed, Throttled, Unreachable
from bot.values import ChannelKind, Clock, Delivery, Reason

SIGNATURE_HEADER = "x-checkline-signature"


class Lever(enum.StrEnum):
    """A fault to order. Each pull spoils one sending, in the order pulled."""

    refuse = "refuse"
    """The address is wrong."""
    throttle = "throttle"
    down = "down"
    """No connection: nothing is taken."""
    lost = "lost"
    """No answer, and nothing was taken."""
    taken = "taken"
    """No answer, but the message was taken and reaches the phone."""
    misconfigured = "misconfigured"
    blocked = "blocked"


@dataclass(slots=True)
class Simulated:
    """A simulated sender. `receipts` gives, once each, the delivery reports that a provider would post."""

    config: SenderConfig
    phones: PhoneBook
    clock: Clock
    _levers: deque[tuple[Lever, str | None]] = field(default_factory=deque)
    _receipts: deque[Status] = field(default_factory=deque)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def kind(self) -> ChannelKind:
        """What it imitates."""
        return self.config.imitates

    def pull(self, lever: Lever, times: int = 1, address: str | None = None) -> None:
        """Spoil the next `times` sendings, to this address only or to any."""
        with self._lock:
            self._levers.extend([(lever, address)] * times)

    def send(self, outgoing: Outgoing) -> Sent:
        lever = self._next(outgoing.to)
        if lever not in (None, Lever.taken):
            raise self._failure(lever)
        if self._filters() and self.phones.filtered(self.config.id, outgoing.to):
            raise Unreachable("simulated: refused with 21610; never try again", code="21610", reason=Reason.stopped)
        message_id = self.phones.deliver(self.config.id, outgoing, self.clock.now())
        if self.kind is ChannelKind.sms:
            with self._lock:
                self._receipts.extend(Status(outgoing.outbox_id, message_id, what) for what in (Delivery.sent, Delivery.delivered))
        if lever is Lever.taken:
            raise OutcomeUnknown("simulated: no answer; ask before sending again", code="timeout", reason=Reason.unknown_outcome)
        return Sent(message_id)

    def find(self, to: str, since: datetime, body: str, segments: int | None) -> list[Found] | None:
        if self.kind is not ChannelKind.sms:
            return None
        held = self.phones.taken(self.config.id, to, since)
        return [Found(one.provider_message_id, one.at, Delivery.delivered) for one in held if one.text == body]

    def receipts(self) -> list[Status]:
        """The delivery reports that are due, oldest first; each is given once. Telegram has none."""
        with self._lock:
            due = list(self._receipts)
            self._receipts.clear()
        return due

    def writes(self, address: str, text: str = "", *, message_id: str, **more: Any) -> WebRequest:
        """
        The webhook for what the person at a simulated phone did, after the provider's filter saw it.

        message_id: unique, from the ids port. more: kind, edit, button_token, media, start_token as in `Inbound`.
        """
        handled = provider_keyword(text) if self._filters() else None
        if handled in ("stop", "start"):
            self.phones.filter(self.config.id, address, on=handled == "stop")
        told = {"id": message_id, "address": address, "text": text, "handled": handled} | more
        body = json.dumps(told).encode()
        url = webhook_url(self.config) or f"/webhooks/simulated/{self.config.id}"
        return WebRequest(url, {SIGNATURE_HEADER: _sign(self.config.secret, body), "content-type": "application/json"}, body)

    def parse_inbound(self, request: WebRequest) -> list[Inbound | Status]:
        given = request.headers.get(SIGNATURE_HEADER, "").encode("utf-8", "replace")
        if len(request.body) > BODY_BYTES_MAX or not hmac.compare_digest(given, _sign(self.config.secret, request.body).encode()):
            raise BadSignature("simulated: the signature is not ours; nothing was read")
        try:
            told = json.loads(request.body)
            return [_inbound(told)]
        except (ValueError, KeyError, TypeError, RecursionError):
            raise BadRequest("simulated: not a phone's message; nothing was stored") from None

    def acknowledge(self, inbound: Inbound) -> None:
        return None

    def check(self) -> Checked:
        return Checked(self.config.address, f"simulated phone, imitating {self.kind}")

    def connect(self) -> str:
        return ""

    def _filters(self) -> bool:
        return self.kind is ChannelKind.sms and self.config.stop == "provider"

    def _next(self, address: str) -> Lever | None:
        with self._lock:
            for at, (lever, only) in enumerate(self._levers):
                if only in (None, address):
                    del self._levers[at]
                    return lever
        return None

    def _failure(self, lever: Lever | None) -> SendFailed:
        if lever is Lever.refuse:
            return Unreachable("simulated: the address is refused; never try again", code="21211", reason=Reason.bad_address)
        if lever is Lever.blocked:
            return Unreachable("simulated: the person blocked us; never try again", code="403", reason=Reason.blocked)
        if lever is Lever.throttle:
            return Throttled("simulated: too fast; try again later", code="429", retry_after_seconds=5.0)
        if lever is Lever.misconfigured:
            return Misconfigured("simulated: the sender is refused; a person must act", code="401", reason=Reason.misconfigured)
        if lever is Lever.lost:
            return OutcomeUnknown("simulated: no answer; ask before sending again", code="timeout", reason=Reason.unknown_outcome)
        return NotSent("simulated: down; try again", code="down", reason=Reason.provider_down)


def _inbound(told: Any) -> Inbound:
    """One told message; raises KeyError, TypeError or ValueError on anything else."""
    if not isinstance(told, dict):
        raise TypeError("an object must stand here")
    handled: Literal["stop", "start", "help"] | None = told.get("handled")
    return Inbound(
        provider_message_id=_text(told["id"]),
        address=_text(told["address"]),
        text=_text(told.get("text", "")),
        kind=InboundKind(told.get("kind", "text")),
        edit=int(told.get("edit", 0)),
        button_token=_maybe(told.get("button_token")),
        media=_maybe(told.get("media")),
        start_token=_maybe(told.get("start_token")),
        handled=handled if handled in ("stop", "start", "help") else None,
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("a string must stand here")
    return whole(value)


def _maybe(value: object) -> str | None:
    return None if value is None else _text(value)


def _sign(secret: str, body: bytes) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def faults(config: SenderConfig) -> list[str]:
    """What is wrong with the settings of a simulated sender."""
    return [] if config.secret else ["secret: give any key; simulated webhooks are signed with it"]


def make(config: SenderConfig, wiring: Wiring) -> Channel:
    """A simulated sender; it never uses the transport."""
    assert wiring.phones is not None, "a simulated sender needs the phone book"
    assert wiring.clock is not None, "a simulated sender needs the world's clock"
    return Simulated(config, wiring.phones, wiring.clock)
