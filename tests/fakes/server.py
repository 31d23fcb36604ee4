"""
What the fakes share: a threaded HTTP server on loopback, faults in the order they were asked for, and the ground truth.

Faults: `drop` closes the connection before anything is taken, `drop-taken` after; `hang` and `hang-taken` never answer;
`500` and `500-taken` answer with an error; `garbage-taken` takes the message and answers with nonsense; `429` is too fast.
"""

from __future__ import annotations

import http.client
import json
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

FAULTS = ("drop", "drop-taken", "hang", "hang-taken", "500", "500-taken", "garbage-taken", "429")
HANG_SECONDS_MAX = 60


@dataclass(frozen=True)
class Accepted:
    """One message that the provider took, and when."""

    message_id: str
    to: str
    text: str
    at: datetime
    fields: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Asked:
    """A request as a fake sees it."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Answer:
    """What a fake answers. taken: the request was a sending, and it was accepted."""

    status: int
    body: dict[str, Any]
    headers: dict[str, str] = field(default_factory=dict)


class Fake:
    """A provider. `accepted` is the ground truth, in the order taken; read it after the product has answered."""

    def __init__(self, port: int = 0) -> None:
        self.lock = threading.RLock()
        self.accepted: list[Accepted] = []
        self.requests = 0
        self.now: Callable[[], datetime] = lambda: datetime.now(UTC)
        self._faults: deque[tuple[str, dict[str, Any]]] = deque()
        self._released = threading.Event()
        self._server = _Server(("127.0.0.1", port), type("Handler", (_Handler,), {"fake": self}))
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def start(self) -> Any:
        self._thread.start()
        return self

    def serve(self) -> None:
        """Serve until interrupted, in this thread."""
        self._server.serve_forever()

    def close(self) -> None:
        self._released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> Any:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def fault(self, kind: str, times: int = 1, **more: Any) -> None:
        """Spoil the next `times` sendings. more: `retry_after` of a 429; None leaves it out."""
        assert kind in FAULTS, f"no such fault: {kind}"
        with self.lock:
            self._faults.extend([(kind, more)] * times)

    def heal(self) -> None:
        """Forget all faults, and let go what hangs."""
        with self.lock:
            self._faults.clear()
            self._released.set()
            self._released = threading.Event()

    def next_fault(self) -> tuple[str, dict[str, Any]]:
        with self.lock:
            return self._faults.popleft() if self._faults else ("", {})

    def sent_to(self, to: str) -> list[Accepted]:
        with self.lock:
            return [one for one in self.accepted if one.to == to]

    def answer(self, asked: Asked) -> Answer:
        """The provider's API."""
        raise NotImplementedError

    def is_sending(self, asked: Asked) -> bool:
        """Whether faults apply to it."""
        raise NotImplementedError

    def too_fast(self, more: dict[str, Any]) -> Answer:
        """The provider's 429."""
        raise NotImplementedError

    def control(self, asked: Asked) -> Answer:
        """The fake's own levers over HTTP, for a fake that runs by itself; a name is a method of this class."""
        name = asked.path.removeprefix("/_fake/")
        told = json.loads(asked.body or b"{}")
        if name == "accepted":
            with self.lock:
                return Answer(200, {"accepted": [asdict(one) for one in self.accepted]})
        if name in self.levers:
            result = getattr(self, name)(**told)
            return Answer(200, {"result": result})
        return Answer(404, {"levers": ["accepted", *self.levers]})

    levers: tuple[str, ...] = ("fault", "heal")


def post(url: str, headers: dict[str, str], body: bytes, timeout_seconds: float = 15.0) -> int:
    """Post to the product; its status. Twilio's own limit is 15 s. A product that is down answers 0."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=timeout_seconds)
    try:
        connection.request("POST", parts.path + (f"?{parts.query}" if parts.query else ""), body, headers)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is what faults are for."""


class _Handler(BaseHTTPRequestHandler):
    fake: Fake
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        parts = urlsplit(self.path)
        query = {name: values[-1] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        asked = Asked(self.command, parts.path, query, {k.lower(): v for k, v in self.headers.items()}, body)
        with self.fake.lock:
            self.fake.requests += 1
        if parts.path.startswith("/_fake/"):
            self._say(self.fake.control(asked))
        elif self.fake.is_sending(asked):
            self._spoilt(asked, *self.fake.next_fault())
        else:
            self._say(self.fake.answer(asked))

    do_GET = do_POST  # noqa: N815

    def _spoilt(self, asked: Asked, kind: str, more: dict[str, Any]) -> None:
        if kind == "429":
            self._say(self.fake.too_fast(more))
            return
        released = self.fake._released
        answer = self.fake.answer(asked) if not kind or kind.endswith("-taken") else None
        if kind.startswith("hang"):
            released.wait(HANG_SECONDS_MAX)
        if kind.startswith(("drop", "hang")):
            self.close_connection = True
        elif kind.startswith("500"):
            self._say(Answer(500, {"message": "Internal Server Error"}))
        elif kind == "garbage-taken":
            self._write(200, {"Content-Type": "text/html"}, b"<html>\xff not json")
        elif answer is not None:
            self._say(answer)

    def _say(self, answer: Answer) -> None:
        self._write(answer.status, {"Content-Type": "application/json"} | answer.headers, json.dumps(answer.body, default=str).encode())

    def _write(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Tests read the ground truth instead."""
