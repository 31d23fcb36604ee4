"""A command line in process: what it prints, and the exit code that a script would see; and a programme that was set up by it."""

from __future__ import annotations

import contextlib
import io
import json
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.cli.house import house_of
from bot.cli.main import main
from bot.settings import load
from scheduler.engine import Engine
from tests.channels.harness import web
from tests.fakes import twilio
from tests.fakes.twilio import FakeTwilio

SAM, ANA, INES = "+15005550100", "+34600000001", "+34600000002"
NAMES = ("Valdivia", "Okafor", "Ruiz", "Wisteria", "Zanzibar")
"""Words that stand in names, titles and places only: they must not lie in the database, nor in an error."""


@dataclass(frozen=True)
class Ran:
    """What one command did."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True)
class Line:
    """The command with its data folder."""

    folder: Path

    def __call__(self, *arguments: str) -> Ran:
        out, err = io.StringIO(), io.StringIO()
        code: Any = None
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                main([*arguments, "--data", str(self.folder)])
            except SystemExit as gone:
                code = gone.code
        return Ran(int(code or 0), out.getvalue(), err.getvalue())

    def good(self, *arguments: str) -> Any:
        """Run it with --json; it must do what it says."""
        ran = self(*arguments, "--json")
        assert ran.code == 0, ran.err + ran.out
        return ran.json

    def rows(self, table: str) -> int:
        """How many rows a table has, read past the product."""
        with contextlib.closing(sqlite3.connect(self.folder / "checkline.db")) as database:
            return int(database.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608 - our own table names

    def raw(self) -> bytes:
        """Every byte that lies in the data folder."""
        return b"".join(path.read_bytes() for path in self.folder.iterdir())

    @contextlib.contextmanager
    def engine(self) -> Iterator[Engine]:
        """The service over the same folder."""
        with house_of(load(environ={}, data=str(self.folder), public_url=PUBLIC)) as house:
            yield Engine(house)


PUBLIC = "https://line.example.org"


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CHECKLINE_DATA", "CHECKLINE_DATABASE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CHECKLINE_PUBLIC_URL", PUBLIC)


@pytest.fixture
def line(tmp_path: Path) -> Line:
    """A command line without any data yet."""
    return Line(tmp_path / "data")


@pytest.fixture(scope="session")
def phone_company() -> Iterator[FakeTwilio]:
    """Twilio on loopback."""
    with FakeTwilio() as fake:
        yield fake


@pytest.fixture(scope="session")
def _riverside(tmp_path_factory: pytest.TempPathFactory, phone_company: FakeTwilio) -> Path:
    folder = tmp_path_factory.mktemp("riverside")
    secret = folder / "token"
    secret.write_text(f"{twilio.TOKEN}\n")
    run = Line(folder / "data")
    run.good("programme", "add", "Riverside", "--zone", "Europe/Madrid", "--languages", "es", "--country", "ES")
    run.good(
        "sender", "add", "Riverside", "twilio", "--address", twilio.NUMBER, "--account", twilio.ACCOUNT,
        "--secret-file", str(secret), "--base-url", phone_company.url, "--rate", "100",
    )  # fmt: skip
    run.good("manager", "add", "--name", "Sam Okafor", "--sign-in", "sam", "--role", "supervisor", "--phone", SAM)
    run.good("manager", "add", "--name", "Ana Ruiz", "--sign-in", "ana", "--supervisor", "sam", "--phone", ANA)
    run.good("client", "add", "--name", "Inés Valdivia", "--manager", "ana", "--language", "es", "--phone", INES)
    return run.folder


@pytest.fixture
def riverside(_riverside: Path, tmp_path: Path) -> Line:
    """A real programme with a sender, a supervisor, a case manager and a client; not confirmed, not tested, not active."""
    shutil.copytree(_riverside, tmp_path / "data")
    return Line(tmp_path / "data")


def texts_in(run: Line, phone_company: FakeTwilio, address: str, text: str) -> int:
    """Somebody texts the programme's number: the webhook goes the way of every webhook. The HTTP status."""
    sender = int(run.good("sender", "list")[0]["id"])
    phone_company.numbers[twilio.NUMBER] = f"{PUBLIC}/webhooks/twilio/{sender}/sms"
    with run.engine() as engine:
        status = engine.conversations.receive(sender, web(phone_company.inbound_request(address, text)))
        engine.settle_down()
    return status
