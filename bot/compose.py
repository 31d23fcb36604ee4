"""From what is to be said to a draft for the outbox: words in the client's language, numbers or buttons, size, seal. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.flows.asking import filled
from bot.flows.model import Say, State
from bot.house import House
from bot.locales.segments import measure
from bot.values import ChannelKind, MessageClass, Purpose
from storage.crypto import DataKey
from storage.outbox import Draft

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Line:
    """
    The way to somebody: by which sender to which address, in which language, sealed with whose key.

    client_id, user_id: who it is; both None for an address that is nobody's, or several people's.
    """

    programme_id: int
    sender_id: int
    channel: ChannelKind
    address_id: int
    key: DataKey
    language: str
    zone: str
    client_id: int | None = None
    user_id: int | None = None


@dataclass(frozen=True, slots=True)
class Thread:
    """What a message belongs to. until: the end of the conversation's window."""

    conversation_id: int
    purpose: Purpose
    until: datetime
    enrolment_id: int | None = None
    appointment_id: int | None = None
    slot_id: int | None = None


def message(
    house: House,
    line: Line,
    *,
    cls: MessageClass,
    kind: str,
    text: str,
    now: datetime,
    purpose: Purpose = Purpose.service,
    labels: Sequence[str] = (),
    tokens: Sequence[str] = (),
    **more: Any,
) -> Draft:
    """
    Draft a text, already in the recipient's language.

    labels, tokens: of buttons; the caller has put numbered choices into the text where the channel has no buttons.
    more: further fields of `storage.outbox.Draft`.
    """
    draft_id = house.ports.ids.new()
    seal = house.vault.seal
    return Draft(
        id=draft_id,
        programme_id=line.programme_id,
        sender_id=line.sender_id,
        address_id=line.address_id,
        cls=cls,
        purpose=purpose,
        kind=kind,
        text_sealed=seal(line.key, "outbox.text", draft_id, text),
        labels_sealed=seal(line.key, "outbox.labels", draft_id, json.dumps(list(labels))) if labels else None,
        buttons=tuple(tokens),
        language=line.language,
        segments=max(1, measure(text).segments) if line.channel is ChannelKind.sms else 1,
        client_id=line.client_id,
        user_id=line.user_id,
        due_at=more.pop("due_at", now),
        **more,
    )


def said(
    house: House,
    line: Line,
    thread: Thread,
    say: Say,
    state: State,
    *,
    now: datetime,
    languages: Sequence[str] = (),
    **more: Any,
) -> Draft:
    """
    Draft what a flow says: filled from the state, its options numbered or as buttons, the no-reply clock attached.

    languages: of the programme, for what is said in every one of them.
    more: cls and received_id, as the turn has them.
    """
    words = house.words
    spoken = list(dict.fromkeys(languages)) if say.every_language and languages else [line.language]
    values = filled(say, state, lambda msgid: words.say(msgid, line.language))
    text = "\n".join(words.say(say.text, language, values) for language in spoken)
    labels = [words.say(option.label, line.language, values) for option in say.options]
    tokens = [token(thread.conversation_id, say.wait.stamp if say.wait else 0, at) for at in range(len(labels))]
    buttons = line.channel is ChannelKind.telegram and bool(labels)
    if labels and not buttons:
        text = f"{text}\n{words.numbered(labels, line.language)}"
    wait = say.wait
    return message(
        house,
        line,
        kind=say.kind,
        text=text,
        now=now,
        purpose=thread.purpose,
        labels=labels if buttons else (),
        tokens=tokens if buttons else (),
        conversation_id=thread.conversation_id,
        enrolment_id=thread.enrolment_id,
        appointment_id=thread.appointment_id,
        not_after=more.pop("not_after", thread.until),
        wait=wait.stamp if wait else 0,
        nudge_hours=wait.nudge_hours if wait else None,
        timeout_hours=wait.timeout_hours if wait else None,
        **more,
    )


def token(conversation_id: int, wait: int, option: int) -> str:
    """What a button carries: which conversation, which wait of it, which option. At most 64 bytes, for Telegram."""
    return f"{_base36(conversation_id)}.{wait}.{option}"


def read_token(text: str) -> tuple[int, int, int] | None:
    """The conversation, wait and option of a button; None for what is none of ours."""
    parts = text.split(".")
    if len(parts) != 3 or not all(part.isascii() and part.isalnum() and len(part) <= 16 for part in parts):
        return None
    try:
        return int(parts[0], 36), int(parts[1]), int(parts[2])
    except ValueError:
        return None


def _base36(number: int) -> str:
    out = ""
    while number:
        number, digit = divmod(number, 36)
        out = DIGITS[digit] + out
    return out or "0"
