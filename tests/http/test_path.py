"""One client's day from end to end: a check-in arrives, is answered, a concern is flagged, the case manager takes it on."""

from __future__ import annotations

import json
import re

import pytest

from storage import schema as t
from tests.http.programme import ANA, CLIENT, CLIENT_NAME, SAM, World

pytestmark = pytest.mark.slow


def test_a_check_in_that_is_due_arrives_and_its_answer_stands_on_the_plan(running: World) -> None:
    slot = running.enrolled().due()
    assert CLIENT_NAME in running.comes(CLIENT, "how are you doing").text
    assert running.twilio.client_texts(CLIENT, "2") == 200
    running.comes(CLIENT, "good to hear from you")
    client = int(running.facts["client"])
    answers = running.rows(t.answers, t.answers.c.client_id == client)
    assert [(one["code"], one["plan_id"], one["flow"], one["flow_version"], one["action"]) for one in answers] == [
        ("pulse", int(running.facts["plan"]), "weekly-pulse", 2, "accept")
    ]
    assert json.loads(running.opened(client, "answers.value", answers[0]) or "") == "same"
    assert running.opened(client, "answers.raw", answers[0]) == "2"
    running.quiet()
    assert [(one["state"], one["reason"]) for one in running.rows(t.slots, t.slots.c.id == slot)] == [("prompted", None)]
    talk = running.rows(t.conversations, t.conversations.c.slot_id == slot)[0]
    assert (talk["status"], talk["closed_at"] is not None) == ("completed", True)


def test_a_critical_text_is_answered_at_once_told_to_the_case_manager_and_taken_on_by_her_text(running: World) -> None:
    running.enrolled().due()
    running.comes(CLIENT, "how are you doing")
    assert running.twilio.client_texts(CLIENT, "3") == 200
    running.comes(CLIENT, "What would help most")
    assert running.twilio.client_texts(CLIENT, "Nothing. I want to kill myself") == 200
    assert "988" in running.comes(CLIENT, "988").text
    alert = running.comes(ANA, "CRITICAL").text
    assert "kill" not in alert
    assert CLIENT_NAME not in alert
    code = re.search(r"Reply A (\d+)", alert)
    assert code is not None
    flag = running.rows(t.flags)[-1]
    assert (flag["state"], flag["code"], flag["client_id"]) == ("open", int(code[1]), int(running.facts["client"]))
    assert running.twilio.client_texts(ANA, f"a{code[1]}.") == 200
    running.comes(ANA, f"flag {code[1]} is yours")
    flag = running.rows(t.flags, t.flags.c.id == flag["id"])[0]
    assert (flag["state"], flag["acknowledged_by"]) == ("acknowledged", int(running.facts["ana"]))
    assert [one["code"] for one in running.rows(t.answers)] == ["pulse"]
    assert running.rows(t.conversations)[-1]["status"] == "held"
    running.quiet()
    assert len(running.twilio.sent_to(CLIENT)) == 3, "after the questions only the crisis reply goes out"


def test_a_flag_that_nobody_takes_on_reaches_the_supervisor(running: World) -> None:
    assert running.twilio.client_texts(CLIENT, "I took all my pills") == 200
    running.comes(ANA, "CRITICAL")
    flag = running.rows(t.flags)[-1]
    due = running.rows(t.due, t.due.c.kind == "escalate", t.due.c.ref_id == flag["id"])
    assert [one["at"] for one in due] == [flag["deadline_at"]]
    running.make_due(due[0]["id"])
    assert "not acknowledged by Ana" in running.comes(SAM, "CRITICAL").text
    assert running.rows(t.flags, t.flags.c.id == flag["id"])[0]["rung"] == "supervisor"
