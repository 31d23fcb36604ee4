"""
What may go out when: one pure function, asked when a message is planned and again just before it is sent.

Seven classes of message against stop, quiet hours, caps, an open critical flag, age, consent and holds. The gate
knows neither who is due nor how a message travels: the caller brings the situation, and carries out the decision.
Question, table and answer are one module, so that the table is read whole.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cache
from importlib import resources
from typing import Protocol, TypeAlias
from zoneinfo import ZoneInfo

from bot.values import MessageClass, Purpose, Reason, Severity, utc

CONVERSATION = timedelta(minutes=30)
"""For this long after somebody wrote, an answer is no intrusion, whatever the hour."""

# ---------------------------------------------------------------- what is asked


class Hours(Protocol):
    """Somebody's quiet hours, as `bot/quiet_hours.py` computes them."""

    def is_quiet(self, now: datetime, zone: ZoneInfo) -> bool:
        """Whether nothing may be sent for its own sake."""
        ...

    def next_open(self, now: datetime, zone: ZoneInfo) -> datetime | None:
        """The first moment from `now` on that is not quiet; None: there is none."""
        ...

    def next_quiet(self, now: datetime, zone: ZoneInfo) -> datetime | None:
        """The first moment from `now` on that is quiet; None: there is none in the coming week."""
        ...


@dataclass(frozen=True, slots=True)
class Outgoing:
    """
    A message that wants to go out.

    not_after: its own last moment; None takes the class's (`deadline`).
    urgent_reason: a case manager gave a reason to write in quiet hours.
    invitation: the one message that may ask for consent before there is any.
    consent_exempt: a line about the line: media, late button, unknown number, second check.
    flag_severity: of the flag an alert is about; None when it answers what that person of staff just wrote.
    rung: a flag's first alert or a rung of its ladder; such are never grouped.
    appointment_reminder: somebody must phone when it cannot go.
    """

    cls: MessageClass
    purpose: Purpose
    created_at: datetime
    not_after: datetime | None = None
    urgent_reason: bool = False
    invitation: bool = False
    consent_exempt: bool = False
    flag_severity: Severity | None = None
    rung: bool = False
    appointment_reminder: bool = False


@dataclass(frozen=True, slots=True)
class Situation:
    """
    All that bears on whether the recipient may be written to now.

    zone, quiet: the recipient's own: the client's, or for an alert those of the person of staff.
    stopped: a STOP stands at the address.
    already_answered: since that STOP this keyword has had its one answer.
    consents: the purposes consented to. invited_once: an invitation has gone out before.
    client_opened_conversation: the conversation a reply belongs to began with the client's own message.
    last_inbound_at: when the recipient last wrote.
    client_held, programme_held: a person holds all messages of the client, or of the programme or everything.
    cap_per_day, cap_per_week: in the recipient's local days; None is no cap. sent_*: what counted so far.
    flag_open: the flag an alert is about is open; True for what is about none.
    """

    zone: ZoneInfo
    quiet: Hours
    stopped: bool = False
    already_answered: bool = False
    consents: frozenset[Purpose] = frozenset()
    invited_once: bool = False
    client_opened_conversation: bool = False
    last_inbound_at: datetime | None = None
    open_critical_flag: bool = False
    client_held: bool = False
    programme_held: bool = False
    sent_today: int = 0
    cap_per_day: int | None = None
    sent_this_week: int = 0
    cap_per_week: int | None = None
    flag_open: bool = True


class Task(enum.StrEnum):
    """The work item that a decision opens for a person."""

    phone_client = "phone_client"
    """A crisis reply did not go out: the client has had no reply."""
    tell_writer = "tell_writer"
    """The case manager who wrote must know that it did not go."""
    remind_by_phone = "remind_by_phone"
    """An appointment reminder is held or out of date."""


@dataclass(frozen=True, slots=True)
class Go:
    """It may be sent now."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Not now: ask again at `until`, or when the situation changes (None)."""

    reason: Reason
    until: datetime | None = None
    task: Task | None = None


@dataclass(frozen=True, slots=True)
class Drop:
    """Never."""

    reason: Reason
    task: Task | None = None


Decision: TypeAlias = Go | Wait | Drop


