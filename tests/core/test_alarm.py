"""Who is told of a concern, who owns it, by when it must be acknowledged, and who is next when it is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection

from bot.alarm import Alarm, Ladder, Point, StaffMember, climb, raise_alarm
from bot.hours import OFFICE
from bot.setting_up.given import Given
from bot.setting_up.points import add_point
from bot.values import Severity
from storage import people
from storage import schema as t
from tests.world import World

TUESDAY = datetime(2026, 3, 3, 15, 0, tzinfo=UTC)
"""10 in the morning in New York."""
NIGHT = datetime(2026, 3, 4, 5, 0, tzinfo=UTC)
FRIDAY = datetime(2026, 3, 6, 21, 0, tzinfo=UTC)
"""4 in the afternoon: one working hour is left."""
LADDER = Ladder(zone="America/New_York")
LEAVE = {"leave_from": TUESDAY - timedelta(days=1), "leave_until": TUESDAY + timedelta(days=1)}


def person(number: int, role: str = "case_manager", **more: object) -> StaffMember:
    known: dict[str, object] = {"supervisor_id": 10 if role == "case_manager" else None, "points": (Point(1, number, "sms", "active"),)}
    return StaffMember(number, role, "en", "America/New_York", **{**known, **more})


ANA, BEN = person(1), person(2, supervisor_id=11)
SAM, SUE, RITA = person(10, "supervisor"), person(11, "supervisor"), person(20, "administrator")
ALL = (ANA, BEN, SAM, SUE, RITA)
AWAY = replace(ANA, **LEAVE)
DAYS = replace(ANA, week=OFFICE)
ENDS = replace(ANA, leave_from=TUESDAY - timedelta(days=9), leave_until=TUESDAY)
SOON = replace(ANA, leave_from=TUESDAY + timedelta(minutes=1))
FOREVER = replace(ANA, leave_from=TUESDAY)
AWAY_SAM, AWAY_SUE = replace(SAM, **LEAVE), replace(SUE, **LEAVE)
AWAY_BEN, COVERED = replace(BEN, **LEAVE), replace(AWAY, cover_id=2)
AWAY_RITA = replace(RITA, **LEAVE)
critical, high, review = Severity.critical, Severity.high, Severity.review

RAISED = {
    "the case manager owns it and is told": (critical, [1], ALL, TUESDAY, (1, "owner", [1])),
    "on leave: the supervisor at once": (high, [1], (AWAY, BEN, SAM, SUE), TUESDAY, (10, "supervisor", [10])),
    "leave that ends now is over": (critical, [1], (ENDS, SAM), TUESDAY, (1, "owner", [1])),
    "leave that begins in a minute has not begun": (critical, [1], (SOON, SAM), TUESDAY, (1, "owner", [1])),
    "leave without an end goes on": (critical, [1], (FOREVER, SAM), TUESDAY, (10, "supervisor", [10])),
    "gone from the staff: the supervisor": (high, [9], (SAM, SUE), TUESDAY, (10, "supervisor", [10])),
    "no longer active: the supervisor": (high, [1], (replace(ANA, status="left"), SAM), TUESDAY, (10, "supervisor", [10])),
    "on leave, with a cover: the cover": (high, [1], (COVERED, BEN, SAM), TUESDAY, (2, "cover", [2])),
    "on leave, as is the cover: the supervisor": (high, [1], (COVERED, AWAY_BEN, SAM), TUESDAY, (10, "supervisor", [10])),
    "on leave, covered by herself: the supervisor": (high, [1], (replace(AWAY, cover_id=1), SAM), TUESDAY, (10, "supervisor", [10])),
    "there, with a cover: she alone": (high, [1], (replace(ANA, cover_id=2), BEN, SAM), TUESDAY, (1, "owner", [1])),
    "critical off duty, with a cover: owner, cover and supervisor":
        (critical, [1], (replace(DAYS, cover_id=2), BEN, SAM), NIGHT, (1, "owner", [1, 2, 10])),
    "a supervisor's own client": (critical, [10], ALL, TUESDAY, (10, "owner", [10])),
    "a shared phone, one away with a cover: the cover too":
        (high, [1, 2], (replace(AWAY, cover_id=3), BEN, SAM, person(3)), TUESDAY, (10, "supervisor", [3, 2, 10])),
    "her own supervisor comes first": (high, [2], (replace(BEN, **LEAVE), SAM, SUE), TUESDAY, (11, "supervisor", [11])),
    "her supervisor away: another one": (high, [1], (AWAY, AWAY_SAM, SUE), TUESDAY, (11, "supervisor", [11])),
    "critical off duty: owner and supervisor": (critical, [1], (DAYS, SAM, SUE), NIGHT, (1, "owner", [1, 10])),
    "high off duty: the owner, in working time": (high, [1], (DAYS, SAM), NIGHT, (1, "owner", [1])),
    "review off duty: the owner, in working time": (review, [1], (DAYS, SAM), NIGHT, (1, "owner", [1])),
    "critical off duty, no supervisor there: the owner": (critical, [1], (DAYS, AWAY_SAM), NIGHT, (1, "owner", [1])),
    "no hours of her own: the programme's": (critical, [1], (ANA, SAM), NIGHT, (1, "owner", [1, 10])),
    "a shared phone: both, the supervisor owns it": (high, [1, 2], ALL, TUESDAY, (10, "supervisor", [1, 2, 10])),
    "a shared phone, one away: the other and the supervisor": (high, [1, 2], (AWAY, BEN, SAM), TUESDAY, (10, "supervisor", [2, 10])),
    "a shared phone without a supervisor: the first": (high, [1, 2], (ANA, BEN), TUESDAY, (1, "owner", [1, 2])),
    "nobody's number: a supervisor": (critical, [], ALL, TUESDAY, (10, "supervisor", [10])),
    "no supervisor there: everybody, who is there first": (critical, [1], (AWAY, AWAY_SAM, RITA), TUESDAY, (20, "everybody", [20, 10])),
    "all on leave: all of them": (critical, [1], (AWAY, AWAY_SAM, AWAY_RITA), TUESDAY, (10, "everybody", [10, 20])),
    "nobody but case managers: all of them": (critical, [], (ANA, BEN), TUESDAY, (1, "everybody", [1, 2])),
    "her manager away and nobody but case managers: all of them": (critical, [1], (AWAY, BEN), TUESDAY, (2, "everybody", [2, 1])),
    "no staff at all: still the manager's": (critical, [1], (), TUESDAY, (1, "everybody", [])),
}  # fmt: skip


def said(alarm: Alarm) -> tuple[int, str, list[int]]:
    return alarm.owner_id, alarm.rung, [one.id for one in alarm.told]


@pytest.mark.parametrize(("severity", "managers", "staff", "now", "then"), RAISED.values(), ids=RAISED)
def test_a_new_concern(
    severity: Severity, managers: list[int], staff: tuple[StaffMember, ...], now: datetime, then: tuple[int, str, list[int]]
) -> None:
    assert said(raise_alarm(severity, managers, staff, LADDER, now)) == then


CLIMBED = {
    "from the owner to her supervisor": ("owner", 2, ALL, (11, "supervisor", [11])),
    "from the owner past a supervisor on leave": ("owner", 1, (ANA, AWAY_SAM, SUE), (11, "supervisor", [11])),
    "from the owner with no supervisor there: everybody": ("owner", 1, (ANA, AWAY_SAM, RITA), (20, "everybody", [20, 10])),
    "from the owner, by now on leave, to the cover": ("owner", 1, (COVERED, BEN, SAM), (2, "cover", [2])),
    "from the owner, by now on leave as is the cover": ("owner", 1, (COVERED, AWAY_BEN, SAM), (10, "supervisor", [10])),
    "from the cover to the supervisor": ("cover", 2, ALL, (11, "supervisor", [11])),
    "from a supervisor who owned it to another one": ("owner", 10, ALL, (11, "supervisor", [11])),
    "from the only supervisor, who owned it: everybody": ("owner", 10, (ANA, SAM, RITA), (10, "everybody", [10, 20])),
    "from the supervisor: the queue": ("supervisor", 10, ALL, (10, "queue", [10, 11])),
    "from the supervisor, the other one away: everybody": ("supervisor", 10, (SAM, AWAY_SUE, RITA), (10, "everybody", [10, 20, 11])),
    "from the queue: everybody": ("queue", 10, ALL, (10, "everybody", [10, 11, 20])),
    "from everybody: everybody again": ("everybody", 1, ALL, (10, "everybody", [10, 11, 20])),
    "nobody's: supervisors and administrators": ("queue", None, ALL, (10, "everybody", [10, 11, 20])),
    "nobody left: the manager keeps it": ("owner", 1, (), (1, "everybody", [])),
}


@pytest.mark.parametrize(("rung", "manager", "staff", "then"), CLIMBED.values(), ids=CLIMBED)
def test_a_concern_that_nobody_acknowledged(
    rung: str, manager: int | None, staff: tuple[StaffMember, ...], then: tuple[int, str, list[int]]
) -> None:
    assert said(climb(critical, rung, manager, staff, LADDER, TUESDAY)) == then


DEADLINES = {
    "critical: 15 minutes, by night too": (critical, NIGHT, NIGHT + timedelta(minutes=15)),
    "high: 4 working hours": (high, TUESDAY, TUESDAY + timedelta(hours=4)),
    "high at night: 4 hours after the office opens": (high, NIGHT, datetime(2026, 3, 4, 18, 0, tzinfo=UTC)),
    "high on Friday at 4: Monday at noon, an hour sooner by UTC since the clocks went forward": (
        high,
        FRIDAY,
        datetime(2026, 3, 9, 16, 0, tzinfo=UTC),
    ),
    "review: a working day": (review, TUESDAY, datetime(2026, 3, 4, 15, 0, tzinfo=UTC)),
    "info: a working week": (Severity.info, TUESDAY, datetime(2026, 3, 10, 14, 0, tzinfo=UTC)),
}


@pytest.mark.parametrize(("severity", "now", "then"), DEADLINES.values(), ids=DEADLINES)
def test_how_long_a_concern_may_wait(severity: Severity, now: datetime, then: datetime) -> None:
    assert LADDER.deadline(severity, now) == then
    assert raise_alarm(severity, [1], ALL, LADDER, now).deadline == then


POINTS = (
    Point(1, 1, "sms", "added"),
    Point(1, 2, "sms", "blocked", 1),
    Point(1, 3, "telegram", "active", 3),
    Point(1, 4, "sms", "verified", 2),
)


def test_a_person_is_reached_by_what_works_in_the_order_they_chose() -> None:
    member = replace(ANA, points=POINTS)
    assert [point.address_id for point in member.usable()] == [4, 3]
    assert member.point() == POINTS[3]
    assert replace(ANA, points=POINTS[:2]).point() is None


def test_a_critical_alert_goes_by_every_way_there_is_to_a_person() -> None:
    world = World()

    def second(connection: Connection) -> None:
        sender = people.by_id(connection, t.senders, world.senders["sms"])
        assert sender is not None
        add_point(
            connection,
            world.house,
            Given("point"),
            ("user", world.staff["sam"].id),
            sender,
            plain="+12025550188",
            status="active",
            now=TUESDAY,
            priority=1,
        )

    world.house.db.write(0, second)
    world.addresses["sam's phone"] = ("sms", "+12025550188")
    world.texts("eve", "I want to die")
    world.walk(minutes=31)
    assert world.kinds("sam") == ["alert:escalation", "alert:escalation"]
    assert world.kinds("sam's phone") == ["alert:escalation", "alert:escalation"]
