"""
The console as one ASGI application: the routes and what stands around them. `make` is all that the composition root needs.

A page is in PAGES with the roles that may open it; the tests walk that list, so that a page cannot be added without
a proof that it shows nobody else's clients.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from bot.errors import CheckinError
from bot.house import House
from console import bar, client, clients, flag, health, ladder, live, mailbox, phone, rules, setup, sign_in, today, unread, webhooks
from console.ask import ALL, STAFF, Console, Conversation, Desk, Work, find_session, guarded
from console.headers import BodyLimit, ForbiddingHeaders, SameOrigin
from console.phone import Demo, Phones
from console.show import templates

STATIC: Final = Path(__file__).parent / "static"


@dataclass(frozen=True, slots=True)
class Page:
    """A page, fragment or act of signed-in staff. about: what its path names ("client", "flag", "task", "reply", "word"), or nothing."""

    path: str
    work: Work
    method: str = "GET"
    roles: tuple[str, ...] = STAFF
    live: bool = False
    about: str = ""


PAGES: Final = (
    Page("/", today.today, roles=ALL),
    Page("/live/today", today.fragment, live=True),
    Page("/live/bar", bar.fragment, roles=ALL, live=True),
    Page("/flags/{flag}", flag.show, about="flag"),
    Page("/live/flags/{flag}", flag.fragment, live=True, about="flag"),
    Page("/flags/{flag}/acknowledge", flag.acknowledge, "POST", about="flag"),
    Page("/flags/{flag}/note", flag.note, "POST", about="flag"),
    Page("/flags/{flag}/contact", flag.contact, "POST", about="flag"),
    Page("/flags/{flag}/snooze", flag.snooze, "POST", about="flag"),
    Page("/flags/{flag}/reassign", flag.reassign, "POST", about="flag"),
    Page("/flags/{flag}/resolve", flag.resolve, "POST", about="flag"),
    Page("/flags/{flag}/follow-up", flag.follow_up, "POST", about="flag"),
    Page("/clients/{client}", client.show, about="client"),
    Page("/live/clients/{client}/timeline", client.fragment, live=True, about="client"),
    Page("/live/clients/{client}/plan", client.side_fragment, live=True, about="client"),
    Page("/clients/{client}/write", client.write, "POST", about="client"),
    Page("/clients/{client}/release", client.release, "POST", about="client"),
    Page("/clients/{client}/contact", client.contact, "POST", about="client"),
    Page("/clients/{client}/resume", client.resume, "POST", about="client"),
    Page("/caseload", clients.show),
    Page("/live/caseload", clients.fragment),
    Page("/caseload/hand-over", clients.hand_over, "POST", roles=("supervisor",)),
    Page("/tasks/{task}/close", today.close_task, "POST", about="task"),
    Page("/rules", rules.show, roles=("supervisor",)),
    Page("/unread", unread.show),
    Page("/unread/{reply}", unread.meaning, roles=("supervisor",), about="reply"),
    Page("/unread/{reply}/accept", unread.accept, "POST", roles=("supervisor",), about="reply"),
    Page("/unread/{reply}/set-aside", unread.set_aside, "POST", about="reply"),
    Page("/words/{word}/remove", unread.remove, "POST", roles=("supervisor",), about="word"),
    Page("/ladder", ladder.show, roles=("supervisor", "administrator")),
    Page("/setup", setup.show, roles=("administrator",)),
    Page("/sign-out", sign_in.sign_out, "POST", roles=ALL),
)


def make(
    house: House,
    *,
    conversation: Conversation,
    desk: Desk,
    phones: Phones | None = None,
    demo: Demo | None = None,
    poke: Callable[[], None] | None = None,
) -> Starlette:
    """
    The application.

    conversation: takes what webhooks bring. desk: carries out what staff do. phones, demo: of a demo, else None.
    poke: called after whatever may have put something into the outbox. `app.state.console.pulse.poke` is for the
    other direction: call it, from any thread, when something was stored elsewhere in this process.
    """
    https = house.public_url.startswith("https://")
    app = Starlette(
        routes=_routes(phones),
        middleware=[
            Middleware(ForbiddingHeaders, https=https),
            Middleware(BodyLimit),
            Middleware(SameOrigin, host=urlsplit(house.public_url).netloc),
        ],
        exception_handlers={HTTPException: _http_error, CheckinError: _our_error, Exception: _bug},
    )
    walker = phone.Walker(demo, house.ports.executor) if demo is not None else None
    pulse = live.Pulse(house.db)
    app.state.console = Console(house, conversation, desk, templates(), pulse, phones, demo, walker, poke or (lambda: None), secure=https)
    return app


def _routes(phones: Phones | None) -> list[BaseRoute]:
    routes: list[BaseRoute] = [
        Route(page.path, guarded(page.work, roles=page.roles, live=page.live), methods=[page.method]) for page in PAGES
    ]
    routes += [
        Route("/sign-in", sign_in.form_page),
        Route("/sign-in", sign_in.by_password, methods=["POST"]),
        Route("/sign-in/{token}", sign_in.link_page),
        Route("/sign-in/{token}", sign_in.by_link, methods=["POST"]),
        Route("/mailbox/{token}", mailbox.page),
        Route("/mailbox/{token}", mailbox.confirm, methods=["POST"]),
        Route("/events", live.events),
        Route("/livez", health.livez),
        Route("/readyz", health.readyz),
        Route("/metrics", health.metrics),
        *webhooks.ROUTES,
        Mount("/static", StaticFiles(directory=STATIC)),
    ]
    return routes + (phone.ROUTES if phones is not None else [])


async def _http_error(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    return await _error_page(request, status if status in (400, 403, 404, 405, 413) else 500)


async def _our_error(request: Request, error: Exception) -> Response:
    retryable = isinstance(error, CheckinError) and error.retryable
    return await _error_page(request, 503 if retryable else 500)


async def _bug(request: Request, error: Exception) -> Response:
    # Starlette raises it again after this, so that it reaches the log.
    del error
    return await _error_page(request, 500)


async def _error_page(request: Request, status: int) -> Response:
    console: Console = request.app.state.console
    if request.url.path.startswith("/webhooks/"):
        return PlainTextResponse("", status)
    session = None
    if status != 500:
        try:
            session = await run_in_threadpool(find_session, console, request, touch=False)
        except CheckinError:
            session = None
    return console.templates.TemplateResponse(
        request, "error.html", {"session": None, "signed_in": session is not None, "code": status}, status
    )
