"""STOP and START, in three languages, on both channels, in every situation. What must hold is read from the phones."""

from __future__ import annotations

import pytest

from bot.setting_up.clients import NewClient, add_client
from bot.setting_up.consents import record_consent
from bot.setting_up.enrolments import enrol
from bot.values import Reason
from tests.world import PURPOSES, World

SMS = {"en": "eve", "es": "inés", "ar": "omar"}
TELEGRAM = {"en": "ed", "es": "iker", "ar": "aya"}
SAID = {
    "alone, en": ("en", "STOP"),
    "alone, es": ("es", "ALTO"),
    "alone, ar": ("ar", "إيقاف"),
    "English word from a Spanish phone": ("es", "stop"),
    "English word from an Arabic phone": ("ar", "Stop"),
    "with punctuation, en": ("en", "  Stop!!! "),
    "with punctuation, es": ("es", "¡Alto!"),
    "with punctuation, ar": ("ar", "إيقاف!"),
    "in a sentence, en": ("en", "please stop texting me"),
    "in a sentence, es": ("es", "por favor, no me envíen más mensajes"),
    "in a sentence, ar": ("ar", "من فضلكم لا ترسلوا لي رسائل بعد الآن"),
}
CASES = {
    f"{name}, {kind}": (people[language], text)
    for name, (language, text) in SAID.items()
    for kind, people in (("sms", SMS), ("telegram", TELEGRAM))
}


def enrolled(world: World, name: str) -> None:
    """In the middle of a check-in, with a weekly question about the goal to come."""
    enrol(world.house, world.clients[name], "goal-progress", every="day", at="11:00")
    world.ask(name)


def stopped(world: World, name: str) -> bool:
    blind = {row["id"]: row["stopped_at"] for row in world.rows("addresses")}
    points = world.rows("contact_points", owner_id=world.clients[name])
    return all(blind[point["address_id"]] is not None for point in points)


@pytest.mark.parametrize(("name", "text"), CASES.values(), ids=CASES)
def test_after_stop_in_the_middle_of_a_flow_there_is_one_answer_and_then_nothing(name: str, text: str):
    world = World()
    enrolled(world, name)
    heard = len(world.said_to(name))
    world.client_texts(name, text)
    assert stopped(world, name)
    assert world.kinds(name)[heard:] == ["stop"]
    assert world.purposes(name)[-1] == ("withdraw", list(PURPOSES))
    assert "stopped" in world.tasks(name)
    assert [row["status"] for row in world.rows("conversations")] == ["stopped"]
    world.walk(days=3)
    assert world.kinds(name)[heard:] == ["stop"]
    assert {row["reason"] for row in world.rows("slots") if row["state"] == "skipped"} == {"stopped"}


def test_stop_twice_is_confirmed_once_and_withdrawn_once():
    world = World()
    enrolled(world, "eve")
    world.client_texts("eve", "STOP")
    world.walk(minutes=3)
    world.client_texts("eve", "stop")
    assert world.kinds("eve").count("stop") == 1
    assert [act for act, _ in world.purposes("eve")] == ["grant", "withdraw"]


def test_stop_before_the_message_is_claimed_for_good_wins_over_it():
    world = World()
    world.points.meanwhile("send.claimed", lambda: world.write(world.senders["sms"], world.addresses["eve"][1], "STOP"))
    world.ask("eve")
    assert world.kinds("eve") == ["stop"]
    assert [(row["state"], row["reason"]) for row in world.rows("outbox", cls="prompt")] == [("cancelled", Reason.stopped)]


def test_a_message_in_flight_when_stop_comes_is_the_last_and_the_confirmation_follows_it():
    world = World()
    world.points.meanwhile("send.sending", lambda: world.write(world.senders["sms"], world.addresses["eve"][1], "STOP"))
    world.ask("eve")
    world.walk(days=3)
    assert world.kinds("eve") == ["ask", "stop"]


def test_stop_from_a_shared_phone_stops_it_for_both_clients():
    world = World()
    enrolled(world, "paul")
    world.client_texts("paul", "STOP")
    assert stopped(world, "paul")
    assert stopped(world, "yuri")
    for name in ("paul", "yuri"):
        assert world.purposes(name)[-1][0] == "withdraw"
        assert "stopped" in world.tasks(name)
    assert world.kinds("paul").count("stop") == 1


