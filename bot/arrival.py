"""An incoming message with all that must be known to judge it, opened and typed. Read in one transaction, then nothing more is read."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot import own_words, roster
from bot.alarm import StaffMember
from bot.channels.channel import Inbound, InboundKind
from bot.compose import Line
from bot.errors import CheckinError
from bot.flow_store import flow_of
from bot.flows.language import Flow
from bot.flows.model import State
from bot.flows.state import from_json
from bot.house import House
from bot.programme import Programme, read_programme
from bot.staff_code import code_of
from bot.texts import CrisisLine
from bot.understanding.own_words import OwnWord
from bot.values import Asked, ChannelKind, Intent
from bot.watching import NOTHING, Goal, Past, read_goal, read_past
from storage import flags
from storage import inbound as reads
from storage.crypto import DataKey

NOTHING_ASKED = Asked(Intent.none)


@dataclass(frozen=True, slots=True)
class Talk:
    """The conversation that is open at the address."""

    row: Mapping[str, Any]
    state: State
    flow: Flow


@dataclass(frozen=True, slots=True)
class Known:
    """
    What a message asks of us, and what must be known to act on it (`bot/asked.py`).

    last: the conversation that ended last, where none is open. answers: of the open or the last one, the latest first, opened.
    appointments: booked ones to come, opened.
    """

    asked: Asked = NOTHING_ASKED
    last: Talk | None = None
    answers: tuple[Mapping[str, Any], ...] = ()
    appointments: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Arrival:
    """
    One incoming message and its surroundings.

    client: whose reply it is; None where that is nobody's, or cannot be told. others: everybody reached at the address.
    keys: data keys of the client or programme (`key`) and of each member of staff. names: of staff, for what clients are told.
    secret: what the second check asks for: ("code" | "birth_date", the right answer).
    talk_lost: a conversation is open there, and its state or its flow cannot be read.
    flag: the one whose reply code a member of staff sent, where it is theirs to take; its client's code is in it.
    purposes: client → (agreed to now, agreed to before the last STOP).
    known: what it asks in the client's own words.
    past: what the client answered before to what the open conversation watches. goal: the one it is about.
    own: words of the programme's own for the question that waits.
    """

    house: House
    snap: reads.Snapshot
    programme: Programme
    inbound: Inbound
    now: datetime
    received_id: int
    client: Mapping[str, Any] | None
    others: tuple[Mapping[str, Any], ...]
    talk: Talk | None
    staff: tuple[StaffMember, ...]
    key: DataKey
    keys: Mapping[int, DataKey]
    names: Mapping[int, str]
    purposes: Mapping[int, tuple[tuple[str, ...], tuple[str, ...]]]
    secret: tuple[str, str] | None
    flag: Mapping[str, Any] | None = None
    talk_lost: bool = False
    known: Known = Known()
    past: Past = NOTHING
    goal: Goal | None = None
    own: tuple[OwnWord, ...] = ()

    @property
    def language(self) -> str:
        """The language to answer in: the conversation's, the client's, else the programme's."""
        if self.talk is not None:
            return str(self.talk.row["language"])
        people = (self.client,) if self.client is not None else self.others
        return str(people[0]["language"]) if people else self.programme.language

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages to read with: of everybody at the address, then the programme's."""
        return tuple(dict.fromkeys([self.language, *(str(one["language"]) for one in self.others), *self.programme.languages]))

    @property
    def zone(self) -> str:
        """The time zone at the other end, as far as we know."""
        people = (self.client,) if self.client is not None else self.others
        return str(people[0]["zone"]) if people else self.programme.zone

    @property
    def managers(self) -> tuple[int, ...]:
        """The case managers concerned: the client's, or those of everybody at the address."""
        people = (self.client,) if self.client is not None else self.others
        return tuple(dict.fromkeys(int(one["manager_id"]) for one in people))

    @property
    def chain(self) -> int:
        """Which audit chain it belongs to."""
        return int(self.client["id"]) if self.client is not None else self.programme.id

    def line(self) -> Line:
        """The way back to who wrote."""
        return Line(
            programme_id=self.programme.id,
            sender_id=self.snap.sender["id"],
            channel=ChannelKind(self.snap.sender["channel"]),
            address_id=self.snap.address["id"],
            key=self.key,
            language=self.language,
            zone=self.zone,
            client_id=self.client["id"] if self.client is not None else None,
            user_id=self.snap.staff_id,
        )

    def crisis_line(self) -> CrisisLine:
        """The confirmed line of the country where the client lives; never a guess."""
        people = (self.client,) if self.client is not None else self.others
        countries = {str(one["country"]) for one in people}
        row = self.snap.lines.get(countries.pop()) if len(countries) == 1 else None
        if row is None or row["confirmed_at"] is None:
            return CrisisLine()
        return CrisisLine(row["name"], row["call"] or "", row["text"] or "", row["emergency"], local_only=bool(row["local_only"]))


