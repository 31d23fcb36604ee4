"""How often each rule of screening was right, for supervisors: counts alone, of their programme."""

from __future__ import annotations

from starlette.responses import Response

from bot.concerns import REVIEW, VERSION, rules
from console.ask import Ask
from storage.precision import FEWEST, precision


def show(ask: Ask) -> Response:
    """GET /rules."""
    counted = ask.read(lambda connection: precision(connection, ask.who.programme_id))
    known = {one.id: one for one in rules()}
    counted.sort(key=lambda one: (-known[one.rule].severity if one.rule in known else 0, one.rule, one.language))
    rows = [{"counts": one, "rule": known.get(one.rule)} for one in counted]
    return ask.page("rules.html", rows=rows, fewest=FEWEST, version=VERSION, review=REVIEW)
