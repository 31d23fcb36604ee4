"""How often each rule was right: what it found, and what staff said of the flags when they closed them. Counts only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from storage import schema as t

FEWEST = 5
"""Fewer verdicts than this make no share: one person's answer would be half of it."""

_f, _g = t.findings.c, t.flags.c
_EACH = (
    sa.select(_f.programme_id, _f.rule, _f.flag_id, sa.func.count().label("many")).group_by(_f.programme_id, _f.rule, _f.flag_id).subquery()
)


def _flags(*where: sa.ColumnElement[bool]) -> sa.Function[Any]:
    """How many flags: each once, however often the rule fired in it."""
    return sa.func.count(sa.case((sa.and_(*where), 1)))


_COUNTED = (
    sa.select(
        _EACH.c.rule,
        sa.func.sum(_EACH.c.many).label("findings"),
        sa.func.count().label("flags"),
        _flags(_g.closed_at.is_not(None)).label("closed"),
        _flags(_g.closed_at.is_not(None), _g.useful == "yes").label("useful"),
        _flags(_g.closed_at.is_not(None), _g.useful == "no").label("not_useful"),
    )
    .join(t.flags, _g.id == _EACH.c.flag_id)
    .group_by(_EACH.c.rule)
)
_s = t.shadow_findings.c
_ON_TRIAL = sa.select(_s.rule, sa.func.count().label("on_trial")).group_by(_s.rule)


@dataclass(frozen=True, slots=True)
class Precision:
    """
    What became of one rule in one language.

    language: empty for what no lexicon found (an option, a score, silence). findings: how often it fired. flags: in how many
    flags; closed: of those. useful, not_useful: what was said of them; a verdict counts for every rule of its flag.
    on_trial: how often it fired in shadow, in no flag.
    """

    rule: str
    language: str
    findings: int = 0
    flags: int = 0
    closed: int = 0
    useful: int = 0
    not_useful: int = 0
    on_trial: int = 0

    @property
    def share(self) -> float | None:
        """Useful ones among those that were judged; None below FEWEST of them."""
        judged = self.useful + self.not_useful
        return self.useful / judged if judged >= FEWEST else None


def precision(connection: Connection, programme_id: int | None) -> list[Precision]:
    """Every rule that ever fired, by rule and language; of one programme, or of all where it is None."""
    counted, trial = _COUNTED, _ON_TRIAL
    if programme_id is not None:
        counted = counted.where(_EACH.c.programme_id == programme_id)
        trial = trial.where(_s.programme_id == programme_id)
    found: dict[str, dict[str, int]] = {}
    for row in connection.execute(counted).mappings():
        found[row["rule"]] = {name: int(row[name]) for name in ("findings", "flags", "closed", "useful", "not_useful")}
    for row in connection.execute(trial).mappings():
        found.setdefault(row["rule"], {})["on_trial"] = int(row["on_trial"])
    return sorted((_made(rule, counts) for rule, counts in found.items()), key=lambda one: (one.rule, one.language))


def _made(rule: str, counts: dict[str, int]) -> Precision:
    name, _, language = rule.partition("/")
    return Precision(name, language, **counts)
