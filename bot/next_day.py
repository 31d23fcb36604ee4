"""
The day after a crisis reply: a follow-up in the case manager's name, drafted by us, sent by a person or not at all.

The crisis reply plans it; the next morning it is a work item, unless the flag turned out to be no concern. The draft names
and quotes nothing. After violence there is none: somebody else may read the phone, and how to talk is agreed first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy import Connection

from bot import compose, roster, texts
from bot.alarm import raise_alarm
from bot.arrival import Arrival
from bot.changes import MakeDue, Send
from bot.desk import STAFF_FRESH, TEXT_CHARS_MAX, Desk
from bot.errors import WrongUse
from bot.flag_acts import NO_CONCERN, required
from bot.programme import read_programme
from bot.values import Category, CrisisReply, MessageClass, Person, Purpose, Severity
from scheduler.recurrence import wall_to_utc
from storage import due, outbox, plans, staff, tasks
from storage import schema as t

MORNING: Final = time(10)
"""On the client's wall clock, the day after."""
TASK: Final = "follow_up"
LATELY: Final = timedelta(hours=48)
"""How long ago a crisis reply may have been for the draft to be of its kind."""

_DRAFTS = {"crisis:R1": texts.FOLLOW_UP, "crisis:R2": texts.FOLLOW_UP_WELL, "crisis:R4": texts.FOLLOW_UP_NEEDS}
_FLAGS = (
    sa.select(t.flags)
    .where(t.flags.c.id.in_(sa.select(t.findings.c.flag_id).where(t.findings.c.received_id == sa.bindparam("received"))))
    .where(t.flags.c.client_id.is_not(None), t.flags.c.severity >= int(Severity.high))
    .order_by(t.flags.c.severity.desc(), t.flags.c.id)
)
_SAID = sa.select(t.outbox.c.kind).where(
    t.outbox.c.client_id == sa.bindparam("client"),
    t.outbox.c.cls == MessageClass.crisis.value,
    t.outbox.c.created_at >= sa.bindparam("since"),
)
_OPEN = sa.and_(t.tasks.c.kind == TASK, t.tasks.c.closed_at.is_(None))


def planned(arrival: Arrival, replies: Sequence[Send]) -> list[MakeDue]:
    """The follow-up of a crisis reply to a client; none for the short line, nor for a phone that is nobody's or several people's."""
    if arrival.client is None or not any(one.draft.kind.removeprefix("crisis:") in CrisisReply.__members__ for one in replies):
        return []
    zone = ZoneInfo(arrival.zone)
    at = wall_to_utc(arrival.now.astimezone(zone).date() + timedelta(days=1), MORNING, zone)
    return [MakeDue(arrival.programme.id, TASK, at, arrival.received_id, client_id=arrival.client["id"])]


@dataclass(frozen=True, slots=True)
class Draft:
    """
    What may be sent. text: empty after violence. language: of the client; spoken: of the text, where that had to be English.
    """

    text: str
    language: str
    spoken: str
    careful: bool


