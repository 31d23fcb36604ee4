"""How staff are told: by which ways, when together, when not at all any more; and that no alert says what it must not."""

from __future__ import annotations

import re
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot import texts
from bot.channels.simulated import Lever
from bot.errors import WrongUse
from bot.locales.words import Words
from bot.setting_up import mailboxes
from bot.setting_up.clients import NewClient, add_client
from bot.setting_up.given import Given
from bot.setting_up.points import add_point
from bot.setting_up.senders import add_sender
from bot.setting_up.staff import send_test_alert
from bot.values import Reason, Severity
from storage import people, users
from storage import schema as t
from tests.console.browser import Browser
from tests.conversation.crowd import all_write, crowd
from tests.world import TUESDAY, World

DIE = "I can't go on, I want to die"
HUNGRY = "we have no food today"
HIT = "he hit me again and he has a knife, he is outside the door now"
MAIL = "ana@example.org"


def mailed(world: World, name: str = "ana", address: str = MAIL) -> None:
    """Give somebody of the world a mailbox."""
    if "mail" not in world.senders:
        world.senders["mail"] = add_sender(world.house, world.programme, "simulated", address="alerts@example.org", imitates="mail").id
    mailboxes.add_mailbox(world.house, world.staff[name].id, address)
    world.addresses[f"{name}'s mail"] = ("mail", address)


# ------------------------------------------------------------ by which ways


def test_a_critical_alert_goes_by_mail_too_at_once_and_a_lesser_one_by_the_first_way_alone():
    world = World()
    mailed(world)
    world.client_texts("eve", DIE)
    world.client_texts("inés", HUNGRY)
    assert world.kinds("ana") == ["alert:first", "alert:first"]
    assert world.kinds("ana's mail") == ["alert:first"]
    assert {one.at for one in world.on_phone("ana's mail")} == {TUESDAY}


def test_a_mail_has_a_subject_a_link_and_no_code_to_answer_with():
    world = World()
    mailed(world)
    world.client_texts("eve", DIE)
    (mail,) = world.said_to("ana's mail")
    flag = world.flags("eve")[0]["id"]
    assert mail.split("\n")[0] == "Checkline: CRITICAL flag 1 for C-001."
    assert mail.endswith(f"acknowledges nothing.\nhttp://127.0.0.1:8000/flags/{flag}")
    assert "Reply" not in mail


def test_who_has_a_mailbox_alone_is_reached_by_it_and_nothing_climbs_at_once():
    world = World()
    mailed(world)
    world.house.db.write(
        0,
        lambda connection: connection.execute(
            sa.update(t.contact_points)
            .where(t.contact_points.c.channel == "sms", t.contact_points.c.owner_kind == "user")
            .values(status="wrong")
        ),
    )
    world.client_texts("inés", HUNGRY)
    assert world.kinds("ana's mail") == ["alert:first"]
    assert world.flags("inés")[0]["rung"] == "owner"


def test_a_mailbox_that_refuses_lets_the_flag_climb_where_no_other_way_is_left():
    world = World()
    mailed(world)
    world.house.db.write(
        0,
        lambda connection: connection.execute(
            sa.update(t.contact_points)
            .where(t.contact_points.c.channel == "sms", t.contact_points.c.owner_kind == "user")
            .values(status="wrong")
        ),
    )
    world.channel(world.senders["mail"]).pull(Lever.refuse)
    world.client_texts("eve", DIE)
    world.walk(minutes=1)
    assert world.flags("eve")[0]["rung"] == "supervisor"
    assert world.kinds("sam")[-1] == "alert:escalation"


def test_a_client_is_never_reached_by_mail():
    world = World()
    mailed(world)
    given = Given("client")

    def unit(connection: sa.Connection) -> None:
        sender = people.by_id(connection, t.senders, world.senders["mail"])
        assert sender is not None
        add_point(
            connection, world.house, given, ("client", world.clients["eve"]), sender, plain="e@example.org", status="added", now=TUESDAY
        )

    world.house.db.write(0, unit)
    assert given.faults == ["mail: clients are not reached by mail; give a phone number or Telegram"]
    with pytest.raises(WrongUse):
        given.stop()


