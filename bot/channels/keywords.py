"""The provider's own tables: its keywords, codes and statuses, read once from the data file beside this module."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any, Literal

import yaml

Handled = Literal["stop", "start", "help"]


@cache
def twilio_tables() -> dict[str, Any]:
    """`twilio.yaml` with each list turned round: word → keyword, code → (error class, reason)."""
    raw: dict[str, Any] = yaml.safe_load(files("bot.channels").joinpath("twilio.yaml").read_text("utf-8"))
    return {
        "keywords": {word: kind for kind, words in raw["keywords"].items() for word in words},
        "refusals": {
            code: (error, reason) for error, reasons in raw["refusals"].items() for reason, codes in reasons.items() for code in codes
        },
        "deliveries": {code: reason for reason, codes in raw["deliveries"].items() for code in codes},
        "statuses": raw["statuses"],
    }


def provider_keyword(text: str) -> Handled | None:
    """
    The keyword that Twilio's own filter sees: the whole message, English, any case; None for anything else.

    https://help.twilio.com/articles/223134027-Twilio-support-for-opt-out-keywords-SMS-STOP-filtering-
    """
    found: Handled | None = twilio_tables()["keywords"].get(text.strip().casefold())
    return found
