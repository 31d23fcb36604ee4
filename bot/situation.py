"""
All that bears on whether a message may go out, read from the database: the question that `bot/gate.py` answers.

Used twice: for a prompt before it exists (`prospective`), and for a row of the outbox just before it is handed over
(`situation`, `decide`). Within the caller's transaction, so that what is read here still holds when the row moves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy import Connection

from bot import gate
from bot.errors import WrongUse
from bot.house import House
from bot.programme import Programme, read_programme
from bot.quiet_hours import ALWAYS_OPEN, WEEKDAYS, QuietHours, parse_quiet_hours
from bot.values import MessageClass, Purpose, Reason, Severity
from storage import flags, inbound, pages
from storage import schema as t

PROGRAMMES_MAX = 1000
ROUTINE = (MessageClass.prompt, MessageClass.bulk)
COUNTED = ("prompt", "bulk", "staff")
"""What a client's budget of messages is made of."""
GONE = ("sent", "sending", "unknown")
"""States of what went out, as far as we know."""
CLIENT_OVER = {"paused": Reason.paused_by_client, "closed": Reason.not_enrolled, "erased": Reason.not_enrolled}

_o, _c, _a, _p, _s, _k, _f, _u, _m = (
    t.outbox.c, t.clients.c, t.addresses.c, t.programmes.c, t.senders.c, t.conversations.c, t.flags.c, t.users.c, t.appointments.c
)  # fmt: skip
_ABOUT_PROGRAMME = (_p.generation, _p.status.label("programme_status"), _p.held_at.label("programme_held_at"))
_ABOUT_ADDRESS = (_a.stopped_at, _a.last_inbound_at)
_ABOUT_CLIENT = (_c.zone.label("client_zone"), _c.held_at.label("client_held_at"), _c.status.label("client_status"), _c.manager_id)
_ROWS = (
    sa.select(
        t.outbox,
        *_ABOUT_PROGRAMME,
        *_ABOUT_ADDRESS,
        *_ABOUT_CLIENT,
        _a.address_sealed,
        _s.paused_at,
        _s.channel,
        _k.opened_by_client,
        _k.closed_at.label("talk_closed_at"),
        _k.wait.label("talk_wait"),
        _f.closed_at.label("flag_closed_at"),
        _f.state.label("flag_state"),
        _u.zone.label("user_zone"),
        _u.hours.label("user_hours"),
        _m.status.label("appointment_status"),
        _m.starts_at,
    )
    .join(t.addresses, _a.id == _o.address_id)
    .join(t.programmes, _p.id == _o.programme_id)
    .join(t.senders, _s.id == _o.sender_id)
    .outerjoin(t.clients, _c.id == _o.client_id)
    .outerjoin(t.conversations, _k.id == _o.conversation_id)
    .outerjoin(t.flags, _f.id == _o.flag_id)
    .outerjoin(t.users, _u.id == _o.user_id)
    .outerjoin(t.appointments, _m.id == _o.appointment_id)
    .where(_o.id.in_(sa.bindparam("rows", expanding=True)))
)
_PROSPECT = (
    sa.select(*_ABOUT_PROGRAMME, *_ABOUT_ADDRESS, *_ABOUT_CLIENT, _c.programme_id)
    .join(t.programmes, _p.id == _c.programme_id)
    .join(t.addresses, _a.id == sa.bindparam("address"))
    .where(_c.id == sa.bindparam("client"))
)
_SETTINGS = sa.select(t.programmes).where(_p.id == sa.bindparam("programme"))
_ANSWERED = (
    sa.select(_o.id)
    .where(
        _o.address_id == sa.bindparam("address"),
        _o.created_at >= sa.bindparam("since"),
        _o.cls == MessageClass.keyword.value,
        _o.kind == sa.bindparam("what"),
        _o.state.in_(GONE),
    )
    .limit(1)
)
_OTHER_TALK = sa.or_(_o.conversation_id.is_(None), _o.conversation_id != sa.bindparam("talk"))
_COUNT = sa.select(sa.func.count(), sa.func.count(sa.case((sa.func.coalesce(_o.sent_at, _o.sending_at) >= sa.bindparam("day"), 1)))).where(
    _o.client_id == sa.bindparam("client"),
    _o.created_at >= sa.bindparam("since"),
    _o.state.in_(GONE),
    _o.cls.in_(COUNTED),
    sa.func.coalesce(_o.sent_at, _o.sending_at) >= sa.bindparam("week"),
    _OTHER_TALK,
)
_INVITED = (
    sa.select(_o.id)
    .where(
        _o.client_id == sa.bindparam("client"),
        _o.cls == MessageClass.prompt.value,
        _o.purpose == Purpose.service.value,
        _o.state.in_(GONE),
        _OTHER_TALK,
    )
    .limit(1)
)
LIVED = timedelta(days=2)
"""How long before it went out a message may have been made, when what counts in a week is looked for by when it was made."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A message, with what is known of its surroundings: a row of `rows_of`, or a prospect made to look like one."""

    row: Mapping[Any, Any]
    cls: MessageClass
    purpose: Purpose
    exempt: frozenset[str]
    programme: Programme
    now: datetime

    @property
    def zone(self) -> ZoneInfo:
        """The recipient's own."""
        return _zone(self.row["client_zone"] or self.row.get("user_zone") or self.programme.zone)

    @property
    def quiet(self) -> QuietHours:
        """The recipient's own quiet hours."""
        if self.row.get("user_id") is None or self.row.get("client_id") is not None:
            return self.programme.quiet
        return _own_hours(tuple(sorted((day, tuple(span)) for day, span in (self.row["user_hours"] or {}).items())))


