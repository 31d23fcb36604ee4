"""
What is due becomes an outgoing message, or a reason why not.

A slot of an enrolment fires: the gate is asked; the conversation opens with its first messages in the outbox, or the
slot waits, is skipped, or expires, each with a reason. The next slot is made in the same unit, so none is ever missing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy import Connection

from bot import crisis, effects, facts, flow_store, gate, instrument_gate, situation, watching
from bot.changes import Change, Claim, Insert, MakeDue, OpenTask, SettleSlot, TakeDue, Update, write
from bot.compose import Line, Thread
from bot.flows.model import Start, State
from bot.flows.state import to_json
from bot.flows.step import step
from bot.house import House
from bot.programme import Programme, read_programme
from bot.values import ChannelKind, Finding, MessageClass, Purpose, Reason
from scheduler.recurrence import Occurrence, Offsets, from_json, next_after, reminders
from storage import due, plans
from storage import schema as t
from storage.inbound import NOT_THEIRS

ASK_AGAIN = timedelta(minutes=15)
"""When a slot that waits for something to change is looked at again."""
WOKEN = (Reason.open_critical_flag, Reason.client_held, Reason.telegram_not_opened)
"""What a person's act ends, and that act looks at the slot again: nothing is gained by asking in between."""
WINDOW = timedelta(days=7)
"""The longest that a conversation stays open; its questions time out long before."""
FRESH = timedelta(hours=24)
"""How long after its moment a prompt is still worth sending, unless the flow is about an appointment."""
TELEGRAM_WAIT = timedelta(days=3)
ABSENT = ("change", "cannot_come")
"""Answers to a reminder that a person now acts on: asking "Can you come?" again would say that nobody read them."""
APPOINTMENT_LEAD = timedelta(hours=1)
BY_PHONE = (
    Reason.open_critical_flag,
    Reason.client_held,
    Reason.capped,
    Reason.not_after,
    Reason.no_address,
    Reason.conversation_open,
    Reason.telegram_not_opened,
    Reason.programme_held,
)
"""Where an appointment's reminder does not go for these, a person must remind."""
READY = ("verified", "active")


@dataclass(frozen=True, slots=True)
class Fired:
    """
    A slot and its surroundings, opened.

    kept: the programme keeps the flow in the version that would begin now. lapsed: it asks what may not be asked now.
    """

    slot: dict[str, Any]
    enrolment: dict[str, Any]
    client: dict[str, Any]
    programme: Programme
    manager_name: str
    goal: dict[str, Any] | None
    appointment: dict[str, Any] | None
    points: tuple[dict[str, Any], ...]
    busy: int | None
    decision: gate.Decision | None
    kept: bool = False
    lapsed: bool = False


