"""The fakes against a real webhook, and as processes of their own."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
from collections.abc import Iterator

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from bot.channels.channel import Inbound, Status, WebRequest
from bot.values import Delivery
from tests.channels.harness import TelegramHarness, TwilioHarness
from tests.fakes import telegram as telegram_fake
from tests.fakes import twilio as twilio_fake

pytestmark = pytest.mark.slow


class Product:
    """Stands where the console will stand: reads each webhook with the channel, and answers 204."""

    def __init__(self, server: HTTPServer, harness: TwilioHarness | TelegramHarness) -> None:
        self.harness = harness
        self.read: list[Inbound | Status] = []
        server.expect_request("/webhooks", method="POST").respond_with_handler(self.take)

    def take(self, request: Request) -> Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.read += self.harness.channel().parse_inbound(WebRequest(request.url, headers, request.get_data()))
        return Response(status=204)


@pytest.fixture
def server() -> Iterator[HTTPServer]:
    with HTTPServer() as made:
        yield made


def test_twilio_posts_texts_and_callbacks_in_any_order_and_twice(server: HTTPServer, twilio: TwilioHarness) -> None:
    url = server.url_for("/webhooks")
    twilio.config = type(twilio.config)(7, "twilio", twilio_fake.NUMBER, twilio_fake.ACCOUNT, twilio_fake.TOKEN, twilio.fake.url)
    twilio.fake.numbers[twilio_fake.NUMBER] = url
    product = Product(server, twilio)
    assert twilio.fake.client_texts(twilio.to, "4", sid="SMx") == 204
    assert twilio.fake.client_texts(twilio.to, "4", sid="SMx") == 204
    sid = twilio.channel().send(twilio.outgoing(status_url=url)).provider_message_id
    assert twilio.fake.repeat_statuses(sid, ["delivered", "sent", "sent"]) == [204, 204, 204]
    assert product.read == [
        Inbound("SMx", twilio.to, "4"),
        Inbound("SMx", twilio.to, "4"),
        Status(4711, sid, Delivery.delivered),
        Status(4711, sid, Delivery.sent),
        Status(4711, sid, Delivery.sent),
    ]


def test_telegram_brings_updates_with_the_secret_it_was_given(server: HTTPServer, telegram: TelegramHarness) -> None:
    product = Product(server, telegram)
    telegram.fake.webhook = server.url_for("/webhooks")
    assert telegram.fake.client_opens(77, "aB3") == 204
    assert telegram.fake.client_writes(77, "hello", message_id=5) == 204
    assert telegram.fake.client_writes(-9, "hello", group=True) == 204
    assert [(one.address, one.text, one.start_token) for one in product.read if isinstance(one, Inbound)] == [
        ("77", "/start aB3", "aB3"),
        ("77", "hello", None),
    ]


def test_twilio_asks_the_fallback_once_with_the_same_message(server: HTTPServer, twilio: TwilioHarness) -> None:
    twilio.config = type(twilio.config)(7, "twilio", twilio_fake.NUMBER, twilio_fake.ACCOUNT, twilio_fake.TOKEN, twilio.fake.url)
    product = Product(server, twilio)
    twilio.fake.numbers[twilio_fake.NUMBER] = "http://127.0.0.1:1/webhooks"
    twilio.fake.fallbacks[twilio_fake.NUMBER] = server.url_for("/webhooks")
    assert twilio.fake.client_texts(twilio.to, "4", sid="SMx") == 204
    assert product.read == [Inbound("SMx", twilio.to, "4")]


def test_telegram_brings_again_what_was_not_taken(server: HTTPServer, telegram: TelegramHarness) -> None:
    product = Product(server, telegram)
    telegram.fake.webhook = "http://127.0.0.1:1/webhooks"
    assert telegram.fake.client_writes(77, "hello", message_id=5) == 0
    telegram.fake.webhook = server.url_for("/webhooks")
    assert telegram.fake.redeliver() == [204]
    assert telegram.fake.redeliver() == []
    assert product.read == [Inbound("5", "77", "hello")]


def test_a_product_that_is_down_is_told_apart(twilio: TwilioHarness) -> None:
    twilio.fake.numbers[twilio_fake.NUMBER] = "http://127.0.0.1:1/webhooks"
    assert twilio.fake.client_texts(twilio.to, "4") == 0


def asked(port: int, method: str, name: str, told: object = None) -> object:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request(method, f"/_fake/{name}", json.dumps(told or {}))
    try:
        return json.load(connection.getresponse())
    finally:
        connection.close()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["twilio", "telegram"])
def test_each_fake_runs_by_itself(name: str) -> None:
    command = [sys.executable, "-m", f"tests.fakes.{name}", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            url = next(word for word in process.stdout.readline().split() if word.startswith("http"))
            port = int(url.rpartition(":")[2])
            assert asked(port, "GET", "accepted") == {"accepted": []}
            assert asked(port, "POST", "fault", {"kind": "500"}) == {"result": None}
        finally:
            process.terminate()


def test_the_bots_token_of_the_fake_is_one_that_telegram_could_give() -> None:
    assert len(telegram_fake.TOKEN.partition(":")[2]) == 35
