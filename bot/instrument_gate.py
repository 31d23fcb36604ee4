"""
Whether a gated questionnaire may be asked: a named responder, their hours, a back-up, a protocol that was signed and still holds.

An instrument with a question about self-harm is gated. It is judged at enrolment and again whenever a slot falls due.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection

from bot import roster
from bot.flows.language import Flow
from storage import staff

GATE: Final = "instrument_gate"
"""The name among a programme's settings."""
SIGNED_FOR: Final = timedelta(days=365)
"""How long a signature counts: a protocol names people and numbers, and those change."""


def gate_of(row: Mapping[str, Any]) -> dict[str, Any] | None:
    """What a programme has on record, or None."""
    found = (row["settings"] or {}).get(GATE)
    return found if isinstance(found, dict) else None


def gaps(connection: Connection, programme_id: int, gate: Mapping[str, Any] | None, now: datetime) -> Iterator[str]:
    """What keeps a gated instrument from being asked, in sentences; nothing when all is there and still holds."""
    if gate is None:
        yield "no responder, hours, back-up and signed protocol are on record: say `checkline programme instrument-gate`"
        return
    there = {one.id: one for one in roster.members(staff.members(connection, programme_id))}
    responder, backup, signer = (there.get(int(gate[name])) for name in ("responder_id", "backup_id", "signed_by_id"))
    for what, person in (("the responder", responder), ("the back-up", backup)):
        if person is None or person.status != "active":
            yield f"{what} is no active member of staff of this programme: name somebody who is"
        elif not person.usable():
            yield f"{what} has no way to be reached that works: add a phone or a chat and test it"
    if responder is not None and responder == backup:
        yield "the responder and the back-up are the same person: name two"
    if responder is not None and backup is not None and responder.away(now) and backup.away(now):
        yield "the responder and the back-up are both away: name somebody who is there"
    if signer is None or signer.role not in ("supervisor", "administrator"):
        yield "the protocol is not signed by a supervisor or an administrator of this programme"
    if not gate.get("hours"):
        yield "no hours are named in which somebody responds"
    if not gate.get("protocol"):
        yield "no signed protocol is named"
    yield from _signed(gate.get("signed_on"), now)


def _signed(signed_on: Any, now: datetime) -> Iterator[str]:
    try:
        on = date.fromisoformat(str(signed_on))
    except ValueError:
        yield "the date of the signature is missing"
        return
    if on > now.date():
        yield "the date of the signature lies ahead"
    elif now.date() - on > SIGNED_FOR:
        yield "the signature is older than a year: have the protocol signed again"


def lapsed(connection: Connection, programme: Mapping[str, Any], flow: Flow, now: datetime) -> bool:
    """Whether the flow asks a gated instrument that may not be asked now."""
    form = flow.instrument
    return form is not None and form.gated and any(gaps(connection, programme["id"], gate_of(programme), now))
