"""The acts themselves, on both databases, where every unit runs, is rolled back and runs again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot.house import House
from bot.locales.words import Words
from bot.ports import Inline, NoPoints, Ports, SystemIds
from bot.setting_up.clients import NewClient, add_client
from bot.setting_up.consents import record_consent
from bot.setting_up.crisis_lines import confirm_crisis_line
from bot.setting_up.enrolments import enrol
from bot.setting_up.invites import invite
from bot.setting_up.plans import NewAppointment, NewGoal, add_appointment, add_goal, add_plan, cancel_appointment
from bot.setting_up.programmes import activate, add_programme, check_programme, hold, release
from bot.setting_up.senders import add_sender, pause_sender
from bot.setting_up.staff import NewStaff, add_staff, send_test_alert, set_leave
from storage import audit
from storage import schema as t
from storage.crypto import Vault
from storage.database import Database
from storage.keyring import KeyRing

NOW = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
ACCOUNT, TOKEN = "AC" + "0" * 32, "7000000001:" + "A" * 35


class Clock:
    """Stands until it is moved."""

    def __init__(self) -> None:
        self.at = NOW

    def now(self) -> datetime:
        return self.at


class Nowhere:
    """Setting up reaches for nobody."""

    def request(self, *_: Any, **__: Any) -> tuple[int, dict[str, str], bytes]:
        raise AssertionError("an act asked for something outside")


@pytest.fixture
def house(database: Database) -> House:
    ids, clock = SystemIds(5), Clock()
    ports = Ports(clock=clock, machine=clock, ids=ids, executor=Inline(), points=NoPoints(), transport=Nowhere())
    return House(database, Vault(KeyRing.in_memory(ids), ids), ports, Words(), "https://line.example.org")


def count(house: House, table: sa.Table, *where: sa.ColumnElement[bool]) -> int:
    query = sa.select(sa.func.count()).select_from(table).where(*where)
    return house.db.read(lambda connection: connection.execute(query).scalar_one())


def levels(house: House, programme: int) -> dict[str, str]:
    return {one.about: one.level for one in check_programme(house, programme)}


def test_a_programme_from_its_first_row_to_its_first_slot(house: House) -> None:
    programme = add_programme(house, "Riverside", zone="Europe/Madrid", languages=["es"], settings={"country": "ES"}).id
    confirm_crisis_line(house, programme, "ES")
    confirm_crisis_line(house, programme, "ES", call="024", source="dialled")
    assert count(house, t.crisis_lines) == 1
    sms = add_sender(house, programme, "twilio", address="+15005550006", account=ACCOUNT, secret="s").id
    add_sender(house, programme, "telegram", address="@riverside_bot", secret=TOKEN)
    sam = add_staff(house, programme, NewStaff("Sam", "supervisor", "sam", phone="+15005550100")).id
    ana = add_staff(house, programme, NewStaff("Ana", sign_in="ana", supervisor_id=sam, telegram=True)).id
    client = add_client(house, programme, NewClient("Inés", ana, language="es", phone="600 000 002", telegram=True)).id
    add_plan(house, client, "Settle at home")
    add_goal(house, client, NewGoal("Walk", "minutes", 30))
    seen = add_appointment(house, client, NewAppointment("Knee", "Room 4", "2026-03-20T14:30"))
    assert count(house, t.slots) == 2
    enrol(house, client, "welcome", every="once", at="11:00", agreed="In person")
    enrol(house, client, "goal-progress", every="week")
    record_consent(house, client, ["goals"], how="paper", text="I agree")
    assert cancel_appointment(house, seen.id)
    assert count(house, t.slots, t.slots.c.state == "skipped") == 2
    assert invite(house, "client", client).texted
    assert not invite(house, "user", ana).texted
    assert invite(house, "user", ana).code != invite(house, "user", ana).code
    assert count(house, t.invites, t.invites.c.outcome.is_(None)) == 2, "a new link makes the old ones useless"
    assert pause_sender(house, sms, paused=True)
    assert not pause_sender(house, sms, paused=True)
    assert pause_sender(house, sms, paused=False)
    set_leave(house, ana, "2026-07-01", "2026-07-15T12:00")
    assert send_test_alert(house, sam) == 1
    assert hold(house, programme)
    assert release(house, programme)
    assert {about for about, level in levels(house, programme).items() if level == "fault"} == {"ladder"}
    assert house.db.read(lambda connection: list(audit.faults(connection))) == []


def _answered(house: House, at: datetime) -> None:
    """The test alert to everybody's phone was answered at that moment."""
    values = {"status": "active", "tested_at": at}
    house.db.write(0, lambda connection: connection.execute(sa.update(t.contact_points).values(**values)).rowcount)


AGES = {
    "a test of yesterday counts": (timedelta(days=1), timedelta(days=1), set()),
    "a test of 30 days counts": (timedelta(days=30), timedelta(days=1), set()),
    "an older test does not": (timedelta(days=30, seconds=1), timedelta(days=1), {"ladder"}),
    "a line of 180 days is well": (timedelta(days=1), timedelta(days=180), set()),
    "an older line is a warning": (timedelta(days=1), timedelta(days=180, seconds=1), {"crisis_line_old"}),
}


@pytest.mark.parametrize(("test_age", "line_age", "found"), AGES.values(), ids=AGES)
def test_what_was_confirmed_grows_old(house: House, test_age: timedelta, line_age: timedelta, found: set[str]) -> None:
    programme = add_programme(house, "Riverside", settings={"country": "US"}).id
    add_sender(house, programme, "twilio", address="+15005550006", account=ACCOUNT, secret="s")
    add_staff(house, programme, NewStaff("Sam", "supervisor", "sam", phone="+15005550100"))
    add_staff(house, programme, NewStaff("Ana", sign_in="ana"))
    confirm_crisis_line(house, programme, "US")
    stored = sa.update(t.crisis_lines).values(confirmed_at=NOW - line_age)
    house.db.write(0, lambda connection: connection.execute(stored).rowcount)
    _answered(house, NOW - test_age)
    assert levels(house, programme).keys() - {"review"} == found
    done = activate(house, programme)
    assert any(one.level == "fault" for one in done) == ("ladder" in found)
    assert count(house, t.programmes, t.programmes.c.status == "active") == ("ladder" not in found)
