"""
Signing in and out: by name and password, or by a one-use link. The GET of a link only shows a button, so that a
preview or a virus scanner that opens it does not spend it. What is wrong is never said: name, password or lock.
"""

from __future__ import annotations

import threading

import sqlalchemy as sa
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.values import Person
from console.ask import Ask, Console, find_session, read_form
from storage import audit, users

_HASHING = threading.BoundedSemaphore(2)
"""Argon2 takes 64 MiB and a core for each password: two at once, the others wait."""


def _render(request: Request, template: str, status: int = 200, **context: object) -> Response:
    console: Console = request.app.state.console
    return console.templates.TemplateResponse(request, template, {"session": None, **context}, status)


def inside(path: str) -> str:
    """`path` when it is one of ours to go on to after signing in, else the first page."""
    ours = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isascii() and path.isprintable() and "\\" not in path
    return path if ours and not path.startswith(("/sign", "/live", "/events")) else "/"


async def form_page(request: Request) -> Response:
    """GET /sign-in."""
    console: Console = request.app.state.console
    if await run_in_threadpool(find_session, console, request, touch=False):
        return RedirectResponse("/", 303)
    query = request.query_params
    return _render(request, "sign_in.html", next=inside(query.get("next", "/")), said=query.get("said", ""))


async def by_password(request: Request) -> Response:
    """POST /sign-in."""
    form = await read_form(request)
    return await run_in_threadpool(_by_password, request, form)


def _by_password(request: Request, form: dict[str, str]) -> Response:
    console: Console = request.app.state.console
    house, now = console.house, console.house.ports.machine.now()
    name, password = form.get("name", ""), form.get("password", "")
    candidate = house.db.read(lambda connection: users.candidate(connection, name, now))
    with _HASHING:
        right = users.matches(candidate, password)
    if right:
        return _welcome(request, candidate.id, "sign_in", inside(form.get("next", "/")))
    if candidate.id and not candidate.locked:
        house.db.write(candidate.id, lambda connection: users.note_failure(connection, candidate.id, now))
    return _render(request, "sign_in.html", 401, next=inside(form.get("next", "/")), said="not_signed_in", name=name)


async def link_page(request: Request) -> Response:
    """GET /sign-in/{token}: a button."""
    return _render(request, "sign_in_link.html")


async def by_link(request: Request) -> Response:
    """POST /sign-in/{token}."""
    return await run_in_threadpool(_by_link, request)


def _by_link(request: Request) -> Response:
    console: Console = request.app.state.console
    house, now = console.house, console.house.ports.machine.now()
    token = str(request.path_params["token"])
    user_id = house.db.write(0, lambda connection: users.use_link(connection, token, now))
    if user_id is None:
        return _render(request, "sign_in.html", 401, next="/", said="link_spent")
    return _welcome(request, user_id, "sign_in.link", "/")


def _welcome(request: Request, user_id: int, action: str, then: str) -> Response:
    """Open a session and go on. Any session the browser brought along is left to run out: its token is not ours to trust."""
    console: Console = request.app.state.console
    house = console.house
    ids, now, world = house.ports.ids, house.ports.machine.now(), house.ports.clock.now()
    token, csrf = ids.token(32), ids.token(24)

    def unit(connection: sa.Connection) -> Person:
        who = users.open_session(connection, ids, user_id, token, csrf, now)
        audit.append(
            connection, ids, programme_id=who.programme_id, chain_id=who.programme_id, actor=who, action=action,
            target=f"user {user_id}", now=world,
        )  # fmt: skip
        return who

    house.db.write(user_id, unit)
    response = RedirectResponse(then, 303)
    age = int(users.ABSOLUTE.total_seconds())
    response.set_cookie(console.cookie, token, max_age=age, path="/", secure=console.secure, httponly=True, samesite="lax")
    return response


def sign_out(ask: Ask) -> Response:
    """POST /sign-out."""
    house = ask.console.house

    def unit(connection: sa.Connection) -> None:
        users.close_session(connection, ask.session.id)
        audit.append(
            connection, house.ports.ids, programme_id=ask.who.programme_id, chain_id=ask.who.programme_id, actor=ask.who,
            action="sign_out", target=f"user {ask.who.id}", now=ask.now,
        )  # fmt: skip

    house.db.write(ask.who.id, unit)
    response = RedirectResponse("/sign-in?said=signed_out", 303)
    response.delete_cookie(ask.console.cookie, path="/", secure=ask.console.secure, httponly=True, samesite="lax")
    # What the browser kept of the pages goes too; a shared computer stands in many offices.
    response.headers["clear-site-data"] = '"cache"'
    return response
