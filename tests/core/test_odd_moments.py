"""What happens when two rules meet: holds and unsent questions, STOP in an edit, START after a no, phones of several people."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from bot.values import Severity
from storage import schema as t
from tests.world import Crashed, World

DIE = "I want to die"


def test_a_held_conversation_whose_question_never_went_out_ends_all_the_same() -> None:
    world = World()
    world.ask("eve")
    world.walk(minutes=31)
    c = t.clients.c
    world.house.db.write(0, lambda x: x.execute(sa.update(t.clients).where(c.id == world.clients["eve"]).values(held_at=world.clock.now())))
    world.texts("eve", "worse")  # the next question waits for the client to be released
    world.texts("eve", DIE)
    for flag in world.flags("eve"):
        world.engine.desk.acknowledge(world.staff["ana"], flag["id"])
    world.walk(days=9)
    assert [one["status"] for one in world.rows("conversations")] == ["interrupted"]


def test_an_edit_to_stop_is_obeyed() -> None:
    world = World()
    world.texts("ed", "hello", message_id="7")
    world.texts("ed", "STOP", message_id="7", kind="edit", edit=1)
    assert world.purposes("ed")[-1][0] == "withdraw"


def test_start_brings_back_nothing_that_was_declined_before_the_stop() -> None:
    world = World()
    world.texts("eve", "STOP")
    world.texts("eve", "START")
    values = {
        "id": world.house.ports.ids.new(),
        "programme_id": world.programme,
        "client_id": world.clients["eve"],
        "act": "decline",
        "purposes": [],
        "how": "flow",
        "language": "en",
        "at": world.clock.now(),
    }
    world.house.db.write(0, lambda connection: connection.execute(sa.insert(t.consents), values))
    world.walk(minutes=1)
    world.texts("eve", "STOP")
    world.texts("eve", "START")
    assert world.purposes("eve")[-1][0] == "decline"


def test_a_second_person_at_a_shared_phone_gets_a_crisis_reply_of_their_own() -> None:
    world = World()
    world.ask("paul")
    world.texts("paul", DIE)
    assert world.kinds("paul")[-1] == "crisis:R1"
    flag = next(flag for flag in world.flags("paul") if flag["category"] == "self_harm")
    world.house.db.write(
        0, lambda connection: connection.execute(sa.update(t.conversations).values(status="interrupted", closed_at=world.clock.now()))
    )
    assert flag["client_id"] == world.clients["paul"]
    world.ask("yuri")
    world.texts("yuri", DIE)
    assert world.kinds("yuri").count("crisis:R1") == 2


def test_a_resolved_flag_lets_the_conversation_go_on_though_we_died_right_after() -> None:
    world = World()
    world.ask("eve")
    world.texts("eve", DIE)
    for flag in world.flags("eve"):
        world.engine.desk.acknowledge(world.staff["ana"], flag["id"])
    world.walk(hours=30)  # the resume of the next day has come and found the flag open
    flag = next(flag for flag in world.flags("eve") if flag["category"] == "self_harm")
    world.points.arm("followup.before-unit")
    try:
        world.engine.desk.resolve(world.staff["ana"], flag["id"], "handled", True)
    except Crashed:
        world.restart()
    world.walk(minutes=1)
    assert [one["status"] for one in world.rows("conversations")] == ["open"]


def test_a_former_colleague_acknowledges_nothing() -> None:
    world = World()
    world.texts("eve", DIE)
    code = next(flag["code"] for flag in world.flags("eve") if flag["category"] == "self_harm")
    c = t.users.c
    world.house.db.write(0, lambda x: x.execute(sa.update(t.users).where(c.id == world.staff["ana"].id).values(status="left")))
    world.texts("ana", f"A {code}")
    assert {flag["state"] for flag in world.flags("eve")} == {"open"}


def test_a_reminder_that_an_open_conversation_kept_back_is_made_by_phone() -> None:
    world = World()
    world.ask("eve")
    world.books("eve", days=2)
    world.walk(hours=49)
    reasons = {slot["reason"] for slot in world.rows("slots") if slot["state"] != "prompted"}
    assert reasons == {"conversation_open"}
    assert "remind_by_phone" in [row["kind"] for row in world.rows("tasks", client_id=world.clients["eve"])]


def test_a_language_is_switched_though_many_messages_came() -> None:
    world = World()
    for number in range(8):
        world.texts("eve", "", kind="media", media="photo")
        assert number >= 0
    world.texts("eve", "español")
    assert world.rows("clients", id=world.clients["eve"])[0]["language"] == "es"


@pytest.mark.parametrize("text", ["make it stop", "please stop it all"])
def test_words_that_may_be_a_stop_or_worse_reach_a_person(text: str) -> None:
    world = World()
    world.texts("eve", text)
    assert world.purposes("eve")[-1][0] == "grant"
    assert [(flag["category"], flag["severity"]) for flag in world.flags("eve")] == [("unread", int(Severity.review))]


@pytest.mark.parametrize("name", ["ed", "eve"])
def test_start_where_nobody_stopped_is_no_answer(name: str) -> None:
    world = World()
    world.ask(name)
    if name == "ed":
        world.texts(name, "/start", kind="start")
    else:
        world.texts(name, "START")
    assert world.rows("received")[-1]["road"] == "start"
    world.texts(name, "1")
    assert world.kinds(name) == ["ask", "say"]


def test_a_supervisor_hears_when_a_colleague_shuts_out_the_bot() -> None:
    world = World()
    world.texts("ben", kind="blocked")
    assert [(task["kind"], task["owner_id"]) for task in world.rows("tasks")] == [("staff_stopped", world.staff["sam"].id)]


def test_whoever_is_given_a_flag_is_told_of_it_and_can_take_it() -> None:
    world = World()
    world.texts("eve", DIE)
    flag = world.flags("eve")[0]
    world.engine.desk.reassign(world.staff["sam"], flag["id"], world.staff["ben"].id)
    world.settle()
    assert world.kinds("ben") == ["alert:first"]
    world.presses("ben")
    assert world.flags("eve")[0]["acknowledged_by"] == world.staff["ben"].id


def test_a_flag_that_somebody_has_is_anew_to_be_acknowledged_by_whom_it_is_given_to() -> None:
    world = World()
    world.texts("eve", DIE)
    flag = world.flags("eve")[0]
    world.engine.desk.acknowledge(world.staff["ana"], flag["id"])
    world.engine.desk.reassign(world.staff["ana"], flag["id"], world.staff["ben"].id)
    world.settle()
    assert world.kinds("ben") == ["alert:first"]
    world.walk(minutes=16)
    assert world.kinds("sam") == ["alert:escalation"]
