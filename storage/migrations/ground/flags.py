"""Revision 0001: flags, findings, alerts, as they were then. Never changed afterwards."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


def create() -> None:
    """Make the tables."""
    _flags()
    _alerts()
    _findings()
    _flag_events()


def _flags() -> None:
    op.create_table(
        "flags",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("programme_id", sa.BigInteger(), nullable=False),
        sa.Column("client_id", sa.BigInteger(), nullable=True),
        sa.Column("address_id", sa.BigInteger(), nullable=True),
        sa.Column("subject_id", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("category", sa.String(length=200), nullable=False),
        sa.Column("severity", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("state", sa.String(length=200), server_default="open", nullable=False),
        sa.Column("code", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("owner_id", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("rung", sa.String(length=200), server_default="owner", nullable=False),
        sa.Column("round", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("deadline_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_by", sa.BigInteger(), nullable=True),
        sa.Column("escalated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.String(length=200), nullable=True),
        sa.Column("useful", sa.String(length=200), nullable=True),
        sa.Column("stopped_too", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("no_reply", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("version", sa.BigInteger(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["address_id"], ["addresses.id"], name=op.f("fk_flags_address_id")),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_flags_client_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flags")),
    )
    op.create_index("ix_flags_client", "flags", ["client_id", "opened_at"], unique=False)
    op.create_index("ix_flags_code", "flags", ["programme_id", "code"], unique=False)
    op.create_index("ix_flags_owner", "flags", ["programme_id", "owner_id", "closed_at"], unique=False)
    op.create_index(
        "uq_flags_open",
        "flags",
        ["programme_id", "subject_id", "category"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )


def _alerts() -> None:
    op.create_table(
        "alerts",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("programme_id", sa.BigInteger(), nullable=False),
        sa.Column("flag_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("rung", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=200), nullable=False),
        sa.Column("outbox_id", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["flag_id"], ["flags.id"], name=op.f("fk_alerts_flag_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
    )
    op.create_index("ix_alerts_flag", "alerts", ["flag_id"], unique=False)
    op.create_index("ix_alerts_user", "alerts", ["user_id", "at"], unique=False)


def _findings() -> None:
    op.create_table(
        "findings",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("programme_id", sa.BigInteger(), nullable=False),
        sa.Column("flag_id", sa.BigInteger(), nullable=False),
        sa.Column("received_id", sa.BigInteger(), nullable=True),
        sa.Column("rule", sa.String(length=200), nullable=False),
        sa.Column("rule_version", sa.String(length=200), nullable=False),
        sa.Column("severity", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("category", sa.String(length=200), nullable=False),
        sa.Column("grade", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("matched_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("why", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["flag_id"], ["flags.id"], name=op.f("fk_findings_flag_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_findings")),
    )
    op.create_index("ix_findings_flag", "findings", ["flag_id"], unique=False)
    op.create_index("ix_findings_received", "findings", ["received_id"], unique=False)


def _flag_events() -> None:
    op.create_table(
        "flag_events",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("programme_id", sa.BigInteger(), nullable=False),
        sa.Column("flag_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=200), nullable=False),
        sa.Column("by_id", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("note_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["flag_id"], ["flags.id"], name=op.f("fk_flag_events_flag_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flag_events")),
    )
    op.create_index("ix_flag_events_flag", "flag_events", ["flag_id", "at"], unique=False)
