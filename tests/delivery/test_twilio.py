"""Through Twilio's API and Telegram's as they are documented, over HTTP: what leaves the house, and what comes back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa

from bot.channels.channel import Status, WebRequest
from bot.errors import NotFound, WrongUse
from bot.values import Ids, MessageClass, Reason
from storage import delivery
from storage import schema as t
from storage.database import Database
from tests.channels.harness import Quick
from tests.delivery.builder import NOON, World, world
from tests.fakes import telegram as telegram_fake
from tests.fakes import twilio
from tests.fakes.telegram import FakeTelegram
from tests.fakes.twilio import FakeTwilio

NUMBER = "+15550100001"


@pytest.fixture
def transport() -> Iterator[Quick]:
    made = Quick()
    yield made
    made.inner.close()


@pytest.fixture
def fake() -> Iterator[FakeTwilio]:
    with FakeTwilio() as started:
        yield started


@pytest.fixture
def w(memory: Database, ids: Ids, transport: Quick, fake: FakeTwilio) -> World:
    made = world(memory, ids, transport=transport)
    made.sender = made.new_sender(
        "twilio", secret=twilio.TOKEN, address=twilio.NUMBER, account=twilio.ACCOUNT, base_url=fake.url, stop="provider"
    )
    fake.now = made.clock.now
    return made


def reported(w: World, fake: FakeTwilio, sid: str, word: str, code: int | None = None) -> None:
    """The provider's own signed callback, through the channel, into the tables."""
    composed = fake.status_request(sid, word, code)
    assert composed is not None
    url, headers, body = composed
    request = WebRequest(url, {name.lower(): value for name, value in headers.items()}, body)
    for item in w.lines.channel(w.sender).parse_inbound(request):
        assert isinstance(item, Status)
        reason = item.reason.value if item.reason else None
        report = delivery.Report(w.sender, item.outbox_id, item.provider_message_id, item.delivery, item.code, reason)
        w.house.db.write(0, lambda connection, report=report: delivery.settle(connection, w.house.ports.ids, report, w.clock.at))


def test_our_id_rides_in_the_callback_and_a_report_finds_it_again(w: World, fake: FakeTwilio) -> None:
    row = w.say(w.client(), "Grüße")
    w.deliver()
    (taken,) = fake.accepted
    assert (taken.to, taken.text) == (NUMBER, "Grüße")
    callback = urlsplit(taken.fields["StatusCallback"])
    assert f"{callback.scheme}://{callback.netloc}{callback.path}" == f"https://line.example.org/webhooks/twilio/{w.sender}/status"
    assert parse_qs(callback.query) == {"outbox": [str(row)]}
    for word in ("delivered", "sent", "queued"):
        reported(w, fake, taken.message_id, word)
    assert (w.one(t.outbox, row)["delivery"], w.state(row)) == (5, ("sent", None))


VALIDITY = {
    "quiet hours begin in an hour": (19, MessageClass.prompt, None, 3600),
    "it is useless after ten minutes": (12, MessageClass.prompt, timedelta(minutes=10), 600),
    "nothing limits it but Twilio's ten hours": (9, MessageClass.staff, timedelta(hours=23), 36_000),
    "a crisis reply has its two hours, whatever the hour": (23, MessageClass.crisis, None, 7200),
}


@pytest.mark.parametrize(("hour", "cls", "lasts", "seconds"), VALIDITY.values(), ids=VALIDITY)
def test_no_queue_of_twilio_can_hold_a_message_into_quiet_hours(
    w: World, fake: FakeTwilio, hour: int, cls: MessageClass, lasts: timedelta | None, seconds: int
) -> None:
    client = w.client()
    w.clock.at = NOON.replace(hour=hour)
    urgent = {"exempt": ("urgent",)} if cls is MessageClass.staff else {}
    w.say(client, cls=cls, not_after=w.clock.at + lasts if lasts else None, **urgent)
    w.deliver()
    (taken,) = fake.accepted
    assert int(taken.fields["ValidityPeriod"]) == seconds


def test_in_the_last_second_before_quiet_hours_nothing_is_handed_over(w: World, fake: FakeTwilio) -> None:
    client = w.client()
    w.clock.at = NOON.replace(hour=19, minute=59, second=59, microsecond=500_000)
    row = w.say(client)
    w.deliver()
    assert w.state(row) == ("held", Reason.quiet_hours)
    w.clock.at = NOON.replace(hour=20)
    w.clock.go(seconds=1)
    w.deliver()
    assert (w.state(row), w.one(t.outbox, row)["due_at"]) == (("held", Reason.quiet_hours), NOON + timedelta(hours=21))
    assert fake.accepted == []