# ------------------------------------------------------------ whether mail arrives


def browser(world: World) -> Browser:
    from console.app import make

    return Browser(make(world.house, conversation=world.engine.conversations, desk=world.engine.desk))


def proof(world: World) -> str:
    """The path of the link in the last test mail."""
    world.settle()
    found = re.search(r"http://127\.0\.0\.1:8000(/mailbox/\S+)", world.said_to("ana's mail")[-1])
    assert found
    return found[1]


def mailbox(world: World) -> dict[str, Any]:
    return next(row for row in world.rows("contact_points", owner_id=world.staff["ana"].id) if row["channel"] == "mail")


def test_a_mailbox_is_proved_by_the_button_and_not_by_opening_the_link():
    world = World()
    mailed(world)
    assert send_test_alert(world.house, world.staff["ana"].id) == 2
    path, visitor = proof(world), browser(world)
    for _ in range(3):
        page = visitor.get(path)
        assert page.status_code == 200
        assert "changes nothing" in page.text
    visitor.ask("HEAD", path)
    assert mailbox(world)["tested_at"] is None
    assert visitor.ask("POST", path).status_code == 200
    assert (mailbox(world)["status"], mailbox(world)["tested_at"]) == ("active", TUESDAY)
    assert visitor.ask("POST", path).status_code == 410


def test_a_newer_link_an_old_one_and_one_that_is_none_prove_nothing():
    world = World()
    mailed(world)
    send_test_alert(world.house, world.staff["ana"].id)
    older = proof(world)
    send_test_alert(world.house, world.staff["ana"].id)
    newer = proof(world)
    visitor = browser(world)
    assert visitor.ask("POST", older).status_code == 410
    assert visitor.ask("POST", "/mailbox/nothing").status_code == 410
    world.walk(days=7, minutes=1)
    assert visitor.ask("POST", newer).status_code == 410
    assert mailbox(world)["tested_at"] is None


def test_opening_the_link_of_an_alert_acknowledges_nothing():
    world = World()
    mailed(world)
    world.client_texts("eve", DIE)
    link = world.said_to("ana's mail")[-1].rpartition("http://127.0.0.1:8000")[2]
    assert browser(world).get(link).status_code == 303
    assert browser(world).get(link + "/acknowledge").status_code in (303, 404, 405)
    assert world.flags("eve")[0]["state"] == "open"


# ------------------------------------------------------------ asked again when it is sent


@dataclass(frozen=True)
class Act:
    """What is done about a flag while its alert waits."""

    what: str
    by: str = "ana"


ACTS = {
    "acknowledged": Act("acknowledge"),
    "resolved": Act("resolve"),
    "given to somebody else": Act("reassign", "sam"),
    "snoozed": Act("snooze"),
}


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_an_alert_that_waits_is_taken_back_when_the_flag_is(act: Act):
    world = World()
    world.channel(world.senders["sms"]).pull(Lever.down, address=world.addresses["ana"][1])
    world.client_texts("inés", HUNGRY)
    flag, desk, who = world.flags("inés")[0]["id"], world.engine.desk, world.staff[act.by]
    (waiting,) = world.rows("outbox", kind="alert:first")
    assert waiting["state"] == "retry"
    match act.what:
        case "acknowledge":
            assert desk.acknowledge(who, flag) == "acknowledged"
        case "resolve":
            desk.resolve(who, flag, "handled", True)
        case "reassign":
            desk.reassign(who, flag, world.staff["sam"].id)
        case "snooze":
            assert desk.snooze(who, flag, TUESDAY + timedelta(days=1), "calls back tomorrow")
    world.walk(minutes=10)
    row = next(one for one in world.rows("outbox") if one["id"] == waiting["id"])
    assert (row["state"], row["reason"]) == ("cancelled", Reason.flag_closed.value)
    assert world.kinds("ana") == []


# ------------------------------------------------------------ no reply


REFUSED = {
    "a number that is none": Lever.refuse,
    "blocked": Lever.blocked,
}


