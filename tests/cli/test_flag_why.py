"""Flags and reasons by command: what a client wrote becomes a flag, and what did not go out says why; neither shows a word."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from storage import schema as t
from tests.cli.conftest import INES, NAMES, Line, texts_in
from tests.fakes.twilio import FakeTwilio

pytestmark = pytest.mark.slow

WORDS = "quiero morirme, Zanzibar"


@pytest.fixture
def worried(riverside: Line, phone_company: FakeTwilio) -> Line:
    """A programme whose client wrote something grave."""
    riverside.good("crisis-line", "confirm", "ES")
    assert texts_in(riverside, phone_company, INES, WORDS) == 204
    return riverside


def test_a_flag_is_listed_acknowledged_noted_and_closed_without_a_word_of_it(worried: Line) -> None:
    listed = worried("flag", "list")
    (row,) = worried.good("flag", "list")
    assert (row["severity"], row["category"], row["client"], row["state"]) == ("critical", "self_harm", "C-001", "open")
    assert "critical" in listed.out
    stranger = worried("flag", "acknowledge", row["id"], "--as", "nobody")
    assert (stranger.code, "nobody of that sign-in name" in stranger.err) == (2, True)
    assert worried.good("flag", "acknowledge", row["id"], "--as", "ana") == {"outcome": "acknowledged"}
    again = worried("flag", "acknowledge", row["id"], "--as", "sam")
    assert (again.code, "already" in again.out) == (1, True)
    worried.good("flag", "note", row["id"], "Phoned Wisteria", "--as", "ana")
    assert worried.good("flag", "show", row["id"])["acknowledged_at"]
    wrong = worried("flag", "resolve", row["id"], "--reason", "done", "--as", "ana")
    assert (wrong.code, "choose one of handled" in wrong.err) == (2, True)
    assert worried.good("flag", "resolve", row["id"], "--reason", "handled", "--useful", "--as", "ana") == {"closed": True}
    assert worried("flag", "resolve", row["id"], "--reason", "handled", "--as", "ana").code == 1
    shown = worried("flag", "show", row["id"])
    for kind in ("opened", "alerted", "acknowledged", "noted", "resolved"):
        assert kind in shown.out
    said = shown.out + str(worried.good("flag", "show", row["id"])) + listed.out
    assert not any(word in said for word in (*NAMES, "morirme"))
    assert worried.good("flag", "list") == []
    assert len(worried.good("flag", "list", "--all")) == 1


def test_a_flag_can_be_given_to_somebody_of_the_programme(worried: Line) -> None:
    (row,) = worried.good("flag", "list")
    worried.good("flag", "reassign", row["id"], "sam", "--as", "ana")
    assert worried.good("flag", "list")[0]["owner"] == "sam"
    worried.good("programme", "add", "Hillside")
    worried.good("manager", "add", "--programme", "Hillside", "--name", "Bo", "--sign-in", "bo")
    for arguments in (("reassign", row["id"], "bo", "--as", "sam"), ("acknowledge", row["id"], "--as", "bo")):
        assert worried("flag", *arguments).code == 2, "another programme's staff neither get nor see it"
    assert worried.good("flag", "list", "--programme", "Riverside")[0]["owner"] == "sam"


def test_why_says_what_went_out_and_what_stands_in_the_way(worried: Line) -> None:
    told = worried.good("why", "C-001")
    assert "The programme is not activated yet." in told["now"]
    assert "A critical flag is open: routine messages wait until a person releases the client." in told["now"]
    crisis = next(one for one in told["told"] if one["what"] == "message (crisis:R1)")
    assert (crisis["state"], crisis["said"][0]) == ("sent", "Sent.")
    shown = worried("why", "c-001")
    assert "times in Europe/Madrid" in shown.out
    assert not any(word in shown.out for word in (*NAMES, "morirme", "024"))


def test_what_a_draft_skipped_once_is_made_again_when_it_is_activated(riverside: Line) -> None:
    riverside.good("crisis-line", "confirm", "ES")
    riverside.good("enrol", "C-001", "welcome", "--agreed", "In person")
    with riverside.engine() as engine:
        house = engine.house
        later = house.ports.clock.now() + timedelta(days=1, minutes=1)
        engine.ticker.tick(later)
        (skipped,) = riverside.good("why", "C-001")["told"]
        assert (skipped["state"], skipped["said"]) == ("skipped", ["Skipped.", "The programme is not activated yet."])
        _test_sam(riverside)
    assert riverside("programme", "activate").code == 0
    coming = [one for one in riverside.good("why", "C-001")["told"] if one["state"] == "planned"]
    assert len(coming) == 1
    assert datetime.fromisoformat(coming[0]["at"]) > datetime.now(UTC) - timedelta(minutes=1)


def _test_sam(run: Line) -> None:
    """Sam answered a test alert a moment ago."""
    sam = int(run.good("manager", "show", "sam")["id"])
    with run.engine() as engine:
        answered = (
            sa.update(t.contact_points)
            .where(t.contact_points.c.owner_id == sam)
            .values(status="active", tested_at=engine.house.ports.clock.now())
        )
        engine.house.db.write(0, lambda connection: connection.execute(answered).rowcount)


def test_the_next_day_follow_up_is_shown_and_sent_in_somebodys_name(worried: Line) -> None:
    (row,) = worried.good("flag", "list")
    assert worried("flag", "follow-up", row["id"], "--as", "ana").code == 1, "none before the next morning"
    with worried.engine() as engine:
        house = engine.house
        due = house.db.read(lambda connection: connection.execute(sa.select(t.due).where(t.due.c.kind == "follow_up")).one())
        assert engine.ticker.follow_ups.propose(due.ref_id, due.id, house.ports.clock.now())
    shown = worried.good("flag", "follow-up", row["id"], "--as", "ana")
    assert (shown["open"], shown["message_id"], shown["spoken"]) == (True, None, "es")
    assert shown["text"].startswith("Hola, Inés Valdivia. Soy Ana Ruiz, de Riverside.")
    assert worried.good("flag", "follow-up", row["id"], "--as", "ana", "--send", "--text", "Hola")["message_id"]
    assert worried("flag", "follow-up", row["id"], "--as", "ana", "--send").code == 1
