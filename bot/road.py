"""The ways that an incoming message can go. A closed list: it is stored, and shown to staff."""

from __future__ import annotations

import enum


class Road(enum.StrEnum):
    """Which way a message went. Stored with it."""

    answer = "answer"
    held = "held"
    between = "between"
    stop = "stop"
    start = "start"
    help = "help"
    forget = "forget"
    loss = "loss"
    language = "language"
    thanks = "thanks"
    later = "later"
    another_time = "another_time"
    pause = "pause"
    change = "change"
    call = "call"
    question = "question"
    who = "who"
    privacy = "privacy"
    wrong_number = "wrong_number"
    correct = "correct"
    media = "media"
    late_button = "late_button"
    edit = "edit"
    blocked = "blocked"
    binding = "binding"
    shared = "shared"
    unknown = "unknown"
    staff = "staff"
    failed = "failed"
    quarantine = "quarantine"
