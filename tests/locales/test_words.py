import re
import time
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import WrongUse
from bot.locales.catalogs import languages_on_disk
from bot.locales.segments import measure
from bot.locales.words import Msgid, Words
from bot.texts import THANKS

WORDS = Words()
MOMENT = datetime(2026, 5, 6, 19, 45, tzinfo=UTC)
NEW_YORK = ZoneInfo("America/New_York")

HELLO = "We have told our team again. Please call %(number)s now."

SAID = {
    "English is the msgid": ("Yes", "en", {}, "Yes"),
    "Spanish": ("Yes", "es", {}, "Sí"),
    "a region falls back to its language": ("Yes", "es-MX", {}, "Sí"),
    "an underscore and other case will do": ("Yes", "AR_eg", {}, "نعم"),
    "a language that we do not have is English": ("Yes", "fi", {}, "Yes"),
    "no language tag at all is English": ("Yes", "../../etc/passwd", {}, "Yes"),
    "an empty tag is English": ("Yes", "", {}, "Yes"),
    "a msgid that no catalog has is said as it stands": ("Not in any catalog: %(x)s", "es", {"x": "1"}, "Not in any catalog: 1"),
    "a percent sign is a percent sign": ("50% of %(x)s%%", "en", {"x": "100%"}, "50% of 100%%"),
    "a value that looks like a placeholder is left alone": (
        HELLO,
        "en",
        {"number": "%(secret)s %s %"},
        HELLO.replace("%(number)s", "%(secret)s %s %"),
    ),
    "a value nobody asks for is ignored": ("Yes", "en", {"x": "1"}, "Yes"),
    "a number is written as people there write it": (
        "I read: %(value)s. Is that right?",
        "es",
        {"value": 12345.5},
        "He leído: 12.345,5. ¿Es correcto?",
    ),
    "a phone number stays as it is": ("%(n)s", "ar-EG", {"n": "911"}, "911"),
    "a msgid as a value is translated": (
        "I read: %(value)s. Is that right?",
        "es",
        {"value": Msgid("Better")},
        "He leído: Mejor. ¿Es correcto?",
    ),
    "several msgids are listed": (
        "I read: %(value)s. Is that right?",
        "es",
        {"value": (Msgid("Food"), Msgid("Money"))},
        "He leído: Comida, Dinero. ¿Es correcto?",
    ),
    "what falls back to English has its values in English": (
        "Not in any catalog: %(m)s",
        "es",
        {"m": Msgid("Better")},
        "Not in any catalog: Better",
    ),
    "a right-to-left value in left-to-right text is isolated": ("Hi %(n)s!", "en", {"n": "ليلى"}, "Hi \u2068ليلى\u2069!"),
    "no value is nothing": ("[%(n)s]", "en", {"n": None}, "[]"),
}


@pytest.mark.parametrize(("msgid", "language", "values", "text"), SAID.values(), ids=SAID)
def test_say(msgid, language, values, text):
    assert WORDS.say(msgid, language, values) == text


def test_values_in_right_to_left_text_are_isolated():
    assert "\u2068988\u2069" in WORDS.say(HELLO, "ar", {"number": "988"})


def test_a_value_cannot_break_out_of_its_isolate():
    text = WORDS.say(HELLO, "ar", {"number": "9\u206988\u202e"})
    assert "\u2068988\u2069" in text
    assert "\u202e" not in text


def test_a_link_is_not_isolated_because_phones_would_take_the_mark_into_it():
    text = WORDS.say(
        "%(programme)s can also write to you on Telegram. To set it up, open this link within 7 days:\n%(link)s",
        "ar",
        {"programme": "P", "link": "https://t.me/x?start=y"},
    )
    assert text.endswith("\nhttps://t.me/x?start=y")


def test_a_missing_value_says_which_and_where():
    with pytest.raises(WrongUse, match=r"We have told our team again.*no value for number"):
        WORDS.say(HELLO, "es", {})