def rows_of(connection: Connection, row_ids: Sequence[int]) -> dict[int, Mapping[Any, Any]]:
    """Rows of the outbox with what surrounds each, in one statement; a row that is gone is left out."""
    return {row["id"]: row for row in connection.execute(_ROWS, {"rows": list(row_ids)}).mappings()}


def situation(connection: Connection, house: House, row: Mapping[Any, Any]) -> tuple[gate.Outgoing, gate.Situation]:
    """
    What the gate must know of a row of the outbox.

    row: at least its id; a row of `rows_of` is taken as it is.
    """
    known = row if "generation" in row else rows_of(connection, [row["id"]])[row["id"]]
    return _pair(connection, _asked(connection, known, house.ports.clock.now()))


def decide(connection: Connection, row: Mapping[Any, Any], now: datetime) -> tuple[gate.Decision, datetime | None]:
    """
    Whether a row of `rows_of` may be handed over `now`, and until when a provider's queue may still deliver it.

    Asks the gate, and besides whether what the message belongs to is still there.
    """
    asked = _asked(connection, row, now)
    over = _over(asked) or _told_otherwise(connection, row, now)
    if over is not None:
        return gate.Drop(over), None
    pair = _pair(connection, asked)
    decision = gate.gate(*pair, now)
    if isinstance(decision, gate.Wait) and decision.reason is Reason.programme_held and not _programme_held(row):
        return gate.Wait(Reason.programme_not_active, decision.until, decision.task), None
    if not isinstance(decision, gate.Go):
        return decision, None
    if row["paused_at"] is not None:
        return gate.Wait(Reason.sender_paused), None
    limit = gate.hand_over_by(*pair, now)
    if limit is not None and limit - now < timedelta(seconds=1):
        return gate.Wait(Reason.quiet_hours, limit), None  # too late for any queue; what follows is decided then
    return decision, limit


def prospective(
    connection: Connection,
    house: House,  # noqa: ARG001 - every shell hands on its house, and a programme may come to need it
    *,
    client_id: int,
    address_id: int,
    purpose: Purpose,
    cls: MessageClass,
    not_after: datetime,
    now: datetime,
    exempt: Sequence[str] = (),
) -> tuple[gate.Outgoing, gate.Situation]:
    """The same for a message to a client that does not exist yet."""
    found = connection.execute(_PROSPECT, {"client": client_id, "address": address_id}).mappings().one()
    row = {
        **found,
        "client_id": client_id,
        "address_id": address_id,
        "cls": cls.value,
        "purpose": purpose.value,
        "flags": {"exempt": list(exempt)},
        "created_at": now,
        "not_after": not_after,
    }
    return _pair(connection, _asked(connection, row, now))


def _asked(connection: Connection, row: Mapping[Any, Any], now: datetime) -> Asked:
    exempt = frozenset((row["flags"] or {}).get("exempt", ()))
    return Asked(row, MessageClass(row["cls"]), Purpose(row["purpose"]), exempt, _programme(connection, row), now)


def _pair(connection: Connection, asked: Asked) -> tuple[gate.Outgoing, gate.Situation]:
    row, cls, exempt = asked.row, asked.cls, asked.exempt
    about_flag = row.get("flag_id") is not None
    severity = Severity((row["flags"] or {}).get("severity", Severity.review)) if about_flag and cls is MessageClass.alert else None
    message = gate.Outgoing(
        cls=cls,
        purpose=asked.purpose,
        created_at=row["created_at"],
        not_after=row["not_after"],
        urgent_reason="urgent" in exempt,
        invitation="invitation" in exempt,
        consent_exempt="consent" in exempt,
        flag_severity=severity,
        rung="rung" in exempt,
        appointment_reminder=asked.purpose is Purpose.appointments and cls in ROUTINE,
    )
    today, week = _counts(connection, asked) if cls in ROUTINE else (0, 0)
    stands = gate.Situation(
        zone=asked.zone,
        quiet=asked.quiet,
        stopped=row["stopped_at"] is not None,
        already_answered=cls is MessageClass.keyword and _answered(connection, row),
        consents=_consents(connection, asked),
        invited_once=message.invitation and _invited(connection, row),
        client_opened_conversation=bool(row.get("opened_by_client")),
        last_inbound_at=row["last_inbound_at"],
        open_critical_flag=_critical(connection, asked),
        client_held=row["client_held_at"] is not None,
        programme_held=_programme_held(row) or row["programme_status"] != "active",
        sent_today=today,
        cap_per_day=asked.programme.cap_per_day if cls in ROUTINE else None,
        sent_this_week=week,
        cap_per_week=asked.programme.cap_per_week if cls in ROUTINE else None,
        flag_open=not about_flag or _flag_waits(row),
    )
    return message, stands


