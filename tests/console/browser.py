"""A browser without a screen: keeps cookies, follows nothing by itself, reads forms. Speaks to the application in this process."""

from __future__ import annotations

import asyncio
from html.parser import HTMLParser
from typing import Any

import httpx
from starlette.applications import Starlette

from tests.console.seed import PASSWORD


class Forms(HTMLParser):
    """The forms of a page: action, method, the names and values of their fields; and all addresses that it names."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[dict[str, Any]] = []
        self.links: list[str] = []
        self.scripts: list[dict[str, str | None]] = []
        self.styled: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag == "form":
            self.forms.append({"action": named.get("action"), "method": named.get("method", "get"), "fields": {}})
        elif tag in ("input", "textarea", "select") and self.forms and named.get("name"):
            self.forms[-1]["fields"][named["name"]] = named.get("value") or ""
        self.links += [value for name, value in attrs if name in ("href", "src", "hx-get", "action", "hx-sse:connect") and value]
        if tag == "script":
            self.scripts.append(named)
        if "style" in named or tag == "style" or any(name.startswith("on") for name in named):
            self.styled.append(tag)


class Browser:
    """One person's browser."""

    def __init__(self, app: Starlette, base: str = "http://127.0.0.1:8000", *, bugs_raise: bool = True) -> None:
        self._client = httpx.AsyncClient(transport=httpx.ASGITransport(app, raise_app_exceptions=bugs_raise), base_url=base)

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        """One request; redirects are not followed."""
        return asyncio.run(self._client.request(method, path, **more))

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.ask("GET", path, **more)

    def post(self, path: str, fields: dict[str, str] | None = None, *, csrf: str | None = None, **more: Any) -> httpx.Response:
        """Send a form, with the CSRF token of the browser's session unless another is given."""
        token = self.csrf() if csrf is None else csrf
        return self.ask("POST", path, data={**({"csrf": token} if token else {}), **(fields or {})}, **more)

    def csrf(self) -> str:
        """The token that the session's pages carry; empty when signed out."""
        response = self.get("/")
        response = self.get("/setup") if response.status_code == 303 and response.headers["location"] == "/setup" else response
        found = [form["fields"].get("csrf") for form in Forms(response.text).forms]
        return next((token for token in found if token), "")

    def sign_in(self, name: str, password: str = PASSWORD) -> httpx.Response:
        return self.ask("POST", "/sign-in", data={"name": name, "password": password})

    @property
    def cookies(self) -> httpx.Cookies:
        return self._client.cookies
