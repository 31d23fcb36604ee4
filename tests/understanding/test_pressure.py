"""A blood pressure is two values that make sense together; anything else is asked back."""

from __future__ import annotations

import pytest

from bot.understanding import read
from bot.values import Action, Expected, Kind

READ = [
    ("en", "120 over 80", 120, 80),
    ("en", "120/80", 120, 80),
    ("en", "120-80", 120, 80),
    ("en", "120 / 80", 120, 80),
    ("en", "BP 120 80 this morning", 120, 80),
    ("en", "bp120/80", 120, 80),
    ("en", "It was 118/76mmHg", 118, 76),
    ("en", "one hundred twenty over eighty", 120, 80),
    ("en", "one thirty over 85", 130, 85),
    ("en", "top 140 bottom 90", 140, 90),
    ("en", "bottom 90, top 140", 140, 90),
    ("en", "１２０／８０", 120, 80),
    ("en", "120/80 pulse 72", 120, 80),
    ("en", "118.76", 118, 76),
    ("en", "yesterday 150/90, today 130/80", 130, 80),
    ("en", "150/90 no wait 130/80", 130, 80),
    ("es", "120 sobre 80", 120, 80),
    ("es", "mi presión es 13O", None, None),
    ("es", "la presión 130 con 85 gracias", 130, 85),
    ("fr", "ma tension : 120 sur 80", 120, 80),
    ("pt", "120 por 80", 120, 80),
    ("pt", "a pressão está 130 x 80", 130, 80),
    ("ar", "١٢٠ على ٨٠", 120, 80),
    ("ar", "الضغط ١٢٠/٨٠", 120, 80),
    ("sw", "120 juu ya 80", 120, 80),
]


@pytest.mark.parametrize(("language", "text", "upper", "lower"), READ, ids=[text for _, text, *_ in READ])
def test_two_values_are_read(language: str, text: str, upper: int | None, lower: int | None) -> None:
    found = read(text, Expected(Kind.reading), language)
    assert found.value == (None if upper is None else {"systolic": upper, "diastolic": lower})
    if found.span is not None:
        assert text[slice(*found.span)].strip()


ASKED = {
    "12 8": "centimetres",
    "12/8": "centimetres",
    "12,8": "centimetres",
    "80/120": "swapped",
    "80 over 120": "swapped",
    "120/120": "swapped",
    "500/80": "out-of-range",
    "120/20": "out-of-range",
    "120": "one-number",
    "fine": "no-match",
    "120/80 and 130/85": "two-readings",
    "it was 150/90 yesterday": "past",
    "not 120/80": "unclear",
    "my husband is 120/80": "unclear",
    "is 120/80 ok?": "unclear",
    "12/10/2024": "centimetres",
    "555-1234": "swapped",
    "120-130 over 80": "swapped",
    "between 120 and 80": "unclear",
}


@pytest.mark.parametrize(("text", "reason"), ASKED.items())
def test_what_makes_no_sense_is_asked_back(text: str, reason: str) -> None:
    found = read(text, Expected(Kind.reading), "en")
    assert (found.action, found.value) == (Action.ask, None)
    assert found.reason == reason
