"""Concerns as obligations: the flag, every finding in it, whom it was told to, and what was done."""

from __future__ import annotations

import sqlalchemy as sa

from storage.schema.base import json, key, maybe, metadata, moment, number, programme, sealed, word

_OPEN = sa.text("closed_at IS NULL")

flags = sa.Table(
    "flags",
    metadata,
    key(),
    programme(),
    sa.Column("client_id", sa.BigInteger, sa.ForeignKey("clients.id")),  # None: a flag on an address
    sa.Column("address_id", sa.BigInteger, sa.ForeignKey("addresses.id")),
    number("subject_id"),  # the client, else the address: one open flag per subject and category
    word("category"),
    number("severity"),
    word("state", "open"),  # open | acknowledged | in_contact | snoozed | resolved
    number("code"),  # what a case manager texts back: "A 12"
    number("owner_id"),  # never 0: case manager, cover, supervisor, else the supervisor on duty
    word("rung", "owner"),  # owner | cover | supervisor | queue | everybody
    number("round"),  # stamps the due row "escalate": whatever moves the clock makes older due rows stale
    moment("deadline_at"),  # open: acknowledge by then, or it climbs; else: something must follow by then, or it is open again
    moment("opened_at", needed=True),
    moment("raised_at", needed=True),  # the last finding
    moment("acknowledged_at"),
    number("acknowledged_by", None),
    moment("escalated_at"),
    moment("released_at"),  # a person let routine messages go on while it is open
    moment("closed_at"),
    number("closed_by", None),
    maybe("outcome"),  # reason of the resolution
    maybe("useful"),  # yes | no
    number("stopped_too"),  # the client asked to stop in the same breath
    number("no_reply"),  # the crisis reply did not go out: phone them
    number("version", 1),
    moment("alerted_at"),  # the last alert: repeats below critical are bundled until a day after it
    maybe("action"),  # what was done; see bot/flag_acts.py
    sa.Index("uq_flags_open", "programme_id", "subject_id", "category", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
    sa.Index("ix_flags_owner", "programme_id", "owner_id", "closed_at"),
    sa.Index("ix_flags_client", "client_id", "opened_at"),
    sa.Index("ix_flags_code", "programme_id", "code"),
)

findings = sa.Table(
    "findings",
    metadata,
    key(),
    programme(),
    sa.Column("flag_id", sa.BigInteger, sa.ForeignKey("flags.id"), nullable=False),
    number("received_id", None),
    word("rule"),
    word("rule_version"),
    number("severity"),
    word("category"),
    number("grade"),
    sealed("matched_sealed"),
    word("why"),
    moment("at", needed=True),
    sa.Index("ix_findings_flag", "flag_id"),
    sa.Index("ix_findings_received", "received_id"),
)

alerts = sa.Table(
    "alerts",
    metadata,
    key(),
    programme(),
    sa.Column("flag_id", sa.BigInteger, sa.ForeignKey("flags.id"), nullable=False),
    number("user_id"),
    word("rung"),
    word("kind"),  # first | again | escalation | lapsed | woken | no_reply
    number("outbox_id", None),  # None: the console only
    moment("at", needed=True),
    number("round"),  # of the flag, when it was told
    number("bundled"),  # 1: told together with others, in the message outbox_id once there is one
    sa.Index("ix_alerts_flag", "flag_id"),
    sa.Index("ix_alerts_user", "user_id", "at"),
)

flag_events = sa.Table(
    "flag_events",
    metadata,
    key(),
    programme(),
    sa.Column("flag_id", sa.BigInteger, sa.ForeignKey("flags.id"), nullable=False),
    moment("at", needed=True),
    word("kind"),  # opened | raised | repeated | alerted | escalated | crisis_reply | reopened | woken, and the acts of bot/flag_acts.py
    number("by_id"),
    sealed("note_sealed"),
    json("detail"),
    sa.Index("ix_flag_events_flag", "flag_id", "at"),
)
