"""One flag: what the client said, why it was flagged, what happens next and when; and what a person does about it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from starlette.exceptions import HTTPException
from starlette.responses import Response

from bot import roster
from bot.ahead import Step, ahead, forecast
from bot.desk import ACTIONS, WAYS
from bot.errors import WrongUse
from bot.handing_over import TAKES
from bot.next_day import FollowUps
from bot.programme import read_programme
from bot.setting_up.given import Given
from bot.values import Severity
from console.ask import Ask
from console.show import wording
from storage import caseload, dossier
from storage import schema as t
from storage.staff import members


def show(ask: Ask) -> Response:
    """GET /flags/{flag}."""
    flag_id = ask.number("flag")
    shown = content(ask, flag_id)
    client_id = shown["flag"]["client_id"]
    ask.viewed("flag.viewed", f"flag {flag_id}", chain_id=client_id or ask.who.programme_id)
    return ask.page("flag.html", said=ask.request.query_params.get("said", ""), **shown)


def fragment(ask: Ask) -> Response:
    """GET /live/flags/{flag}: all but the forms, so that nothing half typed is lost."""
    return ask.page("_flag.html", **content(ask, ask.number("flag")))


def content(ask: Ask, flag_id: int) -> dict[str, Any]:
    """The flag and all around it; 404 when it is not visible."""
    vault, who = ask.console.house.vault, ask.who

    def work(connection: sa.Connection) -> dict[str, Any] | None:
        flag = dossier.flag(connection, vault, who, flag_id)
        if flag is None:
            return None
        staff = caseload.staff_names(connection, vault, who.programme_id)
        row = connection.execute(sa.select(t.programmes).where(t.programmes.c.id == flag["programme_id"])).mappings().one()
        team = roster.members(members(connection, flag["programme_id"]))
        takers = [(one.id, staff[one.id], one.away(ask.now)) for one in team if one.role in TAKES and one.id != flag["owner_id"]]
        following = what_next(flag, team, read_programme(dict(row)).ladder, ask.now)
        return {"flag": flag, "staff": staff, "next": following, "takers": sorted(takers, key=lambda one: one[1].casefold())}

    found = ask.read(work)
    if found is None:
        raise HTTPException(404)
    found["follow_up"] = FollowUps(ask.console.house).draft(who, flag_id)
    return {**found, "history": history(found["flag"]), "said_by": grouped(found["flag"]["findings"])}


def what_next(flag: dict[str, Any], team: tuple[Any, ...], ladder: Any, now: datetime) -> tuple[Step, ...]:
    """Who is told when, if nothing happens until the clock runs out; nobody when the flag is closed."""
    if flag["closed_at"] is not None or flag["deadline_at"] is None:
        return ()
    severity, owner_id, deadline = Severity(flag["severity"]), flag["owner_id"], max(now, flag["deadline_at"])
    if flag["state"] == "snoozed":
        return forecast(severity, [owner_id], team, ladder, deadline)
    return ahead(severity, flag["rung"], owner_id, deadline, team, ladder, now)


def history(flag: dict[str, Any]) -> list[dict[str, Any]]:
    """Everything that happened to a flag, oldest first: `at`, `what` (event, alert or reply) and the row."""
    rows = [{"at": each["at"], "what": "event", "row": each} for each in flag["events"] if each["kind"] != "alerted"]
    rows += [{"at": each["at"], "what": "alert", "row": each} for each in flag["alerts"]]
    rows += [{"at": each["at"], "what": "reply", "row": each} for each in flag["replies"]]
    return sorted(rows, key=lambda each: (each["at"], each["row"]["id"]))


def grouped(findings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The findings by the message they were found in, the newest message first and the worst finding first in each."""
    groups: dict[int, list[dict[str, Any]]] = {}
    for each in findings:
        groups.setdefault(each["received_id"] or each["id"], []).append(each)
    out = []
    for rows in reversed(groups.values()):
        rows.sort(key=lambda each: -each["severity"])
        matched = [each["matched"] or "" for each in rows]
        out.append({"words": rows[0]["text"] or rows[0]["matched"], "matched": matched, "severity": rows[0]["severity"], "findings": rows})
    return out


def acknowledge(ask: Ask) -> Response:
    """POST /flags/{flag}/acknowledge."""
    flag_id = ask.number("flag")
    said = ask.console.desk.acknowledge(ask.who, flag_id)
    ask.console.pulse.poke()
    return ask.back(f"/flags/{flag_id}", said if said in wording()["said"] else "")


