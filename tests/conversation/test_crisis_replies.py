"""The words a client gets in a crisis: with the right numbers, at the right time, in the right language, and as often as is due."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from bot import texts
from bot.channels.simulated import Lever
from bot.desk import Desk
from bot.locales.words import Words
from bot.setting_up import crisis_lines
from bot.values import Severity
from storage import schema as t
from tests.world import TUESDAY, World

pytestmark = pytest.mark.slow

THOUGHT = "sometimes I think everyone would be better off without me"
DIE = "I want to die"
PLAN = "I am going to kill myself tonight"
PILLS = "I took all the pills an hour ago, I want to die"
CHEST = "I have chest pain and I can't breathe"
HIT = "my husband hits me every day"
KNIFE = "he is here with a knife and he will kill me"
FOOD = "I have not eaten for two days and there is no food at all"


def is_now(world: World, name: str, **values: object) -> None:
    """The client is otherwise than the world made them: country, language."""
    change = sa.update(t.clients).where(t.clients.c.id == world.clients[name]).values(**values)
    world.house.db.write(0, lambda connection: connection.execute(change))


def plain(text: str) -> str:
    return " ".join(text.replace("\u202f", " ").replace("\u2068", "").replace("\u2069", "").split())


# ---------------------------------------------------------------- numbers, by where the client lives

FIRST_LINES = {line.country: line for line in reversed(crisis_lines.shipped()) if line.emergency}
SAYS_911 = {country for country, line in FIRST_LINES.items() if line.emergency == "911"}
SAYS_988 = {country for country, line in FIRST_LINES.items() if "988" in (line.call, line.text)}


@pytest.mark.parametrize("country", sorted(FIRST_LINES))
def test_self_harm_is_answered_with_the_numbers_of_the_country(country):
    world = World()
    is_now(world, "eve", country=country)
    world.client_texts("eve", DIE)
    said, line = world.said_to("eve")[-1], FIRST_LINES[country]
    for number in (line.call, line.text, line.emergency, line.name):
        assert number in said
    assert ("911" in said) == (country in SAYS_911)
    assert ("988" in said) == (country in SAYS_988)


NOWHERE = {"no country is known": "", "a country without a line": "KE", "another": "IE", "no country at all": "XX"}


@pytest.mark.parametrize("text", [DIE, CHEST, HIT, FOOD], ids=["R1", "R2", "R3", "R4"])
@pytest.mark.parametrize("country", NOWHERE.values(), ids=NOWHERE)
def test_where_no_line_is_confirmed_no_number_is_guessed(country, text):
    world = World()
    is_now(world, "eve", country=country)
    world.client_texts("eve", text)
    said = world.said_to("eve")[-1]
    assert "your local emergency number" in said
    assert not any(number in said for number in ("911", "988", "741741", "112", "999"))


def test_where_local_wording_was_chosen_the_line_is_not_named():
    world = World()
    crisis_lines.confirm_crisis_line(world.house, world.programme, "US", local_only=True, confirmed_as="test")
    world.client_texts("eve", DIE)
    said = world.said_to("eve")[-1]
    assert "911" in said
    assert "988" not in said
    assert "nearest hospital" in said


def test_clients_of_two_countries_at_one_phone_get_neither_number():
    world = World()
    is_now(world, "yuri", country="FR")
    world.client_texts("paul", DIE)
    assert "your local emergency number" in world.said_to("paul")[-1]


def test_on_leave_with_the_supervisor_away_too_the_promise_names_who_is_there_and_when():
    world = World(datetime(2026, 3, 3, 20, 0, tzinfo=UTC), office=True)
    away = sa.update(t.users).where(t.users.c.sign_in.in_(["ana", "sam", "rita"]))
    until = datetime(2026, 3, 9, 5, 0, tzinfo=UTC)
    world.house.db.write(0, lambda connection: connection.execute(away.values(leave_from=TUESDAY, leave_until=until)))
    world.client_texts("eve", DIE)
    assert "by 10:00 AM on Monday, March 9" in plain(world.said_to("eve")[-1])


# ---------------------------------------------------------------- which words

KINDS = {
    "thought": (THOUGHT, "crisis:R1", "R1_BOTH"),
    "intent": (DIE, "crisis:R1", "R1_BOTH"),
    "somebody else": ("my sister is going to kill herself tonight", "crisis:R1", "R1_OTHER_BOTH"),
    "medical": (CHEST, "crisis:R2", "R2"),
    "violence now": (KNIFE, "crisis:R3", "R3"),
    "violence": (HIT, "crisis:R3", "R3"),
    "danger to another": ("I am going to kill my neighbour tonight", "crisis:R2", "R2"),
    "needs": (FOOD, "crisis:R4", "R4"),
}


@pytest.mark.parametrize(("text", "kind", "name"), KINDS.values(), ids=KINDS)
def test_which_words_a_client_gets(text, kind, name):
    world = World()
    world.client_texts("eve", text)
    row = world.rows("outbox", cls="crisis")[0]
    assert (row["kind"], row["flags"]["text"]) == (kind, name)
    msgid = str(texts.all_texts()[name])
    assert plain(world.said_to("eve")[-1]).startswith(plain(msgid.split("%(", maxsplit=1)[0]))


def test_after_violence_nothing_is_named_or_quoted_and_staff_are_told_how_to_talk():
    world = World()
    world.client_texts("eve", HIT)
    said = world.said_to("eve")[-1]
    for word in ("husband", "hit", "violence", "abuse", "police", "Ana", "Riverside"):
        assert word.casefold() not in said.casefold()
    assert "Do not text about it: agree how to talk." in world.said_to("ana")[-1]


ALL_KINDS = {"R1": DIE, "R2": CHEST, "R3": HIT, "R4": FOOD}


@pytest.mark.parametrize("text", ALL_KINDS.values(), ids=ALL_KINDS)
def test_every_reply_says_that_nobody_watches_and_by_when_somebody_will(text):
    world = World()
    world.client_texts("eve", text)
    said = plain(world.said_to("eve")[-1])
    assert "This line is not watched all the time" in said
    assert " by 10:15 AM today" in said or " by 2:00 PM today" in said


# ---------------------------------------------------------------- once an episode and kind, again when it gets worse

R1, R2, R3, R4, AGAIN = "crisis:R1", "crisis:R2", "crisis:R3", "crisis:R4", "crisis:again"
EPISODES: dict[str, tuple[list[tuple[float, str]], list[str]]] = {
    "once": ([(0, DIE), (5, DIE), (10, DIE)], [R1]),
    "a thought becomes intent": ([(0, THOUGHT), (1, DIE)], [R1, R1]),
    "a thought becomes a plan": ([(0, THOUGHT), (1, PLAN)], [R1, R1]),
    "a thought becomes an overdose": ([(0, THOUGHT), (1, PILLS)], [R1, R1]),
    "intent becomes an overdose": ([(0, DIE), (1, PILLS)], [R1, R1]),
    "an overdose, then a thought": ([(0, PILLS), (1, THOUGHT)], [R1]),
    "an emergency within the episode": ([(0, DIE), (1, CHEST)], [R1, R2]),
    "violence within the episode": ([(0, DIE), (1, HIT), (2, FOOD)], [R1, R3, R4]),
    "violence becomes violence now": ([(0, HIT), (1, KNIFE)], [R3, R3]),
    "half an hour of critical words": ([(0, DIE), (31, DIE)], [R1, AGAIN]),
    "half an hour of high words": ([(0, HIT), (31, HIT)], [R3]),
    "within half an hour of the short line": ([(0, DIE), (31, DIE), (40, DIE)], [R1, AGAIN]),
    "twelve hours later": ([(0, DIE), (12 * 60 + 1, DIE)], [R1, R1]),
}


@pytest.mark.parametrize(("written", "answers"), EPISODES.values(), ids=EPISODES)
def test_how_often_a_client_is_answered(written, answers):
    world = World()
    start = world.clock.now()
    for minutes, text in written:
        world.walk(start + timedelta(minutes=minutes))
        world.client_texts("eve", text)
    assert [kind for kind in world.kinds("eve") if kind.startswith("crisis")] == answers


AGAIN_WORDS = {
    "a line for calls": ("US", DIE, "We have told our team again. Please call 988 now."),
    "no line": ("KE", DIE, "We have told our team again. Please call your local emergency number now."),
    "an emergency": ("US", CHEST, "We have told our team again. Please call 911 now."),
    "violence": ("US", KNIFE, "We have told our team again. In danger, call 911."),
}


@pytest.mark.parametrize(("country", "text", "line"), AGAIN_WORDS.values(), ids=AGAIN_WORDS)
def test_the_short_line_names_the_number_to_call(country, text, line):
    world = World()
    is_now(world, "eve", country=country)
    world.client_texts("eve", text)
    world.walk(minutes=31)
    world.client_texts("eve", text)
    assert plain(world.said_to("eve")[-1]).endswith(line)
    assert world.kinds("eve")[1:] == [AGAIN]


# ---------------------------------------------------------------- beside other things


def test_stop_with_a_concern_is_both_and_the_alert_says_so():
    world = World()
    world.client_texts("eve", "Stop texting me, I want to die")
    assert sorted(world.kinds("eve")) == ["crisis:R1", "stop"]
    assert world.flags("eve")[0]["stopped_too"] == 1
    assert "who also sent STOP" in world.said_to("ana")[-1]


def test_after_a_stop_a_concern_is_still_answered():
    world = World()
    world.client_texts("eve", "STOP")
    world.walk(hours=2)
    world.client_texts("eve", DIE)
    assert world.kinds("eve") == ["stop", "crisis:R1"]


def test_routine_messages_wait_until_a_person_releases_them():
    world = World()
    world.client_texts("eve", DIE)
    world.walk(hours=2)
    world.ask("eve")
    world.walk(days=2)
    assert world.kinds("eve") == ["crisis:R1"]
    Desk(world.house).release(world.staff["ana"], world.clients["eve"])
    world.ask("eve", "goal-progress")
    assert world.kinds("eve")[1:] == ["ask"]


def test_a_reply_that_is_refused_alerts_again_phone_them():
    world = World()
    world.channel(world.senders["sms"]).pull(Lever.refuse, address=world.addresses["eve"][1])
    world.client_texts("eve", DIE)
    assert world.said_to("eve") == []
    assert "has had NO reply: phone them" in world.said_to("ana")[-1]
    assert world.flags("eve")[0]["no_reply"] == 1


def test_a_reply_that_ran_out_alerts_again_phone_them():
    world = World()
    pause = sa.update(t.senders).where(t.senders.c.id == world.senders["telegram"])
    world.house.db.write(0, lambda connection: connection.execute(pause.values(paused_at=world.clock.now())))
    world.client_texts("ed", DIE)
    world.walk(hours=2, minutes=5)
    world.house.db.write(0, lambda connection: connection.execute(pause.values(paused_at=None)))
    world.walk(minutes=20)
    assert [row["state"] for row in world.rows("outbox", cls="crisis")] == ["expired"]
    assert world.said_to("ed") == []
    assert [row["detail"]["sent"] for row in world.rows("flag_events", kind="crisis_reply")] == [False]
    assert any("has had NO reply: phone them" in said for name in ("sam", "rita", "ben") for said in world.said_to(name))


# ---------------------------------------------------------------- what exactly was said


def test_what_was_said_is_kept_word_for_word_with_its_wording():
    world = World()
    world.client_texts("inés", "quiero morir")
    row = world.rows("outbox", cls="crisis")[0]
    opened = world.house.db.read(lambda connection: world.house.vault.open(connection, "outbox.text", row["id"], row["text_sealed"]))
    assert opened == world.said_to("inés")[-1]
    catalog, wording = world.house.words.wording(texts.R1_CALL, "es", dict.fromkeys(("call", "line", "emergency", "manager", "by"), ""))
    assert (row["language"], row["flags"]["text"], row["flags"]["catalog"]) == ("es", "R1_CALL", catalog)
    assert row["flags"]["wording"] == texts.wording_hash(wording)
    assert row["sent_at"] is not None


LANGUAGES = {"es-MX": "es", "ar-EG": "ar", "fr": "fr", "en-GB": "en", "sw": "sw"}


@pytest.mark.parametrize(("tag", "catalog"), LANGUAGES.items(), ids=LANGUAGES)
def test_a_client_is_answered_in_their_own_language(tag, catalog):
    world = World()
    is_now(world, "eve", language=tag)
    world.client_texts("eve", DIE)
    row = world.rows("outbox", cls="crisis")[0]
    assert (row["language"], row["flags"]["catalog"]) == (tag, catalog)
    assert "in English" not in world.said_to("ana")[-1]
    assert [one["rule"] for one in world.rows("findings")] == ["self_harm.wish/en"]


def test_where_there_are_no_words_in_the_language_whoever_is_told_knows():
    world = World()
    is_now(world, "eve", language="fi")
    world.client_texts("eve", DIE)
    row = world.rows("outbox", cls="crisis")[0]
    assert (row["language"], row["flags"]["catalog"]) == ("en", "en")
    assert world.said_to("ana")[-1].endswith("\nWe had to answer them in English. Please speak to them in their own language.")
    assert [(one["severity"], one["category"]) for one in world.flags("eve")] == [(Severity.critical, "self_harm")]
    why = next(one["why"] for one in world.rows("findings") if one["rule"] == "crisis.in-english")
    assert "there are no such words in fi" in why


class Wordless(Words):
    """Words that fail where a crisis reply is worded."""

    def wording(self, msgid: str, language: str, values: Mapping[str, object] | None = None) -> tuple[str, str]:
        if msgid.startswith("Thank you for telling us"):
            raise LookupError("no catalog")
        return super().wording(msgid, language, values)


def test_where_the_words_cannot_be_made_the_message_is_kept_and_staff_are_told_to_phone():
    world = World()
    world.house = replace(world.house, words=Wordless())
    world.restart()
    assert world.client_texts("eve", DIE).status == 204
    assert world.said_to("eve") == []
    assert [row["severity"] for row in world.rows("received")] == [Severity.critical]
    assert "has had NO reply: phone them" in world.said_to("ana")[-1]
    assert "crisis.no-words" in [row["rule"] for row in world.rows("findings")]
    assert [row["kind"] for row in world.rows("due") if row["kind"] == "follow_up"] == []
