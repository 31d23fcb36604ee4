"""When the words for a crisis are due: once an episode and kind, at once when it gets worse, a short line when it goes on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.crisis import about_other, due_now
from bot.values import Category, CrisisReply, Finding, Severity
from tests.world import World

NOW = datetime(2026, 3, 3, 15, 0, tzinfo=UTC)
R1, R2, R3, R4 = CrisisReply
critical, high = Severity.critical, Severity.high


def found(reply: CrisisReply, grade: int = 2, severity: Severity = critical) -> Finding:
    return Finding(severity, Category.self_harm, "self_harm.thought", "", "", grade=grade, reply=reply)


def given(
    kind: str, minutes: float, grade: int = 2, severity: Severity = critical, state: str = "sent", cls: str = "crisis"
) -> dict[str, Any]:
    at = NOW - timedelta(minutes=minutes)
    return {"cls": cls, "kind": f"crisis:{kind}", "state": state, "created_at": at, "flags": {"grade": grade, "severity": int(severity)}}


HOURS = 60.0
CASES = {
    "the first time": ([], found(R1), "full"),
    "again a minute later: nothing": ([given("R1", 1)], found(R1), None),
    "29 minutes later: nothing": ([given("R1", 29)], found(R1), None),
    "still after 30 minutes: the short line": ([given("R1", 30)], found(R1), "again"),
    "the short line was said a minute ago: nothing": ([given("R1", 40), given("again", 1)], found(R1), None),
    "30 minutes after the short line: once more": ([given("R1", 70), given("again", 30)], found(R1), "again"),
    "just within 12 hours: the short line": ([given("R1", 12 * HOURS - 1)], found(R1), "again"),
    "12 hours later: a new episode": ([given("R1", 12 * HOURS)], found(R1), "full"),
    "a graver grade: at once": ([given("R1", 1, grade=1)], found(R1, grade=2), "full"),
    "from high to critical: at once": ([given("R1", 1, severity=high)], found(R1), "full"),
    "a lesser grade: nothing": ([given("R1", 1, grade=3)], found(R1, grade=2), None),
    "worse than the first, not than the last: nothing": ([given("R1", 9, grade=1), given("R1", 1, grade=3)], found(R1, grade=2), None),
    "another kind: at once": ([given("R1", 1)], found(R2), "full"),
    "the first kind again after another: nothing": ([given("R1", 9), given("R2", 1)], found(R1), None),
    "high again after 30 minutes: nothing": ([given("R1", 31, severity=high)], found(R1, severity=high), None),
    "high after a critical one: nothing": ([given("R1", 31)], found(R1, severity=high), None),
    "it never went out: in full": ([given("R1", 5, state="dead")], found(R1), "full"),
    "it ran out: in full": ([given("R1", 5, state="expired")], found(R1), "full"),
    "it was taken back: in full": ([given("R1", 5, state="cancelled")], found(R1), "full"),
    "it waits still: nothing": ([given("R1", 5, state="pending")], found(R1), None),
    "nobody knows whether it went out: nothing": ([given("R1", 5, state="unknown")], found(R1), None),
    "other things that we said do not count": ([given("R1", 5, cls="reply")], found(R1), "full"),
}


@pytest.mark.parametrize(("said", "worst", "then"), CASES.values(), ids=CASES)
def test_what_is_due(said: list[dict[str, Any]], worst: Finding, then: str | None) -> None:
    assert due_now(said, worst, NOW) == then
    assert due_now(said[::-1], worst, NOW) == then


OTHERS = {"self_harm.other_now": True, "self_harm.other": True, "self_harm.thought": False, "another.thing": False}


@pytest.mark.parametrize(("rule", "then"), OTHERS.items(), ids=OTHERS)
def test_whom_it_is_about(rule: str, then: bool) -> None:
    assert about_other(Finding(critical, Category.self_harm, rule, "", "")) is then


PROMISES = {
    "in working hours: the deadline": (NOW, "10:15 AM today"),
    "at night: an hour into the next working day": (datetime(2026, 3, 4, 5, 0, tzinfo=UTC), "10:00 AM today"),
    "late in the evening: tomorrow": (datetime(2026, 3, 4, 1, 0, tzinfo=UTC), "10:00 AM tomorrow"),
    "on a Saturday: on Monday": (datetime(2026, 3, 7, 17, 0, tzinfo=UTC), "10:00 AM on Monday, March 9"),
}


@pytest.mark.parametrize(("now", "by"), PROMISES.values(), ids=PROMISES)
def test_the_promise_is_kept_out_of_hours_too(now: datetime, by: str) -> None:
    world = World(now, office=True)
    world.texts("eve", "I want to die")
    assert f"by {by}" in " ".join(world.said_to("eve")[-1].replace("\u202f", " ").split())
    assert world.kinds("eve") == ["crisis:R1"]
