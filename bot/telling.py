"""
Who is told of a flag, by which ways, at once or together with others: the alerts of one round, within the unit that moved the flag.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy import Connection

from bot import hours, paging
from bot.alarm import Point, StaffMember
from bot.values import Ids, Severity
from storage import due, flags, outbox, pages
from storage import schema as t

BUNDLE, DIGEST = "bundle", "digest"
"""Kinds of due row: somebody is told of what was gathered; a morning has come."""

_ALERT = sa.insert(t.alerts)


class MakeAlert(Protocol):
    """Makes the alerts of one flag, as grave as it is. Pure: it seals and measures, no more."""

    @property
    def severity(self) -> Severity: ...

    def __call__(self, member: StaffMember, point: Point, raised: flags.Raised, kind: str) -> outbox.Draft:
        """kind: first | again | escalation | lapsed | woken | no_reply."""
        ...


@dataclass(frozen=True, slots=True)
class _Round:
    """What all alerts of the round have in common."""

    connection: Connection
    ids: Ids
    raised: flags.Raised
    programme_id: int
    kind: str
    rung: str
    alert: MakeAlert
    settings: dict[str, Any]
    now: datetime


def tell(
    connection: Connection,
    ids: Ids,
    told: Sequence[StaffMember],
    raised: flags.Raised,
    programme_id: int,
    *,
    kind: str,
    rung: str,
    alert: MakeAlert,
    now: datetime,
) -> None:
    """
    Put an alert to each of `told` into the outbox, and note whom it was told to. A critical one, and any on the last rung,
    goes by every way there is to a person at once, others by the first. Which ones are gathered instead says `bot/paging.py`.

    Somebody without a way to be reached sees it in the console only; when that is everybody, it climbs at once.
    """
    about = _Round(connection, ids, raised, programme_id, kind, rung, alert, pages.settings(connection, programme_id), now)
    reached = sum(_tell(about, member) for member in told)
    people = {"people": len(told), "reached": reached}
    flags.event(
        connection, ids, programme_id=programme_id, flag_id=raised.flag_id, kind="alerted", now=now, detail={"rung": rung, **people}
    )
    if not reached and rung != "everybody":
        due.plan(connection, ids, programme_id=programme_id, kind="escalate", at=now, ref_id=raised.flag_id, stamp=raised.round)


def _tell(about: _Round, member: StaffMember) -> int:
    """Tell one person; by how many ways."""
    points = member.usable()
    _plan_digest(about, member)
    if points and _gathered(about, member):
        _note(about, member, None, bundled=True)
        return 1
    if about.rung != "everybody" and about.alert.severity < Severity.critical:
        points = points[:1]
    for point in points:
        draft = about.alert(member, point, about.raised, about.kind)
        outbox.enqueue(about.connection, draft, about.now)
        _note(about, member, draft.id)
    if not points:
        _note(about, member, None)
    return len(points)


def _gathered(about: _Round, member: StaffMember) -> bool:
    """Whether the alert waits for others; then the person is told of all of them when the time is up."""
    if not paging.may_wait(about.alert.severity, about.kind):
        return False
    limits = paging.limits(about.settings)
    lately = paging.Lately(*pages.lately(about.connection, member.id, about.raised.flag_id, about.now))
    if not paging.waits(about.alert.severity, about.kind, lately, limits, about.now):
        return False
    at = about.now + limits.group
    pages.plan_once(about.connection, about.ids, programme_id=about.programme_id, user_id=member.id, kind=BUNDLE, at=at)
    return True


def _plan_digest(about: _Round, member: StaffMember) -> None:
    """From the first flag that somebody is told of, each of their mornings is looked at."""
    week = member.week or about.settings.get("business_hours") or hours.OFFICE
    morning = paging.next_morning(week, member.zone, about.now)
    pages.plan_once(about.connection, about.ids, programme_id=about.programme_id, user_id=member.id, kind=DIGEST, at=morning)


def _note(about: _Round, member: StaffMember, outbox_id: int | None, *, bundled: bool = False) -> None:
    row = {
        "id": about.ids.new(),
        "programme_id": about.programme_id,
        "flag_id": about.raised.flag_id,
        "user_id": member.id,
        "rung": about.rung,
        "kind": about.kind,
        "outbox_id": outbox_id,
        "at": about.now,
        "round": about.raised.round,
        "bundled": int(bundled),
    }
    about.connection.execute(_ALERT, row)
