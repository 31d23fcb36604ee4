"""What a flow raises reaches people whoever moved it: a reply, a time-out."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from bot.flow_store import flow_of
from bot.flows.load import parse
from bot.flows.model import State
from bot.flows.state import to_json
from bot.values import Severity
from storage import schema as t
from tests.world import World

pytestmark = pytest.mark.slow

NOW = datetime(2026, 3, 3, 15, tzinfo=UTC)
BODY = """
flow: weekly-pulse
version: 900
title: A score at the time-out
purpose: check_ins
done: [mood]
steps:
  mood:
    ask:
      kind: scale
      min: 0
      max: 10
      text: {en: "How are you, 0 to 10?", note: n}
      repair: [{en: "Please send 0 to 10.", note: n}]
      timeout: {hours: 24}
  more:
    ask:
      kind: text
      text: {en: "Tell us more.", note: n}
      repair: [{en: "In words, please.", note: n}]
      timeout: {hours: 24, then: total}
  total:
    score: {code: total, of: [mood], method: sum, severity: [{at_least: 0, is: critical, why: "The score is high."}]}
  finish:
    end: completed
"""


def _published(world: World, body: str) -> None:
    flow = parse(body, "test")
    row = {
        "id": world.house.ports.ids.new(),
        "programme_id": world.programme,
        "flow": flow.id,
        "version": flow.version,
        "body": body,
        "sha256": hashlib.sha256(body.encode()).digest(),
        "published_at": NOW,
    }
    world.house.db.write(0, lambda connection: connection.execute(sa.insert(t.flow_versions), row))


def _put(world: World, state: State, version: int) -> None:
    """The open conversation stands at another point of another flow."""
    talk = world.rows("conversations")[0]
    key = world.house.db.read(lambda connection: world.house.vault.key_for(connection, talk["client_id"]))
    sealed = world.house.vault.seal(key, "conversations.state", talk["id"], to_json(state))
    values = {"flow_version": version, "state_sealed": sealed, "wait": state.wait}
    world.house.db.write(0, lambda connection: connection.execute(sa.update(t.conversations).values(**values)))


def test_what_a_score_raises_at_a_time_out_is_flagged_and_told() -> None:
    world = World()
    world.ask("eve")
    _published(world, BODY)
    answers = {"mood": {"value": 9, "unit": None}}
    _put(world, State(flow="weekly-pulse", version=900, at="more", wait=1, answers=answers), 900)
    world.walk(days=4)
    assert [(flag["category"], flag["severity"]) for flag in world.flags("eve")] == [("answer", int(Severity.critical))]
    assert world.kinds("ana")[0] == "alert:first"
    assert [one["status"] for one in world.rows("conversations")] == ["held"]
    world.engine.desk.acknowledge(world.staff["ana"], world.flags("eve")[0]["id"])
    world.walk(days=5)
    assert [one["status"] for one in world.rows("conversations")] == ["interrupted"]


def test_a_conversation_whose_flow_is_gone_ends_and_a_person_hears_of_it() -> None:
    world = World()
    world.ask("eve")
    world.house.db.write(0, lambda connection: connection.execute(sa.update(t.conversations).values(flow_version=999_999)))
    world.walk(days=4)
    assert [one["status"] for one in world.rows("conversations")] == ["interrupted"]
    assert [flag["category"] for flag in world.flags("eve")] == ["processing"]
    assert world.rows("due", kind="timeout") == []


def test_the_flow_of_the_test_is_kept_as_published() -> None:
    world = World()
    _published(world, BODY)
    flow = world.house.db.read(lambda connection: flow_of(connection, world.programme, "weekly-pulse", 900))
    assert set(flow.steps) == {"mood", "more", "total", "finish"}
