"""What waits at an address beside the question of a conversation: a numbered list, a question put off, thanks answered today."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("addresses", sa.Column("pending", sa.Text(), nullable=True))
