"""
A mail server on loopback that speaks SMTP (RFC 5321) as far as a client of ours goes, with STARTTLS or TLS when it is given a
certificate. `accepted` is the ground truth.

Faults, each spoils one message: `421` refuses at MAIL, `421-at-content` after the message; numbers are said at the step named
("450 4.2.1 at to"); `hang-up at to` closes the connection there; `drop`, `hang` do it after the message was read, and with
`-taken` once it was accepted; `odd` answers with what is neither yes nor no, `garbage` with no number at all.
"""

from __future__ import annotations

import base64
import email
import email.policy
import socketserver
import ssl
import threading
from collections import deque
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

from tests.fakes.server import Accepted

FROM = "alerts@line.example.org"
USER = "mailer-zebra-user"
PASSWORD = "mailer-zebra-password"


class FakeMailServer:
    """
    One server. unknown: addresses that it does not have; unwanted: those that want nothing from us. raw: every message as it
    came. context: offers STARTTLS, or, with `tls`, speaks TLS from the first byte.
    """

    def __init__(self, *, context: ssl.SSLContext | None = None, tls: bool = False, logins: bool = True) -> None:
        self.lock = threading.RLock()
        self.accepted: list[Accepted] = []
        self.messages: list[EmailMessage] = []
        self.raw: list[bytes] = []
        self.commands: list[str] = []
        self.unknown: set[str] = set()
        self.unwanted: set[str] = set()
        self.password = PASSWORD
        self.context, self.tls, self.logins = context, tls, logins
        self.released = threading.Event()
        self._faults: deque[str] = deque()
        self._server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"fake": self}))
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def url(self) -> str:
        scheme = "smtps" if self.tls else "smtp" if self.context else "smtp+plain"
        return f"{scheme}://localhost:{self._server.server_address[1]}"

    def start(self) -> Any:
        self._thread.start()
        return self

    def close(self) -> None:
        self.released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> Any:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.close()

    def fault(self, kind: str, times: int = 1) -> None:
        with self.lock:
            self._faults.extend([kind] * times)

    def next_fault(self) -> str:
        with self.lock:
            return self._faults.popleft() if self._faults else ""

    def take(self, sender: str, to: str, content: bytes) -> None:
        message = email.message_from_bytes(content, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        text = message.get_content().replace("\r\n", "\n").removesuffix("\n")
        with self.lock:
            self.raw.append(content)
            self.messages.append(message)
            self.accepted.append(Accepted(str(message["Message-ID"]), to, text, datetime.now(UTC), {"from": sender}))


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is what faults are for."""


class _Handler(socketserver.StreamRequestHandler):
    fake: FakeMailServer
    disable_nagle_algorithm = True

    def setup(self) -> None:
        if self.fake.tls and self.fake.context is not None:
            self.request = self.fake.context.wrap_socket(self.request, server_side=True)
        super().setup()
        self.secure, self.logged_in, self.sender, self.to, self.spoilt = self.fake.tls, False, "", "", ""

    def finish(self) -> None:
        super().finish()
        self.request.close()  # the one that was wrapped is not the one that the server closes

    def handle(self) -> None:
        self.say("220 mail.example.org ESMTP")
        while line := self.rfile.readline(2000):
            verb, _, rest = line.decode("utf-8", "replace").strip().partition(" ")
            with self.fake.lock:
                self.fake.commands.append(verb.upper())
            ask = getattr(self, f"on_{verb.lower()}", None)
            if ask is None:
                self.say("502 5.5.1 not implemented")
            elif ask(rest) is False:
                return

    def say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")

    def at(self, step: str) -> bool:
        """Whether the fault of this message is a number at this step; it is said then."""
        if not self.spoilt.endswith(f" at {step}"):
            return False
        self.say(f"{self.spoilt.removesuffix(f' at {step}')} {self.to or 'somebody'}")
        return True

    def on_ehlo(self, rest: str) -> None:
        offers = ["mail.example.org"]
        offers += ["STARTTLS"] if self.fake.context and not self.secure else []
        offers += ["AUTH PLAIN LOGIN"] if self.fake.logins else []
        for offer in offers[:-1]:
            self.say(f"250-{offer}")
        self.say(f"250 {offers[-1]}")

    def on_starttls(self, rest: str) -> bool | None:
        self.say("220 go on")
        assert self.fake.context is not None
        try:
            self.request = self.fake.context.wrap_socket(self.request, server_side=True)
        except (OSError, ssl.SSLError):
            return False
        self.rfile, self.wfile = self.request.makefile("rb"), self.request.makefile("wb", buffering=0)
        self.secure = True
        return None

    def on_auth(self, rest: str) -> None:
        how, _, first = rest.partition(" ")
        if how != "PLAIN":
            self.say("504 5.5.4 PLAIN only")
            return
        _, user, password = base64.b64decode(first).decode().split("\0")
        self.logged_in = (user, password) == (USER, self.fake.password)
        self.say("235 2.7.0 welcome" if self.logged_in else f"535 5.7.8 {user} {password} is not right")

    def on_mail(self, rest: str) -> bool | None:
        self.spoilt, self.to = self.fake.next_fault(), ""
        self.sender = rest.partition("<")[2].partition(">")[0]
        if self.fake.logins and not self.logged_in:
            self.say("530 5.7.0 log in first")
        elif self.spoilt == "421":
            self.say("421 4.7.0 too many connections")
            return False
        elif not self.at("from"):
            self.say("250 2.1.0 ok")
        return None

    def on_rcpt(self, rest: str) -> bool | None:
        self.to = rest.partition("<")[2].partition(">")[0]
        if self.to in self.fake.unknown:
            self.say(f"550 5.1.1 <{self.to}> no such user")
        elif self.to in self.fake.unwanted:
            self.say(f"554 5.7.1 <{self.to}> wants nothing from you")
        elif self.spoilt == "hang-up at to":
            return False
        elif not self.at("to"):
            self.say("250 2.1.5 ok")
        return None

    def on_data(self, rest: str) -> bool | None:
        if self.at("data"):
            return None
        self.say("354 go on")
        lines: list[bytes] = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b".") else line)
        return self._answer(b"".join(lines))

    def _answer(self, content: bytes) -> bool | None:
        fault = self.spoilt
        if not fault or fault.endswith("-taken"):
            self.fake.take(self.sender, self.to, content)
        if fault.startswith("hang"):
            self.fake.released.wait(60)
        if fault.startswith(("hang", "drop")):
            return False
        if fault == "421-at-content":
            self.say("421 4.7.0 not now")
        elif fault.startswith("odd"):
            self.say("354 go on, please")
        elif fault.startswith("garbage"):
            self.say("\x16\x03 thank you")
        elif not self.at("content"):
            self.say("250 2.0.0 taken")
        return None

    def on_quit(self, rest: str) -> bool:
        self.say("221 2.0.0 bye")
        return False
