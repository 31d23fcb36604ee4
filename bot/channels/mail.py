"""
E-mail through a mail server, for alerts to staff. Never for clients.

Nothing comes in by it, it has neither receipts nor a list of what was sent, and no button: the link in an alert opens a
page, and what is done there is a POST, because mail scanners open every link. What a server says no with is read by its
numbers: https://www.rfc-editor.org/rfc/rfc5321#section-4.2 and https://www.rfc-editor.org/rfc/rfc3463.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final, Literal, cast
from urllib.parse import urlsplit

from bot.channels import smtp
from bot.channels.channel import Channel, Checked, Found, Inbound, Outgoing, SenderConfig, Sent, Status, WebRequest, whole
from bot.channels.phones import Wiring
from bot.channels.transport import NoAnswer, NotConnected
from bot.errors import BadSignature, Misconfigured, NotSent, OutcomeUnknown, SendFailed, Throttled, Unreachable
from bot.values import ChannelKind, Clock, Reason

SECONDS: Final = 20.0
"""For one message, from connecting to the server's yes: well within the lease of what is being sent."""
SUBJECT_CHARS_MAX: Final = 120
AGAIN_SECONDS: Final = 5.0
"""A server that takes no more for now says not for how long."""
PORTS: Final = {"smtp": 587, "smtps": 465, "smtp+plain": 25}
"""Scheme of the server's address → its usual port. https://www.rfc-editor.org/rfc/rfc8314#section-3.3"""
SECURITY: Final = {"smtp": "starttls", "smtps": "tls", "smtp+plain": "none"}
HERE: Final = ("localhost", "127.0.0.1", "::1")
ADDRESS: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?", re.ASCII)
"""What we write to: plain ASCII without quotes or comments, so that no address can carry a header or a second one."""


@dataclass(slots=True)
class Mail:
    """One address that we write from. context: what certificates are checked with; None: the system's authorities."""

    config: SenderConfig
    clock: Clock
    seconds: float = SECONDS
    context: ssl.SSLContext | None = None

    @property
    def kind(self) -> ChannelKind:
        """Mail."""
        return ChannelKind.mail

    def send(self, outgoing: Outgoing) -> Sent:
        if not ADDRESS.fullmatch(outgoing.to):
            raise Unreachable("mail: no address that can be written to; never try again", code="address", reason=Reason.bad_address)
        message_id = f"<{outgoing.outbox_id}.{self.config.id}@{_domain(self.config)}>"
        content = _content(self.config.address, outgoing, message_id, self.clock.now())
        server = self._server()
        self._ask(lambda: smtp.deliver(server, self.config.address, outgoing.to, content, timeout_seconds=self.seconds))
        return Sent(message_id)

    def find(self, to: str, since: datetime, body: str, segments: int | None) -> list[Found] | None:
        return None

    def parse_inbound(self, request: WebRequest) -> list[Inbound | Status]:
        raise BadSignature("mail: nothing comes in by this way; nothing was read")

    def acknowledge(self, inbound: Inbound) -> None:
        return None

    def check(self) -> Checked:
        server = self._server()
        self._ask(lambda: smtp.greet(server, timeout_seconds=self.seconds))
        how = {"starttls": "encrypted by STARTTLS", "tls": "encrypted by TLS", "none": "not encrypted"}[server.security]
        return Checked(self.config.address, f"the mail server answers, {how}" + (", and takes the login" if server.user else ""))

    def connect(self) -> str:
        return ""

    def _server(self) -> smtp.Server:
        parts = urlsplit(self.config.base_url)
        return smtp.Server(
            host=parts.hostname or "",
            port=parts.port or PORTS[parts.scheme],
            security=cast("Literal['starttls', 'tls', 'none']", SECURITY[parts.scheme]),
            user=self.config.account,
            password=self.config.secret,
            name=_domain(self.config),
            context=self.context,
        )

    def _ask(self, ask: Callable[[], None]) -> None:
        """Ask the server, and say what came of it in our errors."""
        try:
            ask()
        except NotConnected:
            raise NotSent("mail: no connection; try again", code="no-connection", reason=Reason.provider_down) from None
        except NoAnswer:
            raise OutcomeUnknown("mail: no answer; it may have been taken", code="unknown", reason=Reason.unknown_outcome) from None
        except smtp.Refused as error:
            raise _refused(error) from None


