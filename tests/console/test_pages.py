"""What stands on the pages, what stands around them, and that a client's words are only ever words."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot import desk
from bot.alarm import RUNGS
from bot.road import Road
from bot.values import ROLES, Category, Delivery, MessageClass, OutboxState, Purpose, Severity
from console.app import PAGES, STATIC
from console.flag import grouped
from console.headers import BODY_BYTES_MAX, FIXED
from console.show import wording
from storage import schema as t
from storage.flag_moves import TAKEN
from tests.console.browser import Forms
from tests.console.conftest import World
from tests.console.seed import NOW, Sower
from tests.console.test_access import name, path

EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)> {{7*7}} \u202eevil\u0000\ud800"
PLAIN = EVIL[:-2]
"""The same for plain columns, which take neither NUL nor half a surrogate pair."""
GETS = [page for page in PAGES if page.method == "GET"]


def test_today_puts_the_worst_flag_first_with_its_clock(shown: World) -> None:
    text = shown.browser("ana").get("/").text
    assert text.index("Inés Valdivia") < text.index("عمر الحسيني") < text.index("Somebody at a shared phone") < text.index("June Whitfield")
    assert "6 min left" in text
    assert "50 min overdue" in text
    assert "Ana Ruiz has it" in text


def test_today_shows_the_other_work(shown: World) -> None:
    text = shown.browser("ana").get("/").text
    for word in ("Silent", "Needs a ride", "Not confirmed yet", "Consulta de rodilla", "Goals off track", "The client named a barrier."):
        assert word in text


def test_a_red_bar_stands_on_every_page_while_a_critical_flag_is_overdue(shown: World) -> None:
    ben = shown.browser("ben")
    for where in ("/", "/caseload", f"/clients/{shown.seed.clients['yuri']}"):
        assert "1 critical flag is overdue" in ben.get(where).text
    assert "is overdue" not in shown.browser("ana").get("/caseload").text


def test_the_flag_page_says_who_is_told_and_when(shown: World) -> None:
    text = re.sub(r"<[^>]*>|\s+", " ", shown.browser("ana").get(f"/flags/{shown.seed.flags['inés']}").text)
    assert re.search(r"If nobody acknowledges by +16:26 +\(in 6 min\), Sam Okafor is told", text)
    assert "Says that she wants to die." in text
    assert "self_harm.intent/en" in text
    assert "Crisis reply R1" in text


def test_what_was_found_is_marked_in_the_clients_words(shown: World) -> None:
    text = shown.browser("ana").get(f"/flags/{shown.seed.flags['inés']}").text
    assert "ya no puedo más, <mark>quiero morirme</mark>" in text


def test_the_client_page_shows_both_ways_with_what_became_of_each(shown: World) -> None:
    text = shown.browser("ana").get(f"/clients/{shown.seed.clients['inés']}").text
    for word in (
        "2 igual, gracias",
        "Recordatorio de su cita",
        "Out of date, not sent",
        "quiet hours",
        "Delivered",
        "22 min",
        "polyline",
        "Phoned her sister.",
    ):
        assert word in text


def test_who_asked_us_to_stop_is_not_offered_a_message_that_would_not_go(world: World) -> None:
    ana, where, address = world.browser("ana"), f"/clients/{world.seed.clients['omar']}", t.addresses.c.id
    assert 'action="' + where + '/write"' in ana.get(where).text
    theirs = sa.select(t.contact_points.c.address_id).where(t.contact_points.c.owner_id == world.seed.clients["omar"])
    stop = sa.update(t.addresses).where(address.in_(theirs)).values(stopped_at=NOW, stopped_why="keyword")
    world.house.db.write(0, lambda connection: connection.execute(stop).rowcount)
    text = ana.get(where).text
    assert "This client has asked us to stop." in text
    assert "/write" not in text
    stopped = ana.get("/caseload?show=stopped").text
    assert "C-002" in stopped
    assert "C-003" not in stopped


def test_words_keep_the_direction_they_are_written_in(shown: World) -> None:
    text = shown.browser("ana").get(f"/clients/{shown.seed.clients['omar']}").text
    assert '<div class="bubble" dir="auto">ليس لدينا طعام اليوم' in text


def test_findings_in_one_message_stand_under_it_the_worst_first() -> None:
    found = [
        {"id": 1, "received_id": 7, "severity": 3, "text": "a b", "matched": "a"},
        {"id": 2, "received_id": 7, "severity": 4, "text": "a b", "matched": "b"},
        {"id": 3, "received_id": None, "severity": 2, "text": None, "matched": None},
    ]
    made = [(each["words"], each["matched"], each["severity"], [row["id"] for row in each["findings"]]) for each in grouped(found)]
    assert made == [(None, [""], 2, [3]), ("a b", ["b", "a"], 4, [2, 1])]


SEARCHES = {
    "without accents": ("q=ines", ["Inés Valdivia"]),
    "by code": ("q=c-003", ["June Whitfield"]),
    "in another script": ("q=الحسيني", ["عمر الحسيني"]),
    "by a part of each name": ("q=whit+jun", ["June Whitfield"]),
    "that nobody fits": ("q=zelda", []),
    "only the silent": ("show=silent", ["June Whitfield"]),
    "only the held": ("show=held", ["Paul Marchand"]),
    "by a filter that does not exist": ("show=x&q=paul", ["Paul Marchand"]),
}


@pytest.mark.parametrize(("query", "found"), SEARCHES.values(), ids=SEARCHES)
@pytest.mark.parametrize("where", ["/caseload", "/live/caseload"])
def test_the_caseload_is_searched(shown: World, where: str, query: str, found: list[str]) -> None:
    text = shown.browser("ana").get(f"{where}?{query}").text
    everybody = ["Inés Valdivia", "عمر الحسيني", "June Whitfield", "Paul Marchand"]
    assert [each for each in everybody if each in text] == found


def test_the_supervisor_sees_whose_client_it_is(shown: World) -> None:
    text = shown.browser("sam").get("/caseload").text
    assert "Zelda Quirkwood" in text
    assert "Ben Keller" in text


def hurt(world: World) -> None:
    """Put hostile words everywhere that somebody outside can write into."""

    def unit(connection: sa.Connection) -> None:
        s = Sower(connection, world.house, world.house.ports.clock.now())
        s.seed = world.seed
        client_id = world.seed.clients["inés"]
        s.keys = {each: world.house.vault.key_for(connection, each) for each in (client_id, world.seed.programme)}
        query = sa.select(t.contact_points.c.address_id, t.contact_points.c.sender_id).where(t.contact_points.c.owner_id == client_id)
        row = connection.execute(query).one()
        s.addresses[client_id], s.sender = row.address_id, row.sender_id
        received = s.heard(client_id, EVIL, s.now, severity=4)
        s.said(client_id, EVIL, s.now, cls="staff", labels=[EVIL])
        s.flag(
            "evil",
            client_id,
            "medical",
            4,
            received,
            matched="<script>",
            why=PLAIN,
            opened=timedelta(),
            deadline=timedelta(minutes=15),
            owner="ana",
        )
        s.row(t.notes, client_id, client_id=client_id, by_id=1, text__=EVIL, at=s.now)
        plan = connection.execute(sa.select(t.care_plans.c.id).where(t.care_plans.c.client_id == client_id)).scalar_one()
        s.row(t.goals, client_id, client_id=client_id, plan_id=plan, title__=EVIL, unit=PLAIN, target=3.0, value__='"x"', barrier__=EVIL,
              value_at=s.now, due_on="no date", created_at=s.now)  # fmt: skip
        s.row(t.answers, client_id, client_id=client_id, flow=PLAIN, flow_version=1, code=PLAIN, raw__=EVIL, value__="no json",
              confidence=1.0, how="x", action="accept", at=s.now)  # fmt: skip
        s.task("evil", client_id, PLAIN, "ana", timedelta())
        s.row(t.unread_replies, client_id=client_id, received_id=received, flow="weekly-pulse", flow_version=1, code="pulse",
              language="<b>", how=PLAIN, at=s.now)  # fmt: skip
        s.row(t.own_words, flow=PLAIN, code=PLAIN, language="<b>", kind="choice", phrase__=EVIL, value__=json.dumps(EVIL), by_id=1,
              at=s.now)  # fmt: skip
        renamed = world.house.vault.seal(s.keys[client_id], "clients.name", client_id, EVIL)
        connection.execute(
            sa.update(t.clients).where(t.clients.c.id == client_id).values(name_sealed=renamed, language="<b>", zone="No/Where")
        )

    world.house.db.write(0, unit)


def test_a_clients_words_are_only_ever_words(world: World) -> None:
    hurt(world)
    world.seed.flags["inés"] = world.seed.flags["evil"]
    ana = world.browser("ana")
    for page in GETS:
        if page.path in ("/ladder", "/rules", "/setup"):
            continue
        reader = ana if "case_manager" in page.roles else world.browser("sam")
        response = reader.get(path(world, page, "inés") if page.about else page.path)
        assert response.status_code == 200, page.path
        if page.path != "/live/bar":
            assert "alert(1)" in response.text or page.path in ("/live/clients/{client}/plan",), page.path
        assert "<script>alert" not in response.text
        assert "<img src=x" not in response.text
        assert "49" not in re.findall(r"alert\(2\)&gt; (\S+)", response.text)


@pytest.mark.parametrize("page", GETS, ids=name)
def test_every_page_is_within_the_policy_that_it_sends(shown: World, page: object) -> None:
    assert hasattr(page, "path")
    who = {"/setup": "root", "/rules": "sam", "/ladder": "sam", "/unread/{reply}": "sam"}.get(page.path, "ana")
    response = shown.browser(who).get(path(shown, page, "inés") if page.about else page.path)
    if page.path == "/" and who == "root":
        return
    assert response.status_code == 200
    read = Forms(response.text)
    assert all(link.startswith(("/", "#", "tel:")) and not link.startswith("//") for link in read.links), read.links
    assert read.styled == []
    assert all((script.get("src") or "").startswith("/static/") for script in read.scripts)
    for form in read.forms:
        assert form["method"] != "post" or form["fields"].get("csrf"), form["action"]
    assert response.headers["cache-control"] == "no-store"
    assert {name: response.headers[name] for name in FIXED} == FIXED


def test_static_files_may_be_kept_and_are_ours(shown: World) -> None:
    response = shown.browser().get("/static/checkline.css")
    assert response.status_code == 200
    assert "max-age" in response.headers["cache-control"]
    css = (STATIC / "checkline.css").read_text("utf-8")
    assert "url(" not in css
    assert "@import" not in css


def test_what_is_vendored_is_what_notice_says() -> None:
    notice = (Path(__file__).parents[2] / "NOTICE").read_text("utf-8")
    said = dict(re.findall(r"(\S+\.(?:js|css)) +sha256 ([0-9a-f]{64})", notice))
    there = {
        each.name: hashlib.sha256(each.read_bytes()).hexdigest() for each in (STATIC / "vendor").iterdir() if each.suffix in (".js", ".css")
    }
    assert said == there


def test_each_view_stands_in_the_trail_of_the_client(world: World) -> None:
    ana, client_id, flag_id = world.browser("ana"), world.seed.clients["inés"], world.seed.flags["inés"]
    for where in (f"/clients/{client_id}", f"/flags/{flag_id}", f"/live/flags/{flag_id}", "/", "/caseload"):
        ana.get(where)
    query = sa.select(t.audit.c.action, t.audit.c.target, t.audit.c.chain_id, t.audit.c.actor_id).order_by(t.audit.c.id)
    seen = [tuple(row) for row in world.read(query) if row.action.endswith(".viewed")]
    me, programme = world.seed.people["ana"].id, world.seed.programme
    assert seen == [
        ("client.viewed", f"client {client_id}", client_id, me),
        ("flag.viewed", f"flag {flag_id}", client_id, me),
        ("today.viewed", "3 clients", programme, me),
        ("caseload.viewed", "4 clients", programme, me),
    ]


def test_what_does_not_exist_says_what_to_do(shown: World) -> None:
    for browser in (shown.browser(), shown.browser("ana")):
        response = browser.get("/nowhere")
        assert response.status_code == 404
        assert "There is no such page, or it is not about one of your clients." in response.text


def test_a_bug_shows_a_page_that_says_what_to_do_and_no_traceback(world: World) -> None:
    ana = world.browser("ana")
    world.house.db.write(0, lambda connection: connection.execute(sa.delete(t.findings)).rowcount)
    world.house.db.write(0, lambda connection: connection.execute(sa.update(t.clients).values(name_sealed=b"x" * 60)).rowcount)
    response = ana.get("/caseload")
    assert response.status_code == 500
    assert "Something is wrong on our side" in response.text
    assert "Traceback" not in response.text


def test_a_body_over_the_limit_is_refused_whether_it_says_so_or_not(shown: World) -> None:
    async def pieces():  # type: ignore[no-untyped-def]
        for _ in range(BODY_BYTES_MAX // 1024 + 1):
            yield b"x" * 1024

    declared = shown.browser().ask("POST", "/sign-in", content=b"x" * (BODY_BYTES_MAX + 1))
    hidden = shown.browser().ask("POST", "/webhooks/telegram/1", content=pieces())
    assert (declared.status_code, hidden.status_code) == (413, 413)


def test_health_says_whether_we_serve_and_names_nobody(shown: World) -> None:
    browser = shown.browser()
    assert browser.get("/livez").text == "ok\n"
    said = browser.get("/readyz").json()
    assert (said["status"], said["database"], said["critical_flags_overdue"]) == ("degraded", "ok", 1)
    assert all(isinstance(value, int) for name, value in said.items() if name not in ("status", "database"))
    metrics = browser.get("/metrics").text
    assert 'checkline_flags_open{severity="critical",state="open"} 2.0' in metrics
    assert "checkline_flags_overdue 1.0" in metrics
    assert not [word for word in ("Inés", "C-001", "+33", "Ana") if word in metrics]


WORDS = {
    "severity": {str(int(each)) for each in Severity},
    "category": {each.value for each in Category},
    "outbox": {each.value for each in OutboxState} - {"sent"},
    "delivery": {str(int(each)) for each in Delivery},
    "class": {each.value for each in MessageClass},
    "purpose": {each.value for each in Purpose},
    "role": set(ROLES),
    "outcome": set(desk.OUTCOMES),
    "action": set(desk.ACTIONS),
    "way": set(desk.WAYS),
    "rung": set(RUNGS),
    "state": {"open", *TAKEN, "resolved"},
    "road": {each.value for each in Road} - {"answer", "between"},
}


@pytest.mark.parametrize(("kind", "codes"), WORDS.items(), ids=WORDS)
def test_every_code_has_words(kind: str, codes: set[str]) -> None:
    assert set(wording()[kind]) == codes


def test_every_group_of_work_items_is_shown() -> None:
    assert set(wording()["task_groups"].values()) <= set(wording()["task_group"])
    assert set(wording()["task_groups"]) <= set(wording()["task"])
