"""
The story that README tells, in a real browser, on pages served by `make run` in an empty clone: nothing is prepared.

Only what README says is done: its link is opened, its buttons pressed, its words typed.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.documents import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
CHROMIUM = next((path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
START_SECONDS = 600
QUESTION = "Compared with last week, how are you doing?"
CRY = "I can't go on, I want to die"


@dataclass
class Served:
    """What `make run` printed: the address of the phones, and the links by who they sign in."""

    phones: str
    links: dict[str, str]
    said: list[str]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """`make run` in an empty clone, without a virtual environment."""
    clone = tmp_path_factory.mktemp("clone") / "checkline"
    subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", str(ROOT), str(clone)], check=True)
    assert not (clone / ".venv").exists()
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CHECKLINE_", "VIRTUAL_ENV"))}
    env = {**kept, "CHECKLINE_PORT": "0", "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        ["make", "run"], cwd=clone, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    )
    watch = threading.Timer(START_SECONDS, lambda: os.killpg(process.pid, signal.SIGKILL))
    watch.start()
    rest: list[threading.Thread] = []
    try:
        yield _listen(process, rest)
    finally:
        watch.cancel()
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=30)
        for thread in rest:
            thread.join(30)
        assert process.stdout is not None
        process.stdout.close()


def _listen(process: subprocess.Popen[str], rest: list[threading.Thread]) -> Served:
    said: list[str] = []
    links: dict[str, str] = {}
    assert process.stdout is not None
    for line in process.stdout:
        said.append(line.strip())
        found = re.search(r"http://\S+/sign-in/\S+", line)
        if found:
            links[said[-2].split(",")[0]] = found.group()
        phones = re.search(r"http://\S+/phone", line)
        if phones:
            # What is printed later must not fill the pipe.
            rest.append(threading.Thread(target=process.stdout.read, daemon=True))
            rest[0].start()
            return Served(phones.group(), links, said)
    raise AssertionError("make run ended:\n" + "\n".join(said[-40:]))


@pytest.fixture
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api")
    if CHROMIUM is None:
        if os.environ.get("CI"):
            pytest.fail("there is no Chromium here: tests/browser.sh should have installed it")
        pytest.skip("there is no Chromium here, and none could be installed")
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


def phone(page: Any, name: str) -> Any:
    return page.locator(f"section.phone[data-label='{name}']")


def show_phones(page: Any, address: str, *names: str) -> None:
    """Choose these phones in the list, as README says; what is shown already and not wanted is put away."""
    page.goto(address)
    for shown in page.locator("section.phone").evaluate_all("all => all.map(one => one.dataset.label)"):
        if shown not in names:
            page.locator("nav.people").get_by_role("link", name=shown).click()
            phone(page, shown).wait_for(state="detached")
    for name in names:
        if not phone(page, name).count():
            page.locator("nav.people").get_by_role("link", name=name).click()
            phone(page, name).wait_for()


def shown(page: Any, name: str) -> dict[str, str]:
    """What stands on the phone from us: id of the bubble → text. The page keeps the newest forty of both sides."""
    script = "all => all.map(one => [one.id, one.querySelector('.bubble').innerText])"
    return dict(phone(page, name).locator("li.in").evaluate_all(script))


def news(page: Any, name: str, before: dict[str, str]) -> list[str]:
    """What has come to the phone since `before`."""
    return [text for each, text in shown(page, name).items() if each not in before]


def arrived(page: Any, name: str, before: dict[str, str], words: str) -> str:
    """Wait until a message with these words has come to the phone since `before`; the page looks again by itself."""
    for _ in range(100):
        for text in news(page, name, before):
            if words in text:
                return text
        page.wait_for_timeout(100)
    raise AssertionError(f"nothing with {words!r} came to the phone of {name}")


def write(page: Any, name: str, text: str) -> None:
    phone(page, name).get_by_role("textbox").fill(text)
    phone(page, name).get_by_role("button", name=f"Send as {name}").click()


def press(page: Any, step: str) -> None:
    """Walk the clock; the buttons can be pressed again when it has got there."""
    with page.expect_navigation():
        page.get_by_role("button", name=step, exact=True).click()
    page.locator("form.walk button:enabled").first.wait_for(timeout=120_000)


def walk_to_the_check_in(page: Any) -> None:
    """Next morning, then hour by hour, until the question comes; at most the eight days that a week needs."""
    for _ in range(8):
        for step in ("Next morning", "+1 hour", "+1 hour", "+1 hour"):
            before = shown(page, "Boyd Larkspur")
            press(page, step)
            if any(QUESTION in text for text in news(page, "Boyd Larkspur", before)):
                return
    raise AssertionError("no check-in came to Boyd's phone within eight days")


def test_make_run_shows_what_it_does(served: Served) -> None:
    said = "\n".join(served.said)
    assert "installing" in said
    assert "making three weeks of history" in said
    assert set(served.links) == {"Amal Rivers", "Sam Okoye"}


def test_the_story_of_readme(served: Served, browser: Any, tmp_path: Path) -> None:
    story = (ROOT / "README.md").read_text("utf-8")
    for said in (
        QUESTION.split(",", maxsplit=1)[0],
        CRY,
        "Boyd Larkspur",
        "Amal Rivers",
        "Sam Okoye",
        "**Acknowledge**",
        "**Next morning**",
        "**+1 hour**",
    ):
        assert said in story, f"README does not say {said!r}"
    desk = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    desk.goto(served.links["Amal Rivers"])
    desk.get_by_role("button", name="Sign in").click()
    desk.get_by_role("heading", name="Today").wait_for()
    phones = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    show_phones(phones, served.phones, "Boyd Larkspur", "Amal Rivers", "Sam Okoye")

    walk_to_the_check_in(phones)
    before = shown(phones, "Boyd Larkspur")
    write(phones, "Boyd Larkspur", "1")
    arrived(phones, "Boyd Larkspur", before, "good to hear from you")
    desk.get_by_role("link", name="Caseload").click()
    desk.get_by_role("link", name="Boyd Larkspur").first.click()
    desk.locator("#plan").get_by_text("better", exact=False).first.wait_for()

    desk.get_by_role("link", name="Today").first.click()
    desk.get_by_role("heading", name="Today").wait_for()
    boyd, amal, sam = (shown(phones, name) for name in ("Boyd Larkspur", "Amal Rivers", "Sam Okoye"))
    write(phones, "Boyd Larkspur", CRY)
    reply = arrived(phones, "Boyd Larkspur", boyd, "988")
    assert "not watched all the time" in reply
    alert = arrived(phones, "Amal Rivers", amal, "CRITICAL")
    assert "die" not in alert
    assert "Boyd" not in alert
    found = re.search(r"C-\d+", alert)
    assert found is not None
    code = found.group()
    # Live: the page was not reloaded.
    row = desk.locator("#today, main").get_by_text(CRY).first
    row.wait_for()
    desk.get_by_text("Critical").first.wait_for()
    desk.screenshot(path=str(tmp_path / "today.png"))

    desk.get_by_role("link", name="Boyd Larkspur").first.click()
    desk.get_by_role("heading", name="What happens next").wait_for()
    assert CRY in desk.locator("blockquote").first.inner_text()
    desk.get_by_role("button", name="Acknowledge").click()
    desk.get_by_text("acknowledged it").wait_for()
    told = news(phones, "Sam Okoye", sam)
    sam = shown(phones, "Sam Okoye")
    press(phones, "+1 hour")
    again = [text for text in news(phones, "Sam Okoye", sam) if code in text]
    assert not again, "the supervisor was alerted though it was acknowledged"
    assert all("die" not in text for text in told)
    desk.screenshot(path=str(tmp_path / "flag.png"))
