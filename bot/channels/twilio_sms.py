"""
SMS through Twilio.

Sends and lists through Twilio's own package, imported at the first sending; reads webhooks with the standard library
alone, because every inbound message passes here. `POST /Messages` is not idempotent
(https://www.twilio.com/docs/messaging/api/message-resource): our outbox id rides in the status-callback URL, and an
outcome that is not known is looked up with `find` before anything is sent again.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

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
    public_form,
    webhook_url,
    whole,
)
from bot.channels.keywords import Handled, provider_keyword, twilio_tables
from bot.channels.phones import Wiring
from bot.channels.transport import NoAnswer, NotConnected
from bot.errors import BadRequest, BadSignature, Misconfigured, NotSent, OutcomeUnknown, SendFailed, Throttled, Unreachable
from bot.ports import Transport
from bot.values import ChannelKind, Delivery, Reason

T = TypeVar("T")

SIGNATURE_HEADER = "x-twilio-signature"
OUTBOX_PARAMETER = "outbox"
VALIDITY_SECONDS_MAX = 36_000
"""https://www.twilio.com/docs/api/errors/90007: 1 to 36,000 seconds."""
FIELDS_MAX = 200
LISTED_MAX = 200

_MEDIA = {"image": "photo", "audio": "voice", "video": "video"}


