"""
The real HTTP transport: one request, one time-out over the whole of it, and two kinds of failure that are never mixed up.

`NotConnected` is raised only before the first byte of the request left; everything later is `NoAnswer`, because
the other side may have acted on what it read. Nothing is sent twice and no redirect is followed. Neither errors nor
logs carry an address: Telegram's has the bot's token in its path.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.errors import CheckinError

if TYPE_CHECKING:
    import urllib3

ANSWER_BYTES_MAX = 2_097_152
"""An answer above this is cut off and counts as none."""

POOL_SIZE = 32
"""Connections kept to one host; more threads than this wait for one, and that wait counts as not connected."""


class NotConnected(CheckinError):
    """Nothing was sent: no name, no connection, no handshake, no free connection in time."""

    retryable = True


class NoAnswer(CheckinError):
    """The request left, wholly or in part, and no whole answer came back."""


def quiet(*names: str, below: int = logging.WARNING) -> None:
    """
    Keep what these loggers of other packages say below this level out of every log, whatever level is set.

    They would write tokens, numbers and texts. A filter, because a level would be lost at the next logging set-up.
    """
    for name in names:
        logger = logging.getLogger(name)
        logger.filters[:] = [kept for kept in logger.filters if not isinstance(kept, _Below)]
        logger.addFilter(_Below(below))


class _Below(logging.Filter):
    """Drops what is below a level."""

    def __init__(self, level: int) -> None:
        super().__init__()
        self.level = level

    def filter(self, record: logging.LogRecord) -> bool:
        return record.levelno >= self.level


class HttpTransport:
    """
    Requests over pooled connections; safe to use from many threads.

    Certificates are checked against the system's store and certifi's. No proxy is taken from the environment.
    """

    def __init__(self) -> None:
        self._pools: dict[str, urllib3.PoolManager] = {}
        self._lock = threading.Lock()

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: dict[str, str] | None = None,
        body: bytes | None = None,
        timeout_seconds: float = 10.0,
    ) -> tuple[int, dict[str, str], bytes]:
        """
        Send one request and read its whole answer.

        timeout_seconds: for connecting, sending and reading together, above 0; what drips in may take twice that.

        Raises:
            NotConnected: nothing was sent.
            NoAnswer: it may have arrived.
        """
        import urllib3

        parts = urlsplit(url)
        host = parts.hostname or "?"
        if parts.scheme not in ("http", "https"):
            raise NotConnected("transport: the address must begin with http:// or https://; nothing was sent")
        until = time.monotonic() + timeout_seconds
        try:
            answer = self._connections(parts.scheme).urlopen(
                method,
                url,
                headers=headers,
                body=body,
                redirect=False,
                retries=False,
                timeout=urllib3.Timeout(total=timeout_seconds),
                pool_timeout=timeout_seconds,
                preload_content=False,
                decode_content=True,
            )
        except (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError) as error:
            raise NotConnected(f"transport: {host}: no connection ({_cause(error)}); nothing was sent") from None
        except (urllib3.exceptions.EmptyPoolError, urllib3.exceptions.LocationValueError) as error:
            raise NotConnected(f"transport: {host}: {type(error).__name__}; nothing was sent") from None
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise NoAnswer(f"transport: {host}: {type(error).__name__} after sending; it may have arrived") from None
        try:
            content = _read(answer, until)
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise NoAnswer(f"transport: {host}: {type(error).__name__} while reading the answer") from None
        return answer.status, {name.lower(): value for name, value in answer.headers.items()}, content

    def close(self) -> None:
        """Close every idle connection."""
        for pool in self._pools.values():
            pool.clear()

    def _connections(self, scheme: str) -> urllib3.PoolManager:
        with self._lock:
            if scheme not in self._pools:
                from bot.channels.connections import pool

                quiet("urllib3.connectionpool", "urllib3.util.retry")
                self._pools[scheme] = pool(scheme, POOL_SIZE)
            return self._pools[scheme]


def _read(answer: urllib3.BaseHTTPResponse, until: float) -> bytes:
    """The body, as long as it comes whole, in time and within bounds."""
    parts: list[bytes] = []
    size, whole = 0, False
    try:
        # read1 gives what has come: `read` would wait for a whole block, as long as any byte keeps dripping in.
        while part := answer.read1(65_536):
            parts.append(part)
            size += len(part)
            _bound(size, until)
        whole = True
    finally:
        if not whole:
            answer.close()
    answer.release_conn()
    return b"".join(parts)


def _bound(size: int, until: float) -> None:
    if size > ANSWER_BYTES_MAX:
        raise OSError("the answer is too long")
    if time.monotonic() > until:
        raise TimeoutError


def _cause(error: Exception) -> str:
    """What kept us from connecting, as a class name: the text of the error repeats the address."""
    return type(error.__cause__ or error).__name__
