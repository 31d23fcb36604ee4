"""
python-telegram-bot on our transport, called from threads. Importing this costs that whole package.

`telegram.Bot` is asynchronous; our transport answers before it returns, so no coroutine ever waits, and one step of it
is the whole call: no event loop (a third of the time), no second HTTP client, no token in httpx's log. Nothing here calls
`initialize`, which asks Telegram who we are: a start must not fail while Telegram is down.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Coroutine
from typing import Any, TypeVar

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken, TelegramError
from telegram.request import BaseRequest, RequestData

from bot.channels.channel import SenderConfig
from bot.channels.transport import quiet
from bot.ports import Transport

__all__ = ["BadRequest", "Conflict", "Forbidden", "InvalidToken", "TelegramError", "TooFast", "Update", "bot", "keyboard", "run"]

T = TypeVar("T")

API_URL = "https://api.telegram.org"
TIMEOUT_SECONDS = 10.0

# They write the token and texts at DEBUG, and what they cannot read at ERROR and CRITICAL. All of it reaches us as errors too.
quiet("telegram.Bot", "telegram.request.BaseRequest", below=logging.CRITICAL + 1)


class TooFast(TelegramError):
    """A 429, whether or not its body says for how long."""

    def __init__(self, seconds: float) -> None:
        super().__init__("too fast")
        self.seconds = seconds


class Trouble(TelegramError):
    """An answer that is none: what was asked may have been done."""


class PortRequest(BaseRequest):
    """Telegram's HTTP seam over our transport."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    @property
    def read_timeout(self) -> float | None:
        return TIMEOUT_SECONDS

    async def initialize(self) -> None:
        return None

    async def shutdown(self) -> None:
        return None

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """One request; a 429 raises here, because without a time in its body the package takes it for a broken network."""
        body = request_data.json_payload if request_data and request_data.json_parameters else None
        seconds = read_timeout if isinstance(read_timeout, (int, float)) else TIMEOUT_SECONDS
        status, _headers, content = self._transport.request(
            method, url, headers={"Content-Type": "application/json"} if body else {}, body=body, timeout_seconds=seconds
        )
        if status == 429:
            raise TooFast(_retry_after(content))
        return status, content

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """As the package does, but an answer that cannot be read is not written to the log."""
        try:
            told = json.loads(payload)
        except (ValueError, RecursionError):
            raise Trouble("not JSON") from None
        if not isinstance(told, dict):
            raise Trouble("not an object")
        return told


class PortBot(Bot):
    """A bot that also gives updates unread: one that cannot be read must not fail the whole batch, for ever."""

    async def raw_updates(self, asked: dict[str, Any], read_timeout: float) -> Any:
        """`getUpdates` as Telegram answers it."""
        return await self._post("getUpdates", asked, read_timeout=read_timeout)


def bot(config: SenderConfig, transport: Transport) -> PortBot:
    """The bot, without asking Telegram anything."""
    base = (config.base_url or API_URL).rstrip("/")
    request = PortRequest(transport)
    return PortBot(config.secret, base_url=f"{base}/bot", base_file_url=f"{base}/file/bot", request=request, get_updates_request=request)


def keyboard(rows: list[tuple[str, str]]) -> InlineKeyboardMarkup:
    """One button a row: labels of any script stay readable at 320 pixels."""
    return InlineKeyboardMarkup([[InlineKeyboardButton(label, callback_data=token)] for label, token in rows])


def run(call: Coroutine[Any, Any, T]) -> T:
    """The coroutine's result. It must not wait for anything; ours never do."""
    try:
        call.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    call.close()
    raise AssertionError("a call to Telegram waited for an event loop")


def _retry_after(content: bytes) -> float:
    """https://core.telegram.org/bots/api#responseparameters; between 1 and 300 seconds."""
    try:
        seconds = json.loads(content)["parameters"]["retry_after"]
        return min(max(float(seconds), 1.0), 300.0)
    except (ValueError, KeyError, TypeError, RecursionError):
        return 1.0
