"""
Replies that could not be read, and the words that a programme's clients have of their own. What is written stands sealed:
a reply with its message and its client's key, a word with the programme's.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection

from bot.values import Person
from storage import caseload
from storage import schema as t
from storage.crypto import Vault

LIST_MAX: Final = 300
"""The longest list of replies, the newest first."""

_u, _o, _r, _c, _a = t.unread_replies.c, t.own_words.c, t.received.c, t.clients.c, t.answers.c
_WORDS = (
    sa.select(t.own_words)
    .where(
        _o.programme_id == sa.bindparam("programme"),
        _o.flow == sa.bindparam("flow"),
        _o.code == sa.bindparam("code"),
        _o.removed_at.is_(None),
    )
    .order_by(_o.id)
)
_REPLIES = sa.select(t.unread_replies, _r.text_sealed, _c.name_sealed, _c.code.label("client_code")).join(
    t.received, _r.id == _u.received_id
)


def words(connection: Connection, vault: Vault, programme_id: int, flow: str, code: str) -> list[dict[str, Any]]:
    """The words of a question that count, opened, in every language."""
    asked = {"programme": programme_id, "flow": flow, "code": code}
    return [caseload.opened(connection, vault, t.own_words, row) for row in connection.execute(_WORDS, asked).mappings()]


def all_words(connection: Connection, vault: Vault, programme_id: int) -> list[dict[str, Any]]:
    """Every word of a programme that counts, opened; the newest first."""
    query = sa.select(t.own_words).where(_o.programme_id == programme_id, _o.removed_at.is_(None)).order_by(_o.id.desc())
    return caseload.all_opened(connection, vault, t.own_words, query)


def word(connection: Connection, programme_id: int, word_id: int) -> sa.RowMapping | None:
    """A word that counts, sealed."""
    query = sa.select(t.own_words).where(_o.id == word_id, _o.programme_id == programme_id, _o.removed_at.is_(None))
    return connection.execute(query).mappings().first()


def open_replies(connection: Connection, vault: Vault, who: Person, since: datetime) -> list[dict[str, Any]]:
    """The unread replies of visible clients that nobody has settled, the newest first; `text` is None where it was erased."""
    query = _seen_by(who).where(_u.settled_at.is_(None), _u.at >= since).order_by(_u.at.desc(), _u.id.desc()).limit(LIST_MAX)
    return _opened(connection, vault, query)


def reply(connection: Connection, vault: Vault, who: Person, reply_id: int) -> dict[str, Any] | None:
    """One unread reply, opened; None where it is not visible."""
    found = _opened(connection, vault, _seen_by(who).where(_u.id == reply_id))
    return found[0] if found else None


def of_question(connection: Connection, vault: Vault, who: Person, flow: str, code: str, since: datetime) -> list[dict[str, Any]]:
    """The visible unread replies to one question, settled ones too, the newest first."""
    query = _seen_by(who).where(_u.flow == flow, _u.code == code, _u.at >= since).order_by(_u.at.desc(), _u.id.desc()).limit(LIST_MAX)
    return _opened(connection, vault, query)


def answered(connection: Connection, vault: Vault, who: Person, flow: str, code: str, since: datetime) -> list[dict[str, Any]]:
    """What visible clients answered to one question, each with the client's `language`: the raw words, opened, the newest first."""
    query = (
        sa.select(t.answers, _c.language)
        .join(t.clients, _c.id == _a.client_id)
        .where(
            caseload.visible_to(who),
            _a.flow == flow,
            _a.code == code,
            _a.at >= since,
            _a.value_sealed.is_not(None),
            _a.raw_sealed.is_not(None),
        )
        .order_by(_a.at.desc(), _a.id.desc())
        .limit(LIST_MAX)
    )
    return caseload.all_opened(connection, vault, t.answers, query)


def settle(connection: Connection, reply_ids: Sequence[int], how: str, by_id: int, now: datetime) -> int:
    """Take replies off the list; how many were on it."""
    change = sa.update(t.unread_replies).where(_u.id.in_(reply_ids), _u.settled_at.is_(None))
    return connection.execute(change.values(settled=how, settled_at=now, settled_by=by_id)).rowcount


def remove_word(connection: Connection, word_id: int, by_id: int, now: datetime) -> bool:
    """Let a word count no longer; what was read by it stays."""
    change = sa.update(t.own_words).where(_o.id == word_id, _o.removed_at.is_(None))
    return connection.execute(change.values(removed_at=now, removed_by=by_id)).rowcount == 1


def _seen_by(who: Person) -> sa.Select[Any]:
    return _REPLIES.join(t.clients, _c.id == _u.client_id).where(_u.programme_id == who.programme_id, caseload.visible_to(who))


def _opened(connection: Connection, vault: Vault, query: sa.Select[Any]) -> list[dict[str, Any]]:
    found = []
    for row in connection.execute(query).mappings():
        plain = {name: value for name, value in row.items() if not name.endswith("_sealed")}
        plain["text"] = vault.open(connection, "received.text", row["received_id"], row["text_sealed"])
        plain["name"] = vault.open(connection, "clients.name", row["client_id"], row["name_sealed"])
        found.append(plain)
    return found
