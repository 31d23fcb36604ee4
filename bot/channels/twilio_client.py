"""
Twilio's own client on our transport. Importing this costs Twilio's whole package: only a sending does it.

Twilio's stock HTTP client has no default time-out, lets `requests` errors through and logs numbers and texts; its
addresses are fixed. This one sends through the port, replaces the host, and says what came back.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

# Twilio ships no types.
from twilio.base.exceptions import TwilioRestException, TwilioServiceException  # type: ignore[import-untyped]
from twilio.http import HttpClient  # type: ignore[import-untyped]
from twilio.http.response import Response  # type: ignore[import-untyped]
from twilio.rest import Client  # type: ignore[import-untyped]

from bot.channels.channel import SenderConfig
from bot.errors import OutcomeUnknown, Throttled
from bot.ports import Transport
from bot.values import Reason

REFUSED = (TwilioRestException, TwilioServiceException)
"""Both shapes in which Twilio says no; both have `status` and `code`."""

TIMEOUT_SECONDS = 10.0
RETRY_AFTER_SECONDS_MAX = 300.0


class PortClient(HttpClient):  # type: ignore[misc]
    """Twilio's HTTP seam over our transport; raises what the transport raises, and the errors of a 429 and a 5xx itself."""

    def __init__(self, transport: Transport, base_url: str) -> None:
        # The logger is never used: only Twilio's own client calls it.
        super().__init__(None, False, TIMEOUT_SECONDS)
        self._transport = transport
        self._base_url = base_url.rstrip("/")

    def request(
        self,
        method: str,
        uri: str,
        params: Mapping[str, object] | None = None,
        data: Mapping[str, object] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        """One request as Twilio's client wants it."""
        url = self._moved(uri) + (f"?{urlencode(params, doseq=True)}" if params else "")
        sent = dict(headers or {})
        if auth:
            sent["Authorization"] = _basic(*auth)
        body = urlencode(data, doseq=True).encode("ascii") if data else None
        status, told, content = self._transport.request(method, url, headers=sent, body=body, timeout_seconds=timeout or TIMEOUT_SECONDS)
        if status == 429:
            raise Throttled(
                "twilio: too fast, HTTP 429; try again later", code="429", retry_after_seconds=_seconds(told.get("retry-after", ""))
            )
        if status >= 500 or status < 200 or 300 <= status < 400:
            raise OutcomeUnknown(f"twilio: HTTP {status}; ask before sending again", code=str(status), reason=Reason.unknown_outcome)
        return Response(status, content.decode("utf-8", "replace"), told)

    def _moved(self, uri: str) -> str:
        """The address at `base_url`, where one is set."""
        parts = urlsplit(uri)
        rest = parts.path + (f"?{parts.query}" if parts.query else "")
        return self._base_url + rest if self._base_url else uri


def client(config: SenderConfig, transport: Transport) -> Any:
    """Twilio's client for this account. An empty environment: TWILIO_EDGE and TWILIO_REGION of the machine must not move it."""
    return Client(config.account, config.secret, http_client=PortClient(transport, config.base_url), environment={"unset": ""})


def _basic(user: str, password: str) -> str:
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode("ascii")


def _seconds(text: str) -> float:
    """Retry-After in seconds, kept between 1 and five minutes; a date or nonsense is 1."""
    digits = text.strip()
    return min(max(float(digits), 1.0), RETRY_AFTER_SECONDS_MAX) if digits.isascii() and digits.isdigit() else 1.0
