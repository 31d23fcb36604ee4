"""A question for a day, a time or both: what it can be answered with, how it is read back, and what is kept where nobody can read it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.flows.asking import AS_WRITTEN, expected, filled, fitting, read_reply, waiting
from bot.flows.lint import lint
from bot.flows.load import parse
from bot.flows.model import Act, Record, Reply, Say, Start, State, When
from bot.flows.step import step
from bot.locales.words import Words
from bot.understanding import read
from bot.values import Action, Kind, Value

NOW = datetime(2026, 3, 10, 14, 0, tzinfo=UTC)
FLOW = parse(
    """
flow: visit
version: 1
title: Visit
purpose: check_ins
done: [{code}]
confirm: {{en: "I read: %(value)s. Is that right?", note: Reads back.}}
steps:
  when:
    ask:
      kind: {kind}
      code: {code}
      text: {{en: "When?", note: A question.}}
      repair: [{{en: "Please send a day.", note: Again.}}]
      timeout: {{hours: 24, then: finish}}
      unread: finish
  note:
    call: {{act: task.open, with: {{kind: reschedule, note: {{answer: {code}}}}}}}
  finish:
    end: completed
""".replace("{kind}", "datetime")
    .replace("{code}", "wish")
    .replace("{{", "{")
    .replace("}}", "}"),
    "visit.yaml",
)
FACTS = {"zone": "Europe/Paris", "language": "fr"}


def asked() -> State:
    state, _ = step(FLOW, State(facts=FACTS), Start(), NOW)
    return state


def answer(text: str, language: str, state: State) -> Reply:
    return Reply(text, read_reply(FLOW, state, text, language, translate=str, read=read, now=NOW), state.wait)


def test_a_flow_that_asks_when_has_no_faults() -> None:
    assert lint(FLOW) == []


def test_the_question_is_read_from_the_moment_and_the_zone_of_the_client() -> None:
    found = expected(FLOW, asked(), str, now=NOW)
    assert (found.kind, found.now, found.zone) == (Kind.datetime, NOW, "Europe/Paris")


def test_a_day_and_a_time_are_read_back_and_kept_as_they_stand_there() -> None:
    state = asked()
    state, effects = step(FLOW, state, answer("jeudi à quatre heures et demie", "fr", state), NOW)
    (said,) = effects
    assert isinstance(said, Say)
    assert said.values["value"] == When("2026-03-12T16:30+01:00")
    words = Words()
    text = words.say(said.text, "fr", filled(said, state, lambda msgid: words.say(msgid, "fr")))
    assert "jeudi 12 mars 2026" in text
    assert "16:30" in text
    state, effects = step(FLOW, state, answer("oui", "fr", state), NOW)
    assert state.answers["wish"]["value"] == "2026-03-12T16:30+01:00"
    assert [effect.arguments["note"] for effect in effects if isinstance(effect, Act)] == ["2026-03-12T16:30+01:00"]


@pytest.mark.parametrize("language", ["xx", "cy"])
def test_where_nobody_can_read_days_the_wish_is_kept_as_written(language: str) -> None:
    state = asked()
    reply = answer(" bore Iau am bedwar ", language, state)
    assert (reply.reading.action, reply.reading.value, reply.reading.reason) == (Action.accept, "bore Iau am bedwar", AS_WRITTEN)
    state, effects = step(FLOW, state, reply, NOW)
    assert [effect.value for effect in effects if isinstance(effect, Record)] == ["bore Iau am bedwar"]
    assert [effect.arguments["note"] for effect in effects if isinstance(effect, Act)] == ["bore Iau am bedwar"]


FITTING: dict[str, tuple[Value, bool]] = {
    "day and time": ("2026-03-12T16:30+01:00", True),
    "a day": ("2026-03-12", True),
    "a time": ("16:30", True),
    "words": ("thursday", False),
    "a number": (7, False),
    "a time without its offset": ("2026-03-12T16:30", False),
}


@pytest.mark.parametrize(("value", "good"), FITTING.values(), ids=FITTING)
def test_only_a_moment_as_readings_write_it_fits(value: Value, good: bool) -> None:
    state = asked()
    asking = waiting(FLOW, state)
    assert asking is not None
    assert (fitting(asking, state, value) == value) is good


SAID = {
    "English": ("2026-03-13T16:30+01:00", "en", "Friday, March 13, 2026", "4:30 PM"),
    "Spanish, a day": ("2026-03-13", "es", "viernes, 13 de marzo de 2026", ""),
    "Egyptian Arabic, with its own digits": ("2026-03-13T16:30+02:00", "ar-EG", "الجمعة، ١٣ مارس ٢٠٢٦", "٤:٣٠ م"),
    "a time": ("16:30", "fr", "", "16:30"),
    "what is none of these": ("some - day", "en", "some - day", ""),
}


@pytest.mark.parametrize(("value", "language", "day", "clock"), SAID.values(), ids=SAID)
def test_a_moment_is_said_as_people_say_it(value: str, language: str, day: str, clock: str) -> None:
    said = Words().moment(value, language)
    assert said.startswith(day)
    assert said.endswith(clock)


def test_a_moment_is_isolated_in_right_to_left_text() -> None:
    said = Words().say("I read: %(value)s. Is that right?", "ar", {"value": When("2026-03-13T16:30+01:00")})
    assert "\u2068الجمعة" in said
