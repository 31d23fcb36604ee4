"""The cast: who was promised, numbers kept free for fiction, and sentences that are judged as they are meant."""

from __future__ import annotations

from typing import Any

import pytest

from bot.cli.demo.cast import cast
from bot.cli.demo.reading import Questions
from bot.concerns import screen
from bot.flows.language import Asking
from bot.flows.load import shipped
from bot.locales.words import Words
from bot.understanding import opt_out
from bot.values import Category, ChannelKind, Keyword, Severity


def test_the_cast_is_what_the_demo_promises():
    company = cast()
    assert len(company.clients) == 24
    assert {client.country for client in company.clients} == {"US", "ES", "CA", "FR"}
    assert {client.language for client in company.clients} == set(company.languages) <= set(Words().languages())
    channels = {sender.key: sender.channel for sender in company.senders}
    assert {channels[client.sender] for client in company.clients} == set(ChannelKind) - {ChannelKind.mail}
    assert [member.role for member in company.staff].count("case_manager") == 3
    assert len({client.address for client in company.clients}) == 23


def fictional(address: str) -> bool:
    """555-01xx of the North American plan, 01 99 00 xx xx of the French, chats with seven billion and few."""
    american = address.startswith("+1") and address[5:10] == "55501" and len(address) == 12
    return american or (address.startswith("+3319900") and len(address) == 12) or (address.startswith("70000001") and len(address) == 10)


def test_every_number_is_kept_free_for_fiction():
    company = cast()
    people: list[Any] = [*company.clients, *company.strangers, *company.staff]
    assert [one.address for one in people if not fictional(one.address) and not one.address.startswith("70000000")] == []


def test_everything_that_is_done_can_be_said_in_every_language():
    company = cast()
    needed = {act.what for like in company.behaviours.values() for act in like.acts if act.do in ("say", "edit")}
    needed |= {pick[1:] for like in company.behaviours.values() for picks in like.picks.values() for pick in picks if pick.startswith("!")}
    needed |= {what for _, _, what in company.finale} | {"note", "start", "stop"}
    assert {what for what in needed if set(company.phrases.get(what, ())) != set(company.languages)} == set()


CONCERNS = {
    "wants_to_die": (Category.self_harm, Severity.critical),
    "passive": (Category.self_harm, Severity.high),
    "all_to_stop": (Category.self_harm, Severity.high),
    "emergency": (Category.medical, Severity.critical),
    "violence": (Category.violence, Severity.critical),
    "abuse": (Category.violence, Severity.high),
    "harm_to_others": (Category.harm_to_others, Severity.critical),
    "hungry": (Category.needs, Severity.high),
    "hopeless": (Category.distress, Severity.review),
}


@pytest.mark.parametrize("language", ["en", "es", "ar"])
@pytest.mark.parametrize("what", cast().phrases)
def test_what_is_written_is_judged_as_it_is_meant(what: str, language: str):
    screening = screen(cast().phrase(what, language), (language,))
    if what in CONCERNS:
        assert screening.worst is not None
        assert (screening.worst.category, screening.severity) == CONCERNS[what]
    elif what != "help":
        assert screening.severity is Severity.none
        stop = opt_out(cast().phrase(what, language), (language,)).intent
        assert stop is (Keyword(what) if what in ("stop", "start") else Keyword.none)


def test_each_category_is_written_in_each_language_within_four_weeks():
    company = cast()
    written = {(act.what, client.language) for client in company.clients for act in company.behaviours[client.does].acts if act.on < 28}
    written |= {
        (pick[1:], client.language)
        for client in company.clients
        for picks in company.behaviours[client.does].picks.values()
        for pick in picks
    }
    meant = {(CONCERNS[what][0], language) for what, language in written if what in CONCERNS}
    assert meant == {(category, language) for category, _ in CONCERNS.values() for language in company.languages}


def test_every_behaviour_is_there_and_picks_answers_that_the_flows_have():
    company, flows = cast(), shipped()
    assert {client.does for client in company.clients} | {"stranger"} == set(company.behaviours)
    for like in company.behaviours.values():
        for name, picks in like.picks.items():
            if name == "goal":
                continue
            flow, _, step = name.partition(".")
            asking = flows[flow].steps[step]
            assert isinstance(asking, Asking)
            values = {one.value for one in asking.options} if isinstance(asking.options, tuple) else set()
            assert {pick for pick in picks if not pick.startswith("!")} <= (values or {"true", "false", "note"}) | {"true", "false", "note"}


@pytest.mark.parametrize("language", ["en", "es", "ar"])
def test_a_persona_knows_every_question_by_its_words(language: str):
    words, flows = Words(), shipped()
    questions = Questions(words, flows, ("en", "es", "ar"))
    names = "name programme manager appointment_title appointment_date appointment_time appointment_place goal_title goal_unit"
    values = dict.fromkeys(names.split(), "Wörter 12")
    for flow in flows.values():
        for step in flow.steps.values():
            if isinstance(step, Asking):
                found = questions.read(words.say(step.text.en, language, values) + "\n1 …")
                assert found is not None
                assert (found.name, found.kind, found.language) == (f"{flow.id}.{step.id}", "ask", language)
