"""Replies that nobody could read, and what a programme's clients call things. Previously both stood in the flags alone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "unread_replies",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("programme_id", sa.BigInteger(), nullable=False),
        sa.Column("client_id", sa.BigInteger(), nullable=False),
        sa.Column("received_id", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("flow", sa.String(length=200), nullable=False),
        sa.Column("flow_version", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("code", sa.String(length=200), nullable=False),
        sa.Column("language", sa.String(length=200), nullable=False),
        sa.Column("how", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled", sa.String(length=200), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name="fk_unread_replies_client_id"),
        sa.PrimaryKeyConstraint("id", name="pk_unread_replies"),
    )
    op.create_index("ix_unread_replies_open", "unread_replies", ["programme_id", "settled_at", "at"])
    op.create_index("ix_unread_replies_question", "unread_replies", ["programme_id", "flow", "code", "at"])
    op.create_table(
        "own_words",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("programme_id", sa.BigInteger(), nullable=False),
        sa.Column("flow", sa.String(length=200), nullable=False),
        sa.Column("code", sa.String(length=200), nullable=False),
        sa.Column("language", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=200), nullable=False),
        sa.Column("phrase_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("value_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("by_id", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_by", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_own_words"),
    )
    op.create_index("ix_own_words_question", "own_words", ["programme_id", "flow", "code"])