UNKNOWN = {"the answer is lost": "drop-taken", "an error, but taken": "500-taken", "the answer is nonsense": "garbage-taken"}


@pytest.mark.parametrize("fault", UNKNOWN.values(), ids=UNKNOWN)
def test_what_twilio_took_without_saying_so_is_found_in_its_list(w: World, fake: FakeTwilio, fault: str) -> None:
    row = w.say(w.client())
    fake.fault(fault)
    w.deliver()
    assert w.state(row)[0] == "unknown"
    w.clock.go(minutes=1)
    w.tick()
    assert w.state(row) == ("sent", None)
    assert w.one(t.outbox, row)["provider_message_id"] == fake.accepted[0].message_id
    assert len(fake.accepted) == 1


def test_what_twilio_never_got_goes_once_more_after_two_looks(w: World, fake: FakeTwilio) -> None:
    row = w.say(w.client())
    fake.fault("drop")
    w.deliver()
    for minutes in (1, 9):
        w.clock.go(minutes=minutes)
        w.tick()
    w.deliver()
    assert (w.state(row), len(fake.accepted)) == (("sent", None), 1)


def test_21610_stops_the_address_here_too(w: World, fake: FakeTwilio) -> None:
    client = w.client()
    fake.stopped.add((twilio.NUMBER, NUMBER))
    row = w.say(client)
    w.deliver()
    assert w.state(row) == ("dead", Reason.stopped)
    assert w.one(t.addresses, w.address_of(client))["stopped_why"] == "provider"
    assert w.tasks() == [("stopped", w.manager)]


def test_a_wrong_token_pauses_the_sender(w: World, fake: FakeTwilio) -> None:
    row = w.say(w.client())
    fake.token = "another"
    w.deliver()
    assert w.state(row) == ("held", Reason.sender_paused)
    assert w.one(t.senders, w.sender)["paused_reason"] == "misconfigured"


def test_429_is_tried_again_when_twilio_says(w: World, fake: FakeTwilio) -> None:
    row = w.say(w.client())
    fake.fault("429", retry_after=7)
    w.deliver()
    assert w.state(row)[0] == "retry"
    assert w.one(t.outbox, row)["due_at"] == NOON + timedelta(seconds=7)
    w.clock.go(seconds=8)
    w.deliver()
    assert (w.state(row)[0], len(fake.accepted)) == ("sent", 1)


def test_telegram_gets_buttons_and_its_silence_stays_undecided(memory: Database, ids: Ids, transport: Quick) -> None:
    with FakeTelegram() as fake:
        fake.chats.add(5550100)
        w = world(memory, ids, transport=transport)
        w.sender = w.new_sender("telegram", "telegram", secret=telegram_fake.TOKEN, address=telegram_fake.NAME, base_url=fake.url)
        client = w.client("5550100")
        row = w.say(client, "Ready?", buttons=("t1", "t2"), labels=["Yes", "No"])
        w.deliver()
        assert w.state(row) == ("sent", None)
        assert fake.accepted[0].text == "Ready?"
        fake.fault("drop-taken", 2)
        prompt = w.say(client, "prompt")
        w.deliver()
        crisis = w.say(client, "crisis", MessageClass.crisis)
        w.deliver()
        w.clock.go(minutes=1)
        w.tick()
        w.deliver()
        assert (w.state(prompt), w.state(crisis)) == (("sent", Reason.unknown_outcome), ("sent", None))
        assert sorted(one.text for one in fake.accepted) == ["Ready?", "crisis", "crisis", "prompt"]


# ---------------------------------------------------------------- lines


def test_a_line_is_made_once_until_it_is_forgotten(w: World) -> None:
    first = w.lines.channel(w.sender)
    assert w.lines.channel(w.sender) is first
    w.lines.forget(w.sender)
    assert w.lines.channel(w.sender) is not first


def test_a_line_never_shows_its_secret(w: World) -> None:
    assert twilio.TOKEN not in repr(w.lines.channel(w.sender).__dict__)


def test_there_is_no_line_of_an_unknown_sender_nor_one_without_its_secret(w: World) -> None:
    with pytest.raises(NotFound):
        w.lines.channel(4711)
    w.write(sa.update(t.senders).values(secret_sealed=None))
    with pytest.raises(WrongUse, match="secret"):
        w.lines.channel(w.sender)
