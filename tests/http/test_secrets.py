"""No name, number, text or secret in what the service writes about itself, after a day in which everything went wrong once."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote, urlencode, urlsplit

import pytest

from storage import schema as t
from tests.console.browser import Forms
from tests.fakes.server import post
from tests.http.programme import ANA, ANA_NAME, CLIENT, CLIENT_NAME, GOAL, SAM, SAM_NAME, World
from tests.http.service import Answered, until

pytestmark = pytest.mark.slow

WORDS = "marmalade"
STRANGER, CHAT = "+34600000667", 41_984_321


def _canaries(world: World) -> list[str]:
    """Everything that must not be found, in the forms in which it might be."""
    people = [name for full in (CLIENT_NAME, ANA_NAME, SAM_NAME) for name in full.split() if name not in ("Sam", "Ana")]
    numbers = [number.removeprefix("+34") for number in (CLIENT, ANA, SAM, STRANGER)] + ["5005550006", str(CHAT)]
    secrets = [world.twilio.token, world.telegram.token.partition(":")[2], world.facts["webhook_secret"]]
    return [*people, *numbers, *secrets, WORDS, "Quarrybrook", GOAL, "1957-11-23", "23 11 1957", "19571123", "kill myself"]


class Person:
    """Somebody with a browser."""

    def __init__(self, world: World, name: str) -> None:
        self.world = world
        self.went: list[str] = []
        self.cookie = ""
        self.link = world.site.command("user", "sign-in-link", "--sign-in", name)["link"]
        self.ask("POST", urlsplit(self.link).path)

    def ask(self, method: str, path: str, fields: dict[str, str] | None = None) -> Answered:
        headers = {"Cookie": self.cookie, "Origin": self.world.site.url, "Content-Type": "application/x-www-form-urlencoded"}
        answered = self.world.site.ask(method, path, urlencode(fields or {}).encode(), headers)
        self.cookie = answered.headers.get("set-cookie", self.cookie).partition(";")[0]
        self.went.append(answered.headers.get("location", ""))
        return answered

    def press(self, page: str, action: str, **fields: str) -> Answered:
        """Fill in a form of a page and send it."""
        form = next(one for one in Forms(self.ask("GET", page).text).forms if one["action"].endswith(action))
        return self.ask("POST", form["action"], {**form["fields"], **fields})


def _all_goes_wrong(world: World) -> None:
    """Refused requests, providers that fail, odd bodies, races, an address that does not exist."""
    url, headers, body = world.twilio.inbound_request(CLIENT, WORDS)
    assert post(url, {**headers, "X-Twilio-Signature": WORDS}, body) == 403
    assert post(url, headers, body.replace(b"Body", b"body")) == 403
    assert post(*world.twilio.signed(url, {"From": CLIENT, "Body": WORDS})) == 400
    assert world.site.ask("POST", urlsplit(url).path, WORDS.encode() * 40_000, headers).status == 413
    assert post(*world.telegram.signed(json.dumps({"update_id": 1, "message": {"text": WORDS, "from": CLIENT_NAME}}).encode())) in (
        204,
        400,
    )
    assert world.site.ask("GET", f"/clients/{quote(CLIENT_NAME)}?phone={quote(CLIENT)}").status in (303, 404)
    assert world.site.ask("POST", "/sign-in", urlencode({"name": CLIENT_NAME, "password": WORDS}).encode()).status in (400, 401, 403, 422)
    for fault in ("500", "500-taken", "drop-taken", "garbage-taken", "429"):
        world.twilio.fault(fault, **({"retry_after": 1} if fault == "429" else {}))
        world.twilio.client_texts(STRANGER, f"{WORDS} {fault}: I want to kill myself")
    world.twilio.refuse(STRANGER, 21211)
    world.twilio.client_texts(STRANGER, f"{WORDS} \ud800 \u0000 {'x' * 5000}".encode("utf-8", "replace").decode())
    world.telegram.client_opens(CHAT, "no-such-token")
    world.telegram.client_writes(CHAT, f"{WORDS}: I want to kill myself")
    world.telegram.client_sends(CHAT, "voice", WORDS)
    world.telegram.client_blocks(CHAT)


def test_neither_logs_nor_figures_nor_addresses_name_anybody(running: World) -> None:
    world = running
    world.enrolled().due()
    world.comes(CLIENT, "how are you doing")
    _all_goes_wrong(world)
    world.twilio.client_texts(CLIENT, "3")
    world.comes(CLIENT, "What would help most")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda at: world.twilio.client_texts(CLIENT, f"{WORDS} {at}, I want to kill myself"), range(8)))
    world.comes(ANA, "CRITICAL")
    ana = Person(world, "ana")
    flag = until(lambda: world.rows(t.flags, t.flags.c.client_id == int(world.facts["client"])), "the flag is there")[0]
    client = f"/clients/{world.facts['client']}"
    assert CLIENT_NAME in ana.ask("GET", client).text
    for page, action, fields in (
        (f"/flags/{flag['id']}", "/acknowledge", {}),
        (f"/flags/{flag['id']}", "/note", {"text": WORDS}),
        (client, "/write", {"text": f"{WORDS} {CLIENT_NAME}"}),
        ("/", "/sign-out", {}),
    ):
        assert ana.press(page, action, **fields).status == 303
    figures = [world.site.ask("GET", path) for path in ("/metrics", "/readyz", "/livez")]
    assert [one.status for one in figures] == [200, 200, 200]
    world.site.running[0].stop()
    written = {"log": world.site.log.read_text("utf-8"), "redirects": "\n".join(ana.went)}
    written |= {"figures": "\n".join(one.text + json.dumps(one.headers) for one in figures)}
    assert "message taken" in written["log"]
    assert "checkline_webhooks" in written["figures"]
    assert "/flags/" in written["redirects"]
    hidden = [*_canaries(world), urlsplit(ana.link).path.rpartition("/")[2], ana.cookie.partition("=")[2] or "no cookie"]
    found = [(where, canary) for where, text in written.items() for canary in hidden if canary.lower() in text.lower()]
    assert found == []
    assert re.findall(r"Traceback|Task exception|never retrieved", written["log"]) == []
