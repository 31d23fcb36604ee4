"""
Settings: one frozen object, read once from the environment. Every fault is named at once; a secret is never printed.

`CHECKLINE_X` sets X; `CHECKLINE_X_FILE` names a file whose first line is X, which keeps a secret out of the process
list. What belongs to one programme (quiet hours, ladder, senders) is in the database, not here.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from bot.errors import BadSettings

PREFIX: Final = "CHECKLINE_"
HIDDEN: Final = "set; not shown"
LEVELS: Final = ("debug", "info", "warning", "error")
SECURITIES: Final = {"starttls": "smtp", "tls": "smtps", "none": "smtp+plain"}
"""How the way to the mail server is kept from being read → the scheme of its address."""


def _text(raw: str) -> str:
    return raw


def _port(raw: str) -> int:
    if not raw.isascii() or not raw.isdigit() or not 0 <= int(raw[:6]) <= 65_535:
        raise ValueError("write a whole number from 0 to 65535; 0 takes any free port")
    return int(raw)


def _folder(raw: str) -> Path:
    return Path(raw).expanduser()


def _database(raw: str) -> str:
    if urlsplit(raw).scheme.partition("+")[0] not in ("sqlite", "postgresql", "postgres"):
        raise ValueError("write sqlite:///path or postgresql://user:password@host/name")
    return raw


def _public_url(raw: str) -> str:
    parts = urlsplit(raw)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("write the address that providers reach us at, as https://checkline.example.org")
    return raw.rstrip("/")


def _ping_url(raw: str) -> str:
    parts = urlsplit(raw)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.fragment:
        raise ValueError("write the address that the watcher expects a GET at each minute, as https://watcher.example.org/ping/token")
    return raw


def _level(raw: str) -> str:
    if raw.lower() not in LEVELS:
        raise ValueError(f"write one of {', '.join(LEVELS)}")
    return raw.lower()


def _host(raw: str) -> str:
    if not raw.isascii() or not raw.isprintable() or any(one in raw for one in " /@:?#"):
        raise ValueError("write the mail server's name, as smtp.example.org")
    return raw


def _security(raw: str) -> str:
    if raw.lower() not in SECURITIES:
        raise ValueError(f"write one of {', '.join(SECURITIES)}")
    return raw.lower()


_READERS: Final[Mapping[str, Callable[[str], Any]]] = {
    "data": _folder,
    "database": _database,
    "host": _text,
    "port": _port,
    "public_url": _public_url,
    "log_level": _level,
    "ping_url": _ping_url,
    "crash_at": _text,
    "smtp_host": _host,
    "smtp_port": _port,
    "smtp_security": _security,
    "smtp_user": _text,
    "smtp_password": _text,
}
_SECRETS: Final = {"database", "ping_url", "smtp_user", "smtp_password"}


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings, with their defaults. `docs/reference/settings.md` says what they mean; a test compares the names."""

    data: Path = Path("checkline-data")
    database: str = field(default="", repr=False)
    host: str = "127.0.0.1"
    port: int = 8000
    public_url: str = ""
    log_level: str = "info"
    ping_url: str = field(default="", repr=False)
    smtp_host: str = ""
    smtp_port: int = 0
    smtp_security: str = "starttls"
    smtp_user: str = field(default="", repr=False)
    smtp_password: str = field(default="", repr=False)
    crash_at: str = ""

    @property
    def smtp_url(self) -> str:
        """The mail server's address as mail senders take it; empty where none is set."""
        port = f":{self.smtp_port}" if self.smtp_port else ""
        return f"{SECURITIES[self.smtp_security]}://{self.smtp_host}{port}" if self.smtp_host else ""

    @property
    def database_url(self) -> str:
        """The database's URL, the default in the data folder filled in."""
        return self.database or f"sqlite:///{self.data / 'checkline.db'}"

    def shown(self) -> dict[str, str]:
        """Every setting as text that may be printed."""
        values = {one.name: str(getattr(self, one.name)) for one in fields(self)}
        return {name: HIDDEN if value and name in _SECRETS else value for name, value in values.items()}


def load(environ: Mapping[str, str] | None = None, **given: str | None) -> Settings:
    """
    Read the settings.

    Args:
        environ: os.environ by default.
        given: what the command line says; wins over the environment. None: not given.

    Raises:
        BadSettings: names every fault, and repeats no value.
    """
    environ = os.environ if environ is None else environ
    known = {PREFIX + name.upper(): name for name in _READERS}
    allowed = known.keys() | {name + "_FILE" for name in known}
    faults = [f"{name}: no such setting; see docs/reference/settings.md" for name in sorted(environ) if _ours(name) and name not in allowed]
    values: dict[str, Any] = {}
    for name, setting in known.items():
        try:
            raw = given.get(setting)
            raw = _raw(name, environ) if raw is None else raw
            if raw:
                values[setting] = _READERS[setting](raw)
        except ValueError as error:
            faults.append(f"{name}: {error}")
    if faults:
        raise BadSettings("settings:\n" + "\n".join(f"  {fault}" for fault in faults))
    return Settings(**values)


def _ours(name: str) -> bool:
    return name.startswith(PREFIX) and not name.startswith(PREFIX + "TEST_")


def _raw(name: str, environ: Mapping[str, str]) -> str:
    path = environ.get(name + "_FILE")
    if path is None:
        return environ.get(name, "")
    if name in environ:
        raise ValueError(f"given twice, as {name} and {name}_FILE; keep one")
    try:
        lines = Path(path).read_text("utf-8").splitlines()
    except (OSError, ValueError) as error:
        raise ValueError(f"the file that {name}_FILE names cannot be read ({type(error).__name__})") from None
    return lines[0].strip() if lines else ""
