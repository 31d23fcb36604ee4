"""What came in, what goes out, the conversation that ties them, and what is due."""

from __future__ import annotations

import sqlalchemy as sa

from storage.schema.base import json, key, maybe, metadata, moment, number, programme, sealed, word

_OPEN = sa.text("closed_at IS NULL")

conversations = sa.Table(
    "conversations",
    metadata,
    key(),
    programme(),
    sa.Column("client_id", sa.BigInteger, sa.ForeignKey("clients.id"), nullable=False),
    sa.Column("address_id", sa.BigInteger, sa.ForeignKey("addresses.id"), nullable=False),
    sa.Column("sender_id", sa.BigInteger, sa.ForeignKey("senders.id"), nullable=False),
    number("enrolment_id", None),
    number("slot_id", None),
    number("plan_id", None),
    number("goal_id", None),
    number("appointment_id", None),
    word("flow"),
    number("flow_version"),
    word("purpose"),
    word("language"),
    sealed("state_sealed"),  # bot/flows/state.py
    word("status", "open"),  # open | held | completed | stopped | expired | interrupted | handed_over
    number("wait"),  # the stamp of the current wait, plain so that stale due rows cancel themselves
    number("opened_by_client"),
    number("version", 1),
    moment("opened_at", needed=True),
    moment("held_at"),
    moment("until", needed=True),  # the end of its window
    moment("closed_at"),
    sa.Index("uq_conversations_open", "address_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
    sa.Index("ix_conversations_client", "client_id", "opened_at"),
)

received = sa.Table(
    "received",
    metadata,
    key(),
    programme(),
    sa.Column("sender_id", sa.BigInteger, sa.ForeignKey("senders.id"), nullable=False),
    sa.Column("address_id", sa.BigInteger, sa.ForeignKey("addresses.id"), nullable=False),
    sa.Column("client_id", sa.BigInteger, sa.ForeignKey("clients.id")),  # None: somebody at a shared phone, or unknown, or staff
    number("conversation_id", None),
    word("provider_message_id"),
    number("edit"),
    word("kind"),  # text | button | media | edit | start | blocked
    sealed("text_sealed"),
    maybe("media"),
    number("severity"),
    maybe("keyword"),  # stop | start | help | forget | loss
    word("road"),  # which way it went; the closed list is in bot/road.py
    moment("at", needed=True),
    sa.UniqueConstraint("sender_id", "address_id", "provider_message_id", "edit"),
    sa.Index("ix_received_client", "client_id", "at"),
    sa.Index("ix_received_address", "address_id", "at"),
    sa.Index("ix_received_programme", "programme_id", "at"),
)

outbox = sa.Table(
    "outbox",
    metadata,
    key(),
    programme(),
    sa.Column("sender_id", sa.BigInteger, sa.ForeignKey("senders.id"), nullable=False),
    sa.Column("address_id", sa.BigInteger, sa.ForeignKey("addresses.id"), nullable=False),
    sa.Column("client_id", sa.BigInteger, sa.ForeignKey("clients.id")),
    number("user_id", None),  # the member of staff it goes to
    number("conversation_id", None),
    number("enrolment_id", None),
    number("appointment_id", None),
    number("slot_id", None),
    number("flag_id", None),
    number("received_id", None),  # what it answers
    number("by_id", None),  # who wrote it
    word("cls"),  # bot.values.MessageClass
    number("lane"),
    word("purpose"),
    word("kind"),  # ask | say | repair | confirm | nudge | crisis:R1 | alert:first | stop | ...
    word("state", "pending"),
    maybe("reason"),
    moment("due_at", needed=True),  # when it may next be claimed
    number("seq"),  # order within the address
    sealed("text_sealed"),
    json("buttons"),  # tokens only; labels are in the text
    sealed("labels_sealed"),
    word("language"),
    number("segments", 1),
    json("flags"),  # exemptions for the gate: invitation, consent_exempt, urgent_reason, counts
    moment("not_after"),
    number("wait"),  # the stamp of the wait that starts once it is sent
    sa.Column("nudge_hours", sa.Float),
    sa.Column("timeout_hours", sa.Float),
    number("fence"),
    moment("lease_until"),  # the machine's clock
    number("attempts"),
    number("checks"),  # how often an unknown outcome was looked up
    maybe("provider_message_id"),
    maybe("provider_code"),
    number("delivery"),
    moment("created_at", needed=True),
    moment("claimed_at"),
    moment("sending_at"),
    moment("sent_at"),
    moment("delivered_at"),
    moment("settled_at"),
    sa.Index("ix_outbox_ready", "sender_id", "lane", "due_at", "id", sqlite_where=sa.text("state IN ('pending', 'held', 'retry')"),
             postgresql_where=sa.text("state IN ('pending', 'held', 'retry')")),
    sa.Index("ix_outbox_busy", "address_id", "state", sqlite_where=sa.text("state IN ('claimed', 'sending', 'unknown')"),
             postgresql_where=sa.text("state IN ('claimed', 'sending', 'unknown')")),
    sa.Index("ix_outbox_waiting", "address_id", "lane", "seq", sqlite_where=sa.text("state IN ('pending', 'held', 'retry')"),
             postgresql_where=sa.text("state IN ('pending', 'held', 'retry')")),
    sa.Index("ix_outbox_client", "client_id", "created_at"),
    sa.Index("ix_outbox_address", "address_id", "created_at"),
    sa.Index("ix_outbox_conversation", "conversation_id"),
    sa.Index("ix_outbox_flag", "flag_id"),
    sa.Index("ix_outbox_provider", "sender_id", "provider_message_id"),
)  # fmt: skip

due = sa.Table(
    "due",
    metadata,
    key(),
    programme(),
    word("kind"),  # start | nudge | timeout | escalate | settle | link_expired | digest | resume | follow_up
    moment("at", needed=True),
    number("ref_id"),  # enrolment, conversation, flag, outbox ...
    number("client_id", None),
    maybe("step"),
    number("stamp"),  # the wait, rung or version it belongs to: another one is stale
    json("detail"),
    sa.Index("ix_due_at", "at", "id"),
    sa.Index("ix_due_ref", "ref_id", "kind"),
)
