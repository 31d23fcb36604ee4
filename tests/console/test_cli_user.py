"""`checkline user`: the first administrator signs in with what the command made."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from bot.cli.user import user
from bot.desk import Desk
from bot.errors import NotFound, WrongUse
from bot.ports import SystemClock, SystemIds
from console.app import make
from storage.folder import open_store
from tests.console import seed
from tests.console.browser import Browser
from tests.console.conftest import Nobody

pytestmark = pytest.mark.slow


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., Result]:
    (tmp_path / "password").write_text("correct horse battery\nsecond line\n", "utf-8")

    def one(*arguments: str, **more: Any) -> Result:
        given = [each.replace("PASSWORD", str(tmp_path / "password")) for each in arguments]
        result = CliRunner().invoke(user, [given[0], "--data", str(tmp_path / "data"), *given[1:]], **more)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return one


def browser(tmp_path: Path) -> Browser:
    """A browser for the console over what the commands have made."""
    ids = SystemIds(5)
    store = open_store(tmp_path / "data", ids=ids, machine=SystemClock())
    clocks = seed.house(store.database, ids).ports
    for clock in (clocks.clock, clocks.machine):
        clock.at = SystemClock().now()  # type: ignore[attr-defined] # the tests' clock
    house = seed.House(store.database, store.vault, clocks, seed.Words())
    return Browser(make(house, conversation=Nobody(), desk=Desk(house)))


ADMINISTRATOR = ("add", "--role", "administrator", "--sign-in", "Rita", "--password-file", "PASSWORD")


def test_the_first_administrator_signs_in(run: Callable[..., Result], tmp_path: Path) -> None:
    assert "rita can sign in as administrator" in run(*ADMINISTRATOR).output
    there = browser(tmp_path)
    assert there.sign_in("rita", "correct horse battery").headers["location"] == "/"
    assert "None yet: <code>checkline programme add</code>" in there.get("/setup").text


def test_a_password_is_asked_for_and_never_printed(run: Callable[..., Result]) -> None:
    typed = "another horse battery\n"
    result = run("add", "--role", "administrator", "--sign-in", "rita", "--password-file", "prompt", input=typed * 2)
    assert result.exit_code == 0
    assert "horse" not in result.output


def test_a_reset_changes_the_password(run: Callable[..., Result], tmp_path: Path) -> None:
    run(*ADMINISTRATOR)
    (tmp_path / "password").write_text("a new horse battery", "utf-8")
    run("reset", "--sign-in", "rita", "--password-file", "PASSWORD")
    there = browser(tmp_path)
    assert there.sign_in("rita", "correct horse battery").status_code == 401
    assert there.sign_in("rita", "a new horse battery").status_code == 303


def test_a_link_signs_in_once(run: Callable[..., Result], tmp_path: Path) -> None:
    run(*ADMINISTRATOR)
    link = json.loads(run("sign-in-link", "--sign-in", "rita", "--address", "https://care.example.org/", "--json").output)["link"]
    assert link.startswith("https://care.example.org/sign-in/")
    there = browser(tmp_path)
    assert there.ask("POST", "/sign-in/" + link.rsplit("/", 1)[1]).status_code == 303
    assert "administrator" in there.get("/setup").text


WRONG: dict[str, tuple[tuple[str, ...], str]] = {
    "a name that is taken": (ADMINISTRATOR, "taken"),
    "a case manager of no programme": (("add", "--role", "case_manager", "--sign-in", "x", "--password-file", "PASSWORD"), "--programme"),
    "a programme that is none": (
        ("add", "--role", "supervisor", "--programme", "No", "--sign-in", "x", "--password-file", "PASSWORD"),
        "no programme",
    ),
    "a zone that is none": (
        ("add", "--role", "administrator", "--timezone", "Mars", "--sign-in", "x", "--password-file", "PASSWORD"),
        "--timezone",
    ),
    "a file that is not there": (("reset", "--sign-in", "rita", "--password-file", "/nowhere"), "--password-file"),
    "nobody to reset": (("reset", "--sign-in", "nobody", "--password-file", "PASSWORD"), "no active user"),
    "nobody to link": (("sign-in-link", "--sign-in", "nobody"), "no active user"),
}


@pytest.mark.parametrize(("arguments", "said"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_said(run: Callable[..., Result], arguments: tuple[str, ...], said: str) -> None:
    run(*ADMINISTRATOR)
    with pytest.raises((WrongUse, NotFound), match=said):
        run(*arguments)
