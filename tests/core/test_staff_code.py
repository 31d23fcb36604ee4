"""Reply codes as hurried people type them, and what is none."""

from __future__ import annotations

import pytest

from bot.channels.channel import Inbound, InboundKind
from bot.staff_code import code_of
from bot.staff_code import test_code as asked_code

TYPED = {
    "A 12": 12, "a12": 12, "A12.": 12, "ack 12": 12, "Ack12": 12, "ACK: 12": 12, "acknowledge 12": 12, "acknowledged 12!": 12,
    "a-12": 12, "a #12": 12, " A  12 ": 12, "A\n12": 12, "(a12)": 12, "A012": 12, "a_12": 12, "'A 12'": 12, "\u201cA 12\u201d": 12,
    "A\u00a012": 12, "Ａ １２": 12, "A \u0661\u0662": 12, "А 12": None, "A 999999999": 999_999_999, "A 0": 0,
    "12": None, "A": None, "": None, "A 12 13": None, "A 12, he is fine": None, "B 12": None, "ax 12": None, "A -": None,
    "A 1234567890": None, "A 12\x00": 12, "yes": None, "A twelve": None, "STOP": None, "a" * 100_000: None, "A " + "1" * 100_000: None,
    "A " + "0" * 30 + "12": 12,
}  # fmt: skip


@pytest.mark.parametrize(("text", "code"), TYPED.items(), ids=[ascii(text)[:30] for text in TYPED])
def test_a_code_as_it_is_typed(text: str, code: int | None) -> None:
    assert code_of(Inbound("1", "+12025550101", text)) == code


PRESSED = {
    "the button under an alert": ("a.12", 12),
    "a client's button": ("3f.1.0", None),
    "nothing": (None, None),
    "empty": ("", None),
    "no number": ("a.x", None),
    "too long": ("a.1234567890", None),
    "digits of another script": ("a.\u0661\u0662", None),
    "below nothing": ("a.-1", None),
}


@pytest.mark.parametrize(("token", "code"), PRESSED.values(), ids=PRESSED)
def test_a_code_as_it_is_pressed(token: str | None, code: int | None) -> None:
    assert code_of(Inbound("1", "7100000001", "A 99", kind=InboundKind.button, button_token=token)) == code


@pytest.mark.parametrize("kind", [kind for kind in InboundKind if kind not in (InboundKind.text, InboundKind.button)])
def test_nothing_else_is_a_code(kind: InboundKind) -> None:
    assert code_of(Inbound("1", "7100000001", "A 12", kind=kind)) is None


def test_the_code_of_a_test_alert_can_be_typed_back() -> None:
    for point_id in (0, 1, 999, 1000, 2**62 + 17):
        assert code_of(Inbound("1", "+12025550101", f"A {asked_code(point_id)}")) == asked_code(point_id)
