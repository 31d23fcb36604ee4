"""
Telegram's Bot API, as documented, on loopback. `python -m tests.fakes.telegram --port 8401` runs it by itself.

Methods: https://core.telegram.org/bots/api · updates: https://core.telegram.org/bots/api#update
Refusals are worded as the field has seen them: https://github.com/TelegramBotAPI/errors
"""

from __future__ import annotations

import argparse
import itertools
import json
import re
from typing import Any
from urllib.parse import parse_qsl

from tests.fakes.server import Accepted, Answer, Asked, Fake, post

TOKEN = "7000000001:AAFakeFakeFakeFakeFakeFakeFakeFakeF"
NAME = "checkline_test_bot"
ME = {"id": 7_000_000_001, "is_bot": True, "first_name": "Checkline", "username": NAME}
PARTS = {
    "voice": {"file_id": "v1", "file_unique_id": "u1", "duration": 3},
    "sticker": {
        "file_id": "s1",
        "file_unique_id": "u2",
        "type": "regular",
        "width": 9,
        "height": 9,
        "is_animated": False,
        "is_video": False,
    },
    "photo": [{"file_id": "p1", "file_unique_id": "u3", "width": 9, "height": 9}],
    "location": {"latitude": 1.5, "longitude": 2.5},
    "document": {"file_id": "d1", "file_unique_id": "u4"},
    "contact": {"phone_number": "+15005550010", "first_name": "A"},
    "video": {"file_id": "m1", "file_unique_id": "u5", "width": 9, "height": 9, "duration": 2},
}


