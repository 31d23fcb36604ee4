"""One table for every channel: what each fault becomes, what the provider really took, and what never leaks."""

from __future__ import annotations

import logging
import traceback
from dataclasses import replace

import pytest

from bot.channels import registry
from bot.channels.channel import Inbound, InboundKind
from bot.errors import (
    BadRequest,
    BadSignature,
    CheckinError,
    Misconfigured,
    NotSent,
    OutcomeUnknown,
    SendFailed,
    Throttled,
    Unreachable,
    WrongUse,
)
from bot.values import Reason
from tests.channels.harness import BUTTONS, HARNESSES, TEXT, Harness, Quick

pytestmark = pytest.mark.slow

CASES: dict[str, tuple[str, type[SendFailed] | None, Reason | None, int]] = {
    "a message is taken once": ("none", None, None, 1),
    "a wrong address is refused for good": ("bad address", Unreachable, Reason.bad_address, 0),
    "who wants no more is refused for good": ("refused", Unreachable, None, 0),
    "too fast is tried again later": ("throttled", Throttled, Reason.provider_down, 0),
    "too fast without a time is tried again later": ("throttled, unsaid", Throttled, Reason.provider_down, 0),
    "without a connection nothing was sent": ("down", NotSent, Reason.provider_down, 0),
    "silence is unknown though nothing was taken": ("silent", OutcomeUnknown, Reason.unknown_outcome, 0),
    "silence is unknown though it was taken": ("silent, taken", OutcomeUnknown, Reason.unknown_outcome, 1),
    "a broken connection is unknown though nothing was taken": ("broken off", OutcomeUnknown, Reason.unknown_outcome, 0),
    "a broken connection is unknown though it was taken": ("broken off, taken", OutcomeUnknown, Reason.unknown_outcome, 1),
    "an error is unknown though nothing was taken": ("error", OutcomeUnknown, Reason.unknown_outcome, 0),
    "an error is unknown though it was taken": ("error, taken", OutcomeUnknown, Reason.unknown_outcome, 1),
    "an odd answer is unknown": ("nonsense, taken", OutcomeUnknown, Reason.unknown_outcome, 1),
    "a refused account waits for a person": ("account", Misconfigured, Reason.misconfigured, 0),
}


def test_every_channel_of_the_registry_has_its_cases() -> None:
    assert set(registry.PROVIDERS) == set(HARNESSES)


@pytest.mark.parametrize(("fault", "error", "reason", "taken"), CASES.values(), ids=CASES)
def test_sending(
    provider: Harness, caplog: pytest.LogCaptureFixture, fault: str, error: type[SendFailed] | None, reason: Reason | None, taken: int
) -> None:
    caplog.set_level(logging.DEBUG)
    provider.fault(fault)
    spoken = ""
    if error is None:
        sent = provider.channel().send(provider.outgoing())
        assert sent.provider_message_id
        spoken = repr(sent)
    else:
        with pytest.raises(error) as caught:
            provider.channel().send(provider.outgoing())
        assert type(caught.value) is error
        assert caught.value.reason is (reason or Reason(provider.refused_reason))
        assert caught.value.code
        spoken = repr(caught.value) + "".join(traceback.format_exception(caught.value))
    assert provider.taken() == [(provider.to, TEXT)] * taken
    for kept in (*provider.secrets, TEXT, provider.to):
        assert kept not in caplog.text + spoken


@pytest.mark.parametrize(("fault", "seconds"), [("throttled", {5.0, 7.0}), ("throttled, unsaid", {1.0, 5.0})])
def test_too_fast_says_for_how_long(provider: Harness, fault: str, seconds: set[float]) -> None:
    provider.fault(fault)
    with pytest.raises(Throttled) as caught:
        provider.channel().send(provider.outgoing())
    assert caught.value.retry_after_seconds in seconds


def test_a_fault_spoils_one_message_and_the_next_goes(provider: Harness) -> None:
    channel = provider.channel()
    provider.fault("throttled")
    with pytest.raises(Throttled):
        channel.send(provider.outgoing())
    channel.send(provider.outgoing(text="second"))
    assert provider.taken() == [(provider.to, "second")]


TEXTS = {
    "plain words": "4",
    "right to left": "أنا تعبان اليوم",
    "emoji, line breaks and signs": "ok 🙂\nline & two = 50% + 'x'",
    "NUL and control": "a\x00b\x07",
    "blanks kept": "  no  ",
    "a long text": "x" * 1500,
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_what_a_client_wrote_arrives_as_written(twoway: Harness, text: str) -> None:
    (read,) = twoway.channel().parse_inbound(twoway.genuine(text))
    assert isinstance(read, Inbound)
    assert (read.address, read.text, read.kind, read.edit) == (twoway.to, text, InboundKind.text, 0)
    assert read.provider_message_id
    assert text not in repr(read) or len(text) < 3
    assert twoway.to not in repr(read)


def test_what_is_not_from_the_provider_is_refused(provider: Harness) -> None:
    channel = provider.channel()
    for forged in provider.forged("hello"):
        with pytest.raises(BadSignature) as caught:
            channel.parse_inbound(forged)
        assert not any(kept in str(caught.value) for kept in (*provider.secrets, provider.to))


def test_genuine_nonsense_is_one_error(twoway: Harness) -> None:
    channel = twoway.channel()
    for odd in twoway.odd():
        with pytest.raises(BadRequest) as caught:
            channel.parse_inbound(odd)
        assert not any(kept in str(caught.value) for kept in (*twoway.secrets, twoway.to))


def test_buttons_never_keep_a_message_from_going(provider: Harness) -> None:
    provider.channel().send(provider.outgoing(buttons=BUTTONS))
    assert provider.taken() == [(provider.to, TEXT)]


def test_the_sender_is_checked_without_sending(provider: Harness) -> None:
    assert provider.channel().check().address == provider.config.address
    provider.fault("account")
    if provider.config.provider != "simulated":
        with pytest.raises(Misconfigured):
            provider.channel().check()
    assert provider.taken() == []


def test_settings_and_values_never_show_what_is_secret(provider: Harness) -> None:
    shown = repr(provider.config) + repr(provider.outgoing()) + repr(provider.genuine("Zebra"))
    assert not any(kept in shown for kept in (provider.config.secret, provider.to, "Zebra"))


def test_wrong_settings_are_all_named_without_the_secret(provider: Harness) -> None:
    wrong = replace(provider.config, address="", secret="", account="", base_url="nonsense")
    faults = registry.faults(wrong)
    assert faults
    assert not registry.faults(provider.config)
    with pytest.raises(WrongUse):
        registry.make(wrong, Quick())


def test_an_unknown_provider_is_a_wrong_setting(provider: Harness) -> None:
    unknown = replace(provider.config, provider="pigeon")  # type: ignore[arg-type]
    assert "pigeon" in registry.faults(unknown)[0]


@pytest.mark.parametrize(
    ("name", "programme", "may"),
    [
        ("simulated", "demo", True),
        ("twilio", "demo", False),
        ("telegram", "demo", False),
        ("simulated", "real", False),
        ("twilio", "real", True),
        ("telegram", "real", True),
        ("mail", "real", True),
        ("mail", "demo", False),
        ("pigeon", "real", False),
    ],
)
def test_a_demo_has_only_simulated_senders_and_nobody_else_has_them(name: str, programme: str, may: bool) -> None:
    assert registry.allowed(name, programme) is may


def test_every_error_of_sending_is_ours() -> None:
    assert all(error is None or issubclass(error, CheckinError) for _, error, _, _ in CASES.values())
