"""A free-text reply becomes an answer; a lexicon per language. Pure: imports nothing of ours but errors, values and normalise."""

from __future__ import annotations

from bot.understanding.intents import intent
from bot.understanding.keywords import opt_out
from bot.understanding.lexicon import languages
from bot.understanding.reader import language_named, read

__all__ = ["intent", "language_named", "languages", "opt_out", "read"]
