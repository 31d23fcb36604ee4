"""The caseload: every client that one may see, searched and filtered in memory, because names are sealed in the database."""

from __future__ import annotations

import unicodedata
from typing import Any, Final

import sqlalchemy as sa
from starlette.responses import Response

from bot.caseloads import hand_over_caseload
from bot.errors import WrongUse
from bot.handing_over import TAKES
from console.ask import Ask
from storage import caseload
from storage.staff import members

FILTERS: Final = {
    "all": "All",
    "flagged": "With an open flag",
    "silent": "Silent",
    "stopped": "Stopped",
    "held": "Held or paused",
}

ROWS_MAX: Final = 300
"""Rows on one page, the worst flags first; who looks for somebody else types a name."""


def show(ask: Ask) -> Response:
    """GET /caseload."""
    shown = content(ask)
    ask.viewed("caseload.viewed", f"{len(shown['clients'])} clients", chain_id=ask.who.programme_id)
    return ask.page("caseload.html", said=ask.request.query_params.get("said", ""), **shown)


def fragment(ask: Ask) -> Response:
    """GET /live/caseload: the rows alone, while one types."""
    return ask.page("_caseload.html", **content(ask))


def hand_over(ask: Ask) -> Response:
    """POST /caseload/hand-over: all of one colleague's clients, open flags and work items to another."""
    ids = [typed for name in ("from", "to") if (typed := ask.form.get(name, "")).isascii() and typed.isdigit() and len(typed) < 19]
    if len(ids) < 2 or ids[0] == ids[1]:
        return ask.back("/caseload", "people_missing")
    try:
        hand_over_caseload(ask.console.house, ask.who, int(ids[0]), int(ids[1]))
    except WrongUse:
        return ask.back("/caseload", "people_missing")
    ask.console.poke()
    ask.console.pulse.poke()
    return ask.back("/caseload", "handed_over")


def content(ask: Ask) -> dict[str, Any]:
    """The clients that match what was typed and chosen."""
    vault, who, query = ask.console.house.vault, ask.who, ask.request.query_params
    wanted, chosen = query.get("q", "")[:100], query.get("show", "all")
    chosen = chosen if chosen in FILTERS else "all"

    def work(connection: sa.Connection) -> tuple[list[dict[str, Any]], dict[int, str], list[dict[str, Any]]]:
        names = caseload.staff_names(connection, vault, who.programme_id)
        return caseload.clients(connection, vault, who), names, members(connection, who.programme_id)

    rows, staff, team = ask.read(work)
    takers = sorted(((one["id"], staff[one["id"]]) for one in team if one["role"] in TAKES), key=lambda one: one[1].casefold())
    found = [row for row in rows if _fits(row, chosen) and _matches(row, wanted)]
    found.sort(key=lambda row: -row["worst"])
    return {
        "clients": found[:ROWS_MAX],
        "found": len(found),
        "total": len(rows),
        "staff": staff,
        "takers": takers,
        "q": wanted,
        "chosen": chosen,
        "filters": FILTERS,
    }


def _fits(row: dict[str, Any], chosen: str) -> bool:
    fits = {
        "all": True,
        "flagged": row["flags"] > 0,
        "silent": row["silent"],
        "stopped": row["stopped"],
        "held": row["held_at"] is not None or row["status"] == "paused",
    }
    return bool(fits[chosen])


def _matches(row: dict[str, Any], wanted: str) -> bool:
    parts = _folded(wanted).split()
    text = _folded(f"{row['name'] or ''} {row['code']}")
    return all(part in text for part in parts)


def _folded(text: str) -> str:
    """Letters without case and accents, so that "Ines" finds "Inés"."""
    return "".join(each for each in unicodedata.normalize("NFKD", text).casefold() if not unicodedata.combining(each))
