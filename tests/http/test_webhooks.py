"""What comes in over HTTP: whose it is, how often it counts, and in which order reports may come."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest

from bot.values import Delivery, OutboxState
from storage import schema as t
from tests.fakes.server import post
from tests.http.programme import CLIENT, World
from tests.http.service import until

pytestmark = pytest.mark.slow

STRANGER = "+34600000777"
BODY_BYTES_MAX = 262_144


def _altered(world: World, what: str) -> tuple[str, dict[str, str], bytes]:
    """A text by the client, with something about it that makes it not Twilio's."""
    url, headers, body = world.twilio.inbound_request(CLIENT, "I want to die")
    if what == "signature":
        return url, {**headers, "X-Twilio-Signature": "AAAAAAAAAAAAAAAAAAAAAAAAAAA="}, body
    if what == "no signature":
        return url, {name: value for name, value in headers.items() if name != "X-Twilio-Signature"}, body
    if what == "text":
        return url, headers, body.replace(b"die", b"fly")
    if what == "address":
        return url + "?a=1", headers, body
    return url.replace("/sms", "/status"), headers, body


@pytest.mark.parametrize("what", ["signature", "no signature", "text", "address", "leaf"])
def test_a_text_that_twilio_did_not_sign_is_refused_and_leaves_no_trace(untouched: World, what: str) -> None:
    before = untouched.counts()
    assert post(*_altered(untouched, what)) == 403
    assert untouched.counts() == before


@pytest.mark.parametrize("given", ["", "wrong", "\u00e9", "secret0", "0secret"])
def test_an_update_without_the_bots_secret_is_refused_and_leaves_no_trace(untouched: World, given: str) -> None:
    before, secret = untouched.counts(), untouched.telegram.secret
    url, headers, body = untouched.telegram.signed(json.dumps(untouched.telegram.update(4711, "I want to die")).encode())
    headers["X-Telegram-Bot-Api-Secret-Token"] = given.replace("secret", secret)
    assert post(url, headers, body) == 403
    assert untouched.counts() == before


def test_a_report_that_twilio_did_not_sign_is_refused_and_moves_nothing(running: World) -> None:
    running.twilio.receipts = ()
    running.enrolled().due()
    sid = running.comes(CLIENT, "Riverside").message_id
    until(lambda: running.rows(t.outbox, t.outbox.c.provider_message_id == sid), "it is marked as sent")
    request = running.twilio.status_request(sid, "delivered")
    assert request is not None
    url, headers, body = request
    assert post(url, {**headers, "X-Twilio-Signature": "AAAA"}, body) == 403
    assert [row["delivery"] for row in running.rows(t.outbox, t.outbox.c.provider_message_id == sid)] == [Delivery.none]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/webhooks/twilio/1/sms", 404),
        ("/webhooks/twilio/1/status", 404),
        ("/webhooks/telegram/1", 404),
        ("/webhooks/twilio/9223372036854775808/sms", 404),
        ("/webhooks/twilio/../1/sms", 404),
        ("/webhooks/twilio/x/sms", 404),
    ],
)
def test_a_sender_that_is_not_there_is_not_found(untouched: World, path: str, status: int) -> None:
    before = untouched.counts()
    _, headers, body = untouched.twilio.inbound_request(CLIENT, "2")
    assert untouched.site.ask("POST", path, body, headers).status == status
    assert untouched.counts() == before


@pytest.mark.parametrize("leaf", ["sms", "status"])
def test_a_body_larger_than_any_message_is_refused_unread(untouched: World, leaf: str) -> None:
    before = untouched.counts()
    path = f"/webhooks/twilio/{untouched.sms}/{leaf}"
    assert untouched.site.ask("POST", path, b"a" * (BODY_BYTES_MAX + 1)).status == 413
    assert untouched.site.ask("POST", f"/webhooks/telegram/{untouched.bot}", b"[" * (BODY_BYTES_MAX + 1)).status == 413
    assert untouched.counts() == before


def test_a_genuine_webhook_that_holds_nothing_of_use_is_refused_and_the_service_goes_on(running: World) -> None:
    url = running.twilio.numbers["+15005550006"]
    assert post(*running.twilio.signed(url, {"Hello": "there"})) == 400
    for body in (b"", b"[]", b"{", b"[" * 100_000, b'{"update_id":1,"message":{"message_id":"x"}}'):
        assert post(*running.telegram.signed(body)) in (204, 400)
    assert running.twilio.client_texts(CLIENT, "hello") == 200


