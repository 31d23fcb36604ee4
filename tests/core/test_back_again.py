"""What the client's own act sets free: a reply held for the night when they write again, a chat that was blocked when they come back."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from bot.setting_up.senders import pause_sender
from storage import schema as t
from tests.world import World

LATE = datetime(2026, 3, 3, 19, 40, tzinfo=ZoneInfo("America/New_York"))


def test_a_reply_held_for_the_night_goes_when_the_client_writes_again() -> None:
    world = World(LATE)
    world.ask("eve")
    world.walk(minutes=15)
    sender = world.senders["sms"]
    pause_sender(world.house, sender, paused=True)
    world.texts("eve", "3")
    world.walk(minutes=40)
    pause_sender(world.house, sender, paused=False)
    world.walk(minutes=20)
    held = [row for row in world.rows("outbox", client_id=world.clients["eve"]) if row["state"] == "held"]
    assert [row["reason"] for row in held] == ["quiet_hours"]
    world.texts("eve", kind="media", media="photo")
    assert world.rows("outbox", id=held[0]["id"])[0]["state"] == "sent"


def test_start_after_blocked_makes_the_chat_reachable_again() -> None:
    world = World()
    world.texts("ed", kind="blocked")
    world.walk(minutes=5)
    world.ask("ed")
    assert world.said_to("ed") == []
    world.texts("ed", "/start", kind="start")
    world.walk(days=1)
    before = len(world.on_phone("ed"))
    world.ask("ed", "goal-progress")
    assert len(world.on_phone("ed")) > before
    assert {row["status"] for row in world.rows("contact_points", owner_id=world.clients["ed"])} == {"active"}


def test_start_after_a_failed_send_found_the_chat_blocked_makes_it_reachable_again() -> None:
    world = World()
    point = world.rows("contact_points", owner_id=world.clients["ed"])[0]
    block(world, point["id"], point["address_id"])
    world.texts("ed", "/start", kind="start")
    assert world.rows("contact_points", id=point["id"])[0]["status"] == "active"
    assert world.rows("addresses", id=point["address_id"])[0]["stopped_at"] is None


def block(world: World, point_id: int, address_id: int) -> None:
    """As a send that the provider answers with "blocked by the user" leaves it."""
    now = world.clock.now()

    def unit(connection: sa.Connection) -> None:
        connection.execute(sa.update(t.contact_points).where(t.contact_points.c.id == point_id).values(status="blocked", status_at=now))
        connection.execute(sa.update(t.addresses).where(t.addresses.c.id == address_id).values(stopped_at=now, stopped_why="blocked"))

    world.house.db.write(1, unit)
