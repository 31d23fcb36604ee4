"""
A numbered list that we put beside the question that waits: which language, which appointment, whether another time is right.

What was asked is kept with the address, without personal data, until it is answered, a day has passed or a question goes out after it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.arrival import Arrival
from bot.channels.channel import InboundKind
from bot.flows.extract import NO, YES
from bot.understanding import read
from bot.values import Action, Expected, Kind, Option

LASTS = timedelta(hours=24)
ASKED = ("ask", "repair", "confirm", "nudge")
"""Kinds of message that ask something anew: the number that follows answers those."""


@dataclass(frozen=True, slots=True)
class Aside:
    """
    A list that waits for a number.

    kind: language, appointment or time. values: what each number stands for: tags, ids of appointments, or a time and nothing.
    """

    kind: str
    values: tuple[str, ...]


def kept(aside: Aside, now: datetime) -> dict[str, Any]:
    """As it is kept."""
    return {"kind": aside.kind, "values": list(aside.values), "at": now.isoformat()}


def waiting(arrival: Arrival) -> Aside | None:
    """The list that waits for a number at this address, or None."""
    stored = (arrival.snap.address.get("pending") or {}).get("aside")
    if not stored:
        return None
    at = datetime.fromisoformat(stored["at"])
    newer = any(row["kind"] in ASKED and row["created_at"] > at for row in arrival.snap.said)
    return None if newer or arrival.now - at > LASTS else Aside(stored["kind"], tuple(stored["values"]))


def answered(arrival: Arrival, aside: Aside) -> str | None:
    """What was chosen from the list; None where the message is something else. A time is chosen by yes, "" is no."""
    if arrival.inbound.kind is not InboundKind.text:
        return None
    if aside.kind == "time":
        options = [Option(side, label) for side, label in zip(("true", "false"), labels(arrival, aside), strict=True)]
        found = read(arrival.inbound.text, Expected(Kind.yes_no, options=tuple(options)), arrival.language, arrival.languages)
        sure = found.action is Action.accept and isinstance(found.value, bool)
        return (aside.values[0] if found.value else "") if sure else None
    # A day and a time hold numbers of their own: of appointments only the place in the list counts.
    shown = labels(arrival, aside) if aside.kind == "language" else ["=" * (at + 2) for at in range(len(aside.values))]
    places = {chr(ord("a") + at): value for at, value in enumerate(aside.values)}
    options = [Option(place, label) for place, label in zip(places, shown, strict=True)]
    found = read(arrival.inbound.text, Expected(Kind.choice, options=tuple(options)), arrival.language, arrival.languages)
    return places.get(str(found.value)) if found.action is Action.accept else None


def labels(arrival: Arrival, aside: Aside) -> Sequence[str]:
    """The lines of the list, in the client's language; languages in their own names."""
    words, language = arrival.house.words, arrival.language
    if aside.kind == "time":
        return [words.say(YES, language), words.say(NO, language)]
    if aside.kind == "language":
        return [words.name(tag) for tag in aside.values]
    known = {str(row["id"]): row for row in arrival.known.appointments}
    return [_appointment(arrival, known.get(value)) for value in aside.values]


def _appointment(arrival: Arrival, row: Any) -> str:
    if row is None:
        return ""
    words, language, zone = arrival.house.words, arrival.language, arrival.zone
    return f"{words.day(row['starts_at'], language, zone)}, {words.time(row['starts_at'], language, zone)}"
