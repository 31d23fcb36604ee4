"""Replies that could not be read: the list of one's own clients, and, for supervisors, what their words mean from now on."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from bot import unread
from bot.errors import WrongUse
from console.ask import Ask


def show(ask: Ask) -> Response:
    """GET /unread."""
    house, who = ask.console.house, ask.who
    rows = unread.unread(house, who)
    ask.viewed("unread.viewed", f"{len(rows)} replies", chain_id=who.programme_id)
    said = ask.request.query_params.get("said", "")
    return ask.page("unread.html", rows=rows, words=unread.words(house, who), accepts=who.role == unread.ACCEPTS, said=said)


def meaning(ask: Ask) -> Response:
    """GET /unread/{reply}: what it was asked; with ?value, what would change if the words meant that."""
    house, who, reply = ask.console.house, ask.who, ask.number("reply")
    row, question = unread.question(house, who, reply)
    ask.viewed("unread.viewed", f"unread reply {reply}", chain_id=row["client_id"])
    typed = ask.request.query_params.get("value", "")[:40]
    shown: dict[str, Any] = {"row": row, "question": question, "typed": typed, "preview": None, "fault": False}
    if typed:
        try:
            shown["preview"] = unread.preview(house, who, reply, typed)
        except WrongUse:
            shown["fault"] = True
    return ask.page("unread_reply.html", said=ask.request.query_params.get("said", ""), **shown)


def accept(ask: Ask) -> Response:
    """POST /unread/{reply}/accept: the words mean that from now on."""
    reply = ask.number("reply")
    unread.question(ask.console.house, ask.who, reply)
    try:
        unread.accept(ask.console.house, ask.who, reply, ask.form.get("value", ""))
    except WrongUse:
        return ask.back(f"/unread/{reply}", "word_refused")
    return ask.back("/unread", "word_accepted")


def set_aside(ask: Ask) -> Response:
    """POST /unread/{reply}/set-aside: it means nothing that was asked."""
    unread.set_aside(ask.console.house, ask.who, ask.number("reply"))
    return ask.back("/unread", "reply_set_aside")


def remove(ask: Ask) -> Response:
    """POST /words/{word}/remove: the word counts no longer."""
    unread.remove(ask.console.house, ask.who, ask.number("word"))
    return ask.back("/unread", "word_removed")
