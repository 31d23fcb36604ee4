"""What only Telegram does: buttons, links, edits, blocks, groups, polling."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from bot.channels.channel import Inbound, InboundKind
from bot.channels.telegram import Telegram, webhook_secret
from bot.errors import BadSignature, Misconfigured, Unreachable
from bot.values import Button, Reason
from tests.channels.harness import BUTTONS, TelegramHarness, web
from tests.fakes.telegram import PARTS

CHAT = 5550100


def read(harness: TelegramHarness, update: dict[str, Any]) -> list[Inbound]:
    """Through JSON and the webhook's signature, as in life."""
    told = harness.channel().parse_inbound(web(harness.fake.signed(json.dumps({"update_id": 1} | update).encode())))
    return [one for one in told if isinstance(one, Inbound)]


def written(**more: Any) -> dict[str, Any]:
    return {"message_id": 31, "date": 1_770_000_000, "chat": {"id": CHAT, "type": "private", "first_name": "A"}} | more


def polled(harness: TelegramHarness) -> list[Inbound]:
    """What the fake's levers put aside, fetched by the product; the webhook is taken away first."""
    channel = harness.channel()
    assert isinstance(channel, Telegram)
    channel.disconnect()
    return channel.poll(0)[1]


# ---------------------------------------------------------------- what clients do

ONE = {
    "words": ({"text": "4"}, InboundKind.text, "4", None, None),
    "the bot is opened": ({"text": "/start"}, InboundKind.start, "/start", None, None),
    "a link is followed": ({"text": "/start aB3_-9"}, InboundKind.start, "/start aB3_-9", None, "aB3_-9"),
    "a link is followed by name": ({"text": "/start@some_bot aB3"}, InboundKind.start, "/start@some_bot aB3", None, "aB3"),
    "a word that begins alike": ({"text": "/started"}, InboundKind.text, "/started", None, None),
    "more after the token is text": ({"text": "/start a b"}, InboundKind.text, "/start a b", None, None),
    "a token too long is text": ({"text": "/start " + "a" * 65}, InboundKind.text, "/start " + "a" * 65, None, None),
    "stop": ({"text": "/stop"}, InboundKind.text, "/stop", None, None),
    "voice": ({"voice": PARTS["voice"]}, InboundKind.media, "", "voice", None),
    "a picture with words is an answer": ({"photo": PARTS["photo"], "caption": "4"}, InboundKind.text, "4", "photo", None),
    "a sticker": ({"sticker": PARTS["sticker"]}, InboundKind.media, "", "sticker", None),
    "a place": ({"location": PARTS["location"]}, InboundKind.media, "", "location", None),
    "a file": ({"document": PARTS["document"]}, InboundKind.media, "", "document", None),
    "a contact": ({"contact": PARTS["contact"]}, InboundKind.media, "", "contact", None),
    "a film": ({"video": PARTS["video"]}, InboundKind.media, "", "video", None),
    "half a character": ({"text": "a\ud800b"}, InboundKind.text, "a\ufffdb", None, None),
}


@pytest.mark.parametrize(("content", "kind", "text", "media", "token"), ONE.values(), ids=ONE)
def test_what_a_client_does(
    telegram: TelegramHarness, content: dict[str, Any], kind: InboundKind, text: str, media: str | None, token: str | None
) -> None:
    assert read(telegram, {"message": written(**content)}) == [Inbound("31", str(CHAT), text, kind, media=media, start_token=token)]


NOTHING: dict[str, dict[str, Any]] = {
    "a group": {"message": written(text="hello", chat={"id": -9, "type": "group", "title": "g"})},
    "a channel": {"channel_post": written(text="hello", chat={"id": -9, "type": "channel", "title": "c"})},
    "an edit in a group": {"edited_message": written(text="hello", chat={"id": -9, "type": "supergroup", "title": "g"})},
    "a service message": {"message": written(pinned_message=written(text="old"))},
    "a kind that we did not ask for": {"poll_answer": {"poll_id": "1", "option_ids": [0], "option_persistent_ids": ["0"]}},
    "a kind that nobody knows": {"novelty": {"x": 1}},
    "an update without anything": {},
}


@pytest.mark.parametrize("update", NOTHING.values(), ids=NOTHING)
def test_what_is_none_of_our_business(telegram: TelegramHarness, update: dict[str, Any]) -> None:
    assert read(telegram, update) == []


def test_an_edit_keeps_the_message_and_rises(telegram: TelegramHarness) -> None:
    first = read(telegram, {"edited_message": written(text="5", edit_date=1_770_000_100)})
    second = read(telegram, {"edited_message": written(text="6", edit_date=1_770_000_200)})
    assert [(one.provider_message_id, one.kind, one.text) for one in first + second] == [("31", "edit", "5"), ("31", "edit", "6")]
    assert 0 < first[0].edit < second[0].edit


def test_a_pressed_button_brings_its_token_and_its_label(telegram: TelegramHarness) -> None:
    sent = telegram.channel().send(telegram.outgoing(buttons=BUTTONS))
    telegram.fake.webhook = ""
    telegram.fake.client_presses(CHAT, int(sent.provider_message_id), "t1", query="q77")
    assert polled(telegram) == [Inbound("q77", str(CHAT), "نعم", InboundKind.button, button_token="t1")]


