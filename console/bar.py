"""What stands on every page: whether a critical flag is overdue, how many flags wait, whether the programme is a demo."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from starlette.responses import Response

from bot.values import Severity
from storage import schema as t
from storage.auditing import silent
from storage.caseload import flags_visible_to

if TYPE_CHECKING:
    from console.ask import Ask


def state(ask: Ask) -> dict[str, Any]:
    """
    `waiting`: open flags that nobody acknowledged; `critical`, `overdue`: which of them are; `demo`: of what kind the programme is.
    `unreachable`: flags of the whole programme of which nobody could be told; `unsent`: urgent messages that do not leave. Counts only.
    """
    f = t.flags.c

    def work(connection: sa.Connection) -> dict[str, Any]:
        query = sa.select(f.id, f.severity, f.deadline_at, f.code, f.opened_at).where(
            f.closed_at.is_(None), f.acknowledged_at.is_(None), flags_visible_to(ask.who)
        )
        rows = [dict(row) for row in connection.execute(query).mappings()]
        critical = [row for row in rows if row["severity"] >= Severity.critical]
        kind = connection.execute(sa.select(t.programmes.c.kind).where(t.programmes.c.id == ask.who.programme_id)).scalar()
        overdue = [row for row in critical if row["deadline_at"] is not None and row["deadline_at"] <= ask.now]
        unreachable, unsent = silent(connection, ask.now, ask.who.programme_id)
        return {
            "waiting": len(rows),
            "critical": critical,
            "overdue": overdue,
            "demo": kind == "demo",
            "unreachable": unreachable,
            "unsent": unsent,
        }

    return ask.read(work)


def fragment(ask: Ask) -> Response:
    """The bar alone, fetched again when something changed."""
    return ask.page("_bar.html", bar=state(ask))
