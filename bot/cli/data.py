"""What verbs that use the data folder share: `--data`, `--database`, and the settings they make."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from bot import settings


def data_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--data` and `--database`; the command gets `config`, the settings with both worked in."""

    @click.option("--data", metavar="DIR", help="The data folder.  [env CHECKLINE_DATA; default ./checkline-data]")
    @click.option("--database", metavar="URL", help="The database.  [env CHECKLINE_DATABASE; default SQLite in the data folder]")
    @wraps(command)
    def with_settings(*args: Any, data: str | None, database: str | None, **kwargs: Any) -> Any:
        from bot import logs

        logs.set_up("warning")
        return command(*args, config=settings.load(data=data, database=database), **kwargs)

    return with_settings