@pytest.mark.parametrize("lever", REFUSED.values(), ids=REFUSED)
def test_a_crisis_reply_that_is_refused_is_told_at_once(lever: Lever):
    world = World()
    world.channel(world.senders["sms"]).pull(lever, address=world.addresses["eve"][1])
    world.client_texts("eve", DIE)
    assert world.kinds("ana") == ["alert:first", "alert:no_reply"]
    assert "has had NO reply: phone them" in world.said_to("ana")[-1]
    assert world.on_phone("ana")[-1].at == TUESDAY


def test_so_is_one_that_the_providers_stop_filter_refuses():
    world = World(stop="provider")
    world.client_texts("eve", "STOP")
    world.client_texts("eve", DIE)
    assert world.kinds("ana")[-1] == "alert:no_reply"


def test_one_that_expires_is_told_when_it_has_failed_for_five_minutes_and_once():
    world = World()
    world.channel(world.senders["sms"]).pull(Lever.down, times=400, address=world.addresses["eve"][1])
    world.client_texts("eve", DIE)
    world.walk(hours=3)
    told = [one.at - TUESDAY for one in world.on_phone("ana") if "NO reply" in one.text]
    assert len(told) == 1
    assert timedelta(minutes=5) <= told[0] <= timedelta(minutes=7)
    (row,) = [one for one in world.rows("outbox") if one["cls"] == "crisis"]
    assert row["state"] in ("expired", "dead")


def test_one_that_waits_behind_a_paused_sender_is_told_too():
    world = World()
    mailed(world)
    world.channel(world.senders["sms"]).pull(Lever.misconfigured, address=world.addresses["eve"][1])
    world.client_texts("eve", DIE)
    assert any("NO reply" in said for said in world.said_to("ana's mail"))


@pytest.mark.parametrize("way", ["ana", "ana's mail"])
def test_after_violence_nobody_is_told_to_phone(way: str):
    world = World()
    mailed(world)
    world.channel(world.senders["sms"]).pull(Lever.refuse, address=world.addresses["eve"][1])
    world.client_texts("eve", HIT)
    said = next(text for text in world.said_to(way) if "NO reply" in text)
    assert "Do not text or phone about it before you know it is safe: agree how to talk." in said
    assert "phone them" not in said


# ------------------------------------------------------------ what no alert says


WORDS = Words()
CANARIES = ("Zebrafish", "+14155550777", "Quagga")
FORBIDDEN = ("self-harm", "self_harm", "suicid", "violen", "abuse", "medical", "medicine", "food", "hungry", "distress", "die", "knife")
SAID = {
    "self-harm": f"{CANARIES[0]} I want to die {CANARIES[2]}",
    "violence": f"he hit me again and has a knife {CANARIES[0]} {CANARIES[2]}",
    "needs": f"we have no food today {CANARIES[0]} {CANARIES[2]}",
    "medical": f"{CANARIES[0]} my chest hurts and I can't breathe {CANARIES[2]}",
    "stop": f"stop texting me I want to die {CANARIES[0]} {CANARIES[2]}",
    "voice": "",
}


OTHERS = [pytest.param(language, marks=pytest.mark.slow) for language in ("es", "fr", "pt", "ar", "sw")]


@pytest.mark.parametrize("language", ["en", *OTHERS])
def test_no_alert_by_any_way_in_any_language_says_who_or_what(language: str):
    world = World(settings={"pages_per_hour": 4})
    for name in ("ana", "sam"):
        mailed(world, name, f"{name}@example.org")
    world.house.db.write(0, lambda connection: connection.execute(sa.update(t.users).values(language=language)))
    for at, text in enumerate(SAID.values()):
        number = f"+1415555077{at}"
        add_client(world.house, world.programme, NewClient(f"{CANARIES[0]} {at}", world.staff["ana"].id, phone=number, country="US"))
        world.channel(world.senders["sms"]).pull(Lever.refuse, address=number)
        more = {} if text else {"kind": "media", "media": "voice"}
        world.write(world.senders["sms"], number, text, **more)
        world.settle()
    world.walk(minutes=40)
    for row in world.flags():  # a critical one is told again every quarter of an hour, for ever
        if row["severity"] == Severity.critical:
            world.engine.desk.resolve(world.staff["sam"], row["id"], "handled", True)
    world.walk(hours=23)
    said = [one.text for way in ("ana", "sam", "rita", "ana's mail", "sam's mail") for one in world.on_phone(way)]
    kinds = {row["kind"] for row in world.rows("outbox", cls="alert")}
    assert kinds >= {"alert:first", "alert:escalation", "alert:no_reply", "alert:more", "alert:digest"}
    for text in said:
        assert not any(canary in text for canary in CANARIES), text
        assert "415555" not in text.replace(" ", "")
        without_link = re.sub(r"http://\S+", "", text).casefold()
        assert not any(re.search(rf"\b{re.escape(word)}", without_link) for word in FORBIDDEN), text


