"""Every table of the first version."""

from __future__ import annotations

from storage.migrations.ground import base, care, flags, messages, people

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    base.create()
    people.create()
    care.create()
    messages.create()
    flags.create()
