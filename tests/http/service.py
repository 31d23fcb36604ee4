"""
The installed command as a process: started on a port of its own, waited for, killed, started again on the same data.

Nothing of the product is imported here: what these tests see is what an operator would.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

COMMAND = Path(sys.executable).parent / "checkline"
READY_SECONDS = 30.0
KILLED_AT_POINT = 137
POLL_SECONDS = 0.02

_nothing_happens = threading.Event()


class NotSoon(AssertionError):
    """Something that must come within a time did not."""


def until(true: Callable[[], Any], what: str, seconds: float = 15.0, *, poll_seconds: float = POLL_SECONDS) -> Any:
    """Ask again and again until it is true, and give what it gave."""
    deadline = monotonic() + seconds
    while True:
        found = true()
        if found:
            return found
        if monotonic() > deadline:
            raise NotSoon(f"{what}: not within {seconds:g} s")
        _nothing_happens.wait(poll_seconds)


@dataclass
class Answered:
    """What the service answered."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")


@dataclass
class Site:
    """
    A data folder and the address it is served at, which stay the same however often processes die.

    The port is held by a socket that never listens, so that no other process of this machine is given it meanwhile.
    """

    data: Path
    database: str = ""
    extra: dict[str, str] = field(default_factory=dict)
    _held: list[socket.socket] = field(default_factory=list)
    running: list[Process] = field(default_factory=list)

    def __post_init__(self) -> None:
        held = socket.socket()
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind(("127.0.0.1", 0))
        self.port = held.getsockname()[1]
        self._held.append(held)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        """Everything that the processes wrote, stdout and stderr, across restarts."""
        return self.data.parent / f"{self.data.name}.log"

    def environ(self, crash_at: str = "") -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("CHECKLINE_", "PYTHON"))}
        ours = {"CHECKLINE_DATA": str(self.data), "CHECKLINE_PORT": str(self.port), "CHECKLINE_PUBLIC_URL": self.url}
        ours |= {"CHECKLINE_DATABASE": self.database} if self.database else {}
        ours |= {"CHECKLINE_CRASH_AT": crash_at} if crash_at else {}
        return kept | ours | self.extra

    def command(self, *words: str, faults: bool = False) -> dict[str, Any]:
        """Run a verb with --json; what it says. faults: it must exit 1 instead of 0."""
        done = subprocess.run([COMMAND, *words, "--json"], env=self.environ(), capture_output=True, timeout=60, cwd=self.data.parent)
        assert done.returncode == int(faults), f"checkline {' '.join(words[:2])} exited {done.returncode}: {done.stderr.decode()}"
        said: dict[str, Any] = json.loads(done.stdout or b"{}")
        return said

    def exit_code(self, *words: str, crash_at: str = "") -> int:
        """Run a verb; how it ended."""
        done = subprocess.run([COMMAND, *words], env=self.environ(crash_at), capture_output=True, timeout=60, cwd=self.data.parent)
        return done.returncode

    def start(self, verb: str = "run", crash_at: str = "", *, wait: bool = True) -> Process:
        """Start `checkline VERB`; wait until it is ready to serve."""
        with self.log.open("ab") as log:
            popen = subprocess.Popen(
                [COMMAND, verb], env=self.environ(crash_at), stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.data.parent
            )
        process = Process(popen, self)
        self.running.append(process)
        if wait and verb != "work":
            process.ready()
        return process

    def ask(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None, timeout_seconds: float = 15
    ) -> Answered:
        """One request; status 0 when nobody listens or the answer breaks off."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout_seconds)
        try:
            connection.request(method, path, body or None, headers or {})
            got = connection.getresponse()
            return Answered(got.status, {name.lower(): value for name, value in got.getheaders()}, got.read())
        except (OSError, http.client.HTTPException):
            return Answered(0, {}, b"")
        finally:
            connection.close()

    def close(self) -> None:
        """Kill what still runs and give the port back."""
        for process in self.running:
            process.kill()
        for held in self._held:
            held.close()


@dataclass
class Process:
    """One running command."""

    popen: subprocess.Popen[bytes]
    site: Site

    def ready(self) -> None:
        def answers() -> bool:
            assert self.popen.poll() is None, f"it exited {self.popen.returncode}:\n{self.site.log.read_text('utf-8')[-2000:]}"
            return self.site.ask("GET", "/readyz").status == 200

        until(answers, "the service is ready", READY_SECONDS)

    @property
    def dead(self) -> bool:
        return self.popen.poll() is not None

    def exited(self, seconds: float = 30.0) -> int:
        """Wait for its end; the exit code."""
        try:
            return self.popen.wait(seconds)
        except subprocess.TimeoutExpired:
            raise NotSoon(f"the process ends: not within {seconds:g} s") from None

    def stop(self) -> int:
        """Ask it to stop, as an operator does; the exit code."""
        self.popen.send_signal(signal.SIGTERM)
        return self.exited()

    def kill(self) -> int:
        """As a power cut would."""
        with contextlib.suppress(ProcessLookupError):
            self.popen.kill()
        return self.popen.wait(10)


@contextlib.contextmanager
def site(data: Path, database: str = "") -> Iterator[Site]:
    """A site that is gone afterwards."""
    made = Site(data, database)
    try:
        yield made
    finally:
        made.close()
