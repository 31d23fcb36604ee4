"""
One request of a signed-in person, as a page's function sees it, and the guard that stands before every page.

A page is a plain function `(Ask) -> Response` that runs in the threadpool: it may read and write the database. The
guard finds the session, checks role and CSRF token, and turns "not yours" and "not there" into the same 404.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from hmac import compare_digest
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import sqlalchemy as sa
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.templating import Jinja2Templates

from bot.channels.channel import WebRequest
from bot.errors import NotAllowed, NotFound, WrongUse
from bot.house import House
from bot.values import Person
from console import bar
from storage import audit, staff, users

if TYPE_CHECKING:
    from console.live import Pulse
    from console.phone import Demo, Phones, Walker

T = TypeVar("T")
STAFF = ("case_manager", "supervisor")
ALL = ("case_manager", "supervisor", "administrator")
TEXT_MAX = 4000
"""Characters of anything typed into a form; what is longer was pasted by mistake."""


class Conversation(Protocol):
    """What webhooks are handed to: `bot/conversation.py`. Both answer with the HTTP status."""

    def receive(self, sender_id: int, request: WebRequest) -> int: ...

    def status(self, sender_id: int, request: WebRequest) -> int: ...


class Desk(Protocol):
    """What staff do: `bot/desk.py`. Each raises NotAllowed for what the person may not see."""

    def acknowledge(self, who: Person, flag_id: int) -> str: ...

    def note(self, who: Person, flag_id: int, text: str) -> None: ...

    def contact(self, who: Person, flag_id: int, how: str, reached: bool, note: str) -> bool: ...

    def snooze(self, who: Person, flag_id: int, until: datetime, reason: str) -> bool: ...

    def resolve(self, who: Person, flag_id: int, reason: str, useful: bool | None, note: str, action: str) -> Any: ...

    def reassign(self, who: Person, flag_id: int, to_id: int) -> int: ...

    def write(self, who: Person, client_id: int, text: str, urgent: bool = False) -> int: ...

    def release(self, who: Person, client_id: int) -> Any: ...

    def close_task(self, who: Person, task_id: int, outcome: str) -> Any: ...


@dataclass(frozen=True, slots=True)
class Console:
    """What the pages share. secure: served over https, so cookies say so."""

    house: House
    conversation: Conversation
    desk: Desk
    templates: Jinja2Templates
    pulse: Pulse
    phones: Phones | None
    demo: Demo | None
    walker: Walker | None
    poke: Callable[[], None]
    secure: bool

    @property
    def cookie(self) -> str:
        """The name of the session's cookie; the prefix makes browsers refuse it without https."""
        return "__Host-checkline" if self.secure else "checkline"


@dataclass
class Ask:
    """
    A request, who makes it, and what she typed.

    form: the fields of a POST, each stripped and cut to TEXT_MAX.
    who: the person who asks, and whom they stand in for at this moment of the world.
    """

    request: Request
    console: Console
    session: users.Session
    form: Mapping[str, str] = field(default_factory=dict)
    who: Person = field(init=False)

    def __post_init__(self) -> None:
        person, now = self.session.person, self.now
        self.who = replace(person, covers=self.read(lambda connection: staff.covered_by(connection, person.id, now)))

    @cached_property
    def now(self) -> datetime:
        """The world's time, the same throughout the request."""
        return self.console.house.ports.clock.now()

    def read(self, work: Callable[[sa.Connection], T]) -> T:
        """Read the database."""
        return self.console.house.db.read(work)

    def number(self, name: str) -> int:
        """An id from the path. What is no id is nothing: 404."""
        text = str(self.request.path_params[name])
        if not (text.isascii() and text.isdigit() and len(text) < 19):
            raise HTTPException(404)
        return int(text)

    def page(self, template: str, status: int = 200, **context: Any) -> Response:
        """A whole page or a fragment, with what the layout needs."""
        shown = {"session": self.session, "me": self.who, "now": self.now, "zone": self.session.zone, "csrf": self.session.csrf}
        if not template.startswith("_"):
            shown["bar"] = bar.state(self)
        response = self.console.templates.TemplateResponse(self.request, template, {**shown, **context}, status)
        response.headers["vary"] = "cookie"
        return response

    def back(self, path: str, said: str = "") -> Response:
        """After an act: to a page that shows what came of it. `said` is a code of `wording.yaml`, never words."""
        return RedirectResponse(f"{path}?said={said}" if said else path, 303)

    def viewed(self, action: str, target: str, *, chain_id: int) -> None:
        """Write into the audit trail that the person has seen this. Before the page is shown: no view without its row."""
        house = self.console.house

        def unit(connection: sa.Connection) -> None:
            audit.append(
                connection, house.ports.ids, programme_id=self.who.programme_id, chain_id=chain_id, actor=self.who,
                action=action, target=target, now=self.now,
            )  # fmt: skip

        house.db.write(chain_id, unit)


Work = Callable[[Ask], Response]


def guarded(work: Work, *, roles: tuple[str, ...] = STAFF, live: bool = False) -> Callable[[Request], Awaitable[Response]]:
    """
    The endpoint for a page.

    roles: who may open it; to others it does not exist.
    live: a fragment that a page fetches by itself: it does not count as activity, so that an unattended page signs off.
    """

    async def endpoint(request: Request) -> Response:
        form = await read_form(request) if request.method == "POST" else {}
        return await run_in_threadpool(_answer, request, form, work, roles, live)

    return endpoint


async def read_form(request: Request) -> dict[str, str]:
    """The text fields of a form; uploads are none of ours. Browsers end lines with CR LF, and a phone would be sent both."""
    async with request.form(max_files=0, max_fields=50) as form:
        return {name: value.replace("\r\n", "\n").strip()[:TEXT_MAX] for name, value in form.items() if isinstance(value, str)}


def _answer(request: Request, form: Mapping[str, str], work: Work, roles: tuple[str, ...], live: bool) -> Response:
    console: Console = request.app.state.console
    session = find_session(console, request, touch=not live)
    if session is None:
        return _sign_in_first(request, live=live)
    if request.method == "POST" and not compare_digest(form.get("csrf", "").encode(), session.csrf.encode()):
        raise HTTPException(403)
    if session.person.role not in roles:
        raise HTTPException(404)
    try:
        return work(Ask(request, console, session, form))
    except (NotAllowed, NotFound):
        raise HTTPException(404) from None
    except WrongUse:
        raise HTTPException(400) from None


def find_session(console: Console, request: Request, *, touch: bool) -> users.Session | None:
    """The live session of the request's cookie, its idle clock started again if `touch`; None when there is none."""
    token = request.cookies.get(console.cookie)
    if not token:
        return None
    house, now = console.house, console.house.ports.machine.now()
    session = house.db.read(lambda connection: users.find_session(connection, house.vault, token, now))
    if session is not None and touch and session.stale:
        session_id = session.id
        house.db.write(0, lambda connection: users.touch_session(connection, session_id, now))
    return session


def _sign_in_first(request: Request, *, live: bool) -> Response:
    if live:
        # htmx would swap a sign-in page into the middle of the page it stands on.
        return Response(status_code=401, headers={"hx-redirect": "/sign-in?said=signed_off"})
    wanted = request.url.path if request.method == "GET" and request.url.path != "/" else ""
    return RedirectResponse(f"/sign-in?next={wanted}" if wanted else "/sign-in", 303)
