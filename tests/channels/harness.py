"""
What the shared cases need of a provider: its channel, its faults, its ground truth, its webhooks.

A channel of the registry without a harness here fails the suite. A fault that a harness does not know fails its case.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from bot.channels import registry
from bot.channels.channel import Channel, Outgoing, SenderConfig, WebRequest
from bot.channels.mail import Mail
from bot.channels.phones import MemoryPhones
from bot.channels.simulated import SIGNATURE_HEADER, Lever, Simulated
from bot.channels.telegram import PROOF_HEADER, webhook_secret
from bot.channels.transport import HttpTransport
from bot.ports import Transport
from bot.values import Button, ChannelKind
from tests.fakes import mail, telegram, twilio
from tests.fakes.mail import FakeMailServer
from tests.fakes.telegram import FakeTelegram
from tests.fakes.twilio import FakeTwilio

TEXT = "Zebra-text: how did you sleep?"
CLOSED = "http://127.0.0.1:1"
"""A port where nothing listens."""


class Quick:
    """The real transport with a short time-out, so that what hangs hangs briefly."""

    def __init__(self, seconds: float = 3.0) -> None:
        self.inner, self.seconds = HttpTransport(), seconds

    def request(
        self, method: str, url: str, *, headers: dict[str, str] | None = None, body: bytes | None = None, timeout_seconds: float = 10.0
    ) -> tuple[int, dict[str, str], bytes]:
        return self.inner.request(method, url, headers=headers, body=body, timeout_seconds=min(self.seconds, timeout_seconds))


class Harness:
    """One provider under test."""

    kind = ChannelKind.sms
    refused_reason = "stopped"
    config: SenderConfig
    to = "+15005550100"
    secrets: tuple[str, ...] = ()
    answers = True
    """Whether anything comes in by this channel."""

    def __init__(self, transport: Transport) -> None:
        self.transport = transport
        self.base_url: str | None = None

    def channel(self) -> Channel:
        config = self.config if self.base_url is None else replace(self.config, base_url=self.base_url)
        return registry.make(config, self.transport)

    def outgoing(self, **more: Any) -> Outgoing:
        return Outgoing(**({"outbox_id": 4711, "to": self.to, "text": TEXT} | more))

    def fault(self, name: str) -> None:
        self.faults()[name]()

    def faults(self) -> dict[str, Callable[[], None]]:
        raise NotImplementedError

    def taken(self) -> list[tuple[str, str]]:
        raise NotImplementedError

    def genuine(self, text: str) -> WebRequest:
        raise NotImplementedError

    def forged(self, text: str) -> list[WebRequest]:
        raise NotImplementedError

    def odd(self) -> list[WebRequest]:
        """Genuinely signed, but not what the provider documents."""
        raise NotImplementedError

    def close(self) -> None:
        return None


def web(composed: tuple[str, dict[str, str], bytes]) -> WebRequest:
    url, headers, body = composed
    return WebRequest(url, {name.lower(): value for name, value in headers.items()}, body)


def nothing() -> None:
    return None


class TwilioHarness(Harness):
    public_url = "https://line.example.org"
    secrets = (twilio.TOKEN, twilio.ACCOUNT)

    def __init__(self, transport: Transport) -> None:
        super().__init__(transport)
        self.fake: FakeTwilio = FakeTwilio().start()
        self.fake.numbers[twilio.NUMBER] = f"{self.public_url}/webhooks/twilio/7/sms"
        self.config = SenderConfig(7, "twilio", twilio.NUMBER, twilio.ACCOUNT, twilio.TOKEN, self.fake.url, public_url=self.public_url)

    def faults(self) -> dict[str, Callable[[], None]]:
        return {
            "none": nothing,
            "bad address": lambda: self.fake.refuse(self.to, 21211),
            "refused": lambda: self.fake.stopped.add((twilio.NUMBER, self.to)),
            "throttled": lambda: self.fake.fault("429", retry_after=7),
            "throttled, unsaid": lambda: self.fake.fault("429", retry_after=None),
            "down": lambda: setattr(self, "base_url", CLOSED),
            "silent": lambda: self.fake.fault("hang"),
            "silent, taken": lambda: self.fake.fault("hang-taken"),
            "broken off": lambda: self.fake.fault("drop"),
            "broken off, taken": lambda: self.fake.fault("drop-taken"),
            "error": lambda: self.fake.fault("500"),
            "error, taken": lambda: self.fake.fault("500-taken"),
            "nonsense, taken": lambda: self.fake.fault("garbage-taken"),
            "account": lambda: setattr(self.fake, "token", "another"),
        }

    def taken(self) -> list[tuple[str, str]]:
        return [(one.to, one.text) for one in self.fake.accepted]

    def genuine(self, text: str) -> WebRequest:
        return web(self.fake.inbound_request(self.to, text))

    def forged(self, text: str) -> list[WebRequest]:
        true = self.genuine(text)
        return [
            replace(true, body=true.body + b"&Body=other"),
            replace(true, url=true.url + "?outbox=1"),
            replace(true, headers=dict(true.headers) | {"x-twilio-signature": "AAAA"}),
            replace(true, headers={}),
            replace(true, headers={"x-twilio-signature": "\udc80é"}),
        ]

    def odd(self) -> list[WebRequest]:
        url = self.fake.numbers[twilio.NUMBER]
        return [
            web(self.fake.signed(url, {"Body": "no sender"})),
            web(self.fake.signed(url, {"From": self.to, "Body": "no id"})),
            web(self.fake.signed(url, {"MessageStatus": "sent"})),
            replace(web(self.fake.signed(url, {})), method="GET"),
            replace(self.genuine("x"), body=b"&".join(b"a%d=1" % at for at in range(400))),
            replace(self.genuine("x"), body=b"x" * 300_000),
        ]

    def close(self) -> None:
        self.fake.close()


class TelegramHarness(Harness):
    kind = ChannelKind.telegram
    to = "5550100"
    secrets = (telegram.TOKEN, telegram.TOKEN.partition(":")[2])
    refused_reason = "blocked"

    def __init__(self, transport: Transport) -> None:
        super().__init__(transport)
        self.fake: FakeTelegram = FakeTelegram().start()
        self.fake.chats.add(int(self.to))
        self.config = SenderConfig(8, "telegram", telegram.NAME, "", telegram.TOKEN, self.fake.url, public_url="https://line.example.org")
        self.fake.webhook, self.fake.secret = "https://line.example.org/webhooks/telegram/8", webhook_secret(self.config)

    def faults(self) -> dict[str, Callable[[], None]]:
        return {
            "none": nothing,
            "bad address": self.fake.chats.clear,
            "refused": lambda: self.fake.blocked.add(int(self.to)),
            "throttled": lambda: self.fake.fault("429", retry_after=7),
            "throttled, unsaid": lambda: self.fake.fault("429", retry_after=None),
            "down": lambda: setattr(self, "base_url", CLOSED),
            "silent": lambda: self.fake.fault("hang"),
            "silent, taken": lambda: self.fake.fault("hang-taken"),
            "broken off": lambda: self.fake.fault("drop"),
            "broken off, taken": lambda: self.fake.fault("drop-taken"),
            "error": lambda: self.fake.fault("500"),
            "error, taken": lambda: self.fake.fault("500-taken"),
            "nonsense, taken": lambda: self.fake.fault("garbage-taken"),
            "account": lambda: setattr(self.fake, "token", "7000000001:BBFakeFakeFakeFakeFakeFakeFakeFakeF"),
        }

    def taken(self) -> list[tuple[str, str]]:
        return [(one.to, one.text) for one in self.fake.accepted]

    def genuine(self, text: str) -> WebRequest:
        return web(self.fake.signed(json.dumps(self.fake.update(int(self.to), text)).encode()))

    def forged(self, text: str) -> list[WebRequest]:
        true = self.genuine(text)
        return [
            replace(true, headers={}),
            replace(true, headers={PROOF_HEADER: ""}),
            replace(true, headers={PROOF_HEADER: self.fake.secret[:-1]}),
            replace(true, headers={PROOF_HEADER: "\udc80é"}),
            replace(true, headers={PROOF_HEADER: webhook_secret(replace(self.config, id=9))}),
        ]

    def odd(self) -> list[WebRequest]:
        chat = {"id": 1, "type": "private"}
        bodies: Sequence[bytes] = [
            b"",
            b"\xff",
            b"[]",
            b"7",
            b"{" * 5000,
            b"[" * 100_000,
            json.dumps({"update_id": 1, "message": {"message_id": "x"}}).encode(),
            json.dumps({"update_id": 1, "message": {"message_id": 1, "date": 10**30, "chat": chat, "text": "x"}}).encode(),
            json.dumps({"update_id": 1, "message": {"message_id": 1, "date": 1, "chat": 5, "text": "x"}}).encode(),
            json.dumps({"update_id": 1, "callback_query": {"id": 4}}).encode(),
            json.dumps({"update_id": 1, "my_chat_member": []}).encode(),
            b'{"update_id":1,"message":' + b" " * 300_000 + b"{}}",
        ]
        return [web(self.fake.signed(body)) for body in bodies]

    def close(self) -> None:
        self.fake.close()


class WorldClock:
    """A clock that stands still."""

    def now(self) -> datetime:
        return datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class SimulatedHarness(Harness):
    secrets = ("simulated-key-55",)

    def __init__(self, transport: Transport) -> None:
        super().__init__(transport)
        self.phones = MemoryPhones()
        self.config = SenderConfig(9, "simulated", "demo line", secret="simulated-key-55")
        made = registry.make(self.config, transport, phones=self.phones, clock=WorldClock())
        assert isinstance(made, Simulated)
        self.simulated = made

    def channel(self) -> Channel:
        return self.simulated

    def faults(self) -> dict[str, Callable[[], None]]:
        levers = {
            "bad address": Lever.refuse,
            "throttled": Lever.throttle,
            "throttled, unsaid": Lever.throttle,
            "down": Lever.down,
            "silent": Lever.lost,
            "silent, taken": Lever.taken,
            "broken off": Lever.lost,
            "broken off, taken": Lever.taken,
            "error": Lever.lost,
            "error, taken": Lever.taken,
            "nonsense, taken": Lever.taken,
            "account": Lever.misconfigured,
        }
        pulls: dict[str, Callable[[], None]] = {name: lambda lever=lever: self.simulated.pull(lever) for name, lever in levers.items()}
        return pulls | {"none": nothing, "refused": lambda: self.phones.filter(9, self.to, on=True)}

    def taken(self) -> list[tuple[str, str]]:
        return [(one.address, one.text) for _, one in self.phones.accepted]

    def genuine(self, text: str) -> WebRequest:
        return self.simulated.writes(self.to, text, message_id="m1")

    def forged(self, text: str) -> list[WebRequest]:
        true = self.genuine(text)
        return [replace(true, body=true.body + b" "), replace(true, headers={}), replace(true, headers={SIGNATURE_HEADER: "\udc80é"})]

    def odd(self) -> list[WebRequest]:
        from bot.channels.simulated import _sign

        bodies = [b"", b"[]", b"\xff", b"[" * 100_000, b'{"id": 4, "address": "a"}', b'{"id": "m", "address": "a", "kind": "song"}']
        return [WebRequest("/", {SIGNATURE_HEADER: _sign("simulated-key-55", body)}, body) for body in bodies]


class MailHarness(Harness):
    kind = ChannelKind.mail
    to = "ana.zebra@office.example.org"
    secrets = (mail.USER, mail.PASSWORD)
    refused_reason = "refused"
    answers = False

    def __init__(self, transport: Transport) -> None:
        super().__init__(transport)
        self.fake: FakeMailServer = FakeMailServer().start()
        self.config = SenderConfig(10, "mail", mail.FROM, mail.USER, mail.PASSWORD, self.fake.url, public_url="https://line.example.org")

    def channel(self) -> Channel:
        config = self.config if self.base_url is None else replace(self.config, base_url=self.base_url)
        made = registry.make(config, self.transport, clock=WorldClock())
        assert isinstance(made, Mail)
        made.seconds = 3.0
        return made

    def faults(self) -> dict[str, Callable[[], None]]:
        return {
            "none": nothing,
            "bad address": lambda: self.fake.unknown.add(self.to),
            "refused": lambda: self.fake.unwanted.add(self.to),
            "throttled": lambda: self.fake.fault("421"),
            "throttled, unsaid": lambda: self.fake.fault("421-at-content"),
            "down": lambda: setattr(self, "base_url", "smtp+plain://127.0.0.1:1"),
            "silent": lambda: self.fake.fault("hang"),
            "silent, taken": lambda: self.fake.fault("hang-taken"),
            "broken off": lambda: self.fake.fault("drop"),
            "broken off, taken": lambda: self.fake.fault("drop-taken"),
            "error": lambda: self.fake.fault("odd"),
            "error, taken": lambda: self.fake.fault("odd-taken"),
            "nonsense, taken": lambda: self.fake.fault("garbage-taken"),
            "account": lambda: setattr(self.fake, "password", "another"),
        }

    def taken(self) -> list[tuple[str, str]]:
        return [(one.to, one.text) for one in self.fake.accepted]

    def genuine(self, text: str) -> WebRequest:
        return WebRequest("https://line.example.org/webhooks/mail/10", {}, text.encode("utf-8", "replace"))

    def forged(self, text: str) -> list[WebRequest]:
        return [self.genuine(text), replace(self.genuine(text), method="GET")]

    def close(self) -> None:
        self.fake.close()


HARNESSES: dict[str, type[Harness]] = {
    "twilio": TwilioHarness,
    "telegram": TelegramHarness,
    "mail": MailHarness,
    "simulated": SimulatedHarness,
}

BUTTONS = (Button("نعم", "t1"), Button("No", "t2"))
