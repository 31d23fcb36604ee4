"""A flow tried out on paper: replies in, the conversation as the client would see it out. Real reader, screening, words."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import click

from bot.concerns import screen
from bot.errors import WrongUse
from bot.flows.asking import done, filled, pressed, read_reply
from bot.flows.language import Flow
from bot.flows.model import Act, Cancel, Effect, End, Event, Hold, Nudge, Raise, Record, Release, Reply, Say, Start, State, TimedOut
from bot.flows.paths import PATHS_MAX, Trail, all_paths
from bot.flows.state import from_json, to_json
from bot.flows.step import step
from bot.locales.words import Words
from bot.understanding import read
from bot.values import Reading

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
"""The moment of every event. Only replies that name a day or a time depend on it."""


@dataclass(slots=True)
class Simulation:
    """One conversation. The state goes through its JSON between steps, as when it is stored."""

    flow: Flow
    state: State
    words: Words = field(default_factory=Words)

    @property
    def language(self) -> str:
        """The client's language now; a flow may change it."""
        return str(self.state.facts.get("language", "en"))

    def translate(self, msgid: str) -> str:
        """A label or match words in the client's language."""
        return self.words.say(msgid, self.language)

    def take(self, event: Event) -> list[dict[str, Any]]:
        """Take one event; the effects as plain values, what is said in the client's words."""
        self.state, effects = step(self.flow, from_json(to_json(self.state)), event, NOW)
        return [self.plain(effect) for effect in effects]

    def plain(self, effect: Effect) -> dict[str, Any]:
        match effect:
            case Say():
                return {"effect": "say", "kind": effect.kind, "step": effect.step, "text": self.text(effect)}
            case Record():
                return {
                    "effect": "record",
                    "code": effect.code,
                    "value": effect.value,
                    "unit": effect.unit,
                    "reason": effect.reading.reason,
                }
            case Raise():
                return {
                    "effect": "raise",
                    "severity": effect.severity.name,
                    "category": effect.category.value,
                    "rule": effect.rule,
                    "why": effect.why,
                }
            case Act():
                return {"effect": "act", "name": effect.name, "arguments": effect.arguments}
            case Hold():
                return {"effect": "hold"}
            case End():
                return {"effect": "end", "outcome": effect.outcome}

    def text(self, say: Say) -> str:
        """The message as an SMS would show it, its options numbered."""
        every = [pair[0] for pair in self.state.facts.get("languages") or []] if say.every_language else [self.language]
        texts = [self.words.say(say.text, language, filled(say, self.state, self.translate)) for language in every or [self.language]]
        labels = [self.translate(option.label) for option in say.options]
        return "\n".join([*dict.fromkeys(texts), *([self.words.numbered(labels, self.language)] if labels else [])])

    def event(self, line: str) -> Event:
        """
        A line of the answers: a reply, or a command that begins with a slash.

        Raises:
            WrongUse: the command is unknown, or the button is not shown.
        """
        command, _, rest = line.partition(" ")
        match command:
            case "/nudge":
                return Nudge(self.state.wait)
            case "/timeout":
                return TimedOut(self.state.wait)
            case "/release":
                return Release()
            case "/cancel":
                return Cancel(rest or "stopped")
            case "/press":
                reading = pressed(self.flow, self.state, rest.strip())
                if reading is None:
                    raise WrongUse(f"answers: no button {rest.strip()!r} at step {self.state.at}")
                return Reply(rest, reading, self.state.wait)
        if line.startswith("/"):
            raise WrongUse("answers: a line that begins with / must be /nudge, /timeout, /release, /cancel REASON or /press VALUE")
        return Reply(line, self.read(line), self.state.wait, screen(line, (self.language,)).severity)

    def read(self, text: str) -> Reading:
        """Read a reply for the question that waits."""
        return read_reply(self.flow, self.state, text, self.language, translate=self.translate, read=read, now=NOW)


