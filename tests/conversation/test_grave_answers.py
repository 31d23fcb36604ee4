"""An answer that is grave goes the road of grave words: the crisis reply of its category, held, flagged, told; once an episode."""

from __future__ import annotations

import hashlib

import pytest
import sqlalchemy as sa

from bot import crisis
from bot.concerns import answers
from bot.flows.load import parse
from bot.flows.model import State
from bot.flows.state import to_json
from bot.values import Category, CrisisReply, Finding, Severity
from storage import schema as t
from tests.world import World

BODY = """
flow: weekly-pulse
version: 901
title: One question
purpose: check_ins
done: [thoughts]
steps:
  thoughts:
    ask:
      kind: choice
      text: {en: "How often?", note: n}
      options:
        - {value: never, label: Not at all, note: n, points: 0}
        - {value: some, label: Several days, note: n, points: 1, severity: SEVERITY, category: CATEGORY, why: "Chosen."}
      repair: [{en: "Please send 1 or 2.", note: n}]
      timeout: {hours: 24}
  bye:
    say: {text: {en: "Bye now.", note: n}}
  finish:
    end: completed
"""


def asked(severity: str, category: str) -> World:
    """Eve is asked that question."""
    world = World()
    world.ask("eve")
    flow = parse(body := BODY.replace("SEVERITY", severity).replace("CATEGORY", category), "test")
    row = {"id": world.house.ports.ids.new(), "programme_id": world.programme, "flow": flow.id, "version": flow.version, "body": body}
    row |= {"sha256": hashlib.sha256(body.encode()).digest(), "published_at": world.clock.now()}
    talk = world.rows("conversations")[0]
    key = world.house.db.read(lambda connection: world.house.vault.key_for(connection, talk["client_id"]))
    state = State(flow=flow.id, version=901, at="thoughts", wait=1, facts={"name": "Eve"})
    sealed = world.house.vault.seal(key, "conversations.state", talk["id"], to_json(state))

    def unit(connection: sa.Connection) -> None:
        connection.execute(sa.insert(t.flow_versions), row)
        connection.execute(sa.update(t.conversations).values(flow_version=901, state_sealed=sealed, wait=1))

    world.house.db.write(0, unit)
    return world


REPLIES = {
    "self-harm": ("self_harm", "crisis:R1"),
    "a medical emergency": ("medical", "crisis:R2"),
    "danger to others": ("harm_to_others", "crisis:R2"),
    "violence": ("violence", "crisis:R3"),
    "needs": ("needs", "crisis:R4"),
    "what has no category of its own": ("answer", "crisis:R4"),
}


@pytest.mark.parametrize("severity", ["high", "critical"])
@pytest.mark.parametrize(("category", "reply"), REPLIES.values(), ids=REPLIES)
def test_a_grave_option_is_answered_with_the_words_of_its_category_and_held(category, reply, severity):
    world = asked(severity, category)
    world.client_texts("eve", "2")
    assert world.kinds("eve") == ["ask", reply]
    assert "Bye now." not in world.said_to("eve")
    assert [row["status"] for row in world.rows("conversations")] == ["held"]
    flag = world.flags("eve")[0]
    assert (flag["category"], flag["severity"]) == (category, Severity[severity])
    assert world.kinds("ana")[-1] == "alert:first"
    assert [row["rule"] for row in world.rows("findings")] == ["option.weekly-pulse.thoughts.some"]


def test_a_grave_option_right_after_grave_words_is_the_same_episode():
    world = asked("critical", "self_harm")
    world.house.db.write(0, lambda connection: connection.execute(sa.update(t.conversations).values(version=9)))
    talk = world.rows("conversations")[0]
    world.client_texts("eve", "2")
    world.walk(minutes=10)
    world.client_texts("eve", "I want to die")
    assert talk["status"] == "open"
    assert world.kinds("eve") == ["ask", "crisis:R1"]
    assert [flag["category"] for flag in world.flags("eve")] == ["self_harm"]


def found(severity: Severity, reply: CrisisReply | None, grade: int = 0) -> Finding:
    return Finding(severity, Category.answer, f"{severity.name}.{reply}.{grade}", "", "", reply=reply, grade=grade)


WORDS = found(Severity.critical, CrisisReply.R1)
WORST = {
    "of equals the client's own words, which come first": ([WORDS, found(Severity.critical, CrisisReply.R2)], WORDS),
    "a graver answer outweighs words": ([found(Severity.high, CrisisReply.R4), WORDS], WORDS),
    "a further stage outweighs": ([found(Severity.critical, CrisisReply.R2), found(Severity.critical, CrisisReply.R1, 2)], None),
    "what has no reply decides nothing": ([None, found(Severity.critical, None), WORDS], WORDS),
}


@pytest.mark.parametrize(("findings", "worst"), WORST.values(), ids=WORST)
def test_the_worst(findings, worst):
    assert crisis.worst_of(findings) is (worst or findings[-1])
    assert crisis.worst_of([None]) is None


def test_an_option_below_high_goes_on_without_a_crisis_reply():
    world = asked("review", "self_harm")
    world.client_texts("eve", "2")
    assert world.kinds("eve") == ["ask", "say"]


def test_a_held_answer_goes_on_the_next_day():
    world = asked("high", "needs")
    world.client_texts("eve", "2")
    world.walk(days=1)
    assert world.kinds("eve") == ["ask", "crisis:R4", "say"]
    assert [row["status"] for row in world.rows("conversations")] == ["completed"]


def test_help_today_in_the_weekly_pulse_is_answered_with_who_will_call():
    world = World()
    world.ask("eve")
    for text in ("3", "5", "1"):
        world.client_texts("eve", text)
    assert world.kinds("eve") == ["ask", "ask", "ask", "crisis:R4"]
    assert "You will get a call from Ana by " in world.said_to("eve")[-1]


TABLE = {
    "nothing below high": (Category.self_harm, Severity.review, None),
    "a reply that could not be read is no crisis": (Category.unread, Severity.critical, None),
    "self-harm at high": (Category.self_harm, Severity.high, CrisisReply.R1),
}


@pytest.mark.parametrize(("category", "severity", "reply"), TABLE.values(), ids=TABLE)
def test_which_reply(category, severity, reply):
    assert answers.reply_for(category, severity) is reply
