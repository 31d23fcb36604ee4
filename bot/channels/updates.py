"""
A Telegram update → what the client did. Duck-typed over python-telegram-bot's `Update`, so that importing this costs nothing.

https://core.telegram.org/bots/api#update. `update_id` is never used as an identity: it collides across bots and restarts at random
after a quiet week. A message's id is unique within its chat; a press and a block are named by what Telegram gives them.
"""

from __future__ import annotations

import re
from typing import Any

from bot.channels.channel import Inbound, InboundKind, whole

MEDIA = {
    "voice": "voice",
    "audio": "audio",
    "video_note": "video",
    "video": "video",
    "animation": "video",
    "photo": "photo",
    "sticker": "sticker",
    "location": "location",
    "venue": "location",
    "contact": "contact",
    "document": "document",
    "poll": "other",
    "dice": "other",
    "story": "other",
    "game": "other",
    "paid_media": "other",
    "checklist": "other",
}
"""Part of a message → what we call it. Venue comes with a location, animation with a document: the first one found counts."""

START = re.compile(r"/start(?:@\w+)?(?:\s+([A-Za-z0-9_-]{1,64}))?\s*")
"""https://core.telegram.org/bots/features#deep-linking"""

_GONE = ("kicked", "left")


def read_update(update: Any) -> list[Inbound]:
    """What one update says: nothing, or one thing. Raises nothing of its own on a well-formed update."""
    if update.callback_query is not None:
        return _press(update.callback_query)
    if update.my_chat_member is not None:
        return _membership(update.my_chat_member)
    if update.edited_message is not None:
        return _message(update.edited_message, edited=True)
    if update.message is not None:
        return _message(update.message, edited=False)
    return []


def _private(chat: Any) -> bool:
    return chat is not None and chat.type == "private"


def _message(message: Any, *, edited: bool) -> list[Inbound]:
    if not _private(message.chat):
        return []
    text = whole(message.text or message.caption or "")
    media = next((name for part, name in MEDIA.items() if getattr(message, part, None)), None)
    if not text and media is None:
        # A service message: pinned, joined, a changed timer. Nobody wrote anything.
        return []
    address, message_id = str(message.chat.id), str(message.message_id)
    if edited:
        stamp = int(message.edit_date.timestamp()) if message.edit_date else 1
        return [Inbound(message_id, address, text, InboundKind.edit, edit=stamp, media=media)]
    start = START.fullmatch(text)
    if start:
        return [Inbound(message_id, address, text, InboundKind.start, start_token=start[1])]
    return [Inbound(message_id, address, text, InboundKind.text if text else InboundKind.media, media=media)]


def _press(query: Any) -> list[Inbound]:
    """A button under one of our messages. The message may be too old to be shown; then it has no keyboard, and no label."""
    message = query.message
    if message is None or not _private(message.chat) or query.data is None:
        return []
    markup = getattr(message, "reply_markup", None)
    buttons = [button for row in markup.inline_keyboard for button in row] if markup else []
    label = next((button.text for button in buttons if button.callback_data == query.data), "")
    return [Inbound(str(query.id), str(message.chat.id), whole(label), InboundKind.button, button_token=whole(str(query.data)))]


def _membership(change: Any) -> list[Inbound]:
    """https://core.telegram.org/bots/api#chatmemberupdated: in a private chat, kicked is blocked."""
    if not _private(change.chat):
        return []
    kind = InboundKind.blocked if change.new_chat_member.status in _GONE else InboundKind.unblocked
    return [Inbound(f"{kind}-{int(change.date.timestamp())}", str(change.chat.id), kind=kind)]
