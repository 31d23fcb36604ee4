"""Revision 0001: conversations, messages in and out, what is due, as they were then. Never changed afterwards."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


def create() -> None:
    """Make the tables."""
    _due()
    _conversations()
    _outbox()
    _received()


def _due() -> None:
    op.create_table(
        "due",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("programme_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ref_id", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("client_id", sa.BigInteger(), nullable=True),
        sa.Column("step", sa.String(length=200), nullable=True),
        sa.Column("stamp", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_due")),
    )
    op.create_index("ix_due_at", "due", ["at", "id"], unique=False)
    op.create_index("ix_due_ref", "due", ["ref_id", "kind"], unique=False)


def _conversations() -> None:
    op.create_table(
        "conversations",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("programme_id", sa.BigInteger(), nullable=False),
        sa.Column("client_id", sa.BigInteger(), nullable=False),
        sa.Column("address_id", sa.BigInteger(), nullable=False),
        sa.Column("sender_id", sa.BigInteger(), nullable=False),
        sa.Column("enrolment_id", sa.BigInteger(), nullable=True),
        sa.Column("slot_id", sa.BigInteger(), nullable=True),
        sa.Column("plan_id", sa.BigInteger(), nullable=True),
        sa.Column("goal_id", sa.BigInteger(), nullable=True),
        sa.Column("appointment_id", sa.BigInteger(), nullable=True),
        sa.Column("flow", sa.String(length=200), nullable=False),
        sa.Column("flow_version", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("purpose", sa.String(length=200), nullable=False),
        sa.Column("language", sa.String(length=200), nullable=False),
        sa.Column("state_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("status", sa.String(length=200), server_default="open", nullable=False),
        sa.Column("wait", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("opened_by_client", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("version", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["address_id"], ["addresses.id"], name=op.f("fk_conversations_address_id")),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_conversations_client_id")),
        sa.ForeignKeyConstraint(["sender_id"], ["senders.id"], name=op.f("fk_conversations_sender_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversations")),
    )
    op.create_index("ix_conversations_client", "conversations", ["client_id", "opened_at"], unique=False)
    op.create_index(
        "uq_conversations_open",
        "conversations",
        ["address_id"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("programme_id", sa.BigInteger(), nullable=False),
        sa.Column("sender_id", sa.BigInteger(), nullable=False),
        sa.Column("address_id", sa.BigInteger(), nullable=False),
        sa.Column("client_id", sa.BigInteger(), nullable=True),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("conversation_id", sa.BigInteger(), nullable=True),
        sa.Column("enrolment_id", sa.BigInteger(), nullable=True),
        sa.Column("appointment_id", sa.BigInteger(), nullable=True),
        sa.Column("slot_id", sa.BigInteger(), nullable=True),
        sa.Column("flag_id", sa.BigInteger(), nullable=True),
        sa.Column("received_id", sa.BigInteger(), nullable=True),
        sa.Column("by_id", sa.BigInteger(), nullable=True),
        sa.Column("cls", sa.String(length=200), nullable=False),
        sa.Column("lane", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("purpose", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=200), server_default="pending", nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seq", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("buttons", sa.Text(), nullable=True),
        sa.Column("labels_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("language", sa.String(length=200), nullable=False),
        sa.Column("segments", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("flags", sa.Text(), nullable=True),
        sa.Column("not_after", sa.DateTime(timezone=True), nullable=True),
        sa.Column("wait", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("nudge_hours", sa.Float(), nullable=True),
        sa.Column("timeout_hours", sa.Float(), nullable=True),
        sa.Column("fence", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("checks", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("provider_message_id", sa.String(length=200), nullable=True),
        sa.Column("provider_code", sa.String(length=200), nullable=True),
        sa.Column("delivery", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sending_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["address_id"], ["addresses.id"], name=op.f("fk_outbox_address_id")),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_outbox_client_id")),
        sa.ForeignKeyConstraint(["sender_id"], ["senders.id"], name=op.f("fk_outbox_sender_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    op.create_index("ix_outbox_address", "outbox", ["address_id", "created_at"], unique=False)
    op.create_index(
        "ix_outbox_busy",
        "outbox",
        ["address_id", "state"],
        unique=False,
        sqlite_where=sa.text("state IN ('claimed', 'sending', 'unknown')"),
        postgresql_where=sa.text("state IN ('claimed', 'sending', 'unknown')"),
    )
    op.create_index("ix_outbox_client", "outbox", ["client_id", "created_at"], unique=False)
    op.create_index("ix_outbox_conversation", "outbox", ["conversation_id"], unique=False)
    op.create_index("ix_outbox_flag", "outbox", ["flag_id"], unique=False)
    op.create_index("ix_outbox_provider", "outbox", ["sender_id", "provider_message_id"], unique=False)
    op.create_index(
        "ix_outbox_ready",
        "outbox",
        ["sender_id", "lane", "due_at", "id"],
        unique=False,
        sqlite_where=sa.text("state IN ('pending', 'held', 'retry')"),
        postgresql_where=sa.text("state IN ('pending', 'held', 'retry')"),
    )
    op.create_index(
        "ix_outbox_waiting",
        "outbox",
        ["address_id", "lane", "seq"],
        unique=False,
        sqlite_where=sa.text("state IN ('pending', 'held', 'retry')"),
        postgresql_where=sa.text("state IN ('pending', 'held', 'retry')"),
    )


def _received() -> None:
    op.create_table(
        "received",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("programme_id", sa.BigInteger(), nullable=False),
        sa.Column("sender_id", sa.BigInteger(), nullable=False),
        sa.Column("address_id", sa.BigInteger(), nullable=False),
        sa.Column("client_id", sa.BigInteger(), nullable=True),
        sa.Column("conversation_id", sa.BigInteger(), nullable=True),
        sa.Column("provider_message_id", sa.String(length=200), nullable=False),
        sa.Column("edit", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("kind", sa.String(length=200), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("media", sa.String(length=200), nullable=True),
        sa.Column("severity", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("keyword", sa.String(length=200), nullable=True),
        sa.Column("road", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["address_id"], ["addresses.id"], name=op.f("fk_received_address_id")),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_received_client_id")),
        sa.ForeignKeyConstraint(["sender_id"], ["senders.id"], name=op.f("fk_received_sender_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_received")),
        sa.UniqueConstraint(
            "sender_id", "address_id", "provider_message_id", "edit", name=op.f("uq_received_sender_id_address_id_provider_message_id_edit")
        ),
    )
    op.create_index("ix_received_address", "received", ["address_id", "at"], unique=False)
    op.create_index("ix_received_client", "received", ["client_id", "at"], unique=False)
    op.create_index("ix_received_programme", "received", ["programme_id", "at"], unique=False)
