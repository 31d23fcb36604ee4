"""What rules on trial found: counted, in no flag, with no word of what was written."""

from __future__ import annotations

import sqlalchemy as sa

from storage.schema.base import key, metadata, moment, number, programme, word

shadow_findings = sa.Table(
    "shadow_findings",
    metadata,
    key(),
    programme(),
    number("received_id", None),
    word("rule"),
    word("rule_version"),
    number("severity"),
    word("category"),
    moment("at", needed=True),
    sa.Index("ix_shadow_findings_rule", "programme_id", "rule"),
)