class Outreach:
    """Carries out what falls due for clients. Every method is one read and one write unit."""

    def __init__(self, house: House) -> None:
        self.house = house

    def fire(self, slot_id: int, due_id: int, now: datetime) -> str:
        """The slot's moment has come: "prompted", "held", "skipped", "expired", "over" (nothing to do) or "lost" (try again)."""
        house = self.house
        fired = house.db.read(lambda connection: self._read(connection, slot_id, now))
        if fired is None:
            house.db.write(slot_id, lambda connection: due.done(connection, due_id), 2)
            return "over"
        outcome, changes = self._changes(fired, now)
        house.ports.points.point("fire.before-unit")

        def unit(connection: Connection) -> bool:
            house.ports.points.point("fire.in-unit")
            return write(connection, house.ports.ids, [TakeDue(due_id), *changes], now)

        done = house.db.write(fired.client["id"], unit, 2)
        house.ports.points.point("fire.after-commit")
        return outcome if done else "lost"

    def opened(self, client_id: int, due_id: int, now: datetime) -> bool:
        """The client can be reached now: slots that waited for it are looked at again at once."""
        house = self.house

        def unit(connection: Connection) -> bool:
            if not due.done(connection, due_id):
                return False
            c = t.slots.c
            waiting = connection.execute(sa.select(c.id, c.programme_id).where(c.client_id == client_id, c.state == "held")).all()
            for slot_id, programme_id in waiting:
                due.forget(connection, slot_id, "start")
                due.plan(connection, house.ports.ids, programme_id=programme_id, kind="start", at=now, ref_id=slot_id, client_id=client_id)
            return True

        return house.db.write(client_id, unit, 2)

    # ------------------------------------------------------------ read

    def _read(self, connection: Connection, slot_id: int, now: datetime) -> Fired | None:
        vault = self.house.vault
        slot = connection.execute(sa.select(t.slots).where(t.slots.c.id == slot_id)).mappings().first()
        if slot is None or slot["state"] not in ("planned", "held") or slot["conversation_id"] is not None:
            return None
        enrolment = dict(connection.execute(sa.select(t.enrolments).where(t.enrolments.c.id == slot["enrolment_id"])).mappings().one())
        client = plans.opened(connection, vault, t.clients, slot["client_id"])
        assert client is not None
        row = dict(connection.execute(sa.select(t.programmes).where(t.programmes.c.id == slot["programme_id"])).mappings().one())
        programme = read_programme(row)
        manager = plans.opened(connection, vault, t.users, client["manager_id"])
        points = tuple(plans.points_of(connection, client["id"]))
        fired = Fired(
            slot=dict(slot),
            enrolment=enrolment,
            client=client,
            programme=programme,
            manager_name=manager["name"] if manager else "",
            goal=plans.opened(connection, vault, t.goals, enrolment["goal_id"]),
            appointment=plans.opened(connection, vault, t.appointments, enrolment["appointment_id"]),
            points=points,
            busy=None,
            decision=None,
        )
        form = flow_store.latest(enrolment["flow"])
        if form.instrument is not None and form.instrument.gated:
            fired = replace(fired, lapsed=instrument_gate.lapsed(connection, row, form, now))
        point = _point(fired)
        if point is None or point["address_id"] is None:
            return fired
        decision = situation.prospective(
            connection,
            self.house,
            client_id=client["id"],
            address_id=point["address_id"],
            purpose=Purpose(enrolment["purpose"]),
            cls=MessageClass.prompt,
            not_after=slot["not_after"],
            now=now,
            exempt=("invitation",) if Purpose(enrolment["purpose"]) is Purpose.service else (),
        )
        return replace(
            fired,
            busy=plans.open_conversation_at(connection, point["address_id"]),
            decision=gate.gate(*decision, now),
            kept=flow_store.kept(connection, fired.programme.id, flow_store.latest(enrolment["flow"])),
        )

    # ------------------------------------------------------------ decide

    def _changes(self, fired: Fired, now: datetime) -> tuple[str, list[Change]]:
        following = self._next(fired, now)
        reason = _cannot(fired, now)
        if reason is not None:
            expired = reason is Reason.not_after
            state = "expired" if expired else "skipped"
            return state, [_lock(fired), SettleSlot(fired.slot["id"], state, reason), *self._task(fired, reason), *following]
        wait = _must_wait(fired)
        if wait is None:
            return "prompted", [*self._open(fired, now), *following]
        over = fired.slot["not_after"] + timedelta(seconds=1)
        again = over if wait.reason in WOKEN else min(wait.until or now + ASK_AGAIN, over)
        held = SettleSlot(fired.slot["id"], "held", wait.reason)
        due = MakeDue(fired.programme.id, "start", max(again, now + timedelta(minutes=1)), fired.slot["id"], client_id=fired.client["id"])
        return "held", [_lock(fired), held, due, *self._task(fired, wait.reason, now), *following]

    def _task(self, fired: Fired, reason: Reason, now: datetime | None = None) -> list[Change]:
        """The work item that a reason calls for."""
        client, point = fired.client, _point(fired)
        if reason is Reason.telegram_not_opened and point is not None and now is not None:
            if now - point["created_at"] < TELEGRAM_WAIT:
                return []
            return [OpenTask(fired.programme.id, client["id"], "telegram_not_opened", point["id"], client["manager_id"])]
        if fired.appointment is not None and reason in BY_PHONE and (now is None or reason is not Reason.conversation_open):
            return [OpenTask(fired.programme.id, client["id"], "remind_by_phone", fired.appointment["id"], client["manager_id"])]
        if reason is Reason.instrument_gate:
            return [OpenTask(fired.programme.id, client["id"], "instrument_gate", fired.enrolment["id"], client["manager_id"])]
        if reason is Reason.no_address:
            return [OpenTask(fired.programme.id, client["id"], "no_address", client["id"], client["manager_id"])]
        return []

    def _open(self, fired: Fired, now: datetime) -> list[Change]:
        """Open the conversation and put its first messages into the outbox."""
        house, client, enrolment = self.house, fired.client, fired.enrolment
        point = _point(fired)
        assert point is not None
        assert point["address_id"] is not None
        purpose = Purpose(enrolment["purpose"])
        flow = flow_store.latest(enrolment["flow"])
        known = client["last_inbound_at"] is not None or not fired.programme.languages[1:]
        limits = house.db.read(lambda connection: watching.limits_for(connection, house.vault, client["id"], flow))
        opened = facts.Opened(
            client["name"], fired.manager_name, client, fired.goal, fired.appointment, language_known=known, limits=limits
        )
        state, following = step(flow, State(facts=facts.facts(house, fired.programme, opened, purpose)), Start(), now)
        conversation_id, until = house.ports.ids.new(), _until(fired, now)
        key = house.db.read(lambda connection: house.vault.key_for(connection, client["id"]))
        line = Line(
            programme_id=fired.programme.id,
            sender_id=point["sender_id"],
            channel=ChannelKind(point["channel"]),
            address_id=point["address_id"],
            key=key,
            language=client["language"],
            zone=client["zone"],
            client_id=client["id"],
        )
        thread = Thread(conversation_id, purpose, until, enrolment["id"], enrolment["appointment_id"], fired.slot["id"])
        scene = effects.Scene(
            house=house,
            line=line,
            thread=thread,
            flow_id=flow.id,
            flow_version=flow.version,
            manager_id=client["manager_id"],
            languages=fired.programme.languages,
            plan_id=enrolment["plan_id"],
            goal_id=enrolment["goal_id"],
        )
        exempt = ("invitation",) if purpose is Purpose.service else ()
        outcome = effects.carry(
            scene, following, state, now, cls=MessageClass.prompt, exempt=exempt, slot_not_after=fired.slot["not_after"]
        )
        row = {
            "id": conversation_id,
            "programme_id": fired.programme.id,
            "client_id": client["id"],
            "address_id": point["address_id"],
            "sender_id": point["sender_id"],
            "enrolment_id": enrolment["id"],
            "slot_id": fired.slot["id"],
            "plan_id": enrolment["plan_id"],
            "goal_id": enrolment["goal_id"],
            "appointment_id": enrolment["appointment_id"],
            "flow": flow.id,
            "flow_version": flow.version,
            "purpose": purpose.value,
            "language": client["language"],
            "state_sealed": house.vault.seal(key, "conversations.state", conversation_id, to_json(state)),
            "opened_at": now,
            "until": until,
        }
        slot = Update(t.slots, fired.slot["id"], {"conversation_id": conversation_id, "state": "planned", "reason": None})
        settled = [] if outcome.drafts else [SettleSlot(fired.slot["id"], "skipped", Reason.conversation_over)]
        flagged = self._flagged(fired, point["address_id"], outcome.findings, now) if outcome.findings else []
        claim = Claim((client["id"],), point["address_id"], point["address_version"])
        version = flow_store.version_row(house.ports.ids.new(), fired.programme.id, flow, now)
        keep = [] if fired.kept else [Insert(t.flow_versions, version, once=True)]
        return [claim, *keep, Insert(t.conversations, row), slot, *settled, *outcome.changes, *flagged]

    def _flagged(self, fired: Fired, address_id: int, findings: list[Finding], now: datetime) -> list[Change]:
        """What a flow raises before anybody has answered: that it cannot go on."""
        about = self.house.db.read(
            lambda connection: crisis.about_client(connection, self.house, fired.programme, fired.client, address_id, now)
        )
        return crisis.raised(about, findings)

    def _next(self, fired: Fired, now: datetime) -> list[Change]:
        """The enrolment's next slot, made when this one first fires."""
        if fired.slot["reason"] is not None or fired.slot["point_id"] is not None:
            return []
        found = next_occurrence(
            fired.enrolment, fired.client["zone"], fired.slot["due_at"], fired=date.fromisoformat(fired.slot["local_date"])
        )
        if found is None:
            return []
        return slot_changes(self.house, fired.enrolment, fired.client, found, fired.appointment)


