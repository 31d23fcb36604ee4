"""Who is in the demo and what they are like, read from `cast.yaml`. Every value is text there: `no` stays a word, and `10:30` a time."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

import yaml

from bot.channels.simulated import Lever
from bot.values import ChannelKind


@dataclass(frozen=True, slots=True)
class Sender:
    """A line of the programme. key: how the cast names it; stop: who answers STOP."""

    key: str
    channel: ChannelKind
    address: str
    stop: str


@dataclass(frozen=True, slots=True)
class Staff:
    """A member of staff. leave: days from the start, or None. hours: "office", or empty for none of their own."""

    key: str
    name: str
    role: str
    sender: str
    address: str
    behaviour: str
    leave: tuple[int, int] | None = None
    hours: str = ""


@dataclass(frozen=True, slots=True)
class Appointment:
    """So many days after the start, at a local time."""

    day: int
    at: str
    title: str
    place: str


@dataclass(frozen=True, slots=True)
class Client:
    """A client. goal: title, unit and target; check_in, goal_day: weekdays of the questions. asked: an instrument and its weekday."""

    name: str
    language: str
    country: str
    zone: str
    manager: str
    sender: str
    address: str
    does: str
    check_in: str
    goal_day: str
    goal: tuple[str, str, float]
    appointment: Appointment | None = None
    asked: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Act:
    """Something done unasked, every so many days. do: say, stop, start, media, edit, press_old or language."""

    every: int
    on: int
    at: str
    do: str
    what: str = ""


@dataclass(frozen=True, slots=True)
class Behaviour:
    """
    How somebody is with a phone.

    answers: percent of questions that are answered. minutes: from and to, until then.
    writes, picks: weights; see `cast.yaml`. returns_after_days: START follows a STOP, 0: never.
    """

    answers: int
    minutes: tuple[int, int]
    writes: dict[str, int]
    picks: dict[str, dict[str, int]]
    acts: tuple[Act, ...] = ()
    returns_after_days: int = 0


@dataclass(frozen=True, slots=True)
class Mishap:
    """Something that goes wrong at a provider, every so many days."""

    every: int
    on: int
    at: str
    sender: str
    lever: Lever
    times: int


@dataclass(frozen=True, slots=True)
class Stranger:
    """A number that belongs to nobody we know."""

    sender: str
    address: str
    language: str


@dataclass(frozen=True, slots=True)
class Cast:
    """
    All of them. settings: of the programme. phrases: what is meant → language → what is written. finale: minutes before the
    end, who, what.
    """

    programme: str
    zone: str
    settings: dict[str, int]
    languages: tuple[str, ...]
    senders: tuple[Sender, ...]
    crisis_lines: tuple[str, ...]
    staff: tuple[Staff, ...]
    clients: tuple[Client, ...]
    strangers: tuple[Stranger, ...]
    weather: tuple[Mishap, ...]
    finale: tuple[tuple[int, str, str], ...]
    behaviours: dict[str, Behaviour]
    phrases: dict[str, dict[str, str]]
    fillers: dict[str, tuple[str, ...]]

    def phrase(self, what: str, language: str) -> str:
        """What somebody writes who means `what`."""
        return self.phrases[what][language]


@lru_cache(maxsize=1)
def cast() -> Cast:
    """The cast of the demo."""
    text = resources.files("bot.cli.demo").joinpath("cast.yaml").read_text("utf-8")
    # BaseLoader makes nothing but texts, lists and mappings.
    return _cast(yaml.load(text, Loader=yaml.BaseLoader))  # noqa: S506 - as the line above says


def _cast(told: dict[str, Any]) -> Cast:
    programme = told["programme"]
    return Cast(
        programme=programme["name"],
        zone=programme["zone"],
        settings={"critical_follow_minutes": int(programme["critical_follow_minutes"])},
        languages=tuple(programme["languages"]),
        senders=tuple(Sender(key, ChannelKind(one["channel"]), one["address"], one["stop"]) for key, one in told["senders"].items()),
        crisis_lines=tuple(told["crisis_lines"]),
        staff=tuple(_staff(key, one) for key, one in told["staff"].items()),
        clients=tuple(_client(one) for one in told["clients"]),
        strangers=tuple(Stranger(**one) for one in told["strangers"]),
        weather=tuple(_mishap(one) for one in told["weather"]),
        finale=tuple((int(before), name, what) for before, name, what in told["finale"]),
        behaviours={name: _behaviour(one) for name, one in told["behaviours"].items()},
        phrases=told["phrases"],
        fillers={language: tuple(lines) for language, lines in told["fillers"].items()},
    )


def _staff(key: str, told: dict[str, Any]) -> Staff:
    leave = told.pop("leave", None)
    return Staff(key=key, leave=(int(leave[0]), int(leave[1])) if leave else None, **told)


def _client(told: dict[str, Any]) -> Client:
    title, unit, target = told.pop("goal")
    visit = told.pop("appointment", None)
    appointment = Appointment(int(visit[0]), *visit[1:]) if visit else None
    asked = told.pop("asked", None)
    return Client(
        goal=(title, unit, float(target)), appointment=appointment, asked=(str(asked[0]), str(asked[1])) if asked else None, **told
    )


def _behaviour(told: dict[str, Any]) -> Behaviour:
    return Behaviour(
        answers=int(told["answers"]),
        minutes=(int(told["minutes"][0]), int(told["minutes"][1])),
        writes=_weights(told["writes"]),
        picks={question: _weights(weights) for question, weights in told["picks"].items()},
        acts=tuple(Act(int(one["every"]), int(one["on"]), one["at"], one["do"], one.get("what", "")) for one in told.get("acts", ())),
        returns_after_days=int(told.get("returns_after_days", 0)),
    )


def _mishap(told: dict[str, str]) -> Mishap:
    return Mishap(int(told["every"]), int(told["on"]), told["at"], told["sender"], Lever(told["lever"]), int(told["times"]))


def _weights(told: dict[str, str]) -> dict[str, int]:
    return {name: int(weight) for name, weight in told.items()}
