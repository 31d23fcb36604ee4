"""A small programme, written straight into the tables: what the pages must show, and to whom. Sealed by the real vault."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from bot.flow_store import latest, version_row
from bot.house import House
from bot.locales.words import Words
from bot.ports import Inline, NoPoints, Ports, SystemIds
from bot.values import Person
from storage import schema as t
from storage import users
from storage.crypto import DataKey, Vault
from storage.database import Database
from storage.keyring import KeyRing
from storage.keys import create_key

NOW = datetime(2026, 11, 24, 15, 20, tzinfo=UTC)
PASSWORD = "correct horse battery"


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self, at: datetime = NOW) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at


class NoTransport:
    """The console reaches for nobody."""

    def request(self, *_: Any, **__: Any) -> tuple[int, dict[str, str], bytes]:
        raise AssertionError("the console asked for something outside")


def house(database: Database, ids: SystemIds, *, ring: KeyRing | None = None, public_url: str = "http://127.0.0.1:8000") -> House:
    """A house around an open database, with clocks that stand."""
    ports = Ports(clock=Clock(), machine=Clock(), ids=ids, executor=Inline(), points=NoPoints(), transport=NoTransport())
    return House(database, Vault(ring or KeyRing.in_memory(ids), ids), ports, Words(), public_url)


@dataclass
class Seed:
    """Ids of what was made, by the name it has in the tests."""

    programme: int = 0
    people: dict[str, Person] = field(default_factory=dict)
    clients: dict[str, int] = field(default_factory=dict)
    flags: dict[str, int] = field(default_factory=dict)
    tasks: dict[str, int] = field(default_factory=dict)
    replies: dict[str, int] = field(default_factory=dict)
    words: dict[str, int] = field(default_factory=dict)


class Sower:
    """Writes rows, each sealed with its subject's key."""

    def __init__(self, connection: sa.Connection, house: House, now: datetime) -> None:
        self.c, self.house, self.now, self.seed = connection, house, now, Seed()
        self.ids, self.vault = house.ports.ids, house.vault
        self.keys: dict[int, DataKey] = {}
        self.addresses: dict[int, int] = {}
        self.plans: dict[int, int] = {}

    def row(self, table: sa.Table, subject: int | None = None, **values: Any) -> int:
        """Insert a row; `x__` is sealed into `x_sealed`. Returns its id."""
        row_id = values.pop("id", None) or self.ids.new()
        made: dict[str, Any] = {"id": row_id}
        for name, value in values.items():
            if name.endswith("__"):
                plain = name[:-2]
                key = self.keys[subject or self.seed.programme]
                made[f"{plain}_sealed"] = None if value is None else self.vault.seal(key, f"{table.name}.{plain}", row_id, value)
            else:
                made[name] = value
        if "programme_id" in table.c:
            made.setdefault("programme_id", self.seed.programme)
        self.c.execute(sa.insert(table), made)
        return row_id

    def key(self, subject: int) -> None:
        self.keys[subject] = create_key(self.c, self.vault, subject, self.seed.programme, self.now)

    def programme(self, kind: str = "demo") -> None:
        self.seed.programme = self.ids.new()
        self.key(self.seed.programme)
        self.row(
            t.programmes, id=self.seed.programme, name="Riverside", kind=kind, status="active", zone="Europe/Paris", language="en",
            languages=["en", "es", "ar"], settings={}, created_at=self.now,
        )  # fmt: skip
        self.sender = self.row(t.senders, provider="simulated", channel="sms", address="+15005550006", created_at=self.now)

    def user(self, name: str, role: str, shown: str, password_hash: str | None, supervisor: int | None = None) -> None:
        user_id = self.ids.new()
        made = users.NewUser(user_id, self.seed.programme, role, shown, name, password_hash, "Europe/Paris", "en", supervisor)
        assert users.add_user(self.c, self.vault, made, self.now)
        self.seed.people[name] = Person(user_id, role, self.seed.programme)

    def client(self, name: str, shown: str, manager: str, language: str = "en", zone: str = "Europe/Paris", **more: Any) -> int:
        client_id = self.ids.new()
        self.key(client_id)
        self.seed.clients[name] = client_id
        number = f"+336390001{len(self.seed.clients):02}"
        self.row(
            t.clients, client_id, id=client_id, code=f"C-{len(self.seed.clients):03}", manager_id=self.seed.people[manager].id,
            name__=shown, language=language, zone=zone, country="FR", created_at=self.now - timedelta(days=40), **more,
        )  # fmt: skip
        self.addresses[client_id] = self.row(
            t.addresses, channel="sms", blind=self.vault.index(self.seed.programme, number), address__=number
        )
        self.point(client_id, self.addresses[client_id])
        self.plans[client_id] = self.row(t.care_plans, client_id, client_id=client_id, title__="Settle at home", created_at=self.now)
        return client_id

    def point(self, client_id: int, address_id: int) -> None:
        self.row(
            t.contact_points, owner_kind="client", owner_id=client_id, channel="sms", sender_id=self.sender, address_id=address_id,
            status="active", status_at=self.now, created_at=self.now,
        )  # fmt: skip

    def heard(self, client_id: int, text: str, at: datetime, *, severity: int = 0, road: str = "answer", address: int | None = None) -> int:
        shared = address is not None
        return self.row(
            t.received, None if shared else client_id, sender_id=self.sender, address_id=address or self.addresses[client_id],
            client_id=None if shared else client_id, provider_message_id=str(self.ids.new()), kind="text", text__=text, severity=severity,
            road=road, at=at,
        )  # fmt: skip

    def said(self, client_id: int, text: str, at: datetime, *, cls: str = "prompt", state: str = "sent", **more: Any) -> int:
        labels = more.pop("labels", None)
        return self.row(
            t.outbox, client_id, sender_id=self.sender, address_id=self.addresses[client_id], client_id=client_id, cls=cls, lane=1,
            purpose="check_ins", kind=more.pop("kind", "ask"), state=state, due_at=at, seq=self.ids.new(), text__=text, language="en",
            labels__=json.dumps(labels) if labels else None, created_at=at, sent_at=at if state == "sent" else None,
            delivery=5 if state == "sent" else 0, **more,
        )  # fmt: skip

    def flag(self, name: str, client_id: int | None, category: str, severity: int, received: int | None, *, matched: str, why: str,
             opened: timedelta, deadline: timedelta | None, owner: str, **more: Any) -> int:  # fmt: skip
        at = self.now - opened
        code = len(self.seed.flags) + 1
        flag_id = self.row(
            t.flags, client_id=client_id, address_id=more.pop("address_id", None), subject_id=client_id or 1, category=category,
            severity=severity, code=code, owner_id=self.seed.people[owner].id, round=1, opened_at=at, raised_at=at,
            deadline_at=None if deadline is None else self.now + deadline, **more,
        )  # fmt: skip
        self.seed.flags[name] = flag_id
        self.row(
            t.findings, client_id, flag_id=flag_id, received_id=received, rule=f"{category}.intent/en", rule_version="1",
            severity=severity, category=category, matched__=matched, why=why, at=at,
        )  # fmt: skip
        self.row(t.flag_events, flag_id=flag_id, at=at, kind="opened", detail={})
        self.row(t.alerts, flag_id=flag_id, user_id=self.seed.people[owner].id, rung="owner", kind="first", at=at)
        return flag_id

    def task(self, name: str, client_id: int, kind: str, owner: str, age: timedelta) -> None:
        self.seed.tasks[name] = self.row(
            t.tasks, client_id=client_id, kind=kind, ref_id=client_id, owner_id=self.seed.people[owner].id, opened_at=self.now - age
        )


