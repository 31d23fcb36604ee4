"""`checkline demo --headless`: the whole product in virtual time, with simulated clients and staff, and totals that must hold."""

from __future__ import annotations

import json
import sys

import click

from bot import logs
from bot.errors import WrongUse

DAYS_MAX = 400


@click.command()
@click.option("--headless", is_flag=True, help="Without pages, in virtual time. For pages say `checkline run --demo`.")
@click.option("--days", type=click.IntRange(1, DAYS_MAX), default=7, show_default=True, help="How many days to play.")
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), default=1, show_default=True, help="Decides what people do.")
@click.option("--json", "as_json", is_flag=True, help="Write JSON lines only, the totals last.")
def demo(headless: bool, days: int, seed: int, as_json: bool) -> int:
    """
    Play the demo programme for some days: what everybody writes and gets, then one line of totals.

    Touches no data folder. The same days and seed give the same bytes. Exits with 1 where the totals do not hold.
    """
    if not headless:
        raise WrongUse("demo: say `checkline demo --headless`, or `checkline run --demo` for the pages")
    from bot.cli.demo import headless as stage

    logs.set_up("error")
    totals = stage.play(days, seed, lambda line: sys.stdout.write(line + "\n"), as_json=as_json)
    sys.stdout.write(json.dumps(totals, ensure_ascii=True, separators=(",", ":")) + "\n")
    return 0 if stage.holds(totals) else 1