class Repeat(enum.StrEnum):
    """What follows when nobody can find out whether a message arrived."""

    again = "again"
    """Twice is better than never."""
    never = "never"
    unsure = "unsure"
    """Not repeated, shown as unsure; its no-reply clock starts."""
    writer = "writer"
    """The person who wrote it decides."""


REPEATS: Mapping[MessageClass, Repeat] = {
    MessageClass.crisis: Repeat.again,
    MessageClass.alert: Repeat.again,
    MessageClass.keyword: Repeat.never,
    MessageClass.reply: Repeat.unsure,
    MessageClass.staff: Repeat.writer,
    MessageClass.prompt: Repeat.unsure,
    MessageClass.bulk: Repeat.unsure,
}
"""A provider that has no record of a message twice has not got it: that is known, and no matter of this table."""

# ---------------------------------------------------------------- the table

_AGES = {MessageClass.crisis: timedelta(hours=2), MessageClass.keyword: timedelta(minutes=5)}
_DEFAULT_AGE = timedelta(hours=24)


def deadline(message: Outgoing) -> datetime | None:
    """
    The last moment at which the message may still go, in UTC.

    A crisis reply and an answer to a keyword may have less than their two hours and five minutes, never more. An
    alert lives as long as its flag: None. All else that names no moment has 24 hours, so that nothing lives for ever.
    """
    chosen = None if message.not_after is None else utc(message.not_after)
    if message.cls in _AGES:
        most = utc(message.created_at) + _AGES[message.cls]
        return most if chosen is None else min(most, chosen)
    if chosen is None and message.cls is not MessageClass.alert:
        return utc(message.created_at) + _DEFAULT_AGE
    return chosen


@dataclass(frozen=True, slots=True)
class _Asked:
    """The question, with what several columns need."""

    message: Outgoing
    situation: Situation
    now: datetime

    @property
    def wrote_lately(self) -> bool:
        wrote = self.situation.last_inbound_at
        return wrote is not None and self.now - utc(wrote) <= CONVERSATION

    @property
    def answers_now(self) -> bool:
        """Whether it answers what the recipient wrote within the half hour."""
        answers_staff = self.message.cls is MessageClass.alert and self.message.flag_severity is None
        return self.wrote_lately and (answers_staff or self.message.cls in (MessageClass.reply, MessageClass.staff))

    @property
    def never_quiet(self) -> bool:
        match self.message.cls:
            case MessageClass.crisis | MessageClass.keyword:
                return True
            case MessageClass.alert:
                return self.message.flag_severity is Severity.critical
            case MessageClass.staff:
                return self.message.urgent_reason
            case MessageClass.reply | MessageClass.prompt | MessageClass.bulk:
                return False

    @property
    def over_cap(self) -> bool:
        s = self.situation
        today = s.cap_per_day is not None and s.sent_today >= s.cap_per_day
        return today or (s.cap_per_week is not None and s.sent_this_week >= s.cap_per_week)

    @property
    def reminder_task(self) -> Task | None:
        return Task.remind_by_phone if self.message.appointment_reminder else None

    @property
    def writer_task(self) -> Task | None:
        return Task.tell_writer if self.message.cls is MessageClass.staff else None

    @property
    def expired(self) -> Drop:
        crisis = self.message.cls is MessageClass.crisis
        return Drop(Reason.not_after, Task.phone_client if crisis else self.writer_task or self.reminder_task)


def _stopped(asked: _Asked) -> Decision | None:
    return Drop(Reason.stopped, asked.writer_task) if asked.situation.stopped else None


def _one_each(asked: _Asked) -> Decision | None:
    return Drop(Reason.stopped) if asked.situation.stopped and asked.situation.already_answered else None


def _flag_closed(asked: _Asked) -> Decision | None:
    return None if asked.situation.flag_open else Drop(Reason.flag_closed)


def _age(asked: _Asked) -> Decision | None:
    last = deadline(asked.message)
    return asked.expired if last is not None and asked.now > last else None


def _consent_to_reply(asked: _Asked) -> Decision | None:
    message, situation = asked.message, asked.situation
    exempt = message.consent_exempt or message.purpose is Purpose.service or situation.client_opened_conversation
    return None if exempt or message.purpose in situation.consents else Drop(Reason.no_consent)


def _consent_to_any(asked: _Asked) -> Decision | None:
    return None if asked.situation.consents else Drop(Reason.no_consent, asked.writer_task)


