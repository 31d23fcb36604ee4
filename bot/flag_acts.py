"""
What staff do about a flag: acknowledge, contact, note, snooze, resolve, reassign.

Each act asks the access gate first (what is not visible does not exist), then is one write unit with its audit row. What
follows an acknowledgement moves the flag's clock; without it the flag is open again (`scheduler/ladder.py`).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection

from bot import changes
from bot.alarm import Ladder
from bot.errors import NotAllowed, WrongUse
from bot.handing_over import hand_over, prepare
from bot.holds import ask_again, resume
from bot.house import House
from bot.programme import read_programme
from bot.values import Person, Severity
from storage import audit, caseload, flag_moves, flags, outbox, tasks
from storage import schema as t

OUTCOMES: Final = ("handled", "referred", "emergency_services", "no_concern", "duplicate", "test")
"""Why a flag may be closed."""
NO_CONCERN: Final = ("no_concern", "duplicate", "test")
"""After these nobody needs to hear from us: the next-day follow-up is withdrawn."""
ACTIONS: Final = ("phoned", "visited", "wrote", "arranged_help", "referred", "called_emergency", "none")
"""What was done about it in the end."""
WAYS: Final = ("phone", "visit", "text", "other")
"""How somebody tried to reach the client."""
NOTE_CHARS_MAX = 4000
SNOOZE_MAX = timedelta(days=14)


class FlagActs:
    """The acts on flags of signed-in staff, and of the command line in their name."""

    def __init__(self, house: House) -> None:
        self.house = house

    def acknowledge(self, who: Person, flag_id: int) -> str:
        """Take on a flag: "acknowledged", "already" or "closed". If nothing follows in time, it is open again."""
        house, now = self.house, self._now()
        flag = self._flag(who, flag_id)
        change = changes.Acknowledge(flag.programme_id, flag_id, who, self._ladder(flag))
        house.ports.points.point("acknowledge.before-unit")
        return house.db.write(self._subject(flag), lambda connection: changes.acknowledge(connection, house.ports.ids, change, now), 0)

    def note(self, who: Person, flag_id: int, text: str) -> None:
        """Add a private note to a flag's history. It never leaves. On a flag that somebody has taken on it moves the clock."""
        flag, now = self._flag(who, flag_id), self._now()
        text, ladder = required(text, NOTE_CHARS_MAX, "note"), self._ladder(flag)
        event_id, sealed = self._sealed_note(flag, text)

        def unit(connection: Connection) -> None:
            row = flag_moves.locked(connection, flag_id)
            if row is not None and row.state in ("acknowledged", "in_contact"):
                until = ladder.next_word(Severity(row.severity), now)
                self._take(connection, who, row, row.state, until, now)
            self._event(connection, who, flag, "noted", now, event_id=event_id, note_sealed=sealed)
            self._trail(connection, who, flag, "flag.note", now)

        self.house.db.write(self._subject(flag), unit)

    def contact(self, who: Person, flag_id: int, how: str, reached: bool, note: str = "") -> bool:
        """
        Say that the client was contacted, outside of this system; False when the flag is closed.

        how: one of WAYS. reached: spoke with them; the flag is in contact then, and the next word is due later than after
        an attempt. It acknowledges the flag, too.
        """
        if how not in WAYS:
            raise WrongUse(f"contact: {how[:40]!r} is no way; choose one of {', '.join(WAYS)}")
        flag, now = self._flag(who, flag_id), self._now()
        ladder = self._ladder(flag)
        event_id, sealed = self._sealed_note(flag, note)

        def unit(connection: Connection) -> bool:
            row = flag_moves.locked(connection, flag_id)
            if row is None or row.closed_at is not None:
                return False
            severity = Severity(row.severity)
            until = ladder.next_word(severity, now) if reached else ladder.follow(severity, now)
            state = "in_contact" if reached or row.state == "in_contact" else "acknowledged"
            self._take(connection, who, row, state, until, now)
            detail = {"how": how, "reached": reached}
            self._event(connection, who, flag, "contacted", now, detail=detail, event_id=event_id, note_sealed=sealed)
            self._trail(connection, who, flag, "flag.contact", now, detail)
            return True

        return self.house.db.write(self._subject(flag), unit)

    def snooze(self, who: Person, flag_id: int, until: datetime, reason: str) -> bool:
        """
        Let a flag rest until a moment within SNOOZE_MAX, for a reason; False when it is closed. Then it wakes, with an alert.

        It wakes earlier when it gets worse. A critical flag never rests.
        """
        flag, now = self._flag(who, flag_id), self._now()
        reason = required(reason, NOTE_CHARS_MAX, "reason")
        if not now < until <= now + SNOOZE_MAX:
            raise WrongUse(f"snooze: choose a moment within the next {SNOOZE_MAX.days} days")
        event_id, sealed = self._sealed_note(flag, reason)

        def unit(connection: Connection) -> str:
            row = flag_moves.locked(connection, flag_id)
            if row is None or row.closed_at is not None:
                return "closed"
            if row.severity >= Severity.critical:
                return "critical"
            self._take(connection, who, row, "snoozed", until, now)
            detail = {"until": until.isoformat()}
            self._event(connection, who, flag, "snoozed", now, detail=detail, event_id=event_id, note_sealed=sealed)
            self._trail(connection, who, flag, "flag.snooze", now, detail)
            return "snoozed"

        outcome = self.house.db.write(self._subject(flag), unit)
        if outcome == "critical":
            raise WrongUse("snooze: a critical flag never rests; acknowledge it, and say what follows")
        return outcome == "snoozed"

    def resolve(self, who: Person, flag_id: int, reason: str, useful: bool | None, note: str = "", action: str = "") -> bool:
        """
        Close a flag with its reason; False when it was closed before. Held messages are looked at again at once.

        reason: one of OUTCOMES; action: one of ACTIONS, or not said. useful: whether it was right to raise it; None: not said.
        """
        if reason not in OUTCOMES:
            raise WrongUse(f"reason: {reason[:40]!r} is none; choose one of {', '.join(OUTCOMES)}")
        if action and action not in ACTIONS:
            raise WrongUse(f"action: {action[:40]!r} is none; choose one of {', '.join(ACTIONS)}")
        flag, now, ids = self._flag(who, flag_id), self._now(), self.house.ports.ids
        clients = self._clients(flag)
        event_id, sealed = self._sealed_note(flag, note)
        detail = {"outcome": reason, "action": action, "useful": useful}

        def unit(connection: Connection) -> bool:
            done = flag_moves.resolve(connection, flag_id, by_id=who.id, outcome=reason, action=action or None, useful=useful, now=now)
            if not done:
                return False
            outbox.cancel_alerts(connection, flag_id, now)
            if reason in NO_CONCERN:
                about = {"programme_id": flag.programme_id, "kind": "follow_up", "ref_id": flag_id}
                tasks.close_tasks(connection, **about, outcome="withdrawn", by_id=who.id, now=now)
            self._event(connection, who, flag, "resolved", now, detail=detail, event_id=event_id, note_sealed=sealed)
            self._trail(connection, who, flag, "flag.resolve", now, {"outcome": reason, "action": action})
            for client_id in clients:
                ask_again(connection, ids, client_id, now)
            return True

        done = self.house.db.write(self._subject(flag), unit)
        for client_id in clients if done else ():
            resume(self.house, client_id, now)
        return done

    def reassign(self, who: Person, flag_id: int, to_id: int) -> int:
        """
        Give a flag to somebody else of the programme: they are told, and acknowledge it anew. One's own stays as it is.

        Returns:
            Who owns it by then: another than `to_id` where that person is away, or 0 when the flag was closed before.
        """
        flag, now, ids = self._flag(who, flag_id), self._now(), self.house.ports.ids
        handover = self.house.db.read(lambda connection: prepare(connection, self.house, flag, to_id, now))

        def unit(connection: Connection) -> int:
            owner_id: int = to_id if to_id == flag.owner_id else hand_over(connection, ids, flag_id, handover, now)
            if owner_id:
                detail = {"to": str(to_id), "owner": str(owner_id)}
                self._event(connection, who, flag, "reassigned", now, detail=detail)
                self._trail(connection, who, flag, "flag.reassign", now, detail)
            return owner_id

        return self.house.db.write(self._subject(flag), unit)

    # ------------------------------------------------------------ inner

    def _now(self) -> datetime:
        return self.house.ports.clock.now()

    def _flag(self, who: Person, flag_id: int) -> Any:
        def read(connection: Connection) -> Any:
            if not caseload.may_see_flag(connection, who, flag_id):
                raise NotAllowed("flag: not there, or not yours")
            return flags.get(connection, flag_id)

        return self.house.db.read(read)

    def _ladder(self, flag: Any) -> Ladder:
        query = sa.select(t.programmes).where(t.programmes.c.id == flag.programme_id)
        return read_programme(self.house.db.read(lambda connection: dict(connection.execute(query).mappings().one()))).ladder

    def _take(self, connection: Connection, who: Person, row: Any, state: str, until: datetime, now: datetime) -> None:
        """The flag is in good hands until then; of an open one this is the acknowledgement."""
        ids = self.house.ports.ids
        flag_moves.take(connection, ids, row, by_id=who.id, state=state, deadline=until, now=now)
        if row.state == "open":
            outbox.cancel_alerts(connection, row.id, now)
            self._event(connection, who, row, "acknowledged", now)

    def _clients(self, flag: Any) -> list[int]:
        """Whose messages a flag holds: the client's, or those of everybody at the phone."""
        if flag.client_id is not None:
            return [flag.client_id]
        c = t.contact_points.c
        there = sa.select(c.owner_id).where(c.address_id == flag.address_id, c.owner_kind == "client").distinct().order_by(c.owner_id)
        return self.house.db.read(lambda connection: list(connection.execute(there).scalars()))

    def _subject(self, flag: Any) -> int:
        return int(flag.subject_id)

    def _sealed_note(self, flag: Any, text: str) -> tuple[int, bytes | None]:
        """An id for the line of history that the words go with, and the words sealed; None where there are none."""
        event_id, vault = self.house.ports.ids.new(), self.house.vault
        text = text.strip()[:NOTE_CHARS_MAX]
        if not text:
            return event_id, None
        key = self.house.db.read(lambda connection: vault.key_for(connection, flag.client_id or flag.programme_id))
        return event_id, vault.seal(key, "flag_events.note", event_id, text)

    def _event(self, connection: Connection, who: Person, flag: Any, kind: str, now: datetime, **more: Any) -> None:
        ids = self.house.ports.ids
        flags.event(connection, ids, programme_id=flag.programme_id, flag_id=flag.id, kind=kind, now=now, by_id=who.id, **more)

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


def required(text: str, most: int, what: str) -> str:
    """
    What was typed, stripped.

    Raises:
        WrongUse: nothing was, or more than `most` characters.
    """
    text = text.strip()
    if not text:
        raise WrongUse(f"{what}: write something")
    if len(text) > most:
        raise WrongUse(f"{what}: {len(text)} characters; at most {most} are allowed")
    return text
