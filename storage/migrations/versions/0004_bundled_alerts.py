"""What alerts that are told together need: which alerts they are."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("alerts", sa.Column("bundled", sa.BigInteger(), server_default="0", nullable=False))
