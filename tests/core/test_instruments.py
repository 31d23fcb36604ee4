"""Published questionnaires: asked as published, coded, counted only when whole, gated where they ask about self-harm."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.errors import BadFile, WrongUse
from bot.flows.instruments.questions import wording
from bot.flows.language import Asking
from bot.flows.lint import lint
from bot.flows.load import instruments, known, parse, published
from bot.flows.model import Raise, Record, Reply, Start, State
from bot.flows.paths import sample_facts
from bot.flows.state import from_json, to_json
from bot.flows.step import step
from bot.instrument_gate import gaps, gate_of
from bot.locales.catalogs import FOLDER, TEMPLATE, read_catalog
from bot.locales.segments import measure
from bot.locales.words import Words
from bot.setting_up.consents import record_consent
from bot.setting_up.enrolments import enrol
from bot.setting_up.instruments import record_gate
from bot.setting_up.programmes import check_programme
from bot.values import Action, Category, Reading, Reason, Severity
from storage import people
from storage import schema as t
from tests.world import PURPOSES, TUESDAY, World

FORMS = {name: flow.instrument for name, flow in instruments().items() if flow.instrument is not None}
NEVER = ("epds", "edinburgh", "eq-5d", "eq5d", "wsas", "c-ssrs", "cssrs", "columbia")
"""Permission to use them like this was refused, or must be asked for by whoever runs the programme."""


def test_the_eight_that_may_be_shipped_are_there():
    assert sorted(FORMS) == ["audit-c", "gad-7", "k6", "peg", "phq-2", "phq-8", "phq-9", "sf-1"]


@pytest.mark.parametrize("name", known())
def test_what_may_not_be_shipped_is_nowhere(name):
    flow = known()[name]
    form = flow.instrument
    said = " ".join([flow.id, flow.title, *((form.edition, form.source) if form else ())]).lower()
    assert [word for word in NEVER if word in said] == []


@pytest.mark.parametrize("name", FORMS)
def test_every_instrument_is_sound(name):
    assert lint(instruments()[name]) == []


TOTALS = {
    "phq-2": (6, "55757-9", "55758-7"),
    "phq-8": (24, None, None),
    "phq-9": (27, "44249-1", "44261-6"),
    "gad-7": (21, "69737-5", "70274-6"),
    "k6": (24, None, None),
    "audit-c": (12, "72109-2", "75626-2"),
    "peg": (10, "91148-7 (unverified)", "91147-9 (unverified)"),
    "sf-1": (None, None, None),
}


def answered(name: str, points: Any, language: str = "en") -> tuple[State, list[Any]]:
    """The instrument with the answer of so many points to each item: a number, or a list with None for no readable answer."""
    flow = instruments()[name]
    state, effects = step(flow, State(facts={**sample_facts(flow.purpose), "language": language}), Start(), TUESDAY)
    out = list(effects)
    scored = [item for item in FORMS[name].items if item.scored]
    wanted = list(points) if isinstance(points, list) else [points] * len(scored)
    for item, count in zip(scored, wanted, strict=False):
        if state.at is None or state.held:
            break
        value = next((one.value for one in item.anchors if one.points == count), None) if item.anchors else count
        reading = Reading(Action.person, None, 0.0, "x") if value is None else Reading(Action.accept, value, 1.0, "button")
        state, effects = step(flow, from_json(to_json(state)), Reply(str(value), reading, state.wait), TUESDAY)
        out += effects
    return state, out


def total_of(name: str, effects: list[Any]) -> list[Any]:
    return [one.value for one in effects if isinstance(one, Record) and one.code == FORMS[name].score]


@pytest.mark.parametrize("name", [name for name in FORMS if FORMS[name].score])
def test_the_greatest_total_is_the_published_one(name):
    form = FORMS[name]
    most = max((anchor.points for anchor in form.items[0].anchors), default=10)
    points = [0.0 if item.alarm else most for item in form.items if item.scored]
    if name == "phq-9":
        assert total_of(name, answered(name, points)[1]) == [24]
    else:
        assert total_of(name, answered(name, points)[1]) == [TOTALS[name][0]]
    assert [str(code) if code else None for code in (form.panel, form.total)] == list(TOTALS[name][1:])


CUTS = {
    "PHQ-2 below the cut-off": ("phq-2", [1, 1], []),
    "PHQ-2 at it": ("phq-2", [2, 1], [("score.phq2", Severity.review)]),
    "PHQ-8 below it": ("phq-8", [1, 1, 1, 1, 1, 1, 1, 2], []),
    "PHQ-8 at it": ("phq-8", [3, 3, 3, 1, 0, 0, 0, 0], [("score.phq8", Severity.review)]),
    "PHQ-8 severe": ("phq-8", [3, 3, 3, 3, 3, 3, 2, 0], [("score.phq8", Severity.high)]),
    "GAD-7 below it": ("gad-7", [3, 3, 3, 0, 0, 0, 0], []),
    "GAD-7 severe is looked at, not called out for": ("gad-7", 3, [("score.gad7", Severity.review)]),
    "K6 below it": ("k6", 2, []),
    "K6 at it": ("k6", [4, 4, 4, 1, 0, 0], [("score.k6", Severity.review)]),
    "AUDIT-C at the lower cut-off, sex unknown": ("audit-c", 1, [("score.auditc", Severity.review)]),
    "PEG has none": ("peg", 10, []),
    "good health": ("sf-1", 3, []),
    "fair health": ("sf-1", 4, [("option.sf-1.sf1.fair", Severity.review)]),
}


@pytest.mark.parametrize(("name", "points", "raised"), CUTS.values(), ids=CUTS)
def test_a_cut_off(name, points, raised):
    _, effects = answered(name, points)
    assert [(one.rule, one.severity) for one in effects if isinstance(one, Raise)] == raised
    assert all(one.why for one in effects if isinstance(one, Raise))


@pytest.mark.parametrize("name", [name for name in FORMS if FORMS[name].score])
def test_there_is_no_total_when_one_item_is_missing(name):
    points: list[Any] = [1.0] * len([item for item in FORMS[name].items if item.scored])
    points[1] = None
    state, effects = answered(name, points if name != "phq-9" else [*points[:8], 0.0])
    assert total_of(name, effects) == []
    assert FORMS[name].score not in state.answers


def test_item_nine_is_critical_at_once_and_holds():
    state, effects = answered("phq-9", [0, 0, 0, 0, 0, 0, 0, 0, 1])
    (raised,) = [one for one in effects if isinstance(one, Raise)]
    assert (raised.severity, raised.category) == (Severity.critical, Category.self_harm)
    assert raised.rule == "option.phq-9.phq9-9.several-days"
    assert state.held
    assert total_of("phq-9", effects) == []


def test_an_unvalidated_translation_caps_the_total_and_never_the_item():
    _, effects = answered("phq-8", [3, 3, 3, 3, 3, 3, 2, 0], "es-MX")
    (raised,) = [one for one in effects if isinstance(one, Raise)]
    assert raised.severity is Severity.review
    assert "unvalidated" in raised.why
    _, effects = answered("phq-9", [0, 0, 0, 0, 0, 0, 0, 0, 3], "es")
    assert [one.severity for one in effects if isinstance(one, Raise)] == [Severity.critical]


def test_a_client_who_reads_it_in_a_foreign_language_counts_as_unvalidated():
    form = FORMS["k6"]
    assert (form.version_in("en-GB").version, form.version_in("sw").version) == ("en official", "en unvalidated")


@pytest.mark.parametrize("name", FORMS)
def test_an_item_fits_three_segments_of_the_plain_alphabet(name):
    words = Words()
    for asked in instruments()[name].steps.values():
        if isinstance(asked, Asking):
            labels = [choice.label.en for choice in asked.options if choice.label] if isinstance(asked.options, tuple) else []
            size = measure("\n".join([asked.text.en, *([words.numbered(labels)] if labels else [])]))
            assert (size.encoding, size.segments <= 3) == ("GSM-7", True), asked.id


def test_a_published_wording_is_said_in_its_language_and_is_no_text_of_ours():
    form, words = FORMS["phq-8"], Words()
    question = wording(form, form.items[0])
    assert words.say(question, "es") == wording(form, form.items[0], tag="es")
    assert words.say("Not at all", "es-MX") == "Ningún día"
    ours = {message.id for message in read_catalog(FOLDER / TEMPLATE)}
    assert ours & set(published("es")) == set()


def test_two_instruments_never_translate_one_text_differently():
    said: dict[str, set[str]] = {}
    for form in FORMS.values():
        for english, theirs in form.languages.get("es", form.languages["en"]).texts.items():
            said.setdefault(english, set()).add(theirs)
    assert [english for english, found in said.items() if len(found) > 1] == []


def test_answers_that_begin_with_numbers_are_read_back():
    flow = instruments()["audit-c"]
    state, _ = step(flow, State(facts=sample_facts(flow.purpose)), Start(), TUESDAY)
    state, effects = step(flow, state, Reply("3", Reading(Action.accept, "few-a-month", 1.0, "number"), state.wait), TUESDAY)
    assert [type(one).__name__ for one in effects] == ["Say"]
    state, effects = step(flow, state, Reply("1", Reading(Action.accept, True, 1.0, "number"), state.wait), TUESDAY)
    assert [one.value for one in effects if isinstance(one, Record)] == ["few-a-month"]


UNGATED = """
instrument: thoughts
version: 1
edition: T
title: Thoughts
purpose: sensitive
recall: now
source: s
licence: l
anchors: [{value: a, label: Aa, points: 0}, {value: b, label: Bb, points: 1}]
items: [{code: t1, text: "How?", alarm: {at_least: 1, is: critical, category: self_harm, why: w}}]
languages: {en: {official: true, source: s}}
"""


def test_an_instrument_that_tells_of_danger_to_life_must_be_gated():
    with pytest.raises(BadFile) as caught:
        parse(UNGATED, "x")
    assert [fault.code for fault in caught.value.faults] == ["gated"]
    assert parse(UNGATED + "gated: true\n", "x").instrument


BROKEN = {
    "no wording for a language": ("languages: {en:", "languages: {de: {source: s}, en:"),
    "two items under one code": ('items: [{code: t1, text: "Who?"}, {', "items: [{"),
    "an unknown field": ("edition: T", "edition: T\ncolour: red"),
    "no English": ("{en: {official", "{de: {official"),
}


@pytest.mark.parametrize(("new", "old"), BROKEN.values(), ids=BROKEN)
def test_a_broken_instrument_is_refused_with_its_faults(new, old):
    text = UNGATED + "gated: true\n"
    text = text.replace(new, old) if new in text else text.replace(old, new)
    with pytest.raises(BadFile):
        parse(text, "x")


def test_a_plain_flow_may_not_ask_about_self_harm():
    text = """
