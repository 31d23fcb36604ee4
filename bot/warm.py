"""
What the first message needs, loaded before it comes: lexicons, flows, catalogues.

Loading takes a third of a second of one processor, and each thread that finds it undone does it again: twenty texts
at once to a service just started took longer than a turn may, and went to a person instead of being answered.
"""

from __future__ import annotations

import gc

import sqlalchemy as sa
import structlog

from bot import concerns, flow_store
from bot.concerns import screen
from bot.house import House
from bot.understanding import language_named, lexicon, opt_out
from storage import schema as t

PULSE = "weekly-pulse"
log = structlog.get_logger(__name__)


def warm_up(house: House) -> None:
    """
    Load everything that is read from files once, for the languages of all programmes. Reads the database, writes nothing.

    What is loaded stays for good, so the garbage collector need not look through it, neither meanwhile nor later.
    """
    collects = gc.isenabled()
    gc.disable()
    try:
        _load(house)
        gc.freeze()
    finally:
        if collects:
            gc.enable()
    for sentence in unread(house).values():
        log.error("a file of a language cannot be read", action="warm", what=sentence)


def _load(house: House) -> None:
    rows = house.db.read(lambda connection: connection.execute(sa.select(t.programmes.c.language, t.programmes.c.languages)).all())
    languages = tuple(sorted({"en", *(one.language for one in rows), *(each for one in rows for each in one.languages or ())}))
    screen("", languages)
    opt_out("", languages, stopped=False)
    language_named("")
    flow_store.latest(PULSE)
    for language in languages:
        house.words.review_state(language)


UNREAD = {
    "concerns": "The words of concern of %s cannot be read (%s): a person must read what is written in it.",
    "understanding": "The words that answer in %s cannot be read (%s): a person must read the replies in it.",
    "texts": "The texts in %s cannot be read (%s): English is said instead.",
}


def unread(house: House) -> dict[str, str]:
    """What cannot be read, of the files asked for so far: "concerns:es" → a sentence that says what is wrong and what follows."""
    found = {"concerns": concerns.broken(), "understanding": lexicon.broken(), "texts": house.words.broken}
    return {f"{kind}:{tag}": UNREAD[kind] % (tag, fault) for kind, broken in found.items() for tag, fault in broken.items()}
