"""
The ground that everything stands on: the installation, programmes, staff, keys, the audit trail.

Every table has `id` (63 bits, made by us) and `programme_id`, first in each hot index, so that a programme can live on
its own server. A column that ends in `_sealed` holds encrypted text (see `storage/crypto.py`); all others are plain
because SQL must sort or select by them, and none of those names a person.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from storage.types import Json, Utc

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)


def key() -> sa.Column[int]:
    """The primary key: an id made by us, never by the database."""
    return sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False)


def programme() -> sa.Column[int]:
    """Which programme the row belongs to."""
    return sa.Column("programme_id", sa.BigInteger, nullable=False)


def number(name: str, default: int | None = 0) -> sa.Column[int]:
    """A whole number; without a default it may be absent."""
    if default is None:
        return sa.Column(name, sa.BigInteger)
    return sa.Column(name, sa.BigInteger, nullable=False, default=default, server_default=str(default))


def word(name: str, default: str | None = None) -> sa.Column[str]:
    """A plain code or label; without a default it must be given."""
    if default is None:
        return sa.Column(name, sa.String(200), nullable=False)
    return sa.Column(name, sa.String(200), nullable=False, default=default, server_default=default)


def maybe(name: str) -> sa.Column[Any]:
    """A plain code that may be absent."""
    return sa.Column(name, sa.String(200))


def moment(name: str, *, needed: bool = False) -> sa.Column[Any]:
    """A moment, UTC."""
    return sa.Column(name, Utc, nullable=not needed)


def sealed(name: str) -> sa.Column[Any]:
    """Encrypted text."""
    return sa.Column(name, sa.LargeBinary)


def json(name: str) -> sa.Column[Any]:
    """Plain settings as JSON; nothing personal."""
    return sa.Column(name, Json)


meta = sa.Table("meta", metadata, sa.Column("name", sa.String(80), primary_key=True), sa.Column("value", sa.Text, nullable=False))

programmes = sa.Table(
    "programmes",
    metadata,
    key(),
    word("name"),
    word("kind"),  # demo | real, for ever
    word("status", "draft"),  # draft | active | held | closed
    word("zone"),
    word("language"),
    json("languages"),
    json("settings"),  # quiet hours, ladder, caps, business hours; see bot/programme.py
    number("generation", 1),
    number("flag_codes"),  # the last reply code given out to a flag
    moment("activated_at"),
    moment("held_at"),
    moment("created_at", needed=True),
    sa.UniqueConstraint("name"),
    sa.CheckConstraint("kind IN ('demo', 'real')", name="kind"),
)

users = sa.Table(
    "users",
    metadata,
    key(),
    programme(),
    word("role"),
    maybe("sign_in"),  # the name typed at sign-in; None: acts by phone only
    maybe("password_hash"),
    sealed("name_sealed"),
    word("language", "en"),
    word("zone"),
    number("supervisor_id", None),
    moment("leave_from"),
    moment("leave_until"),
    json("hours"),  # the person's own hours: {"0": ["09:00", "17:00"], ...}
    word("status", "active"),
    number("failed"),
    moment("locked_until"),
    moment("created_at", needed=True),
    number("cover_id", None),  # who stands in while the person is away
    sa.UniqueConstraint("sign_in"),
    sa.Index("ix_users_programme", "programme_id", "role"),
)

sessions = sa.Table(
    "sessions",
    metadata,
    key(),
    programme(),
    sa.Column("token_hash", sa.LargeBinary(32), nullable=False, unique=True),
    sa.Column("user_id", sa.BigInteger, sa.ForeignKey("users.id"), nullable=False),
    word("csrf"),
    moment("created_at", needed=True),
    moment("seen_at", needed=True),
    moment("expires_at", needed=True),
)

sign_in_links = sa.Table(
    "sign_in_links",
    metadata,
    key(),
    programme(),
    sa.Column("token_hash", sa.LargeBinary(32), nullable=False, unique=True),
    sa.Column("user_id", sa.BigInteger, sa.ForeignKey("users.id"), nullable=False),
    moment("expires_at", needed=True),
    moment("used_at"),
)

data_keys = sa.Table(
    "data_keys",
    metadata,
    key(),
    programme(),
    sa.Column("subject_id", sa.BigInteger, nullable=False, index=True),  # a client, a user or a programme
    sa.Column("wrapped", sa.LargeBinary),  # None once erased
    moment("created_at", needed=True),
    moment("erased_at"),
)

audit = sa.Table(
    "audit",
    metadata,
    key(),
    programme(),
    number("chain_id"),  # the client whose trail it is, else the programme
    number("seq"),
    moment("at", needed=True),
    number("actor_id"),
    word("actor_role"),
    word("action"),
    maybe("target"),  # "flag 123": ids only
    json("detail"),  # codes and counts only
    sa.Column("previous", sa.LargeBinary(32), nullable=False),
    sa.Column("hash", sa.LargeBinary(32), nullable=False),
    sa.UniqueConstraint("chain_id", "seq"),
)

audit_heads = sa.Table(
    "audit_heads",
    metadata,
    sa.Column("chain_id", sa.BigInteger, primary_key=True, autoincrement=False),
    programme(),
    number("seq"),
    sa.Column("hash", sa.LargeBinary(32), nullable=False),
)
