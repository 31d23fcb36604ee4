"""Who would be told when of a concern, from now or another moment on, gaps in red. Staff only; no client stands here."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from starlette.responses import Response

from bot.errors import NotFound
from bot.outlook import RUNGS, outlook
from console.ask import Ask
from storage import schema as t


def show(ask: Ask) -> Response:
    """GET /ladder?at=2026-12-25T03:00, in the programme's zone; an unreadable moment is now."""
    mine = sa.select(t.programmes).where(t.programmes.c.id == ask.who.programme_id)
    row = ask.read(lambda connection: connection.execute(mine).mappings().first())
    if row is None:
        raise NotFound("ladder: an administrator of no programme has none")
    zone = ZoneInfo(row["zone"])
    at = _moment(ask.request.query_params.get("at", ""), zone) or ask.now
    found = ask.read(lambda connection: outlook(connection, ask.console.house, dict(row), at))
    return ask.page("ladder.html", found=found, rungs=RUNGS, zone=found.zone, typed=at.astimezone(zone).strftime("%Y-%m-%dT%H:%M"))


def _moment(typed: str, zone: ZoneInfo) -> datetime | None:
    try:
        at = datetime.fromisoformat(typed[:40])
        return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
