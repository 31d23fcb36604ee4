"""Binding a chat: who may, until when, in whose language, and who hears of it when it fails."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from bot.setting_up.clients import NewClient, add_client
from bot.setting_up.invites import Invitation, invite
from bot.setting_up.programmes import add_programme
from bot.setting_up.senders import add_sender
from storage import schema as t
from tests.world import World

CHAT = "7100000099"


def _invited(world: World, name: str = "omar") -> Invitation:
    world.addresses["chat"] = ("telegram", CHAT)
    return invite(world.house, "client", world.clients[name], text=False)


def _opens(world: World, link: Invitation, who: str = "chat") -> None:
    world.texts(who, "/start", kind="start", start_token=link.link.split("start=")[1])


def _point(world: World, name: str = "omar") -> dict[str, Any]:
    return next(one for one in world.rows("contact_points", owner_id=world.clients[name]) if one["channel"] == "telegram")


def test_a_link_and_its_code_bind_the_chat_in_the_clients_language() -> None:
    world = World()
    link = _invited(world)
    _opens(world, link)
    world.texts("chat", link.code)
    assert _point(world)["status"] == "active"
    assert all(any("\u0600" <= char <= "\u06ff" for char in text) for text in world.said_to("chat"))


def test_a_code_that_comes_after_the_link_has_run_out_binds_nothing() -> None:
    world = World()
    link = _invited(world)
    _opens(world, link)
    world.walk(timedelta(days=8) + world.clock.now())
    world.texts("chat", link.code)
    assert _point(world)["address_id"] is None


def test_three_wrong_codes_end_it_and_the_clients_own_case_manager_hears_of_it() -> None:
    world = World()
    link = _invited(world, "yuri")
    _opens(world, link)
    for _ in range(3):
        world.texts("chat", "000000" if link.code != "000000" else "111111")
    world.texts("chat", link.code)
    assert _point(world, "yuri")["address_id"] is None
    failed = world.rows("tasks", kind="binding_failed")
    assert [task["owner_id"] for task in failed] == [world.staff["ben"].id]


def test_a_used_link_binds_nobody_else() -> None:
    world = World()
    link = _invited(world)
    _opens(world, link)
    world.texts("chat", link.code)
    world.addresses["thief"] = ("telegram", "7100000098")
    _opens(world, link, "thief")
    world.texts("thief", link.code)
    assert len({row["address_id"] for row in world.rows("contact_points", owner_id=world.clients["omar"])}) == 2


def test_a_link_of_one_programme_does_nothing_at_the_bot_of_another() -> None:
    world = World()
    other = add_programme(world.house, "Hillside", kind="demo", zone="America/New_York", language="en", languages=("en",)).id
    bot = add_sender(world.house, other, "simulated", address="hillside_bot", imitates="telegram", stop="ours").id
    link = _invited(world)
    world.write(bot, CHAT, "/start", kind="start", start_token=link.link.split("start=")[1])
    world.settle()
    world.write(bot, CHAT, link.code)
    world.settle()
    assert _point(world)["address_id"] is None


def test_a_chat_of_staff_never_becomes_a_clients_nor_a_clients_one_of_staff() -> None:
    world = World()
    link = _invited(world)
    _opens(world, link, "ben")
    world.texts("ben", link.code)
    assert _point(world)["address_id"] is None
    staff_link = invite(world.house, "user", world.staff["ana"].id, text=False)
    world.texts("ed", "/start", kind="start", start_token=staff_link.link.split("start=")[1])
    world.texts("ed", staff_link.code)
    points = [one for one in world.rows("contact_points", owner_id=world.staff["ana"].id) if one["channel"] == "telegram"]
    assert [one["address_id"] for one in points] == [None]
    world.texts("ed", "I want to die")
    assert world.kinds("ed")[-1] == "crisis:R1"


def test_a_client_with_two_contact_points_at_one_number_shares_it_with_nobody() -> None:
    world = World()
    point = world.rows("contact_points", owner_id=world.clients["eve"])[0]
    twin = {**point, "id": world.house.ports.ids.new(), "priority": 1}
    world.house.db.write(0, lambda connection: connection.execute(sa.insert(t.contact_points), twin))
    world.texts("eve", "hello there")
    assert [row["client_id"] for row in world.rows("received")] == [world.clients["eve"]]


def test_nobody_is_written_to_at_a_number_that_is_somebody_elses_by_now() -> None:
    world = World()
    client = add_client(world.house, world.programme, NewClient("Una", world.staff["ana"].id, phone="+12025550177")).id
    values = {"status": "recycled"}
    c = t.contact_points.c
    world.house.db.write(0, lambda connection: connection.execute(sa.update(t.contact_points).where(c.owner_id == client).values(**values)))
    world.addresses["una"] = ("sms", "+12025550177")
    world.clients["una"] = client
    from bot.setting_up.consents import record_consent
    from bot.setting_up.enrolments import enrol

    record_consent(world.house, client, ("check_ins",), how="paper")
    enrol(world.house, client, "weekly-pulse", every="once", at="12:00", start="2026-03-03", agreed="yes")
    world.walk(days=2)
    assert world.said_to("una") == []
    assert {slot["reason"] for slot in world.rows("slots", client_id=client)} == {"no_address"}
