"""
What staff do: acknowledge, note, resolve, reassign a flag; write to a client; let held things go on; close a work item.

Each act asks the access gate first (what is not visible does not exist), then is one write unit with its audit row.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection

from bot import changes, compose
from bot.compose import Line
from bot.errors import NotAllowed, WrongUse
from bot.followup import Followup
from bot.handing_over import hand_over, prepare
from bot.house import House
from bot.values import ChannelKind, Ids, MessageClass, OutboxState, Person, Purpose
from storage import audit, caseload, due, flags, inbound, outbox, plans, tasks
from storage import schema as t

OUTCOMES: Final = ("handled", "referred", "emergency_services", "no_concern", "duplicate", "test")
"""Why a flag may be closed."""
NOTE_CHARS_MAX = 4000
TEXT_CHARS_MAX = 1500
STAFF_FRESH = timedelta(hours=24)


class Desk:
    """The acts of signed-in staff, and of the command line in their name."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.followup = Followup(house)

    # ------------------------------------------------------------ flags

    def acknowledge(self, who: Person, flag_id: int) -> str:
        """Take on a flag: "acknowledged", "already" or "closed"."""
        house, now = self.house, self._now()
        flag = self._flag(who, flag_id)
        change = changes.Acknowledge(flag.programme_id, flag_id, who)
        house.ports.points.point("acknowledge.before-unit")
        return house.db.write(self._subject(flag), lambda connection: changes.acknowledge(connection, house.ports.ids, change, now), 0)

    def note(self, who: Person, flag_id: int, text: str) -> None:
        """Add a private note to a flag's history. It never leaves."""
        flag, now, ids = self._flag(who, flag_id), self._now(), self.house.ports.ids
        text = _required(text, NOTE_CHARS_MAX, "note")
        event_id = ids.new()
        sealed = self._seal(flag, "flag_events.note", event_id, text)

        def unit(connection: Connection) -> None:
            flags.event(
                connection,
                ids,
                programme_id=flag.programme_id,
                flag_id=flag_id,
                kind="noted",
                now=now,
                by_id=who.id,
                note_sealed=sealed,
                event_id=event_id,
            )
            self._trail(connection, who, flag, "flag.note", now)

        self.house.db.write(self._subject(flag), unit)

    def resolve(self, who: Person, flag_id: int, reason: str, useful: bool | None, note: str = "") -> bool:
        """Close a flag with its reason; False when it was closed before. Held messages are looked at again at once."""
        if reason not in OUTCOMES:
            raise WrongUse(f"reason: {reason!r} is none; choose one of {', '.join(OUTCOMES)}")
        flag, now, ids = self._flag(who, flag_id), self._now(), self.house.ports.ids
        event_id = ids.new()
        sealed = self._seal(flag, "flag_events.note", event_id, note[:NOTE_CHARS_MAX]) if note.strip() else None

        def unit(connection: Connection) -> bool:
            if not flags.resolve(connection, flag_id, by_id=who.id, outcome=reason, useful=useful, now=now):
                return False
            outbox.cancel_alerts(connection, flag_id, now)
            flags.event(
                connection,
                ids,
                programme_id=flag.programme_id,
                flag_id=flag_id,
                kind="resolved",
                now=now,
                by_id=who.id,
                detail={"outcome": reason, "useful": useful},
                note_sealed=sealed,
                event_id=event_id,
            )
            self._trail(connection, who, flag, "flag.resolve", now, {"outcome": reason})
            for client_id in clients:
                ask_again(connection, ids, client_id, now)
            return True

        clients = self._clients(flag)
        done = self.house.db.write(self._subject(flag), unit)
        for client_id in clients if done else ():
            self._resume(client_id, now)
        return done

    def reassign(self, who: Person, flag_id: int, to_id: int) -> None:
        """Give a flag to somebody else of the programme: they are told, and acknowledge it anew. One's own stays as it is."""
        flag, now, ids = self._flag(who, flag_id), self._now(), self.house.ports.ids
        handover = self.house.db.read(lambda connection: prepare(connection, self.house, flag, to_id, now))

        def unit(connection: Connection) -> None:
            if to_id != flag.owner_id and not hand_over(connection, ids, flag_id, handover, now):
                return
            flags.event(connection, ids, programme_id=flag.programme_id, flag_id=flag_id, kind="reassigned", now=now, by_id=who.id)
            self._trail(connection, who, flag, "flag.reassign", now, {"to": str(to_id)})

        self.house.db.write(self._subject(flag), unit)

    # ------------------------------------------------------------ clients

    def write(self, who: Person, client_id: int, text: str, urgent: bool = False) -> int:
        """
        Write to a client in the case manager's own words; the id of the message in the outbox.

        urgent: there is a reason to write in quiet hours. The gate decides when it goes, and tells the writer if it cannot.
        """
        house, now = self.house, self._now()
        text = _required(text, TEXT_CHARS_MAX, "message")
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
        """Let routine messages and held conversations of a client go on, though a critical flag may still be open."""
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
            ask_again(connection, ids, client_id, now)
            self._audit(connection, who, client["programme_id"], client_id, "client.release", f"client {client_id}", now)

        house.db.write(client_id, unit)
        self._resume(client_id, now)

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

    def _now(self) -> datetime:
        return self.house.ports.clock.now()

    def _flag(self, who: Person, flag_id: int) -> Any:
        def read(connection: Connection) -> Any:
            if not caseload.may_see_flag(connection, who, flag_id):
                raise NotAllowed("flag: not there, or not yours")
            return flags.get(connection, flag_id)

        return self.house.db.read(read)

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

    def _seal(self, flag: Any, place: str, row_id: int, text: str) -> bytes:
        vault = self.house.vault
        subject = flag.client_id or flag.programme_id
        key = self.house.db.read(lambda connection: vault.key_for(connection, subject))
        return vault.seal(key, place, row_id, text)

    def _clients(self, flag: Any) -> list[int]:
        """Whose messages a flag holds: the client's, or those of everybody at the phone."""
        if flag.client_id is not None:
            return [flag.client_id]
        c = t.contact_points.c
        there = sa.select(c.owner_id).where(c.address_id == flag.address_id, c.owner_kind == "client").distinct().order_by(c.owner_id)
        return self.house.db.read(lambda connection: list(connection.execute(there).scalars()))

    def _subject(self, flag: Any) -> int:
        return int(flag.subject_id)

    def _trail(
        self, connection: Connection, who: Person, flag: Any, action: str, now: datetime, detail: dict[str, Any] | None = None
    ) -> None:
        audit.append(
            connection,
            self.house.ports.ids,
            programme_id=flag.programme_id,
            chain_id=flag.client_id or flag.programme_id,
            actor=who,
            action=action,
            target=f"flag {flag.id}",
            detail=detail,
            now=now,
        )

    def _audit(
        self, connection: Connection, who: Person, programme_id: int, chain_id: int, action: str, target: str, now: datetime
    ) -> None:
        ids = self.house.ports.ids
        audit.append(connection, ids, programme_id=programme_id, chain_id=chain_id, actor=who, action=action, target=target, now=now)

    def _resume(self, client_id: int, now: datetime) -> None:
        """Held conversations of the client go on where they were, as far as nothing else holds them."""
        c = t.conversations.c
        query = sa.select(c.id).where(c.client_id == client_id, c.status == "held", c.closed_at.is_(None))
        for conversation_id in self.house.db.read(lambda connection: list(connection.execute(query).scalars())):
            self.followup.resume(conversation_id, None, now)


def ask_again(connection: Connection, ids: Ids, client_id: int, now: datetime) -> None:
    """Held messages, slots and conversations of a client are looked at again at once, whatever becomes of this process."""
    o, c = t.outbox.c, t.conversations.c
    talks = sa.select(c.id, c.programme_id).where(c.client_id == client_id, c.status == "held", c.closed_at.is_(None))
    for talk in connection.execute(talks).all():
        due.plan(connection, ids, programme_id=talk.programme_id, kind="resume", at=now, ref_id=talk.id, client_id=client_id)
    connection.execute(sa.update(t.outbox).where(o.client_id == client_id, o.state == OutboxState.held.value).values(due_at=now))
    held = sa.select(t.slots.c.id).where(t.slots.c.client_id == client_id, t.slots.c.state == "held").scalar_subquery()
    connection.execute(sa.update(t.due).where(t.due.c.kind == "start", t.due.c.ref_id.in_(held)).values(at=now))


def _required(text: str, most: int, what: str) -> str:
    text = text.strip()
    if not text:
        raise WrongUse(f"{what}: write something")
    if len(text) > most:
        raise WrongUse(f"{what}: {len(text)} characters; at most {most} are allowed")
    return text
