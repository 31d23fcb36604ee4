"""
What time of day a reply means: minutes from midnight, or why there is none.

Without a part of day a clock hour of 1 to 5 is the afternoon and 8 to 12 as said; 6 and 7 may be either and are asked about.
"""

from __future__ import annotations

from dataclasses import dataclass

MORNING_FROM = 8
AFTERNOON_TO = 5
_HALVES = {"am": (0, 12), "pm": (12, 24)}


@dataclass(frozen=True, slots=True)
class Time:
    """
    A clock time as said.

    hour, minute: as on the clock face, the minute from -59 to 59 beside the hour. part: hours that the part of day covers.
    spoken: said with the language's word for the clock, which some languages count from six. zero: written with a leading zero.
    exact: the hour is one of 24, whatever stands beside it. minutes_from_now: "in two hours".
    """

    hour: int = 0
    minute: int = 0
    part: tuple[int, int] | str | None = None
    spoken: bool = False
    zero: bool = False
    exact: bool = False
    minutes_from_now: int | None = None
    flaw: str | None = None


Found = int | str
"""Minutes from midnight, or the reason why there is no time."""


def clock(said: Time, offset: int) -> Found:
    """
    The time of day that is meant.

    offset: hours to add to a spoken hour: six where the day's hours are counted from sunrise.
    """
    if said.flaw:
        return said.flaw
    if not 0 <= said.hour <= 24 or (said.hour == 24 and said.minute > 0) or not -59 <= said.minute <= 59:
        return "no-such-time"
    part = _HALVES.get(said.part) if isinstance(said.part, str) else said.part
    if said.exact or said.hour > 12 or said.hour == 0:
        return _as_said(said, part)
    faces = [said.hour + offset] if offset and said.spoken else [said.hour]
    if offset and not said.spoken and not isinstance(said.part, str):
        faces.append(said.hour + offset)
    found = {minutes for face in faces for minutes in _of_face(face % 12, said, part)}
    if not found and offset and said.spoken and part is not None:
        return "unclear-time"
    if len(found) == 1:
        return found.pop()
    return "part-of-day" if found else "no-such-time"


def _as_said(said: Time, part: tuple[int, int] | None) -> Found:
    minutes = (said.hour * 60 + said.minute) % 1440
    if part is not None and not _within(minutes, part) and said.hour not in (0, 24):
        return "mismatch"
    return minutes


def _of_face(face: int, said: Time, part: tuple[int, int] | None) -> list[int]:
    """The times of day when the clock's hands stand so (`face` 0 is twelve) that may be meant."""
    base = (face * 60 + said.minute) % 720
    both = [base, base + 720]
    hour = base // 60
    if part is not None:
        return [minutes for minutes in both if _within(minutes, part)]
    if hour == 0:
        return [both[1]]
    if said.zero:
        return both if hour <= AFTERNOON_TO else [both[0]]
    if hour <= AFTERNOON_TO:
        return [both[1]]
    return [both[0]] if hour >= MORNING_FROM else both


def _within(minutes: int, part: tuple[int, int]) -> bool:
    first, last = part[0] * 60, part[1] * 60
    return first <= minutes < last if first < last else minutes >= first or minutes < last
