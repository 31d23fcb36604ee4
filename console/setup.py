"""What an administrator sees: programmes, staff, senders, crisis lines. No client, and no word of one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from starlette.responses import Response

from bot.concerns import lexicons
from bot.setting_up.ready import LINE_OLD
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
            "lines": [
                _line(row, ask.now) for row in connection.execute(of(t.crisis_lines, lines.programme_id).order_by(lines.country)).mappings()
            ],
        }

    found = ask.read(work)
    return ask.page("setup.html", languages=_languages(ask, found["programmes"]), **found)


def _line(row: sa.RowMapping, now: datetime) -> dict[str, Any]:
    return {**row, "old": row["confirmed_at"] is not None and now - row["confirmed_at"] > LINE_OLD}


def _languages(ask: Ask, programmes: list[dict[str, Any]]) -> list[dict[str, str]]:
    """Each language that a programme speaks: what its texts and its words of concern say of their review."""
    spoken = dict.fromkeys(tag for one in programmes for tag in one["languages"] or [one["language"]])
    words, read = ask.console.house.words, {one.language: one for one in lexicons()}
    rows = []
    for tag in spoken:
        base = tag.replace("-", "_")
        lexicon = read.get(base) or read.get(base.split("_")[0])
        review = words.review_state(tag) if words.has_catalog(tag) else "no texts: English is said"
        rows.append({"tag": tag, "texts": review, "words": lexicon.review if lexicon else "none: only English words are found"})
    return rows
