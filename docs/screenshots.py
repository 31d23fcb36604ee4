"""
Make the pictures of README and docs: `make screenshots`. Starts the demo in a folder of its own and looks at it in Chromium.
"""

from __future__ import annotations

import base64
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

IMAGES = Path(__file__).parent / "images"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
CHROMIUM = next(path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name)))


def started(folder: str) -> tuple[subprocess.Popen[str], str, list[str]]:
    """The demo, where it is, and the links that sign in."""
    command = [str(Path(sys.executable).parent / "checkline"), "run", "--demo", "--data", folder]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=None, text=True, env={**os.environ, "CHECKLINE_PORT": "0"})
    assert process.stdout is not None
    links: list[str] = []
    for line in process.stdout:
        links += re.findall(r"http://\S+/sign-in/\S+", line)
        found = re.search(r"(http://\S+)/phone", line)
        if found:
            return process, found.group(1), links
    raise SystemExit("the demo did not start")


def shoot(browser: Browser, address: str, link: str) -> None:
    """Every picture, as the supervisor sees the demo just after it was made."""
    page = browser.new_context(viewport={"width": 1280, "height": 860}).new_page()
    page.goto(link)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Today").wait_for()
    take(page, "today")
    page.locator("a[href^='/flags/']").first.click()
    page.wait_for_selector("#next-title")
    take(page, "flag")
    flag = page.screenshot()
    page.goto(f"{address}/caseload")
    take(page, "caseload")
    page.get_by_role("link", name="Boyd Larkspur").first.click()
    page.wait_for_selector(".points")
    take(page, "client")
    page.goto(f"{address}/phone")
    page.wait_for_selector(".phone")
    take(page, "phone")
    both(page, page.locator("section.phone[data-label='Inés Calvera']").screenshot(), flag)
    take(page, "story")


def both(page: Page, phone: bytes, flag: bytes) -> None:
    """The client's phone beside the case manager's page."""
    images = [f"<img src='data:image/png;base64,{base64.b64encode(one).decode()}' height='620'>" for one in (phone, flag)]
    style = "margin:0;padding:30px;display:flex;gap:30px;background:#e9eeec;overflow:hidden"
    page.goto("about:blank")
    page.set_viewport_size({"width": 1280, "height": 680})
    page.set_content(f"<body style='{style}'>{''.join(images)}</body>")


def take(page: Page, name: str) -> None:
    page.wait_for_timeout(400)
    page.screenshot(path=str(IMAGES / f"{name}.png"))
    print(f"docs/images/{name}.png")


def main() -> None:
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        process, address, links = started(f"{folder}/data")
        try:
            shoot(playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS), address, links[-1])
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=30)


if __name__ == "__main__":
    main()