def test_the_same_text_twenty_times_at_once_is_one_message_and_one_reply(running: World) -> None:
    slot = running.enrolled().due()
    running.comes(CLIENT, "how are you doing")
    request = running.twilio.inbound_request(CLIENT, "2")
    with ThreadPoolExecutor(20) as pool:
        statuses = list(pool.map(lambda _: post(*request), range(20)))
    # What finds too much waiting is told to come again, and does.
    again = [post(*request) for status in statuses if status != 200]
    assert {*statuses} <= {200, 503}
    assert {*again} <= {200}
    running.comes(CLIENT, "good to hear from you")
    running.quiet()
    assert len(running.rows(t.received, t.received.c.client_id == int(running.facts["client"]))) == 1
    assert len(running.rows(t.answers)) == 1
    assert [one.text.partition(",")[0] for one in running.twilio.sent_to(CLIENT)[1:]] == ["Thank you"]
    assert [row["state"] for row in running.rows(t.slots, t.slots.c.id == slot)] == ["prompted"]


def test_twenty_texts_of_a_stranger_at_once_are_twenty_messages_and_one_answer(running: World) -> None:
    requests = [running.twilio.inbound_request(STRANGER, f"who is this {at}") for at in range(20)]
    with ThreadPoolExecutor(20) as pool:
        statuses = list(pool.map(lambda request: post(*request), requests))
    for request, status in zip(requests, statuses, strict=True):
        until(lambda request=request, status=status: status == 200 or post(*request) == 200, "a text that was not taken is taken later")
    running.quiet()
    assert len(running.rows(t.received, t.received.c.client_id.is_(None), t.received.c.road != "staff")) == 20
    assert len(running.twilio.sent_to(STRANGER)) == 1


def test_reports_in_any_order_and_twice_only_move_forward(running: World) -> None:
    running.twilio.receipts = ()
    running.enrolled().due()
    sid = running.comes(CLIENT, "how are you doing").message_id

    def delivery() -> tuple[int, object]:
        row = running.rows(t.outbox, t.outbox.c.provider_message_id == sid)[0]
        return row["delivery"], row["delivered_at"]

    until(lambda: running.rows(t.outbox, t.outbox.c.provider_message_id == sid), "it is marked as sent")
    stages = []
    for status in ("queued", "delivered", "sent", "queued", "delivered", "sending", "accepted", "undelivered", "failed", "delivered"):
        assert running.twilio.report(sid, status) == 204
        stages.append(delivery()[0])
    assert stages == sorted(stages)
    assert stages[1] == stages[-1] == Delivery.delivered
    assert running.rows(t.outbox, t.outbox.c.provider_message_id == sid)[0]["state"] == OutboxState.sent


def test_a_report_about_a_message_that_we_never_sent_changes_nothing(untouched: World) -> None:
    before = untouched.counts()
    fields = {"MessageSid": "SM" + "f" * 32, "MessageStatus": "delivered", "To": CLIENT}
    for query in ("", "?outbox=1", "?outbox=99999999999999999999", "?outbox=%00"):
        url = f"{untouched.site.url}/webhooks/twilio/{untouched.sms}/status{query}"
        assert post(*untouched.twilio.signed(url, fields)) == 204
    assert untouched.counts() == before


def test_the_answer_to_a_webhook_says_nothing(running: World) -> None:
    url, headers, body = running.twilio.inbound_request(CLIENT, "hello")
    answered = running.site.ask("POST", urlsplit(url).path, body, headers)
    assert (answered.status, answered.text) == (200, '<?xml version="1.0" encoding="UTF-8"?><Response/>')


@pytest.mark.parametrize("path", ["/", "/flags/1", "/clients/1", "/caseload", "/tasks/1/close", "/live/today"])
def test_who_is_not_signed_in_gets_no_page(untouched: World, path: str) -> None:
    answered = untouched.site.ask("POST" if path.endswith("close") else "GET", path)
    assert answered.status in (303, 401, 403)
    assert answered.headers.get("location", "/sign-in").startswith("/sign-in")
