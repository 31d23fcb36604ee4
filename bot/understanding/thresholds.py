"""When a reading is good enough. Every number that decides is here; readers only say how a reply was read."""

from __future__ import annotations

from bot.values import Action, Reading, Value

ACCEPT_FROM = 0.85
CONFIRM_FROM = 0.6

CLEAR = 1.0
"""The reply is the answer, with nothing around it but politeness."""
WITH_MORE = 0.9
"""The answer, and a clause of its own that does not bear on it."""
HEDGED = 0.75
"""About, maybe, I think: meant, but worth reading back."""
CORRECTED = 0.75
"""The client took back what stood before."""
GUESSED = 0.65
"""A misspelling mended, a unit converted, a word beside it that we do not know."""
UNREAD = 0.2

TEXT_MAX = 1000
"""Characters that a reader looks at; a longer reply goes to a person."""
TYPO_LETTERS_MIN = 5
"""Shorter words are never mended: one letter off "no" is another word."""
TYPO_TOKENS_MAX = 6
STRANGERS_MAX = 4
"""Unknown words beside a number that may still be read back."""


def reading(value: Value, confidence: float, reason: str, span: tuple[int, int] | None = None, unit: str | None = None) -> Reading:
    """Accept, confirm or ask, as `confidence` says."""
    if confidence >= ACCEPT_FROM:
        return Reading(Action.accept, value, confidence, reason, span, unit)
    if confidence >= CONFIRM_FROM:
        return Reading(Action.confirm, value, confidence, reason, span, unit)
    return unread(reason, span)


def unread(reason: str, span: tuple[int, int] | None = None) -> Reading:
    """Ask again, and say why."""
    return Reading(Action.ask, None, UNREAD, reason, span)


def for_a_person(reason: str) -> Reading:
    """No reader can help: a person reads it."""
    return Reading(Action.person, None, 0.0, reason)
