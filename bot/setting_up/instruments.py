"""
What must be on record before a client is asked a questionnaire: for a gated one, who responds and who signed for it.

An instrument with a question about self-harm is gated: a named responder, the hours in which they respond, a back-up, and a
protocol that a supervisor or an administrator has signed. `bot/instrument_gate.py` judges it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from bot.concerns import readings
from bot.errors import NotFound
from bot.flows.language import Asking, Flow
from bot.house import House
from bot.instrument_gate import GATE, gaps, gate_of
from bot.setting_up.given import COMMAND_LINE, Given, trail
from bot.values import Person
from storage import answers, audit, people
from storage import schema as t

PART_2: Final = "part-2"


def record_gate(
    house: House,
    programme_id: int,
    *,
    responder_id: int,
    backup_id: int,
    hours: Mapping[str, list[str]],
    protocol: str,
    signed_by_id: int,
    signed_on: str,
    by: Person = COMMAND_LINE,
) -> list[str]:
    """
    Record who responds to what gated instruments find; what is still missing, in sentences.

    hours: {"0": ["09:00", "17:00"]}, 0 is Monday. protocol: what the signed document is called. signed_on: YYYY-MM-DD.
    """
    now = house.ports.clock.now()

    def unit(connection: Connection) -> list[str]:
        row = people.by_id(connection, t.programmes, programme_id)
        if row is None:
            raise NotFound(f"programme {programme_id}: there is none of that id")
        given = Given("instrument gate")
        gate = {
            "responder_id": str(responder_id),
            "backup_id": str(backup_id),
            "hours": given.week("hours", hours),
            "protocol": given.text("protocol", protocol, 120),
            "signed_by_id": str(signed_by_id),
            "signed_on": given.day("signed-on", signed_on),
        }
        missing = list(gaps(connection, programme_id, gate, now))
        for sentence in missing:
            given.fault("gate", sentence)
        given.stop()
        people.change(
            connection, t.programmes, programme_id, settings={**(row["settings"] or {}), GATE: gate}, generation=row["generation"] + 1
        )
        said = trail(by, programme_id, "programme.instrument_gate", f"programme {programme_id}", responder=str(responder_id))
        audit.append(connection, house.ports.ids, **said, now=now)
        return missing

    return house.db.write(programme_id, unit)


def check(connection: Connection, house: House, given: Given, flow: Flow, client: Mapping[str, Any], now: datetime) -> None:
    """What keeps this client from being asked this flow (faults), and what should be known (notes)."""
    _check_measures(connection, house, given, flow, client)
    form = flow.instrument
    if form is None:
        return
    if form.gated:
        programme = people.by_id(connection, t.programmes, client["programme_id"])
        assert programme is not None
        for sentence in gaps(connection, client["programme_id"], gate_of(programme), now):
            given.fault(form.edition, sentence)
    if not form.speaks(client["language"]):
        there = ", ".join(sorted(form.languages))
        given.fault(form.edition, f"there is no version in {client['language']}, only in {there}: it must not be translated on the way")
    elif not form.version_in(client["language"]).official:
        given.note(f"{form.edition} in {client['language']} is an unvalidated translation: its total never flags above review.")
    if form.substance and PART_2 in (client["tags"] or []):
        given.fault(form.edition, "it asks about substance use, which is never written to a client tagged part-2: ask in person")
    if form.notice:
        given.note(form.notice)


def _check_measures(connection: Connection, house: House, given: Given, flow: Flow, client: Mapping[str, Any]) -> None:
    for name in sorted({step.measures for step in flow.steps.values() if isinstance(step, Asking) and step.measures}):
        measure = readings.shipped().measures[name]
        unverified = [limit for limit in measure.limits if not limit.verified]
        if unverified and answers.threshold(connection, house.vault, client["id"], name) is None:
            say = f"`checkline client threshold` for {name}, with who decided them"
            given.fault(name, f"its thresholds are unverified, and nobody has confirmed them for this client: say {say}")
