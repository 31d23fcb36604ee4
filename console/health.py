"""Whether the process lives, whether it can serve, and figures for Prometheus. Counts only: nobody is named."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from bot.errors import CheckinError
from bot.values import Severity
from bot.warm import unread
from storage import schema as t
from storage.auditing import look

if TYPE_CHECKING:
    from console.ask import Console

REGISTRY = CollectorRegistry()
"""Ours alone: the default one would tell the machine's secrets, such as its Python."""

_WAITING = ("pending", "held", "retry", "claimed", "sending", "unknown")


async def livez(request: Request) -> Response:
    """GET /livez: the event loop turns."""
    del request
    return PlainTextResponse("ok\n")


async def readyz(request: Request) -> Response:
    """
    GET /readyz: 200 when the database answers, else 503; `status` is `degraded` while a critical flag is overdue, an open flag has
    nobody who was told, urgent messages do not leave, or a file of a language cannot be read.
    """
    console: Console = request.app.state.console
    now = console.house.ports.clock.now()
    try:
        overdue, found = await run_in_threadpool(
            console.house.db.read, lambda connection: (_overdue(connection, now), look(connection, now))
        )
    except CheckinError:
        return JSONResponse({"status": "down", "database": "down"}, 503)
    unreadable = unread(console.house)
    degraded = overdue or not found.sound or unreadable
    # 200 all the same: taking the console out of service would take the flag out of sight.
    return JSONResponse(
        {
            "status": "degraded" if degraded else "ok",
            "database": "ok",
            "critical_flags_overdue": overdue,
            "flags_untold": len(found.untold) + len(found.clockless),
            "flags_unreachable": len(found.unreachable),
            "messages_unflagged": len(found.unflagged),
            "urgent_messages_unsent": found.unsent,
            "languages_unread": len(unreadable),
        }
    )


def _overdue(connection: sa.Connection, now: object) -> int:
    f = t.flags.c
    query = sa.select(sa.func.count()).where(
        f.closed_at.is_(None), f.acknowledged_at.is_(None), f.severity >= int(Severity.critical), f.deadline_at <= now
    )
    return int(connection.execute(query).scalar_one())


async def metrics(request: Request) -> Response:
    """GET /metrics: Prometheus text."""
    console: Console = request.app.state.console
    text = await run_in_threadpool(_metrics, console)
    return Response(text, media_type=CONTENT_TYPE_LATEST)


def _metrics(console: Console) -> bytes:
    scrape = CollectorRegistry()
    scrape.register(_Figures(console))
    return generate_latest(REGISTRY) + generate_latest(scrape)


class _Figures:
    """What stands in the database, asked for at each scrape."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def collect(self) -> Iterable[GaugeMetricFamily]:
        f, o = t.flags.c, t.outbox.c
        flags = sa.select(f.severity, f.state, sa.func.count()).where(f.closed_at.is_(None)).group_by(f.severity, f.state)
        waiting = sa.select(o.state, o.lane, sa.func.count()).where(o.state.in_(_WAITING)).group_by(o.state, o.lane)

        def work(connection: sa.Connection) -> tuple[list[Any], list[Any], int]:
            overdue = _overdue(connection, self._console.house.ports.clock.now())
            return list(connection.execute(flags)), list(connection.execute(waiting)), overdue

        open_rows, outbox_rows, overdue = self._console.house.db.read(work)
        by_flag = GaugeMetricFamily("checkline_flags_open", "Open flags.", labels=["severity", "state"])
        for severity, state, many in open_rows:
            by_flag.add_metric([Severity(severity).name, state], many)
        by_state = GaugeMetricFamily("checkline_outbox_waiting", "Messages not settled yet.", labels=["state", "lane"])
        for state, lane, many in outbox_rows:
            by_state.add_metric([state, str(lane)], many)
        late = GaugeMetricFamily("checkline_flags_overdue", "Critical flags past their deadline that nobody has acknowledged.", overdue)
        return [by_flag, by_state, late]