def note(ask: Ask) -> Response:
    """POST /flags/{flag}/note."""
    flag_id, text = ask.number("flag"), ask.form.get("text", "")
    if not text:
        _exists(ask, flag_id)
        return ask.back(f"/flags/{flag_id}", "note_empty")
    ask.console.desk.note(ask.who, flag_id, text)
    ask.console.pulse.poke()
    return ask.back(f"/flags/{flag_id}", "noted")


def contact(ask: Ask) -> Response:
    """POST /flags/{flag}/contact."""
    flag_id, how = ask.number("flag"), ask.form.get("how", "phone")
    reached = ask.form.get("reached", "yes") == "yes"
    _exists(ask, flag_id)
    if how not in WAYS:
        return ask.back(f"/flags/{flag_id}")
    done = ask.console.desk.contact(ask.who, flag_id, how, reached, ask.form.get("note", ""))
    ask.console.pulse.poke()
    return ask.back(f"/flags/{flag_id}", ("contacted" if reached else "attempted") if done else "closed")


def snooze(ask: Ask) -> Response:
    """POST /flags/{flag}/snooze."""
    flag_id, given = ask.number("flag"), Given("snooze")
    _exists(ask, flag_id)
    until = given.moment("until", ask.form.get("until", ""), ZoneInfo(ask.session.zone))
    if until is None:
        return ask.back(f"/flags/{flag_id}", "snooze_refused")
    try:
        done = ask.console.desk.snooze(ask.who, flag_id, until, ask.form.get("why", ""))
    except WrongUse:
        return ask.back(f"/flags/{flag_id}", "snooze_refused")
    ask.console.pulse.poke()
    return ask.back(f"/flags/{flag_id}", "snoozed" if done else "closed")


def reassign(ask: Ask) -> Response:
    """POST /flags/{flag}/reassign."""
    flag_id, typed = ask.number("flag"), ask.form.get("to", "")
    _exists(ask, flag_id)
    if not (typed.isascii() and typed.isdigit() and len(typed) < 19):
        return ask.back(f"/flags/{flag_id}", "person_missing")
    owner_id = ask.console.desk.reassign(ask.who, flag_id, int(typed))
    ask.console.poke()
    ask.console.pulse.poke()
    said = "reassigned" if owner_id == int(typed) else "reassigned_away" if owner_id else "closed"
    return _back(ask, flag_id, said)


def resolve(ask: Ask) -> Response:
    """POST /flags/{flag}/resolve."""
    flag_id, reason, action = ask.number("flag"), ask.form.get("reason", ""), ask.form.get("action", "")
    if reason not in wording()["outcome"] or action not in ("", *ACTIONS):
        _exists(ask, flag_id)
        return ask.back(f"/flags/{flag_id}", "reason_missing")
    useful = {"yes": True, "no": False}.get(ask.form.get("useful", ""))
    ask.console.desk.resolve(ask.who, flag_id, reason, useful, ask.form.get("note", ""), action)
    ask.console.pulse.poke()
    return _back(ask, flag_id, "resolved")


def _back(ask: Ask, flag_id: int, said: str) -> Response:
    """To the flag, or to the worklist where it was visible only while one owned it."""
    seen = ask.read(lambda connection: caseload.may_see_flag(connection, ask.who, flag_id))
    return ask.back(f"/flags/{flag_id}" if seen else "/", said)


def follow_up(ask: Ask) -> Response:
    """POST /flags/{flag}/follow-up: the next-day message, as the person made it."""
    flag_id, text = ask.number("flag"), ask.form.get("text", "")
    if not text:
        _exists(ask, flag_id)
        return ask.back(f"/flags/{flag_id}", "text_empty")
    follow_ups = FollowUps(ask.console.house)
    if follow_ups.draft(ask.who, flag_id) is None:
        return ask.back(f"/flags/{flag_id}", "follow_up_gone")
    follow_ups.send(ask.who, flag_id, text)
    ask.console.poke()
    ask.console.pulse.poke()
    return ask.back(f"/flags/{flag_id}", "written")


def _exists(ask: Ask, flag_id: int) -> None:
    # A form that is sent back must not tell a stranger that the flag is there.
    if not ask.read(lambda connection: caseload.may_see_flag(connection, ask.who, flag_id)):
        raise HTTPException(404)
