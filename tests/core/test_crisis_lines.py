"""The table of crisis lines says what is known, and how well; what nobody has verified is not in it."""

from __future__ import annotations

import pytest

from bot.setting_up.crisis_lines import shipped

KNOWN = {
    "US": [("988", "988", "911"), ("", "741741", "911")],
    "CA": [("988", "988", "911")],
    "FR": [("3114", "", "15/112")],
    "ES": [("024", "", "112")],
    "BR": [("188", "", "192")],
    "IN": [("14416", "", "112")],
    "GB": [("116 123", "", "999"), ("", "85258", "999")],
    "AU": [("13 11 14", "", "000")],
    "NZ": [("1737", "1737", "111")],
    "ZA": [("0800 567 567", "", "10177/112")],
    "DE": [("0800 111 0 111", "", "112")],
    "AT": [("142", "", "")],
    "BE": [("1813", "", ""), ("0800 32 123", "", "")],
    "PH": [("1553", "", "911")],
}
LISTED = {"US", "CA", "FR", "ES", "BR", "IN"}
NOT_VERIFIED = ("IE", "KE", "PL", "UA", "IT", "MX", "NL")


@pytest.mark.parametrize("country", KNOWN)
def test_the_numbers_of_a_country(country):
    lines = [line for line in shipped() if line.country == country]
    assert [(line.call, line.text, line.emergency) for line in lines] == KNOWN[country]
    assert {line.trust for line in lines} == {"listed" if country in LISTED else "confirm-first"}


def test_there_is_no_other_country():
    assert {line.country for line in shipped()} == set(KNOWN)
    assert not {line.country for line in shipped()} & set(NOT_VERIFIED)


def test_every_line_says_where_to_check_it_and_what_nobody_has_looked_up():
    for line in shipped():
        assert line.source.startswith("https://")
        assert bool(line.verified_on) == bool(line.verified_by)
        assert set(line.from_memory) <= {"name", "source", "hours", "languages"}
        assert line.verified_on or "source" in line.from_memory
