"""
The phone simulator: the phones of a demo side by side, and buttons that walk its clock through every due moment.

There only while a demo runs, and only for who asks for it by this machine's own name: it needs no sign-in, because
nobody in it is real.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

import sqlalchemy as sa
import structlog
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.ports import Executor
from bot.values import Button
from console.ask import Console, read_form
from console.show import zone_of
from storage import schema as t

log = structlog.get_logger(__name__)

SIDE_BY_SIDE: Final = 4
TEXT_MAX: Final = 1600
"""Characters that one SMS may carry in several segments."""
LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")


class Phone(Protocol):
    """A simulated phone: whose it is, what it runs, which language its owner reads."""

    @property
    def address(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def channel(self) -> str: ...
    @property
    def language(self) -> str: ...
    @property
    def rtl(self) -> bool: ...
    @property
    def staff(self) -> bool: ...


class Shown(Protocol):
    """A message on a phone. from_us: we sent it; buttons: to be pressed under it; delivery: a word, or empty."""

    @property
    def id(self) -> Any: ...
    @property
    def at(self) -> datetime: ...
    @property
    def text(self) -> str: ...
    @property
    def from_us(self) -> bool: ...
    @property
    def buttons(self) -> Sequence[Button]: ...
    @property
    def delivery(self) -> str: ...


class Phones(Protocol):
    """The simulated phones of the demo. Acts go through the product as a real provider's webhooks would."""

    def list(self) -> Sequence[Phone]: ...

    def messages(self, address: str) -> Sequence[Shown]: ...

    def text(self, address: str, text: str) -> object: ...

    def press(self, address: str, message_id: str, token: str) -> object: ...


class Demo(Protocol):
    """The demo's clock."""

    def now(self) -> datetime: ...

    def walk(self, length: timedelta) -> object:
        """Go through every due moment of `length`; what happened, as text."""
        ...


class Walker:
    """Walks the demo's clock aside, so that the page can show it going: a week takes minutes on a slow machine. One walk at a time."""

    def __init__(self, demo: Demo, executor: Executor) -> None:
        self._demo, self._executor = demo, executor
        self._lock = threading.Lock()
        self._walk: Future[object] | None = None
        self._until: datetime | None = None

    def start(self, length: timedelta) -> bool:
        """Set off; False while another walk is under way."""
        with self._lock:
            if self.until is not None:
                return False
            self._until = self._demo.now() + length
            self._walk = self._executor.submit(lambda: self._go(length))
            return True

    def _go(self, length: timedelta) -> object:
        try:
            return self._demo.walk(length)
        except Exception as error:
            log.error("the walk broke off", action="demo.walk", error=type(error).__name__)
            raise

    @property
    def until(self) -> datetime | None:
        """Where the walk under way leads, None when there is none."""
        return None if self._walk is None or self._walk.done() else self._until

    @property
    def failed(self) -> bool:
        """Whether the last walk broke off."""
        return self._walk is not None and self._walk.done() and self._walk.exception() is not None


def key(phone: Phone) -> str:
    """What stands for a phone in addresses of pages: numbers never do, not even made-up ones."""
    return hashlib.sha256(f"{phone.channel} {phone.address}".encode()).hexdigest()[:10]


@dataclass(frozen=True, slots=True)
class PhoneAsk:
    """A request to the simulator, from whoever sits at this machine."""

    request: Request
    console: Console
    phones: Phones
    form: Mapping[str, str]


def _endpoint(work: Callable[[PhoneAsk], Response]) -> Callable[[Request], Any]:
    async def endpoint(request: Request) -> Response:
        console: Console = request.app.state.console
        if console.phones is None or not _asked_here(request, console):
            raise HTTPException(404)
        form = await read_form(request) if request.method == "POST" else {}
        return await run_in_threadpool(work, PhoneAsk(request, console, console.phones, form))

    return endpoint


def _asked_here(request: Request, console: Console) -> bool:
    """Whether the browser asked for us by a name of ours: a page elsewhere whose name was turned to this machine is none."""
    asked = urlsplit(f"//{request.headers.get('host', '')}").hostname
    return asked in LOOPBACK or asked == urlsplit(console.house.public_url).hostname


