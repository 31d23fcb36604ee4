"""The day after a crisis reply: a draft that names nothing, a work item, and a message only if a person sends it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot.errors import NotAllowed, WrongUse
from bot.next_day import FollowUps
from storage import schema as t
from tests.world import World

pytestmark = pytest.mark.slow

DIE, CHEST, HIT, FOOD = (
    "I want to die",
    "I have chest pain and I can't breathe",
    "my husband hits me every day",
    "there is no food at all here today",
)


def after(text: str, name: str = "eve", **walked: float) -> World:
    """The client wrote that, and so much time has passed; at 11 the next morning, where nothing else is said."""
    world = World()
    world.client_texts(name, text)
    world.walk(**(walked or {"hours": 25}))
    return world


def flag_of(world: World, name: str = "eve", category: str = "") -> dict[str, Any]:
    return next(flag for flag in world.flags(name) if category in ("", flag["category"]))


def items(world: World) -> list[dict[str, Any]]:
    return world.rows("tasks", kind="follow_up")


DRAFTS = {
    "self-harm": (DIE, "I am thinking of you. How are you today?"),
    "an emergency": (CHEST, "I would like to know how you are doing today."),
    "needs": (FOOD, "I would like to know how things are today, and whether I can help."),
}


@pytest.mark.parametrize(("text", "words"), DRAFTS.values(), ids=DRAFTS)
def test_the_draft_is_of_the_kind_and_names_nothing(text, words):
    world = after(text)
    draft = FollowUps(world.house).draft(world.staff["ana"], flag_of(world)["id"])
    assert draft.text.startswith(f"Hi Eve, this is Ana from Riverside. {words}")
    for word in ("die", "suicide", "pain", "chest", "breathe", "food", "hungry", "yesterday", "emergency", "crisis"):
        assert word not in draft.text.casefold().split()


def test_after_violence_there_is_no_draft():
    world = after(HIT)
    draft = FollowUps(world.house).draft(world.staff["ana"], flag_of(world)["id"])
    assert (draft.text, draft.careful) == ("", True)


def test_after_violence_and_something_else_there_is_no_draft_either():
    world = World()
    world.client_texts("eve", DIE)
    world.client_texts("eve", HIT)
    world.walk(hours=25)
    assert len(items(world)) == 1
    draft = FollowUps(world.house).draft(world.staff["ana"], flag_of(world, category="self_harm")["id"])
    assert (draft.text, draft.careful) == ("", True)


def test_it_is_proposed_at_ten_the_next_morning_where_the_client_lives():
    world = after("quiero morir", "inés", hours=1)  # 17:00 in Madrid
    start = world.clock.now()
    assert items(world) == []
    world.walk(start + timedelta(hours=16, minutes=59))
    assert items(world) == []
    world.walk(start + timedelta(hours=17))
    assert [(row["client_id"], row["owner_id"], row["ref_id"]) for row in items(world)] == [
        (world.clients["inés"], world.staff["ana"].id, flag_of(world, "inés")["id"])
    ]
    draft = FollowUps(world.house).draft(world.staff["ana"], flag_of(world, "inés")["id"])
    assert draft.text.startswith("Hola, Inés. Soy Ana, de Riverside.")


def test_nothing_goes_out_unless_a_person_sends_it():
    world = after(DIE, hours=24 * 4)
    assert world.kinds("eve") == ["crisis:R1"]
    assert [row["closed_at"] for row in items(world)] == [None]


def test_what_the_person_makes_of_it_goes_out_as_their_message_though_a_critical_flag_is_open():
    world = after(DIE)
    flag = flag_of(world)
    FollowUps(world.house).send(world.staff["ana"], flag["id"], "Hi Eve, it's Ana. Coffee at 3?")
    world.settle()
    assert world.kinds("eve") == ["crisis:R1", "follow_up"]
    assert world.said_to("eve")[-1] == "Hi Eve, it's Ana. Coffee at 3?"
    row = world.rows("outbox", kind="follow_up")[0]
    assert (row["cls"], row["by_id"]) == ("staff", world.staff["ana"].id)
    assert [(item["outcome"], item["closed_by"]) for item in items(world)] == [("sent", world.staff["ana"].id)]
    assert "followed_up" in [event["kind"] for event in world.rows("flag_events", flag_id=flag["id"])]
    assert flag_of(world)["closed_at"] is None


def test_it_is_sent_once():
    world = after(DIE)
    flag = flag_of(world)
    FollowUps(world.house).send(world.staff["ana"], flag["id"], "How are you?")
    with pytest.raises(WrongUse, match="none is open"):
        FollowUps(world.house).send(world.staff["ana"], flag["id"], "How are you?")
    assert FollowUps(world.house).draft(world.staff["ana"], flag["id"]) is None


def test_who_may_not_see_the_client_neither_reads_nor_sends_it():
    world = after(DIE)
    flag = flag_of(world)
    for act in (lambda acts: acts.draft(world.staff["ben"], flag["id"]), lambda acts: acts.send(world.staff["ben"], flag["id"], "Hi")):
        with pytest.raises(NotAllowed):
            act(FollowUps(world.house))


VERDICTS = {"no_concern": 0, "duplicate": 0, "test": 0, "handled": 1, "referred": 1}


@pytest.mark.parametrize(("reason", "left"), VERDICTS.items(), ids=VERDICTS)
@pytest.mark.parametrize("hours", [1, 25], ids=["the same day", "the day after"])
def test_it_is_withdrawn_where_there_was_no_concern(reason, left, hours):
    world = after(DIE, hours=hours)
    FollowUps(world.house).resolve(world.staff["ana"], flag_of(world)["id"], reason, None)
    world.walk(days=2)
    assert sum(1 for item in items(world) if item["closed_at"] is None) == left
    assert {item["outcome"] for item in items(world) if item["closed_at"] is not None} <= {"withdrawn"}


def test_on_leave_the_supervisor_has_it():
    world = World()
    world.client_texts("eve", DIE)
    away = sa.update(t.users).where(t.users.c.id == world.staff["ana"].id).values(leave_from=world.clock.now())
    world.house.db.write(0, lambda connection: connection.execute(away))
    world.walk(hours=25)
    assert [item["owner_id"] for item in items(world)] == [world.staff["sam"].id]


def test_one_follow_up_for_all_of_a_day():
    world = World()
    for text in (DIE, CHEST, FOOD):
        world.client_texts("eve", text)
    world.walk(hours=25)
    assert len(items(world)) == 1


SILENT = {
    "a phone that two clients share": ("paul", DIE),
    "an unknown number": ("stranger", DIE),
    "what gets no crisis reply": ("eve", "I used to want to die"),
}


@pytest.mark.parametrize(("name", "text"), SILENT.values(), ids=SILENT)
def test_there_is_none_for(name, text):
    world = World()
    world.texts(name, text)
    world.walk(hours=48)
    assert items(world) == []


def test_a_client_who_stopped_gets_none_and_the_writer_hears_of_it():
    world = after("Stop texting me, I want to die")
    FollowUps(world.house).send(world.staff["ana"], flag_of(world)["id"], "How are you?")
    world.walk(hours=1)
    assert "follow_up" not in world.kinds("eve")
    assert "tell_writer" in world.tasks("eve")
