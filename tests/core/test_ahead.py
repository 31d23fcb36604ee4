"""Who would be told when: the ladder walked ahead; and that whatever rota and leave, every flag has an owner, a clock and a next rung."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ahead import ahead, forecast, watches
from bot.alarm import RUNGS, Ladder, Point, StaffMember, climb, raise_alarm
from bot.rota import Override, Rota, Shift
from bot.values import Severity

TUESDAY = datetime(2026, 3, 3, 15, 0, tzinfo=UTC)
"""10 in the morning in New York."""
MINUTES = timedelta(minutes=15)
SEVERITIES = (Severity.review, Severity.high, Severity.critical)


def person(number: int, role: str = "case_manager", **more: object) -> StaffMember:
    points = (Point(1, number, "sms", "active"),)
    return replace(StaffMember(number, role, "en", "America/New_York", points=points), **more)  # type: ignore[arg-type] # as given


ANA, BEN = person(1, supervisor_id=10, cover_id=2), person(2, supervisor_id=10)
SAM, SUE, RITA = person(10, "supervisor"), person(11, "supervisor"), person(20, "administrator")
ALL = (ANA, BEN, SAM, SUE, RITA)
DAYS = Rota((Shift((0, 1, 2, 3, 4, 5, 6), "08:00", "20:00", 10), Shift((0, 1, 2, 3, 4, 5, 6), "20:00", "08:00", 11)))
LADDER = Ladder(zone="America/New_York", rota=DAYS)
GONE = replace(ANA, leave_from=TUESDAY)
MUTE = replace(SAM, points=())


def said(steps: object) -> list[str]:
    return [f"{(one.at - TUESDAY) // timedelta(minutes=1)} {one.rung} {','.join(map(str, one.told))}" for one in steps]  # type: ignore[attr-defined] # steps


FORECASTS = {
    "by day": (ALL, TUESDAY, ["0 owner 1", "15 supervisor 10", "30 queue 10,11", "45 everybody 10,11,20"]),
    "on leave": ((GONE, BEN, SAM, SUE, RITA), TUESDAY, ["0 cover 2", "15 supervisor 10", "30 queue 10,11", "45 everybody 10,11,20"]),
    "leave begins before the first climb": (
        (replace(ANA, leave_from=TUESDAY + timedelta(minutes=10)), BEN, SAM, SUE, RITA),
        TUESDAY,
        ["0 owner 1", "15 cover 2", "30 supervisor 10", "45 queue 10,11", "60 everybody 10,11,20"],
    ),
    "the shift changes": (
        ALL,
        TUESDAY + timedelta(hours=9, minutes=50),
        ["590 owner 1,2,10", "605 supervisor 11", "620 queue 11,10", "635 everybody 11,10,20"],
    ),
    "nobody answers to the supervisor's number": (
        (ANA, BEN, MUTE, SUE, RITA),
        TUESDAY,
        ["0 owner 1", "15 supervisor 10", "15 queue 10,11", "30 everybody 10,11,20"],
    ),
}


@pytest.mark.parametrize(("staff", "at", "then"), FORECASTS.values(), ids=FORECASTS)
def test_who_would_be_told_when_of_a_critical_concern(staff: tuple[StaffMember, ...], at: datetime, then: list[str]) -> None:
    steps = forecast(Severity.critical, [1], staff, LADDER, at)
    assert said(steps) == then
    assert [one.repeats for one in steps] == [False] * (len(steps) - 1) + [True]


def test_gaps_are_seen_ahead() -> None:
    steps = forecast(Severity.critical, [1], (replace(ANA, points=()), MUTE), LADDER, TUESDAY)
    assert [(one.rung, one.gap, one.until - one.at) for one in steps] == [
        ("owner", True, timedelta(0)),
        ("supervisor", True, timedelta(0)),
        ("everybody", True, MINUTES),
    ]


def test_from_a_flag_as_it_stands() -> None:
    deadline = TUESDAY + timedelta(minutes=5)
    assert said(ahead(Severity.critical, "owner", 1, deadline, ALL, LADDER, TUESDAY)) == [
        "5 supervisor 10",
        "20 queue 10,11",
        "35 everybody 10,11,20",
    ]
    late = TUESDAY + timedelta(minutes=9)
    assert ahead(Severity.critical, "queue", 10, deadline, ALL, LADDER, late)[0].at == late


def test_on_duty_over_a_day_with_an_exception_leave_and_a_gap() -> None:
    free = Override(TUESDAY + timedelta(hours=1), TUESDAY + timedelta(hours=2), None)
    ladder = replace(LADDER, rota=replace(DAYS, overrides=(free,)))
    sue = replace(SUE, leave_from=TUESDAY + timedelta(hours=12), leave_until=TUESDAY + timedelta(hours=14))
    found = watches((ANA, SAM, sue, RITA), ladder, TUESDAY, TUESDAY + timedelta(hours=24))
    hours = [((one.begins - TUESDAY) // timedelta(hours=1), one.named, one.gap, one.standing) for one in found]
    assert hours == [
        (0, (10,), False, (10,)),
        (1, (), True, (10, 11)),
        (2, (10,), False, (10,)),
        (10, (11,), False, (11,)),
        (12, (11,), True, ()),
        (14, (11,), False, (11,)),
        (22, (10,), False, (10,)),
    ]
    assert found[0].begins == TUESDAY
    assert found[-1].until == TUESDAY + timedelta(hours=24)


def test_without_a_rota_whoever_is_not_away_is_on_duty() -> None:
    away = replace(SAM, leave_from=TUESDAY + timedelta(hours=1))
    found = watches((ANA, away), replace(LADDER, rota=Rota()), TUESDAY, TUESDAY + timedelta(hours=2))
    assert [(one.standing, one.gap) for one in found] == [((10,), False), ((), True)]


# ------------------------------------------------------------ whatever rota and leave

moments = st.integers(-96, 96).map(lambda hours: TUESDAY + timedelta(hours=hours))
ends = st.none() | moments
times = st.sampled_from(["00:00", "02:30", "08:00", "17:00", "20:00", "23:59"])
shift = st.builds(
    Shift, st.sets(st.integers(0, 6), min_size=1).map(lambda days: tuple(sorted(days))), times, times, st.sampled_from([1, 10, 11, 12, 99])
)
exception = st.builds(Override, moments, moments, st.none() | st.sampled_from([10, 11, 99]))
rotas = st.builds(Rota, st.lists(shift, max_size=4).map(tuple), st.lists(exception, max_size=3).map(tuple))


@st.composite
def teams(draw: st.DrawFn) -> tuple[StaffMember, ...]:
    ids = draw(st.lists(st.sampled_from([1, 2, 3, 10, 11, 12, 20]), unique=True, max_size=6))
    return tuple(
        person(
            number,
            "administrator" if number == 20 else "supervisor" if number >= 10 else "case_manager",
            supervisor_id=draw(st.none() | st.sampled_from([10, 11, 12])),
            cover_id=draw(st.none() | st.sampled_from([1, 2, 3, 10, 99])),
            leave_from=draw(ends),
            leave_until=draw(ends),
            points=draw(st.sampled_from([(), (Point(1, number, "sms", "active"),), (Point(1, number, "sms", "wrong"),)])),
        )
        for number in ids
    )


@given(
    teams(),
    rotas,
    st.sampled_from(SEVERITIES),
    st.lists(st.sampled_from([1, 2, 3, 10, 77]), unique=True, max_size=2),
    moments,
    st.sets(moments.map(datetime.date), max_size=3),
)
def test_every_flag_has_an_owner_a_deadline_and_a_next_rung(
    staff: tuple[StaffMember, ...], rota: Rota, severity: Severity, managers: list[int], now: datetime, holidays: set[object]
) -> None:
    ladder = Ladder(zone="America/New_York", rota=rota, holidays=frozenset(holidays))  # type: ignore[arg-type] # dates
    made = raise_alarm(severity, managers, staff, ladder, now)
    known = {one.id for one in staff}
    rungs = [made.rung]
    while True:
        assert made.owner_id in known or (not staff and made.owner_id in (*managers, 0))
        assert now < made.deadline
        assert len({one.id for one in made.told}) == len(made.told)
        assert bool(made.told) == bool(staff)
        if made.rung == "everybody":
            break
        now = made.deadline if made.reaches else now
        made = climb(severity, made.rung, made.owner_id, staff, ladder, now)
        rungs.append(made.rung)
    assert [RUNGS.index(rung) for rung in rungs] == sorted({RUNGS.index(rung) for rung in rungs}), "each climb leads to a further rung"
    assert climb(severity, "everybody", made.owner_id, staff, ladder, made.deadline).rung == "everybody"


@given(teams(), rotas, moments, st.integers(1, 200))
def test_the_watches_cover_the_time_without_a_hole_and_say_what_the_ladder_does(
    staff: tuple[StaffMember, ...], rota: Rota, start: datetime, hours: int
) -> None:
    ladder, end = Ladder(zone="America/New_York", rota=rota), start + timedelta(hours=hours)
    found = watches(staff, ladder, start, end)
    assert [one.begins for one in found] == [start, *(one.until for one in found[:-1])]
    assert found[-1].until == end
    middle = start + (end - start) / 2
    one = next(each for each in found if each.begins <= middle < each.until)
    assert one.named == rota.named(middle, ladder_zone(ladder))


def ladder_zone(ladder: Ladder) -> object:
    from zoneinfo import ZoneInfo

    return ZoneInfo(ladder.zone)
