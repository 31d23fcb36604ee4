"""Connections whose failure to open is told apart from every later failure, TLS handshake included."""

from __future__ import annotations

import ssl
from functools import cache

import certifi
import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, NewConnectionError


class _Plain(HTTPConnection):
    def connect(self) -> None:
        try:
            super().connect()
        except (HTTPError, OSError) as error:
            raise NewConnectionError(self, "no connection") from error


class _Secure(HTTPSConnection):
    def connect(self) -> None:
        # urllib3 reports a failed handshake and a connection lost after sending with the same class.
        try:
            super().connect()
        except (HTTPError, OSError) as error:
            raise NewConnectionError(self, "no connection") from error


class _PlainPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _Plain


class _SecurePool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _Secure


@cache
def certificates() -> ssl.SSLContext:
    """The system's store and certifi's: a slim container has no store, a company's own authority is in no package. 40 ms, once."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


def pool(scheme: str, size: int) -> urllib3.PoolManager:
    """A manager for one scheme that keeps up to `size` connections to a host and lets callers beyond that wait."""
    trusted = certificates() if scheme == "https" else None
    manager = urllib3.PoolManager(num_pools=8, maxsize=size, block=True, ssl_context=trusted)
    manager.pool_classes_by_scheme = {"http": _PlainPool, "https": _SecurePool}
    return manager
