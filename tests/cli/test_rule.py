"""Rules by command: what is looked for, in which versions, and how often it was right."""

from __future__ import annotations

import pytest

from bot.concerns import languages, rules
from tests.cli.conftest import INES, Line, texts_in
from tests.fakes.twilio import FakeTwilio


def test_every_rule_is_listed_with_its_languages_and_reviews(line: Line) -> None:
    said = line.good("rule", "list")
    assert [one["id"] for one in said["rules"]] == [one.id for one in rules()]
    wish = next(one for one in said["rules"] if one["id"] == "self_harm.wish")
    assert (wish["severity"], wish["reply"], wish["shadow"]) == ("critical", "R1", False)
    assert set(wish["languages"]) == set(languages())
    assert set(said["files"]) == {"rules", *languages()}
    assert all(one["version"] and one["review"] for one in said["files"].values())
    assert not line.folder.exists(), "nothing is opened for it"
    assert "self_harm.wish" in line("rule", "list").out


@pytest.mark.slow
def test_precision_is_counted_from_closed_flags(riverside: Line, phone_company: FakeTwilio) -> None:
    assert "No rule has found anything yet." in riverside("rule", "precision").out
    assert texts_in(riverside, phone_company, INES, "quiero morir") == 204
    (flag,) = riverside.good("flag", "list")
    riverside.good("flag", "resolve", flag["id"], "--reason", "handled", "--useful", "--as", "ana")
    row = next(one for one in riverside.good("rule", "precision") if one["language"] == "es")
    assert (row["findings"], row["closed"], row["useful"], row["not_useful"], row["share"]) == (1, 1, 1, 0, None)
    assert "too few" in riverside("rule", "precision", "--programme", "Riverside").out