def read_arrival(
    connection: Connection, house: House, sender_id: int, address_id: int, inbound: Inbound, now: datetime, received_id: int
) -> Arrival | None:
    """Read it all; None when sender or address is gone."""
    hashed = hashlib.sha256(inbound.start_token.encode()).digest() if inbound.kind is InboundKind.start and inbound.start_token else None
    snap = reads.look(
        connection, sender_id, address_id, message_id=inbound.provider_message_id, edit=inbound.edit, now=now, token_hash=hashed
    )
    if snap is None:
        return None
    programme = read_programme(snap.programme)
    try:
        talk, talk_lost = _talk(connection, house, snap), False
    except CheckinError:
        talk, talk_lost = None, True
    client = _client(snap)
    vault = house.vault
    staff = roster.members(snap.staff)
    subject = client["id"] if client is not None else (snap.staff_id or programme.id)
    return Arrival(
        house=house,
        snap=snap,
        programme=programme,
        inbound=inbound,
        now=now,
        received_id=received_id,
        client=client,
        others=snap.clients,
        talk=talk,
        staff=staff,
        key=vault.key_for(connection, subject),
        keys={one.id: vault.key_for(connection, one.id) for one in staff},
        names={row["id"]: vault.open(connection, "users.name", row["id"], row["name_sealed"]) or "" for row in snap.staff},
        purposes={one["id"]: reads.purposes_at(connection, one["id"]) for one in snap.clients} if snap.clients else {},
        secret=_secret(connection, house, snap),
        flag=_flag(connection, snap, inbound),
        talk_lost=talk_lost,
        past=read_past(connection, vault, client["id"], talk.flow, now) if talk is not None and client is not None else NOTHING,
        goal=read_goal(connection, talk.row["goal_id"]) if talk is not None and talk.row["goal_id"] is not None else None,
        own=() if talk is None else own_words.waiting(connection, house, programme.id, talk.flow, talk.state, str(talk.row["language"])),
    )


def _client(snap: reads.Snapshot) -> Mapping[str, Any] | None:
    """Whose reply it is: that of the client whose prompt is open there, else of the only one at the address."""
    if snap.conversation is not None:
        return next((one for one in snap.clients if one["id"] == snap.conversation["client_id"]), None)
    return snap.clients[0] if len(snap.clients) == 1 else None


def _talk(connection: Connection, house: House, snap: reads.Snapshot) -> Talk | None:
    row = snap.conversation
    if row is None:
        return None
    plain = house.vault.open(connection, "conversations.state", row["id"], row["state_sealed"])
    if plain is None:
        return None
    return Talk(row, from_json(plain), flow_of(connection, row["programme_id"], row["flow"], row["flow_version"]))


def _flag(connection: Connection, snap: reads.Snapshot, inbound: Inbound) -> Mapping[str, Any] | None:
    code = code_of(inbound) if snap.staff_id is not None else None
    if code is None or snap.staff_id is None:
        return None
    return flags.for_staff(connection, snap.programme["id"], code, snap.staff_id)


def _secret(connection: Connection, house: House, snap: reads.Snapshot) -> tuple[str, str] | None:
    invite = snap.invite
    if invite is None:
        return None
    code = house.vault.open(connection, "invites.code", invite["id"], invite["code_sealed"])
    return ("code", code) if code else None


def without_talk(arrival: Arrival) -> Arrival:
    """The same message with the conversation left alone: for quarantine, edits and failures."""
    return replace(arrival, talk=None)
