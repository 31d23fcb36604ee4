"""`checkline ladder` and its page: what they foretell is what then happens, and gaps are named."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from click.testing import CliRunner

from bot.cli.main import cli
from bot.house import House
from bot.outlook import Outlook, outlook
from bot.setting_up.staff import set_leave
from bot.values import Severity
from storage import schema as t
from tests.world import World

DIE = "I can't go on, I want to die"


def foretold(world: World) -> Outlook:
    house: House = world.house

    def work(connection: sa.Connection) -> Outlook:
        row = connection.execute(sa.select(t.programmes)).mappings().one()
        return outlook(connection, house, row, world.clock.now())

    return house.db.read(work)


def course(found: Outlook, manager: int, severity: Severity = Severity.critical) -> Any:
    return next(one for one in found.courses if (one.manager_id, one.severity) == (manager, severity))


def test_what_is_foretold_is_what_happens_rung_by_rung():
    world = World()
    steps = course(foretold(world), world.staff["ana"].id).steps
    world.client_texts("eve", DIE)
    told = {name: len(world.said_to(name)) for name in ("ana", "sam", "rita")}
    assert (steps[0].rung, steps[0].told) == ("owner", (world.staff["ana"].id,))
    assert told["ana"] == 1
    for step in steps[1:]:
        world.walk(until=step.at + timedelta(seconds=1))
        flag = world.flags("eve")[0]
        assert (flag["rung"], flag["owner_id"]) == (step.rung, step.owner_id)


def test_leave_is_judged_at_the_moment_asked_for():
    world = World()
    set_leave(world.house, world.staff["ana"].id, "2026-03-03", "")
    first = course(foretold(world), world.staff["ana"].id).steps[0]
    assert (first.rung, first.told) == ("supervisor", (world.staff["sam"].id,))


def test_who_cannot_be_reached_is_a_gap_and_named():
    world = World()
    mute = sa.update(t.contact_points).where(t.contact_points.c.owner_id == world.staff["ana"].id).values(status="blocked")
    world.house.db.write(1, lambda connection: connection.execute(mute).rowcount, 0)
    found = foretold(world)
    assert found.unreachable == (world.staff["ana"].id,)
    assert course(found, world.staff["ana"].id).steps[0].gap
    assert not course(found, world.staff["ben"].id).gap
    assert found.gaps == 3, "one for each severity"


def test_an_unknown_number_goes_to_the_supervisor_on_duty():
    world = World()
    assert course(foretold(world), 0).steps[0].told == (world.staff["sam"].id,)


def test_the_verb_says_all_of_it_and_exits_1_on_a_gap(tmp_path):
    def run(*arguments: str) -> tuple[int, str]:
        done = CliRunner().invoke(cli, [*arguments, "--data", str(tmp_path)], standalone_mode=False)
        assert done.exception is None, done.exception
        return done.return_value or 0, done.stdout

    run("programme", "add", "Riverside", "--timezone", "America/New_York", "--kind", "demo")
    run("manager", "add", "--name", "Sam", "--role", "supervisor", "--sign-in", "sam")
    status, text = run("ladder", "--at", "2026-12-25T03:00")
    assert status == 1
    assert "Fri 2026-12-25 03:00" in text
    assert "GAP: nobody of them can be reached" in text
    assert "Without a way to be reached: Sam" in text
    status, plain = run("ladder", "Riverside", "--at", "2026-12-25T03:00", "--json")
    found = json.loads(plain)
    assert (status, found["gaps"] > 0, found["at"]) == (1, True, "2026-12-25T08:00:00+00:00")
    assert {one["severity"] for one in found["courses"]} == {"critical", "high", "review"}
