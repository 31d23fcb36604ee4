"""One message, several languages: each reads all of it, and lone words are left to the client's own."""

from __future__ import annotations

import pytest

from bot.concerns import screen
from bot.values import Severity

READ = {
    "a cognate that the client's language denies": ("nunca tive convulsao", ["pt"], Severity.none),
    "the same with English in the programme": ("nunca tive convulsão", ["pt", "en"], Severity.none),
    "the same word, told": ("estou tendo uma convulsão", ["pt"], Severity.critical),
    "a cognate in an idiom of the client's language": ("el partido estuvo de infarto", ["es", "pt"], Severity.none),
    "an English word alone in another language": ("estoy stranded", ["es"], Severity.high),
    "an English phrase in another language": ("quiero kill myself hoy", ["es"], Severity.critical),
    "an English phrase after a no of another language": ("no, I want to die por favor", ["es"], Severity.critical),
    "another language of the programme": ("nataka kufa", ["en", "sw"], Severity.critical),
    "two languages in one message": ("all fine thanks. quiero morir", ["en", "es"], Severity.critical),
    "two scripts in one message": ("merci beaucoup, بدي موت", ["fr", "ar"], Severity.critical),
    "English alone": ("suicidal", ["es"], Severity.critical),
}


@pytest.mark.parametrize(("text", "languages", "severity"), READ.values(), ids=READ)
def test_read(text, languages, severity):
    assert screen(text, languages).severity == severity


APART = {
    "told, and long ago in the next sentence": ("I wanted to die. That was years ago.", "self_harm.past/en"),
    "told, and long ago in the sentence before": ("Last year. I wanted to die.", "self_harm.past/en"),
    "an attempt told so": ("I tried to kill myself. It was ten years ago.", "self_harm.past/en"),
    "said of now": ("I want to die. That was years ago.", "self_harm.wish/en"),
    "and again": ("I tried to kill myself. Years ago. And again today", "self_harm.attempt/en"),
    "and still": ("I wanted to die. That was years ago. I still do.", "self_harm.recent/en"),
    "another thing was long ago": ("I tried to kill myself. My wedding was ten years ago.", "self_harm.attempt/en"),
    "a symptom told so": ("I had a seizure. That was 5 years ago.", "medical.past/en"),
}


@pytest.mark.parametrize(("text", "rule"), APART.values(), ids=APART)
def test_a_past_in_a_sentence_of_its_own(text, rule):
    worst = screen(text, ["en"]).worst
    assert worst is not None
    assert worst.rule == rule
