"""`checkline flag`: concerns as obligations. Lists show codes, never names nor what was written: that is in the console."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from bot.cli.data import data_options
from bot.cli.showing import json_option, local, programme_option, table, tell
from bot.errors import NotAllowed, NotFound, WrongUse
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.desk import Desk
    from bot.house import House
    from bot.values import Person

_flag = click.argument("flag", metavar="FLAG")
_as = click.option("--as", "sign_in", required=True, metavar="SIGN-IN", help="In whose name; they must see the flag's client.")


@click.group()
def flag() -> None:
    """Flags: list, show, acknowledge, contact, note, snooze, resolve, reassign, release."""


@flag.command(name="list")
@click.option("--all", "closed_too", is_flag=True, help="Closed ones too.")
@programme_option
@data_options
@json_option
def list_flags(config: Settings, closed_too: bool, programme: str, as_json: bool) -> None:
    """
    Show the open flags, the worst first.

    Example: checkline flag list
    """
    from bot.cli import finding
    from bot.cli.house import house_of
    from storage import people
    from storage import schema as t

    with house_of(config) as house:
        where = finding.programme(house, programme)
        rows = house.db.read(lambda connection: people.of_programme(connection, t.flags, where["id"]))
        wanted = sorted((row for row in rows if closed_too or row["closed_at"] is None), key=lambda row: (-row["severity"], row["id"]))
        shown = [_shown(house, row) for row in wanted]
    columns = ("code", "id", "severity", "category", "client", "state", "owner", "deadline_at")
    cells = [[local(row[name], where["zone"]) if name == "deadline_at" else row[name] for name in columns] for row in shown]
    tell(
        as_json,
        shown,
        table([["code", "id", "severity", "about", "client", "state", "owner", "acknowledge by"], *cells], "No flag is open."),
    )


@flag.command()
@_flag
@data_options
@json_option
def show(config: Settings, flag: str, as_json: bool) -> None:
    """
    Show one flag: which rules found it and why, who was told, what was done.

    Example: checkline flag show 383534600806182913
    """
    from bot.cli import finding
    from bot.cli.house import house_of
    from bot.values import Severity
    from storage import people
    from storage import schema as t

    with house_of(config) as house:
        row = _found(house, flag)
        said = _shown(house, row)
        where = house.db.read(lambda connection: people.by_id(connection, t.programmes, row["programme_id"]))
        assert where is not None
        parts = {
            name: [one for one in finding.rows_of(house, of, programme_id=row["programme_id"]) if one["flag_id"] == row["id"]]
            for name, of in (("findings", t.findings), ("alerts", t.alerts), ("events", t.flag_events))
        }
    findings = [{name: one[name] for name in ("id", "rule", "severity", "category", "why", "at")} for one in parts["findings"]]
    for one in findings:
        one["severity"] = Severity(one["severity"]).name
    events = [{name: one[name] for name in ("id", "kind", "at", "by_id", "detail")} for one in parts["events"]]
    zone = where["zone"]
    lines = [f"{name}: {value}" for name, value in said.items() if value not in (None, "") and not name.endswith("_at")]
    lines += [f"{local(one['at'], zone)}  {one['severity']}: {one['why']} ({one['rule']})" for one in findings]
    lines += [f"{local(one['at'], zone)}  {one['kind']}" for one in events]
    tell(as_json, {**said, "findings": findings, "events": events, "alerts": parts["alerts"]}, lines)


@flag.command()
@_flag
@_as
@data_options
@json_option
def acknowledge(config: Settings, flag: str, sign_in: str, as_json: bool) -> int:
    """
    Take on a flag in somebody's name; exit 1 if it was taken or closed before.

    Example: checkline flag acknowledge 383534600806182913 --as ana
    """
    said = {
        "acknowledged": "It is acknowledged.",
        "already": "Somebody has acknowledged it already.",
        "closed": "It is closed already.",
    }
    outcome = _act(config, flag, sign_in, lambda desk, who, flag_id: desk.acknowledge(who, flag_id))
    tell(as_json, {"outcome": outcome}, [said.get(outcome, outcome)])
    return int(outcome != "acknowledged")


@flag.command()
@_flag
@click.option("--how", type=click.Choice(["phone", "visit", "text", "other"]), default="phone", show_default=True)
@click.option("--reached/--not-reached", default=True, show_default=True, help="Whether you spoke with the client.")
@click.option("--note", default="", help="What was said; it never leaves.")
@_as
@data_options
@json_option
def contact(config: Settings, flag: str, how: str, reached: bool, note: str, sign_in: str, as_json: bool) -> int:
    """
    Say that the client was contacted, or that it was tried; it acknowledges the flag too. Exit 1 if it is closed.

    Example: checkline flag contact 383534600806182913 --how phone --note "Her sister is with her." --as ana
    """
    done = _act(config, flag, sign_in, lambda desk, who, flag_id: desk.contact(who, flag_id, how, reached, note))
    said = "You are in contact." if reached else "The attempt is kept; try again soon."
    tell(as_json, {"contacted": done}, [said if done else "It is closed already."])
    return int(not done)


@flag.command()
@_flag
@click.option("--until", required=True, metavar="DATE", help="2026-07-01, or 2026-07-01T13:00, on your own clock.")
@click.option("--reason", required=True, help="Why it may rest; it never leaves.")
@_as
@data_options
@json_option
def snooze(config: Settings, flag: str, until: str, reason: str, sign_in: str, as_json: bool) -> int:
    """
    Let a flag rest until a moment within two weeks; then it wakes, with an alert. A critical flag never rests.

    Example: checkline flag snooze 383534600806182913 --until 2026-07-01 --reason "She is with her family." --as ana
    """
    from bot.cli import finding
    from bot.cli.house import house_of

    with house_of(config) as house:
        zone = finding.staff(house, sign_in)["zone"]
    moment = _moment("snooze", until, zone)
    done = _act(config, flag, sign_in, lambda desk, who, flag_id: desk.snooze(who, flag_id, moment, reason))
    tell(as_json, {"snoozed": done, "until": moment}, [f"It rests until {local(moment, zone)}." if done else "It is closed already."])
    return int(not done)


@flag.command()
@_flag
@click.argument("text")
@_as
@data_options
@json_option
def note(config: Settings, flag: str, text: str, sign_in: str, as_json: bool) -> None:
    """
    Add a private note to a flag. It never leaves.

    Example: checkline flag note 383534600806182913 "Phoned; her sister is with her." --as ana
    """
    _act(config, flag, sign_in, lambda desk, who, flag_id: desk.note(who, flag_id, text))
    tell(as_json, {"noted": True}, ["The note is kept."])


@flag.command()
@_flag
@click.option("--reason", required=True, help="handled, referred, emergency_services, no_concern, duplicate or test.")
@click.option("--useful/--not-useful", default=None, help="Whether it was right to raise it: it counts in the rule's precision.")
@click.option("--action", default="", help="phoned, visited, wrote, arranged_help, referred, called_emergency or none.")
@click.option("--note", default="", help="What there is to add; it never leaves.")
@_as
@data_options
@json_option
def resolve(config: Settings, flag: str, reason: str, useful: bool | None, action: str, note: str, sign_in: str, as_json: bool) -> int:
    """
    Close a flag with its reason; exit 1 if it was closed before.

    Example: checkline flag resolve 383534600806182913 --reason handled --action phoned --useful --as ana
    """
    done = _act(config, flag, sign_in, lambda desk, who, flag_id: desk.resolve(who, flag_id, reason, useful, note, action))
    tell(as_json, {"closed": done}, ["It is closed." if done else "It was closed already."])
    return int(not done)


@flag.command()
@_flag
@click.argument("to", metavar="SIGN-IN")
@_as
@data_options
@json_option
def reassign(config: Settings, flag: str, to: str, sign_in: str, as_json: bool) -> int:
    """
    Give a flag to somebody else of the programme; while that one is away it goes to the cover or supervisor. Exit 1 if it is closed.

    Example: checkline flag reassign 383534600806182913 ben --as sam
    """
    from bot.cli import finding
    from bot.cli.house import house_of

    with house_of(config) as house:
        to_id = int(finding.staff(house, to)["id"])
    owner_id = _act(config, flag, sign_in, lambda desk, who, flag_id: desk.reassign(who, flag_id, to_id))
    said = (
        "It is theirs now."
        if owner_id == to_id
        else "They are away: their cover or the supervisor has it."
        if owner_id
        else "It is closed."
    )
    tell(as_json, {"owner_id": owner_id}, [said])
    return int(not owner_id)


@flag.command()
@_flag
@_as
@data_options
@json_option
def release(config: Settings, flag: str, sign_in: str, as_json: bool) -> None:
    """
    Let routine messages go out again to whom a flag is about, though it stays open.

    Example: checkline flag release 383534600806182913 --as ana
    """
    many = _act(config, flag, sign_in, lambda desk, who, flag_id: desk.release_flag(who, flag_id))
    tell(as_json, {"clients": many}, ["Routine messages go out again." if many else "It holds nobody's messages."])


@flag.command(name="follow-up")
@_flag
@click.option("--text", default="", help="What to write instead of the draft.")
@click.option("--send", is_flag=True, help="Send it; without this the draft is only shown.")
@_as
@data_options
@json_option
def follow_up(config: Settings, flag: str, text: str, send: bool, sign_in: str, as_json: bool) -> int:
    """
    Show the next-day follow-up of a flag, or send it in somebody's name; exit 1 where none is open.

    Example: checkline flag follow-up 383534600806182913 --as ana --send
    """
    from bot.next_day import FollowUps

    draft = _act(config, flag, sign_in, lambda desk, who, flag_id: FollowUps(desk.house).draft(who, flag_id))
    if draft is None:
        tell(as_json, {"open": False}, ["No follow-up is open for this flag."])
        return 1
    words, message_id = text.strip() or draft.text, None
    if send:
        message_id = _act(config, flag, sign_in, lambda desk, who, flag_id: FollowUps(desk.house).send(who, flag_id, words))
    careful = ["There is no draft after violence: agree first how to talk."] if draft.careful else []
    lines = ["It is on its way; `checkline why` says when it goes out."] if send else [*careful, words]
    tell(as_json, {"open": True, "text": words, "spoken": draft.spoken, "careful": draft.careful, "message_id": message_id}, lines)
    return 0


def _act(config: Settings, flag: str, sign_in: str, act: Callable[[Desk, Person, int], Any]) -> Any:
    """Do an act of the desk in somebody's name. What they may not see is not there."""
    from bot.cli import finding
    from bot.cli.house import house_of
    from bot.desk import Desk
    from bot.values import Person
    from storage import staff

    with house_of(config) as house:
        row, user, now = _found(house, flag), finding.staff(house, sign_in), house.ports.clock.now()
        if user["status"] != "active":
            raise WrongUse("flag: this person does not work here any more; act in another's name")
        covers = house.db.read(lambda connection: staff.covered_by(connection, user["id"], now))
        try:
            return act(Desk(house), Person(user["id"], user["role"], user["programme_id"], covers), row["id"])
        except NotAllowed:
            raise WrongUse("flag: this person may not see it; name its owner, or a supervisor of the programme") from None


