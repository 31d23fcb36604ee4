"""
What somebody is told of together: less urgent alerts that came close upon each other, and each morning what waits for a look.

Codes and counts only. The gate is asked as for every alert; nothing is said where somebody else has acted meanwhile.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from bot import compose, paging, roster, texts
from bot.alarm import Point, StaffMember
from bot.alerts import line_to
from bot.hours import OFFICE
from bot.house import House
from bot.telling import DIGEST
from bot.values import MessageClass, Purpose
from storage import due, outbox, pages, people, staff
from storage import schema as t
from storage.outbox import Draft

CODES_MAX = 8
"""More codes than this are not listed: the page shows them all."""
FRESH = timedelta(hours=12)
"""How long a morning's word is worth saying."""


class Gathered:
    """Tells people of what was gathered. One write unit each; True: done, or nothing to do."""

    def __init__(self, house: House) -> None:
        self.house = house

    def bundle(self, user_id: int, _stamp: int, due_id: int, now: datetime) -> bool:
        """The time is up for alerts that waited for each other: one message with their number."""
        house = self.house

        def unit(connection: Connection) -> bool:
            member = _member(connection, user_id)
            kept = pages.kept(connection, user_id, now)
            if not due.done(connection, due_id) or member is None or not kept.flags:
                return True
            point = member.point()
            if point is None:
                return True
            count = len(kept.flags)
            said = house.words.say_count(texts.ALERT_MORE.one, texts.ALERT_MORE.many, count, member.language, {"link": house.public_url})
            draft = self._draft(connection, member, point, pages.MORE, said, now)
            outbox.enqueue(connection, draft, now)
            pages.told_in(connection, kept.ids, draft.id, kept.instead, now)
            return True

        return house.db.write(user_id, unit, 0)

    def digest(self, user_id: int, _stamp: int, due_id: int, now: datetime) -> bool:
        """A morning of somebody's has come: what waits for their look, if anything does; and the next morning is planned."""
        house = self.house

        def unit(connection: Connection) -> bool:
            member = _member(connection, user_id)
            if not due.done(connection, due_id) or member is None:
                return True
            programme_id = int(people.by_id(connection, t.users, user_id)["programme_id"])  # type: ignore[index]
            week = member.week or pages.settings(connection, programme_id).get("business_hours") or OFFICE
            at = paging.next_morning(week, member.zone, now)
            due.plan(connection, house.ports.ids, programme_id=programme_id, kind=DIGEST, at=at, ref_id=user_id)
            point = None if member.away(now) else member.point()
            lines = self._morning(connection, member, now)
            if point is not None and lines:
                draft = self._draft(connection, member, point, "alert:digest", "\n".join(lines), now, not_after=now + FRESH)
                outbox.enqueue(connection, draft, now)
            return True

        return house.db.write(user_id, unit, 2)

    def _morning(self, connection: Connection, member: StaffMember, now: datetime) -> list[str]:
        words, link = self.house.words, self.house.public_url
        codes = pages.to_look_at(connection, member.id)
        notes = pages.worth_a_look(connection, member.id, now)
        said = []
        if codes:
            values = {"code": listed(codes), "link": link}
            said.append(words.say_count(texts.DIGEST_FLAGS.one, texts.DIGEST_FLAGS.many, len(codes), member.language, values))
        if notes:
            values = {"link": link}
            said.append(words.say_count(texts.DIGEST_NOTES.one, texts.DIGEST_NOTES.many, notes, member.language, values))
        return said

    def _draft(self, connection: Connection, member: StaffMember, point: Point, kind: str, text: str, now: datetime, **more: Any) -> Draft:
        user = people.by_id(connection, t.users, member.id)
        assert user is not None
        line = line_to(int(user["programme_id"]), member, point, self.house.vault.key_for(connection, member.id))
        return compose.message(self.house, line, cls=MessageClass.alert, kind=kind, text=text, now=now, purpose=Purpose.service, **more)


def listed(codes: Sequence[int]) -> str:
    """Codes as they are read: "12, 15, 18, …"."""
    return ", ".join([*map(str, codes[:CODES_MAX]), *(["…"] if len(codes) > CODES_MAX else [])])


def _member(connection: Connection, user_id: int) -> StaffMember | None:
    user = people.by_id(connection, t.users, user_id)
    if user is None or user["status"] != "active":
        return None
    return next((one for one in roster.members(staff.members(connection, user["programme_id"])) if one.id == user_id), None)
