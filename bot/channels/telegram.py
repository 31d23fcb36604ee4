"""
Telegram through a bot.

Sends and reads updates with python-telegram-bot, imported at the first use. Only private chats: what a group says is
dropped unread. Telegram has neither receipts nor a list of what was sent
(https://core.telegram.org/bots/api#sendmessage), so an unknown outcome stays unknown.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any, TypeVar

from bot.channels.channel import (
    BODY_BYTES_MAX,
    Channel,
    Checked,
    Found,
    Inbound,
    Outgoing,
    SenderConfig,
    Sent,
    Status,
    WebRequest,
    webhook_url,
)
from bot.channels.phones import Wiring
from bot.channels.transport import NoAnswer, NotConnected
from bot.channels.updates import read_update
from bot.errors import BadRequest, BadSignature, Misconfigured, NotSent, OutcomeUnknown, SendFailed, Throttled, Unreachable
from bot.ports import Transport
from bot.values import ChannelKind, Reason

T = TypeVar("T")

PROOF_HEADER = "x-telegram-bot-api-secret-token"
"""https://core.telegram.org/bots/api#setwebhook"""

ACKNOWLEDGE_SECONDS = 2.0

WANTED = ("message", "edited_message", "callback_query", "my_chat_member")
"""The kinds of update that we ask for."""


class Telegram:
    """One bot."""

    kind = ChannelKind.telegram

    def __init__(self, config: SenderConfig, transport: Transport) -> None:
        self.config = config
        self._transport = transport
        self._made: Any = None

    def send(self, outgoing: Outgoing) -> Sent:
        from bot.channels.telegram_bot import keyboard

        markup = keyboard([(button.label, button.token) for button in outgoing.buttons]) if outgoing.buttons else None
        message = self._call(lambda bot: bot.send_message(chat_id=outgoing.to, text=outgoing.text, reply_markup=markup))
        return Sent(str(message.message_id))

    def find(self, to: str, since: datetime, body: str, segments: int | None) -> list[Found] | None:
        return None

    def parse_inbound(self, request: WebRequest) -> list[Inbound | Status]:
        given = request.headers.get(PROOF_HEADER, "").encode("utf-8", "replace")
        if not hmac.compare_digest(given, webhook_secret(self.config).encode()):
            raise BadSignature("telegram: the secret token does not hold; set the webhook again with `checkline sender test`")
        if request.method != "POST" or len(request.body) > BODY_BYTES_MAX:
            raise BadRequest("telegram: not an update; nothing was read")
        try:
            told = json.loads(request.body)
        except (ValueError, RecursionError):
            raise BadRequest("telegram: not an update; nothing was stored") from None
        return [*self._read(told)]

    def acknowledge(self, inbound: Inbound) -> None:
        if inbound.button_token is None:
            return
        # It only stops the button's clock: the press is stored by now, and a failure must not make Telegram bring it again.
        with contextlib.suppress(SendFailed):
            self._call(lambda bot: bot.answer_callback_query(inbound.provider_message_id, read_timeout=ACKNOWLEDGE_SECONDS))

    def check(self) -> Checked:
        me = self._call(lambda bot: bot.get_me())
        name = str(me.username or "")
        if self.config.address and name.casefold() != self.config.address.lstrip("@").casefold():
            raise Misconfigured("telegram: the token belongs to a bot of another name; correct the address", reason=Reason.misconfigured)
        return Checked(name, "token accepted")

    def connect(self) -> str:
        url = webhook_url(self.config)
        if not url.startswith("https://") and not self.config.base_url:
            return "Telegram calls only https addresses: set CHECKLINE_PUBLIC_URL to one and run this again."
        secret = webhook_secret(self.config)
        self._call(lambda bot: bot.set_webhook(url, secret_token=secret, allowed_updates=list(WANTED)))
        return ""

    def disconnect(self) -> None:
        """Take the webhook away, so that `poll` may ask. Raises as `send` does."""
        self._call(lambda bot: bot.delete_webhook())

    def poll(self, offset: int, wait_seconds: int = 0, limit: int = 100) -> tuple[int, list[Inbound]]:
        """
        Fetch updates where no webhook can reach us; the next call with the returned offset confirms these.

        wait_seconds: how long Telegram may hold the call open, 0 to 50. Raises as `send` does; OutcomeUnknown means: ask again,
        and Misconfigured with 409 that a webhook is set or somebody else asks too. An update that cannot be read is passed over.
        """
        asked = {"offset": offset, "limit": limit, "timeout": wait_seconds, "allowed_updates": list(WANTED)}
        updates: Any = self._call(lambda bot: bot.raw_updates(asked, wait_seconds + 10.0))
        found: list[Inbound] = []
        for told in updates if isinstance(updates, list) else []:
            offset = max(offset, _number(told) + 1)
            with contextlib.suppress(BadRequest):
                found.extend(self._read(told))
        return offset, found

    def _read(self, told: object) -> list[Inbound]:
        """The update, through the package's own reader; whatever that makes of odd content is one error."""
        from bot.channels.telegram_bot import Update

        if not isinstance(told, dict):
            raise BadRequest("telegram: not an update; nothing was stored")
        try:
            return read_update(Update.de_json(told, None))
        except Exception:  # noqa: BLE001 - the reader raises KeyError, TypeError, AttributeError and more on what it does not expect
            raise BadRequest("telegram: an update that cannot be read; nothing was stored") from None

    def _call(self, ask: Callable[[Any], Coroutine[Any, Any, T]]) -> T:
        """Ask Telegram, and say what came of it in our errors. Nothing of Telegram's text is kept."""
        from bot.channels import telegram_bot as ptb

        if self._made is None:
            self._made = ptb.bot(self.config, self._transport)
        try:
            return ptb.run(ask(self._made))
        except ptb.TooFast as error:
            raise Throttled("telegram: too fast, HTTP 429; try again later", code="429", retry_after_seconds=error.seconds) from None
        except ptb.InvalidToken:
            raise Misconfigured(
                "telegram: the bot's token is refused; a person must act", code="401", reason=Reason.misconfigured
            ) from None
        except ptb.Conflict:
            raise Misconfigured("telegram: a webhook is set, or another process asks", code="409", reason=Reason.misconfigured) from None
        except ptb.Forbidden as error:
            raise _refused("403", error.message) from None
        except ptb.BadRequest as error:
            raise _refused("400", error.message) from None
        except Exception as error:  # noqa: BLE001 - an answer that the package cannot read may still mean that the message was taken
            raise _broken(error) from None


