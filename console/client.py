"""One client: the messages both ways, the care plan, the goals, the answers, what is planned; and a line to write back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from starlette.exceptions import HTTPException
from starlette.responses import Response

from bot.contacts import log_contact
from bot.contacts import resume as resume_client
from bot.errors import NotAllowed, NotFound, WrongUse
from console.ask import Ask
from console.chart import chart
from console.goals import off_track, reached
from console.questionnaires import questionnaires
from console.show import zone_of
from storage import caseload, dossier

TEXT_MAX = 1000
"""Characters of one message to a client: some seven SMS segments."""


def show(ask: Ask) -> Response:
    """GET /clients/{client}."""
    client_id = ask.number("client")
    shown = content(ask, client_id, _before(ask))
    ask.viewed("client.viewed", f"client {client_id}", chain_id=client_id)
    return ask.page("client.html", said=ask.request.query_params.get("said", ""), **shown)


def fragment(ask: Ask) -> Response:
    """GET /live/clients/{client}/timeline: flags and messages."""
    return ask.page("_timeline.html", **messages(ask, ask.number("client"), _before(ask)))


def side_fragment(ask: Ask) -> Response:
    """GET /live/clients/{client}/plan: the care plan."""
    return ask.page("_plan.html", **plan(ask, ask.number("client")))


def _before(ask: Ask) -> datetime | None:
    try:
        moment = datetime.fromisoformat(ask.request.query_params.get("before", "").replace(" ", "+"))
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None


def content(ask: Ask, client_id: int, before: datetime | None) -> dict[str, Any]:
    """Everything on the page; 404 when the client is not visible."""
    return {**plan(ask, client_id), **messages(ask, client_id, before)}


def messages(ask: Ask, client_id: int, before: datetime | None) -> dict[str, Any]:
    """The client, her flags and a page of messages."""
    vault, who = ask.console.house.vault, ask.who

    def work(connection: sa.Connection) -> dict[str, Any] | None:
        client = dossier.client(connection, vault, who, client_id)
        if client is None:
            return None
        return {
            "client": client,
            "flags": dossier.client_flags(connection, client_id),
            "timeline": dossier.timeline(connection, vault, who, client_id, before),
            "staff": caseload.staff_names(connection, vault, who.programme_id),
            "before": before,
            "more": dossier.TIMELINE_MAX,
        }

    return _found(ask.read(work))


def plan(ask: Ask, client_id: int) -> dict[str, Any]:
    """The client, her care plan and what is planned."""
    vault, who = ask.console.house.vault, ask.who

    def work(connection: sa.Connection) -> dict[str, Any] | None:
        client = dossier.client(connection, vault, who, client_id)
        if client is None:
            return None
        care, slots = dossier.plan(connection, vault, client_id), dossier.slots(connection, client_id, ask.now)
        return {"client": client, "plan": care, "slots": slots, "staff": caseload.staff_names(connection, vault, who.programme_id)}

    found = _found(ask.read(work))
    found["questionnaires"] = questionnaires(found["plan"]["answers"])
    found["paused"] = any(each["status"] == "paused" for each in found["plan"]["activities"])
    there = ask.now.astimezone(zone_of(found["client"]["zone"])).date()
    for goal in found["plan"]["goals"]:
        goal["chart"] = chart(goal["history"], goal["target"])
        goal["reached"] = reached(goal)
        goal["off"] = off_track(goal, ask.now, there) if goal["status"] == "active" else None
    return found


def _found(found: dict[str, Any] | None) -> dict[str, Any]:
    if found is None:
        raise HTTPException(404)
    return found


def write(ask: Ask) -> Response:
    """POST /clients/{client}/write."""
    client_id, text = ask.number("client"), ask.form.get("text", "")[:TEXT_MAX]
    if not text:
        if not ask.read(lambda connection: caseload.may_see_client(connection, ask.who, client_id)):
            raise HTTPException(404)
        return ask.back(f"/clients/{client_id}", "text_empty")
    try:
        ask.console.desk.write(ask.who, client_id, text, urgent=ask.form.get("urgent") == "yes")
    except NotFound:
        raise
    except WrongUse:
        return ask.back(f"/clients/{client_id}", "unreachable")
    ask.console.poke()
    ask.console.pulse.poke()
    return ask.back(f"/clients/{client_id}", "written")


def release(ask: Ask) -> Response:
    """POST /clients/{client}/release."""
    client_id = ask.number("client")
    ask.console.desk.release(ask.who, client_id)
    ask.console.poke()
    ask.console.pulse.poke()
    return ask.back(f"/clients/{client_id}", "released")


def contact(ask: Ask) -> Response:
    """POST /clients/{client}/contact: somebody spoke with the client, or tried to."""
    client_id, how = ask.number("client"), ask.form.get("how", "")
    reached = ask.form.get("reached", "yes") == "yes"
    if not ask.read(lambda connection: caseload.may_see_client(connection, ask.who, client_id)):
        raise HTTPException(404)
    try:
        log_contact(ask.console.house, ask.who, client_id, how=how, reached=reached, note=ask.form.get("note", "")[:TEXT_MAX])
    except NotAllowed:
        raise HTTPException(404) from None
    except WrongUse:
        return ask.back(f"/clients/{client_id}", "contact_missing")
    ask.console.pulse.poke()
    return ask.back(f"/clients/{client_id}", "contact_kept" if reached else "contact_tried")


def resume(ask: Ask) -> Response:
    """POST /clients/{client}/resume: go on with what was paused because nobody answered."""
    client_id = ask.number("client")
    try:
        resume_client(ask.console.house, ask.who, client_id)
    except NotAllowed:
        raise HTTPException(404) from None
    ask.console.pulse.poke()
    return ask.back(f"/clients/{client_id}", "resumed")
