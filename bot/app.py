"""
The composition root: makes the ports, opens the house, puts engine, service and console together. Decides nothing else.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot import logs
from bot.channels.transport import HttpTransport
from bot.house import House, Relay
from bot.locales.words import Words
from bot.ports import CrashAt, Executor, Inline, NoPoints, Points, Ports, SystemClock, SystemIds, Threads, WalkedClock, listen
from bot.settings import Settings
from bot.values import Clock
from bot.warm import warm_up
from storage.folder import Store, open_store

if TYPE_CHECKING:
    from starlette.applications import Starlette

    from scheduler.engine import Engine
    from scheduler.service import Service

THREADS = 16
DRAIN_SECONDS = 5


def make_ports(settings: Settings, *, clock: Clock | None = None, executor: Executor | None = None) -> Ports:
    """The real ports. clock: the world's, where it is not the machine's."""
    machine = SystemClock()
    points: Points = CrashAt(settings.crash_at) if settings.crash_at else NoPoints()
    return Ports(
        clock=clock or machine,
        machine=machine,
        ids=SystemIds(),
        executor=executor or Inline(),
        points=points,
        transport=HttpTransport(),
    )


def make_house(settings: Settings, store: Store, ports: Ports) -> House:
    """The house over an open store."""
    public_url = settings.public_url or f"http://{settings.host}:{settings.port}"
    relay = Relay(settings.smtp_url, settings.smtp_user, settings.smtp_password)
    return House(store.database, store.vault, ports, Words(), public_url, relay)


@contextmanager
def open_house(settings: Settings, *, threads: bool = False, clock: Clock | None = None) -> Iterator[House]:
    """
    Open the data folder (the first time makes it) and close it again.

    threads: work aside runs in threads, not inline. clock: the world's, where it is not the machine's.
    """
    executor = Threads(THREADS) if threads else Inline()
    ports = make_ports(settings, clock=clock, executor=executor)
    store = open_store(settings.data, settings.database, ids=ports.ids, machine=ports.machine)
    try:
        yield make_house(settings, store, ports)
    finally:
        if isinstance(executor, Threads):
            executor.close()
        store.close()


def web(engine: Engine, service: Service | None, *, phones: Any = None, demo: Any = None) -> Starlette:
    """The console and the webhooks."""
    from console.app import make

    poke = service.poke if service is not None else None
    return make(engine.house, conversation=engine.conversations, desk=engine.desk, phones=phones, demo=demo, poke=poke)


def serve_until_told(app: Starlette, sock: Any) -> None:
    """Serve on a bound socket until SIGINT or SIGTERM; requests under way may finish."""
    import uvicorn

    config = uvicorn.Config(
        app,
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=DRAIN_SECONDS,
        timeout_keep_alive=15,
    )
    # When it has drained, uvicorn raises the signal again for whoever held it before: by default that would end the process
    # before the service has put down what it is sending.
    for told in (signal.SIGINT, signal.SIGTERM):
        signal.signal(told, lambda *_: None)
    uvicorn.Server(config).run(sockets=[sock])


def run(settings: Settings) -> None:
    """Web, webhooks, scheduler and outbox in one process, on the embedded defaults or on PostgreSQL."""
    from scheduler.engine import Engine
    from scheduler.service import Service

    logs.set_up(settings.log_level)
    sock = listen(settings.host, settings.port)
    address = _address(settings, sock)
    with open_house(address, threads=True) as house:
        warm_up(house)
        engine = Engine(house)
        service = Service(engine, settings.ping_url)
        print(f"Checkline is at {house.public_url}", flush=True)  # noqa: T201 - what the person at the keyboard waits for
        service.start()
        try:
            serve_until_told(web(engine, service), sock)
        finally:
            service.close()


def run_demo(settings: Settings) -> None:
    """The whole service with a demo programme on simulated phones. The first time its history is made; nothing leaves this machine."""
    from bot.cli.demo import open_demo
    from scheduler.service import Service

    logs.set_up("warning" if settings.log_level == "info" else settings.log_level)
    sock = listen(settings.host, settings.port)
    address = _address(settings, sock)
    clock = WalkedClock()
    with open_house(address, threads=True, clock=clock) as house:
        opened = open_demo(house, clock, lambda line: print(line, file=sys.stderr, flush=True))  # noqa: T201 - progress
        service = Service(opened.engine)
        print(_welcome(house, opened.links), flush=True)  # noqa: T201 - what the person at the keyboard waits for
        service.start()
        try:
            serve_until_told(web(opened.engine, service, phones=opened.phones, demo=opened.clock), sock)
        finally:
            service.close()


def _welcome(house: House, links: Iterable[tuple[str, str]]) -> str:
    ways = [f"  {who}:\n    {link}" for who, link in links]
    return "\n".join(
        [
            "",
            f"Checkline is at {house.public_url} (demo data; nothing leaves this machine)",
            "",
            "Sign in, once, as:",
            *ways,
            "",
            f"The simulated phones are at {house.public_url}/phone",
            "Stop with Ctrl-C; `make run` again goes on where you left off.",
            "",
        ]
    )


def serve(settings: Settings) -> None:
    """Web and webhooks only; `work` beside it sends."""
    from scheduler.engine import Engine

    logs.set_up(settings.log_level)
    sock = listen(settings.host, settings.port)
    address = _address(settings, sock)
    with open_house(address, threads=True) as house:
        warm_up(house)
        engine = Engine(house)
        print(f"Checkline serves pages and webhooks at {house.public_url}; start `checkline work` beside it", flush=True)  # noqa: T201 - as above
        serve_until_told(web(engine, None), sock)


def work(settings: Settings) -> None:
    """Scheduler and outbox only, until SIGINT or SIGTERM."""
    from scheduler.engine import Engine
    from scheduler.service import Service

    logs.set_up(settings.log_level)
    told = {signal.SIGINT, signal.SIGTERM}
    # Blocked in every thread that is started from now on: the signal waits for `sigwait` instead of ending the process.
    signal.pthread_sigmask(signal.SIG_BLOCK, told)
    with open_house(settings, threads=True) as house:
        service = Service(Engine(house), settings.ping_url)
        service.start()
        print("Checkline works: what is due is carried out, what waits is sent", file=sys.stderr, flush=True)  # noqa: T201 - as above
        try:
            signal.sigwait(told)
        finally:
            service.close()


def _address(settings: Settings, sock: Any) -> Settings:
    """The settings with the port that was really taken."""
    return replace(settings, port=sock.getsockname()[1])