def _refused(error: smtp.Refused) -> SendFailed:
    """
    The server's no in our words.

    4xx: not now (greylisting, a full disk, too many connections). 5xx to the recipient: never. 5xx to us, before any recipient
    was named: a person must mend the sender. Anything else after the message was given is no answer at all.
    """
    code = str(error.code) if not error.enhanced else f"{error.code} {error.enhanced}"
    where = f"mail: refused with {code} at {error.step}"
    if 400 <= error.code < 500:
        if error.code == 421 or error.enhanced.startswith("4.7.") or error.enhanced == "4.5.3":
            return Throttled(f"{where}; try again later", code=code, retry_after_seconds=AGAIN_SECONDS)
        return NotSent(f"{where}; try again", code=code, reason=Reason.provider_down)
    permanent = 500 <= error.code < 600
    if error.step == "content" and not permanent:
        return OutcomeUnknown(f"{where}; it may have been taken", code=code, reason=Reason.unknown_outcome)
    if error.step in ("to", "content", "data") and permanent:
        gone = error.code in (550, 551, 553) and not error.enhanced.startswith("5.7.")
        return Unreachable(f"{where}; never try again", code=code, reason=Reason.bad_address if gone else Reason.refused)
    return Misconfigured(f"{where}; a person must act", code=code or "mail", reason=Reason.misconfigured)


def _content(sender: str, outgoing: Outgoing, message_id: str, now: datetime) -> bytes:
    """Header and body. The first line of the text is the subject too."""
    text = whole(outgoing.text)
    first = " ".join(next(iter(text.split("\n", 1))).split())
    message = EmailMessage(policy=SMTP)
    message["From"] = f"Checkline <{sender}>"
    message["To"] = outgoing.to
    message["Subject"] = "".join(one for one in first if one.isprintable())[:SUBJECT_CHARS_MAX] or "Checkline"
    message["Date"] = format_datetime(now)
    message["Message-ID"] = message_id
    # No out-of-office note is wanted: https://www.rfc-editor.org/rfc/rfc3834#section-5
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(text)
    message["Content-Language"] = outgoing.language.replace("_", "-")
    return message.as_bytes()


def _domain(config: SenderConfig) -> str:
    return config.address.rpartition("@")[2] or "localhost"


def faults(config: SenderConfig) -> list[str]:
    """What is wrong with the settings of a mail sender."""
    found = []
    if not ADDRESS.fullmatch(config.address):
        found.append("address: give the address that alerts come from, as alerts@example.org")
    if not config.base_url:
        found.append("base_url: say where the mail server is: set CHECKLINE_SMTP_HOST, or give smtp://HOST")
        return found
    host = _host(config.base_url)
    if not host:
        found.append("base_url: give smtp://HOST (STARTTLS), smtps://HOST (TLS) or smtp+plain://HOST, without login")
    elif config.account and urlsplit(config.base_url).scheme == "smtp+plain" and host not in HERE:
        found.append("base_url: a login needs smtp:// or smtps://, else the password is sent for everybody to read")
    if bool(config.account) != bool(config.secret):
        found.append("account: give the login's name and its password, or neither")
    return found


def _host(url: str) -> str:
    """The mail server's name; empty where the address is none that we can use."""
    try:
        parts = urlsplit(url)
        port = parts.port  # raises where it is no number
    except ValueError:
        return ""
    good = parts.scheme in PORTS and port != 0 and not parts.username and parts.path in ("", "/")
    return (parts.hostname or "") if good else ""


def make(config: SenderConfig, wiring: Wiring) -> Channel:
    """A mail sender. It speaks SMTP, so it does not use the transport."""
    assert wiring.clock is not None, "mail is dated by the world's clock"
    return Mail(config, wiring.clock)
