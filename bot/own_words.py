"""The words of a programme's own for one question in one language, as they are read with."""

from __future__ import annotations

import json

from sqlalchemy import Connection

from bot.flows import asking as questions
from bot.flows.language import Flow
from bot.flows.model import State
from bot.house import House
from bot.understanding.own_words import WHOLE, OwnWord
from bot.values import Kind
from storage import reading


def base(language: str) -> str:
    """The language that words are kept for: "pt" of pt-BR."""
    return language.replace("_", "-").split("-")[0].lower()


def waiting(connection: Connection, house: House, programme_id: int, flow: Flow, state: State, language: str) -> tuple[OwnWord, ...]:
    """Those for the question that waits; none where nothing waits, or where it takes no words."""
    waits = questions.waiting(flow, state)
    if waits is None or waits.kind not in WHOLE:
        return ()
    return counting(connection, house, programme_id, flow.id, waits.code, language)


def counting(connection: Connection, house: House, programme_id: int, flow: str, code: str, language: str) -> tuple[OwnWord, ...]:
    """Those that count now for a question in a language."""
    rows = reading.words(connection, house.vault, programme_id, flow, code)
    return tuple(
        OwnWord(Kind(row["kind"]), row["phrase"], json.loads(row["value"]))
        for row in rows
        if row["language"] == base(language) and row["phrase"] and row["value"]
    )
