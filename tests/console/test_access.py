"""Nobody sees another's client: every page of the application is walked with another's ids. A page without a case here fails."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from starlette.routing import Mount, Route

from bot.caseloads import hand_over_caseload
from console import phone, webhooks
from console.app import PAGES, Page
from storage import schema as t
from tests.console.conftest import World
from tests.console.test_phone import Demo, Phones

ZELDA = ("Zelda", "Quirkwood", "C-005", "Xylophonewords", "Zanzibarprompt", "Wisteriagoal", "Vermilionwhy", "Yellowhammered.")
"""All that stands in the tables about a client of Ben's, and about nobody else."""
OPEN = {"/sign-in", "/sign-in/{token}", "/mailbox/{token}", "/events", "/livez", "/readyz", "/metrics"}
"""Routes that no session guards; each has its own tests."""
WITHOUT_CLIENTS = {"/ladder", "/rules", "/setup", "/sign-out", "/live/bar"}
ABOUT = [page for page in PAGES if page.about]
LISTS = [page for page in PAGES if not page.about and page.method == "GET"]


def name(page: Page) -> str:
    return f"{page.method} {page.path}"


def path(world: World, page: Page, whose: str) -> str:
    seed = world.seed
    ids = {"client": seed.clients, "flag": seed.flags, "task": seed.tasks, "reply": seed.replies, "word": seed.words}[page.about]
    return page.path.replace(f"{{{page.about}}}", str(ids[whose]))


def filled(page: Page) -> dict[str, str]:
    return {"text": "hello", "reason": "handled", "useful": "yes", "outcome": "done", "value": "better"} if page.method == "POST" else {}


def everything(world: World) -> list[list[object]]:
    tables = (t.flags, t.flag_events, t.tasks, t.outbox, t.clients, t.notes, t.audit, t.unread_replies, t.own_words)
    return [[tuple(row) for row in world.read(sa.select(table).order_by(table.c.id))] for table in tables]


def test_every_route_is_walked_here(shown: World) -> None:
    known = {page.path for page in PAGES} | OPEN | {route.path for route in webhooks.ROUTES} | {route.path for route in phone.ROUTES}
    routes = {route.path for route in shown.app.routes if isinstance(route, Route)}
    assert routes <= known
    assert [route.path for route in shown.app.routes if isinstance(route, Mount)] == ["/static"]
    assert all(("{" in page.path) == bool(page.about) for page in PAGES), "a page with an id says what the id is of"


@pytest.mark.parametrize("page", ABOUT, ids=name)
def test_a_page_about_anothers_client_is_the_same_nothing_as_one_about_no_client(shown: World, page: Page) -> None:
    ana = shown.browser("ana")
    csrf = ana.csrf()
    fields = {**filled(page), "csrf": csrf}
    before = everything(shown)
    hers = ana.ask(page.method, path(shown, page, "zelda"), data=fields if page.method == "POST" else None)
    nobodys = ana.ask(page.method, page.path.replace(f"{{{page.about}}}", "99"), data=fields if page.method == "POST" else None)
    odd = ana.ask(page.method, page.path.replace(f"{{{page.about}}}", "1e3"), data=fields if page.method == "POST" else None)
    assert (hers.status_code, nobodys.status_code, odd.status_code) == (404, 404, 404)
    assert hers.text == nobodys.text == odd.text
    assert hers.headers.raw == nobodys.headers.raw
    assert everything(shown) == before


@pytest.mark.parametrize("page", ABOUT, ids=name)
def test_the_same_page_opens_for_ones_own_client_and_for_the_supervisor(used: World, page: Page) -> None:
    for who in ("ben", "sam") if "case_manager" in page.roles else ("sam",):
        browser, where = used.browser(who), path(used, page, "zelda")
        response = browser.post(where, filled(page)) if page.method == "POST" else browser.get(where)
        assert response.status_code == (303 if page.method == "POST" else 200)


@pytest.mark.parametrize("page", LISTS, ids=name)
def test_a_list_shows_nothing_of_anothers_client(shown: World, page: Page) -> None:
    ana = shown.browser("ana").get(page.path)
    assert not [word for word in ZELDA if word in ana.text]
    ben = shown.browser("ben").get(page.path)
    if page.path not in WITHOUT_CLIENTS:
        assert "Quirkwood" in ben.text, "the test would see it if it were there"


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_without_a_session_nothing_is_shown(shown: World, page: Page) -> None:
    where = path(shown, page, "zelda") if page.about else page.path
    response = shown.browser().ask(page.method, where, data={"csrf": ""} if page.method == "POST" else None)
    assert response.status_code == (401 if page.live else 303)
    assert response.text == ""
    if not page.live:
        assert response.headers["location"].startswith("/sign-in")


@pytest.mark.parametrize("page", [page for page in PAGES if "administrator" not in page.roles], ids=name)
def test_an_administrator_sees_no_client(shown: World, page: Page) -> None:
    where = path(shown, page, "zelda") if page.about else page.path
    response = shown.browser("root").post(where, filled(page)) if page.method == "POST" else shown.browser("root").get(where)
    assert response.status_code == 404


def test_an_administrator_sees_the_set_up_and_no_client(shown: World) -> None:
    text = shown.browser("root").get("/setup").text
    assert "Riverside" in text
    assert "Ana Ruiz" in text
    assert not [word for word in (*ZELDA, "Inés", "Whitfield") if word in text]


def test_a_case_manager_gets_no_set_up(shown: World) -> None:
    assert shown.browser("ana").get("/setup").status_code == 404


def test_a_flag_on_a_shared_phone_is_seen_by_both_case_managers_and_names_nobody(shown: World) -> None:
    where = f"/flags/{shown.seed.flags['shared']}"
    for who in ("ana", "ben", "sam"):
        text = shown.browser(who).get(where).text
        assert "It is cold in here" in text or "cold" in text
        assert "Paul" not in text
        assert "Yuri" not in text


def test_what_somebody_wrote_at_a_shared_phone_stands_in_the_timelines_of_both_clients(shown: World) -> None:
    for who, client in (("ana", "paul"), ("ben", "yuri")):
        text = shown.browser(who).get(f"/clients/{shown.seed.clients[client]}").text
        assert "It is cold in here" in text
        assert "somebody at this phone" in text


def test_a_person_who_left_is_signed_out_at_once(world: World) -> None:
    ana = world.browser("ana")
    ana_id = world.seed.people["ana"].id
    world.house.db.write(
        0, lambda connection: connection.execute(sa.update(t.users).where(t.users.c.id == ana_id).values(status="left")).rowcount
    )
    assert ana.get("/").status_code == 303


def test_a_client_given_to_somebody_else_is_gone_at_once(world: World) -> None:
    ana, client_id = world.browser("ana"), world.seed.clients["inés"]
    assert ana.get(f"/clients/{client_id}").status_code == 200
    people = world.seed.people
    hand_over_caseload(world.house, people["sam"], people["ana"].id, people["ben"].id, [client_id])
    assert ana.get(f"/clients/{client_id}").status_code == 404
    assert "Valdivia" not in ana.get("/").text


def test_the_reference_names_every_route(building: Callable[..., World]) -> None:
    text = (Path(__file__).parents[2] / "docs" / "reference" / "http.md").read_text("utf-8")
    named = set(re.findall(r"`(/[^`?]*)`", text)) - {"/static/"}
    with_phones = building(phones=Phones(), demo=Demo())
    assert named == {route.path for route in with_phones.app.routes if isinstance(route, Route)}
