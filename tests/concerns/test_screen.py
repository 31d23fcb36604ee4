"""How one text is judged: what decides between now, past, another, a joke; what never breaks; what it costs."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.concerns import VERSION, rules, screen
from bot.values import CrisisReply, Severity

R = CrisisReply
JUDGED = {
    "said of oneself now is critical": ("I want to kill myself", "self_harm.intent/en", Severity.critical, R.R1, 0),
    "a time makes it a plan": ("I will kill myself tonight", "self_harm.plan/en", Severity.critical, R.R1, 1),
    "a means at hand is further along than a thought": ("I have a gun in my hand", "self_harm.means/en", Severity.critical, R.R1, 1),
    "an attempt is furthest along": ("I just took 40 pills", "self_harm.overdose/en", Severity.critical, R.R1, 2),
    "denied is for review, not nothing": ("I don't want to kill myself", "self_harm.negated/en", Severity.review, None, 0),
    "a no that belongs to something else denies nothing": ("I'm not okay I want to die", "self_harm.wish/en", Severity.critical, R.R1, 0),
    "long ago is for review": ("I tried to kill myself ten years ago", "self_harm.past/en", Severity.review, None, 0),
    "long ago and again is now": (
        "years ago I used to want to die and I want to die again",
        "self_harm.wish/en",
        Severity.critical,
        R.R1,
        0,
    ),
    "somebody else in danger is high": ("my brother wants to kill himself", "self_harm.other/en", Severity.high, R.R1, 0),
    "a question about it is for review": ("have you ever thought about suicide", "self_harm.hypothetical/en", Severity.review, None, 0),
    "passive is high": ("I want it all to stop", "self_harm.passive/en", Severity.high, R.R1, 0),
    "a laugh does not undo a wish to die": ("i want to die lol", "self_harm.wish/en", Severity.critical, R.R1, 0),
    "a heart": ("I have chest pain", "medical.chest/en", Severity.critical, R.R2, 2),
    "somebody else's emergency is high": ("my husband collapsed and is not breathing", "medical.other/en", Severity.high, R.R2, 2),
    "abuse is high": ("my husband beats me", "violence.abuse/en", Severity.high, R.R3, 0),
    "abuse at this moment is critical": ("my husband is beating me right now", "violence.now/en", Severity.critical, R.R3, 2),
    "a threat to another": ("I'm going to stab him", "harm_to_others.intent/en", Severity.critical, R.R2, 1),
    "a lack now is high": ("we have no food", "needs.food/en", Severity.high, R.R4, 0),
    "a need without a time is for review": ("we need food and water", "needs.short/en", Severity.review, None, 0),
    "a need today is high": ("we need food and water today", "needs.urgent/en", Severity.high, R.R4, 0),
    "distress is for review": ("I can't stop crying", "distress.severe/en", Severity.review, None, 0),
}


@pytest.mark.parametrize(("text", "rule", "severity", "reply", "grade"), JUDGED.values(), ids=JUDGED)
def test_judged(text, rule, severity, reply, grade):
    worst = screen(text, ["en"]).worst
    assert worst is not None
    assert (worst.rule, worst.severity, worst.reply, worst.grade) == (rule, severity, reply, grade)


DISGUISED = {
    "in capitals": "I WANT TO DIE!!!",
    "drawn out": "i waaant to dieeee",
    "glued": "iwanttokillmyself",
    "spelled out": "k i l l m y s e l f",
    "written onto one another": "im going to killmyself tonight",
    "in one-word sentences": "I. Want. To. Die. Now.",
    "over two lines": "I want\nto die",
    "with digits": "k1ll mys3lf",
    "with signs": "k!ll myself",
    "with stars": "k*ll myself",
    "in code": "gonna unalive myself",
    "as a short form": "kms",
    "with letters of another script": "kіll myself",
    "with a letter too few": "thinking of suicde",
    "in full-width letters": "ｗａｎｔ ｔｏ ｄｉｅ",
    "between pictures": "😭😭 want 2 die 😭",
    "under marks": "w̷a̷n̷t̷ t̷o̷ d̷i̷e̷",
    "in two languages": "por favor, I want to die",
}


@pytest.mark.parametrize("text", DISGUISED.values(), ids=DISGUISED)
def test_found_however_it_is_written(text):
    assert screen(text, ["en", "es"]).severity == Severity.critical


MEDICINE = {
    "taking one's medicine is nothing": ("I took my pills", False, Severity.none),
    "nor when asked about it": ("I took my pills", True, Severity.none),
    "all of them, as prescribed, is nothing": ("took all my pills as prescribed", True, Severity.none),
    "all of them is critical": ("I took all my pills", False, Severity.critical),
    "all of them is critical when asked, too": ("I took all my pills", True, Severity.critical),
    "all of today's may be a dose": ("I took all my pills today", False, Severity.high),
    "all of today's, when asked, is read back": ("I took all my pills today", True, Severity.review),
    "a quantity is never a dose": ("I took 40 pills today", True, Severity.critical),
    "an intent is never a dose": ("I took all my pills today, I want to die", True, Severity.critical),
}


@pytest.mark.parametrize(("text", "medication", "severity"), MEDICINE.values(), ids=MEDICINE)
def test_medicine(text, medication, severity):
    assert screen(text, ["en"], medication).severity == severity


def test_the_worst_comes_first_and_all_are_kept_once():
    found = screen("we have no food, my husband hits me, I want to die, I want to die", ["en"]).findings
    assert [finding.rule for finding in found] == ["self_harm.wish/en", "violence.abuse/en", "needs.food/en"]


def test_a_finding_carries_the_clients_own_words():
    text = "Ayer bien… pero hoy QUIERO   MORIR ya"
    worst = screen(text, ["es"]).worst
    assert worst is not None
    assert worst.span is not None
    assert worst.matched == text[slice(*worst.span)] == "QUIERO   MORIR"


def test_unknown_languages_are_passed_over_and_regions_read_as_their_language():
    assert screen("quiero morir", ["xx", "tlh-Latn"]).severity == Severity.none
    assert screen("quiero morir", ["es-MX"]).severity == Severity.critical
    assert screen("i want to die", []).severity == Severity.critical


def test_high_and_critical_rules_have_a_reply_and_the_others_none():
    assert VERSION
    assert [rule.id for rule in rules() if (rule.severity >= Severity.high) != (rule.reply is not None)] == []


@pytest.mark.parametrize("text", ["no puedo más, quiero morir", "مش عايز أعيش", "I can’t breathe", "बहुत 1 é が ﷺ Ⅳ"])
def test_every_unicode_form_of_a_text_is_judged_alike(text):
    forms = [unicodedata.normalize(form, text) for form in ("NFC", "NFD", "NFKC", "NFKD")]
    judged = [[(finding.rule, finding.severity) for finding in screen(form, ["es", "ar"]).findings] for form in forms]
    assert judged == [judged[0]] * 4


ODD = [
    "",
    "\0",
    "\ud800\udfff",
    "Z͑ͫ̓ͪ̂" * 500,
    "\u202e\u200b\u2066",
    "(" * 3000,
    "'" * 3000,
    "k*" * 2000,
    "$@!" * 1000,
    "1" * 5000,
    "\n" * 4000,
]


@pytest.mark.parametrize("text", ODD, ids=range(len(ODD)))
def test_nothing_raises_on_odd_text(text):
    assert screen(text, ["en", "es", "ar"]).severity == Severity.none


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(st.text(max_size=12), st.sampled_from(["want to die", "not", "kill", "myself", ".", "🔪", "موت", "quiero"]))))
def test_nothing_raises_on_any_text(parts):
    text = " ".join(parts)
    for finding in screen(text, ["en", "es", "ar"]).findings:
        assert finding.span is not None
        assert finding.matched == text[slice(*finding.span)]