def slot_changes(
    house: House, enrolment: dict[str, Any], client: dict[str, Any], found: Occurrence, appointment: dict[str, Any] | None
) -> list[Change]:
    """A new slot and the due row that fires it. Unique by (enrolment, local date, n)."""
    slot_id = house.ports.ids.new()
    not_after = found.at_utc + FRESH
    if appointment is not None:
        not_after = min(not_after, appointment["starts_at"] - APPOINTMENT_LEAD)
    row = {
        "id": slot_id,
        "programme_id": enrolment["programme_id"],
        "client_id": client["id"],
        "enrolment_id": enrolment["id"],
        "local_date": found.local_date.isoformat(),
        "n": found.n,
        "due_at": found.at_utc,
        "not_after": max(not_after, found.at_utc),
    }
    due = MakeDue(enrolment["programme_id"], "start", found.at_utc, slot_id, client_id=client["id"])
    return [Insert(t.slots, row, once=True), due, Update(t.enrolments, enrolment["id"], {"last_on": row["local_date"]})]


def next_occurrence(enrolment: dict[str, Any], zone: str, after: datetime, fired: date | None = None) -> Occurrence | None:
    """When the enrolment falls due next, after a moment, in the client's wall clock. Reminders are made all at once instead."""
    rule = from_json(enrolment["rule"])
    if isinstance(rule, Offsets) or enrolment["status"] != "active":
        return None
    until = date.fromisoformat(enrolment["until_on"]) if enrolment["until_on"] else None
    return next_after(rule, date.fromisoformat(enrolment["start_on"]), after, ZoneInfo(zone), until, fired)


