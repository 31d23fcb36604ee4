"""Whatever comes in by a webhook, genuine or not: values, or one of two errors."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from bot.channels.channel import Channel, Inbound, SenderConfig, Status, WebRequest
from bot.channels.phones import MemoryPhones
from bot.channels.simulated import SIGNATURE_HEADER, Simulated, _sign
from bot.channels.telegram import PROOF_HEADER, Telegram, webhook_secret
from bot.channels.twilio_sms import TwilioSms
from bot.errors import BadRequest
from tests.channels.harness import Harness, Quick, WorldClock
from tests.fakes import telegram as telegram_fake
from tests.fakes import twilio as twilio_fake

pytestmark = pytest.mark.slow

URL = "https://line.example.org/webhooks/twilio/7/sms"
SMS = TwilioSms(SenderConfig(7, "twilio", twilio_fake.NUMBER, twilio_fake.ACCOUNT, twilio_fake.TOKEN), Quick())
BOT = Telegram(SenderConfig(8, "telegram", telegram_fake.NAME, "", telegram_fake.TOKEN), Quick())
PHONE = Simulated(SenderConfig(9, "simulated", "x", secret="k"), MemoryPhones(), WorldClock())

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "text", "chat", "type", "date", "from"]), inner, max_size=4)
    ),
    max_leaves=8,
)


def mostly(usual: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """As documented nine times of ten: nonsense everywhere at once never gets far enough to do harm."""
    return st.integers(0, 9).flatmap(lambda dice: usual if dice else anything)


words = st.text(st.characters(), max_size=12)
chat = st.fixed_dictionaries({"id": mostly(st.integers()), "type": mostly(st.sampled_from(["private", "private", "group"]))})
part = {name: mostly(st.just(telegram_fake.PARTS[name])) for name in ("voice", "photo", "sticker", "location", "contact")}
message = st.fixed_dictionaries(
    {"message_id": mostly(st.integers(1)), "date": mostly(st.just(1_770_000_000)), "chat": mostly(chat)},
    optional={"text": mostly(words), "caption": mostly(words), "edit_date": mostly(st.just(1_770_000_100)), "reply_markup": anything}
    | part,
)
person = st.just({"id": 5, "is_bot": False, "first_name": "A"})
query = st.fixed_dictionaries(
    {"id": mostly(st.just("q")), "chat_instance": st.just("1"), "from": mostly(person), "message": mostly(message), "data": mostly(words)}
)
member = st.fixed_dictionaries(
    {"user": mostly(person), "status": mostly(st.sampled_from(["member", "kicked", "left"]))}, optional={"until_date": mostly(st.just(0))}
)
change = st.fixed_dictionaries(
    {
        "chat": mostly(chat),
        "from": mostly(person),
        "date": st.just(1_770_000_000),
        "old_chat_member": mostly(member),
        "new_chat_member": mostly(member),
    }
)
update = st.one_of(
    message.map(lambda told: {"update_id": 1, "message": told}),
    message.map(lambda told: {"update_id": 1, "edited_message": told}),
    query.map(lambda told: {"update_id": 1, "callback_query": told}),
    change.map(lambda told: {"update_id": 1, "my_chat_member": told}),
)
NAMES = ("MessageSid", "From", "Body", "NumMedia", "MediaContentType0", "MessageStatus", "ErrorCode", "OptOutType", "novel")
form = st.dictionaries(
    st.sampled_from(NAMES),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20) | st.sampled_from(["0", "1", "stop", "sent", "failed"]),
)

soft = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def survives(channel: Channel, request: WebRequest) -> None:
    try:
        read = channel.parse_inbound(request)
    except BadRequest:
        return
    for one in read:
        assert isinstance(one, (Inbound, Status))
        stored: list[Any] = [one.provider_message_id]
        stored += [one.text, one.address, one.button_token, one.start_token] if isinstance(one, Inbound) else [one.code]
        for value in stored:
            assert value is None or isinstance(value, str)
            (value or "").encode()


def brought(told: Any) -> WebRequest:
    return WebRequest("/", {PROOF_HEADER: webhook_secret(BOT.config)}, json.dumps(told).encode())


@given(mostly(update))
@soft
def test_telegram_updates_of_any_shape(told: Any) -> None:
    survives(BOT, brought(told))


@given(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12),
    st.dictionaries(st.text(max_size=6).map("x_{}".format), anything, max_size=3),
)
@soft
def test_what_telegram_adds_one_day_does_not_keep_a_text_away(text: str, novel: dict[str, Any]) -> None:
    told = {"message_id": 1, "date": 1_770_000_000, "chat": {"id": 5, "type": "private"} | novel, "text": text} | novel
    (read,) = BOT.parse_inbound(brought({"update_id": 1, "message": told} | novel))
    assert isinstance(read, Inbound)
    assert read.text == text


@given(form)
@soft
def test_twilio_forms_of_any_shape(fields: dict[str, str]) -> None:
    true = RequestValidator(twilio_fake.TOKEN).compute_signature(URL, fields)
    survives(SMS, WebRequest(URL, {"x-twilio-signature": true}, urlencode(fields).encode()))


@given(st.binary(max_size=60) | anything.map(lambda told: json.dumps(told).encode()))
@soft
def test_simulated_bodies_of_any_shape(body: bytes) -> None:
    survives(PHONE, WebRequest("/", {SIGNATURE_HEADER: _sign("k", body)}, body))


@given(st.binary(max_size=60), st.text(max_size=30), st.text(max_size=30))
@soft
def test_nobody_gets_in_by_luck(body: bytes, url: str, shown: str) -> None:
    headers = {"x-twilio-signature": shown, PROOF_HEADER: shown, SIGNATURE_HEADER: shown}
    for channel in (SMS, BOT, PHONE):
        with pytest.raises(BadRequest):
            channel.parse_inbound(WebRequest(url, headers, body))


def test_many_threads_send_by_one_channel_and_each_message_is_taken_once(provider: Harness) -> None:
    channel = provider.channel()
    with ThreadPoolExecutor(8) as pool:
        texts = [f"text {at}" for at in range(40)]
        out = [provider.outgoing(text=text, outbox_id=at) for at, text in enumerate(texts, 1)]
        sent = list(pool.map(lambda one: channel.send(one).provider_message_id, out))
    assert sorted(text for _, text in provider.taken()) == sorted(texts)
    assert len(set(sent)) == 40
