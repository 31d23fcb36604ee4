"""A contact outside the system, logged on the client's page; and a paused client let go on there."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from scheduler.recurrence import parse_rule, to_json
from storage import schema as t
from tests.console.conftest import World
from tests.console.test_acts import follow, press

pytestmark = pytest.mark.slow


def test_a_contact_is_kept_with_its_note_sealed(world: World) -> None:
    ana, client = world.browser("ana"), world.seed.clients["inés"]
    text = follow(ana, press(ana, f"/clients/{client}", "/contact", how="phone", reached="yes", note="I phoned her."))
    assert "Reminders and silence wait no longer" in text
    (row,) = world.read(sa.select(t.contacts))
    assert (row.client_id, row.how, row.reached, row.by_id) == (client, "phone", 1, world.seed.people["ana"].id)
    assert b"phoned" not in row.note_sealed


def test_a_try_is_kept_as_one(world: World) -> None:
    ana, client = world.browser("ana"), world.seed.clients["inés"]
    text = follow(ana, press(ana, f"/clients/{client}", "/contact", how="visit", reached="no"))
    assert "Kept as a try" in text
    assert [row.reached for row in world.read(sa.select(t.contacts))] == [0]


def test_a_contact_without_a_way_is_asked_about(world: World) -> None:
    ana, client = world.browser("ana"), world.seed.clients["inés"]
    assert "Choose how you were in contact" in follow(ana, press(ana, f"/clients/{client}", "/contact", how=""))
    assert world.read(sa.select(t.contacts)) == []


def test_a_paused_client_goes_on(world: World) -> None:
    ana, client = world.browser("ana"), world.seed.clients["inés"]
    asked = sa.and_(t.enrolments.c.client_id == client, t.enrolments.c.flow == "weekly-pulse")
    paused = sa.update(t.enrolments).where(asked).values(status="paused", rule=to_json(parse_rule("week", "10:00")))
    world.house.db.write(0, lambda connection: connection.execute(paused))
    text = follow(ana, press(ana, f"/clients/{client}", "/resume"))
    assert "Questions go out again" in text
    assert {row.status for row in world.read(sa.select(t.enrolments.c.status).where(asked))} == {"active"}
