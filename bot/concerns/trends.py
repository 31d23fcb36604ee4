"""
Trends: values that get worse several times in a row, and a value far from what is usual for this client. Pure.

What is better is said by who asks: a smaller total of a questionnaire, a greater number on the way to a goal, or the
other way round. Every finding is *review*: a person looks, nobody is called out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise
from statistics import median

from bot.concerns.document import Node, read_document
from bot.concerns.series import Point, ordered
from bot.errors import BadFile
from bot.values import Category, Fault, Finding, Severity


@dataclass(frozen=True, slots=True)
class Change:
    """The smallest change that matters: in points, or as a share of the baseline. source: who says so."""

    points: float | None
    share: float | None
    source: str

    def least(self, baseline: float) -> float:
        """In points."""
        return self.points if self.points is not None else abs(baseline) * (self.share or 0.0)


@dataclass(frozen=True, slots=True)
class Rules:
    """
    falls: how many values in a row must each be worse than the one before.
    last, least: how many values before the newest make the baseline, and how many it needs.
    spreads: how many times the usual distance from the baseline (median absolute deviation) is sudden.
    """

    version: str
    falls: int
    last: int
    least: int
    spreads: float
    changes: Mapping[str, Change]


@cache
def rules() -> Rules:
    """The shipped rules. Raises BadFile with every fault."""
    faults: list[Fault] = []
    top = read_document(files("bot.concerns") / "trends.yaml", faults)
    top.only(("version", "falls", "baseline", "changes"))
    base = top.child("baseline", needed=True)
    base.only(("last", "least", "spreads"))
    found = Rules(
        top.child("version", needed=True).text(),
        int(number(top.child("falls", needed=True))),
        int(number(base.child("last", needed=True))),
        int(number(base.child("least", needed=True))),
        number(base.child("spreads", needed=True)),
        {node.key: _change(node) for node in top.child("changes", needed=True).children()},
    )
    if faults:
        raise BadFile(faults)
    return found


def _change(node: Node) -> Change:
    node.only(("points", "share", "source"))
    points, share = node.child("points"), node.child("share")
    if bool(points.text()) == bool(share.text()):
        node.fault("must say either points or share")
    return Change(
        number(points) if points.text() else None, number(share) if share.text() else None, node.child("source", needed=True).text()
    )


def number(node: Node) -> float:
    """A plain number; a fault and 1 where it is none."""
    try:
        return float(node.text())
    except ValueError:
        node.fault("must be a number")
        return 1.0


def trend(points: Sequence[Point], *, code: str, name: str, better: str, category: Category = Category.answer) -> list[Finding]:
    """
    What the newest of `points` says together with those before it.

    Args:
        points: of one client and one thing, in any order.
        code: of the total, or "goal". name: what the case manager calls it. The values go into `matched`, which is stored sealed.
        better: "up" or "down".
    """
    series, known = ordered(list(points)), rules()
    found = [_falling(series, name, better, category, known), _sudden(series, code, name, better, category, known)]
    return [one for one in found if one is not None]


def _worse(after: float, before: float, better: str) -> bool:
    return after < before if better == "up" else after > before


def _falling(series: list[Point], name: str, better: str, category: Category, known: Rules) -> Finding | None:
    last = series[-(known.falls + 1) :]
    if len(last) <= known.falls or not all(_worse(after.value, before.value, better) for before, after in pairwise(last)):
        return None
    said = ", ".join(f"{point.value:g}" for point in last)
    return Finding(Severity.review, category, "trend.falling", said, f"{name} has got worse {known.falls} times in a row.")


def _sudden(series: list[Point], code: str, name: str, better: str, category: Category, known: Rules) -> Finding | None:
    change = known.changes.get(code)
    before = [point.value for point in series[:-1]][-known.last :]
    if change is None or len(before) < known.least:
        return None
    usual, now = median(before), series[-1].value
    spread = median(abs(value - usual) for value in before)
    far = abs(now - usual) >= max(change.least(usual), known.spreads * spread)
    if not far or not _worse(now, usual, better):
        return None
    why = f"{name} is far worse than usual for this client, by the median of the last {len(before)} values."
    return Finding(Severity.review, category, "trend.sudden", f"{now:g}; usually {usual:g}", why)
