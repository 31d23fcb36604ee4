"""Hints that something changed: at once when the writer is here, within a second when it is elsewhere, and the end with the session."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sse_starlette import ServerSentEvent
from starlette.requests import Request

from console.live import hints
from storage import flags
from storage import schema as t
from tests.console.conftest import World

pytestmark = pytest.mark.slow


def request(world: World, name: str) -> Request:
    browser = world.browser(name)
    cookie = f"checkline={browser.cookies['checkline']}".encode()
    return Request({"type": "http", "app": world.app, "headers": [(b"cookie", cookie)], "method": "GET", "path": "/events"})


def write_something(world: World) -> None:
    ids, flag_id = world.house.ports.ids, world.seed.flags["inés"]
    world.house.db.write(
        0,
        lambda c: flags.event(c, ids, programme_id=world.seed.programme, flag_id=flag_id, kind="noted", now=world.house.ports.clock.now()),
    )


async def next_event(stream: Any) -> ServerSentEvent:
    return await asyncio.wait_for(anext(stream), 10)


def test_a_stream_says_at_once_where_it_stands_and_again_when_something_was_written(world: World) -> None:
    pulse = world.app.state.console.pulse

    async def listen() -> list[Any]:
        stream = hints(pulse, request_, "", session=True)
        seen = [await next_event(stream), await next_event(stream)]
        waiting = asyncio.ensure_future(next_event(stream))
        await asyncio.sleep(0)
        await asyncio.to_thread(write_something, world)
        pulse.poke()
        seen.append(await waiting)
        await stream.aclose()
        return seen

    request_ = request(world, "ana")
    opened, first, second = asyncio.run(listen())
    assert opened.comment == "listening"
    assert (first.event, second.event) == ("changed", "changed")
    assert first.id != second.id
    assert first.data == second.data == "", "a hint carries nothing"


def test_what_another_process_wrote_is_seen_without_a_poke(world: World) -> None:
    async def listen() -> ServerSentEvent:
        stream = hints(world.app.state.console.pulse, request_, "", session=True)
        await next_event(stream)
        await next_event(stream)
        await asyncio.to_thread(write_something, world)
        seen = await next_event(stream)
        await stream.aclose()
        return seen

    request_ = request(world, "ana")
    assert asyncio.run(listen()).event == "changed"


def test_a_browser_that_comes_back_is_told_only_of_what_it_missed(world: World) -> None:
    pulse = world.app.state.console.pulse

    async def listen() -> Any:
        seen = await pulse.generation()
        stream = hints(pulse, request_, seen, session=True)
        await next_event(stream)
        waiting = asyncio.ensure_future(next_event(stream))
        quiet = not (await asyncio.wait({waiting}, timeout=0.05))[0]
        await asyncio.to_thread(write_something, world)
        pulse.poke()
        later = await waiting
        await stream.aclose()
        return quiet, later.event

    request_ = request(world, "ana")
    assert asyncio.run(listen()) == (True, "changed")


def test_a_stream_ends_with_the_session(world: World) -> None:
    request_ = request(world, "ana")
    world.later(timedelta(minutes=31))

    async def listen() -> list[Any]:
        return [each async for each in hints(world.app.state.console.pulse, request_, "", session=True)]

    events = asyncio.run(asyncio.wait_for(listen(), 10))
    assert [each.data for each in events][-1] == "signed off"


def test_nobody_listens_without_a_session(world: World) -> None:
    assert world.browser().get("/events").status_code == 401


def test_a_view_is_no_change_that_others_are_told_of(world: World) -> None:
    pulse, ana = world.app.state.console.pulse, world.browser("ana")
    before = asyncio.run(pulse.generation())
    ana.get("/")
    assert world.read(sa.select(t.audit.c.id).where(t.audit.c.action == "today.viewed")) != []
    pulse._looked = 0.0
    assert asyncio.run(pulse.generation()) == before
