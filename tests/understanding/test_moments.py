"""Rules of dates and times that hold whatever the language, and where they differ by place or by clock."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import BadFile
from bot.normalise import normalise
from bot.understanding import languages, read
from bot.understanding.calendar_table import Calendar
from bot.understanding.lexicon import Lexicon, load
from bot.understanding.lexicon_file import check
from bot.understanding.moments import read_moment
from bot.understanding.tokens import tokenise
from bot.values import Action, Expected, Kind, Reading

TUESDAY = datetime(2026, 3, 10, 15, 0)  # noqa: DTZ001 - what `--now` without an offset gives: local time
MOMENTS = (Kind.date, Kind.time, Kind.datetime)
SPOKEN = [language for language in languages() if load(language).calendar]


def moment(text: str, language: str = "en", *, kind: Kind = Kind.datetime, now: datetime = TUESDAY, zone: str = "UTC") -> Reading:
    return read(text, Expected(kind, now=now, zone=zone), language)


PLACES = {
    "in the United States the month comes first": ("4/5/2026", "en-US", "2026-04-05"),
    "in Britain the day does": ("4/5/2026", "en-GB", "2026-05-04"),
    "of bare English nobody knows": ("4/5/2026", "en", None),
    "but of 16/4 everybody does": ("16/4", "en-US", "2026-04-16"),
    "two equal numbers are one date": ("5/5", "en", "2026-05-05"),
    "Spanish writes the day first": ("4/5", "es-MX", "2026-05-04"),
    "in the United States it may be either": ("4/5", "es-US", None),
    "French-speaking Canadians write both": ("4/5", "fr-CA", None),
    "a year of two digits is near": ("5.6.27", "fr", "2027-06-05"),
}


@pytest.mark.parametrize(("text", "language", "day"), PLACES.values(), ids=PLACES)
def test_day_and_month_stand_as_the_place_writes_them(text: str, language: str, day: str | None) -> None:
    assert moment(text, language, kind=Kind.date).value == day


REASONS = {
    "a day alone is partial": ("thursday", "2026-03-12", "partial"),
    "a time alone too": ("at 9 am", "09:00", "partial"),
    "today's name may be today or next week": ("tuesday", None, "today-or-next"),
    "next Friday may be two days": ("next friday", None, "two-ways"),
    "a weekday must be the date's": ("friday 12 march", None, "mismatch"),
    "31 February is none": ("31 february", None, "no-such-date"),
    "a leap day waits for its year": ("29 february", "2028-02-29", "partial"),
    "what has just passed is not next year's": ("9 march", None, "past"),
    "two days are none": ("monday and wednesday", None, "two-dates"),
    "two times are none": ("thursday 4pm or 5pm", None, "alternatives"),
    "six may be morning or evening": ("thursday at 6", None, "part-of-day"),
    "the morning says which": ("thursday morning at 6", "2026-03-12T06:00+00:00", "calendar"),
    "a time of today that has passed": ("today at 9", None, "past"),
    "midnight may begin or end the day": ("friday at midnight", None, "midnight"),
    "Friday 13 may be a date or a clock": ("friday 13", None, "day-or-time"),
    "a Hijri month is not converted": ("3 ramadan", None, "other-calendar"),
    "nor a Solar Hijri year": ("15/6/1405", None, "other-calendar"),
    "nor a Thai year": ("15/6/2569", None, "other-calendar"),
    "nor a Hebrew year": ("15/6/5786", None, "other-calendar"),
    "a thirteenth month is another calendar's": ("2026-13-05", None, "other-calendar"),
    "what was is no wish": ("my appointment was on friday", None, "bound"),
    "nine to five is no date": ("9-5", None, "range"),
    "nor is the end of a day its beginning": ("tomorrow at 24:00", None, "midnight"),
    "a length of time is no other time": ("thursday at 9 for 2 hours", None, "two-times"),
    "a blood pressure is no date": ("120/80", None, "list"),
    "nor is a price": ("$4.30", None, "mixed"),
    "a phone number is none": ("+49 170 1234567", None, "mixed"),
    "before a day is not the day": ("before thursday", None, "past"),
    "a negation leaves none": ("not thursday", None, "negated"),
    "what was said last counts": ("thursday at 4, no wait, friday at 5", "2026-03-13T17:00+00:00", "corrected"),
    "a moment as machines write it": ("2026-03-12T16:30Z", "2026-03-12T16:30+00:00", "calendar"),
    "a day far away is none": ("in 99 weeks", "2028-02-01", "partial"),
}


@pytest.mark.parametrize(("text", "value", "reason"), REASONS.values(), ids=REASONS)
def test_a_reply_is_read_or_asked_about_for_its_reason(text: str, value: str | None, reason: str) -> None:
    found = moment(text)
    assert (found.value, found.reason) == (value, reason)
    assert found.action is (Action.ask if value is None else Action.confirm)


SCRIPTS = {
    "Arabic-Indic digits": ("الخميس ١٢ مارس الساعة ١٦:٣٠", "ar", "2026-03-12T16:30+00:00"),
    "Devanagari digits": ("१२/०३/२०२६ १६:३०", "fr", "2026-03-12T16:30+00:00"),
    "full-width digits": ("１２/０３/２０２６", "es", "2026-03-12"),
    "Persian digits": ("۱۲/۳/۲۰۲۶", "ar", "2026-03-12"),
}


@pytest.mark.parametrize(("text", "language", "value"), SCRIPTS.values(), ids=SCRIPTS)
def test_digits_of_every_script_are_read(text: str, language: str, value: str) -> None:
    assert moment(text, language).value == value


SAA = {
    "the fourth hour of the day is ten": ("saa nne", "10:00"),
    "the tenth is four in the afternoon": ("saa kumi", "16:00"),
    "sixteen hours are said as elsewhere": ("saa 16:30", "16:30"),
    "figures alone may be either": ("10:30", None),
    "a part of day says which": ("9:00 asubuhi", "09:00"),
}


@pytest.mark.parametrize(("text", "value"), SAA.values(), ids=SAA)
def test_swahili_counts_spoken_hours_from_six(text: str, value: str | None) -> None:
    assert moment(text, "sw", kind=Kind.time).value == value


def test_a_time_that_the_clocks_skip_is_asked_about_and_of_one_that_comes_twice_the_first_counts() -> None:
    skipped = moment("29 march 2026 at 2:30 am", zone="Europe/Berlin")
    assert (skipped.value, skipped.reason) == (None, "skipped-by-the-clocks")
    assert moment("25 october 2026 at 2:30 am", zone="Europe/Berlin").value == "2026-10-25T02:30+02:00"


def test_now_is_taken_in_the_zone_of_the_client() -> None:
    late = datetime(2026, 3, 10, 23, 30, tzinfo=ZoneInfo("UTC"))
    assert moment("tomorrow", now=late, zone="Asia/Tokyo").value == "2026-03-12"
    assert moment("tomorrow at 9", now=late, zone="America/New_York").value == "2026-03-11T09:00-04:00"


def test_a_question_without_a_moment_and_a_language_without_a_calendar_are_for_a_person() -> None:
    assert read("tomorrow", Expected(Kind.date), "en").reason == "no-now"
    assert moment("ashara", "xx").reason == "unknown-language"


def test_the_span_points_into_the_original_text() -> None:
    text = "Hi 👋 can we do Thursday at half past four pls"
    found = moment(text)
    assert found.span is not None
    assert text[found.span[0] : found.span[1]] == "Thursday at half past four"


PIECES = [
    *("tomorrow", "at", "5", "12", "/", ":", "-", ".", ",", "30", "march", "next", "friday", "th", "pm", "half past", "2026", "999999"),
    *("in", "weeks", "غدا", "الساعة", "و", "wait", "or", "not", "saa", "kumi", "\x00", "\ud83d", "½", "T16:30", "+25:00", "z"),
    *("2026-03-12", "24:00", "ago"),
]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=9), st.sampled_from(["", " "]), st.sampled_from(MOMENTS), st.sampled_from(SPOKEN))
def test_no_text_raises_and_nothing_is_accepted_unread_back(pieces: list[str], between: str, kind: Kind, language: str) -> None:
    text = between.join(pieces)
    found = moment(text, language, kind=kind)
    assert found.action in (Action.ask, Action.confirm, Action.person)
    assert (found.value is not None) == (found.action is Action.confirm)
    if found.span is not None:
        assert 0 <= found.span[0] < found.span[1] <= len(text)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60), st.sampled_from(MOMENTS))
def test_whatever_is_written_no_reader_raises(text: str, kind: Kind) -> None:
    for language in SPOKEN:
        moment(text, language, kind=kind)


GERMAN = """language: de
names: [deutsch]
author: a translator
review: needs review
spellout: de
decimal: ","
thousands: "."
common:
  polite: [bitte, danke]
  filler: [ich, es, ist]
  negators: [nicht, kein]
  or: [oder]
