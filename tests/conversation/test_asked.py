"""What clients ask in their own words, from the text on the phone to what becomes of it, in a conversation and between."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.setting_up.enrolments import enrol
from tests.world import TUESDAY, World


def roads(world: World) -> list[str]:
    return [row["road"] for row in world.rows("received")]


def pulse(world: World, name: str = "eve") -> list[str | None]:
    """How the answers stand, oldest first."""
    return [row["how"] for row in world.rows("answers", client_id=world.clients[name])]


FIXED = {
    "a call": ("please call me", "call", ["call_back"], "You will get a call from Ana by"),
    "a question": ("what time is my appointment?", "question", ["question"], "Ana will answer you by"),
    "another time": ("evenings are better for me", "another_time", ["another_time"], "another time of day suits you better"),
    "a pause": ("please pause the messages", "pause", ["pause"], "no check-ins and no reminders for now"),
    "who we are": ("who is this?", "who", [], "This is Riverside"),
    "who sees it": ("who sees this?", "privacy", [], "The team of Riverside can read"),
    "a change": ("I need to reschedule my appointment", "change", ["reschedule"], "find a better time"),
    "a wrong number": ("wrong number", "wrong_number", ["wrong_number"], "Sorry for the trouble"),
    "another language": ("can I get these in another language", "language", [], "1 English\n2 Español"),
    "thanks": ("thank you so much", "thanks", [], "You are welcome."),
}


@pytest.mark.parametrize("asked", [True, False], ids=["in a conversation", "between"])
@pytest.mark.parametrize(("text", "road", "tasks", "said"), FIXED.values(), ids=FIXED)
def test_what_is_asked_has_its_road_and_its_line(text: str, road: str, tasks: list[str], said: str, asked: bool) -> None:
    world = World()
    if asked:
        world.ask("eve")
    before = len(world.on_phone("eve"))
    world.texts("eve", text)
    assert roads(world) == [road]
    assert world.tasks("eve") == tasks
    assert said in "\n".join(world.said_to("eve")[before:])
    assert not world.flags("eve")
    assert world.rows("answers") == []


def test_the_question_goes_on_waiting_behind_what_was_asked() -> None:
    world = World()
    world.ask("eve")
    for text in ("who is this?", "please call me", "thanks"):
        world.texts("eve", text)
    world.texts("eve", "1")
    assert pulse(world) == ["number"]
    assert roads(world)[-1] == "answer"


def test_an_answer_and_a_wish_in_one_message_are_both_kept() -> None:
    world = World()
    world.ask("eve")
    world.texts("eve", "1. Please call me")
    assert len(pulse(world)) == 1
    assert world.tasks("eve") == ["call_back"]
    assert any("You will get a call" in said for said in world.said_to("eve"))


def test_thanks_with_an_answer_is_the_answer() -> None:
    world = World()
    world.ask("eve")
    world.texts("eve", "1 thanks")
    assert len(pulse(world)) == 1
    assert "thanks" not in world.kinds("eve")


def test_thanks_is_answered_once_a_day_and_bothers_nobody() -> None:
    world = World()
    for _ in range(3):
        world.texts("eve", "thank you")
        world.walk(hours=1)
    assert world.said_to("eve") == ["You are welcome."]
    assert (world.tasks("eve"), world.flags("eve"), roads(world)) == ([], [], ["thanks"] * 3)
    world.walk(days=1)
    world.texts("eve", "thanks")
    assert world.said_to("eve") == ["You are welcome."] * 2


def test_thanks_from_a_shared_phone_is_no_flag() -> None:
    world = World()
    world.texts("paul", "thank you")
    assert (roads(world), world.flags()) == (["thanks"], [])


def test_later_asks_again_the_same_day_twice_at_most() -> None:
    world = World()
    world.ask("eve")
    world.texts("eve", "not now")
    assert world.said_to("eve")[-1].startswith("All right, later then. We will ask you again around 1:01")
    assert world.tasks("eve") == []
    world.walk(hours=3, minutes=1)
    assert world.kinds("eve") == ["ask", "later", "ask"]
    world.texts("eve", "later")
    world.walk(hours=3, minutes=1)
    world.texts("eve", "later")
    assert world.said_to("eve")[-1] == "All right. You can answer whenever it suits you."
    world.walk(hours=4)
    assert world.kinds("eve").count("ask") == 3
    world.texts("eve", "1")
    assert len(pulse(world)) == 1


def test_late_in_the_evening_later_is_tomorrow_and_said_so() -> None:
    world = World(TUESDAY + timedelta(hours=9, minutes=30))
    world.ask("eve")
    world.texts("eve", "later")
    assert "10:00" in world.said_to("eve")[-1]
    assert "tomorrow" in world.said_to("eve")[-1]


def test_later_is_forgotten_where_the_answer_came_first() -> None:
    world = World()
    world.ask("eve")
    world.texts("eve", "later")
    world.texts("eve", "1")
    world.walk(hours=5)
    assert world.kinds("eve").count("ask") == 1


def test_a_time_that_reads_is_read_back_and_moves_the_schedule() -> None:
    world = World()
    enrol(world.house, world.clients["eve"], "weekly-pulse", every="day", at="11:00")
    world.texts("eve", "can you send these at 7pm instead")
    assert "at 7:00\u202fPM from now on" in world.said_to("eve")[-1] or "at 7:00 PM from now on" in world.said_to("eve")[-1]
    rule = world.rows("enrolments")[0]["rule"]
    assert rule["at"] == "11:00"
    world.texts("eve", "1")
    assert world.rows("enrolments")[0]["rule"]["at"] == "19:00"
    before = len(world.on_phone("eve"))
    world.walk(hours=3)
    assert len(world.on_phone("eve")) == before
    world.walk(hours=7)
    assert len(world.on_phone("eve")) == before + 1


def test_a_time_that_was_read_wrongly_moves_nothing() -> None:
    world = World()
    enrol(world.house, world.clients["eve"], "weekly-pulse", every="day", at="11:00")
    world.texts("eve", "can you send these at 7pm instead")
    world.texts("eve", "2")
    assert world.rows("enrolments")[0]["rule"]["at"] == "11:00"
    assert world.tasks("eve") == ["another_time"]


def test_a_pause_ends_on_the_day_that_was_named() -> None:
    world = World()
    enrol(world.house, world.clients["eve"], "weekly-pulse", every="day", at="11:00")
    world.texts("eve", "please pause until march 6")
    assert "until Friday, March 6" in world.said_to("eve")[-1]
    before = len(world.on_phone("eve"))
    world.walk(days=2)
    assert len(world.on_phone("eve")) == before
    assert {row["reason"] for row in world.rows("slots") if row["state"] == "skipped"} == {"paused_by_client"}
    world.walk(days=1, hours=2)
    assert len(world.on_phone("eve")) == before + 1
    assert world.tasks("eve") == []


@pytest.mark.parametrize("asked", [True, False], ids=["in a conversation", "between"])
@pytest.mark.parametrize("text", ["can you stop texting till monday", "dont text me for a while"])
def test_a_stop_for_a_time_is_a_pause(text: str, asked: bool) -> None:
    world = World()
    if asked:
        world.ask("eve")
    world.texts("eve", text)
    assert roads(world) == ["pause"]
    assert world.tasks("eve") == ["pause"]
    assert world.rows("addresses")[0]["stopped_at"] is None
    assert world.rows("clients", id=world.clients["eve"])[0]["status"] == "paused"


def test_a_stop_for_a_time_on_a_shared_phone_or_beside_a_concern_is_a_stop() -> None:
    world = World()
    world.texts("eve", "dont text me for a while, i want to kill myself")
    assert roads(world) == ["stop"]
    assert world.flags("eve")
    world.texts("paul", "can you stop texting till monday")
    assert roads(world) == ["stop", "stop"]


def test_start_ends_a_pause_and_a_conversation_does_not_outlive_it() -> None:
    world = World()
    world.ask("eve")
    world.texts("eve", "pause the messages for a while")
    assert [row["status"] for row in world.rows("conversations")] == ["interrupted"]
    world.texts("eve", "START")
    assert world.rows("clients", id=world.clients["eve"])[0]["status"] == "active"
    assert world.tasks("eve") == []


def test_a_change_goes_to_the_appointment_and_of_several_one_is_asked_for() -> None:
    world = World()
    first, second = world.books("eve", days=10), world.books("eve", days=20)
    world.texts("eve", "cancel my appointment")
    assert world.said_to("eve")[-1].startswith("Which appointment do you mean?")
    assert world.tasks("eve") == []
    world.texts("eve", "2")
    answers = {row["id"]: row["answer"] for row in world.rows("appointments")}
    assert answers == {first: None, second: "change"}
    assert [row["ref_id"] for row in world.rows("tasks", kind="reschedule")] == [second]
    assert world.rows("addresses", stopped_at=None)


def test_a_reminder_takes_a_change_in_any_words_for_its_answer() -> None:
    world = World()
    world.books("eve", days=5)
    world.walk(days=2, hours=23)
    world.texts("eve", "could we maybe reschedule my visit")
    assert [row["answer"] for row in world.rows("appointments")] == ["change"]
    assert world.tasks("eve") == ["reschedule"]
    assert len(world.rows("answers")) == 1


def test_a_wrong_number_is_never_written_to_again() -> None:
    world = World()
    enrol(world.house, world.clients["eve"], "goal-progress", every="day", at="11:00")
    world.ask("eve")
    world.texts("eve", "you have the wrong person")
    assert [row["status"] for row in world.rows("contact_points", owner_id=world.clients["eve"])] == ["wrong"]
    before = len(world.on_phone("eve"))
    world.walk(days=2)
    assert len(world.on_phone("eve")) == before
    assert "no_address" in world.tasks("eve") or "wrong_number" in world.tasks("eve")


def test_a_wrong_number_at_a_shared_phone_ends_one_clients_messages_only() -> None:
    world = World()
    world.ask("paul")
    world.texts("paul", "wrong number")
    assert [row["status"] for row in world.rows("contact_points", owner_id=world.clients["paul"])] == ["wrong"]
    assert [row["status"] for row in world.rows("contact_points", owner_id=world.clients["yuri"])] != ["wrong"]
    world.ask("yuri")
    assert "Yuri" in world.said_to("yuri")[-1]


def test_a_language_that_is_named_is_switched_to_at_once_and_the_question_comes_again() -> None:
    world = World()
    world.ask("eve")
    world.texts("eve", "can you write in Spanish")
    assert "¿cómo se siente?" in world.said_to("eve")[-1]
    world.texts("eve", "mejor")
    assert len(pulse(world)) == 1


def test_a_language_is_chosen_from_the_list_by_number() -> None:
    world = World()
    world.ask("eve")
    world.texts("eve", "I dont speak english")
    world.texts("eve", "change the language please")
    world.texts("eve", "2")
    assert world.rows("clients", id=world.clients["eve"])[0]["language"] == "es"
    assert world.rows("answers") == []
    world.texts("eve", "1")
    assert len(pulse(world)) == 1


def test_a_held_conversation_goes_on_in_the_language_that_was_asked_for() -> None:
    world = World()
    world.ask("eve")
    world.texts("eve", "my husband hits me")
    assert world.rows("conversations")[0]["status"] == "held"
    world.texts("eve", "español")
    assert world.rows("conversations")[0]["language"] == "es"
    world.walk(days=1)
    assert any("¿cómo se siente?" in said for said in world.said_to("eve"))


def test_the_last_answer_is_corrected_and_both_are_kept() -> None:
    world = World()
    world.ask("eve")
    world.texts("eve", "1")
    world.texts("eve", "sorry, I meant worse")
    old, new = world.rows("answers")
    assert (old["corrected_by"], new["corrects_id"], new["how"]) == (new["id"], old["id"], "corrected")
    assert world.said_to("eve")[-1] == "Thank you, we have changed your answer to: Worse"
    assert [row["category"] for row in world.flags("eve")] == ["answer"]
    assert world.tasks("eve") == []


def test_a_correction_recomputes_the_goal() -> None:
    world = World()
    enrol(
        world.house,
        world.clients["eve"],
        "goal-progress",
        goal_id=world.goals["eve"],
        every="once",
        at="10:01",
        start="2026-03-03",
        agreed="yes",
    )
    world.walk(minutes=2)
    world.texts("eve", "20")
    goal = world.rows("goals", id=world.goals["eve"])[0]
    world.texts("eve", "sorry, 25 not 20")
    after = world.rows("goals", id=world.goals["eve"])[0]
    assert goal["value_sealed"] != after["value_sealed"]
    opened = world.house.db.read(lambda connection: world.house.vault.open(connection, "goals.value", goal["id"], after["value_sealed"]))
    assert opened in ("25", "25.0")


def test_what_cannot_be_told_is_corrected_by_nobody() -> None:
    world = World()
    world.ask("eve")
    world.texts("eve", "1")
    world.texts("eve", "sorry, 3 not 8")
    assert [row["corrected_by"] for row in world.rows("answers")] == [None]
    assert world.tasks("eve") == ["message"]


def test_after_two_days_an_answer_stands() -> None:
    world = World()
    world.ask("eve")
    world.texts("eve", "1")
    world.walk(days=2, hours=1)
    world.texts("eve", "I meant worse")
    assert len(world.rows("answers")) == 1
    assert world.tasks("eve") == ["message"]


def test_a_concern_and_a_stop_outrank_what_is_asked() -> None:
    world = World()
    world.texts("eve", "call me, I want to die")
    assert world.kinds("eve") == ["crisis:R1"]
    world.texts("ed", "stop texting me. wrong number")
    assert roads(world)[-1] == "stop"


def test_the_loop_guard_holds_our_lines_back_and_no_unseen_list_is_answered() -> None:
    world = World()
    for _ in range(6):
        world.texts("eve", "who is this?")
    world.texts("eve", "change the language please")
    world.texts("eve", "2")
    assert world.kinds("eve") == ["who"] * 5 + ["loop"]
    assert world.rows("clients", id=world.clients["eve"])[0]["language"] == "en"


def test_a_person_ends_a_pause() -> None:
    world = World()
    world.texts("eve", "please pause the messages")
    assert world.rows("clients", id=world.clients["eve"])[0]["status"] == "paused"
    world.engine.desk.release(world.staff["ana"], world.clients["eve"])
    assert world.rows("clients", id=world.clients["eve"])[0]["status"] == "active"
    assert world.tasks("eve") == []
    assert [row["action"] for row in world.rows("audit", action="client.resume")] == ["client.resume"]


def test_repeated_writing_in_another_language_is_offered_a_list_and_one_short_reply_is_not() -> None:
    world = World()
    world.ask("eve")
    world.texts("eve", "mejor")
    assert world.kinds("eve")[-1] == "repair"
    world.texts("eve", "mejor")
    assert world.said_to("eve")[-1].startswith("Which language shall we write in?")
    world.texts("eve", "2")
    world.texts("eve", "mejor")
    assert len(pulse(world)) == 1
    assert world.rows("clients", id=world.clients["eve"])[0]["language"] == "es"
