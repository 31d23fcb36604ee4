"""Replies that could not be read, and what a programme's own clients call things. The words of a reply stand with the message."""

from __future__ import annotations

import sqlalchemy as sa

from storage.schema.base import key, maybe, metadata, moment, number, programme, sealed, word
from storage.schema.care import client

unread_replies = sa.Table(
    "unread_replies",
    metadata,
    key(),
    programme(),
    client(),
    number("received_id"),
    word("flow"),
    number("flow_version"),
    word("code"),  # the question
    word("language"),  # what the reply was read in
    word("how"),  # the reason code of the reading
    moment("at", needed=True),
    maybe("settled"),  # word: a person said what it means; other: it means nothing that was asked
    moment("settled_at"),
    number("settled_by", None),
    sa.Index("ix_unread_replies_open", "programme_id", "settled_at", "at"),
    sa.Index("ix_unread_replies_question", "programme_id", "flow", "code", "at"),
)

own_words = sa.Table(
    "own_words",
    metadata,
    key(),
    programme(),
    word("flow"),
    word("code"),  # the question
    word("language"),
    word("kind"),  # of the question, when the word was accepted
    sealed("phrase_sealed"),  # with the programme's key
    sealed("value_sealed"),  # JSON
    number("by_id"),
    moment("at", needed=True),
    moment("removed_at"),
    number("removed_by", None),
    sa.Index("ix_own_words_question", "programme_id", "flow", "code"),
)
