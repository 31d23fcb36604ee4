"""Signing in and out, idle log-off, the lock against guessing, one-use links, and forms that come from elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa

from console.sign_in import inside
from storage import schema as t
from storage import users
from tests.console.conftest import World
from tests.console.seed import NOW, PASSWORD

pytestmark = pytest.mark.slow


def test_the_right_password_signs_in_and_sets_a_cookie_that_scripts_cannot_read(world: World) -> None:
    browser = world.browser()
    response = browser.sign_in("  ANA ")
    assert (response.status_code, response.headers["location"]) == (303, "/")
    cookie = response.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "Ana Ruiz" in browser.get("/").text
    stored = world.read(sa.select(t.sessions.c.token_hash))
    assert browser.cookies["checkline"].encode() not in stored[0].token_hash, "the database alone opens nothing"


def test_over_https_the_cookie_is_bound_to_this_host_and_to_https(building: Callable[..., World]) -> None:
    world = building(public_url="https://checkline.example.org")
    response = world.browser().ask("POST", f"/sign-in/{world.link('ana')}")
    cookie = response.headers["set-cookie"]
    assert cookie.startswith("__Host-checkline=")
    assert "; Secure" in cookie
    assert "strict-transport-security" in response.headers


WRONG = {
    "a wrong password": ("ana", "wrong horse battery"),
    "an unknown name": ("nobody", PASSWORD),
    "no name": ("", PASSWORD),
    "no password": ("ana", ""),
}


@pytest.mark.parametrize(("name", "password"), WRONG.values(), ids=WRONG)
def test_what_does_not_sign_in_says_the_same_whatever_was_wrong(shown: World, name: str, password: str) -> None:
    browser = shown.browser()
    response = browser.sign_in(name, password)
    assert response.status_code == 401
    assert "do not sign you in" in response.text
    assert "checkline" not in browser.cookies
    assert PASSWORD not in response.text


def test_five_wrong_passwords_lock_the_account_for_a_quarter_of_an_hour(world: World) -> None:
    browser = world.browser()
    fail(world, users.FAILURES_MAX - 1)
    browser.sign_in("ana", "not this one")
    assert browser.sign_in("ana").status_code == 401
    world.later(timedelta(minutes=15))
    assert browser.sign_in("ana").status_code == 303


def test_a_right_password_in_between_starts_the_count_again(world: World) -> None:
    fail(world, users.FAILURES_MAX - 1)
    assert world.browser().sign_in("ana").status_code == 303
    fail(world, users.FAILURES_MAX - 1)
    assert world.browser().sign_in("ana").status_code == 303


def fail(world: World, times: int) -> None:
    """What so many wrong passwords of Ana's write; hashing each would take seconds."""
    now = world.house.ports.machine.now()
    for _ in range(times):
        world.house.db.write(0, lambda connection: users.note_failure(connection, world.seed.people["ana"].id, now))


def test_half_an_hour_without_a_click_signs_off(world: World) -> None:
    ana = world.browser("ana")
    for _ in range(3):
        world.later(timedelta(minutes=29))
        assert ana.get("/").status_code == 200
    world.later(timedelta(minutes=30))
    assert ana.get("/").status_code == 303


def test_what_a_page_fetches_by_itself_is_no_click(world: World) -> None:
    ana = world.browser("ana")
    for _ in range(5):
        world.later(timedelta(minutes=5))
        assert ana.get("/live/today").status_code == 200
        assert ana.get("/live/bar").status_code == 200
    world.later(timedelta(minutes=5))
    response = ana.get("/live/today")
    assert (response.status_code, response.headers["hx-redirect"]) == (401, "/sign-in?said=signed_off")


def test_twelve_hours_sign_off_however_busy_one_is(world: World) -> None:
    ana = world.browser("ana")
    for _ in range(25):
        world.later(timedelta(minutes=28))
        assert ana.get("/").status_code == 200
    world.later(timedelta(minutes=20))
    assert ana.get("/").status_code == 303


def test_signing_out_ends_the_session_on_the_server(world: World) -> None:
    ana = world.browser("ana")
    token = ana.cookies["checkline"]
    assert ana.post("/sign-out").headers["location"] == "/sign-in?said=signed_out"
    ana.cookies.set("checkline", token)
    assert ana.get("/").status_code == 303


