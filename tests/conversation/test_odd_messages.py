"""What is no plain answer: shared phones, strangers, edits, late buttons, media, floods, lost races, readers that fail."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from bot.locales.words import Words
from bot.values import Severity
from storage import schema as t
from tests.world import World

pytestmark = pytest.mark.slow

DIE = "I can't go on, I want to die"


def roads(world: World) -> list[str]:
    return [row["road"] for row in world.rows("received")]


# ---------------------------------------------------------------- shared phones


def test_at_a_shared_phone_a_reply_belongs_to_the_client_whose_question_is_open():
    world = World()
    world.ask("yuri")
    world.client_texts("paul", "1")
    assert [row["client_id"] for row in world.rows("answers")] == [world.clients["yuri"]]


def test_at_a_shared_phone_only_one_conversation_is_open_at_a_time():
    world = World()
    world.ask("paul")
    world.ask("yuri")
    assert world.kinds("paul") == ["ask"]
    assert [(row["state"], row["reason"]) for row in world.rows("slots")][1] == ("held", "conversation_open")
    world.client_texts("paul", "2")
    world.walk(minutes=16)
    assert [row["client_id"] for row in world.rows("conversations")] == [world.clients["paul"], world.clients["yuri"]]


def test_words_from_a_shared_phone_are_shown_to_both_case_managers_under_no_name():
    world = World()
    world.client_texts("paul", "it is me again")
    assert roads(world) == ["shared"]
    assert world.rows("received")[0]["client_id"] is None
    flag = world.flags()[0]
    assert (flag["client_id"], flag["address_id"], flag["owner_id"]) == (
        None,
        world.rows("received")[0]["address_id"],
        world.staff["sam"].id,
    )
    for name in ("ana", "ben", "sam"):
        assert "someone at a shared phone" in world.said_to(name)[-1]
    assert not any("Paul" in text or "Yuri" in text for text in world.said_to("paul"))


def test_the_first_to_acknowledge_a_concern_at_a_shared_phone_owns_it():
    world = World()
    world.client_texts("paul", DIE)
    world.presses("ben")
    code = world.flags()[0]["code"]
    world.staff_texts("ana", f"a {code}")
    owners = {row["category"]: row["owner_id"] for row in world.flags()}
    assert owners["self_harm"] == world.staff["ben"].id
    assert "was acknowledged by Ben" in world.said_to("ana")[-1]
    assert world.kinds("paul") == ["crisis:R1"]


# ---------------------------------------------------------------- strangers


def test_an_unknown_number_is_stored_shown_to_supervisors_and_answered_once_a_day():
    world = World()
    for _ in range(2):
        world.texts("stranger", "hello, is this the clinic?")
        world.walk(hours=3)
    assert roads(world) == ["unknown", "unknown"]
    assert world.kinds("stranger") == ["unknown"]
    assert "911" in world.said_to("stranger")[0] or "emergency number" in world.said_to("stranger")[0]
    items = [row for row in world.rows("tasks") if row["kind"] == "unknown_number"]
    assert [row["owner_id"] for row in items] == [world.staff["sam"].id]
    world.walk(hours=19)
    world.texts("stranger", "hello?")
    assert world.kinds("stranger") == ["unknown", "unknown"]


def test_a_stranger_in_a_crisis_gets_the_local_emergency_number_and_a_flag():
    world = World()
    world.texts("stranger", DIE)
    assert world.kinds("stranger") == ["crisis:R1"]
    assert "988" not in world.said_to("stranger")[0]
    assert "your local emergency number" in world.said_to("stranger")[0]
    assert world.flags()[0]["severity"] == Severity.critical
    assert "an unknown number" in world.said_to("sam")[-1]


# ---------------------------------------------------------------- edits, buttons, media


def test_an_edit_is_stored_and_screened_again_and_answers_nothing():
    world = World()
    world.ask("ed")
    first = world.client_texts("ed", "2")
    said = world.said_to("ed")
    world.client_texts("ed", "1", kind="edit", message_id=first.message_id, edit=1)
    assert world.said_to("ed") == said
    assert len(world.rows("answers")) == 1
    world.client_texts("ed", DIE, kind="edit", message_id=first.message_id, edit=2)
    assert [row["severity"] for row in world.flags("ed")] == [Severity.critical]
    assert world.kinds("ed")[-1] == "crisis:R1"
    assert roads(world) == ["answer", "edit", "edit"]


def test_a_button_of_a_closed_question_says_that_it_is_too_late():
    world = World()
    world.ask("ed")
    world.presses("ed", 0)
    world.presses("ed", 2, message=0)
    assert world.said_to("ed")[-1] == "That question is closed now. You can still write to us here."
    assert len(world.rows("answers")) == 1
    world.walk(minutes=1)
    world.ask("ed", "goal-progress")
    world.presses("ed", 2, message=0)
    assert world.kinds("ed")[-1] == "late_button"


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "1.1.1", "zzzzzzzzzzzzzzzz.1.99999", "…", "a.999999999999"])
def test_a_button_that_is_none_of_ours_changes_nothing(token: str):
    world = World()
    world.ask("ed")
    assert world.client_texts("ed", "", kind="button", button_token=token).status == 204
    assert world.rows("answers") == []
    assert world.kinds("ed") == ["ask", "late_button"]


def test_a_voice_message_gets_a_polite_line_and_a_person():
    world = World()
    world.client_texts("ed", "", kind="media", media="voice")
    assert world.kinds("ed") == ["media"]
    assert [(row["category"], row["severity"]) for row in world.flags("ed")] == [("unread", Severity.review)]


def test_a_picture_with_words_is_an_answer_that_a_person_looks_at_too():
    world = World()
    world.ask("ed")
    world.client_texts("ed", "1", media="photo")
    assert len(world.rows("answers")) == 1
    assert [row["category"] for row in world.flags("ed")] == ["unread"]


def test_a_client_who_blocks_the_bot_has_stopped_and_is_not_answered():
    world = World()
    world.ask("ed")
    world.client_texts("ed", "", kind="blocked")
    assert world.kinds("ed") == ["ask"]
    assert world.tasks("ed") == ["blocked"]
    assert world.purposes("ed")[-1][0] == "withdraw"


# ---------------------------------------------------------------- floods, races


def test_after_five_automatic_replies_in_half_an_hour_a_person_takes_over():
    world = World()
    for _ in range(9):
        world.client_texts("ed", "", kind="media", media="sticker")
        world.walk(minutes=1)
    assert world.kinds("ed") == ["media"] * 5 + ["loop"]
    assert "loop" in world.tasks("ed")
    world.walk(minutes=31)
    world.client_texts("ed", "", kind="media", media="sticker")
    assert world.kinds("ed")[-1] == "media"


def test_the_loop_guard_never_keeps_a_crisis_reply_back():
    world = World()
    for _ in range(7):
        world.client_texts("ed", "", kind="media", media="sticker")
    world.client_texts("ed", DIE)
    assert world.kinds("ed")[-1] == "crisis:R1"


@pytest.mark.parametrize("times", [1, 3, 20])
def test_the_same_webhook_many_times_is_one_reply(times: int):
    world = World()
    world.ask("eve")
    for _ in range(times):
        assert world.client_texts("eve", "1", message_id="SM1").status == 204
    assert len(world.rows("received")) == len(world.rows("answers")) == 1
    assert world.kinds("eve") == ["ask", "say"]


def overtake(world: World) -> None:
    """Somebody else moves the address between our read and our write."""

    def unit(connection: sa.Connection) -> None:
        connection.execute(sa.update(t.addresses).values(version=t.addresses.c.version + 1))

    world.house.db.write(0, unit)


def test_a_lost_race_is_worked_out_again():
    world = World()
    world.ask("eve")
    world.points.meanwhile("inbound.computed", *[lambda: overtake(world)] * 2)
    world.client_texts("eve", "1")
    assert roads(world) == ["answer"]
    assert len(world.rows("answers")) == 1


def test_a_race_lost_three_times_is_stored_aside_flagged_and_a_crisis_in_it_answered():
    world = World()
    world.ask("eve")
    world.points.meanwhile("inbound.computed", *[lambda: overtake(world)] * 4)
    assert world.client_texts("eve", DIE).status == 204
    assert roads(world) == ["quarantine"]
    assert sorted(row["category"] for row in world.flags("eve")) == ["processing", "self_harm"]
    assert world.kinds("eve") == ["ask", "crisis:R1"]
    assert [row["status"] for row in world.rows("conversations")] == ["open"]


# ---------------------------------------------------------------- what fails


class Failing:
    """An executor whose work fails."""

    def submit(self, work: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_exception(ValueError("the detector broke"))
        return future


class Endless:
    """An executor whose work never comes back in time."""

    def submit(self, work: Any) -> Future[Any]:
        return Never()


class Never(Future[Any]):
    def result(self, timeout: float | None = None) -> Any:
        raise TimeoutError


class NoLabels(Words):
    """Words that fail where a reply is read, not where a question is asked."""

    def say(self, msgid: str, language: str, values: Any = None) -> str:
        if msgid.startswith("better |"):
            raise LookupError("no catalog")
        return super().say(msgid, language, values)


def broken(world: World, **parts: Any) -> None:
    """The same house with a part that fails."""
    ports = replace(world.house.ports, **parts) if "words" not in parts else world.house.ports
    world.house = replace(world.house, ports=ports, **({"words": parts["words"]} if "words" in parts else {}))
    world.restart()


def test_a_computation_that_fails_stores_the_message_answers_the_crisis_and_calls_a_person():
    world = World()
    world.ask("eve")
    whole = world.house.ports.executor
    broken(world, executor=Failing())
    assert world.write(world.senders["sms"], world.addresses["eve"][1], DIE).status == 204
    broken(world, executor=whole)
    world.settle()
    assert roads(world) == ["failed"]
    assert sorted(row["category"] for row in world.flags("eve")) == ["processing", "self_harm"]
    assert world.kinds("eve") == ["ask", "crisis:R1"]
    assert len(world.said_to("ana")) == 2


def test_computations_that_take_too_long_are_stored_and_the_fifth_at_once_is_asked_to_come_again():
    world = World()
    whole = world.house.ports.executor
    broken(world, executor=Endless())
    statuses = [world.write(world.senders["sms"], world.addresses["eve"][1], f"hello {at}").status for at in range(5)]
    broken(world, executor=whole)
    world.settle()
    assert statuses == [204, 204, 204, 204, 503]
    assert roads(world) == ["failed"] * 4
    assert "processing" in [row["category"] for row in world.flags("eve")]


def test_a_reader_that_fails_sends_the_reply_to_a_person():
    world = World()
    broken(world, words=NoLabels())
    world.ask("eve")
    world.client_texts("eve", "1")
    assert [(row["action"], row["value_sealed"]) for row in world.rows("answers")] == [("person", None)]
    assert [(row["category"], row["severity"]) for row in world.flags("eve")] == [("unread", Severity.review)]


HOSTILE = (
    "",
    " ",
    "\x00",
    "\ud800",
    "\u202e\u2066",
    "1" * 5000,
    "😀" * 2000,
    "%(name)s {0} %s",
    "'; DROP TABLE received;--",
    "A" * 120_000,
)


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:12]))
def test_no_text_can_stop_the_house(text: str):
    world = World()
    world.ask("eve")
    assert world.client_texts("eve", text).status == 204
    assert world.texts("stranger", text).status == 204
    assert world.staff_texts("ana", text).status == 204
    assert len(world.rows("received")) == 3
    world.walk(hours=1)
