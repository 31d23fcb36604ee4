"""A client's own thresholds for readings of the body: numbers in the place of the defaults, with who decided them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection

from bot.concerns import readings
from bot.errors import WrongUse
from bot.house import House
from bot.setting_up.given import COMMAND_LINE, Given, trail
from bot.setting_up.plans import client_of
from bot.values import Person
from storage import answers, audit
from storage import schema as t

OFF = "off"


@dataclass(frozen=True, slots=True)
class Row:
    """One limit as it counts for a client. value: None where it is off, or not confirmed. whose: "own", "default" or "unverified"."""

    name: str
    how: str
    value: float | None
    unit: str
    severity: str
    whose: str
    source: str


def measure_of(name: str) -> readings.Measure:
    """The measure of that name. Raises WrongUse, naming those there are."""
    found = readings.shipped().measures.get(name)
    if found is None:
        raise WrongUse(f"measure: {name[:40]!r} is none; there are {', '.join(readings.shipped().measures)}")
    return found


def read_limits(measure: readings.Measure, typed: Mapping[str, str]) -> dict[str, float | None]:
    """
    Limits as one types them: {"gain-day": "1.0", "loss-week": "off"}.

    Raises:
        WrongUse: with every fault: no such limit, no number, one that cannot be.
    """
    given, found = Given("threshold"), dict[str, float | None]()
    known = {limit.name: limit for limit in measure.limits}
    for name, text in typed.items():
        limit = known.get(name)
        if limit is None:
            given.fault(name[:40], f"{measure.id} has no such limit; it has {', '.join(known)}")
            continue
        if text.strip().lower() == OFF:
            found[name] = None
            continue
        try:
            value = float(text)
        except ValueError:
            given.fault(name, f"write a number in {measure.unit}, or {OFF}")
            continue
        low = 0.0 if limit.how in ("rise", "fall") else measure.low
        if not low < value <= measure.high:
            given.fault(name, f"write a number above {low:g} and up to {measure.high:g} {measure.unit}")
        found[name] = value
    given.stop()
    return found


def set_thresholds(
    house: House, client_id: int, measure_id: str, limits: Mapping[str, float | None], source: str, *, by: Person = COMMAND_LINE
) -> int:
    """
    Put limits in the place of what counted before; those not named stay as they were. The new version.

    source: who decided, and on what ground; kept with the version, sealed. No limits at all confirm the defaults as they are.
    """
    measure, now, row_id = measure_of(measure_id), house.ports.clock.now(), house.ports.ids.new()
    unknown = sorted(set(limits) - {limit.name for limit in measure.limits})
    if unknown:
        raise WrongUse(f"threshold: {measure_id} has no limit {unknown[0][:40]!r}")

    def unit(connection: Connection) -> int:
        client, given = client_of(connection, client_id), Given("threshold")
        why = given.text("source", source, 300)
        given.stop()
        before = answers.threshold(connection, house.vault, client_id, measure_id)
        version = (before.version if before else 0) + 1
        key = house.vault.key_for(connection, client_id)
        row = {
            "id": row_id,
            "programme_id": client["programme_id"],
            "client_id": client_id,
            "measure": measure_id,
            "version": version,
            "limits_sealed": house.vault.seal(
                key, "thresholds.limits", row_id, json.dumps({**(before.limits if before else {}), **limits})
            ),
            "source_sealed": house.vault.seal(key, "thresholds.source", row_id, why),
            "by_id": by.id,
            "at": now,
        }
        connection.execute(sa.insert(t.thresholds), row)
        said = trail(by, client["programme_id"], "client.threshold", f"client {client_id}", measure=measure_id, version=version)
        audit.append(connection, house.ports.ids, **{**said, "chain_id": client_id}, now=now)
        return version

    return house.db.write(client_id, unit)


def shown(house: House, client_id: int, measure_id: str) -> list[Row]:
    """Every limit of a measure as it counts for the client."""
    measure = measure_of(measure_id)
    own = house.db.read(lambda connection: answers.threshold(connection, house.vault, client_id, measure_id))
    rows = []
    for limit in measure.limits:
        mine = own is not None and limit.name in own.limits
        value = own.limits[limit.name] if mine and own is not None else limit.value if limit.verified or own is not None else None
        whose = f"own, version {own.version}" if mine and own is not None else "default" if limit.verified or own else "unverified"
        source = own.source if mine and own is not None else limit.source
        rows.append(Row(limit.name, f"{limit.part} {limit.how}".strip(), value, measure.unit, limit.severity.name, whose, source))
    return rows