def _over(asked: Asked) -> Reason | None:
    """Why a message has lost its point, whatever the gate says."""
    row, cls = asked.row, asked.cls
    if row["client_status"] == "erased":
        return Reason.not_enrolled
    if cls in ROUTINE and row["client_status"] in CLIENT_OVER:
        return CLIENT_OVER[row["client_status"]]
    if cls in ROUTINE and row["starts_at"] is not None and (row["appointment_status"] != "booked" or row["starts_at"] <= asked.now):
        return Reason.appointment_over
    if row["wait"] and row["conversation_id"] is not None:
        if row["talk_closed_at"] is not None:
            return Reason.conversation_over
        if row["talk_wait"] is not None and row["talk_wait"] > row["wait"]:
            return Reason.superseded
    return None


def _flag_waits(row: Mapping[Any, Any]) -> bool:
    """Whether the flag of an alert still waits for somebody. That a client has had no reply is said whoever has taken it on."""
    if row["flag_closed_at"] is not None:
        return False
    waits: bool = row["cls"] != MessageClass.alert.value or row["flag_state"] == "open" or row["kind"] == "alert:no_reply"
    return waits


def _told_otherwise(connection: Connection, row: Mapping[Any, Any], now: datetime) -> Reason | None:
    """Somebody took on every flag that a message tells of together, or closed it."""
    if row["kind"] != pages.MORE or row["user_id"] is None or pages.still_open(connection, row["user_id"], row["id"], now):
        return None
    return Reason.flag_closed


def _programme_held(row: Mapping[Any, Any]) -> bool:
    return row["programme_held_at"] is not None or row["programme_status"] == "held"


_known: dict[tuple[int, int], Programme] = {}


def _programme(connection: Connection, row: Mapping[Any, Any]) -> Programme:
    """The settings, kept by their generation; whether it is held or active is read from the row each time."""
    name = (row["programme_id"], row["generation"])
    programme = _known.get(name)
    if programme is None:
        programme = read_programme(dict(connection.execute(_SETTINGS, {"programme": name[0]}).mappings().one()))
        if len(_known) >= PROGRAMMES_MAX:
            _known.clear()
        _known[name] = programme
    return programme


@lru_cache(maxsize=1000)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError):  # stored by somebody with other zones than this machine has
        return ZoneInfo("UTC")


@lru_cache(maxsize=1000)
def _own_hours(week: tuple[tuple[str, tuple[str, ...]], ...]) -> QuietHours:
    """Hours that somebody on the staff has set; none set, or none that can be read: always."""
    days: dict[str, list[str]] = {}
    for day, span in week:
        if len(span) == 2 and day.isdigit() and int(day) < len(WEEKDAYS):
            days[WEEKDAYS[int(day)]] = [f"{span[0]}-{span[1]}"]
    try:
        return parse_quiet_hours(days) if days else ALWAYS_OPEN
    except WrongUse:
        return ALWAYS_OPEN


def _consents(connection: Connection, asked: Asked) -> frozenset[Purpose]:
    """The purposes agreed to, where the class is asked for any."""
    client_id, cls = asked.row["client_id"], asked.cls
    exempt = "consent" in asked.exempt or asked.purpose is Purpose.service or bool(asked.row.get("opened_by_client"))
    asked_for = cls in (*ROUTINE, MessageClass.staff) or (cls is MessageClass.reply and not exempt)
    if client_id is None or not asked_for:
        return frozenset()
    return frozenset(Purpose(purpose) for purpose in inbound.purposes_at(connection, client_id)[0])


def _critical(connection: Connection, asked: Asked) -> bool:
    client_id = asked.row["client_id"]
    bound = asked.cls in (*ROUTINE, MessageClass.reply)
    return bound and client_id is not None and flags.has_open_critical(connection, client_id)


def _answered(connection: Connection, row: Mapping[Any, Any]) -> bool:
    if row["stopped_at"] is None:
        return False
    asked = {"address": row["address_id"], "since": row["stopped_at"], "what": row["kind"]}
    return connection.execute(_ANSWERED, asked).first() is not None


def _invited(connection: Connection, row: Mapping[Any, Any]) -> bool:
    """Whether an invitation went out before. All that one conversation says at its start is one invitation."""
    asked = {"client": row["client_id"], "talk": row.get("conversation_id") or 0}
    return connection.execute(_INVITED, asked).first() is not None


def _counts(connection: Connection, asked: Asked) -> tuple[int, int]:
    """What counted today and in the last seven days, by the client's calendar; what the same conversation said does not."""
    local = asked.now.astimezone(asked.zone)
    day = local.replace(hour=0, minute=0, second=0, microsecond=0)
    week = day - timedelta(days=6)
    known = {"client": asked.row["client_id"], "talk": asked.row.get("conversation_id") or 0}
    week_count, today = connection.execute(_COUNT, {**known, "day": day, "week": week, "since": week - LIVED}).one()
    return today, week_count
