"""`checkline why`: what happened to everything a client was to get, or why it did not go out. No text of any message."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from bot.cli.data import data_options
from bot.cli.showing import json_option, local, programme_option, tell
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.house import House

AHEAD = timedelta(days=14)
"""How far ahead planned prompts are told."""
_STATES = {
    "pending": "Waits to be sent.",
    "held": "Waits.",
    "claimed": "Is being sent.",
    "sending": "Is being sent.",
    "retry": "Is tried again soon.",
    "unknown": "Nobody knows yet whether it arrived.",
    "sent": "Sent.",
    "dead": "Could not be sent.",
    "cancelled": "Taken back.",
    "expired": "Not sent: too late.",
}
_SLOTS = {
    "planned": "Planned.",
    "held": "Waits.",
    "prompted": "Sent.",
    "skipped": "Skipped.",
    "expired": "Not sent: too late.",
    "unsure": "Sent, but the provider never said whether it arrived.",
}
_DELIVERY = {1: "", 2: "", 3: "The provider says: not delivered.", 4: "The provider says: not delivered.", 5: "Delivered."}


@click.command()
@click.argument("client", metavar="CLIENT")
@click.option("--days", type=click.IntRange(1, 366), default=14, show_default=True, help="How far back.")
@programme_option
@data_options
@json_option
def why(config: Settings, client: str, days: int, programme: str, as_json: bool) -> None:
    """
    Say what became of each prompt and message of a client, or why it did not go out. Times are the client's.

    Example: checkline why C-001 --days 7
    """
    from bot.cli import finding
    from bot.cli.house import house_of

    with house_of(config) as house:
        row = finding.client(house, client, programme)
        now = house.ports.clock.now()
        standing = _standing(house, row, now)
        told = sorted([*_slots(house, row, now, days), *_messages(house, row, now, days)], key=lambda one: one["at"])
    lines = [f"{row['code']}, times in {row['zone']}:", *(f"now: {sentence}" for sentence in standing)]
    lines += [f"{local(one['at'], row['zone'])}  {one['what']}: {' '.join(one['said'])}" for one in told]
    value = {"client_id": row["id"], "code": row["code"], "zone": row["zone"], "now": standing, "told": told}
    tell(as_json, value, lines if told else [*lines, f"Nothing was due in the last {days} days."])


def _standing(house: House, client: dict[str, Any], now: datetime) -> list[str]:
    """What stands in the way of routine messages right now."""
    from bot.gate import sentence
    from bot.values import Reason
    from storage import flags, inbound, people, plans
    from storage import schema as t

    programme = house.db.read(lambda connection: people.by_id(connection, t.programmes, client["programme_id"]))
    points = house.db.read(lambda connection: plans.points_of(connection, client["id"]))
    critical = house.db.read(lambda connection: flags.has_open_critical(connection, client["id"]))
    agreed = house.db.read(lambda connection: inbound.held_purposes(connection, client["id"]))
    assert programme is not None
    bound = [point for point in points if point["address_id"] is not None]
    telegram = [point for point in points if point["channel"] == "telegram"]
    stands = {
        Reason.programme_not_active: programme["status"] != "active",
        Reason.programme_held: programme["held_at"] is not None,
        Reason.client_held: client["held_at"] is not None,
        Reason.paused_by_client: client["paused_until"] is not None and client["paused_until"] > now,
        Reason.open_critical_flag: critical,
        Reason.stopped: bool(bound) and all(point["stopped_at"] is not None for point in bound),
        Reason.telegram_not_opened: not bound and bool(telegram),
        Reason.no_address: not points,
        Reason.no_consent: not agreed,
    }
    return [sentence(reason) for reason, holds in stands.items() if holds]


def _slots(house: House, client: dict[str, Any], now: datetime, days: int) -> list[dict[str, Any]]:
    from storage import people
    from storage import schema as t

    flows = {one["id"]: one["flow"] for one in house.db.read(lambda c: people.of_client(c, t.enrolments, client["id"]))}
    rows = house.db.read(lambda connection: people.of_client(connection, t.slots, client["id"]))
    said = []
    for row in rows:
        if now - timedelta(days=days) <= row["due_at"] <= now + AHEAD:
            about = _SLOTS.get(row["state"], row["state"])
            begun = row["state"] == "planned" and row["conversation_id"] is not None
            sentences = ["Begun; its message is told below." if begun else about, *_reason(row["reason"])]
            said.append({"at": row["due_at"], "what": f"prompt of {flows.get(row['enrolment_id'], '?')}", "slot_id": row["id"],
                         "state": row["state"], "reason": row["reason"], "said": sentences})  # fmt: skip
    return said


def _messages(house: House, client: dict[str, Any], now: datetime, days: int) -> list[dict[str, Any]]:
    from storage import people
    from storage import schema as t

    rows = house.db.read(lambda connection: people.of_client(connection, t.outbox, client["id"]))
    said = []
    for row in rows:
        if row["created_at"] >= now - timedelta(days=days):
            sentences = [_STATES.get(row["state"], row["state"]), *_reason(row["reason"])]
            delivered = _DELIVERY.get(row["delivery"], "") if row["state"] == "sent" else ""
            at = row["sent_at"] or row["created_at"]
            said.append({"at": at, "what": f"message ({row['kind']})", "outbox_id": row["id"], "state": row["state"],
                         "reason": row["reason"], "said": [one for one in [*sentences, delivered] if one]})  # fmt: skip
    return said


def _reason(code: str | None) -> list[str]:
    """The sentence of a reason; a code that we do not know stands for itself."""
    from bot.gate import sentence
    from bot.values import Reason

    try:
        return [sentence(Reason(code))] if code else []
    except ValueError:
        return [str(code)]
