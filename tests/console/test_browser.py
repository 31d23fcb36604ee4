"""In a real browser, over a real server: what appears by itself, what the policy would have blocked, what would not fit."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
import uvicorn

from storage.keys import create_key
from tests.console.conftest import World
from tests.console.seed import Sower
from tests.console.test_phone import Demo, Phones

pytestmark = pytest.mark.slow
CHROMIUM = next((path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


class Server(uvicorn.Server):
    """Serves in a thread of the test until it is told to stop."""

    def __init__(self, world: World) -> None:
        super().__init__(uvicorn.Config(world.app, port=0, log_level="error", timeout_graceful_shutdown=1))
        self.up = threading.Event()

    def install_signal_handlers(self) -> None:
        return None

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        self.up.set()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.servers[0].sockets[0].getsockname()[1]}"


@pytest.fixture
def served(building: Callable[..., World]) -> Iterator[tuple[World, str]]:
    world = building(phones=Phones(), demo=Demo())
    server = Server(world)
    thread = threading.Thread(target=server.run)
    thread.start()
    assert server.up.wait(30)
    yield world, server.address
    server.should_exit = True
    thread.join(30)


@pytest.fixture
def chromium() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api")
    if CHROMIUM is None:
        pytest.skip("there is no Chromium here")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


def signed_in(context: Any, world: World, base: str, name: str) -> tuple[Any, list[str]]:
    """A page of a signed-in person, and what the browser complained about so far."""
    page, complaints = context.new_page(), []
    page.on("console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{base}/sign-in/{world.link(name)}")
    page.get_by_role("button", name="Sign in").click()
    page.locator("#today").wait_for()
    return page, complaints


def new_critical_flag(world: World) -> None:
    def unit(connection: sa.Connection) -> None:
        s = Sower(connection, world.house, world.house.ports.clock.now())
        s.seed, client_id = world.seed, world.seed.clients["paul"]
        s.keys = {client_id: create_key(connection, world.house.vault, client_id, world.seed.programme, s.now)}
        s.flag("new", client_id, "medical", 4, None, matched="my chest hurts", why="Chest pain now.", opened=timedelta(),
               deadline=timedelta(minutes=15), owner="ana")  # fmt: skip

    world.house.db.write(0, unit)


def test_a_new_critical_flag_appears_by_itself_and_is_acknowledged(served: tuple[World, str], chromium: Any) -> None:
    world, base = served
    page, complaints = signed_in(chromium.new_context(), world, base, "ana")
    row = page.locator(".worklist .item", has_text="Paul Marchand")
    assert row.count() == 0
    page.evaluate("() => { document.body.dataset.same = 'yes' }")
    page.locator(".tasks summary").first.click()
    new_critical_flag(world)
    row.wait_for(timeout=10_000)
    page.locator("#bar", has_text="2 critical flags wait").wait_for(timeout=10_000)
    assert page.locator("body").get_attribute("data-same") == "yes", "it came without a reload"
    assert page.locator(".tasks details").first.get_attribute("open") is not None, "a menu that is open stays open"
    assert page.title() == "(4) Today · Checkline", "a tab in the background shows it too"
    assert page.locator("#bar").get_attribute("aria-live") == "assertive"
    row.get_by_role("button", name="Acknowledge").click()
    page.get_by_text("You own this flag now").wait_for()
    assert complaints == []


def test_a_half_written_message_survives_what_arrives_meanwhile(served: tuple[World, str], chromium: Any) -> None:
    world, base = served
    page, complaints = signed_in(chromium.new_context(), world, base, "ana")
    page.goto(f"{base}/clients/{world.seed.clients['paul']}")
    page.get_by_label("Write to").fill("I will call you at")
    new_critical_flag(world)
    page.locator("#timeline .item", has_text="Medical").wait_for(timeout=10_000)
    assert page.get_by_label("Write to").input_value() == "I will call you at"
    assert complaints == []


def test_without_javascript_a_flag_is_found_acknowledged_and_resolved(served: tuple[World, str], chromium: Any) -> None:
    world, base = served
    page, _ = signed_in(chromium.new_context(java_script_enabled=False), world, base, "ana")
    page.get_by_role("link", name="Inés Valdivia").first.click()
    page.get_by_role("button", name="Acknowledge").click()
    page.get_by_label("Reason").select_option("handled")
    page.get_by_label("Yes", exact=True).check()
    page.get_by_role("button", name="Resolve").click()
    page.get_by_text("Marked as useful").wait_for()


@pytest.mark.parametrize("width", [390, 1280])
def test_every_page_fits_the_screen_names_its_fields_and_breaks_no_policy(served: tuple[World, str], chromium: Any, width: int) -> None:
    world, base = served
    page, complaints = signed_in(chromium.new_context(viewport={"width": width, "height": 844}), world, base, "sam")
    ids = world.seed
    places = ["/", "/caseload", f"/flags/{ids.flags['inés']}", f"/flags/{ids.flags['shared']}", f"/clients/{ids.clients['inés']}", "/phone"]
    for place in places:
        page.goto(base + place)
        page.locator("main").wait_for()
        assert page.evaluate("() => document.documentElement.scrollWidth - innerWidth") <= 0, place
        nameless = page.evaluate(
            """() => [...document.querySelectorAll('input:not([type=hidden]), select, textarea, button, a[href]')].filter(
                e => !(e.labels?.length || e.textContent.trim() || e.getAttribute('aria-label') || e.querySelector('img[alt]'))).length"""
        )
        assert nameless == 0, place
        twice = page.evaluate(
            "() => { const ids = [...document.querySelectorAll('[id]')].map(e => e.id); return ids.length - new Set(ids).size }"
        )
        assert twice == 0, place
    assert complaints == []


def test_an_unattended_page_leaves_for_the_sign_in(served: tuple[World, str], chromium: Any) -> None:
    world, base = served
    page, _ = signed_in(chromium.new_context(), world, base, "ana")
    world.later(timedelta(minutes=31))
    new_critical_flag(world)
    page.get_by_text("You were signed off after 30 minutes without a click").wait_for(timeout=10_000)
    assert "Inés" not in page.content()


def test_the_phones_walk_the_clock_and_write(served: tuple[World, str], chromium: Any) -> None:
    _, base = served
    page = chromium.new_page()
    page.goto(f"{base}/phone")
    page.get_by_label("Message from June").fill("hello")
    with page.expect_response("**/live/phones*"), page.expect_response("**/live/phones*"):
        assert page.get_by_label("Message from June").input_value() == "hello"
    assert page.get_by_label("Message from June").input_value() == "hello", "what is half typed survives the page's looking again"
    page.get_by_role("button", name="Send as June").click()
    page.get_by_role("button", name="Next morning").click()
    page.locator(".clockface", has_text="09:00").wait_for()
