"""STOP, with Twilio's filter answering it and with us answering it; and numbers that Twilio refuses."""

from __future__ import annotations

import pytest

from storage import schema as t
from tests.fakes.twilio import NUMBER
from tests.http.programme import CLIENT, World
from tests.http.service import until

pytestmark = pytest.mark.slow


def ours(world: World) -> None:
    """Twilio's filter is off and we answer: as `sender add --stop ours` makes it."""
    world.twilio.filtering = False
    sender = t.senders.update().where(t.senders.c.id == int(world.sms)).values(stop="ours")
    world.house.db.write(0, lambda connection: connection.execute(sender))


def test_where_twilio_answers_stop_we_store_it_and_say_nothing(running: World) -> None:
    assert running.twilio.client_texts(CLIENT, " Stop ") == 200
    running.quiet()
    assert running.twilio.automatic == [(CLIENT, "STOP")]
    assert running.twilio.sent_to(CLIENT) == []
    acts = [(one["act"], one["how"]) for one in running.rows(t.consents)]
    assert acts == [("grant", "paper"), ("withdraw", "provider")]
    assert [one["kind"] for one in running.rows(t.tasks, t.tasks.c.closed_at.is_(None))] == ["stopped"]


def test_where_we_answer_stop_one_confirmation_goes_out_and_then_nothing(world: World) -> None:
    ours(world)
    world.site.start()
    assert world.twilio.client_texts(CLIENT, "STOP") == 200
    world.comes(CLIENT, "")
    slot = world.enrolled().due()
    until(lambda: world.rows(t.slots, t.slots.c.id == slot)[0]["state"] == "skipped", "the check-in is skipped")
    world.quiet()
    assert world.rows(t.slots, t.slots.c.id == slot)[0]["reason"] == "stopped"
    assert len(world.twilio.sent_to(CLIENT)) == 1


@pytest.mark.parametrize("words", ["please stop texting me", "para ya de escribirme, no quiero mas mensajes"])
def test_in_other_words_and_languages_stop_is_ours_even_where_twilio_filters(running: World, words: str) -> None:
    assert running.twilio.client_texts(CLIENT, words) == 200
    running.comes(CLIENT, "")
    running.quiet()
    assert running.twilio.automatic == []
    assert len(running.twilio.sent_to(CLIENT)) == 1
    assert [one["act"] for one in running.rows(t.consents)] == ["grant", "withdraw"]


def test_a_stop_is_a_stop_even_with_a_concern_and_the_crisis_reply_still_goes_out(world: World) -> None:
    ours(world)
    world.site.start()
    assert world.twilio.client_texts(CLIENT, "STOP") == 200
    world.comes(CLIENT, "")
    assert world.twilio.client_texts(CLIENT, "I am going to kill myself tonight") == 200
    assert "988" in world.comes(CLIENT, "988").text
    world.comes("+34600000901", "CRITICAL")


def test_start_brings_the_purposes_back_with_a_row_of_its_own(running: World) -> None:
    for word in ("STOP", "START"):
        assert running.twilio.client_texts(CLIENT, word) == 200
    running.quiet()
    rows = running.rows(t.consents)
    assert [one["act"] for one in rows] == ["grant", "withdraw", "restore"]
    assert rows[0]["purposes"] == rows[2]["purposes"]
    running.enrolled().due()
    running.comes(CLIENT, "how are you doing")


def test_a_number_that_stopped_at_twilio_is_asked_once_and_never_again(running: World) -> None:
    running.twilio.stopped.add((NUMBER, CLIENT))
    client = running.enrolled()
    asked = running.twilio.requests
    first = client.due()
    until(lambda: running.rows(t.outbox, t.outbox.c.slot_id == first, t.outbox.c.state == "dead"), "the refusal is final")
    row = running.rows(t.outbox, t.outbox.c.slot_id == first)[0]
    assert (row["reason"], row["provider_code"], row["attempts"]) == ("stopped", "21610", 1)
    second = client.due()
    until(lambda: running.rows(t.slots, t.slots.c.id == second)[0]["state"] == "skipped", "the next check-in is skipped")
    running.quiet()
    assert running.twilio.requests == asked + 1
    assert running.twilio.sent_to(CLIENT) == []
    assert running.rows(t.addresses, t.addresses.c.id == row["address_id"])[0]["stopped_at"] is not None
