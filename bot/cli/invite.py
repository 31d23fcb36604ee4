"""`checkline invite`: a one-use link to Telegram, with the code that is sent back, in print."""

from __future__ import annotations

import html
import io
import os
from importlib import resources
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any

import click

from bot.cli.data import data_options
from bot.cli.showing import json_option, programme_option, tell
from bot.errors import NotFound, WrongUse
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.house import House
    from bot.setting_up.invites import Invitation


@click.command()
@click.argument("who", metavar="CLIENT|MANAGER")
@click.option("--sheet", default="", metavar="FILE", help="Write a sheet to print (HTML): link, QR code, code.")
@click.option("--qr", is_flag=True, help="Show the QR code in the terminal.")
@click.option("--no-sms", is_flag=True, help="Do not send the link to the person's phone.")
@programme_option
@data_options
@json_option
def invite(config: Settings, who: str, sheet: str, qr: bool, no_sms: bool, programme: str, as_json: bool) -> None:
    """
    Invite a client or a member of staff to Telegram: a link that works once, for 7 days, and a code for the bot.

    Hand both over in person, or tell the code: the link alone goes by SMS, the code never does.

    Example: checkline invite C-001 --sheet invitation.html
    """
    from bot.cli.house import house_of
    from bot.setting_up import invites

    with house_of(config) as house:
        kind, owner_id = _owner(house, who, programme)
        invitation = invites.invite(house, kind, owner_id, text=not no_sms)
        if sheet:
            _write(Path(sheet), _page(house, invitation))
    value = {"link": invitation.link, "code": invitation.code, "expires_at": invitation.expires_at, "texted": invitation.texted}
    lines = [f"link: {invitation.link}", f"code: {invitation.code}", f"works once, until {invitation.expires_at:%Y-%m-%d %H:%M} UTC"]
    lines += ["The link waits to be sent to the person's phone."] if invitation.texted else []
    lines += [f"The sheet is {sheet}; it opens the person's messages, so keep it like a key."] if sheet else []
    tell(as_json, value, [*lines, *([_terminal(invitation.link)] if qr else [])])


def _owner(house: House, who: str, programme: str) -> tuple[str, int]:
    from bot.cli import finding

    try:
        return "client", int(finding.client(house, who, programme)["id"])
    except NotFound:
        pass
    try:
        return "user", int(finding.staff(house, who, programme)["id"])
    except NotFound:
        raise NotFound("invite: there is no client of that code or id, and no member of staff of that sign-in name or id") from None


def _terminal(link: str) -> str:
    import segno

    out = io.StringIO()
    segno.make(link, error="m").terminal(out, compact=True)
    return out.getvalue()


def _page(house: House, invitation: Invitation) -> str:
    """The printed sheet, in the person's language; nothing on it says who they are."""
    import segno

    from bot import texts

    words, language = house.words, invitation.language
    values = {"programme": invitation.programme, "link": invitation.link}
    said: dict[str, Any] = {
        "language": html.escape(language.replace("_", "-")),
        "direction": words.direction(language),
        "programme": html.escape(invitation.programme),
        "invitation": html.escape(words.say(texts.TELEGRAM_INVITATION, language, values)).replace("\n", "<br>"),
        "check": html.escape(words.say(texts.CHECK_CODE, language, values)),
        "code": invitation.code,
        "qr": segno.make(invitation.link, error="m").svg_inline(scale=5, border=2),
    }
    return Template(resources.files("bot").joinpath("invitation.html").read_text("utf-8")).substitute(said)


def _write(path: Path, page: str) -> None:
    """A new file for its owner alone; none is written over."""
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
            out.write(page)
    except OSError as error:
        raise WrongUse(f"--sheet: the file cannot be made ({error.strerror}); nothing is lost, invite again for a new link") from None
