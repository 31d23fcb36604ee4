"""
Who may sign in: users, their sessions, one-use sign-in links, and the throttle that slows guessing.

Passwords are hashed by Argon2 outside any transaction; sessions and links are known by the SHA-256 of their token,
so that the database alone opens nothing. `now` here is the machine's, never the demo's.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Connection

from bot.errors import WrongUse
from bot.values import ROLES, Ids, Person
from storage import schema as t
from storage.crypto import Vault
from storage.keys import create_key

IDLE: Final = timedelta(minutes=30)
ABSOLUTE: Final = timedelta(hours=12)
LINK: Final = timedelta(hours=12)
TOUCH: Final = timedelta(minutes=1)
"""How stale "last seen" may be: one write a minute is enough, not one a page."""
FAILURES_MAX: Final = 5
LOCK: Final = timedelta(minutes=15)
PASSWORD_MIN: Final = 10
PASSWORD_MAX: Final = 1024

_HASHER = PasswordHasher()

_BY_NAME = sa.select(t.users.c.id, t.users.c.password_hash, t.users.c.locked_until).where(
    t.users.c.sign_in == sa.bindparam("name"), t.users.c.status == "active"
)
_SESSION = (
    sa.select(
        t.sessions.c.id, t.sessions.c.csrf, t.sessions.c.seen_at, t.sessions.c.expires_at,
        t.users.c.id.label("user_id"), t.users.c.role, t.users.c.programme_id, t.users.c.zone, t.users.c.language, t.users.c.name_sealed,
    )
    .join(t.users, t.users.c.id == t.sessions.c.user_id)
    .where(t.sessions.c.token_hash == sa.bindparam("token_hash"), t.users.c.status == "active")
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Candidate:
    """What a sign-in is checked against. An unknown name has an id of 0, and a hash that nothing matches."""

    id: int
    password_hash: str = field(repr=False)
    locked: bool = False


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in person. name: as staff call her; stale: `seen_at` is due to be moved."""

    id: int
    person: Person
    csrf: str = field(repr=False)
    name: str = field(repr=False)
    zone: str
    language: str
    expires_at: datetime
    stale: bool


def hash_password(password: str, ids: Ids) -> str:
    """
    The Argon2id hash, with its parameters and salt.

    Raises:
        WrongUse: shorter than PASSWORD_MIN or longer than PASSWORD_MAX characters.
    """
    if not PASSWORD_MIN <= len(password) <= PASSWORD_MAX:
        raise WrongUse(f"password: give {PASSWORD_MIN} to {PASSWORD_MAX} characters; this has {len(password)}")
    return _HASHER.hash(password, salt=ids.bytes(16))


@lru_cache(maxsize=1)
def _nobodys() -> str:
    """A hash with today's parameters that no password is kept for: an unknown name costs the same time as a known one."""
    return _HASHER.hash("the password of nobody", salt=bytes(16))


def matches(candidate: Candidate, password: str) -> bool:
    """Whether the password is the candidate's. Takes some 50 ms and 64 MiB whatever the answer; call it outside any transaction."""
    try:
        _HASHER.verify(candidate.password_hash, password[:PASSWORD_MAX])
    except (VerificationError, InvalidHashError):
        return False
    return candidate.id != 0 and not candidate.locked


def candidate(connection: Connection, sign_in: str, now: datetime) -> Candidate:
    """Whom the typed name belongs to; somebody that nobody is when it is unknown."""
    row = connection.execute(_BY_NAME, {"name": sign_in.strip().lower()}).first()
    if row is None or row.password_hash is None:
        return Candidate(0, _nobodys())
    return Candidate(row.id, row.password_hash, row.locked_until is not None and row.locked_until > now)


def note_failure(connection: Connection, user_id: int, now: datetime) -> bool:
    """Count a wrong password; lock the account for LOCK at FAILURES_MAX in a row. Whether it is locked now."""
    c = t.users.c
    connection.execute(sa.update(t.users).where(c.id == user_id).values(failed=c.failed + 1))
    failed = connection.execute(sa.select(c.failed).where(c.id == user_id)).scalar() or 0
    if failed < FAILURES_MAX:
        return False
    connection.execute(sa.update(t.users).where(c.id == user_id).values(failed=0, locked_until=now + LOCK))
    return True


def token_hash(token: str) -> bytes:
    """What is stored of a session's or link's token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def open_session(connection: Connection, ids: Ids, user_id: int, token: str, csrf: str, now: datetime) -> Person:
    """Sign a user in: a session for `token`. Forgets the user's failures, and every session that is over."""
    c = t.users.c
    connection.execute(sa.delete(t.sessions).where(t.sessions.c.expires_at <= now))
    connection.execute(sa.update(t.users).where(c.id == user_id).values(failed=0, locked_until=None))
    row = connection.execute(sa.select(c.id, c.role, c.programme_id).where(c.id == user_id)).one()
    connection.execute(
        sa.insert(t.sessions),
        {
            "id": ids.new(), "programme_id": row.programme_id, "token_hash": token_hash(token), "user_id": user_id,
            "csrf": csrf, "created_at": now, "seen_at": now, "expires_at": now + ABSOLUTE,
        },
    )  # fmt: skip
    return Person(row.id, row.role, row.programme_id)


