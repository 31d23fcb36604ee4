"""
What falls due within a conversation: a nudge, the end of waiting, going on after a hold.

Each due row carries the stamp of the wait it belongs to; a stale one is taken away and nothing else happens.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from bot import crisis, effects, flow_store, unanswered, watching
from bot.changes import CancelSaid, Change, Claim, MakeDue, TakeDue, Update, write
from bot.compose import Line, Thread
from bot.errors import CheckinError
from bot.flows.model import Again, Event, Nudge, Release, TimedOut
from bot.flows.state import from_json
from bot.flows.step import step
from bot.house import House
from bot.programme import read_programme
from bot.values import Category, ChannelKind, Finding, MessageClass, Purpose, Reason, Severity
from storage import flags, plans
from storage import schema as t


class Followup:
    """Carries out what falls due in open conversations. Every method is one read and one write unit."""

    def __init__(self, house: House) -> None:
        self.house = house

    def nudge(self, conversation_id: int, stamp: int, due_id: int, now: datetime) -> bool:
        """Remind, if this wait still goes on. False: lost a race, try again."""
        return self._step(conversation_id, Nudge(stamp), due_id, now, cls=MessageClass.prompt)

    def timeout(self, conversation_id: int, stamp: int, due_id: int, now: datetime) -> bool:
        """The window for an answer has closed: the flow goes on without, or ends as expired, and silence is a work item."""
        return self._step(conversation_id, TimedOut(stamp), due_id, now, cls=MessageClass.reply)

    def later(self, conversation_id: int, stamp: int, due_id: int, now: datetime) -> bool:
        """Ask again what the client put off, if it waits still."""
        return self._step(conversation_id, Again(stamp), due_id, now, cls=MessageClass.reply)

    def resume(self, conversation_id: int, due_id: int | None, now: datetime) -> bool:
        """Go on after a hold, unless the client still has an open critical flag: then it stays held until its window ends."""
        return self._step(conversation_id, Release(), due_id, now, cls=MessageClass.reply)

    def _step(self, conversation_id: int, event: Event, due_id: int | None, now: datetime, *, cls: MessageClass) -> bool:
        house = self.house
        changes = house.db.read(lambda connection: self._changes(connection, conversation_id, event, now, cls))
        taken: list[Change] = [TakeDue(due_id)] if due_id is not None else []
        house.ports.points.point("followup.before-unit")
        return house.db.write(conversation_id, lambda connection: write(connection, house.ports.ids, [*taken, *changes], now), 2)

    def _changes(self, connection: Connection, conversation_id: int, event: Event, now: datetime, cls: MessageClass) -> list[Change]:
        vault = self.house.vault
        row = connection.execute(sa.select(t.conversations).where(t.conversations.c.id == conversation_id)).mappings().first()
        if row is None or row["closed_at"] is not None:
            return []
        if isinstance(event, Release) and flags.has_open_critical(connection, row["client_id"]):
            return []
        plain = vault.open(connection, "conversations.state", conversation_id, row["state_sealed"])
        client = plans.opened(connection, vault, t.clients, row["client_id"])
        address = connection.execute(sa.select(t.addresses).where(t.addresses.c.id == row["address_id"])).mappings().one()
        via = connection.execute(sa.select(t.senders.c.channel).where(t.senders.c.id == row["sender_id"])).scalar_one()
        if plain is None or client is None:
            return []
        programme = read_programme(
            dict(connection.execute(sa.select(t.programmes).where(t.programmes.c.id == row["programme_id"])).mappings().one())
        )
        try:
            flow = flow_store.flow_of(connection, row["programme_id"], row["flow"], row["flow_version"])
            before = from_json(plain)
        except CheckinError:
            about = crisis.about_client(connection, self.house, programme, client, row["address_id"], now)
            return [Claim((client["id"],), row["address_id"], address["version"]), *_lost(about, conversation_id, now)]
        state, following = step(flow, before, event, now)
        if state == before and not following:
            return []
        line = Line(
            programme_id=row["programme_id"],
            sender_id=row["sender_id"],
            channel=ChannelKind(via),
            address_id=row["address_id"],
            key=vault.key_for(connection, client["id"]),
            language=row["language"],
            zone=client["zone"],
            client_id=client["id"],
        )
        purpose = Purpose(row["purpose"])
        scene = effects.Scene(
            house=self.house,
            line=line,
            thread=Thread(conversation_id, purpose, row["until"], row["enrolment_id"], row["appointment_id"], row["slot_id"]),
            flow_id=row["flow"],
            flow_version=row["flow_version"],
            manager_id=client["manager_id"],
            languages=programme.languages,
            plan_id=row["plan_id"],
            goal_id=row["goal_id"],
            flow=flow,
            earlier=watching.read_past(connection, vault, client["id"], flow, now).conversation(conversation_id),
        )
        outcome = effects.carry(scene, following, state, now, cls=cls)
        claim = Claim((client["id"],), row["address_id"], address["version"])
        flagged: list[Change] = []
        if state.held:  # no question waits, so that no other clock runs: the window ends it
            flagged.append(MakeDue(programme.id, "timeout", row["until"], conversation_id, client_id=client["id"], stamp=state.wait))
        about = crisis.about_client(connection, self.house, programme, client, row["address_id"], now)
        stopped = address["stopped_at"] is not None
        found = [*outcome.findings]
        if isinstance(event, Nudge) and not before.answers:
            found += unanswered.reminded(connection, row, client, stopped=stopped)
        flagged += crisis.raised(about, found)
        if isinstance(event, TimedOut) and state.outcome is not None:
            flagged.append(CancelSaid(conversation_id, Reason.conversation_over))
            if not (before.answers or before.held):
                flagged += unanswered.ended(connection, about, row, client, now, stopped=stopped)
        return [claim, *outcome.changes, *flagged]

    def silent(self, conversation_id: int, _stamp: int, due_id: int, now: datetime) -> bool:
        """The other way was tried a day ago: silence is a work item, unless the client was heard of since."""
        house = self.house

        def read(connection: Connection) -> list[Change]:
            c = t.conversations.c
            talk = connection.execute(sa.select(t.conversations).where(c.id == conversation_id)).mappings().first()
            client = plans.opened(connection, house.vault, t.clients, talk["client_id"]) if talk is not None else None
            if talk is None or client is None:
                return []
            stopped = sa.select(t.addresses.c.stopped_at).where(t.addresses.c.id == talk["address_id"])
            return unanswered.still_silent(connection, talk, client, stopped=connection.execute(stopped).scalar() is not None)

        changes = house.db.read(read)
        return house.db.write(conversation_id, lambda connection: write(connection, house.ports.ids, [TakeDue(due_id), *changes], now), 2)


def _lost(about: crisis.About, conversation_id: int, now: datetime) -> list[Change]:
    """The flow or the state cannot be read: it ends, so that it blocks nobody's phone, and a person takes it over."""
    why = "The conversation could not go on: its flow or its state cannot be read."
    finding = Finding(Severity.review, Category.processing, "conversation.lost", "", why)
    values = {"status": "interrupted", "closed_at": now}
    return [
        CancelSaid(conversation_id, Reason.conversation_over),
        Update(t.conversations, conversation_id, values),
        *crisis.raised(about, [finding]),
    ]
