"""An option and what stands beside it; units of one kind; what makes a number none."""

from __future__ import annotations

import pytest

from bot.understanding import read
from bot.values import Action, Expected, Kind, Option

MOOD = ("better", "same", "worse")
DAYS = ("Not at all", "Several days", "More than half the days", "Nearly every day")
NEEDS = ("Food", "Housing", "Medicine", "Money")


def choice(text: str, labels: tuple[str, ...], many: bool = False) -> object:
    return read(text, Expected(Kind.choice, options=tuple(Option(name, name) for name in labels), many=many), "en").value


ONE = {
    "3, I can't go on": "worse",
    "3. I can't go on": "worse",
    "3!!! i cant do this anymore": "worse",
    "3 I want to die": "worse",
    "3 because I can't sleep": "worse",
    "3 and i cant sleep at night": "worse",
    "worse, I can't go on": "worse",
    "third one": "worse",
    "(c)": "worse",
    "bettr": "better",
    "3, no": None,
    "3, not 2": None,
    "3, not sure": None,
    "better, don't think so": None,
    "better, not really": None,
    "2 but I don't know": None,
    "3, he said": None,
    "3, just kidding": None,
    "3, or 2 I can't say": None,
    "not bettr": None,
    "wors": None,
    "2, what do you mean?": None,
}


@pytest.mark.parametrize(("text", "value"), ONE.items())
def test_one_option_stands_beside_another_clause_unless_that_takes_it_back(text: str, value: str | None) -> None:
    assert choice(text, MOOD) == value


ANCHORS = {
    "more than half the days": DAYS[2],
    "More than half": DAYS[2],
    "nearly every day": DAYS[3],
    "every day": DAYS[3],
    "not at all, thanks": DAYS[0],
    "several days": DAYS[1],
    "less than half the days": None,
    "not every day": None,
}


@pytest.mark.parametrize(("text", "value"), ANCHORS.items())
def test_anchors_of_instruments_are_read_by_their_official_wording(text: str, value: str | None) -> None:
    assert choice(text, DAYS) == value


SEVERAL = {
    "1 and 3": ["Food", "Medicine"],
    "all but 2": ["Food", "Medicine", "Money"],
    "none": [],
    "none of those": [],
    "a c": ["Food", "Medicine"],
    "a, b and d": ["Food", "Housing", "Money"],
    "1, 3 and I can't go on": ["Food", "Medicine"],
    "1-3": None,
    "1 or 3": None,
    "food, not money": None,
    "e": None,
}


@pytest.mark.parametrize(("text", "value"), SEVERAL.items())
def test_several_options_are_read(text: str, value: list[str] | None) -> None:
    assert choice(text, NEEDS, many=True) == value


UNITS = [
    ("11 stone 4", "kg", 71.7),
    ("11st 4lb", "kg", 71.7),
    ("21st", "kg", 133.4),
    ("21st", None, None),
    ("3rd", "kg", None),
    ("180 lbs", "kg", 81.6),
    ("72,5 kg", "kg", 72.5),
    ("101.3F", "C", 38.5),
    ("38.2°", "C", 38.2),
    ("38.2 degrees", "C", 38.2),
    ("126 mg/dl", "mmol/L", 7),
    ("7 mmol/l", "mg/dL", 126.1),
    ("5 km", "kg", None),
    ("7,2 mmol/L", "mmol/L", 7.2),
    ("7,2", "mmol/L", None),
    ("before breakfast 6.4", "mmol/L", 6.4),
    ("10 000", None, 10000),
    ("12 345 steps", "step", 12345),
    ("072 500", None, None),
    ("7 8", None, None),
]


@pytest.mark.parametrize(("text", "unit", "value"), UNITS)
def test_units_of_one_kind_are_converted_and_read_back(text: str, unit: str | None, value: float | None) -> None:
    found = read(text, Expected(Kind.number, unit=unit), "en")
    assert found.value == value
    assert (found.action is Action.confirm) == (found.reason in ("converted", "hedged"))


SCALES = {
    "3, I can't go on": 3,
    "3 I want to die": 3,
    "3. i want it all to end": 3,
    "7 to be honest": 7,
    "3 to 5": None,
    "from 3 to maybe 5": None,
    "between 6 and 7": None,
    "going back and forth 6": None,
}


@pytest.mark.parametrize(("text", "value"), SCALES.items())
def test_to_is_a_range_only_beside_a_number(text: str, value: float | None) -> None:
    assert read(text, Expected(Kind.scale, 0, 10), "en").value == value


OTHERS = [
    ("es", "3, no puedo más", "worse"),
    ("fr", "3, je n'en peux plus", "worse"),
    ("pt", "3, não aguento mais", "worse"),
    ("ar", "٣، لا أستطيع الاستمرار", "worse"),
    ("sw", "3, siwezi kuendelea tena", "worse"),
    ("es", "3, no", None),
    ("fr", "3, pas vraiment", None),
    ("pt", "3, não tenho certeza", None),
    ("ar", "3، لا", None),
    ("sw", "3, sijui", None),
]


@pytest.mark.parametrize(("language", "text", "value"), OTHERS, ids=[text for _, text, _ in OTHERS])
def test_an_option_beside_another_clause_stands_in_other_languages_too(language: str, text: str, value: str | None) -> None:
    assert read(text, Expected(Kind.choice, options=tuple(Option(name, name) for name in MOOD)), language).value == value
