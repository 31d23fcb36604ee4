"""Today: the one list of a case manager. Open flags first, the worst on top, then what else a person must do."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

import sqlalchemy as sa
from starlette.responses import RedirectResponse, Response

from console.ask import Ask
from console.goals import off_track
from console.show import wording, zone_of
from storage import caseload

AHEAD: Final = timedelta(days=3)
"""How far ahead an appointment that nobody has confirmed is shown."""


def today(ask: Ask) -> Response:
    """GET /."""
    if ask.who.role == "administrator":
        return RedirectResponse("/setup", 303)
    shown = worklist(ask)
    listed = sorted({flag["client_id"] for flag in shown["flags"] if flag["client_id"]})
    ask.viewed("today.viewed", f"{len(listed)} clients", chain_id=ask.who.programme_id)
    return ask.page("today.html", said=ask.request.query_params.get("said", ""), fragment=False, **shown)


def fragment(ask: Ask) -> Response:
    """GET /live/today: the lists alone."""
    return ask.page("_today.html", fragment=True, **worklist(ask))


def worklist(ask: Ask) -> dict[str, Any]:
    """All that stands on the page."""
    vault, who, now = ask.console.house.vault, ask.who, ask.now

    def work(connection: sa.Connection) -> dict[str, Any]:
        return {
            "flags": caseload.open_flags(connection, vault, who),
            "tasks": caseload.open_tasks(connection, vault, who),
            "appointments": caseload.appointments_ahead(connection, vault, who, now, AHEAD),
            "goals": caseload.active_goals(connection, vault, who),
            "staff": caseload.staff_names(connection, vault, who.programme_id),
        }

    found = ask.read(work)
    goals = []
    for goal in found["goals"]:
        today_there = now.astimezone(zone_of(goal["client"]["zone"])).date()
        code = off_track(goal, now, today_there)
        if code:
            goals.append({**goal, "off": code})
    unconfirmed = [each for each in found["appointments"] if each["answer"] is None]
    waiting = sum(flag["acknowledged_at"] is None for flag in found["flags"])
    return {
        "title": f"({waiting}) Today" if waiting else "Today",
        "flags": found["flags"],
        "groups": grouped(found["tasks"]),
        "unconfirmed": unconfirmed,
        "goals": goals,
        "staff": found["staff"],
        "most": caseload.LIST_MAX,
        "tasks_cut": len(found["tasks"]) >= caseload.LIST_MAX,
    }


def grouped(tasks: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """The work items by the group they are shown in, groups in the order of `wording.yaml`, empty ones left out."""
    groups: dict[str, list[dict[str, Any]]] = {name: [] for name in wording()["task_group"]}
    for task in tasks:
        groups[wording()["task_groups"].get(task["kind"], "other")].append(task)
    return {name: rows for name, rows in groups.items() if rows}


def close_task(ask: Ask) -> Response:
    """POST /tasks/{task}/close."""
    outcome = ask.form.get("outcome", "done")
    if outcome not in wording()["task_outcome"]:
        outcome = "done"
    ask.console.desk.close_task(ask.who, ask.number("task"), outcome)
    ask.console.pulse.poke()
    return ask.back("/", "task_closed")
