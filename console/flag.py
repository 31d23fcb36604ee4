"""One flag: what the client said, why it was flagged, what happens next and when; and what a person does about it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from starlette.exceptions import HTTPException
from starlette.responses import Response

from bot import alarm, roster
from bot.next_day import FollowUps
from bot.programme import read_programme
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
        return {"flag": flag, "staff": staff, "next": what_next(connection, flag, ask.now)}

    found = ask.read(work)
    if found is None:
        raise HTTPException(404)
    found["follow_up"] = FollowUps(ask.console.house).draft(who, flag_id)
    return {**found, "history": history(found["flag"]), "said_by": grouped(found["flag"]["findings"])}


def what_next(connection: sa.Connection, flag: dict[str, Any], now: datetime) -> dict[str, Any] | None:
    """Who is told when, if nobody acknowledges: `at`, `told` (ids of staff), `rung`. None when somebody has, or it is closed."""
    if flag["closed_at"] is not None or flag["acknowledged_at"] is not None or flag["deadline_at"] is None:
        return None
    row = connection.execute(sa.select(t.programmes).where(t.programmes.c.id == flag["programme_id"])).mappings().first()
    if row is None:
        return None
    c = t.clients.c
    manager_id = connection.execute(sa.select(c.manager_id).where(c.id == flag["client_id"])).scalar()
    staff = roster.members(members(connection, flag["programme_id"]))
    coming = alarm.climb(
        Severity(flag["severity"]), flag["rung"], manager_id, staff, read_programme(dict(row)).ladder, max(now, flag["deadline_at"])
    )
    return {"at": flag["deadline_at"], "told": [each.id for each in coming.told], "rung": coming.rung}


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


def resolve(ask: Ask) -> Response:
    """POST /flags/{flag}/resolve."""
    flag_id, reason = ask.number("flag"), ask.form.get("reason", "")
    if reason not in wording()["outcome"]:
        _exists(ask, flag_id)
        return ask.back(f"/flags/{flag_id}", "reason_missing")
    useful = {"yes": True, "no": False}.get(ask.form.get("useful", ""))
    ask.console.desk.resolve(ask.who, flag_id, reason, useful, ask.form.get("note", ""))
    ask.console.pulse.poke()
    return ask.back(f"/flags/{flag_id}", "resolved")


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