class TwilioSms:
    """One number, short code or Messaging Service of a Twilio account."""

    kind = ChannelKind.sms

    def __init__(self, config: SenderConfig, transport: Transport) -> None:
        self.config = config
        self._transport = transport
        self._made: Any = None

    def send(self, outgoing: Outgoing) -> Sent:
        fields: dict[str, Any] = {"to": outgoing.to, "body": outgoing.text}
        fields["messaging_service_sid" if self.config.address.startswith("MG") else "from_"] = self.config.address
        status_url = outgoing.status_url or webhook_url(self.config, "status")
        if status_url:
            fields["status_callback"] = _with_outbox(status_url, outgoing.outbox_id)
        if outgoing.validity_seconds is not None:
            fields["validity_period"] = min(max(outgoing.validity_seconds, 1), VALIDITY_SECONDS_MAX)
        message = self._call(lambda: self._client().messages.create(**fields))
        if not isinstance(message.sid, str) or not message.sid:
            raise _unknown("an answer without a message id")
        return Sent(message.sid, _count(message.num_segments))

    def find(self, to: str, since: datetime, body: str, segments: int | None) -> list[Found] | None:
        # Not filtered by DateSent: that is empty while a message waits in Twilio's queue, and such a one must be found too.
        service = self.config.address.startswith("MG")
        who = {} if service else {"from_": self.config.address}
        listed = self._call(lambda: self._client().messages.list(to=to, limit=LISTED_MAX, page_size=LISTED_MAX, **who))
        found = []
        for one in listed:
            created = one.date_created
            if not isinstance(created, datetime) or not isinstance(one.sid, str) or created < since.replace(microsecond=0):
                continue
            if service and one.messaging_service_sid != self.config.address:
                continue
            if _same(one.body, body, _count(one.num_segments), segments):
                found.append(Found(one.sid, created.astimezone(UTC), _delivery(str(one.status))))
        return sorted(found, key=lambda one: one.created)

    def parse_inbound(self, request: WebRequest) -> list[Inbound | Status]:
        fields = self._genuine(request)
        if "MessageStatus" in fields:
            return _status(fields, request.url)
        return [self._inbound(fields)]

    def acknowledge(self, inbound: Inbound) -> None:
        return None

    def check(self) -> Checked:
        account = self._call(lambda: self._client().api.v2010.accounts(self.config.account).fetch())
        if account.status != "active":
            raise Misconfigured("twilio: the account is not active; look at it in Twilio's console", reason=Reason.misconfigured)
        if not self.config.address.startswith("+"):
            return Checked(self.config.address, "account active; a short code or Messaging Service is not looked up")
        owned = self._call(lambda: self._client().incoming_phone_numbers.list(phone_number=self.config.address, limit=1))
        if not owned:
            raise Misconfigured("twilio: the account does not own the sender's number", code="21660", reason=Reason.misconfigured)
        return Checked(self.config.address, "account active, number owned")

    def connect(self) -> str:
        url = webhook_url(self.config, "sms") or "(set CHECKLINE_PUBLIC_URL first)"
        return (
            f"In Twilio's console, for this number, set both “A message comes in” and “Primary handler fails” to {url} with POST: "
            "the second one makes Twilio try again when we were busy."
        )

    def _client(self) -> Any:
        if self._made is None:
            from bot.channels.twilio_client import client

            self._made = client(self.config, self._transport)
        return self._made

    def _call(self, ask: Callable[[], T]) -> T:
        """Ask Twilio, and say what came of it in our errors. Nothing of Twilio's text is kept: it repeats the number."""
        client = self._client()
        from bot.channels.twilio_client import REFUSED

        assert client is not None
        try:
            return ask()
        except SendFailed:
            raise
        except NotConnected:
            raise NotSent("twilio: no connection; try again", code="no-connection", reason=Reason.provider_down) from None
        except NoAnswer:
            raise _unknown("no answer") from None
        except REFUSED as error:
            raise _refusal(int(error.status), str(error.code)) from None
        except Exception:  # noqa: BLE001 - an answer that Twilio's package cannot read may still mean that the message was taken
            raise _unknown("an answer that cannot be read") from None

    def _genuine(self, request: WebRequest) -> dict[str, str]:
        """
        The form's fields, once the signature holds: HMAC-SHA1 over the URL and the sorted fields.

        https://www.twilio.com/docs/usage/security#validating-requests. Twilio signs with or without the port.
        """
        if request.method != "POST" or len(request.body) > BODY_BYTES_MAX:
            raise BadRequest("twilio: not a webhook of a message; nothing was read")
        try:
            pairs = parse_qsl(
                request.body.decode("utf-8", "surrogateescape"), keep_blank_values=True, errors="surrogateescape", max_num_fields=FIELDS_MAX
            )
        except ValueError:
            raise BadRequest("twilio: too many fields; nothing was read") from None
        signed = "".join(name + value for name, value in sorted(set(pairs)))
        given = request.headers.get(SIGNATURE_HEADER, "").encode("utf-8", "replace")
        forms = _port_forms(public_form(self.config, request.url))
        if not any(hmac.compare_digest(given, signature(self.config.secret, url + signed)) for url in forms):
            raise BadSignature("twilio: the signature does not hold; check CHECKLINE_PUBLIC_URL and the auth token")
        return {name: whole(value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")) for name, value in pairs}

    def _inbound(self, fields: dict[str, str]) -> Inbound:
        """https://www.twilio.com/docs/messaging/guides/webhook-request"""
        message_id, address, text = fields.get("MessageSid", ""), fields.get("From", ""), fields.get("Body", "")
        if not message_id or not address:
            raise BadRequest("twilio: a message without MessageSid or From; nothing was stored")
        media = _media(fields)
        kind = InboundKind.media if media and not text.strip() else InboundKind.text
        return Inbound(message_id, address, text, kind, media=media, handled=self._handled(fields.get("OptOutType", ""), text))

    def _handled(self, told: str, text: str) -> Handled | None:
        """What Twilio's filter did: told by Advanced Opt-Out, else from its default words. With the filter off, nothing."""
        if told.lower() in ("stop", "start", "help"):
            return provider_keyword(told)
        return provider_keyword(text) if self.config.stop == "provider" else None


def signature(secret: str, signed: str) -> bytes:
    """X-Twilio-Signature of the URL followed by its fields."""
    return b64encode(hmac.new(secret.encode(), signed.encode("utf-8", "surrogateescape"), hashlib.sha1).digest())


def _port_forms(url: str) -> set[str]:
    """The URL with its port and without, as Twilio may have signed either."""
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        return {url}
    host = parts.netloc.rpartition(":")[0] if port else parts.netloc
    usual = port or (443 if parts.scheme == "https" else 80)
    rest = url[len(parts.scheme) + 3 + len(parts.netloc) :]
    return {f"{parts.scheme}://{host}{rest}", f"{parts.scheme}://{host}:{usual}{rest}"}


def _status(fields: dict[str, str], url: str) -> list[Inbound | Status]:
    """https://www.twilio.com/docs/messaging/guides/track-outbound-message-status"""
    message_id, word = fields.get("MessageSid", ""), fields["MessageStatus"].lower()
    if not message_id:
        raise BadRequest("twilio: a status without MessageSid; nothing was stored")
    delivery = _delivery(word)
    if delivery is Delivery.none:
        return []
    outbox = dict(parse_qsl(urlsplit(url).query, max_num_fields=FIELDS_MAX)).get(OUTBOX_PARAMETER, "")
    outbox_id = int(outbox) if re.fullmatch(r"[0-9]{1,19}", outbox) else None
    failed = delivery in (Delivery.failed, Delivery.undelivered)
    code = fields.get("ErrorCode", "")[:10] if failed else ""
    reason = Reason(twilio_tables()["deliveries"].get(code, "refused")) if failed else None
    return [Status(outbox_id, message_id, delivery, code or None, reason)]


def _delivery(word: str) -> Delivery:
    """Our stage for Twilio's word; none for a word that we do not know."""
    return Delivery[twilio_tables()["statuses"].get(word, "none")]


def _refusal(status: int, code: str) -> SendFailed:
    """Twilio said no: in which of our errors, and why. https://www.twilio.com/docs/api/errors"""
    usual = ("misconfigured", "misconfigured") if status in (401, 403, 404) else ("unreachable", "refused")
    error, why = twilio_tables()["refusals"].get(code, usual)
    if error == "throttled":
        return Throttled(f"twilio: refused with {code}; try again later", code=code, retry_after_seconds=30.0)
    if error == "misconfigured":
        return Misconfigured(f"twilio: refused with {code}; a person must mend the account or sender", code=code, reason=Reason(why))
    return Unreachable(f"twilio: refused with {code}; never try again", code=code, reason=Reason(why))


def _unknown(what: str) -> OutcomeUnknown:
    return OutcomeUnknown(f"twilio: {what}; ask before sending again", code="unknown", reason=Reason.unknown_outcome)


def _same(theirs: str | None, ours: str, their_segments: int | None, our_segments: int | None) -> bool:
    """Whether it is our message: the text, or its length in segments where Twilio has erased the text."""
    if theirs:
        return theirs.split() == ours.split()
    return our_segments is not None and their_segments == our_segments


def _count(text: object) -> int | None:
    """Twilio writes counts as strings, and "0" while it does not know."""
    digits = str(text)
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 6 and int(digits) else None


def _media(fields: dict[str, str]) -> str | None:
    if fields.get("NumMedia", "0") in ("", "0"):
        return None
    major = fields.get("MediaContentType0", "").partition("/")[0].lower()
    return _MEDIA.get(major, "document")


def _with_outbox(url: str, outbox_id: int) -> str:
    """The callback's address with our id in its query, once."""
    parts = urlsplit(url)
    kept = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name != OUTBOX_PARAMETER]
    return urlunsplit(parts._replace(query=urlencode([*kept, (OUTBOX_PARAMETER, str(outbox_id))])))


def faults(config: SenderConfig) -> list[str]:
    """What is wrong with the settings of a Twilio sender."""
    found = []
    if not re.fullmatch(r"\+[1-9][0-9]{6,14}|[0-9]{3,8}|MG[0-9a-f]{32}", config.address):
        found.append("address: give the number as +15005550006, a short code, or a Messaging Service (MG…)")
    if not re.fullmatch(r"AC[0-9a-f]{32}", config.account):
        found.append("account: give the account SID: AC and 32 hexadecimal digits")
    if not config.secret:
        found.append("secret: give the account's auth token")
    if config.base_url and not re.match(r"https?://[^/]", config.base_url):
        found.append("base_url: give http:// or https:// and a host, or leave it out")
    return found


def make(config: SenderConfig, wiring: Wiring) -> Channel:
    """A Twilio sender on the transport."""
    return TwilioSms(config, wiring.transport)