flow: f
version: 1
title: T
purpose: check_ins
done: [q]
confirm: {en: "I read %(value)s. Right?", note: n}
steps:
  q:
    ask:
      kind: choice
      text: {en: "How?", note: n}
      options:
        - {value: a, label: A, note: n}
        - {value: b, label: B, note: n, severity: critical, category: self_harm, why: w}
      repair: [{en: "Send 1 or 2.", note: n}]
      timeout: {hours: 2}
      unread: e
  e: {end: completed}
"""
    assert [fault.code for fault in lint(parse(text, "x"))] == ["gated"]


# ---------------------------------------------------------------- in the house


def asking(flow: str, who: str = "eve") -> World:
    world = World()
    record_consent(world.house, world.clients[who], (*PURPOSES, "sensitive"), how="paper")
    world.ask(who, flow)
    return world


def test_answers_are_stored_with_code_edition_and_language_and_the_total_with_what_it_was_made_of():
    world = asking("phq-2")
    world.client_texts("eve", "3")
    world.client_texts("eve", "2")
    one, two, total = world.rows("answers")
    assert [row["item_code"] for row in (one, two, total)] == ["44250-9 (unverified)", "44255-8 (unverified)", "55758-7"]
    assert {row["instrument"] for row in (one, two, total)} == {"phq-2"}
    assert {row["language_version"] for row in (one, two, total)} == {"en official"}
    assert total["derived_from"] == [str(one["id"]), str(two["id"])]
    assert (one["derived_from"], total["edition"]) == (None, "PHQ-2")
    assert [row["rule"] for row in world.rows("findings")] == ["score.phq2"]
    assert world.said_to("eve")[-1].startswith("Thank you, Eve.")


def test_a_severe_total_is_answered_with_who_will_call_and_nothing_more():
    world = asking("phq-8")
    for _ in range(8):
        world.client_texts("eve", "4")
    assert world.kinds("eve")[-1] == "crisis:R4"
    world.walk(days=2)
    assert world.kinds("eve")[-1] == "crisis:R4"
    assert [row["status"] for row in world.rows("conversations")] == ["completed"]


def test_a_positive_answer_in_an_interrupted_questionnaire_is_kept():
    world = asking("phq-8")
    world.client_texts("eve", "4")
    world.walk(days=4)
    assert [row["status"] for row in world.rows("conversations")] == ["expired"]
    assert [row["code"] for row in world.rows("answers")] == ["phq8-1"]


def gate(world: World, **more: Any) -> dict[str, Any]:
    staff = world.staff
    given = {"responder_id": staff["ana"].id, "backup_id": staff["sam"].id, "signed_by_id": staff["sam"].id}
    given |= {"hours": {"0": ["09:00", "17:00"]}, "protocol": "Risk protocol 3", "signed_on": "2026-03-01"}
    return {**given, **more}


def test_a_gated_instrument_is_refused_until_the_programme_has_recorded_its_gate():
    world = World()
    record_consent(world.house, world.clients["eve"], (*PURPOSES, "sensitive"), how="paper")
    with pytest.raises(WrongUse, match="instrument-gate"):
        enrol(world.house, world.clients["eve"], "phq-9")
    record_gate(world.house, world.programme, **gate(world))
    world.ask("eve", "phq-9")
    for text in ("1", "1", "1", "1", "1", "1", "1", "1", "2"):
        world.client_texts("eve", text)
    assert world.kinds("eve")[-1] == "crisis:R1"
    assert [(flag["category"], flag["severity"]) for flag in world.flags("eve")] == [("self_harm", Severity.critical)]
    assert world.kinds("ana")[-1] == "alert:first"


BAD_GATES = {
    "one person for both": {"backup_id": "ana"},
    "nobody of the programme responds": {"responder_id": 5},
    "signed by a case manager": {"signed_by_id": "ben"},
    "signed long ago": {"signed_on": "2025-01-01"},
    "signed in the future": {"signed_on": "2027-01-01"},
    "no hours": {"hours": {}},
    "no protocol": {"protocol": " "},
    "no date": {"signed_on": ""},
}


@pytest.mark.parametrize("wrong", BAD_GATES.values(), ids=BAD_GATES)
def test_an_incomplete_gate_is_refused(wrong):
    world = World()
    more = {name: world.staff[value].id if value in world.staff else value for name, value in wrong.items() if name != "hours"}
    more |= {"hours": wrong["hours"]} if "hours" in wrong else {}
    with pytest.raises(WrongUse):
        record_gate(world.house, world.programme, **gate(world, **more))
    row = world.house.db.read(lambda connection: people.by_id(connection, t.programmes, world.programme))
    assert row is not None
    assert gate_of(row) is None


def test_a_gate_that_no_longer_holds_stops_the_next_questionnaire():
    world = World()
    record_consent(world.house, world.clients["eve"], (*PURPOSES, "sensitive"), how="paper")
    record_gate(world.house, world.programme, **gate(world))
    enrol(world.house, world.clients["eve"], "phq-9", every="week", at="10:30")
    world.house.db.write(0, lambda c: people.change(c, t.users, world.staff["sam"].id, status="left"))
    world.walk(hours=2)
    assert next((row["state"], row["reason"]) for row in world.rows("slots")) == ("skipped", Reason.instrument_gate)
    assert world.tasks("eve") == ["instrument_gate"]
    row = world.house.db.read(lambda connection: people.by_id(connection, t.programmes, world.programme))
    assert row is not None
    assert world.house.db.read(lambda c: list(gaps(c, world.programme, gate_of(row), world.clock.now())))
    assert "instrument_gate" in {one.about for one in check_programme(world.house, world.programme)}


def test_a_language_without_a_version_is_refused_and_an_unvalidated_one_is_told():
    world = World()
    with pytest.raises(WrongUse, match="only in en, es"):
        enrol(world.house, world.clients["omar"], "phq-8")
    made = enrol(world.house, world.clients["inés"], "phq-8")
    assert any("unvalidated" in note for note in made.notes)


def test_alcohol_is_never_asked_about_under_part_2():
    world = World()
    world.house.db.write(0, lambda c: people.change(c, t.clients, world.clients["eve"], tags=["part-2"]))
    with pytest.raises(WrongUse, match="part-2"):
        enrol(world.house, world.clients["eve"], "audit-c")
    made = enrol(world.house, world.clients["ed"], "audit-c")
    assert any("World Health Organization" in note for note in made.notes)


def test_item_codes_are_json_safe():
    assert json.loads(json.dumps([str(item.loinc) for form in FORMS.values() for item in form.items]))