def show(ask: PhoneAsk) -> Response:
    """GET /phone, and the fragment that it fetches again each second."""
    every = list(ask.phones.list())
    chosen = _chosen(ask.request.query_params.get("show", ""), every)
    cards = [{"key": key(each), "phone": each, "messages": list(ask.phones.messages(each.address))} for each in chosen]
    demo = ask.console.demo
    context = {
        "session": None, "cards": cards, "every": [(key(each), each) for each in every], "shown": [key(each) for each in chosen],
        "now": demo.now() if demo else ask.console.house.ports.clock.now(), "zone": _zone(ask.console), "walker": ask.console.walker,
    }  # fmt: skip
    fragment = ask.request.url.path.startswith("/live/")
    return ask.console.templates.TemplateResponse(ask.request, "_phones.html" if fragment else "phone.html", context)


def _chosen(wanted: str, every: Sequence[Phone]) -> list[Phone]:
    """The phones asked for; else the first two clients who read different languages, and a member of staff."""
    by_key = {key(each): each for each in every}
    chosen = [by_key[each] for each in wanted.split(",") if each in by_key][:SIDE_BY_SIDE]
    if chosen:
        return chosen
    first: list[Phone] = []
    for phone in (each for each in every if not each.staff):
        if len(first) < SIDE_BY_SIDE - 1 and phone.language not in {each.language for each in first}:
            first.append(phone)
    return first + [each for each in every if each.staff][:1]


def _zone(console: Console) -> str:
    def work(connection: sa.Connection) -> str | None:
        zone: str | None = connection.execute(sa.select(t.programmes.c.zone).where(t.programmes.c.kind == "demo").limit(1)).scalar()
        return zone

    return console.house.db.read(work) or "UTC"


def _phone(ask: PhoneAsk) -> Phone:
    wanted = ask.request.path_params["key"]
    for phone in ask.phones.list():
        if key(phone) == wanted:
            return phone
    raise HTTPException(404)


def text(ask: PhoneAsk) -> Response:
    """POST /phone/{key}/text: the phone's owner writes."""
    phone = _phone(ask)
    if ask.form.get("text"):
        ask.phones.text(phone.address, ask.form["text"][:TEXT_MAX])
    return _done(ask)


def press(ask: PhoneAsk) -> Response:
    """POST /phone/{key}/press: the phone's owner presses a button under a message."""
    phone = _phone(ask)
    message_id, _, token = ask.form.get("button", "").partition(" ")
    if token:
        ask.phones.press(phone.address, message_id, token)
    return _done(ask)


def walk(ask: PhoneAsk) -> Response:
    """POST /phone/walk: the demo's clock sets off; the page that comes back shows it going."""
    demo, walker = ask.console.demo, ask.console.walker
    if demo is None or walker is None:
        raise HTTPException(404)
    steps = {"hour": timedelta(hours=1), "morning": until_morning(demo.now(), _zone(ask.console)), "week": timedelta(weeks=1)}
    length = steps.get(ask.form.get("step", ""))
    if length is None:
        raise HTTPException(400)
    walker.start(length)
    return _done(ask)


def until_morning(now: datetime, zone: str) -> timedelta:
    """How long until it is next nine o'clock there."""
    here = now.astimezone(zone_of(zone))
    nine = datetime.combine(here.date(), time(9), here.tzinfo)
    if nine <= here:
        nine = datetime.combine(here.date() + timedelta(days=1), time(9), here.tzinfo)
    return nine - now


def _done(ask: PhoneAsk) -> Response:
    ask.console.poke()
    ask.console.pulse.poke()
    shown = ",".join(part for part in ask.form.get("show", "").split(",") if part.isalnum() and part.isascii())
    return RedirectResponse(f"/phone?show={shown}" if shown else "/phone", 303)


ROUTES = [
    Route("/phone", _endpoint(show)),
    Route("/live/phones", _endpoint(show)),
    Route("/phone/walk", _endpoint(walk), methods=["POST"]),
    Route("/phone/{key}/text", _endpoint(text), methods=["POST"]),
    Route("/phone/{key}/press", _endpoint(press), methods=["POST"]),
]
