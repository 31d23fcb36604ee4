"""The simulated phones imitate what they say they imitate."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.channels import registry
from bot.channels.channel import Inbound, InboundKind, Status
from bot.channels.phones import MemoryPhones
from bot.channels.simulated import Lever, Simulated
from bot.errors import OutcomeUnknown, Unreachable
from bot.values import ChannelKind, Delivery, Reason
from tests.channels.harness import TEXT, Quick, SimulatedHarness, WorldClock

NOW = WorldClock().now()


@pytest.fixture
def sms() -> SimulatedHarness:
    return SimulatedHarness(Quick())


def imitating(harness: SimulatedHarness, kind: ChannelKind) -> Simulated:
    made = registry.make(replace(harness.config, imitates=kind), Quick(), phones=harness.phones, clock=WorldClock())
    assert isinstance(made, Simulated)
    return made


def test_it_keeps_what_it_took_by_the_worlds_clock(sms: SimulatedHarness) -> None:
    sent = sms.simulated.send(sms.outgoing())
    ((sender, taken),) = sms.phones.accepted
    assert (sender, taken.provider_message_id, taken.outgoing, taken.at) == (9, sent.provider_message_id, sms.outgoing(), NOW)


def test_sms_has_receipts_once_each_and_telegram_none(sms: SimulatedHarness) -> None:
    sent = sms.simulated.send(sms.outgoing()).provider_message_id
    assert sms.simulated.receipts() == [Status(4711, sent, Delivery.sent), Status(4711, sent, Delivery.delivered)]
    assert sms.simulated.receipts() == []
    telegram = imitating(sms, ChannelKind.telegram)
    telegram.send(sms.outgoing())
    assert (telegram.kind, telegram.receipts()) == (ChannelKind.telegram, [])


def test_what_was_taken_without_an_answer_is_found_in_sms_only(sms: SimulatedHarness) -> None:
    telegram = imitating(sms, ChannelKind.telegram)
    for channel in (sms.simulated, telegram):
        channel.pull(Lever.taken)
        with pytest.raises(OutcomeUnknown):
            channel.send(sms.outgoing())
    sms.simulated.pull(Lever.lost)
    with pytest.raises(OutcomeUnknown):
        sms.simulated.send(sms.outgoing(text="gone"))
    assert [one.created for one in sms.simulated.find(sms.to, NOW, TEXT, 1) or []] == [NOW, NOW]
    assert sms.simulated.find(sms.to, NOW, "gone", 1) == []
    assert sms.simulated.find(sms.to, NOW + timedelta(seconds=1), TEXT, 1) == []
    assert telegram.find(sms.to, NOW, TEXT, 1) is None


def test_the_providers_filter_holds_from_stop_to_start(sms: SimulatedHarness) -> None:
    (stop,) = sms.simulated.parse_inbound(sms.simulated.writes(sms.to, " Stop", message_id="m1"))
    assert isinstance(stop, Inbound)
    assert stop.handled == "stop"
    with pytest.raises(Unreachable) as caught:
        sms.simulated.send(sms.outgoing())
    assert (caught.value.code, caught.value.reason) == ("21610", Reason.stopped)
    sms.simulated.parse_inbound(sms.simulated.writes(sms.to, "start", message_id="m2"))
    sms.simulated.send(sms.outgoing())


@pytest.mark.parametrize(("stop", "kind"), [("ours", ChannelKind.sms), ("provider", ChannelKind.telegram)])
def test_without_a_filter_every_word_is_ours_to_answer(sms: SimulatedHarness, stop: str, kind: ChannelKind) -> None:
    channel = Simulated(replace(sms.config, stop=stop, imitates=kind), MemoryPhones(), WorldClock())  # type: ignore[arg-type]
    (read,) = channel.parse_inbound(channel.writes(sms.to, "STOP", message_id="m1"))
    assert isinstance(read, Inbound)
    assert read.handled is None
    channel.send(sms.outgoing())


def test_levers_work_in_the_order_pulled_and_for_whom(sms: SimulatedHarness) -> None:
    sms.simulated.pull(Lever.blocked, address="+15005550199")
    sms.simulated.pull(Lever.refuse)
    with pytest.raises(Unreachable) as caught:
        sms.simulated.send(sms.outgoing())
    assert caught.value.reason is Reason.bad_address
    sms.simulated.send(sms.outgoing())
    with pytest.raises(Unreachable) as caught:
        sms.simulated.send(sms.outgoing(to="+15005550199"))
    assert caught.value.reason is Reason.blocked


def test_a_phone_can_press_edit_show_and_open(sms: SimulatedHarness) -> None:
    told = {
        "press": {"kind": "button", "button_token": "t1"},
        "edit": {"kind": "edit", "edit": 2},
        "show": {"kind": "media", "media": "voice"},
        "open": {"kind": "start", "start_token": "aB3"},
        "block": {"kind": "blocked"},
    }
    read = [sms.simulated.parse_inbound(sms.simulated.writes("5", "x", message_id=name, **more))[0] for name, more in told.items()]
    assert read == [
        Inbound("press", "5", "x", InboundKind.button, button_token="t1"),
        Inbound("edit", "5", "x", InboundKind.edit, edit=2),
        Inbound("show", "5", "x", InboundKind.media, media="voice"),
        Inbound("open", "5", "x", InboundKind.start, start_token="aB3"),
        Inbound("block", "5", "x", InboundKind.blocked),
    ]


def test_reading_webhooks_imports_no_vendors_package() -> None:
    code = (
        "import sys\n"
        "import bot.channels.registry, bot.channels.twilio_sms, bot.channels.telegram, bot.channels.simulated, bot.channels.transport\n"
        "bot.channels.registry.faults(bot.channels.channel.SenderConfig(1, 'twilio', 'x'))\n"
        "print([name for name in ('twilio', 'telegram', 'urllib3', 'requests', 'httpx', 'sqlalchemy') if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