def two_phones(world: World) -> int:
    """A client with a phone and a Telegram chat."""
    new = NewClient("Tess", world.staff["ana"].id, language="en", country="US", phone="+12025550177", telegram_chat="7100000077")
    client_id = add_client(world.house, world.programme, new).id
    record_consent(world.house, client_id, PURPOSES, how="paper")
    world.clients["tess"] = client_id
    world.addresses |= {"tess": ("sms", "+12025550177"), "tess on telegram": ("telegram", "7100000077")}
    return client_id


def test_stop_stops_the_other_addresses_of_the_client_and_start_brings_back_only_its_own():
    world = World()
    two_phones(world)
    world.client_texts("tess", "STOP")
    assert [row["stopped_at"] is not None for row in world.rows("addresses")[-2:]] == [True, True]
    world.client_texts("tess on telegram", "START")
    stands = {point["channel"]: row["stopped_at"] for point in world.rows("contact_points", owner_id=world.clients["tess"])
              for row in world.rows("addresses", id=point["address_id"])}  # fmt: skip
    assert stands["sms"] is not None
    assert stands["telegram"] is None


@pytest.mark.parametrize("name", [*SMS.values(), *TELEGRAM.values()])
def test_start_brings_the_purposes_back_with_a_new_consent_row_and_the_schedule_goes_on(name: str):
    world = World()
    enrolled(world, name)
    world.client_texts(name, "STOP")
    world.walk(days=1)
    world.client_texts(name, "START")
    assert world.purposes(name)[-2:] == [("withdraw", list(PURPOSES)), ("restore", list(PURPOSES))]
    assert world.kinds(name)[-1] == "start"
    assert "stopped" not in world.tasks(name)
    world.walk(days=1)
    assert world.kinds(name)[-1] == "ask"


def test_the_provider_answers_stop_itself_where_its_filter_is_on():
    world = World(stop="provider")
    enrolled(world, "eve")
    world.client_texts("eve", "STOP")
    world.walk(days=2)
    assert world.kinds("eve") == ["ask"]
    assert stopped(world, "eve")
    world.client_texts("eve", "START")
    assert world.kinds("eve") == ["ask"]
    assert not stopped(world, "eve")
    assert world.purposes("eve")[-1] == ("restore", list(PURPOSES))


def test_other_languages_and_phrases_are_ours_to_answer_where_the_provider_has_a_filter():
    world = World(stop="provider")
    world.client_texts("inés", "ALTO")
    assert world.kinds("inés") == ["stop"]


def test_a_crisis_after_a_provider_stop_that_cannot_be_answered_alerts_to_phone():
    world = World(stop="provider")
    world.client_texts("eve", "STOP")
    world.client_texts("eve", "I can't go on, I want to die")
    assert world.said_to("eve") == []
    assert "has had NO reply: phone them" in world.said_to("ana")[-1]


SHARED = {"en": ("eve", "I want it all to stop"), "es": ("inés", "quiero que todo pare"), "ar": ("omar", "أريد أن يتوقف كل شيء")}


@pytest.mark.parametrize(("name", "text"), SHARED.values(), ids=SHARED)
def test_i_want_it_all_to_stop_is_a_concern_and_no_stop(name: str, text: str):
    world = World()
    enrolled(world, name)
    world.client_texts(name, text)
    assert not stopped(world, name)
    assert [row["category"] for row in world.flags(name)] == ["self_harm"]
    assert world.kinds(name)[-1] == "crisis:R1"


BOTH = {
    "en": ("eve", "Stop texting me. I want to die"),
    "es": ("inés", "no me escriban más, quiero morirme"),
    "ar": ("omar", "لا ترسلوا لي رسائل، أريد أن أموت"),
}


@pytest.mark.parametrize(("name", "text"), BOTH.values(), ids=BOTH)
def test_a_stop_with_a_concern_is_both_and_the_alert_says_so(name: str, text: str):
    world = World()
    enrolled(world, name)
    heard = len(world.said_to(name))
    world.client_texts(name, text)
    assert stopped(world, name)
    flag = world.flags(name)[0]
    assert (flag["category"], flag["severity"], flag["stopped_too"]) == ("self_harm", 4, 1)
    assert sorted(world.kinds(name)[heard:]) == ["crisis:R1", "stop"]
    assert any("who also sent STOP" in text for text in world.said_to("ana"))


def test_after_stop_a_crisis_is_still_answered_and_flagged():
    world = World()
    world.client_texts("eve", "STOP")
    world.client_texts("eve", "I took all my pills")
    assert world.kinds("eve") == ["stop", "crisis:R1"]
    assert world.flags("eve")[0]["severity"] == 4
