"""The reply code of an alert, however a hurried person types it: "a 12", "A12.", "ack 12", or the button under the alert."""

from __future__ import annotations

import re

from bot.channels.channel import Inbound, InboundKind
from bot.normalise import fold

_CODE = re.compile(r"\W*(?:a|ack|acknowledged?)[\W_]*0*(\d{1,9})\W*")


def code_of(inbound: Inbound) -> int | None:
    """The code, or None when the message is something else."""
    if inbound.kind is InboundKind.button:
        code = (inbound.button_token or "").removeprefix("a.")
        return int(code) if code.isascii() and code.isdecimal() and len(code) < 10 else None
    found = _CODE.fullmatch(fold(inbound.text[:40]).strip()) if inbound.kind is InboundKind.text else None
    return int(found.group(1)) if found else None


def test_code(point_id: int) -> int:
    """The code that a test alert to a contact point asks for. Apart from flag codes, which are looked for first."""
    return 9000 + point_id % 1000