@lru_cache(maxsize=1)
def hashed() -> str:
    """The hash of everybody's password, made once: it costs 50 ms, on purpose."""
    return users.hash_password(PASSWORD, SystemIds(4))


def sow(house: House, *, kind: str = "demo") -> Seed:
    """
    Two case managers with clients of their own, their supervisor, an administrator.

    Secrets are words that stand nowhere else, so that a page that shows another's client can be caught by them.
    """
    password_hash = hashed()

    def unit(connection: sa.Connection) -> Seed:
        s = Sower(connection, house, house.ports.clock.now())
        s.programme(kind)
        s.user("sam", "supervisor", "Sam Okafor", password_hash)
        boss = s.seed.people["sam"].id
        s.user("ana", "case_manager", "Ana Ruiz", password_hash, boss)
        s.user("ben", "case_manager", "Ben Keller", password_hash, boss)
        s.user("root", "administrator", "Rita Root", password_hash)
        _clients(s)
        _talk(s)
        _concerns(s)
        _plans(s)
        _unread(s)
        return s.seed

    return house.db.write(0, unit)


def _clients(s: Sower) -> None:
    heard = s.now - timedelta(minutes=9)
    s.client("inés", "Inés Valdivia", "ana", "es", "Europe/Madrid", last_inbound_at=heard)
    s.client("omar", "عمر الحسيني", "ana", "ar", last_inbound_at=s.now - timedelta(hours=7))
    s.client("june", "June Whitfield", "ana", "en", "America/New_York", last_inbound_at=s.now - timedelta(days=6))
    s.client("paul", "Paul Marchand", "ana", "en", held_at=s.now - timedelta(days=1))
    s.client("zelda", "Zelda Quirkwood", "ben", "en", last_inbound_at=s.now - timedelta(hours=1))
    s.client("yuri", "Yuri Brambling", "ben", "en")
    s.point(s.seed.clients["yuri"], s.addresses[s.seed.clients["paul"]])  # Paul and Yuri share a phone