def _number(told: object) -> int:
    """The update's number; -1 for what is no update."""
    number = told.get("update_id") if isinstance(told, dict) else None
    return number if isinstance(number, int) else -1


def webhook_secret(config: SenderConfig) -> str:
    """What Telegram must show us with each update: derived from the bot's token, so that there is no second secret to keep."""
    return hmac.new(config.secret.encode(), f"checkline webhook {config.id}".encode(), hashlib.sha256).hexdigest()


def _refused(code: str, told: str) -> SendFailed:
    """
    Telegram said no. It has no list of reasons, only English phrases; these are the ones seen in the field.

    https://core.telegram.org/bots/api#making-requests
    """
    phrase = told.casefold()
    if "chat not found" in phrase or "user not found" in phrase or "peer_id_invalid" in phrase or "deactivated" in phrase:
        return Unreachable(f"telegram: refused with {code}, no such chat; never try again", code=code, reason=Reason.bad_address)
    if "initiate conversation" in phrase:
        return Unreachable(f"telegram: refused with {code}, not opened yet", code=code, reason=Reason.telegram_not_opened)
    if code == "403":
        return Unreachable("telegram: refused with 403, blocked; never try again", code=code, reason=Reason.blocked)
    return Unreachable(f"telegram: refused with {code}; never try again", code=code, reason=Reason.refused)


def _broken(error: Exception) -> SendFailed:
    """No answer, or none that can be read. The package wraps what our transport raises."""
    if isinstance(error, NotConnected) or isinstance(error.__cause__, NotConnected):
        return NotSent("telegram: no connection; try again", code="no-connection", reason=Reason.provider_down)
    silent = isinstance(error, NoAnswer) or isinstance(error.__cause__, NoAnswer)
    what = "no answer" if silent else "an answer that cannot be read"
    return OutcomeUnknown(f"telegram: {what}; it may have been sent", code="unknown", reason=Reason.unknown_outcome)


def faults(config: SenderConfig) -> list[str]:
    """What is wrong with the settings of a Telegram sender."""
    found = []
    if not re.fullmatch(r"[0-9]{5,12}:[A-Za-z0-9_-]{30,60}", config.secret):
        found.append("secret: give the bot's token as BotFather shows it: digits, a colon, then the rest")
    if not re.fullmatch(r"@?[A-Za-z][A-Za-z0-9_]{3,31}", config.address):
        found.append("address: give the bot's name, as in t.me/NAME")
    if config.base_url and not re.match(r"https?://[^/]", config.base_url):
        found.append("base_url: give http:// or https:// and a host, or leave it out")
    return found


def make(config: SenderConfig, wiring: Wiring) -> Channel:
    """A Telegram sender on the transport."""
    return Telegram(config, wiring.transport)
