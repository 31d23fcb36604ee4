"""
What goes on while processes die: chains of events, each in a thread of its own, that go on as if nothing had happened.

Providers bring a message again until it is answered with 2xx, as Twilio does with its fallback address and Telegram by itself.
Every step waits for what must follow, so a chain that ends has seen all of it happen, however often the process died.
"""

from __future__ import annotations

import itertools
import json
import random
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from storage import schema as t
from tests.fakes.server import post
from tests.http.programme import ANA, SAM, Enrolled, World
from tests.http.service import until

STEP_SECONDS = 60.0
CHAT = 880_000
ASKED, NUDGED, THANKED = "Compared with last week", "Just send 1, 2 or 3", "good to hear from you"
CRITICAL = ("I want to kill myself", "me quiero morir", "I took all my pills", "I am going to end my life tonight")
CHAINS = ("check_in", "crisis", "chat_check_in", "check_in", "crisis")
"""What goes on at the same time."""
FAULTS = ("500-taken", "500", "drop-taken", "drop", "garbage-taken")


@dataclass(frozen=True)
class Text:
    """A message that a provider brought until it was taken. message_id: the provider's."""

    who: str
    message_id: str
    words: str
    client_id: int
    critical: bool = False
    answer: bool = False


@dataclass
class Traffic:
    """The chains on one world, and the record of what was answered with 2xx."""

    world: World
    rng: random.Random
    taken: list[Text] = field(default_factory=list)
    slots: list[tuple[int, Enrolled]] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(200))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def client(self, *, telegram: bool = False) -> Enrolled:
        """A further client."""
        with self._lock:
            number = next(self._numbers)
        return self.world.client(f"+34600000{number}", telegram=telegram)

    # ------------------------------------------------------------ what providers do

    def text(self, who: str, words: str, client_id: int = 0, **more: bool) -> None:
        """A text that Twilio brings until it is taken, always with the same id."""
        request = self.world.twilio.inbound_request(who, words)
        message_id = parse_qs(request[2].decode())["MessageSid"][0]
        until(lambda: post(*request) == 200, "a text is taken", STEP_SECONDS)
        self.taken.append(Text(who, message_id, words, client_id, **more))

    def chat(self, chat: int, words: str, client_id: int = 0, **more: bool) -> None:
        """The same in Telegram."""
        update = self.world.telegram.update(chat, words)
        request = self.world.telegram.signed(json.dumps(update).encode())
        until(lambda: post(*request) == 204, "an update is taken", STEP_SECONDS)
        self.taken.append(Text(str(chat), str(update["message"]["message_id"]), words, client_id, **more))

    # ------------------------------------------------------------ chains

    def check_in(self) -> None:
        """A check-in by SMS, reminded of once, then answered."""
        client = self.client()
        slot = self._due(client)
        self._until(lambda: self.world.sent(client.phone, ASKED) or self._lost(slot), "the check-in arrives")
        if self._lost(slot):
            return
        self._until(lambda: self._nudge(client), "it is reminded of")
        self._answer(client, lambda: self.text(client.phone, "2", client.client_id, answer=True))
        self._until(lambda: self.world.sent(client.phone, THANKED) or self._unsure(client, "say"), "it is thanked for")

    def chat_check_in(self) -> None:
        """The same by Telegram, where what is lost on the way stays unsure. The chat is bound before."""
        client = self.client(telegram=True)
        chat = CHAT + client.client_id % 100_000
        self._bind(client, chat)
        slot = self._due(client)

        def came(words: str) -> list[Any]:
            return [one for one in self.world.telegram.sent_to(str(chat)) if words in one.text]

        self._until(lambda: came(ASKED) or self._lost(slot), "the check-in arrives in the chat, or is unsure")
        self._answer(client, lambda: self.chat(chat, "2", client.client_id, answer=True))
        self._until(lambda: came(THANKED) or self._unsure(client, "say"), "it is thanked for in the chat")

    def crisis(self) -> None:
        """A critical text: crisis reply, alert, nobody answers, the supervisor hears of it, who takes it on."""
        client = self.client()
        self.text(client.phone, self.rng.choice(CRITICAL), client.client_id, critical=True)
        self._until(lambda: self.world.twilio.sent_to(client.phone), "the client is answered")
        flag = self._until(lambda: self._flag(client), "the flag is there")
        alert = re.compile(rf"Reply A {flag['code']} ")
        self._until(lambda: any(alert.search(one.text) for one in self.world.sent(ANA)), "the case manager is alerted")
        self._until(lambda: self._climb(flag["id"], alert), "it climbs to the supervisor")
        self.text(SAM, f"A {flag['code']}")
        self._until(lambda: self._flag(client)["state"] == "acknowledged", "it is taken on")

    # ------------------------------------------------------------ steps

    def _until(self, true: Callable[[], Any], what: str) -> Any:
        def hurried() -> Any:
            found = true()
            if not found:
                self.world.hurry()
            return found

        return until(hurried, what, STEP_SECONDS, poll_seconds=0.05)

    def _due(self, client: Enrolled) -> int:
        slot = client.due()
        with self._lock:
            self.slots.append((slot, client))
        return slot

    def _nudge(self, client: Enrolled) -> bool:
        """Let the reminder fall due as soon as the check-in counts as sent; whether it has arrived."""
        talks = self.world.rows(t.conversations, t.conversations.c.client_id == client.client_id)
        rows = self.world.rows(t.due, t.due.c.kind == "nudge", t.due.c.ref_id == talks[0]["id"], t.due.c.at > datetime.now(UTC))
        if rows:
            self.world.make_due(rows[0]["id"])
        return bool(self.world.sent(client.phone, NUDGED)) or self._unsure(client, "nudge")

    def _answer(self, client: Enrolled, say: Callable[[], None]) -> None:
        say()
        self._until(lambda: self.world.rows(t.answers, t.answers.c.client_id == client.client_id), "the answer is stored")

    def _lost(self, slot_id: int) -> bool:
        """The provider failed to take the prompt twice, or nobody knows whether it did."""
        return self.world.rows(t.slots, t.slots.c.id == slot_id)[0]["state"] in ("skipped", "unsure")

    def _unsure(self, client: Enrolled, kind: str) -> bool:
        """The same for what is said within the conversation: it is not repeated without end."""
        o = t.outbox.c
        rows = self.world.rows(t.outbox, o.client_id == client.client_id, o.kind == kind, o.settled_at.is_not(None))
        return any(one["reason"] in ("unknown_outcome", "provider_down") for one in rows)

    def _flag(self, client: Enrolled) -> dict[str, Any]:
        found = self.world.rows(t.flags, t.flags.c.client_id == client.client_id)
        return found[0] if found else {}

    def _climb(self, flag_id: int, alert: re.Pattern[str]) -> bool:
        if any(alert.search(one.text) or f"take it. {self.world.site.url}/flags/{flag_id}" in one.text for one in self.world.sent(SAM)):
            return True
        flag = self.world.rows(t.flags, t.flags.c.id == flag_id)[0]
        later = datetime.now(UTC) + timedelta(seconds=1)
        rows = self.world.rows(t.due, t.due.c.kind == "escalate", t.due.c.ref_id == flag_id, t.due.c.at > later)
        if rows and flag["rung"] == "owner":
            self.world.make_due(rows[0]["id"])
        return False

    def _bind(self, client: Enrolled, chat: int) -> None:
        from bot.setting_up.invites import invite

        invitation = invite(self.world.house, "client", client.client_id, text=False)
        self.world.telegram.chats.add(chat)
        token = parse_qs(urlsplit(invitation.link).query)["start"][0]
        self.chat(chat, f"/start {token}")
        self.chat(chat, invitation.code)
        bound = lambda: self.world.rows(  # noqa: E731
            t.contact_points, t.contact_points.c.owner_id == client.client_id, t.contact_points.c.channel == "telegram"
        )[0]["status"]
        self._until(lambda: bound() == "active", "the chat is bound")

    # ------------------------------------------------------------ death

    def spoil(self, many: int) -> None:
        """Have the providers fail a few of the next sendings, each in its own way."""
        for _ in range(many):
            self.rng.choice((self.world.twilio, self.world.telegram)).fault(self.rng.choice(FAULTS))

    def drain(self) -> None:
        """Wait until nothing is due and nothing waits, with all that is looked up later looked up now."""
        self.world.twilio.heal()
        self.world.telegram.heal()
        self._until(lambda: not self.world.unfinished() and not self._unknown(), "everything has its end")

    def _unknown(self) -> list[dict[str, Any]]:
        return self.world.rows(t.outbox, t.outbox.c.state.in_(("claimed", "sending", "unknown", "retry", "pending")))
