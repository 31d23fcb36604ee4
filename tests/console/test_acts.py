"""What staff do on the pages, through the real desk, with plain forms and no JavaScript."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot.values import OutboxState
from storage import schema as t
from tests.console.browser import Browser, Forms
from tests.console.conftest import World
from tests.console.seed import NOW

pytestmark = pytest.mark.slow


def flag(world: World, name: str) -> Any:
    return world.read(sa.select(t.flags).where(t.flags.c.id == world.seed.flags[name]))[0]


def press(browser: Browser, page: str, action: str, **fields: str) -> Any:
    """Fill in the form of a page as a person would, and send it: hidden fields and all."""
    form = next(form for form in Forms(browser.get(page).text).forms if form["action"].endswith(action))
    assert form["method"] == "post"
    return browser.ask("POST", form["action"], data={**form["fields"], **fields})


def follow(browser: Browser, response: Any) -> str:
    assert response.status_code == 303
    return browser.get(response.headers["location"]).text


def test_acknowledging_says_so_and_by_when_something_must_follow(world: World) -> None:
    ana = world.browser("ana")
    text = follow(ana, press(ana, "/", f"/flags/{world.seed.flags['inés']}/acknowledge"))
    assert "You own this flag now" in text
    assert "<b>Ana Ruiz</b> acknowledged it" in text
    row = flag(world, "inés")
    assert (row.state, row.acknowledged_by) == ("acknowledged", world.seed.people["ana"].id)
    assert row.deadline_at == NOW + timedelta(minutes=60)
    assert "no note, contact or closing by <b>17:20</b>" in " ".join(text.split())


def test_the_second_to_acknowledge_is_told_who_was_first(world: World) -> None:
    ana, sam = world.browser("ana"), world.browser("sam")
    where = f"/flags/{world.seed.flags['inés']}"
    ana.post(f"{where}/acknowledge")
    assert "acknowledged it before you" in follow(sam, sam.post(f"{where}/acknowledge"))
    assert flag(world, "inés").acknowledged_by == world.seed.people["ana"].id


def test_a_note_is_kept_sealed_and_shown_with_who_wrote_it(world: World) -> None:
    ana, where = world.browser("ana"), f"/flags/{world.seed.flags['inés']}"
    text = follow(ana, press(ana, where, "/note", text="Phoned her.\r\nمعها أختها"))
    assert "Phoned her.\nمعها أختها" in text
    assert "Note: Ana Ruiz" in text
    sealed = world.read(sa.select(t.flag_events.c.note_sealed).where(t.flag_events.c.note_sealed.is_not(None)))[0].note_sealed
    assert b"Phoned" not in sealed


def test_resolving_keeps_reason_verdict_and_note(world: World) -> None:
    ana, where = world.browser("ana"), f"/flags/{world.seed.flags['inés']}"
    form = {"reason": "emergency_services", "action": "called_emergency", "useful": "yes", "note": "Ambulance came."}
    text = follow(ana, ana.post(f"{where}/resolve", form))
    row = flag(world, "inés")
    assert (row.state, row.outcome, row.action, row.useful) == ("resolved", "emergency_services", "called_emergency", "yes")
    assert "Called the emergency number" in text
    assert "Emergency services were called" in text
    assert "Ambulance came." in text
    assert "/resolve" not in text, "a closed flag offers no closing"
    assert "Inés" not in ana.get("/").text.split("Other work")[0]


MISSING = {
    "a note": ("/note", {"text": "  "}, "Write something before you keep the note"),
    "a reason": ("/resolve", {"reason": ""}, "Choose a reason"),
    "a reason that is none": ("/resolve", {"reason": "because"}, "Choose a reason"),
    "an action that is none": ("/resolve", {"reason": "handled", "action": "prayed"}, "Choose a reason"),
    "whom to give it to": ("/reassign", {"to": ""}, "Choose to whom"),
    "whom, by a name": ("/reassign", {"to": "ben"}, "Choose to whom"),
    "until when": ("/snooze", {"why": "later"}, "It cannot rest"),
    "until when, as a date": ("/snooze", {"until": "tomorrow", "why": "later"}, "It cannot rest"),
    "a critical flag may not rest": ("/snooze", {"until": "2026-11-25T10:00", "why": "later"}, "It cannot rest"),
}


@pytest.mark.parametrize(("action", "fields", "said"), MISSING.values(), ids=MISSING)
def test_what_is_missing_is_asked_for_and_nothing_changes(world: World, action: str, fields: dict[str, str], said: str) -> None:
    ana, where = world.browser("ana"), f"/flags/{world.seed.flags['inés']}"
    before = flag(world, "inés")
    assert said in follow(ana, ana.post(where + action, fields))
    assert flag(world, "inés") == before


def test_a_contact_is_kept_and_so_is_an_attempt(world: World) -> None:
    ana, where = world.browser("ana"), f"/flags/{world.seed.flags['inés']}"
    text = follow(ana, press(ana, where, "/contact", how="phone", reached="no"))
    assert flag(world, "inés").state == "acknowledged"
    assert "Contact (By phone, no answer): Ana Ruiz" in text
    text = follow(ana, press(ana, where, "/contact", how="visit", reached="yes", note="With her sister."))
    assert flag(world, "inés").state == "in_contact"
    assert "is in contact" in text
    assert "With her sister." in text


def test_a_flag_rests_until_a_moment_on_ones_own_clock(world: World) -> None:
    ana, where = world.browser("ana"), f"/flags/{world.seed.flags['omar']}"
    text = follow(ana, press(ana, where, "/snooze", until="2026-11-26T09:30", why="He has food until Thursday."))
    row = flag(world, "omar")
    assert (row.state, row.deadline_at) == ("snoozed", NOW.replace(day=26, hour=8, minute=30))
    assert "lets it rest until" in text
    assert "He has food until Thursday." in text
    assert "rests" in ana.get("/").text


def test_a_flag_given_to_a_colleague_is_theirs_and_out_of_ones_sight_only_where_the_client_is(world: World) -> None:
    sam, ben = world.browser("sam"), world.browser("ben")
    where, ben_id = f"/flags/{world.seed.flags['inés']}", world.seed.people["ben"].id
    assert ben.get(where).status_code == 404
    assert "It is theirs now" in follow(sam, press(sam, where, "/reassign", to=str(ben_id)))
    assert flag(world, "inés").owner_id == ben_id
    assert "quiero morirme" in ben.get(where).text
    closed = ben.post(f"{where}/resolve", {"reason": "handled"})
    assert closed.headers["location"] == "/?said=resolved", "the flag is not his to see any more"
    assert ben.get(where).status_code == 404


def test_a_supervisor_hands_a_caseload_over(world: World) -> None:
    sam, people = world.browser("sam"), world.seed.people
    text = follow(sam, press(sam, "/caseload", "/caseload/hand-over", **{"from": str(people["ana"].id), "to": str(people["ben"].id)}))
    assert "has changed hands" in text
    assert world.read(sa.select(t.clients.c.id).where(t.clients.c.manager_id == people["ana"].id)) == []
    assert flag(world, "inés").owner_id == people["ben"].id
    again = {"from": str(people["ben"].id), "to": str(people["ben"].id)}
    assert "Choose two different people" in follow(sam, sam.post("/caseload/hand-over", again))
    assert world.browser("ben").post("/caseload/hand-over", {**again, "to": str(people["ana"].id)}).status_code == 404


def test_a_message_is_put_in_the_outbox_as_it_was_written(world: World) -> None:
    ana, client_id = world.browser("ana"), world.seed.clients["omar"]
    text = follow(ana, press(ana, f"/clients/{client_id}", "/write", text="سأتصل بك\r\nالآن", urgent="yes"))
    assert "سأتصل بك\nالآن" in text
    assert "Waiting to be sent" in text
    row = world.read(sa.select(t.outbox).where(t.outbox.c.cls == "staff"))[0]
    assert (row.client_id, row.state, row.by_id) == (client_id, OutboxState.pending, world.seed.people["ana"].id)
    assert row.flags["exempt"] == ["urgent"]


def test_an_empty_message_is_not_sent(world: World) -> None:
    ana, client_id = world.browser("ana"), world.seed.clients["omar"]
    assert "Write something before you send" in follow(ana, ana.post(f"/clients/{client_id}/write", {"text": " \r\n "}))
    assert world.read(sa.select(t.outbox).where(t.outbox.c.cls == "staff")) == []


def test_a_client_without_an_address_cannot_be_written_to_and_one_is_told(world: World) -> None:
    ana, client_id = world.browser("ana"), world.seed.clients["omar"]
    world.house.db.write(
        0, lambda c: c.execute(sa.update(t.contact_points).where(t.contact_points.c.owner_id == client_id).values(address_id=None)).rowcount
    )
    assert "cannot be reached by text" in follow(ana, ana.post(f"/clients/{client_id}/write", {"text": "hello"}))


def test_routine_messages_are_let_go_out_again(world: World) -> None:
    ana, where = world.browser("ana"), f"/clients/{world.seed.clients['inés']}"
    text = follow(ana, press(ana, where, "/release"))
    assert "Routine messages go out again" in text
    assert flag(world, "inés").released_at is not None
    assert "/release" not in text


def test_a_work_item_is_closed_with_its_outcome(world: World) -> None:
    ana, task_id = world.browser("ana"), world.seed.tasks["june"]
    assert f"task-{task_id}" not in follow(ana, press(ana, "/", f"/tasks/{task_id}/close", outcome="no_contact"))
    row = world.read(sa.select(t.tasks).where(t.tasks.c.id == task_id))[0]
    assert (row.outcome, row.closed_by) == ("no_contact", world.seed.people["ana"].id)


def proposed(world: World, name: str) -> int:
    """The morning after: the follow-up of a flag is a work item of its case manager."""
    row = flag(world, name)
    item = {"programme_id": row.programme_id, "client_id": row.client_id, "kind": "follow_up", "ref_id": row.id}
    item |= {"id": world.house.ports.ids.new(), "owner_id": world.seed.people["ana"].id, "opened_at": row.raised_at}
    world.house.db.write(0, lambda connection: connection.execute(sa.insert(t.tasks), item).rowcount)
    return int(row.id)


def test_the_follow_up_is_changed_and_sent_on_the_flags_page(world: World) -> None:
    ana = world.browser("ana")
    where = f"/flags/{world.seed.flags['inés']}"
    assert "/follow-up" not in ana.get(where).text
    proposed(world, "inés")
    page = ana.get(where).text
    assert "Hola, Inés" in page
    assert "Soy Ana Ruiz, de" in page
    assert "Write something before you send" in follow(ana, press(ana, where, "/follow-up", text=" "))
    assert "Your message is on its way" in follow(ana, press(ana, where, "/follow-up", text="Hola, ¿un café?"))
    row = world.read(sa.select(t.outbox).where(t.outbox.c.kind == "follow_up"))[0]
    assert (row.cls, row.by_id, row.state) == ("staff", world.seed.people["ana"].id, OutboxState.pending)
    assert "/follow-up" not in ana.get(where).text
    assert "Nothing was sent now" in follow(ana, ana.post(f"{where}/follow-up", {"text": "once more"}))
    assert len(world.read(sa.select(t.outbox).where(t.outbox.c.kind == "follow_up"))) == 1


def test_a_stranger_to_the_client_cannot_send_a_follow_up(world: World) -> None:
    flag_id = proposed(world, "inés")
    assert world.browser("ben").post(f"/flags/{flag_id}/follow-up", {"text": "hello"}).status_code == 404
    assert world.read(sa.select(t.outbox).where(t.outbox.c.kind == "follow_up")) == []


def test_the_work_item_of_a_follow_up_leads_to_the_flag(world: World) -> None:
    flag_id = proposed(world, "inés")
    assert f'<a href="/flags/{flag_id}">Follow up, the day after' in world.browser("ana").get("/").text
