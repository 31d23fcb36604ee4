"""`checkline sender`: the numbers and bots that a programme writes from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from bot.cli.data import data_options
from bot.cli.showing import json_option, made, programme_option, table, tell
from bot.errors import WrongUse
from bot.settings import Settings

_sender = click.argument("sender", metavar="SENDER")


@click.group()
def sender() -> None:
    """Senders: add, list, test, pause, resume."""


@sender.command()
@click.argument("programme")
@click.argument("provider", type=click.Choice(["twilio", "telegram", "mail", "simulated"]))
@click.option("--address", required=True, help="The number in E.164 or a Messaging Service; the bot's name; where mail comes from.")
@click.option("--account", default="", help="Twilio's account SID; the login at a mail server of its own.")
@click.option(
    "--secret-file",
    default="",
    metavar="FILE",
    help="Its first line is the auth token, the bot's token or the password; `prompt` asks for it.",
)
@click.option("--base-url", default="", metavar="URL", help="Where the provider's API or the mail server is, if not at the usual address.")
@click.option("--stop", type=click.Choice(["provider", "ours"]), help="Who answers STOP.  [default: twilio provider, others ours]")
@click.option(
    "--rate", type=float, help="Segments (elsewhere: messages) a second that the provider takes.  [default: twilio 1, telegram 25, mail 5]"
)
@click.option(
    "--imitates", type=click.Choice(["sms", "telegram", "mail"]), default="sms", show_default=True, help="What a simulated one pretends."
)
@data_options
@json_option
def add(config: Settings, programme: str, provider: str, secret_file: str, stop: str | None, as_json: bool, **given: Any) -> None:
    """
    Give a programme a sender. A demo programme has simulated ones only, a real one never.

    Example: checkline sender add Riverside telegram --address riverside_bot --secret-file prompt
    """
    from bot.channels.channel import webhook_url
    from bot.cli import finding
    from bot.cli.house import house_of
    from bot.lines import config_of
    from bot.setting_up import senders
    from storage import people
    from storage import schema as t

    secret = _secret(secret_file)
    with house_of(config) as house:
        programme_id = finding.programme(house, programme)["id"]
        new = senders.add_sender(house, programme_id, provider, secret=secret, stop=stop or "", **given)
        row = house.db.read(lambda connection: people.by_id(connection, t.senders, new.id))
        assert row is not None
        webhook = webhook_url(config_of(row, "", house.public_url), "sms" if provider == "twilio" else "") if provider != "mail" else ""
    says = f" Have Twilio bring messages to {webhook}." if provider == "twilio" else ""
    made(as_json, new, f"Sender {new.id} is made ({new.label}).{says}", provider=provider, webhook=webhook)


@sender.command(name="list")
@programme_option
@data_options
@json_option
def list_senders(config: Settings, programme: str, as_json: bool) -> None:
    """
    Show a programme's senders; never their secrets.

    Example: checkline sender list
    """
    from bot.cli import finding
    from bot.cli.house import house_of
    from storage import people
    from storage import schema as t

    with house_of(config) as house:
        programme_id = finding.programme(house, programme)["id"]
        rows = house.db.read(lambda connection: people.of_programme(connection, t.senders, programme_id))
    head = [("id", "provider", "channel", "address", "stop", "rate", "state")]
    columns = ("id", "provider", "channel", "address", "stop", "rate_per_second")
    shown = [(*(row[name] for name in columns), (row["paused_reason"] or "paused") if row["paused_at"] else "ready") for row in rows]
    tell(as_json, rows, table([*head, *shown], "There is no sender yet: say `checkline sender add`."))


@sender.command()
@_sender
@data_options
@json_option
def test(config: Settings, sender: str, as_json: bool) -> None:
    """
    Ask the provider whether it knows us, without sending anything; Telegram is told where to bring what people write.

    Example: checkline sender test 383534600256729088
    """
    from bot.cli import finding
    from bot.cli.house import house_of
    from bot.setting_up.senders import check_sender

    with house_of(config) as house:
        checked, still = check_sender(house, finding.number("sender", sender))
    value = {"ok": True, "address": checked.address, "detail": checked.detail, "still": still}
    tell(as_json, value, filter(None, [f"In order: {checked.address}. {checked.detail}.", still]))


@sender.command()
@_sender
@data_options
@json_option
def pause(config: Settings, sender: str, as_json: bool) -> None:
    """
    Let nothing leave by this sender until it is resumed; all waits.

    Example: checkline sender pause 383534600256729088
    """
    _pause(config, sender, as_json, paused=True)


@sender.command()
@_sender
@data_options
@json_option
def resume(config: Settings, sender: str, as_json: bool) -> None:
    """
    Let a paused sender send again, one that the provider had refused too.

    Example: checkline sender resume 383534600256729088
    """
    _pause(config, sender, as_json, paused=False)


def _pause(config: Settings, sender: str, as_json: bool, *, paused: bool) -> None:
    from bot.cli import finding
    from bot.cli.house import house_of
    from bot.setting_up.senders import pause_sender

    sender_id = finding.number("sender", sender)
    with house_of(config) as house:
        changed = pause_sender(house, sender_id, paused=paused)
    said = "paused" if paused else "ready"
    lines = [f"The sender is {said}{'' if changed else ', as it was before'}."]
    tell(as_json, {"id": sender_id, "paused": paused, "changed": changed}, lines)


def _secret(source: str) -> str:
    """The first line of the file, or what is typed at a prompt; nothing where nothing is named."""
    if not source:
        return ""
    if source == "prompt":
        typed: str = click.prompt("Token", hide_input=True)
        return typed.strip()
    try:
        lines = Path(source).read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise WrongUse(f"--secret-file: the file cannot be read ({type(error).__name__})") from None
    return lines[0].strip() if lines else ""
