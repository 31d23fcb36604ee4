"""The auditor: whoever the ladder forgets is told all the same, and the watcher outside hears nothing while anybody is forgotten."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import sqlalchemy as sa

from bot.channels.transport import NotConnected
from bot.values import Severity
from scheduler.auditor import RULE, Auditor
from scheduler.dead_man import DeadMan
from storage import schema as t
from storage.auditing import Audit, look
from tests.world import World

DIE = "I can't go on, I want to die"


def spoil(world: World, *statements: sa.Executable) -> None:
    """Break the database as a bug would."""

    def unit(connection: sa.Connection) -> None:
        for statement in statements:
            connection.execute(statement)

    world.house.db.write(1, unit, 0)


def stopped_ladder(world: World) -> None:
    """All its due rows are lost."""
    spoil(world, sa.delete(t.due).where(t.due.c.kind == "escalate"))


def pass_by(world: World, **length: float) -> None:
    """Time goes by, and nothing is done."""
    world.clock.move_to(world.clock.now() + timedelta(**length))


def looked(world: World, **ahead: float) -> Audit:
    """Two looks, a minute apart, after so long a time in which nothing else works."""
    pass_by(world, **ahead)
    auditor = Auditor(world.house)
    auditor.audit(world.clock.now())
    pass_by(world, minutes=1)
    found = auditor.audit(world.clock.now())
    world.settle()
    return found


def test_while_all_goes_well_nothing_is_found_and_nobody_is_bothered():
    world = World()
    world.client_texts("eve", DIE)
    world.walk(minutes=10)
    before = len(world.rows("outbox"))
    assert looked(world, minutes=1).sound
    assert len(world.rows("outbox")) == before


def test_a_ladder_that_has_stopped_is_caught_and_everybody_is_told():
    world = World()
    world.client_texts("eve", DIE)
    stopped_ladder(world)
    found = looked(world, minutes=20)
    flag = world.flags("eve")[0]
    assert (found.overdue, found.mended) == ((flag["id"],), 1)
    assert (flag["rung"], flag["state"]) == ("everybody", "open")
    assert world.said_to("sam")
    assert world.said_to("rita")
    assert [row["kind"] for row in world.rows("flag_events", flag_id=flag["id"])].count("audited") == 1
    assert flag["deadline_at"] > world.clock.now()


def test_what_the_auditor_mended_climbs_on_by_the_ladder_and_is_sound():
    world = World()
    world.client_texts("eve", DIE)
    stopped_ladder(world)
    looked(world, minutes=20)
    assert world.house.db.read(lambda connection: look(connection, world.clock.now())).sound
    told = len(world.said_to("sam"))
    world.walk(minutes=30)
    assert len(world.said_to("sam")) > told


def test_the_first_look_only_suspects_so_that_a_ladder_that_catches_up_is_not_disturbed():
    world = World()
    world.client_texts("eve", DIE)
    pass_by(world, hours=3)
    auditor = Auditor(world.house)
    assert (len(auditor.audit(world.clock.now()).overdue), world.flags("eve")[0]["rung"]) == (1, "owner")
    world.settle()
    assert auditor.audit(world.clock.now()).sound
    assert world.flags("eve")[0]["rung"] != "owner"


def test_an_acknowledged_flag_whose_clock_is_lost_is_told_again():
    world = World()
    world.client_texts("eve", DIE)
    world.staff_texts("ana", "A 1")
    stopped_ladder(world)
    found = looked(world, minutes=5)
    assert (len(found.clockless), found.mended) == (1, 1)
    assert world.flags("eve")[0]["state"] == "open"


def test_a_flag_that_nobody_was_told_of_is_told():
    world = World()
    world.client_texts("eve", "we have no food today")
    spoil(world, sa.delete(t.alerts))
    found = looked(world, minutes=5)
    assert (len(found.untold), found.mended) == (1, 1)
    assert any("flag" in text for text in world.said_to("sam"))


def test_a_message_that_should_have_raised_a_flag_raises_one():
    world = World()
    world.client_texts("eve", DIE)
    spoil(
        world,
        sa.delete(t.findings),
        sa.delete(t.flag_events),
        sa.delete(t.alerts),
        sa.update(t.outbox).values(flag_id=None),
        sa.delete(t.flags),
        sa.delete(t.due),
    )
    found = looked(world, minutes=3)
    assert found.sound, "the second look finds it mended"
    flag = world.flags("eve")[0]
    assert (flag["severity"], flag["category"]) == (int(Severity.critical), "processing")
    assert [row["rule"] for row in world.rows("findings")] == [RULE]
    assert "Reply A" in world.said_to("ana")[-1]


def test_when_somebody_acts_between_the_looks_nothing_is_mended():
    world = World()
    world.client_texts("eve", DIE)
    stopped_ladder(world)
    pass_by(world, minutes=20)
    auditor = Auditor(world.house)
    auditor.audit(world.clock.now())
    world.engine.desk.acknowledge(world.staff["ana"], world.flags("eve")[0]["id"])
    assert auditor.audit(world.clock.now()).mended == 0
    assert world.flags("eve")[0]["acknowledged_by"] == world.staff["ana"].id


def test_urgent_words_that_do_not_leave_are_counted():
    world = World()
    world.client_texts("eve", DIE)
    spoil(world, sa.update(t.outbox).where(t.outbox.c.lane == 0).values(state="pending"))
    now = world.clock.now()
    assert world.house.db.read(lambda connection: look(connection, now + timedelta(minutes=4))).unsent == 0
    assert world.house.db.read(lambda connection: look(connection, now + timedelta(minutes=6))).unsent == 2


# ---------------------------------------------------------------- the dead-man ping


class Watcher:
    """What was asked of the watcher outside, and what it answers."""

    def __init__(self, status: int = 200, *, down: bool = False) -> None:
        self.asked: list[tuple[str, str]] = []
        self.status, self.down = status, down

    def request(
        self, method: str, url: str, *, headers: dict[str, str] | None = None, body: bytes | None = None, timeout_seconds: float = 10.0
    ) -> tuple[int, dict[str, str], bytes]:
        del headers, timeout_seconds
        assert body is None
        self.asked.append((method, url))
        if self.down:
            raise NotConnected("transport: no connection; nothing was sent")
        return self.status, {}, b""


URL = "https://watcher.example.org/ping/token"
NOW = datetime.fromisoformat("2026-03-03T15:00:00+00:00")
SOUND = Audit()


def test_a_ping_leaves_while_all_is_sound():
    watcher = Watcher()
    assert DeadMan(URL, watcher).ping(SOUND, NOW, NOW)
    assert watcher.asked == [("GET", URL)]


SILENT = {
    "a flag is overdue": (replace(SOUND, overdue=(1,)), NOW),
    "a flag has no clock": (replace(SOUND, clockless=(1,)), NOW),
    "nobody was told": (replace(SOUND, untold=(1,)), NOW),
    "nobody can be reached": (replace(SOUND, unreachable=(1,)), NOW),
    "a message stands in no flag": (replace(SOUND, unflagged=(1,)), NOW),
    "urgent words are stuck": (replace(SOUND, unsent=1), NOW),
    "the tick has stopped": (SOUND, NOW - timedelta(minutes=2)),
    "the tick never ran": (SOUND, None),
}


def test_no_ping_leaves_while_anything_is_amiss():
    for audit, ticked in SILENT.values():
        watcher = Watcher()
        assert not DeadMan(URL, watcher).ping(audit, ticked, NOW)
        assert watcher.asked == []


def test_a_watcher_that_is_down_or_refuses_harms_nothing():
    assert not DeadMan(URL, Watcher(down=True)).ping(SOUND, NOW, NOW)
    assert not DeadMan(URL, Watcher(404)).ping(SOUND, NOW, NOW)
    assert not DeadMan("", Watcher()).ping(SOUND, NOW, NOW)
