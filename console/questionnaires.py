"""The questionnaires that a client was asked: the newest total of each with its band, the language version, the line over time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.flows.instruments.form import Instrument
from bot.flows.load import instruments
from console.chart import chart


def questionnaires(answers: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """
    One entry for each instrument that was answered, the latest first.

    answers: as `dossier.answers` gives them, newest first. A corrected answer is left out; an interrupted questionnaire shows
    as not complete, without a total.
    """
    found: dict[str, list[dict[str, Any]]] = {}
    for row in answers:
        if row["instrument"] and not row["corrected_by"]:
            found.setdefault(row["instrument"], []).append(row)
    forms = {name: flow.instrument for name, flow in instruments().items() if flow.instrument is not None}
    return [_shown(forms[name], rows) for name, rows in found.items() if name in forms]


def _shown(form: Instrument, rows: list[dict[str, Any]]) -> dict[str, Any]:
    last = rows[0]["conversation_id"]
    newest = [row for row in rows if row["conversation_id"] == last]
    total = next((row for row in newest if row["code"] == form.score), None)
    value = total["value"] if total is not None else None
    band = form.band(float(value)) if isinstance(value, int | float) else None
    totals = [row for row in rows if row["code"] == form.score and isinstance(row["value"], int | float)]
    items = [(item.text, next((row for row in newest if row["code"] == item.code), None)) for item in form.items]
    return {
        "edition": form.edition,
        "title": form.title,
        "recall": form.recall,
        "notice": form.notice,
        "at": rows[0]["at"],
        "total": value,
        "total_code": total["item_code"] if total is not None else None,
        "most": _most(form),
        "band": band.label if band is not None else "",
        "scored": bool(form.score),
        "items": [(text, _label(form, row), row["item_code"]) for text, row in items if row is not None],
        "asked": sum(1 for item in form.items if item.scored),
        "language_version": rows[0]["language_version"] or "",
        "unvalidated": "unvalidated" in (rows[0]["language_version"] or ""),
        "chart": chart([(row["at"], float(row["value"])) for row in reversed(totals)], None),
        "history": len(totals),
    }


def _most(form: Instrument) -> float | None:
    points = [max((anchor.points for anchor in item.anchors), default=item.high) for item in form.items if item.scored]
    return None if not form.score else max(points) if form.method == "mean" else sum(points)


def _label(form: Instrument, row: dict[str, Any]) -> str:
    """The published answer; a number of a scale as it is."""
    item = form.item(row["code"])
    labels = {anchor.value: anchor.label for anchor in item.anchors} if item is not None else {}
    return labels.get(str(row["value"]), "not read" if row["value"] is None else str(row["value"]))
