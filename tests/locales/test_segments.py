import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.locales.segments import Segments, alphabet, graphemes, measure, split

CASES = {
    "plain English is GSM-7": ("Hello", Segments("GSM-7", 1, 5)),
    "no text is still one SMS": ("", Segments("GSM-7", 1, 0)),
    "160 septets fit one": ("a" * 160, Segments("GSM-7", 1, 160)),
    "161 septets take two": ("a" * 161, Segments("GSM-7", 2, 161)),
    "306 septets fit two": ("a" * 306, Segments("GSM-7", 2, 306)),
    "307 septets take three": ("a" * 307, Segments("GSM-7", 3, 307)),
    "a euro sign takes two septets": ("€" * 80, Segments("GSM-7", 1, 160)),
    "an escape is not cut: 76 euro signs a part": ("€" * 153, Segments("GSM-7", 3, 306)),
    "an escape that falls on the boundary moves on": ("a" * 152 + "€" + "a" * 152, Segments("GSM-7", 3, 306)),
    "Spanish ñ and é are in GSM-7": ("mañana, café", Segments("GSM-7", 1, 12)),
    "Spanish á is not": ("sábado", Segments("UCS-2", 1, 6, ("á",))),
    "each culprit is named once, in order": ("“no” – “sí”", Segments("UCS-2", 1, 11, ("“", "”", "–", "í"))),
    "a narrow space is a culprit": ("3:45\u202fPM", Segments("UCS-2", 1, 7, ("\u202f",))),
    "70 Arabic letters fit one": ("ع" * 70, Segments("UCS-2", 1, 70, ("ع",))),
    "71 take two": ("ع" * 71, Segments("UCS-2", 2, 71, ("ع",))),
    "134 fit two": ("ع" * 134, Segments("UCS-2", 2, 134, ("ع",))),
    "an emoji takes two code units": ("😀" * 35, Segments("UCS-2", 1, 70, ("😀",))),
    "a surrogate pair is not cut: 33 emoji a part": ("😀" * 67, Segments("UCS-2", 3, 134, ("😀",))),
    "an unpaired surrogate is one unit": ("\ud83d", Segments("UCS-2", 1, 1, ("\ud83d",))),
    "a pair written as two halves is one character": ("\ud83d\ude00", Segments("UCS-2", 1, 2, ("😀",))),
    "NUL is not in GSM-7": ("a\0", Segments("UCS-2", 1, 2, ("\0",))),
    "tab is not in GSM-7, line breaks and form feed are": ("\n\r\f\t", Segments("UCS-2", 1, 4, ("\t",))),
}


@pytest.mark.parametrize(("text", "measured"), CASES.values(), ids=CASES)
def test_measure(text, measured):
    assert measure(text) == measured


def test_the_alphabet_has_127_characters_and_10_more_by_escape():
    one, two = alphabet()
    assert (len(one), len(two), one & two) == (127, 10, frozenset())


def in_segments(text: str) -> int:
    """The oracle: really lay the units out, character by character, as a phone network would."""
    one, two = alphabet()
    gsm = all(char in one | two for char in text)
    single, part = (160, 153) if gsm else (70, 67)
    sizes = [1 + (char in two) if gsm else len(char.encode("utf-16-le", "surrogatepass")) // 2 for char in text]
    if sum(sizes) <= single:
        return 1
    count, used = 1, 0
    for size in sizes:
        if used + size > part:
            count, used = count + 1, 0
        used += size
    return count


LETTERS = st.sampled_from("a€é[ñ\nع😀\u200d👩\u0301🇫🇷x ")


@given(st.text(LETTERS, max_size=400) | st.text(st.sampled_from("ab€{ "), max_size=500) | st.text(max_size=200))
def test_measure_agrees_with_laying_the_units_out(text):
    measured = measure(text)
    assert measured.segments == in_segments(text)
    assert bool(measured.culprits) == (measured.encoding == "UCS-2")


@given(st.text(LETTERS, max_size=400) | st.text(max_size=100), st.integers(1, 4))
def test_split_loses_nothing_and_each_part_fits(text, segments_max):
    parts = split(text, segments_max)
    assert "".join(parts) == text
    assert all(measure(part).segments <= segments_max for part in parts)


@given(st.text(st.sampled_from("a €"), max_size=300).map(lambda filler: filler + "👩‍👩‍👧é🇫🇷" * 12))
def test_split_keeps_graphemes_whole(text):
    ends = set()
    at = 0
    for cluster in graphemes(text):
        at += len(cluster)
        ends.add(at)
    at = 0
    for part in split(text, 1):
        at += len(part)
        assert at in ends | {0}


def test_split_prefers_the_space_before_a_word():
    assert all(part.endswith(" ") for part in split("words that run on " * 40, 2)[:-1])


def test_graphemes_are_what_a_reader_sees():
    assert graphemes("👩‍👩‍👧e\u0301🇫🇷🇪🇸\r\n👍🏽❤️한x") == ["👩‍👩‍👧", "e\u0301", "🇫🇷", "🇪🇸", "\r\n", "👍🏽", "❤️", "한", "x"]


def test_measure_does_2500_lines_a_cpu_second():
    lines = ["You have an appointment 👍 " * 12, "{x} " * 60, "sí, mañana " * 30, "plain " * 50] * 250
    start = time.process_time()
    for line in lines:
        measure(line)
    assert len(lines) / (time.process_time() - start) > 2_500


@pytest.mark.slow
def test_the_verb_answers_every_line_even_an_empty_and_a_broken_one():
    command = Path(sys.executable).with_name("checkline")
    done = subprocess.run([command, "segments"], input=b"Hi\n\n\xff\n", capture_output=True, check=True)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(row["text"], row["segments"], row["culprits"]) for row in rows] == [("Hi", 1, []), ("", 1, []), ("\ufffd", 1, ["\ufffd"])]
    done = subprocess.run([command, "segments", "--input", "json"], input=b'"a\\u0000\\nb"\n"\\ud83d"\n', capture_output=True, check=True)
    assert [json.loads(line)["units"] for line in done.stdout.splitlines()] == [4, 1]
