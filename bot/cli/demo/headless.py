"""The demo without pages: a virtual clock walks through every due moment, with simulated clients and staff. Touches no data folder."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from bot.cli.demo import calendar
from bot.cli.demo.cast import Cast, cast
from bot.cli.demo.clockwork import Chance, VirtualClock
from bot.cli.demo.colleagues import Colleague, Desk
from bot.cli.demo.observer import Known, Observer
from bot.cli.demo.personas import Persona, Phone
from bot.cli.demo.plant import Planted, plant
from bot.cli.demo.reading import Questions
from bot.cli.demo.stage import Actor, Stage
from bot.cli.demo.transcript import Transcript
from bot.cli.demo.weather import Weather
from bot.flows.load import known as known_flows

START: Final = datetime(2026, 3, 2, 6, tzinfo=UTC)
"""A Monday. A week later clocks change in America, four weeks later in Europe."""
ROUNDS_AT: Final = timedelta(hours=15)
"""How long after the start, and after every 24 hours, the supervisor makes her round."""


def play(days: int, seed: int, write: Callable[[str], object], *, as_json: bool) -> dict[str, Any]:
    """
    Play the demo for `days` days; the totals of what happened.

    write: takes each line of the transcript.
    """
    company = cast()
    stage = Stage(VirtualClock(START), seed=seed)
    planted = plant(stage.house, company, days)
    stage.actors = [Weather(stage, company.weather, planted.senders, START), *actors(stage, company, planted, seed)]
    transcript = Transcript(stage, names(company), company.zone, write, as_json=as_json)
    stage.watchers.append(transcript.catch_up)
    end = START + timedelta(days=days)
    stage.walk(end)
    return Observer(stage, known(company), company.zone, START, end).totals()


def actors(stage: Stage, company: Cast, planted: Planted, seed: int, rounds_until: datetime | None = None) -> list[Actor]:
    """Everybody with a phone, from now on: one persona a phone, though two may share it, then strangers and staff."""
    started = stage.clock.now()
    questions, chance = Questions(stage.house.words, known_flows(), company.languages), Chance(seed)
    found: list[Actor] = []
    seen: set[str] = set()
    for number, client in enumerate(company.clients):
        if client.address not in seen:
            seen.add(client.address)
            phone = Phone(client.address, planted.senders[client.sender], client.language, client.zone, client.goal[2])
            like = company.behaviours[client.does]
            found.append(Persona(stage, company, questions, phone, like, chance.split(1, number), started))
    for number, stranger in enumerate(company.strangers):
        phone = Phone(stranger.address, planted.senders[stranger.sender], stranger.language, company.zone)
        found.append(Persona(stage, company, questions, phone, company.behaviours["stranger"], chance.split(2, number), started))
    for number, member in enumerate(company.staff):
        leave = None if member.leave is None else _leave(started, company.zone, member.leave)
        sender = planted.senders[member.sender]
        desk = Desk(planted.staff[member.key], member.address, sender, company.zone, member.behaviour, leave)
        found.append(Colleague(stage, desk, chance.split(3, number), (started + ROUNDS_AT, rounds_until)))
    return found


def _leave(started: datetime, zone: str, days: tuple[int, int]) -> tuple[datetime, datetime]:
    midnight = started.astimezone(ZoneInfo(zone)).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + timedelta(days=days[0]), midnight + timedelta(days=days[1])


def names(company: Cast) -> dict[str, str]:
    """Who has a phone, by its address; both names where two share one."""
    found: dict[str, str] = {}
    for client in company.clients:
        found[client.address] = f"{found[client.address]} and {client.name}" if client.address in found else client.name
    return found | {member.address: f"{member.name} ({member.role.replace('_', ' ')})" for member in company.staff}


def known(company: Cast) -> dict[str, Known]:
    """When each phone of the cast must be left alone."""
    clients = {client.address: Known(ZoneInfo(client.zone)) for client in company.clients}
    zone = ZoneInfo(company.zone)
    return clients | {member.address: Known(zone, calendar.off_duty if member.hours else None) for member in company.staff}


def holds(totals: dict[str, Any]) -> bool:
    """Whether nothing happened that must not."""
    faults = [*totals["violations"].values(), *totals["left"].values(), *(one["overdue"] for one in totals["flags"].values())]
    return not any(faults) and totals["replies"]["received"] == totals["replies"]["stored"]
