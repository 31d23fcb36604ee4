"""The command and its verbs. A verb's module is imported only when the verb is used: `checkline understand` must start at once."""

from __future__ import annotations

import importlib
import sys
from typing import Any

import click

from bot.errors import CheckinError, WrongUse

VERBS = {
    "understand": "bot.cli.understand:understand",
    "intent": "bot.cli.intent:intent",
    "opt-out": "bot.cli.opt_out:opt_out",
    "screen": "bot.cli.screen:screen",
    "segments": "bot.cli.segments:segments",
    "flow": "bot.cli.flow:flow",
    "messages": "bot.cli.messages:messages",
    "db": "bot.cli.db:db",
    "user": "bot.cli.user:user",
    "run": "bot.cli.serve:run",
    "serve": "bot.cli.serve:serve",
    "work": "bot.cli.serve:work",
    "bench": "bot.cli.bench:bench",
    "programme": "bot.cli.programme:programme",
    "crisis-line": "bot.cli.crisis_line:crisis_line",
    "sender": "bot.cli.sender:sender",
    "manager": "bot.cli.staff:manager",
    "client": "bot.cli.client:client",
    "plan": "bot.cli.plan:plan",
    "goal": "bot.cli.plan:goal",
    "appointment": "bot.cli.plan:appointment",
    "enrol": "bot.cli.enrol:enrol",
    "consent": "bot.cli.consent:consent",
    "invite": "bot.cli.invite:invite",
    "flag": "bot.cli.flag:flag",
    "ladder": "bot.cli.ladder:ladder",
    "rule": "bot.cli.rule:rule",
    "why": "bot.cli.why:why",
    "demo": "bot.cli.demo.verb:demo",
    "version": "bot.cli.version:version",
}
"""Verb → where it lives. A verb that is not built is not here, so that `--help` promises nothing."""


class Verbs(click.Group):
    """A group that imports a verb's module when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        where = VERBS.get(cmd_name)
        if where is None:
            return None
        module, _, attribute = where.partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def cli() -> None:
    """Checkline: check-ins over SMS and Telegram, with every concerning answer brought to a case manager."""


def main(arguments: list[str] | None = None) -> None:
    """
    Run the command and exit: 0 done, 1 found faults, 2 wrong use.

    Our own errors are printed as one line each on stderr; anything else is a bug and keeps its traceback.
    """
    try:
        result: Any = cli.main(args=arguments, prog_name="checkline", standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except WrongUse as error:
        click.echo(f"checkline: {error}", err=True)
        sys.exit(2)
    except CheckinError as error:
        click.echo(f"checkline: {error}", err=True)
        sys.exit(1)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    sys.exit(result if isinstance(result, int) else 0)
