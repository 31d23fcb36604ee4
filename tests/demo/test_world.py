"""The small world that other tests stand on: time, phones, crashes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.cli.demo.clockwork import Chance, VirtualClock, VirtualIds
from tests.world import TUESDAY, Crashed, World


def test_a_flow_reaches_the_phone_and_the_answer_stands_on_the_plan():
    world = World()
    world.ask("eve")
    assert world.said_to("eve")[-1].startswith("Hi Eve, this is Riverside. Compared with last week")
    world.client_texts("eve", "1")
    assert world.said_to("eve")[-1].startswith("Thank you, Eve.")
    answer = world.rows("answers")[0]
    assert (answer["code"], answer["action"], answer["plan_id"]) == ("pulse", "accept", world.rows("care_plans")[0]["id"])


def test_a_telegram_client_answers_by_a_button():
    world = World()
    world.ask("iker")
    assert [button.label for button in world.on_phone("iker")[-1].outgoing.buttons] == ["Mejor", "Más o menos igual", "Peor"]
    world.presses("iker", 0)
    assert world.rows("answers")[0]["how"] == "button"


def test_delivery_reports_come_in():
    world = World()
    world.ask("eve")
    assert [row["delivery"] for row in world.rows("outbox")] == [5]


def test_a_walk_stops_at_each_due_moment_and_at_its_end():
    world = World()
    world.ask("eve")
    world.walk(hours=49)
    assert world.kinds("eve") == ["ask", "nudge"]
    assert [accepted.at - TUESDAY for accepted in world.on_phone("eve")] == [timedelta(minutes=1), timedelta(hours=24, minutes=1)]
    assert world.tasks("eve") == ["silent"]
    assert world.clock.now() == TUESDAY + timedelta(hours=49, minutes=1)


def test_a_crash_before_the_commit_leaves_nothing_and_the_same_webhook_again_stores_it_once():
    world = World()
    world.points.arm("inbound.in-unit")
    with pytest.raises(Crashed):
        world.client_texts("eve", "hello", message_id="M1")
    assert world.rows("received") == []
    world.restart()
    for _ in range(3):
        assert world.client_texts("eve", "hello", message_id="M1").status == 204
    assert len(world.rows("received")) == 1


def test_the_clock_never_goes_back():
    clock = VirtualClock(TUESDAY)
    clock.move_to(TUESDAY - timedelta(hours=1))
    assert clock.now() == TUESDAY


def test_ids_rise_while_the_clock_stands_and_when_it_moves():
    clock = VirtualClock(TUESDAY)
    ids = VirtualIds(clock, Chance(1))
    first = [ids.new() for _ in range(5000)]
    clock.move_to(TUESDAY + timedelta(minutes=1))
    assert sorted({*first, ids.new()}) == [*first, ids.new() - 1]


def test_chance_is_splitmix64():
    # The first outputs for the seed 1234567, as Sebastiano Vigna's reference implementation gives them.
    chance = Chance(1234567)
    assert [chance.bits() for _ in range(3)] == [6457827717110365317, 3203168211198807973, 9817491932198370423]


def test_chance_of_one_part_does_not_depend_on_what_the_others_draw():
    world, other = Chance(7), Chance(7)
    part = world.split(1, 2)
    assert part.bits() == other.split(1, 2).bits() != other.split(1, 3).bits()


def busy_days(*, rerun: bool) -> World:
    """Answers, a concern that climbs, a stop and a start, a nudge, silence."""
    world = World(rerun=rerun)
    world.ask("eve")
    world.client_texts("eve", "3")
    world.client_texts("eve", "1 3 and I want to die")
    world.walk(minutes=16)
    world.presses("sam")
    world.client_texts("eve", "STOP")
    world.client_texts("eve", "START")
    world.ask("iker", "goal-progress")
    world.walk(hours=49)
    return world


def test_what_units_do_is_the_same_when_each_is_run_rolled_back_and_run_again():
    once, twice = busy_days(rerun=False), busy_days(rerun=True)
    assert once.kinds("eve") == twice.kinds("eve") == ["ask", "ask", "crisis:R1", "stop", "start"]
    assert once.kinds("iker") == twice.kinds("iker") == ["ask", "nudge"]
    for name in (
        "received",
        "outbox",
        "answers",
        "flags",
        "findings",
        "alerts",
        "flag_events",
        "consents",
        "tasks",
        "slots",
        "audit",
        "due",
    ):
        assert len(once.rows(name)) == len(twice.rows(name)) > (0 if name != "due" else -1), name