@given(st.text(max_size=20), st.dictionaries(st.text(max_size=5), st.text(max_size=20), max_size=3), st.text(max_size=30))
def test_nothing_a_person_wrote_makes_it_raise(language, values, value):
    assert WORDS.say(HELLO, language, {**values, "number": value})
    assert WORDS.direction(language) in ("ltr", "rtl")


PLURALS = {
    "English one": ("en", 1, "That did not match. You have one more try."),
    "English two": ("en", 2, "That did not match. You have 2 more tries."),
    "Spanish one": ("es", 1, "No coincide. Le queda un intento."),
    "Spanish two": ("es", 2, "No coincide. Le quedan 2 intentos."),
    "Arabic one": ("ar", 1, "لا يوجد تطابق. بقيت محاولة واحدة."),
    "Arabic two, the dual": ("ar", 2, "لا يوجد تطابق. بقيت محاولتان."),
    "Arabic three, few": ("ar", 3, "لا يوجد تطابق. بقيت \u20683\u2069 محاولات."),
    "Arabic eleven, many": ("ar", 11, "لا يوجد تطابق. بقيت \u206811\u2069 محاولة."),
    "Arabic hundred": ("ar", 100, "لا يوجد تطابق. بقيت \u2068100\u2069 محاولة."),
    "French none is singular": ("fr", 0, "Cela ne correspond pas. Il vous reste un essai."),
    "French two": ("fr", 2, "Cela ne correspond pas. Il vous reste 2 essais."),
    "a language that we do not have": ("fi", 1, "That did not match. You have one more try."),
}


@pytest.mark.parametrize(("language", "count", "text"), PLURALS.values(), ids=PLURALS)
def test_plurals(language, count, text):
    assert (
        WORDS.say_count("That did not match. You have one more try.", "That did not match. You have %(count)s more tries.", count, language)
        == text
    )


TIMES = {
    "English": ("en", "Wednesday, May 6", "May 6, 2026", "3:45 PM"),
    "British English": ("en-GB", "Wednesday 6 May", "6 May 2026", "15:45"),
    "Spanish": ("es", "miércoles, 6 de mayo", "6 de mayo de 2026", "15:45"),
    "French": ("fr", "mercredi 6 mai", "6 mai 2026", "15:45"),
    "Spanish of the United States": ("es-US", "miércoles, 6 de mayo", "6 de mayo de 2026", "3:45 p.m."),
    "Arabic": ("ar", "الأربعاء، 6 مايو", "6 مايو 2026", "3:45 م"),
    "Egyptian Arabic has its own digits": ("ar-EG", "الأربعاء، ٦ مايو", "٦ مايو ٢٠٢٦", "٣:٤٥ م"),
    "a language that we do not have is dated in English, as its texts are": ("fi", "Wednesday, May 6", "May 6, 2026", "3:45 PM"),
}


@pytest.mark.parametrize(("language", "day", "whole", "clock"), TIMES.values(), ids=TIMES)
def test_dates_and_times_are_the_clients(language, day, whole, clock):
    assert (
        WORDS.day(MOMENT, language, NEW_YORK),
        WORDS.date(MOMENT, language, NEW_YORK),
        WORDS.time(MOMENT, language, "America/New_York"),
    ) == (day, whole, clock)


def test_the_day_is_that_of_the_clients_zone():
    assert WORDS.day(MOMENT, "en", "Pacific/Auckland") == "Thursday, May 7"
    assert WORDS.day(date(2026, 5, 6), "en", "Pacific/Auckland") == "Wednesday, May 6"


def test_a_naive_moment_is_refused():
    with pytest.raises(ValueError, match="naive"):
        WORDS.time(datetime(2026, 5, 6), "en", "UTC")  # noqa: DTZ001 - the point


def test_a_time_does_not_make_an_sms_dear():
    assert measure(WORDS.time(MOMENT, "en", "UTC")).encoding == "GSM-7"