def simulate(flow: Flow, language: str, facts: dict[str, Any], lines: list[str], as_json: bool) -> int:
    """Walk `flow` with one reply a line and print the conversation. Returns the exit code."""
    running = Simulation(flow, State(facts={**facts, "language": language}))
    turns: list[dict[str, Any]] = [{"event": "start", "text": "", "effects": running.take(Start())}]
    for number, line in enumerate(lines, 1):
        if running.state.outcome is not None:
            click.echo(f"answers, line {number}: the conversation is over; the rest is not read", err=True)
            break
        event = running.event(line)
        read_as: dict[str, Any] = {"reading": _reading(event.reading), "screened": event.severity.name} if isinstance(event, Reply) else {}
        turns.append({"event": type(event).__name__.lower(), "text": line, **read_as, "effects": running.take(event)})
    state = running.state
    result = {
        "flow": flow.id, "version": flow.version, "language": running.language, "turns": turns, "answers": state.answers,
        "marks": state.marks, "at": state.at, "held": state.held, "outcome": state.outcome, "done": done(flow, state),
    }  # fmt: skip
    click.echo(json.dumps(result) if as_json else "\n".join(_lines(result)))
    return 0


def _reading(reading: Reading) -> dict[str, Any]:
    return {"action": reading.action.value, "value": reading.value, "confidence": reading.confidence, "reason": reading.reason}


def _lines(result: dict[str, Any]) -> list[str]:
    out: list[str] = []
    for turn in result["turns"]:
        if turn["event"] != "start":
            out.append(f"client> {turn['text']}")
        for effect in turn["effects"]:
            out += _effect_lines(effect)
    where = f"over: {result['outcome']}" if result["outcome"] else f"{'held' if result['held'] else 'waits'} at {result['at']}"
    return [*out, f"-- {where}; {'done' if result['done'] else 'not done'}"]


def _effect_lines(effect: dict[str, Any]) -> list[str]:
    match effect["effect"]:
        case "say":
            first, *rest = effect["text"].split("\n")
            return [f"line>   {first}", *(f"        {line}" for line in rest)]
        case "record":
            unit = f" {effect['unit']}" if effect["unit"] else ""
            value = "unread" if effect["value"] is None else f"{json.dumps(effect['value'], ensure_ascii=False)}{unit}"
            return [f"  = {effect['code']}: {value} ({effect['reason']})"]
        case "raise":
            return [f"  ! {effect['severity']} {effect['category']}: {effect['why']} ({effect['rule']})"]
        case "act":
            given = ", ".join(f"{name}={json.dumps(value, ensure_ascii=False)}" for name, value in effect["arguments"].items())
            return [f"  * {effect['name']}({given})"]
        case "hold":
            return ["  # held: a person must release it"]
        case _:
            return []


def simulate_all(flow: Flow, language: str, facts: dict[str, Any], as_json: bool) -> int:
    """Walk every path and print how each ends. Exit code 1 when a numbered answer was not read, or there are too many paths."""
    running = Simulation(flow, State(facts={**facts, "language": language}))

    def read_answer(state: State, text: str) -> Reading:
        running.state = state
        return running.read(text)

    found: list[Trail] = []
    complete = True
    for trail in all_paths(flow, running.state.facts, NOW, read_answer):
        if len(found) == PATHS_MAX:
            complete = False
            break
        found.append(trail)
    misread = sorted({name for trail in found for name in trail.misread})
    if as_json:
        result = {"flow": flow.id, "version": flow.version, "language": language, "paths": [_plain_trail(one) for one in found]}
        click.echo(json.dumps({**result, "complete": complete, "misread": misread}))
    else:
        for trail in found:
            click.echo(_trail_line(trail))
        click.echo(f"-- {len(found)} paths" + ("" if complete else f"; stopped at {PATHS_MAX}"))
    for name in misread:
        click.echo(f"steps.{name}: an answer from its own list is not read in {language}", err=True)
    return 0 if complete and not misread else 1


def _plain_trail(trail: Trail) -> dict[str, Any]:
    raised = [{"severity": one.severity.name, "rule": one.rule} for one in trail.effects if isinstance(one, Raise)]
    acts = [{"name": one.name, "arguments": one.arguments} for one in trail.effects if isinstance(one, Act)]
    end = trail.state.outcome or ("held" if trail.state.held else "goes round")
    return {"answers": [list(pair) for pair in trail.answers], "raised": raised, "acts": acts, "end": end}


def _trail_line(trail: Trail) -> str:
    plain = _plain_trail(trail)
    way = " > ".join(f"{name}={text}" for name, text in trail.answers)
    more = [f"!{one['severity']}" for one in plain["raised"]] + [f"*{one['name']}" for one in plain["acts"]]
    return f"{way} : {plain['end']}{' (' + ' '.join(more) + ')' if more else ''}"
