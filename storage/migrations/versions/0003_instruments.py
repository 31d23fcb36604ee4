"""
What instruments, readings and silence need: coded answers, each client's own thresholds, contacts outside the system, and
the other way that a question is asked by again.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

WORDS = ("instrument", "edition", "item_code", "language_version")


def upgrade() -> None:
    for name in WORDS:
        op.add_column("answers", sa.Column(name, sa.String(length=200), nullable=True))
    op.add_column("answers", sa.Column("derived_from", sa.Text(), nullable=True))
    op.add_column("answers", sa.Column("measure", sa.String(length=200), nullable=True))
    op.add_column("slots", sa.Column("point_id", sa.BigInteger(), nullable=True))
    op.create_table(
        "thresholds",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("programme_id", sa.BigInteger(), nullable=False),
        sa.Column("client_id", sa.BigInteger(), nullable=False),
        sa.Column("measure", sa.String(length=200), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("limits_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("source_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("by_id", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name="fk_thresholds_client_id"),
        sa.PrimaryKeyConstraint("id", name="pk_thresholds"),
        sa.UniqueConstraint("client_id", "measure", "version", name="uq_thresholds_client_id_measure_version"),
    )
    op.create_table(
        "contacts",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("programme_id", sa.BigInteger(), nullable=False),
        sa.Column("client_id", sa.BigInteger(), nullable=False),
        sa.Column("by_id", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("how", sa.String(length=200), nullable=False),
        sa.Column("reached", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("note_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("logged_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name="fk_contacts_client_id"),
        sa.PrimaryKeyConstraint("id", name="pk_contacts"),
    )
    op.create_index("ix_contacts_client", "contacts", ["client_id", "at"])
