"""How often each rule was right: counted from the verdicts of closed flags, by rule and language."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot import crisis
from bot.arrival import read_arrival
from bot.changes import write
from bot.channels.channel import Inbound
from bot.concerns import VERSION, version_of
from bot.desk import Desk
from bot.values import Category, Finding, Screening, Severity
from storage.precision import FEWEST, Precision, precision
from tests.world import World

pytestmark = pytest.mark.slow

DIE = "I want to die"


def counted(world: World, programme: int | None = -1) -> dict[tuple[str, str], Precision]:
    which = world.programme if programme == -1 else programme
    rows = world.house.db.read(lambda connection: precision(connection, which))
    return {(one.rule, one.language): one for one in rows}


def closed(world: World, useful: bool | None, name: str = "eve") -> None:
    """The client says it; somebody closes the flag with a verdict, and a day goes by."""
    world.client_texts(name, DIE)
    flag = next(flag for flag in world.flags(name) if flag["closed_at"] is None and flag["category"] == "self_harm")
    Desk(world.house).resolve(world.staff["ana"], flag["id"], "handled", useful)
    world.clock.move_to(world.clock.now() + timedelta(hours=13))


def test_findings_are_counted_and_flags_once():
    world = World()
    for _ in range(3):
        world.client_texts("eve", DIE)
    assert counted(world) == {("self_harm.wish", "en"): Precision("self_harm.wish", "en", findings=3, flags=1)}


def test_verdicts_count_once_the_flag_is_closed_and_make_a_share_when_there_are_enough():
    world = World()
    for useful in (True, True, False, None):
        closed(world, useful)
    row = counted(world)["self_harm.wish", "en"]
    assert (row.findings, row.flags, row.closed, row.useful, row.not_useful) == (4, 4, 4, 2, 1)
    assert row.share is None, f"fewer than {FEWEST} verdicts say nothing"
    for useful in (True, False):
        closed(world, useful)
    assert counted(world)["self_harm.wish", "en"].share == 3 / 5


def test_languages_are_told_apart_and_a_verdict_counts_for_every_rule_of_its_flag():
    world = World()
    world.client_texts("inés", "quiero morir. I want to die")
    flag = world.flags("inés")[0]
    Desk(world.house).resolve(world.staff["ana"], flag["id"], "handled", useful=True)
    rows = counted(world)
    assert {language for rule, language in rows if rule == "self_harm.wish"} == {"en", "es"}
    assert {row.useful for row in rows.values()} == {1}


def test_another_programme_has_counts_of_its_own():
    world = World()
    world.client_texts("eve", DIE)
    assert counted(world, programme=world.programme + 1) == {}
    assert counted(world, programme=None) == counted(world)


def test_a_finding_is_stored_with_the_versions_that_made_it():
    world = World()
    world.client_texts("eve", DIE)
    row = world.rows("findings")[0]
    assert row["rule_version"] == version_of("self_harm.wish/en")
    assert row["rule_version"].startswith(f"{VERSION}/en.")


def test_what_a_rule_on_trial_finds_is_counted_and_nothing_follows():
    world = World()
    world.client_texts("eve", "hello")
    address = world.rows("received")[0]["address_id"]
    sender, house, now = world.senders["sms"], world.house, world.clock.now()
    inbound = Inbound("T1", "another", text="it is snowing")
    received_id = house.ports.ids.new()
    arrival = house.db.read(lambda connection: read_arrival(connection, house, sender, address, inbound, now, received_id))
    trial = Finding(Severity.critical, Category.self_harm, "self_harm.wish/en", "snowing", "On trial.", shadow=True)
    changes = crisis.on_trial(arrival, Screening((), (trial, replace(trial, rule="self_harm.plan/en"))))
    house.db.write(0, lambda connection: write(connection, house.ports.ids, changes, now))
    world.settle()
    assert world.flags("eve") == []
    assert world.rows("findings") == []
    assert [row["kind"] for row in world.rows("outbox", cls="alert")] == []
    rows = world.rows("shadow_findings")
    assert [(row["rule"], row["received_id"]) for row in rows] == [("self_harm.wish/en", received_id), ("self_harm.plan/en", received_id)]
    assert "snowing" not in str(rows)
    assert counted(world)["self_harm.plan", "en"] == Precision("self_harm.plan", "en", on_trial=1)