def find_session(connection: Connection, vault: Vault, token: str, now: datetime) -> Session | None:
    """The live session of a token; None when there is none, or it was idle for IDLE, or is older than ABSOLUTE."""
    row = connection.execute(_SESSION, {"token_hash": token_hash(token)}).first()
    if row is None or now >= row.expires_at or now >= row.seen_at + IDLE:
        return None
    name = vault.open(connection, "users.name", row.user_id, row.name_sealed) or ""
    person = Person(row.user_id, row.role, row.programme_id)
    return Session(row.id, person, row.csrf, name, row.zone, row.language, row.expires_at, now - row.seen_at >= TOUCH)


def touch_session(connection: Connection, session_id: int, now: datetime) -> None:
    """The person did something: the idle clock starts again."""
    connection.execute(sa.update(t.sessions).where(t.sessions.c.id == session_id).values(seen_at=now))


def close_session(connection: Connection, session_id: int) -> None:
    """Sign out."""
    connection.execute(sa.delete(t.sessions).where(t.sessions.c.id == session_id))


def close_sessions(connection: Connection, user_id: int) -> int:
    """Sign a user out everywhere; how many sessions there were."""
    return connection.execute(sa.delete(t.sessions).where(t.sessions.c.user_id == user_id)).rowcount


def make_link(connection: Connection, ids: Ids, user_id: int, token: str, now: datetime, *, lasts: timedelta = LINK) -> None:
    """A sign-in link for `token` that works once, until `now + lasts`."""
    programme_id = connection.execute(sa.select(t.users.c.programme_id).where(t.users.c.id == user_id)).scalar_one()
    row = {"id": ids.new(), "programme_id": programme_id, "token_hash": token_hash(token), "user_id": user_id, "expires_at": now + lasts}
    connection.execute(sa.insert(t.sign_in_links), row)


def use_link(connection: Connection, token: str, now: datetime) -> int | None:
    """Spend a sign-in link; whom it signs in, or None when it is unknown, used or over. Two at once: one wins."""
    c = t.sign_in_links.c
    digest = token_hash(token)
    spent = connection.execute(
        sa.update(t.sign_in_links).where(c.token_hash == digest, c.used_at.is_(None), c.expires_at > now).values(used_at=now)
    )
    if spent.rowcount != 1:
        return None
    user = sa.select(t.users.c.id).join(t.sign_in_links, c.user_id == t.users.c.id).where(c.token_hash == digest)
    user_id: int | None = connection.execute(user.where(t.users.c.status == "active")).scalar()
    return user_id


@dataclass(frozen=True, slots=True)
class NewUser:
    """A user to be made. sign_in: typed at sign-in, stored in lower case; None: acts by phone only."""

    id: int
    programme_id: int
    role: str
    name: str = field(repr=False)
    sign_in: str | None
    password_hash: str | None = field(repr=False)
    zone: str = "UTC"
    language: str = "en"
    supervisor_id: int | None = None


def add_user(connection: Connection, vault: Vault, user: NewUser, now: datetime) -> bool:
    """
    Make a user with a data key of her own; False when the sign-in name is taken.

    Raises:
        WrongUse: no such role.
    """
    if user.role not in ROLES:
        raise WrongUse(f"user: no role {user.role!r}; there are {', '.join(ROLES)}")
    sign_in = user.sign_in.strip().lower() if user.sign_in else None
    if sign_in and connection.execute(sa.select(t.users.c.id).where(t.users.c.sign_in == sign_in)).first():
        return False
    key = create_key(connection, vault, user.id, user.programme_id, now)
    row: dict[str, Any] = {
        "id": user.id, "programme_id": user.programme_id, "role": user.role, "sign_in": sign_in,
        "password_hash": user.password_hash, "name_sealed": vault.seal(key, "users.name", user.id, user.name),
        "zone": user.zone, "language": user.language, "supervisor_id": user.supervisor_id, "created_at": now,
    }  # fmt: skip
    connection.execute(sa.insert(t.users), row)
    return True


def user_named(connection: Connection, sign_in: str) -> Person | None:
    """The active user of a sign-in name, or None."""
    c = t.users.c
    row = connection.execute(
        sa.select(c.id, c.role, c.programme_id).where(c.sign_in == sign_in.strip().lower(), c.status == "active")
    ).first()
    return None if row is None else Person(row.id, row.role, row.programme_id)


def set_password(connection: Connection, user_id: int, password_hash: str) -> None:
    """Give a user another password: unlocks the account, and ends her sessions."""
    connection.execute(sa.update(t.users).where(t.users.c.id == user_id).values(password_hash=password_hash, failed=0, locked_until=None))
    close_sessions(connection, user_id)
