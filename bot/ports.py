"""
The ports: everything through which the product touches the world, and their real implementations.

Made in `bot/app.py` and passed down. Nothing else reads a clock, makes randomness, starts a thread or opens a
socket; a lint rule (ruff TID251) and `tests/test_house.py` hold it. Tests and the headless demo pass others.
"""

from __future__ import annotations

import errno
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol, TypeVar

from bot.errors import WrongUse
from bot.values import Clock, Ids

T = TypeVar("T")

EPOCH_MS = 1_704_067_200_000
"""2024-01-01 UTC, where our ids begin to count."""


class Executor(Protocol):
    """Runs work aside: threads in the service, inline in tests and simulation."""

    def submit(self, work: Callable[[], T]) -> Future[T]:
        """Start `work`; the future carries its result or its error."""
        ...


class Points(Protocol):
    """Named places where a test can crash the process."""

    def point(self, name: str) -> None:
        """Pass, or never return."""
        ...


class Transport(Protocol):
    """One HTTP request. Raises `bot.channels.transport.NotConnected` when nothing was sent, `NoAnswer` when it may have been."""

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: dict[str, str] | None = None,
        body: bytes | None = None,
        timeout_seconds: float = 10.0,
    ) -> tuple[int, dict[str, str], bytes]:
        """Status, headers with lower-case names, body."""
        ...


@dataclass(frozen=True, slots=True)
class Ports:
    """All of them, as passed down from the composition root."""

    clock: Clock
    machine: Clock
    ids: Ids
    executor: Executor
    points: Points
    transport: Transport


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class StillClock:
    """Stands at a moment of a working day, and moves only when told: for benches."""

    def __init__(self, at: datetime = datetime(2026, 3, 4, 15, 0, tzinfo=UTC)) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at


class WalkedClock:
    """The machine's clock plus an offset that the demo's buttons move forward, never back."""

    def __init__(self, offset: timedelta = timedelta()) -> None:
        self.offset = offset

    def now(self) -> datetime:
        return datetime.now(UTC) + self.offset


class SystemIds:
    """Ids of 63 bits: 41 of milliseconds since 2024, 10 of node, 12 of counter. Safe across threads."""

    def __init__(self, node: int | None = None) -> None:
        self.node = (secrets.randbits(10) if node is None else node) & 0x3FF
        self._lock = threading.Lock()
        self._last = 0
        self._counter = 0

    def new(self) -> int:
        with self._lock:
            now_ms = max(int(time.time() * 1000) - EPOCH_MS, self._last)
            self._counter = self._counter + 1 if now_ms == self._last else 0
            if self._counter > 0xFFF:
                now_ms, self._counter = now_ms + 1, 0
            self._last = now_ms
            return (now_ms << 22) | (self.node << 12) | self._counter

    def token(self, size_bytes: int = 18) -> str:
        return secrets.token_urlsafe(size_bytes)

    def code(self, digits: int = 6) -> str:
        return "".join(secrets.choice("0123456789") for _ in range(digits))

    def bytes(self, size_bytes: int) -> bytes:
        return secrets.token_bytes(size_bytes)


class Threads:
    """A bounded pool of threads."""

    def __init__(self, size: int = 8) -> None:
        self._pool = ThreadPoolExecutor(size, thread_name_prefix="checkline")

    def submit(self, work: Callable[[], T]) -> Future[T]:
        return self._pool.submit(work)

    def close(self) -> None:
        """Wait for what runs, drop what waits."""
        self._pool.shutdown(wait=True, cancel_futures=True)


class Inline:
    """Runs the work at once, in the caller."""

    def submit(self, work: Callable[[], T]) -> Future[T]:
        future: Future[T] = Future()
        try:
            future.set_result(work())
        except Exception as error:  # noqa: BLE001 - the future carries it, whatever it is
            future.set_exception(error)
        return future


def stopwatch() -> float:
    """Seconds of a steady clock, for benches."""
    return time.perf_counter()


def processor_seconds() -> float:
    """Seconds of processor time that this process has used, for benches of what only computes."""
    return time.process_time()


class NoPoints:
    """Crashes nowhere."""

    def point(self, name: str) -> None:
        return None


class CrashAt:
    """Kills the process, as power loss would, the `nth` time it passes the point. Only for tests (CHECKLINE_CRASH_AT=name[:n])."""

    def __init__(self, wanted: str) -> None:
        name, _, nth = wanted.partition(":")
        self.name, self.left = name, int(nth or 1)

    def point(self, name: str) -> None:
        if name == self.name:
            self.left -= 1
            if self.left == 0:
                os._exit(137)


def listen(host: str, port: int, tries: int = 20) -> socket.socket:
    """
    A listening socket on `port`, or on the next free one after it; 0 takes any free port.

    Raises:
        WrongUse: none of `tries` ports is free, or the host is none of this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for offset in range(tries if port else 1):
        found = socket.socket(family, socket.SOCK_STREAM)
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            found.bind((host, port + offset if port else 0))
            # From here on who connects waits, and is not refused, until the server takes over.
            found.listen(128)
        except OSError as error:
            found.close()
            if error.errno != errno.EADDRINUSE:
                raise WrongUse(f"{host}: cannot listen there ({error.strerror}); set CHECKLINE_HOST and CHECKLINE_PORT") from None
            continue
        return found
    raise WrongUse(f"{host}: ports {port} to {port + tries - 1} are all taken; set CHECKLINE_PORT")
