"""Webhooks: the bytes that a provider signed reach the channel, and what goes back is a status and never a word."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from twilio.request_validator import RequestValidator

from bot.channels import registry
from bot.channels.channel import Inbound, SenderConfig, WebRequest
from bot.errors import BadRequest, BadSignature, Busy, KeyLost, NotFound
from console.webhooks import EMPTY_TWIML
from tests.console.conftest import World
from tests.console.seed import NoTransport

PUBLIC = "https://care.example.org/line"
TOKEN = "0123456789abcdef0123456789abcdef"
TELEGRAM = "123456:AAF-test_token_of_thirty_five_chars"


class Lines:
    """Takes a webhook as the conversation does: the real channel checks the signature and reads it."""

    def __init__(self) -> None:
        self.read: list[object] = []
        self.raw: list[WebRequest] = []
        twilio = SenderConfig(7, "twilio", "+15005550006", account="AC" + "0" * 32, secret=TOKEN, public_url=PUBLIC)
        telegram = SenderConfig(8, "telegram", "care_bot", secret=TELEGRAM, public_url=PUBLIC)
        self.channels = {each.id: registry.make(each, NoTransport()) for each in (twilio, telegram)}

    def receive(self, sender_id: int, request: WebRequest) -> int:
        self.raw.append(request)
        if sender_id not in self.channels:
            raise NotFound("sender: there is none of that id")
        self.read += self.channels[sender_id].parse_inbound(request)
        return 204

    status = receive


@pytest.fixture
def lines() -> Lines:
    return Lines()


@pytest.fixture
def served(building: Callable[..., World], lines: Lines) -> World:
    return building(conversation=lines, public_url=PUBLIC)


def signed(path: str, fields: dict[str, str]) -> dict[str, str]:
    return {
        "content-type": "application/x-www-form-urlencoded; charset=UTF-8",
        "x-twilio-signature": RequestValidator(TOKEN).compute_signature(PUBLIC + path, fields),
    }


def test_a_message_that_twilio_signed_is_taken_and_answered_with_nothing(served: World, lines: Lines) -> None:
    path = "/webhooks/twilio/7/sms"
    fields = {
        "MessageSid": "SM" + "1" * 32,
        "From": "+33612345678",
        "To": "+15005550006",
        "Body": "ça va & déjà + mieux 😀",
        "NumMedia": "0",
    }
    response = served.browser().ask("POST", path, content=urlencode(fields).encode(), headers=signed(path, fields))
    assert (response.status_code, response.content) == (200, EMPTY_TWIML)
    assert response.headers["content-type"].startswith("text/xml")
    assert [each.text for each in lines.read if isinstance(each, Inbound)] == ["ça va & déjà + mieux 😀"]


def test_the_query_is_part_of_what_is_signed(served: World, lines: Lines) -> None:
    path = "/webhooks/twilio/7/sms?bodySHA=a%20b&x="
    fields = {"MessageSid": "SM" + "2" * 32, "From": "+33612345678", "To": "+15005550006", "Body": "1"}
    response = served.browser().ask("POST", path, content=urlencode(fields).encode(), headers=signed(path, fields))
    assert response.status_code == 200
    assert lines.raw[0].url == PUBLIC + path


def test_a_wrong_signature_is_refused_and_nothing_is_read(served: World, lines: Lines) -> None:
    path = "/webhooks/twilio/7/sms"
    response = served.browser().ask("POST", path, content=b"Body=hello&From=%2B1", headers={"x-twilio-signature": "AAAA"})
    assert (response.status_code, response.content) == (403, b"")
    assert lines.read == []


def test_a_delivery_report_is_answered_with_204(served: World, lines: Lines) -> None:
    path = "/webhooks/twilio/7/status"
    fields = {"MessageSid": "SM" + "3" * 32, "MessageStatus": "delivered", "To": "+33612345678", "From": "+15005550006"}
    response = served.browser().ask("POST", path, content=urlencode(fields).encode(), headers=signed(path, fields))
    assert (response.status_code, response.content, len(lines.read)) == (204, b"", 1)


def test_telegram_without_its_secret_is_refused(served: World, lines: Lines) -> None:
    response = served.browser().ask("POST", "/webhooks/telegram/8", json={"update_id": 1})
    assert (response.status_code, response.content, lines.read) == (403, b"", [])


@pytest.mark.parametrize("sender", ["9", "0x7", "١٢", "-1", "9" * 30])
def test_no_such_sender_is_404(served: World, sender: str) -> None:
    response = served.browser().ask("POST", f"/webhooks/twilio/{sender}/sms", content=b"")
    assert (response.status_code, response.content) == (404, b"")


FAILURES = {
    "a wrong signature": (BadSignature("x"), 403),
    "an odd request": (BadRequest("x"), 400),
    "no such sender": (NotFound("x"), 404),
    "a full queue, so that the provider tries again": (Busy("x"), 503),
    "a lost key": (KeyLost("x"), 500),
}


@pytest.mark.parametrize(("error", "status"), FAILURES.values(), ids=FAILURES)
@pytest.mark.parametrize("path", ["twilio/7/sms", "twilio/7/status", "telegram/7"])
def test_each_failure_has_its_status_and_says_nothing(building: Callable[..., World], path: str, error: Exception, status: int) -> None:
    class Failing:
        def receive(self, sender_id: int, request: WebRequest) -> int:
            raise error

        status = receive

    response = building(conversation=Failing()).browser().ask("POST", f"/webhooks/{path}", content=b"Body=my+secret")
    assert (response.status_code, response.content) == (status, b"")


def test_the_outbox_is_poked_once_something_was_stored(building: Callable[..., World], lines: Lines) -> None:
    poked: list[bool] = []
    served = building(conversation=lines, public_url=PUBLIC, poke=lambda: poked.append(True))
    served.browser().ask("POST", "/webhooks/telegram/8", json={"update_id": 1})
    assert poked == []
    path = "/webhooks/twilio/7/sms"
    fields = {"MessageSid": "SM" + "4" * 32, "From": "+33612345678", "To": "+15005550006", "Body": "1"}
    served.browser().ask("POST", path, content=urlencode(fields).encode(), headers=signed(path, fields))
    assert poked == [True]


def test_a_get_is_no_webhook(served: World) -> None:
    assert served.browser().get("/webhooks/twilio/7/sms").status_code == 405
