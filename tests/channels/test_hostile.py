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
chat = st.just({"id": 5, "type": "private"}) | anything
message = st.fixed_dictionaries(
    {"message_id": st.just(1) | anything, "date": st.just(1_770_000_000) | anything, "chat": chat},
    optional=dict.fromkeys(("text", "caption", "voice", "photo", "sticker", "edit_date", "reply_markup", "from", "dice"), anything),
)
query = st.fixed_dictionaries(
    {"id": st.just("q") | anything, "chat_instance": st.just("1"), "from": anything},
    optional={"message": message | anything, "data": anything},
)
update = st.fixed_dictionaries(
    {},
    optional={
        "update_id": st.just(1) | anything,
        "message": message | anything,
        "edited_message": message,
        "callback_query": query | anything,
        "my_chat_member": anything,
    },
)
NAMES = ("MessageSid", "From", "Body", "NumMedia", "MediaContentType0", "MessageStatus", "ErrorCode", "OptOutType", "novel")
form = st.dictionaries(
    st.sampled_from(NAMES),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20) | st.sampled_from(["0", "1", "stop", "sent", "failed"]),
)

soft = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])


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


@given(update | anything)
@soft
def test_telegram_updates_of_any_shape(told: Any) -> None:
    survives(BOT, WebRequest("/", {PROOF_HEADER: webhook_secret(BOT.config)}, json.dumps(told).encode()))


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
        sent = list(pool.map(lambda text: channel.send(provider.outgoing(text=text)).provider_message_id, texts))
    assert sorted(text for _, text in provider.taken()) == sorted(texts)
    assert len(set(sent)) == 40
