"""Clients, the addresses they are reached at, what they agreed to, and the senders that write to them."""

from __future__ import annotations

import sqlalchemy as sa

from storage.schema.base import json, key, maybe, metadata, moment, number, programme, sealed, word

clients = sa.Table(
    "clients",
    metadata,
    key(),
    programme(),
    word("code"),  # how staff name the client without naming them: "C-012"
    sa.Column("manager_id", sa.BigInteger, sa.ForeignKey("users.id"), nullable=False),
    sealed("name_sealed"),
    sealed("birth_date_sealed"),
    word("language"),
    word("zone"),
    word("country"),
    word("privacy", "neutral"),  # neutral | on_request | open
    json("tags"),
    word("status", "active"),  # active | paused | closed | erased
    moment("held_at"),
    moment("paused_until"),
    number("version", 1),
    moment("last_inbound_at"),
    moment("created_at", needed=True),
    sa.UniqueConstraint("programme_id", "code"),
    sa.Index("ix_clients_caseload", "programme_id", "manager_id", "status"),
)

senders = sa.Table(
    "senders",
    metadata,
    key(),
    programme(),
    word("provider"),  # twilio | telegram | simulated
    word("channel"),  # sms | telegram
    word("address"),  # our own number or bot name
    maybe("account"),
    sealed("secret_sealed"),
    sealed("webhook_secret_sealed"),
    maybe("base_url"),
    word("stop", "ours"),  # who answers STOP: provider | ours
    sa.Column("rate_per_second", sa.Float, nullable=False, default=1.0, server_default="1"),  # segments
    moment("paced_until"),  # GCRA: when the last started segment is done, lanes 1 and later
    moment("paced_urgent_until"),  # the same for lane 0, which keeps a tenth of the rate
    moment("paused_at"),
    maybe("paused_reason"),
    moment("created_at", needed=True),
    sa.Index("ix_senders_programme", "programme_id", "channel"),
)

addresses = sa.Table(
    "addresses",
    metadata,
    key(),
    programme(),
    word("channel"),
    sa.Column("blind", sa.LargeBinary(16), nullable=False),  # keyed index over the number or chat id
    sealed("address_sealed"),
    moment("stopped_at"),
    maybe("stopped_why"),  # keyword | phrase | provider | blocked | recycled
    moment("last_inbound_at"),
    number("version", 1),
    moment("unknown_answered_at"),  # when an unknown number last got its polite line
    json("pending"),  # a list of ours that waits for a number, how often a question was put off, when thanks was answered
    sa.UniqueConstraint("programme_id", "channel", "blind"),
)

contact_points = sa.Table(
    "contact_points",
    metadata,
    key(),
    programme(),
    word("owner_kind"),  # client | user
    number("owner_id"),
    word("channel"),
    sa.Column("sender_id", sa.BigInteger, sa.ForeignKey("senders.id"), nullable=False),
    sa.Column("address_id", sa.BigInteger, sa.ForeignKey("addresses.id")),  # None until a Telegram chat is bound
    word("status", "added"),  # added | invited | verified | active | stopped | blocked | wrong | recycled
    number("priority"),  # 0 first
    moment("status_at", needed=True),
    moment("tested_at"),
    moment("created_at", needed=True),
    sa.Index("ix_contact_points_owner", "owner_id", "owner_kind"),
    sa.Index("ix_contact_points_address", "address_id"),
)

invites = sa.Table(
    "invites",
    metadata,
    key(),
    programme(),
    sa.Column("contact_point_id", sa.BigInteger, sa.ForeignKey("contact_points.id"), nullable=False),
    sa.Column("token_hash", sa.LargeBinary(32), nullable=False, unique=True),
    sealed("code_sealed"),  # the second check
    number("address_id", None),  # the chat that opened the link and still owes the second check
    number("tries"),
    moment("expires_at", needed=True),
    moment("used_at"),
    maybe("outcome"),  # bound | failed
    moment("created_at", needed=True),
    sa.Index("ix_invites_address", "address_id"),
)

consents = sa.Table(
    "consents",
    metadata,
    key(),
    programme(),
    sa.Column("client_id", sa.BigInteger, sa.ForeignKey("clients.id"), nullable=False),
    word("act"),  # grant | withdraw | restore | decline | invite
    json("purposes"),
    word("how"),  # flow | keyword | phrase | staff | paper
    number("by_id"),  # a user; 0: the client
    maybe("text_id"),  # msgid digest + flow version of the exact text shown
    sealed("text_sealed"),
    word("language"),
    maybe("channel"),
    number("address_id", None),
    number("shared_phone"),
    moment("at", needed=True),
    sa.Index("ix_consents_client", "client_id", "at"),
)

crisis_lines = sa.Table(
    "crisis_lines",
    metadata,
    key(),
    programme(),
    word("country"),
    word("name"),
    maybe("call"),
    maybe("text"),
    word("emergency"),
    maybe("hours"),
    json("languages"),
    number("local_only"),  # 1: no line here, local-emergency wording
    word("source"),
    word("verified_on"),
    number("confirmed_by", None),
    maybe("confirmed_as"),  # who confirmed, where it was not a user: "demo administrator"
    moment("confirmed_at"),
    sa.UniqueConstraint("programme_id", "country"),
)