def test_a_link_that_is_only_opened_is_not_spent_and_signs_in_once(world: World) -> None:
    token, browser = world.link("ben"), world.browser()
    for _ in range(2):
        assert "<button" in browser.get(f"/sign-in/{token}").text
    assert browser.ask("POST", f"/sign-in/{token}").status_code == 303
    assert "Ben Keller" in browser.get("/").text
    again = world.browser().ask("POST", f"/sign-in/{token}")
    assert again.status_code == 401
    assert "used already" in again.text


def test_a_link_is_too_old_after_twelve_hours(world: World) -> None:
    token = world.link("ben")
    world.later(timedelta(hours=12))
    assert world.browser().ask("POST", f"/sign-in/{token}").status_code == 401


def test_sign_ins_and_sign_outs_stand_in_the_audit_trail(world: World) -> None:
    world.browser("ana").post("/sign-out")
    actions = [row.action for row in world.read(sa.select(t.audit.c.action).order_by(t.audit.c.id))]
    assert [each for each in actions if each.startswith("sign")] == ["sign_in.link", "sign_out"]


def test_a_form_without_the_sessions_token_changes_nothing(world: World) -> None:
    ana, where = world.browser("ana"), f"/flags/{world.seed.flags['inés']}/acknowledge"
    for token in ("x", "é", world.browser("ben").csrf()):
        assert ana.post(where, csrf=token).status_code == 403
    assert ana.ask("POST", where).status_code == 403
    assert world.read(sa.select(t.flags.c.state).where(t.flags.c.id == world.seed.flags["inés"]))[0].state == "open"


ELSEWHERE = {
    "by what the browser says": {"sec-fetch-site": "cross-site"},
    "by a neighbour of the same site": {"sec-fetch-site": "same-site"},
    "by its origin": {"origin": "https://elsewhere.example"},
    "by an origin that says nothing": {"origin": "null"},
}


@pytest.mark.parametrize("headers", ELSEWHERE.values(), ids=ELSEWHERE)
def test_a_form_from_another_site_is_refused(shown: World, headers: dict[str, str]) -> None:
    response = shown.browser().post("/sign-in", {"name": "ana", "password": PASSWORD}, csrf="", headers=headers)
    assert response.status_code == 403
    assert "set-cookie" not in response.headers


def test_a_form_from_ones_own_page_is_taken(shown: World) -> None:
    own = {"origin": "http://127.0.0.1:8000", "sec-fetch-site": "same-origin"}
    assert shown.browser().post("/sign-in", {"name": "ana", "password": PASSWORD}, csrf="", headers=own).status_code == 303


PLACES = {
    "/flags/12": "/flags/12",
    "": "/",
    "//elsewhere.example": "/",
    "/\\elsewhere.example": "/",
    "https://elsewhere.example": "/",
    "/a\r\nset-cookie: x": "/",
    "/sign-out": "/",
    "/live/today": "/",
}


@pytest.mark.parametrize(("wanted", "then"), PLACES.items(), ids=[repr(place) for place in PLACES])
def test_after_signing_in_one_goes_on_only_to_a_page_of_ours(wanted: str, then: str) -> None:
    assert inside(wanted) == then


def test_a_link_from_an_alert_leads_on_after_signing_in(shown: World) -> None:
    where = f"/flags/{shown.seed.flags['inés']}"
    browser = shown.browser()
    assert browser.get(where).headers["location"] == f"/sign-in?next={where}"
    response = browser.ask("POST", "/sign-in", data={"name": "ana", "password": PASSWORD, "next": where})
    assert response.headers["location"] == where


def test_a_new_password_ends_all_sessions(world: World) -> None:
    ana = world.browser("ana")
    hashed = users.hash_password("another horse battery", world.house.ports.ids)
    world.house.db.write(0, lambda connection: users.set_password(connection, world.seed.people["ana"].id, hashed))
    assert ana.get("/").status_code == 303
    assert ana.sign_in("ana").status_code == 401
    assert ana.sign_in("ana", "another horse battery").status_code == 303


def test_the_demos_clock_does_not_end_sessions(world: World) -> None:
    ana = world.browser("ana")
    world.house.ports.clock.at = NOW + timedelta(days=30)
    assert ana.get("/").status_code == 200
