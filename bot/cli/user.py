"""`checkline user`: who may sign in to the console. The first administrator is made here."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bot.cli.data import data_options
from bot.errors import NotFound, WrongUse
from bot.settings import Settings
from bot.values import ROLES, Person

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from bot.values import Ids
    from storage.folder import Store

_password = click.option("--password-file", metavar="FILE", required=True, help="Its first line is the password; `prompt` asks for it.")
_sign_in = click.option("--sign-in", "sign_in", metavar="NAME", required=True, help="The name typed at sign-in.")
_json = click.option("--json", "as_json", is_flag=True, help="As JSON.")


@click.group()
def user() -> None:
    """Who may sign in to the console: add, reset, sign-in-link."""


@user.command()
@data_options
@_sign_in
@_password
@click.option("--role", type=click.Choice(list(ROLES)), required=True)
@click.option("--name", default="", help="As colleagues call the person; the sign-in name if it is left out.")
@click.option("--programme", default="", help="Needed for all but an administrator, who without one sets up all programmes.")
@click.option("--supervisor", default="", metavar="NAME", help="The sign-in name of a case manager's supervisor.")
@click.option("--timezone", "zone", default="UTC", show_default=True)
@_json
def add(config: Settings, as_json: bool, **given: str) -> None:
    """
    Make a user who can sign in.

    Example: checkline user add --role administrator --sign-in rita --password-file prompt
    """
    password = _read_password(given["password_file"])
    _zone(given["zone"])
    with _store(config) as (store, ids, now):
        user_id = _add(store, ids, now, given, password)
    click.echo(
        json.dumps({"id": str(user_id), "role": given["role"]})
        if as_json
        else f"{given['sign_in'].strip().lower()} can sign in as {given['role']}."
    )


def _add(store: Store, ids: Ids, now: datetime, given: dict[str, str], password: str) -> int:
    from storage import users

    programme_id = store.database.read(lambda connection: _programme(connection, given["programme"])) if given["programme"] else 0
    if not programme_id and given["role"] != "administrator":
        raise WrongUse(f"user add: a {given['role']} belongs to a programme; say which with --programme")
    supervisor = store.database.read(lambda connection: users.user_named(connection, given["supervisor"])) if given["supervisor"] else None
    if given["supervisor"] and (supervisor is None or supervisor.programme_id != programme_id):
        raise NotFound("user add: there is no such supervisor in this programme")
    made = users.NewUser(
        id=ids.new(),
        programme_id=programme_id,
        role=given["role"],
        name=given["name"] or given["sign_in"],
        sign_in=given["sign_in"],
        password_hash=users.hash_password(password, ids),
        zone=given["zone"],
        supervisor_id=supervisor.id if supervisor else None,
    )

    def unit(connection: Connection) -> bool:
        return users.add_user(connection, store.vault, made, now) and _trail(
            connection, ids, Person(made.id, made.role, programme_id), "user.add", now
        )

    if not store.database.write(programme_id, unit):
        raise WrongUse("user add: that sign-in name is taken; choose another, or give its owner a new password with `user reset`")
    return made.id


@user.command()
@data_options
@_sign_in
@_password
@_json
def reset(config: Settings, sign_in: str, password_file: str, as_json: bool) -> None:
    """
    Give a user a new password; unlocks the account and signs it out everywhere.

    Example: checkline user reset --sign-in rita --password-file prompt
    """
    from storage import users

    password = _read_password(password_file)
    with _store(config) as (store, ids, now):
        hashed = users.hash_password(password, ids)
        who = _act(store, sign_in, lambda connection, who: users.set_password(connection, who.id, hashed), ids, "user.reset", now)
    click.echo(json.dumps({"id": str(who.id)}) if as_json else "The new password holds; the old sessions are over.")


@user.command("sign-in-link")
@data_options
@_sign_in
@click.option("--address", default="", help="Where the console is reached; CHECKLINE_PUBLIC_URL if it is left out.")
@_json
def sign_in_link(config: Settings, sign_in: str, address: str, as_json: bool) -> None:
    """
    Print a link that signs a user in once, within 12 hours.

    Whoever has the link is signed in: hand it over in person.

    Example: checkline user sign-in-link --sign-in rita
    """
    from storage import users

    base = (address or config.public_url or f"http://{config.host}:{config.port}").rstrip("/")
    with _store(config) as (store, ids, now):
        token = ids.token(24)
        _act(store, sign_in, lambda connection, who: users.make_link(connection, ids, who.id, token, now), ids, "user.link", now)
    link = f"{base}/sign-in/{token}"
    click.echo(json.dumps({"link": link}) if as_json else link)


def _act(store: Store, sign_in: str, work: Callable[[Connection, Person], Any], ids: Ids, action: str, now: datetime) -> Person:
    """Do `work` to the user of that name, with its audit row."""
    from storage import users

    def unit(connection: Connection) -> Person | None:
        who = users.user_named(connection, sign_in)
        if who is not None:
            work(connection, who)
            _trail(connection, ids, who, action, now)
        return who

    who = store.database.write(0, unit)
    if who is None:
        raise NotFound("user: there is no active user of that sign-in name")
    return who


def _trail(connection: Connection, ids: Ids, who: Person, action: str, now: datetime) -> bool:
    from bot.values import SYSTEM
    from storage import audit

    audit.append(
        connection, ids, programme_id=who.programme_id, chain_id=who.programme_id, actor=SYSTEM, action=action, target=f"user {who.id}",
        detail={"role": who.role}, now=now,
    )  # fmt: skip
    return True


def _programme(connection: Connection, name: str) -> int:
    import sqlalchemy as sa

    from storage import schema as t

    found: int | None = connection.execute(sa.select(t.programmes.c.id).where(t.programmes.c.name == name)).scalar()
    if found is None:
        raise NotFound("user add: there is no programme of that name; make it with `checkline programme add`")
    return found


def _zone(name: str) -> None:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise WrongUse(f"--timezone: {name!r} is no time zone; write one as Europe/Paris") from None


def _read_password(source: str) -> str:
    """The first line of the file, or what is typed twice at a prompt."""
    if source == "prompt":
        typed: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
        return typed
    try:
        lines = Path(source).read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise WrongUse(f"--password-file: the file cannot be read ({type(error).__name__})") from None
    return lines[0] if lines else ""


@contextmanager
def _store(config: Settings) -> Iterator[tuple[Store, Ids, datetime]]:
    from bot.ports import SystemClock, SystemIds
    from storage.folder import open_store

    ids, machine = SystemIds(), SystemClock()
    store = open_store(config.data, config.database, ids=ids, machine=machine)
    try:
        yield store, ids, machine.now()
    finally:
        store.close()
