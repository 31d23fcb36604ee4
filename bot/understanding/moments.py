"""
A date, a time, or both out of a reply ("Thursday at half past four"), seen from `now` in the client's zone.

No part is invented: a reply that names only the day gives the day. Every reading is to be read back before it counts;
in doubt there is none. A phrase that the grammar does not take and that may change the rest (not, or, before, another
number) leaves nothing to be read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.normalise import Normal
from bot.understanding import thresholds as t
from bot.understanding.calendar_atoms import Atom, atoms
from bot.understanding.calendar_deciding import decide, heard_in
from bot.understanding.calendar_pieces import Piece, pieces
from bot.understanding.calendar_table import Calendar
from bot.understanding.calendar_tokens import cut
from bot.understanding.tokens import Token
from bot.values import Expected, Reading

STRANGERS_MAX = 10
"""More words that nobody knows beside a date, and the reply is about something else."""
Found = tuple[Reading, tuple[int, int] | None]


def read_moment(normal: Normal, tokens: Sequence[Token], expected: Expected, calendar: Calendar, region: str | None) -> Reading:
    """Read a reply whose tokens are not yet cut; the span points into the original text. Never raises on a text."""
    if expected.now is None:
        return t.for_a_person("no-now")
    parts = calendar.split(cut(tokens))
    reading, span = _read(normal, parts, expected, calendar, region)
    if span is not None and reading.value is not None:
        at = normal.span(parts[span[0]].start, parts[span[1] - 1].end)
        reading = replace(reading, span=at)
    return reading


def _read(normal: Normal, tokens: Sequence[Token], expected: Expected, calendar: Calendar, region: str | None) -> Found:
    found = pieces(normal.text, tokens, calendar, calendar.order(region), expected.kind)
    said = atoms(found, calendar)
    begin, corrected = _corrected(found, said)
    said = [atom for atom in said if atom.first >= begin]
    spoilt = _spoilt(found, said, begin)
    if spoilt is not None:
        return t.unread(spoilt), None
    heard = heard_in(said, found)
    now = _local(expected)
    value, flaw, partial = decide(expected.kind, heard, now, calendar)
    if value is None:
        return t.unread(flaw), None
    reason = "partial" if partial else "corrected" if corrected else "calendar"
    strange = any("unknown" in piece.roles for piece in found[begin:])
    if partial and strange:
        # What nobody knows may be the other half: "dem 14h".
        return t.unread("unclear"), None
    sure = t.GUESSED if partial or corrected or strange else t.HEDGED
    first, last = found[said[0].first].first, found[said[-1].last - 1].last
    return t.reading(value, sure, reason), (first, last)


def _local(expected: Expected) -> datetime:
    """The moment of the reply in the client's zone."""
    zone = ZoneInfo(expected.zone)
    now = expected.now
    assert now is not None
    return now.astimezone(zone) if now.tzinfo is not None else now.replace(tzinfo=zone)


# ---------------------------------------------------------------- what stands around


def _corrected(found: Sequence[Piece], said: Sequence[Atom]) -> tuple[int, bool]:
    """Monday, no wait, Tuesday: where what counts begins, and whether something before it was taken back."""
    taken = {at for atom in said for at in range(atom.first, atom.last)}
    marks = [at for at, piece in enumerate(found) if "correction" in piece.roles and at not in taken]
    for at in reversed(marks):
        if any(atom.first > at for atom in said):
            return (at + 1, True) if any(atom.last <= at for atom in said) else (0, False)
    return 0, False


_SPOILS = {
    "bad": None, "num": "other-numbers", "year": "other-numbers", "date": "two-dates", "clock": "other-numbers", "not": "negated",
    "or": "alternatives", "bound": "bound", "vague": "vague", "asked": "unclear", "past": "past", "other_calendar": "other-calendar",
    "not_a_date": "unclear",
    "unit": "unclear", "span": "unclear", "next": "two-ways", "last": "past", "week_later": "two-ways", "hour": "other-numbers",
}  # fmt: skip
"""A role that is left over, and why nothing is read then; None: the piece says why."""
_HARMLESS = frozenset({"join", "may_stand", "coming", "unknown", "mark", "comma", "point", "stop", "clock_before", "correction"})


def _spoilt(found: Sequence[Piece], said: Sequence[Atom], begin: int) -> str | None:
    """Why the reply cannot be trusted though it names a day or a time; None when it can."""
    taken = {at for atom in said for at in range(atom.first, atom.last)}
    strangers = 0
    reason = None
    for at in range(begin, len(found)):
        roles = found[at].roles
        if at in taken:
            continue
        if "other_calendar" in roles:
            return "other-calendar"
        if set(roles) & _HARMLESS:
            strangers += "unknown" in roles
        elif "no" in roles:
            if not _exclaimed(found, at):
                reason = reason or "negated"
        else:
            spoil = next((role for role in roles if role in _SPOILS), None)
            if spoil is not None:
                reason = reason or _SPOILS[spoil] or str(roles[spoil])
    return reason or ("unclear" if strangers > STRANGERS_MAX else None)


def _exclaimed(found: Sequence[Piece], at: int) -> bool:
    """No, Tuesday: the no stands by itself."""
    return at + 1 < len(found) and bool({"comma", "point", "stop", "mark"} & set(found[at + 1].roles))
