"""What rules on trial find. Previously a rule was either live or not there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "shadow_findings",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("programme_id", sa.BigInteger(), nullable=False),
        sa.Column("received_id", sa.BigInteger(), nullable=True),
        sa.Column("rule", sa.String(length=200), nullable=False),
        sa.Column("rule_version", sa.String(length=200), nullable=False),
        sa.Column("severity", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("category", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_shadow_findings"),
    )
    op.create_index("ix_shadow_findings_rule", "shadow_findings", ["programme_id", "rule"])