def first_slots(
    house: House, enrolment: dict[str, Any], client: dict[str, Any], now: datetime, appointment: dict[str, Any] | None = None
) -> list[Change]:
    """The slots to make when somebody is enrolled: the next one, or all reminders of the appointment."""
    rule = from_json(enrolment["rule"])
    if isinstance(rule, Offsets):
        assert appointment is not None
        found = reminders(rule, appointment["starts_at"], ZoneInfo(client["zone"]), now)
        return [change for each in found for change in slot_changes(house, enrolment, client, each, appointment)]
    first = next_occurrence(enrolment, client["zone"], now - timedelta(seconds=1))
    return slot_changes(house, enrolment, client, first, None) if first is not None else []


def _point(fired: Fired) -> dict[str, Any] | None:
    """The way to reach the client: the one that the slot names, the first that works, else the first there is."""
    if fired.slot["point_id"] is not None:
        return next((point for point in fired.points if point["id"] == fired.slot["point_id"]), None)
    usable = [
        point for point in fired.points if point["address_id"] is not None and point["stopped_at"] is None and point["status"] in READY
    ]
    waiting = [point for point in fired.points if point["address_id"] is None and point["status"] in ("added", "invited")]
    others = [point for point in fired.points if point["status"] not in NOT_THEIRS]
    return next(iter([*usable, *waiting, *others]), None)


def _cannot(fired: Fired, now: datetime) -> Reason | None:
    """Why the slot will never be prompted; None while it still may."""
    client, enrolment, point = fired.client, fired.enrolment, _point(fired)
    if client["status"] == "paused":
        return Reason.paused_by_client
    if enrolment["status"] != "active" or client["status"] != "active":
        return Reason.not_answered if enrolment["status"] == "paused" else Reason.not_enrolled
    if fired.appointment is not None and (fired.appointment["status"] != "booked" or fired.appointment["starts_at"] <= now):
        return Reason.appointment_over
    if fired.appointment is not None and fired.appointment["answer"] in ABSENT:
        return Reason.answered
    if fired.goal is not None and fired.goal["status"] != "active":
        return Reason.goal_over
    if not fired.programme.active:
        return Reason.programme_not_active
    if point is None or fired.lapsed:
        return Reason.no_address if point is None else Reason.instrument_gate
    if now > fired.slot["not_after"]:
        known = fired.slot["reason"]
        return Reason(known) if known and known != Reason.quiet_hours else Reason.not_after
    if isinstance(fired.decision, gate.Drop):
        return fired.decision.reason
    return None


def _must_wait(fired: Fired) -> gate.Wait | None:
    """What the slot waits for; None: it may go now."""
    point = _point(fired)
    if point is None or point["address_id"] is None:
        return gate.Wait(Reason.telegram_not_opened)
    if isinstance(fired.decision, gate.Wait):
        return fired.decision
    return gate.Wait(Reason.conversation_open) if fired.busy is not None else None


def _until(fired: Fired, now: datetime) -> datetime:
    if fired.appointment is not None:
        starts: datetime = fired.appointment["starts_at"]
        return max(now + timedelta(hours=1), min(now + WINDOW, starts))
    return now + WINDOW


def _lock(fired: Fired) -> Change:
    """Nothing is said: the client's row alone is touched, so that units of one client follow each other."""
    return Update(t.clients, fired.client["id"], {"version": t.clients.c.version + 1})
