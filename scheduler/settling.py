"""
An outcome that nobody knows is found out: the provider is asked what it has, after a minute and after ten.

Found: it was sent. Twice not found: it was not, and goes once more if it is still fresh. A provider that keeps no list leaves it
undecided: alerts and crisis replies are repeated, what a person wrote is theirs to decide, all else counts as sent, unsure.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection

from bot import gate
from bot.channels.channel import Found
from bot.errors import CheckinError
from bot.house import House
from bot.lines import Lines
from bot.values import Delivery, MessageClass, Reason
from bot.values import OutboxState as S
from scheduler.landing import BACK_OFF, Landing
from scheduler.no_reply import no_reply
from storage import aftermath, due, moves
from storage import schema as t
from storage.delivery import NO_REPLY

CHECKS_NEEDED: Final = 2
"""A provider that lacks a message this often has not got it."""
REPEATS_MAX: Final = len(BACK_OFF)
SKEW: Final = timedelta(seconds=60)
"""How far the provider's clock may be from ours."""
ASKED_FOR: Final = timedelta(hours=1)
"""How long a provider that does not answer is asked; then it stays undecided."""
AGAIN: Final = timedelta(minutes=2)

_ROW = (
    sa.select(t.outbox, t.addresses.c.address_sealed)
    .join(t.addresses, t.addresses.c.id == t.outbox.c.address_id)
    .where(t.outbox.c.id == sa.bindparam("row"))
)
_KNOWN = sa.select(t.outbox.c.provider_message_id).where(
    t.outbox.c.sender_id == sa.bindparam("sender"),
    t.outbox.c.provider_message_id.in_(sa.bindparam("messages", expanding=True)),
    t.outbox.c.id != sa.bindparam("row"),
)
_CHECKED = sa.update(t.outbox).where(t.outbox.c.id == sa.bindparam("row")).values(checks=t.outbox.c.checks + 1)
_TOLD = (
    sa.update(t.outbox)
    .where(t.outbox.c.id == sa.bindparam("row"), t.outbox.c.delivery < sa.bindparam("told"))
    .values(delivery=sa.bindparam("told"))
)


class Settling:
    """Finds out. One read, one question to the provider outside of any transaction, one write unit."""

    def __init__(self, house: House, lines: Lines, landing: Landing) -> None:
        self.house = house
        self._lines = lines
        self._landing = landing

    def settle(self, outbox_id: int, stamp: int, due_id: int, now: datetime) -> bool:
        """Carry out one due row "settle"; it is taken away with what it decides. False: somebody else has it."""
        house = self.house
        row, to, text = house.db.read(lambda connection: self._read(connection, outbox_id))
        if row is not None and stamp == NO_REPLY:
            return house.db.write(0, lambda connection: self._not_arrived(connection, row, due_id, now), 0)
        if row is None or row["state"] != S.unknown.value or row["fence"] != stamp:
            return house.db.write(0, lambda connection: due.done(connection, due_id), 0)
        try:
            listed = self._find(row, to, text)
        except CheckinError:
            if now - row["sending_at"] < ASKED_FOR:
                return house.db.write(0, lambda connection: self._ask_later(connection, row, due_id, now), 0)
            listed = None
        house.ports.points.point("settle.before-unit")
        return house.db.write(0, lambda connection: self._decide(connection, row, listed, due_id, now), 0)

    def _read(self, connection: Connection, outbox_id: int) -> tuple[Mapping[Any, Any] | None, str, str]:
        row = connection.execute(_ROW, {"row": outbox_id}).mappings().first()
        if row is None:
            return None, "", ""
        opened = self.house.vault.open
        to = opened(connection, "addresses.address", row["address_id"], row["address_sealed"])
        return row, to or "", opened(connection, "outbox.text", outbox_id, row["text_sealed"]) or ""

    def _find(self, row: Mapping[Any, Any], to: str, text: str) -> list[Found] | None:
        """Raises SendFailed, NotFound or WrongUse: the provider cannot be asked now."""
        if not to or not text:
            return None  # erased meanwhile
        return self._lines.channel(row["sender_id"]).find(to, row["sending_at"] - SKEW, text, row["segments"])

    def _decide(self, connection: Connection, row: Mapping[Any, Any], listed: list[Found] | None, due_id: int, now: datetime) -> bool:
        if not due.done(connection, due_id):
            return False
        if listed is None:
            self._undecided(connection, row, now)
            return True
        found = self._unclaimed(connection, row, listed)
        if found is not None:
            if moves.to_sent(connection, row, max(found.created, row["sending_at"]), found.provider_message_id):
                connection.execute(_TOLD, {"row": row["id"], "told": int(found.delivery)})
                aftermath.sent(connection, self.house.ports.ids, row, now)
            return True
        connection.execute(_CHECKED, {"row": row["id"]})
        if (row["checks"] + 1) % CHECKS_NEEDED == 0:
            self._was_not_sent(connection, row, now)
        return True

    def _unclaimed(self, connection: Connection, row: Mapping[Any, Any], listed: list[Found]) -> Found | None:
        """The first that is not known to be another message of ours; two with the same words may both be unknown."""
        asked = {"sender": row["sender_id"], "messages": [one.provider_message_id for one in listed], "row": row["id"]}
        known = set(connection.execute(_KNOWN, asked).scalars())
        return next((one for one in listed if one.provider_message_id not in known), None)

    def _was_not_sent(self, connection: Connection, row: Mapping[Any, Any], now: datetime) -> None:
        """Once more, and the gate judges whether it is still fresh; a second time only where twice is better than never."""
        repeated = gate.REPEATS[MessageClass(row["cls"])] is gate.Repeat.again and row["attempts"] < REPEATS_MAX
        if row["checks"] < CHECKS_NEEDED or repeated:
            moves.to_pending(connection, row, now)
        else:
            self._landing.dead(connection, row, Reason.provider_down, row["provider_code"], now)

    def _undecided(self, connection: Connection, row: Mapping[Any, Any], now: datetime) -> None:
        ids = self.house.ports.ids
        repeat = gate.REPEATS[MessageClass(row["cls"])]
        if repeat is gate.Repeat.again:
            if row["attempts"] < REPEATS_MAX:
                moves.to_pending(connection, row, now)
            else:
                self._landing.dead(connection, row, Reason.unknown_outcome, row["provider_code"], now)
            return
        if not moves.to_sent(connection, row, row["sending_at"], None, Reason.unknown_outcome):
            return
        aftermath.sent(connection, ids, row, now, unsure=True)
        if repeat is gate.Repeat.writer:
            owner = row["by_id"] or aftermath.manager_of(connection, row["client_id"])
            aftermath.task(connection, ids, row, "tell_writer", row["id"], owner, now)

    def _ask_later(self, connection: Connection, row: Mapping[Any, Any], due_id: int, now: datetime) -> bool:
        if not due.done(connection, due_id):
            return False
        due.plan(
            connection, self.house.ports.ids, programme_id=row["programme_id"], kind="settle", at=now + AGAIN, ref_id=row["id"],
            client_id=row["client_id"], stamp=row["fence"],
        )  # fmt: skip
        return True

    def _not_arrived(self, connection: Connection, row: Mapping[Any, Any], due_id: int, now: datetime) -> bool:
        """A crisis reply was sent and the provider says that it did not arrive."""
        if not due.done(connection, due_id):
            return False
        if row["delivery"] != Delivery.delivered:
            no_reply(connection, self.house, row, Reason(row["reason"] or Reason.refused), now)
        return True