yes_no:
  yes: [ja]
  no: [nein]
calendar:
  separators: [".", "/"]
  endings: [s]
  days: {"0": [heute], "1": [morgen], "2": [übermorgen], "-1": [gestern]}
  weeks: {"1": [nächste woche]}
  coming: [diesen, kommenden]
  next: [nächsten]
  units: {day: [tag, tage, tagen], hour: [stunde, stunden]}
  in: [in]
  day_before: [am, den]
  clock_before: [um, gegen]
  clock_after: [uhr, h]
  noon: [mittag]
  parts: {"5-12": [vormittags, morgens, früh], "12-18": [nachmittags, nachmittag], "17-24": [abends, abend]}
  before_hour: {"-30": [halb], "15": [viertel nach], "-15": [viertel vor]}
  minutes: {"M past H": [nach], "M to H": [vor]}
  bound: [vor, nach, bis, ab]
"""


@lru_cache(maxsize=1)
def german() -> Calendar | None:
    return Lexicon(check("de.yaml", GERMAN)).calendar


IN_GERMAN = {
    "half five is half past four": ("Donnerstag um halb fünf", "2026-03-12T16:30+00:00"),
    "a date with points": ("am 12.3. um 16 Uhr 30", "2026-03-12T16:30+00:00"),
    "the month in words": ("12. März um 9 Uhr", "2026-03-12T09:00+00:00"),
    "a part of the day after": ("morgen um 7 Uhr abends", "2026-03-11T19:00+00:00"),
    "ten to five": ("zehn vor fünf", "16:50"),
    "in three days": ("in drei Tagen", "2026-03-13"),
    "two figures with a point may be both": ("12.10", None),
    "but not after am": ("am 12.10.", "2026-10-12"),
    "nor after um": ("um 12.10", "12:10"),
    "before Friday": ("vor Freitag", None),
}


def test_two_figures_with_a_point_are_what_is_asked_for() -> None:
    calendar = german()
    assert calendar is not None
    normal = normalise("12.10")
    found = [read_moment(normal, tokenise(normal), Expected(kind, now=TUESDAY), calendar, None).value for kind in MOMENTS]
    assert found == ["2026-10-12", "12:10", None]


@pytest.mark.parametrize(("text", "value"), IN_GERMAN.values(), ids=IN_GERMAN)
def test_a_further_language_needs_only_its_section(text: str, value: str | None) -> None:
    calendar = german()
    assert calendar is not None
    normal = normalise(text)
    assert read_moment(normal, tokenise(normal), Expected(Kind.datetime, now=TUESDAY), calendar, None).value == value


def test_every_fault_of_the_section_is_listed() -> None:
    bad = (
        GERMAN.replace("order", "ordre")
        .replace('separators: [".", "/"]', "order: ydm\n  separators: [x]")
        .replace('"-30": [halb]', "half: [halb]")
    )
    with pytest.raises(BadFile) as caught:
        check("de.yaml", bad.replace("  noon:", "  lunch:").replace("diesen,", '"[diesen]",'))
    said = str(caught.value)
    for part in ("calendar.order: must be one of", "calendar.separators: must be of", "calendar.before_hour.half: must look like",
                 "calendar.lunch: is not known here", "calendar.coming.0: may be empty"):  # fmt: skip
        assert part in said


@pytest.mark.parametrize("language", SPOKEN)
def test_a_shipped_calendar_names_what_people_say_most(language: str) -> None:
    calendar = load(language).calendar
    assert calendar is not None
    section = calendar.section
    assert {"0", "1", "2", "-1"} <= set(section.mappings["days"])
    assert len(section.mappings["weekdays"]) == 7
    for name in ("coming", "next", "bound", "vague", "noon", "midnight", "clock_before"):
        assert section.lists[name], name
