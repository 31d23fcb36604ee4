"""What stands around every request: headers that forbid, a limit on bodies, and no acts from other sites."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

BODY_BYTES_MAX: Final = 256 * 1024
"""No form and no webhook is longer: Twilio's are some 2 kB, Telegram's some 10."""

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
)
"""Only our own files, nothing inline. Pico draws its arrows from data: images."""

FIXED: Final = {
    "content-security-policy": POLICY,
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


class ForbiddingHeaders:
    """Puts FIXED on every response, and `no-store` on all that is not a static file."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self.app = app
        self.https = https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        static = scope["path"].startswith("/static/")

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in FIXED.items():
                    headers[name] = value
                headers["cache-control"] = "public, max-age=86400" if static else "no-store"
                if self.https:
                    headers["strict-transport-security"] = "max-age=31536000"
            await send(message)

        await self.app(scope, receive, sending)


class TooLong(Exception):
    """The body went over the limit while it was read."""


class BodyLimit:
    """Answers 413 to a body over BODY_BYTES_MAX, declared or not, before anything reads it whole."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        declared = Headers(scope=scope).get("content-length", "")
        if declared.isdigit() and int(declared) > BODY_BYTES_MAX:
            await self._refuse(scope, receive, send)
            return
        seen, started = 0, False

        async def receiving() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > BODY_BYTES_MAX:
                raise TooLong
            return message

        async def sending(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self.app(scope, receiving, sending)
        except TooLong:
            if not started:
                await self._refuse(scope, receive, send)

    @staticmethod
    async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
        text = f"The body is over {BODY_BYTES_MAX // 1024} KB; send less.\n"
        await PlainTextResponse(text, 413, {"connection": "close"})(scope, receive, send)


class SameOrigin:
    """
    Answers 403 to a POST that another site's page makes, whatever token it carries.

    Browsers say where a request comes from (Sec-Fetch-Site, Origin); what says nothing is no browser. Webhooks are
    exempt: they are signed. host: ours as seen from outside, where a proxy puts another into the request.
    """

    def __init__(self, app: ASGIApp, *, host: str) -> None:
        self.app = app
        self.host = host

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] not in ("GET", "HEAD", "OPTIONS") and not scope["path"].startswith("/webhooks/"):
            headers = Headers(scope=scope)
            if not _own(headers, self.host):
                await PlainTextResponse("This came from another site; open the page here and try again.\n", 403)(scope, receive, send)
                return
        await self.app(scope, receive, send)


def _own(headers: Headers, host: str) -> bool:
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc in (headers.get("host"), host)