def _talk(s: Sower) -> None:
    ines, omar, zelda = (s.seed.clients[name] for name in ("inés", "omar", "zelda"))
    week = timedelta(days=7)
    s.said(ines, "Hola Inés, ¿cómo está en comparación con la semana pasada?", s.now - week, labels=["1 mejor", "2 igual", "3 peor"])
    s.heard(ines, "2 igual, gracias", s.now - week + timedelta(minutes=12))
    s.said(ines, "Gracias. Le escribimos la próxima semana.", s.now - week + timedelta(minutes=13), cls="reply")
    s.said(
        ines,
        "Hola Inés, ¿cómo está en comparación con la semana pasada?",
        s.now - timedelta(minutes=30),
        labels=["1 mejor", "2 igual", "3 peor"],
    )
    s.said(ines, "Recordatorio de su cita", s.now - timedelta(days=2), state="expired", reason="quiet_hours")
    s.said(omar, "مرحبا عمر، كيف حالك مقارنة بالأسبوع الماضي؟", s.now - timedelta(hours=8))
    s.said(zelda, "Zanzibarprompt for you", s.now - timedelta(hours=2))


def _concerns(s: Sower) -> None:
    ines, omar, june, zelda, yuri = (s.seed.clients[name] for name in ("inés", "omar", "june", "zelda", "yuri"))
    words = s.heard(ines, "3. La verdad ya no puedo más, quiero morirme", s.now - timedelta(minutes=9), severity=4)
    s.flag("inés", ines, "self_harm", 4, words, matched="quiero morirme", why="Says that she wants to die.", opened=timedelta(minutes=9),
           deadline=timedelta(minutes=6), owner="ana")  # fmt: skip
    s.said(ines, "Gracias por decírmelo. Esta línea no se atiende todo el tiempo. Llame al 024 o al 112.", s.now - timedelta(minutes=9),
           cls="crisis", kind="crisis:R1", flag_id=s.seed.flags["inés"])  # fmt: skip
    words = s.heard(omar, "ليس لدينا طعام اليوم", s.now - timedelta(hours=7), severity=3)
    s.flag("omar", omar, "needs", 3, words, matched="ليس لدينا طعام", why="Says that there is no food today.", opened=timedelta(hours=7),
           deadline=-timedelta(minutes=50), owner="ana", rung="supervisor", escalated_at=s.now - timedelta(minutes=50))  # fmt: skip
    s.flag("june", june, "unread", 2, None, matched="", why="Two replies could not be read.", opened=timedelta(days=1),
           deadline=None, owner="ana", state="acknowledged", acknowledged_at=s.now - timedelta(hours=20),
           acknowledged_by=s.seed.people["ana"].id)  # fmt: skip
    words = s.heard(zelda, "Xylophonewords I want to hurt him", s.now - timedelta(hours=1), severity=4)
    s.flag("zelda", zelda, "harm_to_others", 4, words, matched="hurt him", why="Vermilionwhy she says.", opened=timedelta(hours=1),
           deadline=-timedelta(minutes=45), owner="ben")  # fmt: skip
    shared = s.addresses[s.seed.clients["paul"]]
    words = s.heard(yuri, "It is cold in here", s.now - timedelta(hours=2), severity=2, road="shared", address=shared)
    s.flag("shared", None, "needs", 2, words, matched="cold", why="Says that it is cold.", opened=timedelta(hours=2),
           deadline=timedelta(hours=5), owner="sam", address_id=shared)  # fmt: skip
    s.task("june", june, "silent", "ana", timedelta(days=2))
    s.task("inés", ines, "transport", "ana", timedelta(hours=5))
    s.task("zelda", zelda, "reschedule", "ben", timedelta(hours=3))