def _moment(what: str, typed: str, zone: str) -> datetime:
    from zoneinfo import ZoneInfo

    from bot.setting_up.given import Given

    given = Given(what)
    moment = given.moment("until", typed, ZoneInfo(zone))
    given.stop()
    assert moment is not None
    return moment


def _found(house: House, typed: str) -> dict[str, Any]:
    from bot.cli import finding
    from storage import people
    from storage import schema as t

    flag_id = finding.number("flag", typed)
    row = house.db.read(lambda connection: people.by_id(connection, t.flags, flag_id))
    if row is None:
        raise NotFound("flag: there is none of that id; `checkline flag list` shows them")
    return row


def _shown(house: House, row: dict[str, Any]) -> dict[str, Any]:
    """A flag without words: the client by the code, the owner by the sign-in name."""
    from bot.values import Severity
    from storage import people
    from storage import schema as t

    client = house.db.read(lambda connection: people.by_id(connection, t.clients, row["client_id"]))
    owner = house.db.read(lambda connection: people.by_id(connection, t.users, row["owner_id"]))
    kept = (
        "id",
        "code",
        "category",
        "state",
        "rung",
        "deadline_at",
        "opened_at",
        "acknowledged_at",
        "closed_at",
        "outcome",
        "action",
        "owner_id",
    )
    return {
        **{name: row[name] for name in kept},
        "severity": Severity(row["severity"]).name,
        "client": client["code"] if client else "a phone",
        "client_id": row["client_id"],
        "owner": (owner["sign_in"] or str(owner["id"])) if owner else "",
    }
