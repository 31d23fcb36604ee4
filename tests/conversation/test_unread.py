"""A reply that could not be read is kept for a list; a supervisor says what it means, and the next one is read."""

from __future__ import annotations

import json

import pytest
import sqlalchemy as sa

from bot import unread
from bot.errors import NotAllowed, WrongUse
from bot.values import Person
from storage import schema as t
from tests.world import World


def supervisor(world: World) -> Person:
    row = next(row for row in world.rows("users") if row["role"] == "supervisor")
    return Person(row["id"], "supervisor", row["programme_id"])


def replied(*texts: str) -> World:
    """A programme whose client answered the weekly question so."""
    world = World()
    world.ask("eve")
    for text in texts:
        world.texts("eve", text)
    return world


def read(world: World) -> list[object]:
    """What was read, oldest first."""
    rows, vault = [row for row in world.rows("answers") if row["value_sealed"] is not None], world.house.vault

    def look(connection: sa.Connection) -> list[object]:
        return [json.loads(vault.open(connection, "answers.value", row["id"], row["value_sealed"]) or "") for row in rows]

    return world.house.db.read(look)


def test_each_unread_reply_is_kept_with_its_question() -> None:
    world = replied("tickety boo", "top banana")
    rows = world.rows("unread_replies")
    assert [(row["flow"], row["code"], row["language"], row["how"]) for row in rows] == [("weekly-pulse", "pulse", "en", "no-match")] * 2
    assert [row["text"] for row in unread.unread(world.house, supervisor(world))] == ["top banana", "tickety boo"]


@pytest.mark.parametrize(
    "cry", ["everyone would be better off without me", "me quiero morir"], ids=["in the language asked", "in another of the programme"]
)
def test_a_cry_for_help_is_no_word_for_an_answer(cry: str) -> None:
    world = replied("i want to die")
    assert world.flags("eve")
    assert world.rows("unread_replies") == []
    other = replied("tickety boo")
    (row,) = other.rows("unread_replies")
    key = other.house.db.read(lambda connection: other.house.vault.key_for(connection, row["client_id"]))
    sealed = other.house.vault.seal(key, "received.text", row["received_id"], cry)
    change = sa.update(t.received).where(t.received.c.id == row["received_id"]).values(text_sealed=sealed)
    other.house.db.write(0, lambda connection: connection.execute(change).rowcount)
    with pytest.raises(WrongUse, match="concern"):
        unread.accept(other.house, supervisor(other), row["id"], "better")


@pytest.mark.parametrize("text", ["1", "please call me", "stop", "who is this?"])
def test_what_is_read_or_asked_is_not_on_the_list(text: str) -> None:
    assert replied(text).rows("unread_replies") == []


def test_a_word_that_is_accepted_is_read_from_then_on() -> None:
    world = replied("tickety boo")
    boss, (row,) = supervisor(world), world.rows("unread_replies")
    found = unread.preview(world.house, boss, row["id"], "better")
    assert [(one.text, one.before, one.after) for one in found.reads] == [("tickety boo", None, "better")]
    assert unread.accept(world.house, boss, row["id"], "better") == 1
    assert unread.unread(world.house, boss) == []
    world.texts("eve", "Tickety-BOO!!")
    assert read(world) == ["better"]


def test_a_word_that_would_change_an_answer_is_refused() -> None:
    """Were "iffy" a name for better, "worse, iffy" would be both; it was read as worse."""
    world = replied("worse, iffy", "yes")
    assert read(world) == ["worse"]
    world.walk(days=8)
    world.ask("eve")
    world.texts("eve", "iffy")
    boss, reply = supervisor(world), world.rows("unread_replies", code="pulse")[-1]["id"]
    found = unread.preview(world.house, boss, reply, "better")
    assert [(one.text, one.before) for one in found.changes] == [("worse, iffy", "worse")]
    with pytest.raises(WrongUse, match="1 answers"):
        unread.accept(world.house, boss, reply, "better")
    assert world.rows("own_words") == []


def test_a_word_counts_in_its_language_alone() -> None:
    world = replied("tickety boo")
    unread.accept(world.house, supervisor(world), world.rows("unread_replies")[0]["id"], "better")
    world.house.db.write(0, lambda connection: connection.execute(sa.update(t.own_words).values(language="es")).rowcount)
    world.texts("eve", "tickety boo")
    assert read(world) == []


def test_a_word_that_is_removed_counts_no_longer() -> None:
    world = replied("tickety boo")
    boss = supervisor(world)
    unread.accept(world.house, boss, world.rows("unread_replies")[0]["id"], "better")
    assert [one["meaning"] for one in unread.words(world.house, boss)] == ["better"]
    assert unread.remove(world.house, boss, world.rows("own_words")[0]["id"])
    world.texts("eve", "tickety boo")
    assert read(world) == []
    assert len(world.rows("unread_replies")) == 2


def test_only_a_supervisor_says_what_words_mean() -> None:
    world = replied("tickety boo")
    row = next(row for row in world.rows("users") if row["role"] == "case_manager")
    ana, reply = Person(row["id"], "case_manager", row["programme_id"]), world.rows("unread_replies")[0]["id"]
    with pytest.raises(NotAllowed):
        unread.accept(world.house, ana, reply, "better")
    assert unread.set_aside(world.house, ana, reply)
    assert unread.unread(world.house, ana) == []


@pytest.mark.parametrize("meaning", ["", "7", "nonsense", "true"])
def test_a_meaning_that_is_no_answer_is_refused(meaning: str) -> None:
    world = replied("tickety boo")
    with pytest.raises(WrongUse):
        unread.accept(world.house, supervisor(world), world.rows("unread_replies")[0]["id"], meaning)


def test_a_story_is_no_word() -> None:
    world = replied("my neighbour came by with the dog and we talked about it")
    with pytest.raises(WrongUse):
        unread.preview(world.house, supervisor(world), world.rows("unread_replies")[0]["id"], "better")


def test_the_words_stand_nowhere_in_the_open() -> None:
    world = replied("xylotickety boo")
    unread.accept(world.house, supervisor(world), world.rows("unread_replies")[0]["id"], "better")
    for table in ("unread_replies", "own_words", "audit"):
        assert "xylotickety" not in repr(world.rows(table))
