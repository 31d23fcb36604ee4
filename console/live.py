"""
"Something changed": hints by server-sent events. A page fetches again what it shows; a hint carries no content.

One small query a second and process tells whether anything was written, however many pages listen; `poke` tells it at
once when the writer is in this process. The database is the truth: a lost hint costs a second, a lost stream a reload
of what is shown, and the pages look again every half minute anyway.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Final

import sqlalchemy as sa
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from bot.errors import CheckinError
from console.ask import Console, find_session
from storage import schema as t
from storage.database import Database

POLL_SECONDS: Final = 1.0
CHECK_SESSION_TURNS: Final = 15
"""A stream looks whether its session still lives every so many polls, and whenever something changed."""

_TABLES = (t.flag_events, t.received, t.outbox, t.answers, t.tasks)
_GENERATION = sa.select(*(sa.select(sa.func.max(table.c.id)).scalar_subquery() for table in _TABLES))


class Pulse:
    """Knows the generation of what is stored, and lets streams wait for another one. Lives in one event loop; `poke` is for any thread."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._generation = ""
        self._changed: asyncio.Event | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._lock = asyncio.Lock()
        self._looked = 0.0

    def poke(self) -> None:
        """Something was written in this process: look now. Safe from any thread, and when nobody listens."""
        loop, changed = self._loop, self._changed
        if loop is not None and changed is not None:
            with contextlib.suppress(RuntimeError):  # the loop has just closed
                loop.call_soon_threadsafe(changed.set)

    async def generation(self) -> str:
        """What was last seen; asks the database when that is older than POLL_SECONDS."""
        loop = asyncio.get_running_loop()
        async with self._lock:
            if loop.time() - self._looked >= POLL_SECONDS or not self._generation:
                # A busy or absent database is no reason to end a stream: nothing new is seen, the next look may.
                with contextlib.suppress(CheckinError):
                    self._generation = await run_in_threadpool(self._db.read, _look)
                self._looked = loop.time()
            return self._generation

    async def wait(self) -> None:
        """Until POLL_SECONDS have passed, or until `poke`."""
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            self._loop, self._changed = loop, asyncio.Event()
        changed = self._changed
        assert changed is not None
        try:
            await asyncio.wait_for(changed.wait(), POLL_SECONDS)
        except TimeoutError:
            return
        self._looked = 0.0
        changed.clear()


def _look(connection: sa.Connection) -> str:
    return "-".join(str(value or 0) for value in connection.execute(_GENERATION).one())


async def hints(pulse: Pulse, request: Request, seen: str, *, session: bool) -> AsyncIterator[ServerSentEvent]:
    """
    A `changed` event whenever the generation is another than `seen`, which a browser that comes back brings along.

    session: end when the session does, with one last `changed`: the page's next fetch is answered with the way to sign in.
    """
    console: Console = request.app.state.console
    turns = 0
    yield ServerSentEvent(comment="listening", retry=2000)
    while True:
        now = await pulse.generation()
        turns += 1
        if (
            session
            and (now != seen or turns % CHECK_SESSION_TURNS == 0)
            and not await run_in_threadpool(find_session, console, request, touch=False)
        ):
            yield ServerSentEvent(event="changed", data="signed off")
            return
        if now != seen:
            # A fresh stream says so too: what was written between the making of the page and now must not be missed.
            yield ServerSentEvent(event="changed", data="", id=now)
            seen = now
        await pulse.wait()


async def events(request: Request) -> Response:
    """GET /events: hints for a signed-in person."""
    console: Console = request.app.state.console
    if await run_in_threadpool(find_session, console, request, touch=False) is None:
        return Response(status_code=401)
    return stream(console.pulse, request, session=True)


def stream(pulse: Pulse, request: Request, *, session: bool) -> Response:
    """The response that carries `hints`."""
    seen = request.headers.get("last-event-id", "")[:200]
    return EventSourceResponse(hints(pulse, request, seen, session=session), ping=15, headers={"cache-control": "no-store"})
