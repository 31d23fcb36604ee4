"""What the client's page shows of questionnaires, and the contact that is logged there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from console.questionnaires import questionnaires

NOW = datetime(2026, 3, 3, tzinfo=UTC)


def row(code: str, value: Any, talk: int, **more: Any) -> dict[str, Any]:
    given = {"instrument": "phq-2", "code": code, "value": value, "conversation_id": talk, "at": NOW + timedelta(days=talk)}
    return {**given, "corrected_by": None, "item_code": None, "language_version": "en official", **more}


def test_the_newest_total_stands_with_its_band_and_the_line_of_all():
    rows = [row("phq2", 4, 2), row("phq2-2", "nearly-every-day", 2), row("phq2-1", "several-days", 2), row("phq2", 1, 1)]
    (form,) = questionnaires(rows)
    assert (form["total"], form["most"], form["band"], form["history"]) == (4, 6, "At or above the cut-off", 2)
    assert [(text, label) for text, label, _ in form["items"]] == [
        ("Little interest or pleasure in doing things", "Several days"),
        ("Feeling down, depressed, or hopeless", "Nearly every day"),
    ]
    assert form["chart"] is not None


def test_an_interrupted_one_has_no_total_and_a_corrected_answer_is_gone():
    rows = [row("phq2-1", "not-at-all", 3), row("phq2-1", "several-days", 3, corrected_by=9), row("phq2", 1, 1)]
    (form,) = questionnaires(rows)
    assert (form["total"], form["asked"]) == (None, 2)
    assert [label for _, label, _ in form["items"]] == ["Not at all"]


def test_an_unvalidated_translation_says_so_and_what_is_no_instrument_is_left_out():
    rows = [
        row("phq2", 4, 2, language_version="es unvalidated"),
        row("pulse", "worse", 2, instrument=None),
        row("x", 1, 2, instrument="gone"),
    ]
    (form,) = questionnaires(rows)
    assert form["unvalidated"]
    assert questionnaires([]) == []
