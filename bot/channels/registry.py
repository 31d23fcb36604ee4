"""Which providers there are. A new one is a module with `make` and `faults`, a line here, and its cases in the tests."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import Any

from bot.channels.channel import Channel, SenderConfig
from bot.channels.phones import PhoneBook, Wiring
from bot.errors import WrongUse
from bot.ports import Transport
from bot.values import Clock

PROVIDERS = {
    "twilio": "bot.channels.twilio_sms",
    "telegram": "bot.channels.telegram",
    "mail": "bot.channels.mail",
    "simulated": "bot.channels.simulated",
}
"""Provider → its adapter. An adapter imports its provider's package only when it first sends."""


def allowed(provider: str, programme_kind: str) -> bool:
    """Whether a programme ("demo" or "real") may have such a sender: a demo has only simulated ones, and nobody else has them."""
    return provider in PROVIDERS and (provider == "simulated") == (programme_kind == "demo")


def faults(config: SenderConfig) -> Sequence[str]:
    """What is wrong with the settings, each as one sentence that says what to do; never quotes the secret."""
    if config.provider not in PROVIDERS:
        return (f"provider: {config.provider!r} is not one of {', '.join(PROVIDERS)}",)
    found: Sequence[str] = _adapter(config).faults(config)
    return found


def make(config: SenderConfig, transport: Transport, *, phones: PhoneBook | None = None, clock: Clock | None = None) -> Channel:
    """
    The channel of a sender. Opens nothing yet.

    phones, clock: where simulated phones keep their messages, and the world's clock; only simulated senders need them.

    Raises:
        WrongUse: the settings are wrong; all faults are named.
    """
    wrong = faults(config)
    if wrong:
        raise WrongUse(f"sender {config.id}: " + "; ".join(wrong))
    channel: Channel = _adapter(config).make(config, Wiring(transport, phones, clock))
    return channel


def _adapter(config: SenderConfig) -> Any:
    return importlib.import_module(PROVIDERS[config.provider])