def _consent_to_purpose(asked: _Asked) -> Decision | None:
    invites = asked.message.invitation and not asked.situation.invited_once
    return None if invites or asked.message.purpose in asked.situation.consents else Drop(Reason.no_consent)


def _held(asked: _Asked) -> Decision | None:
    if asked.situation.client_held:
        return Wait(Reason.client_held, task=asked.reminder_task)
    return Wait(Reason.programme_held, task=asked.reminder_task) if asked.situation.programme_held else None


def _critical_flag(asked: _Asked) -> Decision | None:
    return Wait(Reason.open_critical_flag, task=asked.reminder_task) if asked.situation.open_critical_flag else None


def _hours(asked: _Asked) -> Decision | None:
    quiet, zone = asked.situation.quiet, asked.situation.zone
    if asked.never_quiet or asked.answers_now or not quiet.is_quiet(asked.now, zone):
        return None
    until, last = quiet.next_open(asked.now, zone), deadline(asked.message)
    # What the client writes next may set a reply free before the morning, and an alert's flag decides; the rest only grows stale.
    stale = until is not None and last is not None and until > last
    if stale and asked.message.cls not in (MessageClass.reply, MessageClass.alert):
        return asked.expired
    return Wait(Reason.quiet_hours, until)


def _capped(asked: _Asked) -> Decision | None:
    return Drop(Reason.capped, asked.reminder_task) if asked.over_cap else None


def _grouped(asked: _Asked) -> Decision | None:
    alone = asked.message.rung or asked.never_quiet or asked.answers_now
    if alone or not asked.over_cap:
        return None
    zone = asked.situation.zone
    tomorrow = datetime.combine(asked.now.astimezone(zone).date() + timedelta(days=1), time(), zone)
    return Wait(Reason.capped, asked.situation.quiet.next_open(tomorrow, zone))


_SCHEDULED = (_stopped, _age, _consent_to_purpose, _held, _critical_flag, _hours, _capped)
_ROWS: Mapping[MessageClass, tuple[Callable[[_Asked], Decision | None], ...]] = {
    MessageClass.crisis: (_age,),
    MessageClass.alert: (_flag_closed, _age, _hours, _grouped),
    MessageClass.keyword: (_one_each, _age),
    MessageClass.reply: (_stopped, _age, _consent_to_reply, _held, _critical_flag, _hours),
    MessageClass.staff: (_stopped, _age, _consent_to_any, _held, _hours),
    MessageClass.prompt: _SCHEDULED,
    MessageClass.bulk: _SCHEDULED,
}
"""What each class is asked, in this order: what is for ever before what passes. A column that a class ignores is not there."""


def gate(message: Outgoing, situation: Situation, now: datetime) -> Decision:
    """
    Decide whether `message` may go to its recipient at `now` (aware).

    Returns:
        Go, Wait or Drop; the first reason that holds, those that cannot pass before those that can.
    """
    asked = _Asked(message, situation, utc(now))
    for check in _ROWS[message.cls]:
        decision = check(asked)
        if decision is not None:
            return decision
    return Go()


def hand_over_by(message: Outgoing, situation: Situation, now: datetime) -> datetime | None:
    """
    For a message that may go at `now`: until when a provider's queue may still deliver it, in UTC; None is no limit.

    The deadline, or when quiet hours begin, whichever is first; an answer has its 30 minutes in any case.
    """
    asked = _Asked(message, situation, utc(now))
    limits = [deadline(message), _quiet_from(asked)]
    return min((limit for limit in limits if limit is not None), default=None)


def _quiet_from(asked: _Asked) -> datetime | None:
    """From when quiet hours forbid to deliver it; None: they never do."""
    if asked.never_quiet:
        return None
    quiet, wrote = asked.situation.quiet.next_quiet(asked.now, asked.situation.zone), asked.situation.last_inbound_at
    return quiet if quiet is None or wrote is None or not asked.answers_now else max(quiet, utc(wrote) + CONVERSATION)


# ---------------------------------------------------------------- in words


@cache
def _sentences() -> dict[str, str]:
    lines = resources.files("bot").joinpath("reasons.tsv").read_text("utf-8").splitlines()
    return dict(line.split("\t", 1) for line in lines if line and not line.startswith("#"))


def sentence(reason: Reason) -> str:
    """Why a message did not go or waits, in one English sentence that a case manager can read; a msgid."""
    return _sentences()[reason]
