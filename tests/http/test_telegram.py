"""Telegram over HTTP: a link that works once, the second check, buttons, /stop."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, urlsplit

import pytest

from storage import schema as t
from tests.fakes.server import post
from tests.http.programme import World
from tests.http.service import until

pytestmark = pytest.mark.slow

CHAT = 990_055
PHONE = "+34600000103"


@pytest.fixture
def invited(running: World) -> tuple[World, str, str]:
    """A client to be reached on Telegram only, with the token of the link and the code of the sheet."""
    run = running.site.command
    run("client", "add", "--name", "Tadeusz", "--manager", "ana", "--telegram", "--prefer", "telegram")
    run("enrol", "C-002", "welcome", "--every", "once", "--at", "00:00", "--agreed", "At the first visit")
    said = run("invite", "C-002")
    return running, parse_qs(urlsplit(said["link"]).query)["start"][0], said["code"]


def _point(world: World) -> dict[str, object]:
    client = world.rows(t.clients, t.clients.c.code == "C-002")[0]
    return world.rows(t.contact_points, t.contact_points.c.owner_id == client["id"])[0]


def test_the_right_code_binds_the_chat_and_the_welcome_comes(invited: tuple[World, str, str]) -> None:
    world, token, code = invited
    assert world.telegram.client_opens(CHAT, token) == 204
    world.chat_gets(CHAT, "send the code")
    assert world.telegram.client_writes(CHAT, f" {code[:3]} {code[3:]}") == 204
    world.chat_gets(CHAT, "This chat is ready")
    assert _point(world)["status"] == "active"
    client = world.rows(t.clients, t.clients.c.code == "C-002")[0]
    slot = world.rows(t.slots, t.slots.c.client_id == client["id"])[0]
    world.make_due(*(one["id"] for one in world.rows(t.due, t.due.c.ref_id == slot["id"])))
    world.chat_gets(CHAT, "language")


def test_three_wrong_codes_end_the_link_and_call_a_person(invited: tuple[World, str, str]) -> None:
    world, token, code = invited
    assert world.telegram.client_opens(CHAT, token) == 204
    wrong = "111111" if code != "111111" else "222222"
    for at in range(3):
        assert world.telegram.client_writes(CHAT, wrong) == 204
        world.chat_gets(CHAT, "did not match", many=at + 1)
    world.chat_gets(CHAT, "A person from Riverside")
    assert world.telegram.client_writes(CHAT, code) == 204
    assert world.telegram.client_opens(CHAT, token) == 204
    world.quiet()
    assert _point(world)["status"] == "invited"
    assert "binding_failed" in [one["kind"] for one in world.rows(t.tasks)]
    assert not [one for one in world.telegram.sent_to(str(CHAT)) if "This chat is ready" in one.text]


def test_a_link_works_once(invited: tuple[World, str, str]) -> None:
    world, token, code = invited
    world.telegram.client_opens(CHAT, token)
    world.telegram.client_writes(CHAT, code)
    world.chat_gets(CHAT, "This chat is ready")
    assert world.telegram.client_opens(CHAT + 1, token) == 204
    world.quiet()
    assert not [one for one in world.telegram.sent_to(str(CHAT + 1)) if "code" in one.text or "ready" in one.text]


def _bound(world: World) -> int:
    """A client of the weekly pulse whose chat is bound; the client's id."""
    enrolled = world.client("+34600000104", telegram=True)
    code = world.rows(t.clients, t.clients.c.id == enrolled.client_id)[0]["code"]
    said = world.site.command("invite", code)
    world.telegram.client_opens(CHAT, parse_qs(urlsplit(said["link"]).query)["start"][0])
    world.telegram.client_writes(CHAT, said["code"])
    world.chat_gets(CHAT, "This chat is ready")
    enrolled.due()
    return enrolled.client_id


def test_a_button_answers_the_question_it_stands_under_and_is_late_afterwards(running: World) -> None:
    client = _bound(running)
    asked = running.chat_gets(CHAT, "how are you doing")
    button = asked.fields["reply_markup"]["inline_keyboard"][1][0]
    assert running.telegram.client_presses(CHAT, int(asked.message_id), button["callback_data"]) == 204
    running.chat_gets(CHAT, "good to hear from you")
    assert len(running.telegram.pressed) == 1
    assert running.telegram.client_presses(CHAT, int(asked.message_id), button["callback_data"]) == 204
    running.chat_gets(CHAT, "question is closed")
    assert [one["code"] for one in running.rows(t.answers, t.answers.c.client_id == client)] == ["pulse"]


def test_stop_on_telegram_stops_the_phone_too(running: World) -> None:
    client = _bound(running)
    running.chat_gets(CHAT, "how are you doing")
    assert running.telegram.client_writes(CHAT, "/stop") == 204
    running.quiet()
    points = running.rows(t.contact_points, t.contact_points.c.owner_id == client)
    addresses = running.rows(t.addresses, t.addresses.c.id.in_([one["address_id"] for one in points]))
    assert [one["stopped_at"] is not None for one in addresses] == [True, True]
    assert running.rows(t.conversations, t.conversations.c.client_id == client)[0]["status"] == "stopped"
    assert running.rows(t.consents, t.consents.c.client_id == client)[-1]["act"] == "withdraw"


def test_who_blocks_the_bot_has_stopped(running: World) -> None:
    client = _bound(running)
    running.chat_gets(CHAT, "how are you doing")
    assert running.telegram.client_blocks(CHAT) == 204
    until(lambda: running.rows(t.tasks, t.tasks.c.client_id == client, t.tasks.c.kind == "blocked"), "the case manager hears of it")


def test_the_same_update_twenty_times_at_once_is_one_message(running: World) -> None:
    client = _bound(running)
    running.chat_gets(CHAT, "how are you doing")
    request = running.telegram.signed(json.dumps(running.telegram.update(CHAT, "2")).encode())
    with ThreadPoolExecutor(20) as pool:
        statuses = list(pool.map(lambda _: post(*request), range(20)))
    assert {*statuses} <= {204, 503}
    until(lambda: post(*request) == 204, "it is taken in the end")
    running.chat_gets(CHAT, "good to hear from you")
    running.quiet()
    assert len(running.rows(t.received, t.received.c.client_id == client, t.received.c.kind == "text")) == 1
    assert len([one for one in running.telegram.sent_to(str(CHAT)) if "good to hear" in one.text]) == 1
