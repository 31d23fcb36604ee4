"""Clients: made with a data key of their own, named to staff by a code, reached by phone or Telegram."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot.errors import NotFound
from bot.house import House
from bot.setting_up.given import COMMAND_LINE, Given, Made, trail
from bot.setting_up.points import add_point, sender_for
from bot.values import Person
from storage import audit, people
from storage import schema as t
from storage.keys import create_key

PRIVACY = ("neutral", "on_request", "open")
TAGS_MAX = 20


@dataclass(frozen=True, slots=True)
class NewClient:
    """
    A client to be made. What is empty is the programme's, or not known.

    manager_id: the case manager whose caseload it is. country: of residence; it decides the crisis line.
    code: how staff name the client without naming them; empty: the next free one.
    phone: gets texts. telegram: is to be invited there; telegram_chat: bound already (demo only).
    prefer: sms | telegram, tried first. sms_sender_id, telegram_sender_id: where a programme has several.
    birth_date: YYYY-MM-DD.
    """

    name: str = field(repr=False)
    manager_id: int
    language: str = ""
    zone: str = ""
    country: str | None = None
    code: str = ""
    phone: str = field(default="", repr=False)
    telegram: bool = False
    telegram_chat: str = field(default="", repr=False)
    prefer: str = "sms"
    birth_date: str = field(default="", repr=False)
    privacy: str = "neutral"
    tags: Sequence[str] = ()
    sms_sender_id: int | None = None
    telegram_sender_id: int | None = None


def add_client(house: House, programme_id: int, new: NewClient, *, by: Person = COMMAND_LINE) -> Made:
    """Make a client; the label is the code. Two clients may share a phone: a note says so."""
    now, client_id = house.ports.clock.now(), house.ports.ids.new()

    def unit(connection: Connection) -> Made:
        given = Given("client")
        programme = people.by_id(connection, t.programmes, programme_id)
        if programme is None:
            raise NotFound("client: there is no such programme")
        row = _row(connection, given, new, programme)
        name, born = given.text("name", new.name), _born(given, new.birth_date, now)
        key = create_key(connection, house.vault, client_id, programme_id, now)
        row |= {
            "id": client_id,
            "created_at": now,
            "name_sealed": house.vault.seal(key, "clients.name", client_id, name),
            "birth_date_sealed": house.vault.seal(key, "clients.birth_date", client_id, born) if born else None,
        }
        if not given.faults:
            people.add(connection, t.clients, row)
        _reach(connection, house, given, new, programme, row, now)
        given.stop()
        _line_of(connection, given, row)
        said = {**trail(by, programme_id, "client.add", f"client {client_id}"), "chain_id": client_id}
        audit.append(connection, house.ports.ids, **said, now=now)
        return Made(client_id, row["code"], tuple(given.notes))

    return house.db.write(programme_id, unit)


def _row(connection: Connection, given: Given, new: NewClient, programme: dict[str, Any]) -> dict[str, Any]:
    """The plain columns, all checked."""
    manager = people.by_id(connection, t.users, new.manager_id)
    if manager is None or manager["programme_id"] != programme["id"] or manager["status"] != "active":
        given.fault("manager", "there is nobody of that name or id in this programme: say `checkline manager list`")
    elif manager["role"] != "case_manager":
        given.fault("manager", f"this person is a {manager['role']}; a caseload belongs to a case manager")
    code = given.text("code", new.code, 20).upper() if new.code else people.next_code(connection, programme["id"])
    if people.clients_by(connection, code, programme["id"]):
        given.fault("code", "a client of this programme has this code already; leave it out to get the next free one")
    if len(new.tags) > TAGS_MAX:
        given.fault("tags", f"at most {TAGS_MAX} are allowed")
    country = (programme["settings"] or {}).get("country", "") if new.country is None else new.country
    return {
        "programme_id": programme["id"],
        "code": code,
        "manager_id": new.manager_id,
        "language": given.language(new.language or programme["language"]),
        "zone": given.zone(new.zone or programme["zone"]),
        "country": given.country(country),
        "privacy": given.one_of("privacy", new.privacy, PRIVACY),
        "tags": [given.text("tags", tag, 40) for tag in new.tags],
    }


def _born(given: Given, typed: str, now: datetime) -> str:
    day = given.day("birth date", typed) or ""
    if day > now.date().isoformat() or "" < day < "1900":
        given.fault("birth date", "it must lie in the past, and after 1900")
    return day


def _reach(
    connection: Connection, house: House, given: Given, new: NewClient, programme: dict[str, Any], row: dict[str, Any], now: datetime
) -> None:
    given.one_of("prefer", new.prefer, ("sms", "telegram"))
    owner = ("client", row["id"])
    if new.phone:
        phone = given.phone(new.phone, row["country"])
        sender = sender_for(connection, given, programme["id"], "sms", new.sms_sender_id)
        if phone and sender:
            first = 0 if new.prefer == "sms" else 1
            add_point(connection, house, given, owner, sender, plain=phone, status="active", now=now, priority=first)
    if new.telegram_chat and programme["kind"] != "demo":
        given.fault("telegram", "a chat is bound by an invitation in a real programme: say `checkline invite`")
    elif (new.telegram or new.telegram_chat) and (
        sender := sender_for(connection, given, programme["id"], "telegram", new.telegram_sender_id)
    ):
        first, status = (0 if new.prefer == "telegram" else 1), ("active" if new.telegram_chat else "added")
        add_point(connection, house, given, owner, sender, plain=new.telegram_chat, status=status, now=now, priority=first)
    if not (new.phone or new.telegram or new.telegram_chat):
        given.note("No phone and no Telegram: nothing can be sent to this client.")


def _line_of(connection: Connection, given: Given, row: dict[str, Any]) -> None:
    lines = people.of_programme(connection, t.crisis_lines, row["programme_id"])
    if not row["country"]:
        given.note("No country: in a crisis this client is told to call the local emergency number.")
    elif not any(line["country"] == row["country"] and line["confirmed_at"] for line in lines):
        given.note(f"No crisis line is confirmed for {row['country']}: say `checkline crisis-line confirm`.")
