"""
Where the link of a test mail leads: a page with a button. The GET shows it and changes nothing, whoever opens it; the POST
shows that alerts arrive in that mailbox. Needs no sign-in, and says of nobody whose mailbox it is.
"""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from bot.setting_up import mailboxes
from console.ask import Console


async def page(request: Request) -> Response:
    """GET /mailbox/{token}: a button, whatever the token."""
    return _render(request, "asked")


async def confirm(request: Request) -> Response:
    """POST /mailbox/{token}."""
    console: Console = request.app.state.console
    token = str(request.path_params["token"])
    done = await run_in_threadpool(mailboxes.confirm, console.house, token)
    return _render(request, "done" if done else "spent", 200 if done else 410)


def _render(request: Request, said: str, status: int = 200) -> Response:
    console: Console = request.app.state.console
    return console.templates.TemplateResponse(request, "mailbox.html", {"session": None, "said": said}, status)
