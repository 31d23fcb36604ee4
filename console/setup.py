"""What an administrator sees: programmes, staff, senders, crisis lines. No client, and no word of one."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from starlette.responses import Response

from console.ask import Ask
from storage import caseload
from storage import schema as t


def show(ask: Ask) -> Response:
    """GET /setup. An administrator of no programme (0) sees the set-up of all."""
    vault, mine = ask.console.house.vault, ask.who.programme_id

    def of(table: sa.Table, column: sa.ColumnElement[Any]) -> sa.Select[Any]:
        query = sa.select(table)
        return query.where(column == mine) if mine else query

    def work(connection: sa.Connection) -> dict[str, Any]:
        s, u, lines = t.senders.c, t.users.c, t.crisis_lines.c
        people = sa.select(u.id, u.programme_id, u.role, u.sign_in, u.name_sealed, u.status, u.locked_until, u.leave_from, u.leave_until)
        people = people.where(u.programme_id == mine) if mine else people
        senders = sa.select(s.id, s.programme_id, s.provider, s.channel, s.address, s.stop, s.paused_at, s.paused_reason)
        senders = senders.where(s.programme_id == mine) if mine else senders
        return {
            "programmes": [
                dict(row) for row in connection.execute(of(t.programmes, t.programmes.c.id).order_by(t.programmes.c.name)).mappings()
            ],
            "people": caseload.all_opened(connection, vault, t.users, people.order_by(u.role, u.id)),
            "senders": [dict(row) for row in connection.execute(senders).mappings()],
            "lines": [dict(row) for row in connection.execute(of(t.crisis_lines, lines.programme_id).order_by(lines.country)).mappings()],
        }

    return ask.page("setup.html", **ask.read(work))
