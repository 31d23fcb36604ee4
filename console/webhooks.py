"""
Webhooks: what a provider sends is handed on as raw bytes, and answered with a status and never with words.

An answer in the response would by-pass the outbox, and with it STOP, quiet hours and the audit trail. 2xx says that the
message is stored; anything else makes the provider (or its console) say that it is not.
"""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import Counter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.channels.channel import WebRequest
from bot.errors import BadRequest, BadSignature, CheckinError, NotFound
from console.ask import Console
from console.health import REGISTRY

EMPTY_TWIML = b'<?xml version="1.0" encoding="UTF-8"?><Response/>'
SEEN = Counter(
    "checkline_webhooks",
    "Webhooks by provider, kind and the status they were answered with.",
    ["provider", "leaf", "status"],
    registry=REGISTRY,
)


async def twilio_sms(request: Request) -> Response:
    """POST /webhooks/twilio/{sender}/sms: a message. Answered with TwiML that says nothing."""
    console: Console = request.app.state.console
    status = await _hand_on(request, console.conversation.receive, "twilio", "sms")
    if status in (200, 204):
        return Response(EMPTY_TWIML, 200, media_type="text/xml")
    return Response(status_code=status)


async def twilio_status(request: Request) -> Response:
    """POST /webhooks/twilio/{sender}/status: what became of a message."""
    console: Console = request.app.state.console
    return _bare(await _hand_on(request, console.conversation.status, "twilio", "status"))


async def telegram(request: Request) -> Response:
    """POST /webhooks/telegram/{sender}: an update."""
    console: Console = request.app.state.console
    return _bare(await _hand_on(request, console.conversation.receive, "telegram", "update"))


def _bare(status: int) -> Response:
    return Response(status_code=204 if status == 200 else status)


async def _hand_on(request: Request, to: Callable[[int, WebRequest], int], provider: str, leaf: str) -> int:
    body = await request.body()
    sender = str(request.path_params["sender"])
    status = 404
    if sender.isascii() and sender.isdigit() and len(sender) < 19:
        status = await run_in_threadpool(_call, to, int(sender), _raw(request, body))
    if status in (200, 204):
        console: Console = request.app.state.console
        console.poke()
        console.pulse.poke()
    SEEN.labels(provider, leaf, str(status)).inc()
    return status


def _raw(request: Request, body: bytes) -> WebRequest:
    """The request as the provider made it: the signature covers our public address, path and query exactly as they were sent."""
    console: Console = request.app.state.console
    path = request.scope.get("raw_path") or request.scope["path"].encode()
    query = request.scope["query_string"]
    url = console.house.public_url + path.split(b"?")[0].decode("latin-1") + (f"?{query.decode('latin-1')}" if query else "")
    return WebRequest(url, {name.lower(): value for name, value in request.headers.items()}, body, request.method)


def _call(to: Callable[[int, WebRequest], int], sender_id: int, request: WebRequest) -> int:
    try:
        return to(sender_id, request)
    except BadSignature:
        return 403
    except BadRequest:
        return 400
    except NotFound:
        return 404
    except CheckinError as error:
        # Busy, the database away, the key ring lost: nothing was stored, and the provider should try again.
        return 503 if error.retryable else 500


ROUTES = [
    Route("/webhooks/twilio/{sender}/sms", twilio_sms, methods=["POST"]),
    Route("/webhooks/twilio/{sender}/status", twilio_status, methods=["POST"]),
    Route("/webhooks/telegram/{sender}", telegram, methods=["POST"]),
]