def test_options_are_numbered_in_ascii_digits():
    assert WORDS.numbered(["Better", "Same"]) == "1 Better\n2 Same"
    assert WORDS.numbered(["أفضل", "موعد 3", "English"], "ar-EG") == "1 أفضل\n2 \u2068موعد 3\u2069\n3 \u2068English\u2069"


def test_the_complete_languages_have_their_own_names_english_first():
    names = WORDS.languages()
    assert next(iter(names.items())) == ("en", "English")
    assert (names["es"], names["ar"]) == ("Español", "العربية")
    assert set(names) == {"en", *languages_on_disk()}


def test_an_incomplete_language_is_not_offered_but_says_what_it_can(tmp_path):
    (tmp_path / "de" / "LC_MESSAGES").mkdir(parents=True)
    (tmp_path / "de" / "LC_MESSAGES" / "checkline.po").write_text('msgid "Yes"\nmsgstr "Ja"\n\n#, fuzzy\nmsgid "No"\nmsgstr "Nee"\n')
    (tmp_path / "checkline.pot").write_text('msgid "Yes"\nmsgstr ""\n\nmsgid "No"\nmsgstr ""\n')
    words = Words(tmp_path)
    assert words.languages() == {"en": "English"}
    assert (words.say("Yes", "de-AT"), words.say("No", "de-AT")) == ("Ja", "No")


def test_a_translation_that_asks_for_what_is_not_there_gives_way_to_english(tmp_path):
    (tmp_path / "de" / "LC_MESSAGES").mkdir(parents=True)
    (tmp_path / "de" / "LC_MESSAGES" / "checkline.po").write_text('msgid "Hi %(name)s"\nmsgstr "Hallo %(nmae)s"\n')
    assert Words(tmp_path).say("Hi %(name)s", "de", {"name": "Ana"}) == "Hi Ana"


def test_a_broken_catalog_says_where_and_english_is_said(tmp_path):
    (tmp_path / "de" / "LC_MESSAGES").mkdir(parents=True)
    (tmp_path / "de" / "LC_MESSAGES" / "checkline.po").write_text('msgid "Yes"\nmsgstr "Ja\nrubbish\n')
    words = Words(tmp_path)
    assert words.say("Yes", "de") == "Yes"
    assert re.search(r"checkline\.po:\d+: catalog: ", words.broken["de"])
    assert not words.is_spoken("Yes", "de")


DIRECTIONS = {"ar": "rtl", "ar-EG": "rtl", "fa": "rtl", "he": "rtl", "en": "ltr", "es": "ltr", "xx": "ltr", "": "ltr", "%%%": "ltr"}


@pytest.mark.parametrize(("language", "direction"), DIRECTIONS.items(), ids=[f"direction of {tag!r}" for tag in DIRECTIONS])
def test_direction(language, direction):
    assert WORDS.direction(language) == direction


@pytest.mark.parametrize("language", ["en", "es", "ar", "ar-EG", "fr"])
def test_our_own_wordings_say_that_they_need_review(language):
    assert WORDS.review_state(language) == "needs review"


def test_reading_the_catalogs_costs_less_than_a_third_of_a_second():
    start = time.process_time()
    words = Words()
    assert words.languages()
    assert words.say("Yes", "es") != words.say("Yes", "ar")
    assert time.process_time() - start < 0.3


SCRIPTS = {
    "zh": "不客气。",
    "zh-CN": "不客气。",
    "zh-SG": "不客气。",
    "zh-Hans": "不客气。",
    "zh-TW": "不客氣。",
    "zh-HK": "不客氣。",
    "zh_Hant_TW": "不客氣。",
    "zh-Hans-HK": "不客气。",
}


@pytest.mark.parametrize(("tag", "said"), SCRIPTS.items(), ids=SCRIPTS)
def test_a_tag_without_a_script_is_said_in_the_script_of_its_region(tag, said):
    assert WORDS.say(THANKS, tag) == said
    assert WORDS.whole(tag)
    assert WORDS.name(tag).startswith("中文")
