"""The phone simulator's pages. The phones here are a list in memory; the demo's own are tested with the demo."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from bot.values import Button
from console.phone import Walker, until_morning
from tests.console.browser import Browser, Forms
from tests.console.conftest import World
from tests.console.seed import NOW


@dataclass(frozen=True)
class Phone:
    address: str
    label: str
    channel: str = "sms"
    language: str = "en"
    rtl: bool = False
    staff: bool = False


@dataclass(frozen=True)
class Shown:
    id: str
    text: str
    from_us: bool = True
    buttons: tuple[Button, ...] = ()
    delivery: str = ""
    at: datetime = NOW


@dataclass
class Phones:
    did: list[tuple[str, ...]] = field(default_factory=list)

    def list(self) -> list[Phone]:
        return [
            Phone("+33639000101", "Inés", language="es"),
            Phone("42", "عمر", "telegram", "ar", rtl=True),
            Phone("+33639000103", "June"),
            Phone("+33639000104", "Jane"),
            Phone("+33639000199", "Ana Ruiz", staff=True),
        ]

    def messages(self, address: str) -> list[Shown]:
        return [Shown("m1", "كيف حالك؟ <b>", buttons=(Button("أفضل", "tok-1"),))] if address == "42" else []

    def text(self, address: str, text: str) -> None:
        self.did.append(("text", address, text))

    def press(self, address: str, message_id: str, token: str) -> None:
        self.did.append(("press", address, message_id, token))


@dataclass
class Demo:
    at: datetime = NOW
    walked: list[timedelta] = field(default_factory=list)

    def now(self) -> datetime:
        return self.at

    def walk(self, length: timedelta) -> str:
        self.walked.append(length)
        self.at += length
        return "done"


@pytest.fixture
def demo() -> tuple[Phones, Demo]:
    return Phones(), Demo()


@pytest.fixture
def browser(building: Callable[..., World], demo: tuple[Phones, Demo]) -> Browser:
    return building(phones=demo[0], demo=demo[1]).browser()


def test_a_few_phones_stand_side_by_side_one_of_them_of_staff(browser: Browser) -> None:
    text = browser.get("/phone").text
    for label in ("Inés", "عمر", "June", "Ana Ruiz"):
        assert f'aria-label="Phone of {label}"' in text
    assert 'aria-label="Phone of Jane"' not in text
    assert "Demo data. Nothing leaves this machine." in text


def test_an_arabic_phone_is_right_to_left_and_words_stay_words(browser: Browser) -> None:
    text = browser.get("/phone").text
    assert 'data-staff="no" dir="rtl"' in text
    assert "كيف حالك؟ &lt;b&gt;" in text


def test_no_number_stands_in_an_address(browser: Browser) -> None:
    assert not [link for link in Forms(browser.get("/phone").text).links if "3363" in link]


def test_what_one_types_is_written_by_that_phones_owner(browser: Browser, demo: tuple[Phones, Demo]) -> None:
    form = next(each for each in Forms(browser.get("/phone").text).forms if each["action"].endswith("/text"))
    response = browser.ask("POST", form["action"], data={**form["fields"], "text": "I can't go on"})
    assert demo[0].did == [("text", "+33639000101", "I can't go on")]
    assert response.headers["location"].startswith("/phone?show=")


def test_a_button_is_pressed_with_its_token(browser: Browser, demo: tuple[Phones, Demo]) -> None:
    text = browser.get("/phone").text
    form = next(each for each in Forms(text).forms if each["action"].endswith("/press"))
    assert 'value="m1 tok-1"' in text
    browser.ask("POST", form["action"], data={"button": "m1 tok-1"})
    assert demo[0].did == [("press", "42", "m1", "tok-1")]


STEPS = {"hour": timedelta(hours=1), "morning": timedelta(hours=16, minutes=40), "week": timedelta(weeks=1)}


@pytest.mark.parametrize(("step", "length"), STEPS.items(), ids=STEPS)
def test_a_button_walks_the_clock(browser: Browser, demo: tuple[Phones, Demo], step: str, length: timedelta) -> None:
    assert browser.ask("POST", "/phone/walk", data={"step": step}).status_code == 303
    assert demo[1].walked == [length]


def test_a_walk_under_way_is_shown_and_no_second_one_sets_off(demo: tuple[Phones, Demo]) -> None:
    class Later:
        """Holds the work back until it is let go."""

        def __init__(self) -> None:
            self.held: list[tuple[Callable[[], object], Future[object]]] = []

        def submit(self, work: Callable[[], object]) -> Future[object]:
            self.held.append((work, Future()))
            return self.held[-1][1]

    later = Later()
    walker = Walker(demo[1], later)  # type: ignore[arg-type] # an executor of one kind of work
    assert (walker.until, walker.start(timedelta(weeks=1)), walker.start(timedelta(hours=1))) == (None, True, False)
    assert walker.until == NOW + timedelta(weeks=1)
    work, future = later.held[0]
    future.set_result(work())
    assert (walker.until, walker.failed, demo[1].walked) == (None, False, [timedelta(weeks=1)])
    assert walker.start(timedelta(hours=1))
    later.held[1][1].set_exception(RuntimeError())
    assert (walker.until, walker.failed) == (None, True)


def test_an_unknown_step_walks_nowhere(browser: Browser, demo: tuple[Phones, Demo]) -> None:
    assert browser.ask("POST", "/phone/walk", data={"step": "back"}).status_code == 400
    assert demo[1].walked == []


def test_a_page_elsewhere_neither_reads_nor_walks(building: Callable[..., World], demo: tuple[Phones, Demo]) -> None:
    world = building(phones=demo[0], demo=demo[1])
    turned = Browser(world.app, "http://rebound.example:8000")
    assert turned.get("/phone").status_code == 404
    assert turned.ask("POST", "/phone/walk", data={"step": "hour"}).status_code == 404
    other = world.browser().ask("POST", "/phone/walk", data={"step": "hour"}, headers={"origin": "https://elsewhere.example"})
    assert other.status_code == 403
    assert demo[1].walked == []


def test_without_a_demo_there_are_no_phones(shown: World) -> None:
    for where in ("/phone", "/live/phones"):
        assert shown.browser().get(where).status_code == 404


MORNINGS = {
    "in the afternoon it is tomorrow": (datetime(2026, 11, 24, 15, 20, tzinfo=UTC), "Europe/Paris", timedelta(hours=16, minutes=40)),
    "before nine it is today": (datetime(2026, 11, 24, 7, 0, tzinfo=UTC), "Europe/Paris", timedelta(hours=1)),
    "at nine it is tomorrow": (datetime(2026, 11, 24, 8, 0, tzinfo=UTC), "Europe/Paris", timedelta(hours=24)),
    "over the end of summer time": (datetime(2026, 10, 24, 20, 0, tzinfo=UTC), "Europe/Paris", timedelta(hours=12)),
    "over the end of winter time": (datetime(2026, 3, 28, 20, 0, tzinfo=UTC), "Europe/Paris", timedelta(hours=11)),
}


@pytest.mark.parametrize(("now", "zone", "length"), MORNINGS.values(), ids=MORNINGS)
def test_next_morning_is_nine_on_the_wall(now: datetime, zone: str, length: timedelta) -> None:
    assert until_morning(now, zone) == length