class FakeTelegram(Fake):
    """
    One bot. A chat is known once its person opened the bot; nobody else can be written to.

    pressed: callback queries that were answered. `updates`: what waits for getUpdates while no webhook is set.
    """

    levers = (
        "fault",
        "heal",
        "client_opens",
        "client_writes",
        "client_edits",
        "client_presses",
        "client_sends",
        "client_blocks",
        "client_unblocks",
        "redeliver",
    )

    def __init__(self, port: int = 0, *, token: str = TOKEN) -> None:
        super().__init__(port)
        self.token = token
        self.chats: set[int] = set()
        self.blocked: set[int] = set()
        self.webhook, self.secret = "", ""
        self.updates: list[dict[str, Any]] = []
        self.undelivered: list[dict[str, Any]] = []
        self.pressed: list[str] = []
        self.sent: dict[tuple[int, int], dict[str, Any]] = {}
        self._message_ids, self._update_ids = itertools.count(1), itertools.count(9000)

    # ------------------------------------------------------------ the API

    def is_sending(self, asked: Asked) -> bool:
        return asked.path.endswith("/sendMessage")

    def too_fast(self, more: dict[str, Any]) -> Answer:
        seconds = more.get("retry_after")
        told = _refuse(429, f"Too Many Requests: retry after {seconds}")
        return Answer(429, told.body | ({} if seconds is None else {"parameters": {"retry_after": seconds}}))

    def answer(self, asked: Asked) -> Answer:
        parts = re.fullmatch(r"/bot([^/]+)/(\w+)", asked.path)
        if parts is None or not re.fullmatch(r"\d+:[\w-]{20,}", parts[1]):
            return _refuse(404, "Not Found")
        if parts[1] != self.token:
            return _refuse(401, "Unauthorized")
        method = getattr(self, f"api_{parts[2].lower()}", None)
        if method is None:
            return _refuse(404, "Not Found")
        answer: Answer = method(_parameters(asked))
        return answer

    def api_getme(self, _told: dict[str, Any]) -> Answer:
        return _done(ME)

    def api_setwebhook(self, told: dict[str, Any]) -> Answer:
        secret = str(told.get("secret_token", ""))
        if secret and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret):
            return _refuse(400, "Bad Request: secret token contains illegal characters")
        self.webhook, self.secret = str(told["url"]), secret
        return _done(True)

    def api_deletewebhook(self, _told: dict[str, Any]) -> Answer:
        self.webhook = self.secret = ""
        return _done(True)

    def api_getupdates(self, told: dict[str, Any]) -> Answer:
        if self.webhook:
            return _refuse(
                409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
            )
        offset = int(told.get("offset") or 0)
        with self.lock:
            self.updates = [one for one in self.updates if not isinstance(one.get("update_id"), int) or one["update_id"] >= offset]
            return _done(self.updates[: int(told.get("limit") or 100)])

    def api_answercallbackquery(self, told: dict[str, Any]) -> Answer:
        query = str(told.get("callback_query_id"))
        if query.startswith("old"):
            return _refuse(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
        with self.lock:
            self.pressed.append(query)
        return _done(True)

    def api_sendmessage(self, told: dict[str, Any]) -> Answer:
        text = str(told.get("text", ""))
        with self.lock:
            wrong = self._wrong(str(told.get("chat_id", "")), text, told.get("reply_markup"))
            if wrong:
                return wrong
            chat, message_id, at = int(told["chat_id"]), next(self._message_ids), self.now()
            self.accepted.append(Accepted(str(message_id), str(chat), text, at, told))
            message = {"message_id": message_id, "from": ME, "chat": _chat(chat), "date": int(at.timestamp()), "text": text}
            if told.get("reply_markup"):
                message["reply_markup"] = told["reply_markup"]
            self.sent[chat, message_id] = message
        return _done(message)

    def _wrong(self, chat: str, text: str, markup: Any) -> Answer | None:
        if not re.fullmatch(r"-?\d+", chat) or int(chat) not in self.chats:
            return _refuse(400, "Bad Request: chat not found")
        if int(chat) in self.blocked:
            return _refuse(403, "Forbidden: bot was blocked by the user")
        if not text.strip():
            return _refuse(400, "Bad Request: message text is empty")
        if len(text) > 4096:
            return _refuse(400, "Bad Request: message is too long")
        for button in [one for row in (markup or {}).get("inline_keyboard", []) for one in row]:
            if not 1 <= len(button.get("callback_data", "").encode()) <= 64:
                return _refuse(400, "Bad Request: BUTTON_DATA_INVALID")
        return None

    # ------------------------------------------------------------ levers

    def client_opens(self, chat: int, token: str = "") -> int:
        """Somebody presses Start, with the token of a link or without."""
        self.chats.add(chat)
        return self.client_writes(chat, f"/start {token}".rstrip())

    def client_writes(self, chat: int, text: str, *, message_id: int | None = None, group: bool = False) -> int:
        """The product's status; 0 when it is down; -1 when it was put aside for getUpdates. The same id again is the same message again."""
        return self.bring({"message": self._message(chat, {"text": text}, message_id, group=group)})

    def client_edits(self, chat: int, message_id: int, text: str) -> int:
        edited = self._message(chat, {"text": text, "edit_date": int(self.now().timestamp())}, message_id)
        return self.bring({"edited_message": edited})

    def client_sends(self, chat: int, part: str, caption: str = "") -> int:
        """A voice message, picture and so on: a key of `PARTS`."""
        return self.bring({"message": self._message(chat, {part: PARTS[part]} | ({"caption": caption} if caption else {}))})

    def client_presses(self, chat: int, message_id: int, data: str, query: str = "") -> int:
        """A button under one of the bot's messages."""
        query_id = query or f"q{next(self._update_ids)}"
        shown = self.sent.get((chat, message_id)) or {"message_id": message_id, "chat": _chat(chat), "date": 0}
        return self.bring({"callback_query": {"id": query_id, "from": _person(chat), "chat_instance": "1", "message": shown, "data": data}})

    def client_blocks(self, chat: int) -> int:
        self.blocked.add(chat)
        return self._membership(chat, "member", "kicked")

    def client_unblocks(self, chat: int) -> int:
        self.blocked.discard(chat)
        return self._membership(chat, "kicked", "member")

    def bring(self, update: dict[str, Any]) -> int:
        """Post an update to the webhook, or put it aside for getUpdates."""
        whole = {"update_id": next(self._update_ids)} | update
        if not self.webhook:
            with self.lock:
                self.updates.append(whole)
            return -1
        return self._post(whole)

    def redeliver(self) -> list[int]:
        """Bring again, in order, what the product has not answered with 2xx, as Telegram does; the statuses."""
        with self.lock:
            waiting, self.undelivered = self.undelivered, []
        return [self._post(one) for one in waiting]

    def _post(self, update: dict[str, Any]) -> int:
        status = post(*self.signed(json.dumps(update).encode()))
        if not 200 <= status < 300:
            with self.lock:
                self.undelivered.append(update)
        return status

    def signed(self, body: bytes, url: str = "") -> tuple[str, dict[str, str], bytes]:
        """The webhook, unposted."""
        return url or self.webhook, {"Content-Type": "application/json", "X-Telegram-Bot-Api-Secret-Token": self.secret}, body

    def update(self, chat: int, text: str, message_id: int | None = None) -> dict[str, Any]:
        """A written message as an update."""
        return {"update_id": next(self._update_ids), "message": self._message(chat, {"text": text}, message_id)}

    def _message(self, chat: int, content: dict[str, Any], message_id: int | None = None, *, group: bool = False) -> dict[str, Any]:
        about = {"message_id": message_id or next(self._message_ids), "from": _person(chat), "date": int(self.now().timestamp())}
        return about | {"chat": _chat(chat, "group" if group else "private")} | content

    def _membership(self, chat: int, old: str, new: str) -> int:
        def member(status: str) -> dict[str, Any]:
            return {"user": ME, "status": status} | ({"until_date": 0} if status == "kicked" else {})

        change = {"chat": _chat(chat), "from": _person(chat), "date": int(self.now().timestamp())}
        return self.bring({"my_chat_member": change | {"old_chat_member": member(old), "new_chat_member": member(new)}})


def _parameters(asked: Asked) -> dict[str, Any]:
    """JSON or a form; in both, nested values may be strings of JSON."""
    if asked.headers.get("content-type", "").startswith("application/json"):
        told = json.loads(asked.body or b"{}")
    else:
        told = dict(parse_qsl(asked.body.decode())) | asked.query
    for name in ("reply_markup", "allowed_updates"):
        if isinstance(told.get(name), str):
            told[name] = json.loads(told[name])
    return told


def _chat(chat: int, kind: str = "private") -> dict[str, Any]:
    return {"id": chat, "type": kind, "first_name": "A"}


def _person(chat: int) -> dict[str, Any]:
    return {"id": abs(chat), "is_bot": False, "first_name": "A", "language_code": "en"}


def _done(result: Any) -> Answer:
    return Answer(200, {"ok": True, "result": result})


def _refuse(code: int, description: str) -> Answer:
    return Answer(code, {"ok": False, "error_code": code, "description": description})


def main() -> None:
    parser = argparse.ArgumentParser(description="A fake Telegram on loopback; its levers are POST /_fake/NAME with JSON arguments.")
    parser.add_argument("--port", type=int, default=8401)
    fake = FakeTelegram(parser.parse_args().port)
    print(f"fake Telegram: {fake.url} token {fake.token} bot {NAME}", flush=True)  # noqa: T201
    fake.serve()


if __name__ == "__main__":
    main()