def _plans(s: Sower) -> None:
    ines, zelda = s.seed.clients["inés"], s.seed.clients["zelda"]
    for client_id, title in ((ines, "Caminar cada día"), (zelda, "Wisteriagoal")):
        goal = s.row(
            t.goals, client_id, client_id=client_id, plan_id=s.plans[client_id], title__=title, unit="min", target=30.0, direction="up",
            value__="22", barrier__="Me duele la rodilla", value_at=s.now - timedelta(days=3), due_on="2026-12-20", created_at=s.now,
        )  # fmt: skip
        for days, value in ((28, 8), (21, 12), (14, 11), (7, 18), (3, 22)):
            s.row(
                t.answers, client_id, client_id=client_id, goal_id=goal, flow="goal-progress", flow_version=1, code="value",
                raw__=f"{value} min", value__=str(value), unit="min", confidence=1.0, how="number", action="accept",
                at=s.now - timedelta(days=days),
            )  # fmt: skip
        s.row(
            t.answers, client_id, client_id=client_id, goal_id=goal, flow="goal-progress", flow_version=1, code="barrier", raw__="rodilla",
            value__='"pain"', confidence=1.0, how="word", action="accept", at=s.now - timedelta(days=3),
        )  # fmt: skip
        s.row(
            t.appointments, client_id, client_id=client_id, title__="Consulta de rodilla", place__="Centro",
            starts_at=s.now + timedelta(days=2),
            zone="Europe/Madrid", created_at=s.now,
        )  # fmt: skip
        enrolment = s.row(
            t.enrolments, client_id=client_id, flow="weekly-pulse", purpose="check_ins", rule={}, start_on="2026-10-01", created_at=s.now
        )
        for n, (days, state, reason) in enumerate(((5, "planned", None), (-2, "expired", "quiet_hours"))):
            at = s.now + timedelta(days=days)
            s.row(
                t.slots, client_id=client_id, enrolment_id=enrolment, local_date=str(at.date()), n=n, due_at=at,
                not_after=at + timedelta(hours=6), state=state, reason=reason,
            )  # fmt: skip
        s.row(t.notes, client_id, client_id=client_id, by_id=s.seed.people["ana"].id, text__="Phoned her sister.", at=s.now)
        s.row(t.consents, client_id=client_id, act="grant", purposes=["check_ins", "goals"], how="flow", language="es", at=s.now)


def _unread(s: Sower) -> None:
    """What Inés and Zelda answered to the weekly question and nobody could read; and a word that the programme has already."""
    flow = latest("weekly-pulse")
    s.row(
        t.flow_versions,
        **{name: value for name, value in version_row(s.ids.new(), s.seed.programme, flow, s.now).items() if name != "programme_id"},
    )
    for name, text, days in (("inés", "Miraflores como siempre", 3), ("zelda", "Yellowhammered.", 2), ("june", "Yellowhammered!", 4)):
        client_id, at = s.seed.clients[name], s.now - timedelta(days=days)
        s.seed.replies[name] = s.row(
            t.unread_replies, client_id=client_id, received_id=s.heard(client_id, text, at), flow=flow.id, flow_version=flow.version,
            code="pulse", language="es" if name == "inés" else "en", how="no-match", at=at,
        )  # fmt: skip
    s.seed.words["zelda"] = s.row(
        t.own_words, flow=flow.id, code="pulse", language="en", kind="choice", phrase__="hunky-dory", value__='"better"',
        by_id=s.seed.people["sam"].id, at=s.now,
    )  # fmt: skip