class FollowUps(Desk):
    """Proposes the work item, drafts its words, and sends what a person makes of them."""

    def propose(self, received_id: int, due_id: int, now: datetime) -> bool:
        """The morning after: a work item, for the gravest flag of the message that is (or was) a concern. False: lost a race."""
        house = self.house

        def unit(connection: Connection) -> bool:
            if not due.done(connection, due_id):
                return False
            found = connection.execute(_FLAGS, {"received": received_id}).mappings()
            flag = next((one for one in found if one["outcome"] not in NO_CONCERN), None)
            if flag is not None and not self._waits(connection, flag["client_id"]):
                tasks.open_task(
                    connection, house.ports.ids, programme_id=flag["programme_id"], client_id=flag["client_id"], kind=TASK,
                    ref_id=flag["id"], owner_id=self._owner(connection, flag, now), now=now,
                )  # fmt: skip
            return True

        return house.db.write(received_id, unit, 2)

    def draft(self, who: Person, flag_id: int) -> Draft | None:
        """The words proposed for the open follow-up of a flag, in `who`'s name; None where none is open."""
        flag = self._flag(who, flag_id)

        def read(connection: Connection) -> Draft | None:
            open_one = sa.select(t.tasks.c.id).where(_OPEN, t.tasks.c.ref_id == flag_id)
            return self._draft(connection, who, flag) if connection.execute(open_one).first() else None

        return self.house.db.read(read)

    def send(self, who: Person, flag_id: int, text: str, *, urgent: bool = False) -> int:
        """
        Send the follow-up as a message of `who`, and close the work item; the id of the message in the outbox.

        text: as the person wants it. urgent: there is a reason to write in quiet hours.

        Raises:
            NotAllowed: the flag is not theirs to see. WrongUse: no follow-up is open, nothing was written, no way to reach the client.
        """
        house, now = self.house, self._now()
        flag = self._flag(who, flag_id)
        if self.draft(who, flag_id) is None:
            raise WrongUse("follow-up: none is open for this flag; write to the client instead, or wait until the morning after")
        text = required(text, TEXT_CHARS_MAX, "follow-up")
        line = house.db.read(lambda connection: self._line(connection, who, flag.client_id))
        draft = compose.message(
            house, line, cls=MessageClass.staff, kind=TASK, text=text, now=now, purpose=Purpose.service, by_id=who.id,
            exempt=("urgent",) if urgent else (), not_after=now + STAFF_FRESH,
        )  # fmt: skip

        def unit(connection: Connection) -> bool:
            mine = sa.and_(_OPEN, t.tasks.c.client_id == flag.client_id)
            closed = sa.update(t.tasks).where(mine).values(closed_at=now, closed_by=who.id, outcome="sent")
            if not connection.execute(closed).rowcount:
                return False
            outbox.enqueue(connection, draft, now)
            self._event(connection, who, flag, "followed_up", now, detail={"outbox": str(draft.id)})
            self._trail(connection, who, flag, "flag.follow_up", now)
            return True

        if not house.db.write(flag.client_id, unit):
            raise WrongUse("follow-up: somebody has just sent it")
        return draft.id

    # ------------------------------------------------------------ inner

    def _waits(self, connection: Connection, client_id: int) -> bool:
        return connection.execute(sa.select(t.tasks.c.id).where(_OPEN, t.tasks.c.client_id == client_id)).first() is not None

    def _owner(self, connection: Connection, flag: Mapping[Any, Any], now: datetime) -> int:
        """The case manager, or who stands in."""
        programme = connection.execute(sa.select(t.programmes).where(t.programmes.c.id == flag["programme_id"])).mappings().one()
        manager = connection.execute(sa.select(t.clients.c.manager_id).where(t.clients.c.id == flag["client_id"])).scalar_one()
        people = roster.members(staff.members(connection, flag["programme_id"]))
        return raise_alarm(Severity.review, [manager], people, read_programme(dict(programme)).ladder, now).owner_id

    def _draft(self, connection: Connection, who: Person, flag: Any) -> Draft:
        house, vault = self.house, self.house.vault
        client = plans.opened(connection, vault, t.clients, flag.client_id)
        writer = plans.opened(connection, vault, t.users, who.id)
        since = flag.raised_at - LATELY
        kinds = set(connection.execute(_SAID, {"client": flag.client_id, "since": since}).scalars())
        language = str((client or {}).get("language", "en"))
        careful = flag.category == Category.violence or "crisis:R3" in kinds
        msgid = next((text for kind, text in _DRAFTS.items() if kind in kinds), texts.FOLLOW_UP)
        if careful or client is None:
            return Draft("", language, language, careful)
        programme = connection.execute(sa.select(t.programmes.c.name).where(t.programmes.c.id == flag.programme_id)).scalar_one()
        values = {"name": client["name"], "manager": (writer or {}).get("name") or texts.YOUR_CASE_MANAGER, "programme": programme}
        spoken = language if house.words.is_spoken(msgid, language, values) else "en"
        return Draft(house.words.say(msgid, spoken, values), language, spoken, careful)