def test_a_button_under_a_message_too_old_to_be_shown_still_counts(telegram: TelegramHarness) -> None:
    telegram.fake.webhook = ""
    telegram.fake.client_presses(CHAT, 999, "t1", query="q78")
    assert polled(telegram) == [Inbound("q78", str(CHAT), "", InboundKind.button, button_token="t1")]


def test_who_blocks_us_is_told_apart_from_who_comes_back(telegram: TelegramHarness) -> None:
    telegram.fake.webhook = ""
    telegram.fake.client_blocks(CHAT)
    with pytest.raises(Unreachable) as caught:
        telegram.channel().send(telegram.outgoing())
    assert caught.value.reason is Reason.blocked
    telegram.fake.client_unblocks(CHAT)
    telegram.channel().send(telegram.outgoing())
    assert [one.kind for one in polled(telegram)] == [InboundKind.blocked, InboundKind.unblocked]


# ---------------------------------------------------------------- what we do


def test_buttons_go_one_a_row_with_their_tokens(telegram: TelegramHarness) -> None:
    telegram.channel().send(telegram.outgoing(buttons=BUTTONS))
    markup = telegram.fake.accepted[0].fields["reply_markup"]
    assert markup["inline_keyboard"] == [[{"text": "نعم", "callback_data": "t1"}], [{"text": "No", "callback_data": "t2"}]]


def test_a_token_that_telegram_would_refuse_is_refused_for_good(telegram: TelegramHarness) -> None:
    with pytest.raises(Unreachable) as caught:
        telegram.channel().send(telegram.outgoing(buttons=(Button("x", "t" * 65),)))
    assert caught.value.reason is Reason.refused


def test_a_text_is_sent_as_it_is_without_markup(telegram: TelegramHarness) -> None:
    telegram.channel().send(telegram.outgoing(text="<b>4 * 5_6</b> & \\"))
    assert telegram.fake.accepted[0].text == "<b>4 * 5_6</b> & \\"
    assert "parse_mode" not in telegram.fake.accepted[0].fields


def test_a_press_is_acknowledged_and_one_too_old_is_let_go(telegram: TelegramHarness) -> None:
    press = Inbound("q1", str(CHAT), "", InboundKind.button, button_token="t1")
    for one in (press, replace(press, provider_message_id="old1"), replace(press, kind=InboundKind.text, button_token=None)):
        telegram.channel().acknowledge(one)
    assert telegram.fake.pressed == ["q1"]


def test_a_press_that_cannot_be_acknowledged_stays_taken(telegram: TelegramHarness) -> None:
    press = Inbound("q1", str(CHAT), "", InboundKind.button, button_token="t1")
    telegram.fault("down")
    telegram.channel().acknowledge(press)
    assert telegram.fake.pressed == []


def test_the_webhook_is_set_with_a_secret_that_the_product_checks(telegram: TelegramHarness) -> None:
    telegram.fake.webhook = telegram.fake.secret = ""
    assert telegram.channel().connect() == ""
    assert telegram.fake.webhook == "https://line.example.org/webhooks/telegram/8"
    (one,) = telegram.channel().parse_inbound(telegram.genuine("hello"))
    assert isinstance(one, Inbound)


def test_a_webhook_without_https_is_told_to_a_person(telegram: TelegramHarness) -> None:
    channel = Telegram(replace(telegram.config, base_url="", public_url="http://127.0.0.1:8000"), telegram.transport)
    assert "CHECKLINE_PUBLIC_URL" in channel.connect()


def test_two_bots_have_two_secrets_that_do_not_show_their_tokens(telegram: TelegramHarness) -> None:
    other = replace(telegram.config, secret="7000000002:AAFakeFakeFakeFakeFakeFakeFakeFakeF")
    assert webhook_secret(other) != webhook_secret(telegram.config)
    with pytest.raises(BadSignature):
        Telegram(other, telegram.transport).parse_inbound(telegram.genuine("hello"))


def test_a_bot_of_another_name_is_told(telegram: TelegramHarness) -> None:
    channel = Telegram(replace(telegram.config, address="somebody_else_bot"), telegram.transport)
    with pytest.raises(Misconfigured):
        channel.check()


def test_there_is_no_list_to_look_in(telegram: TelegramHarness) -> None:
    from datetime import UTC, datetime

    assert telegram.channel().find(telegram.to, datetime(2026, 1, 1, tzinfo=UTC), "x", 1) is None


# ---------------------------------------------------------------- polling


def test_polling_confirms_what_it_read_and_passes_over_what_it_cannot_read(telegram: TelegramHarness) -> None:
    channel = telegram.channel()
    assert isinstance(channel, Telegram)
    channel.disconnect()
    telegram.fake.client_writes(CHAT, "one")
    telegram.fake.bring({"message": {"message_id": "odd"}})
    telegram.fake.client_writes(CHAT, "two")
    offset, found = channel.poll(0)
    assert [one.text for one in found] == ["one", "two"]
    assert channel.poll(offset) == (offset, [])


def test_polling_while_a_webhook_is_set_is_told(telegram: TelegramHarness) -> None:
    channel = telegram.channel()
    assert isinstance(channel, Telegram)
    with pytest.raises(Misconfigured) as caught:
        channel.poll(0)
    assert caught.value.code == "409"