def test_the_alerts_texts_take_no_value_that_could_carry_content():
    alerts = {name: text for name, text in texts.all_texts().items() if name.startswith(("ALERT", "MAIL", "DIGEST"))}
    assert len(alerts) > 15
    for name, text in alerts.items():
        for form in (text.one, text.many) if isinstance(text, texts.Plural) else (text,):
            assert set(re.findall(r"%\((\w+)\)s", form)) <= {"severity", "who", "code", "link", "owner", "count"}, name


# ------------------------------------------------------------ a phone of several


def test_a_concern_from_a_shared_phone_is_one_flag_that_every_case_manager_is_told_of():
    world = World()
    world.client_texts("paul", DIE)
    (flag,) = world.flags()
    assert (flag["category"], flag["client_id"], flag["address_id"] is not None) == ("self_harm", None, True)
    assert "address.shared" in [row["rule"] for row in world.rows("findings", flag_id=flag["id"])]
    assert world.kinds("ana") == world.kinds("ben") == world.kinds("sam") == ["alert:first"]
    assert flag["owner_id"] == world.staff["sam"].id
    world.staff_texts("ben", f"A {flag['code']}")
    assert world.flags()[0]["owner_id"] == world.staff["ben"].id
    world.staff_texts("ana", f"A {flag['code']}")
    assert world.said_to("ana")[-1].startswith(f"Checkline: flag {flag['code']} was acknowledged by Ben")


def test_ordinary_words_from_a_shared_phone_are_one_flag_to_read():
    world = World()
    world.client_texts("paul", "see you on Thursday then")
    assert [(flag["category"], flag["severity"]) for flag in world.flags()] == [("unread", int(Severity.review))]


def test_the_flags_page_says_which_alerts_were_told_together():
    world = World(settings={"pages_per_hour": 1})
    all_write(world, crowd(world, 2), HUNGRY)
    flag = next(row["flag_id"] for row in world.rows("alerts") if row["bundled"])
    house, visitor = world.house, browser(world)
    who, token = world.staff["ana"].id, "a-token-of-this-test"
    house.db.write(0, lambda connection: users.make_link(connection, house.ports.ids, who, token, house.ports.machine.now()))
    assert visitor.ask("POST", f"/sign-in/{token}").status_code == 303
    assert "waits to be told together with other flags" in visitor.get(f"/flags/{flag}").text
    world.walk(minutes=6)
    assert "Told together with other flags" in visitor.get(f"/flags/{flag}").text


class Ending:
    """An executor of a process that was told to end: what it had not begun is cancelled."""

    def submit(self, work: object) -> Future[Any]:
        future: Future[Any] = Future()
        assert future.cancel()
        return future


def test_what_was_not_begun_when_the_process_ended_was_surely_not_sent():
    world = World()
    house = world.engine.deliverer.house
    world.engine.deliverer.house = replace(house, ports=replace(house.ports, executor=Ending()))
    world.client_texts("eve", DIE)
    assert {(row["state"], row["provider_code"]) for row in world.rows("outbox")} == {("retry", "closed")}
    world.restart()
    world.walk(minutes=1)
    assert world.kinds("ana") == ["alert:first"]
    assert len(world.said_to("eve")) == 1
