"""From a concern to a person: alerts, acknowledging in every way, leave, and the climb when nobody answers."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.errors import NotAllowed
from bot.setting_up.staff import set_leave
from bot.values import Reason
from storage import audit
from tests.world import TUESDAY, World

DIE = "I can't go on, I want to die"
HUNGRY = "we have no food today"
FORMS = ("A 1", "a 1", "a1", "A1.", "A1", "ack 1", "ACK 1!", "Acknowledge 1", "a-1", " A  1 ", "a 01", "Ａ１", "A ١", "«a 1»")


def raised(world: World, name: str = "eve", text: str = DIE) -> dict[str, object]:
    world.client_texts(name, text)
    return world.flags(name)[0]


@pytest.mark.parametrize("form", FORMS)
def test_a_case_manager_acknowledges_by_sms_however_it_is_typed(form: str):
    world = World()
    raised(world)
    assert "Reply A 1 to acknowledge" in world.said_to("ana")[-1]
    world.staff_texts("ana", form)
    flag = world.flags("eve")[0]
    assert (flag["state"], flag["acknowledged_by"]) == ("acknowledged", world.staff["ana"].id)
    assert flag["deadline_at"] == world.clock.now() + timedelta(minutes=60)
    assert world.said_to("ana")[-1].startswith("Checkline: flag 1 is yours.")
    world.walk(minutes=59)
    assert world.said_to("sam") == []


def test_a_case_manager_acknowledges_by_the_telegram_button():
    world = World()
    raised(world, "iker", "ya no quiero vivir, quiero morirme")
    assert [button.label for button in world.on_phone("ben")[-1].outgoing.buttons] == ["Acknowledge"]
    world.presses("ben")
    assert world.flags("iker")[0]["acknowledged_by"] == world.staff["ben"].id
    world.walk(minutes=59)
    assert world.said_to("sam") == []


def test_a_case_manager_acknowledges_in_the_console():
    world = World()
    flag = raised(world)
    assert world.engine.desk.acknowledge(world.staff["ana"], int(str(flag["id"]))) == "acknowledged"
    assert world.engine.desk.acknowledge(world.staff["ana"], int(str(flag["id"]))) == "already"
    world.walk(minutes=59)
    assert world.said_to("sam") == []


def test_somebody_elses_case_manager_can_take_it_neither_by_code_nor_in_the_console():
    world = World()
    flag = raised(world)
    world.staff_texts("ben", "A 1")
    assert world.said_to("ben")[-1].startswith("Checkline: you have no open flag 1.")
    with pytest.raises(NotAllowed):
        world.engine.desk.acknowledge(world.staff["ben"], int(str(flag["id"])))
    assert world.flags("eve")[0]["state"] == "open"


def test_a_clients_phone_that_sends_a_code_acknowledges_nothing():
    world = World()
    raised(world)
    world.client_texts("ed", "A 1")
    assert world.flags("eve")[0]["state"] == "open"


def test_an_alert_says_neither_name_nor_words():
    world = World()
    raised(world)
    alert = world.said_to("ana")[-1]
    assert "Eve" not in alert
    assert "die" not in alert
    assert "C-001" in alert


def test_nobody_acknowledges_and_it_climbs_once_to_the_supervisor_whose_word_stops_it():
    world = World()
    raised(world)
    world.walk(minutes=14)
    assert world.said_to("sam") == []
    world.walk(minutes=1)
    assert "not acknowledged by Ana" in world.said_to("sam")[-1]
    assert [accepted.at - TUESDAY for accepted in world.on_phone("sam")] == [timedelta(minutes=15)]
    flag = world.flags("eve")[0]
    assert (flag["owner_id"], flag["rung"]) == (world.staff["sam"].id, "supervisor")
    world.presses("sam")
    world.walk(minutes=59)
    assert len(world.said_to("sam")) == 2
    assert world.said_to("rita") == []
    assert [row["kind"] for row in world.rows("flag_events", flag_id=flag["id"])].count("escalated") == 1


def test_when_the_supervisor_is_silent_too_everybody_is_told_again_and_again():
    world = World()
    raised(world)
    world.walk(minutes=60)
    assert [len(world.said_to(name)) for name in ("ana", "sam", "rita")] == [1, 4, 3]
    assert world.flags("eve")[0]["rung"] == "everybody"
    world.staff_texts("rita", "a 1")
    world.walk(minutes=59)
    assert [len(world.said_to(name)) for name in ("ana", "sam", "rita")] == [1, 4, 4]


def test_the_case_manager_who_answers_late_is_told_who_has_it():
    world = World()
    raised(world)
    world.walk(minutes=16)
    world.presses("sam")
    world.staff_texts("ana", "a 1")
    assert world.said_to("ana")[-1].startswith("Checkline: flag 1 was acknowledged by Sam at")


def test_a_case_manager_on_leave_is_passed_over_for_the_supervisor_at_once():
    world = World()
    set_leave(world.house, world.staff["ana"].id, "2026-03-02", "2026-03-09")
    flag = raised(world)
    assert world.said_to("ana") == []
    assert len(world.said_to("sam")) == 1
    assert flag["owner_id"] == world.staff["sam"].id


def test_back_from_leave_the_case_manager_is_told_again_herself():
    world = World()
    set_leave(world.house, world.staff["ana"].id, "2026-03-02", "2026-03-04")
    world.walk(days=1)
    raised(world)
    assert len(world.said_to("ana")) == 1
    assert world.said_to("sam") == []


def test_a_critical_concern_out_of_hours_goes_to_the_supervisor_too_and_is_promised_truthfully():
    world = World(TUESDAY + timedelta(hours=13), office=True)
    raised(world)
    assert [len(world.said_to(name)) for name in ("ana", "sam")] == [1, 1]
    assert "by 10:00 AM tomorrow" in world.said_to("eve")[-1]


def test_a_high_concern_waits_four_business_hours_before_it_climbs():
    world = World()
    raised(world, text=HUNGRY)
    world.walk(hours=3, minutes=59)
    assert world.said_to("sam") == []
    world.walk(minutes=1)
    assert len(world.said_to("sam")) == 1


def test_a_further_critical_message_alerts_again_though_somebody_has_acknowledged():
    world = World()
    raised(world)
    world.staff_texts("ana", "a 1")
    world.walk(minutes=40)
    world.client_texts("eve", "I want to die")
    assert "new CRITICAL message for C-001" in world.said_to("ana")[-1]
    assert len(world.flags("eve")) == 1
    assert world.kinds("eve") == ["crisis:R1", "crisis:again"]
    world.walk(minutes=15)
    assert len(world.said_to("sam")) == 1


def test_the_crisis_reply_comes_once_and_again_at_once_when_it_gets_worse():
    world = World()
    raised(world)
    world.walk(minutes=5)
    world.client_texts("eve", "I really want to die")
    assert world.kinds("eve") == ["crisis:R1"]
    world.client_texts("eve", "I have taken all my pills")
    assert world.kinds("eve") == ["crisis:R1", "crisis:R1"]


def test_a_critical_answer_in_a_flow_is_recorded_held_and_only_the_crisis_reply_goes():
    world = World()
    world.ask("eve", "goal-progress")
    world.client_texts("eve", "10 minutes")
    heard = world.kinds("eve")
    world.client_texts("eve", "3, I can't go on, I want to die")
    assert [row["code"] for row in world.rows("answers")] == ["progress", "confidence"]
    assert world.kinds("eve") == [*heard, "crisis:R1"]
    assert [row["status"] for row in world.rows("conversations")] == ["held"]
    world.staff_texts("ana", "a 1")
    world.walk(days=2)
    assert world.kinds("eve") == [*heard, "crisis:R1"]


def test_critical_words_instead_of_an_answer_are_not_asked_about_again():
    world = World()
    world.ask("eve")
    world.client_texts("eve", DIE)
    world.staff_texts("ana", "a 1")
    world.walk(days=2)
    assert world.kinds("eve") == ["ask", "crisis:R1"]


def test_an_open_critical_flag_holds_what_is_routine_and_resolving_lets_it_go_on():
    world = World()
    flag = raised(world)
    world.staff_texts("ana", "a 1")
    world.ask("eve")
    assert world.kinds("eve") == ["crisis:R1"]
    assert [(row["state"], row["reason"]) for row in world.rows("slots")] == [("held", Reason.open_critical_flag)]
    assert world.engine.desk.resolve(world.staff["ana"], int(str(flag["id"])), "handled", True)
    world.walk(minutes=1)
    assert world.kinds("eve") == ["crisis:R1", "ask"]


def test_a_reminder_that_an_open_critical_flag_holds_is_a_work_item():
    world = World()
    world.books("eve", days=2)
    raised(world)
    world.staff_texts("ana", "a 1")
    world.walk(days=1)
    assert "remind_by_phone" in world.tasks("eve")


def test_two_categories_in_one_message_are_two_flags():
    world = World()
    world.client_texts("eve", "we have no food today and I want to die")
    assert sorted(row["category"] for row in world.flags("eve")) == ["needs", "self_harm"]


def test_everything_that_was_done_about_a_flag_is_in_an_unbroken_trail():
    world = World()
    flag = raised(world)
    world.walk(minutes=16)
    world.presses("sam")
    world.engine.desk.resolve(world.staff["sam"], int(str(flag["id"])), "handled", True)
    actions = [row["action"] for row in world.rows("audit", chain_id=world.clients["eve"])]
    assert actions[-2:] == ["flag.acknowledge", "flag.resolve"]
    assert world.house.db.read(lambda connection: list(audit.faults(connection))) == []
