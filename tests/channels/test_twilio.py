"""What only Twilio does: signatures, callbacks, its filter, its codes, its list."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from bot.channels.channel import Inbound, InboundKind, SenderConfig, Status, WebRequest
from bot.channels.keywords import provider_keyword, twilio_tables
from bot.channels.twilio_sms import TwilioSms
from bot.errors import BadSignature, Misconfigured, SendFailed, Throttled, Unreachable
from bot.values import Delivery, Reason
from tests.channels.harness import TEXT, Quick, TwilioHarness, web
from tests.fakes import twilio as fakes

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def sms(public_url: str = "https://line.example.org", **more: Any) -> TwilioSms:
    return TwilioSms(SenderConfig(7, "twilio", fakes.NUMBER, fakes.ACCOUNT, fakes.TOKEN, public_url=public_url, **more), Quick())


# ---------------------------------------------------------------- signatures

WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@given(st.dictionaries(WORDS, WORDS, max_size=6), st.sampled_from(["", ":443", ":8443"]), st.sampled_from(["", "?outbox=1", "?a=%20b&c"]))
@settings(max_examples=150, deadline=None)
def test_our_signature_check_agrees_with_twilios_own(fields: dict[str, str], port: str, query: str) -> None:
    public = f"https://line.example.org{port}"
    url = f"{public}/webhooks/twilio/7/sms{query}"
    fields = fields | {"MessageSid": "SM1", "From": "+15005550100"}
    body = urlencode(fields).encode()
    signed = dict(parse_qsl(body.decode(), keep_blank_values=True))
    true = RequestValidator(fakes.TOKEN).compute_signature(url, signed)
    assert RequestValidator(fakes.TOKEN).validate(url, signed, true)
    inside = f"http://127.0.0.1:8000/webhooks/twilio/7/sms{query}"
    assert sms(public).parse_inbound(WebRequest(inside, {"x-twilio-signature": true}, body)) is not None
    with pytest.raises(BadSignature):
        sms(public).parse_inbound(WebRequest(inside, {"x-twilio-signature": true}, body + b"&z=1"))


FORMS = {
    "signed with the port that is not written": ("https://line.example.org", "https://line.example.org:443"),
    "signed without the port that is written": ("https://line.example.org:8443", "https://line.example.org"),
    "plain http with its port": ("http://10.0.0.5:8000", "http://10.0.0.5:8000"),
    "behind a path": ("https://example.org/line", "https://example.org/line"),
}


@pytest.mark.parametrize(("public", "signed_as"), FORMS.values(), ids=FORMS)
def test_twilio_may_sign_with_or_without_the_port(public: str, signed_as: str) -> None:
    path, fields = "/webhooks/twilio/7/sms", {"MessageSid": "SM1", "From": "+15005550100", "Body": "4"}
    true = RequestValidator(fakes.TOKEN).compute_signature(signed_as + path, fields)
    for inside in (path, f"http://127.0.0.1:8000{path}", f"{public}{path}"):
        (read,) = sms(public).parse_inbound(WebRequest(inside, {"x-twilio-signature": true}, urlencode(fields).encode()))
        assert isinstance(read, Inbound)


def test_a_signature_for_another_host_does_not_hold() -> None:
    path, fields = "/webhooks/twilio/7/sms", {"MessageSid": "SM1", "From": "+15005550100"}
    true = RequestValidator(fakes.TOKEN).compute_signature(f"https://evil.example{path}", fields)
    with pytest.raises(BadSignature):
        sms().parse_inbound(WebRequest(f"https://evil.example{path}", {"x-twilio-signature": true}, urlencode(fields).encode()))


# ---------------------------------------------------------------- sending


def test_our_id_rides_in_the_callback_and_the_queue_is_bounded(twilio: TwilioHarness) -> None:
    twilio.channel().send(twilio.outgoing(validity_seconds=1800))
    fields = twilio.fake.accepted[0].fields
    assert fields["StatusCallback"] == "https://line.example.org/webhooks/twilio/7/status?outbox=4711"
    assert fields["ValidityPeriod"] == "1800"
    assert fields["From"] == fakes.NUMBER


@pytest.mark.parametrize(("asked", "given"), [(0, "1"), (-5, "1"), (90_000, "36000")])
def test_a_validity_that_twilio_would_refuse_is_bounded(twilio: TwilioHarness, asked: int, given: str) -> None:
    twilio.channel().send(twilio.outgoing(validity_seconds=asked))
    assert twilio.fake.accepted[0].fields["ValidityPeriod"] == given


def test_a_given_callback_keeps_its_own_query(twilio: TwilioHarness) -> None:
    twilio.channel().send(twilio.outgoing(status_url="https://other.example.org/s?x=%26&outbox=1"))
    assert twilio.fake.accepted[0].fields["StatusCallback"] == "https://other.example.org/s?x=%26&outbox=4711"


def test_segments_are_counted_by_twilio(twilio: TwilioHarness) -> None:
    assert twilio.channel().send(twilio.outgoing(text="x" * 400)).segments == 3


CODES = {
    "stopped": (21610, Unreachable, Reason.stopped),
    "not a number": (21211, Unreachable, Reason.bad_address),
    "a landline": (21614, Unreachable, Reason.bad_address),
    "a country not enabled never pauses the sender": (21408, Unreachable, Reason.misconfigured),
    "a trial account's unverified number": (21608, Unreachable, Reason.misconfigured),
    "the sender cannot text": (21606, Misconfigured, Reason.misconfigured),
    "the account is suspended": (30002, Misconfigured, Reason.misconfigured),
    "the queue is full": (21611, Throttled, Reason.provider_down),
    "a code that we do not know": (29999, Unreachable, Reason.refused),
}


@pytest.mark.parametrize(("code", "error", "reason"), CODES.values(), ids=CODES)
def test_twilios_codes_become_a_closed_set(twilio: TwilioHarness, code: int, error: type[SendFailed], reason: Reason) -> None:
    twilio.fake.refuse(twilio.to, code)
    with pytest.raises(SendFailed) as caught:
        twilio.channel().send(twilio.outgoing())
    assert (type(caught.value), caught.value.code, caught.value.reason) == (error, str(code), reason)


def test_the_tables_name_only_errors_reasons_and_deliveries_that_exist() -> None:
    tables = twilio_tables()
    assert {error for error, _ in tables["refusals"].values()} == {"unreachable", "throttled", "misconfigured"}
    assert all(Reason(reason) for _, reason in tables["refusals"].values())
    assert all(Reason(reason) for reason in tables["deliveries"].values())
    assert all(Delivery[delivery] for delivery in tables["statuses"].values())
    assert all(code.isdigit() and len(code) == 5 for code in [*tables["refusals"], *tables["deliveries"]])


# ---------------------------------------------------------------- the list


def test_what_was_taken_is_found_by_its_text(twilio: TwilioHarness) -> None:
    channel = twilio.channel()
    channel.send(twilio.outgoing(text="another"))
    sent = channel.send(twilio.outgoing())
    channel.send(twilio.outgoing(to="+15005550101"))
    found = channel.find(twilio.to, LONG_AGO, TEXT, 1)
    assert found is not None
    assert [(one.provider_message_id, one.delivery) for one in found] == [(sent.provider_message_id, Delivery.queued)]


def test_what_waits_in_twilios_queue_is_found_too(twilio: TwilioHarness) -> None:
    twilio.channel().send(twilio.outgoing())
    assert twilio.fake.messages[twilio.fake.accepted[0].message_id]["date_sent"] is None
    assert len(twilio.channel().find(twilio.to, twilio.fake.accepted[0].at, TEXT, 1) or []) == 1


def test_what_was_sent_before_is_not_found(twilio: TwilioHarness) -> None:
    twilio.channel().send(twilio.outgoing())
    assert twilio.channel().find(twilio.to, datetime.now(UTC) + timedelta(seconds=60), TEXT, 1) == []


@pytest.mark.parametrize(("segments", "count"), [(1, 1), (2, 0), (None, 0)])
def test_an_erased_text_is_matched_by_its_segments(twilio: TwilioHarness, segments: int | None, count: int) -> None:
    sent = twilio.channel().send(twilio.outgoing())
    twilio.fake.redact(sent.provider_message_id)
    assert len(twilio.channel().find(twilio.to, LONG_AGO, TEXT, segments) or []) == count


def test_the_same_text_twice_is_found_twice_oldest_first(twilio: TwilioHarness) -> None:
    start = datetime(2026, 3, 2, tzinfo=UTC)
    moments = iter([start, start + timedelta(hours=1)])
    twilio.fake.now = lambda: next(moments)
    sent = [twilio.channel().send(twilio.outgoing()).provider_message_id for _ in range(2)]
    found = twilio.channel().find(twilio.to, start, TEXT, 1)
    assert [one.provider_message_id for one in found or []] == sent


# ---------------------------------------------------------------- webhooks


def test_a_callback_names_our_message_and_how_far_it_came(twilio: TwilioHarness) -> None:
    sid = twilio.channel().send(twilio.outgoing()).provider_message_id
    for word, delivery in (("sending", Delivery.queued), ("sent", Delivery.sent), ("delivered", Delivery.delivered)):
        told = twilio.fake.status_request(sid, word)
        assert told
        assert twilio.channel().parse_inbound(web(told)) == [Status(4711, sid, delivery)]


FAILURES = {
    "unreachable": ("undelivered", 30003, Delivery.undelivered, Reason.refused),
    "no longer in service": ("undelivered", 30005, Delivery.undelivered, Reason.bad_address),
    "filtered": ("undelivered", 30007, Delivery.undelivered, Reason.refused),
    "queued past its validity": ("failed", 30036, Delivery.failed, Reason.not_after),
    "stopped meanwhile": ("failed", 21610, Delivery.failed, Reason.stopped),
    "without a code": ("failed", None, Delivery.failed, Reason.refused),
    "with a code that we do not know": ("failed", 39999, Delivery.failed, Reason.refused),
}


@pytest.mark.parametrize(("word", "code", "delivery", "reason"), FAILURES.values(), ids=FAILURES)
def test_a_failed_delivery_says_why(twilio: TwilioHarness, word: str, code: int | None, delivery: Delivery, reason: Reason) -> None:
    sid = twilio.channel().send(twilio.outgoing()).provider_message_id
    told = twilio.fake.status_request(sid, word, code)
    assert told
    assert twilio.channel().parse_inbound(web(told)) == [Status(4711, sid, delivery, str(code) if code else None, reason)]


@pytest.mark.parametrize("outbox", ["", "x", "-1", "9" * 40, "٤"])
def test_a_callback_without_our_id_keeps_twilios(twilio: TwilioHarness, outbox: str) -> None:
    url = f"https://line.example.org/webhooks/twilio/7/status?{urlencode({'outbox': outbox})}"
    told = web(twilio.fake.signed(url, {"MessageSid": "SM1", "MessageStatus": "sent"}))
    assert twilio.channel().parse_inbound(told) == [Status(None, "SM1", Delivery.sent)]


def test_a_status_that_we_do_not_know_is_nothing(twilio: TwilioHarness) -> None:
    told = web(twilio.fake.signed("https://line.example.org/webhooks/twilio/7/status", {"MessageSid": "SM1", "MessageStatus": "novel"}))
    assert twilio.channel().parse_inbound(told) == []


MEDIA = {
    "a picture alone": ("", ("image/jpeg",), InboundKind.media, "photo"),
    "a voice message alone": ("", ("audio/amr",), InboundKind.media, "voice"),
    "an answer with a picture is still an answer": ("4", ("image/png", "image/png"), InboundKind.text, "photo"),
    "a contact card": (" ", ("text/vcard",), InboundKind.media, "document"),
}


@pytest.mark.parametrize(("text", "media", "kind", "name"), MEDIA.values(), ids=MEDIA)
def test_media_are_named(twilio: TwilioHarness, text: str, media: tuple[str, ...], kind: InboundKind, name: str) -> None:
    (read,) = twilio.channel().parse_inbound(web(twilio.fake.inbound_request(twilio.to, text, media=media)))
    assert isinstance(read, Inbound)
    assert (read.kind, read.media, read.text) == (kind, name, text)


def test_bytes_that_are_no_text_are_replaced() -> None:
    body = b"MessageSid=SM1&From=%2B15005550100&Body=a%ff\xfe"
    channel = sms()
    from bot.channels.twilio_sms import signature

    url = "https://line.example.org/webhooks/twilio/7/sms"
    true = signature(fakes.TOKEN, url + "Bodya\udcff\udcfeFrom+15005550100MessageSidSM1").decode()
    (read,) = channel.parse_inbound(WebRequest(url, {"x-twilio-signature": true}, body))
    assert isinstance(read, Inbound)
    assert read.text == "a\ufffd\ufffd"


# ---------------------------------------------------------------- the STOP filter


def test_twilios_filter_holds_until_start(twilio: TwilioHarness) -> None:
    channel = twilio.channel()
    for word, handled, goes in (("Stop ", "stop", False), ("help", "help", False), ("stop please", None, False), ("UNSTOP", "start", True)):
        (read,) = channel.parse_inbound(web(twilio.fake.inbound_request(twilio.to, word)))
        assert isinstance(read, Inbound)
        assert read.handled == handled
        if goes:
            channel.send(twilio.outgoing())
        else:
            with pytest.raises(Unreachable) as caught:
                channel.send(twilio.outgoing())
            assert caught.value.reason is Reason.stopped
    assert twilio.fake.automatic == [(twilio.to, "STOP"), (twilio.to, "HELP"), (twilio.to, "START")]


def test_with_the_filter_off_the_answer_is_ours() -> None:
    fields = {"MessageSid": "SM1", "From": "+15005550100", "Body": "STOP"}
    url = "https://line.example.org/webhooks/twilio/7/sms"
    told = WebRequest(url, {"x-twilio-signature": RequestValidator(fakes.TOKEN).compute_signature(url, fields)}, urlencode(fields).encode())
    assert [one.handled for one in sms(stop="ours").parse_inbound(told) if isinstance(one, Inbound)] == [None]
    assert [one.handled for one in sms(stop="provider").parse_inbound(told) if isinstance(one, Inbound)] == ["stop"]


def test_advanced_opt_out_tells_what_it_did(twilio: TwilioHarness) -> None:
    twilio.fake.advanced = True
    told = twilio.fake.inbound_request(twilio.to, "stop")
    assert dict(parse_qsl(told[2].decode()))["OptOutType"] == "STOP"
    (read,) = twilio.channel().parse_inbound(web(told))
    assert isinstance(read, Inbound)
    assert read.handled == "stop"


@pytest.mark.parametrize("word", ["stop please", "ALTO", "إيقاف", "don't stop", "", "yes please"])
def test_only_twilios_own_words_alone_are_its_keywords(word: str) -> None:
    assert provider_keyword(word) is None


def test_the_product_and_the_fake_know_the_same_keywords() -> None:
    ours = {word.upper() for word, kind in twilio_tables()["keywords"].items() if kind == "stop"}
    assert ours == fakes.STOP
    assert {word.upper() for word, kind in twilio_tables()["keywords"].items() if kind != "stop"} == fakes.START | fakes.HELP


# ---------------------------------------------------------------- the account


def test_a_number_that_is_not_ours_is_told(twilio: TwilioHarness) -> None:
    del twilio.fake.numbers[fakes.NUMBER]
    with pytest.raises(Misconfigured) as caught:
        twilio.channel().check()
    assert fakes.NUMBER not in str(caught.value)


def test_a_suspended_account_is_told(twilio: TwilioHarness) -> None:
    twilio.fake.account_status = "suspended"
    with pytest.raises(Misconfigured):
        twilio.channel().check()


def test_a_person_is_told_which_address_to_set_at_twilio(twilio: TwilioHarness) -> None:
    assert "https://line.example.org/webhooks/twilio/7/sms" in twilio.channel().connect()


def test_a_messaging_service_sends_without_a_number(twilio: TwilioHarness) -> None:
    service = "MG" + "0" * 32
    channel = TwilioSms(SenderConfig(7, "twilio", service, fakes.ACCOUNT, fakes.TOKEN, twilio.fake.url), twilio.transport)
    sent = channel.send(twilio.outgoing())
    assert "From" not in twilio.fake.accepted[0].fields
    assert "StatusCallback" not in twilio.fake.accepted[0].fields
    assert [one.provider_message_id for one in channel.find(twilio.to, LONG_AGO, TEXT, 1) or []] == [sent.provider_message_id]


def test_the_environment_of_the_machine_does_not_move_requests(twilio: TwilioHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWILIO_EDGE", "sydney")
    monkeypatch.setenv("TWILIO_REGION", "au1")
    seen: list[str] = []

    class Watching(Quick):
        def request(self, method: str, url: str, **more: Any) -> tuple[int, dict[str, str], bytes]:
            seen.append(urlsplit(url).hostname or "")
            return 503, {}, b""

    channel = TwilioSms(SenderConfig(7, "twilio", fakes.NUMBER, fakes.ACCOUNT, fakes.TOKEN), Watching())
    with pytest.raises(SendFailed):
        channel.send(twilio.outgoing())
    assert seen == ["api.twilio.com"]
