"""
One conversation with a mail server: one time-out over the whole of it, and three ends that are never mixed up.

`NotConnected` until the last dot of the message has been asked for: nothing was taken. `NoAnswer` afterwards: it may have
been. `Refused` is the server's own word, by its numbers (RFC 5321, RFC 3463); its text, which repeats addresses, is dropped.
"""

from __future__ import annotations

import contextlib
import re
import smtplib
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Literal, TypeVar

from bot.channels.connections import certificates
from bot.channels.transport import NoAnswer, NotConnected
from bot.errors import CheckinError

T = TypeVar("T")

Step = Literal["greeting", "starttls", "login", "from", "to", "data", "content"]
GO_ON: Final = 354
"""https://www.rfc-editor.org/rfc/rfc5321#section-4.2.2: start mail input."""
QUIT_SECONDS: Final = 2.0
_ENHANCED = re.compile(rb"\s*([245]\.[0-9]{1,3}\.[0-9]{1,3})\b")
_DOT = re.compile(rb"^\.", re.MULTILINE)


class Refused(CheckinError):
    """The server said no, or something that is neither yes nor no. Carries where, and its numbers."""

    def __init__(self, step: Step, code: int, enhanced: str = "") -> None:
        super().__init__(f"smtp: refused at {step} with {code} {enhanced}".rstrip())
        self.step, self.code, self.enhanced = step, code, enhanced


@dataclass(frozen=True, slots=True)
class Server:
    """
    A mail server that takes messages from us.

    security: `starttls` and `tls` insist on encryption and on a certificate of that host; `none` is for this machine's own.
    user, password: both empty where it asks for no login. name: how we introduce ourselves, a host's name.
    context: what certificates are checked with; None: the system's authorities.
    """

    host: str
    port: int
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    name: str = "localhost"
    context: ssl.SSLContext | None = None


def deliver(server: Server, sender: str, to: str, content: bytes, *, timeout_seconds: float) -> None:
    """
    Hand over one message for one recipient. content: header and body with CR LF.

    timeout_seconds: for all steps together; a server that drips a byte at a time may take longer within one answer.

    Raises:
        NotConnected: nothing was taken. NoAnswer: it may have been. Refused: the server did not take it.
    """
    line = _Line(server, timeout_seconds)
    try:
        line.open()
        line.step("from", lambda: line.smtp.mail(sender))
        line.step("to", lambda: line.smtp.rcpt(to))
        line.step("data", lambda: line.smtp.docmd("DATA"), GO_ON)
        line.begun = True
        line.step("content", lambda: _body(line.smtp, content))
    finally:
        line.close()


def greet(server: Server, *, timeout_seconds: float) -> None:
    """Connect, encrypt and log in, without sending anything. Raises as `deliver` does."""
    line = _Line(server, timeout_seconds)
    try:
        line.open()
    finally:
        line.close()


def _body(smtp: smtplib.SMTP, content: bytes) -> tuple[int, bytes]:
    ended = content if content.endswith(b"\r\n") else content + b"\r\n"
    smtp.send(_DOT.sub(b"..", ended) + b".\r\n")
    return smtp.getreply()


class _Line:
    """A connection and its clock. begun: the message itself is under way."""

    def __init__(self, server: Server, timeout_seconds: float) -> None:
        self.server = server
        self.until = time.monotonic() + timeout_seconds
        self.begun = False
        # Without a host it does not connect yet; without a name it would look ours up in the network.
        self.smtp: smtplib.SMTP
        if server.security == "tls":
            trusts = server.context or certificates()
            self.smtp = smtplib.SMTP_SSL(timeout=timeout_seconds, local_hostname=server.name, context=trusts)
        else:
            self.smtp = smtplib.SMTP(timeout=timeout_seconds, local_hostname=server.name)
        # The name that the certificate must hold; only the constructor sets it, and that would connect at once.
        self.smtp._host = server.host  # type: ignore[attr-defined]  # noqa: SLF001

    def open(self) -> None:
        server, smtp = self.server, self.smtp
        self.step("greeting", lambda: smtp.connect(server.host, server.port))
        self.step("greeting", smtp.ehlo)
        if server.security == "starttls":
            context = server.context or certificates()
            self.step("starttls", lambda: smtp.starttls(context=context))
            self.step("greeting", smtp.ehlo)
        if server.user:
            self.step("login", lambda: smtp.login(server.user, server.password))

    def step(self, step: Step, ask: Callable[[], tuple[int, bytes]], wanted: int = 0) -> None:
        """One command and its answer; wanted: the one code that is right, 0: any of 200 to 299."""
        self._hurry()
        try:
            code, told = ask()
        except smtplib.SMTPResponseException as error:
            if self.begun:  # an endless line for an answer
                raise self._broken(step, error) from None
            raise Refused(step, error.smtp_code, _enhanced(error.smtp_error)) from None
        except (smtplib.SMTPServerDisconnected, ValueError) as error:
            raise self._broken(step, error) from None
        except smtplib.SMTPException:  # it offers neither STARTTLS nor a login that we know
            raise Refused(step, 0) from None
        except OSError as error:
            raise self._broken(step, error) from None
        if code < 200:  # smtplib's own word for an answer that begins with no number
            raise self._broken(step, ValueError())
        if code != wanted if wanted else not 200 <= code < 300:
            raise Refused(step, code, _enhanced(told))

    def close(self) -> None:
        """Say goodbye, briefly; the outcome is decided by now."""
        with contextlib.suppress(OSError, smtplib.SMTPException, ValueError):
            if self.smtp.sock is not None:
                self.smtp.sock.settimeout(QUIT_SECONDS)
                self.smtp.docmd("QUIT")
        with contextlib.suppress(OSError):
            self.smtp.close()

    def _hurry(self) -> None:
        left = self.until - time.monotonic()
        if left <= 0:
            raise self._broken("content", TimeoutError())
        self.smtp.timeout = left
        if self.smtp.sock is not None:
            self.smtp.sock.settimeout(left)

    def _broken(self, step: Step, error: Exception) -> CheckinError:
        what = type(error.__context__ or error).__name__
        if self.begun:
            return NoAnswer(f"smtp: {what} at {step}; it may have been taken")
        return NotConnected(f"smtp: {what} at {step}; nothing was taken")


def _enhanced(told: bytes | str) -> str:
    found = _ENHANCED.match(told if isinstance(told, bytes) else told.encode("ascii", "replace"))
    return found.group(1).decode() if found else ""
