"""
What staff do: the acts on a flag; write to a client; let held things go on; close a work item.

Each act asks the access gate first (what is not visible does not exist), then is one write unit with its audit row.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from bot import changes, compose, pauses
from bot.compose import Line
from bot.errors import NotAllowed, WrongUse
from bot.flag_acts import ACTIONS, OUTCOMES, WAYS, FlagActs, required
from bot.holds import ask_again, resume
from bot.values import ChannelKind, MessageClass, Person, Purpose
from storage import audit, caseload, inbound, outbox, plans, tasks
from storage import schema as t

__all__ = ["ACTIONS", "OUTCOMES", "WAYS", "Desk"]

TEXT_CHARS_MAX = 1500
STAFF_FRESH = timedelta(hours=24)


class Desk(FlagActs):
    """The acts of signed-in staff, and of the command line in their name."""

    # ------------------------------------------------------------ clients

    def write(self, who: Person, client_id: int, text: str, urgent: bool = False) -> int:
        """
        Write to a client in the case manager's own words; the id of the message in the outbox.

        urgent: there is a reason to write in quiet hours. The gate decides when it goes, and tells the writer if it cannot.
        """
        house, now = self.house, self._now()
        text = required(text, TEXT_CHARS_MAX, "message")
        line = house.db.read(lambda connection: self._line(connection, who, client_id))
        draft = compose.message(
            house,
            line,
            cls=MessageClass.staff,
            kind="staff",
            text=text,
            now=now,
            purpose=Purpose.service,
            by_id=who.id,
            exempt=("urgent",) if urgent else (),
            not_after=now + STAFF_FRESH,
        )

        def unit(connection: Connection) -> None:
            outbox.enqueue(connection, draft, now)
            tasks.close_tasks(
                connection, programme_id=line.programme_id, kind="message", ref_id=client_id, outcome="answered", by_id=who.id, now=now
            )
            self._audit(connection, who, line.programme_id, client_id, "message.write", f"message {draft.id}", now)

        house.db.write(client_id, unit)
        return draft.id

    def release(self, who: Person, client_id: int) -> None:
        """Let routine messages and held conversations go on: a critical flag may still be open, a pause the client asked for ends."""
        house, now, ids = self.house, self._now(), self.house.ports.ids

        def unit(connection: Connection) -> None:
            client = self._client(connection, who, client_id)
            connection.execute(sa.update(t.clients).where(t.clients.c.id == client_id).values(held_at=None))
            c, point = t.flags.c, t.contact_points.c
            phones = sa.select(point.address_id).where(
                point.owner_id == client_id, point.owner_kind == "client", point.address_id.is_not(None)
            )
            theirs = sa.and_(c.programme_id == client["programme_id"], sa.or_(c.subject_id == client_id, c.subject_id.in_(phones)))
            connection.execute(sa.update(t.flags).where(theirs, c.closed_at.is_(None)).values(released_at=now))
            if client["status"] == "paused":
                changes.write(connection, ids, pauses.over(client_id, client["programme_id"], who, "released"), now)
            ask_again(connection, ids, client_id, now)
            self._audit(connection, who, client["programme_id"], client_id, "client.release", f"client {client_id}", now)

        house.db.write(client_id, unit)
        resume(self.house, client_id, now)

    def release_flag(self, who: Person, flag_id: int) -> int:
        """The same for everybody whose messages a flag holds, as far as they are visible; how many clients that is."""
        flag = self._flag(who, flag_id)
        seen = [one for one in self._clients(flag) if self.house.db.read(partial(caseload.may_see_client, who=who, client_id=one))]
        for client_id in seen:
            self.release(who, client_id)
        return len(seen)

    def close_task(self, who: Person, task_id: int, outcome: str) -> bool:
        """Close a work item; False when it was closed before."""
        house, now = self.house, self._now()

        def unit(connection: Connection) -> bool:
            if not caseload.may_see_task(connection, who, task_id):
                raise NotAllowed("work item: not there, or not yours")
            row = connection.execute(sa.select(t.tasks).where(t.tasks.c.id == task_id)).one()
            done = connection.execute(
                sa.update(t.tasks)
                .where(t.tasks.c.id == task_id, t.tasks.c.closed_at.is_(None))
                .values(closed_at=now, closed_by=who.id, outcome=outcome[:200])
            )
            self._audit(connection, who, row.programme_id, row.client_id or row.programme_id, "task.close", f"task {task_id}", now)
            return done.rowcount == 1

        return house.db.write(task_id, unit)

    # ------------------------------------------------------------ inner

    def _client(self, connection: Connection, who: Person, client_id: int) -> Any:
        if not caseload.may_see_client(connection, who, client_id):
            raise NotAllowed("client: not there, or not yours")
        return connection.execute(sa.select(t.clients).where(t.clients.c.id == client_id)).mappings().one()

    def _line(self, connection: Connection, who: Person, client_id: int) -> Line:
        client = self._client(connection, who, client_id)
        known = plans.points_of(connection, client_id)
        points = [one for one in known if one["address_id"] is not None and one["status"] not in inbound.NOT_THEIRS]
        point = next(iter(sorted(points, key=lambda one: (one["stopped_at"] is not None, one["priority"]))), None)
        if point is None:
            raise WrongUse("message: this client cannot be reached by text yet; phone them, or add a contact point")
        return Line(
            programme_id=client["programme_id"],
            sender_id=point["sender_id"],
            channel=ChannelKind(point["channel"]),
            address_id=point["address_id"],
            key=self.house.vault.key_for(connection, client_id),
            language=client["language"],
            zone=client["zone"],
            client_id=client_id,
        )

    def _audit(
        self, connection: Connection, who: Person, programme_id: int, chain_id: int, action: str, target: str, now: datetime
    ) -> None:
        ids = self.house.ports.ids
        audit.append(connection, ids, programme_id=programme_id, chain_id=chain_id, actor=who, action=action, target=target, now=now)
