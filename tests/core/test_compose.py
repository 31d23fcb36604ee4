"""From what a flow says to a draft: numbers in an SMS, buttons in Telegram, tokens that come back, right to left."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from bot import compose
from bot.compose import Line, Thread
from bot.flows.model import Say, ShownOption, State, Wait
from bot.values import ChannelKind, MessageClass, Purpose
from storage.outbox import Draft
from tests.world import World

NOW = datetime(2026, 3, 3, 15, 0, tzinfo=UTC)
QUESTION = "Compared with last week, how are you doing? Please answer with a number."
OPTIONS = (ShownOption("better", "Better"), ShownOption("same", "About the same"), ShownOption("worse", "Worse"))
SAY = Say("pulse", f"Hi %(name)s, this is %(programme)s. {QUESTION}", "ask", {}, OPTIONS, Wait(3, 24.0, 48.0))
STATE = State(facts={"name": "Eve", "programme": "Riverside"})


@pytest.fixture(scope="module")
def world() -> World:
    return World()


def said(
    world: World, channel: ChannelKind, language: str = "en", say: Say = SAY, languages: tuple[str, ...] = ()
) -> tuple[Draft, str, list[str]]:
    """The draft, and what stands in it in the clear."""
    eve = world.clients["eve"]
    key = world.house.db.read(lambda connection: world.house.vault.key_for(connection, eve))
    line = Line(world.programme, 1, channel, 2, key, language, "America/New_York", client_id=eve)
    thread = Thread(2**62 + 5, Purpose.check_ins, NOW + timedelta(days=7), slot_id=9)
    draft = compose.said(world.house, line, thread, say, STATE, now=NOW, languages=languages, cls=MessageClass.prompt)
    opened = world.house.vault.open
    text, labels = world.house.db.read(
        lambda connection: (
            opened(connection, "outbox.text", draft.id, draft.text_sealed),
            opened(connection, "outbox.labels", draft.id, draft.labels_sealed),
        )
    )
    return draft, text or "", json.loads(labels or "[]")


def test_an_sms_numbers_its_choices_and_carries_no_buttons(world: World) -> None:
    draft, text, labels = said(world, ChannelKind.sms)
    assert text.splitlines()[-3:] == ["1 Better", "2 About the same", "3 Worse"]
    assert (draft.buttons, labels) == ((), [])


def test_telegram_has_buttons_and_no_numbers(world: World) -> None:
    draft, text, labels = said(world, ChannelKind.telegram)
    assert labels == ["Better", "About the same", "Worse"]
    assert [compose.read_token(token) for token in draft.buttons] == [(2**62 + 5, 3, option) for option in range(3)]
    assert "1 Better" not in text


@pytest.mark.parametrize("channel", ChannelKind)
def test_what_is_filled_in_is_filled_in(world: World, channel: ChannelKind) -> None:
    _, text, _ = said(world, channel)
    assert text.startswith("Hi Eve, this is Riverside.")
    assert "%(" not in text


def test_arabic_numbers_its_choices_in_arabic(world: World) -> None:
    _, text, _ = said(world, ChannelKind.sms, "ar")
    lines = text.splitlines()[-3:]
    assert all(any("\u0600" <= char <= "\u06ff" for char in line) for line in lines)
    assert len(lines) == len(OPTIONS)


def test_every_language_of_the_programme_says_it_once(world: World) -> None:
    say = Say("hello", "Better", "say", every_language=True)
    _, text, _ = said(world, ChannelKind.sms, "es", say, ("en", "es", "ar", "en"))
    assert len(text.splitlines()) == 3


def test_the_clock_of_a_question_is_attached_and_the_window_bounds_it(world: World) -> None:
    draft, _, _ = said(world, ChannelKind.sms)
    assert (draft.wait, draft.nudge_hours, draft.timeout_hours, draft.not_after) == (3, 24.0, 48.0, NOW + timedelta(days=7))
    draft, _, _ = said(world, ChannelKind.sms, say=Say("bye", "Better", "say"))
    assert (draft.wait, draft.nudge_hours, draft.timeout_hours) == (0, None, None)


def test_an_sms_costs_its_segments_and_a_telegram_message_one(world: World) -> None:
    assert said(world, ChannelKind.sms, "ar")[0].segments > 1
    assert said(world, ChannelKind.telegram, "ar")[0].segments == 1


NUMBERS = (0, 1, 35, 36, 2**31, 2**63 - 1)


@pytest.mark.parametrize("number", NUMBERS)
def test_a_token_comes_back_as_it_went_and_fits_into_a_button(number: int) -> None:
    token = compose.token(number, 9_999, 35)
    assert compose.read_token(token) == (number, 9_999, 35)
    assert len(token.encode()) <= 64


FORGED = (
    "", ".", "..", "a.1", "a.1.2.3", "a.12", "a.b.c", "-1.0.0", "1.-1.0", "1. 1.0", "a\u0661.1.1", "1.\u0661.0", "a.1.1\n",
    "1" * 99 + ".1.1", "\x00.1.1", "1_0.1.1", "1.1_0.1",
)  # fmt: skip


@pytest.mark.parametrize("text", FORGED, ids=ascii)
def test_what_is_no_token_of_ours_is_none(text: str) -> None:
    assert compose.read_token(text) is None


def test_a_button_of_another_conversation_answers_nothing() -> None:
    world = World()
    world.ask("ed")
    world.ask("iker")
    token = world.on_phone("iker")[-1].outgoing.buttons[2].token
    world.texts("ed", "Worse", kind="button", button_token=token)
    assert world.rows("answers") == []
    assert world.rows("received")[-1]["road"] == "late_button"
    world.presses("ed", 0, message=0)
    assert [row["conversation_id"] for row in world.rows("answers")] == [world.rows("conversations")[0]["id"]]
    world.presses("ed", 2, message=0)
    assert len(world.rows("answers")) == 1
