"""
Golden transcripts: what happened, line by line, and what followed. The state goes through its JSON between any two events.

An event is one of
    start · release · nudge · timeout · cancel REASON · nudge@N, timeout@N (of wait N)
    reply TEXT -> VALUE            accepted; VALUE as JSON
    reply TEXT ~> VALUE            to be read back
    reply TEXT ?                   not readable
    reply TEXT person              for a person
with `@N` after `reply` for another wait than the current one, and `!severity` for what screening found.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from bot.flows.load import shipped
from bot.flows.model import Act, Cancel, Effect, End, Event, Hold, Nudge, Raise, Record, Release, Reply, Say, Start, State, TimedOut
from bot.flows.paths import sample_facts
from bot.flows.state import from_json, to_json
from bot.flows.step import step
from bot.values import Action, Reading, Severity

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
FOLDER = Path(__file__).parent / "golden"
_REPLY = re.compile(r"reply(?:@(\d+))? (.*?)(?: (->|~>) (.+?)| (\?|person))(?: !(\w+))?")


def event(line: str, state: State) -> Event:
    name, _, rest = line.partition(" ")
    verb, _, stamp = name.partition("@")
    wait = int(stamp) if stamp else state.wait
    match verb:
        case "start":
            return Start()
        case "release":
            return Release()
        case "nudge":
            return Nudge(wait)
        case "timeout":
            return TimedOut(wait)
        case "cancel":
            return Cancel(rest)
    found = _REPLY.fullmatch(line)
    assert found, f"no event: {line}"
    _, text, arrow, value, other, severity = found.groups()
    action = {"->": Action.accept, "~>": Action.confirm, "?": Action.ask, "person": Action.person}[arrow or other]
    reading = Reading(action, json.loads(value) if value else None, 1.0, "golden")
    return Reply(text, reading, wait, Severity[severity or "none"])


def told(effect: Effect) -> str:
    """An effect in one line."""
    match effect:
        case Say():
            options = f" [{' '.join(option.value for option in effect.options)}]" if effect.options else ""
            wait = effect.wait
            waits = f" wait {wait.stamp} nudge {wait.nudge_hours} timeout {wait.timeout_hours}" if wait else ""
            every = " in every language" if effect.every_language else ""
            values = f" {json.dumps(effect.values)}" if effect.values else ""
            return f"{effect.kind} {effect.step}: {effect.text}{values}{options}{waits}{every}"
        case Record():
            return f"record {effect.code} = {json.dumps(effect.value)}{' ' + effect.unit if effect.unit else ''} from {effect.text!r}"
        case Raise():
            return f"raise {effect.severity.name} {effect.category} {effect.rule}"
        case Act():
            return f"act {effect.name} {json.dumps(effect.arguments)}"
        case Hold():
            return "hold"
        case End():
            return f"end {effect.outcome}"


def played(flow: str, facts: dict[str, Any], events: list[str]) -> list[dict[str, Any]]:
    """The transcript of these events: what is to stand in the golden file."""
    loaded = shipped()[flow]
    frozen = {name: value for name, value in {**sample_facts(loaded.purpose), **facts}.items() if value is not None}
    state = State(facts=frozen)
    out = []
    for line in events:
        state, effects = step(loaded, from_json(to_json(state)), event(line, state), NOW)
        out.append({"event": line, "effects": [told(effect) for effect in effects]})
    return out


def transcripts() -> dict[str, tuple[str, dict[str, Any], list[dict[str, Any]]]]:
    """All golden transcripts by "flow: title"."""
    found = {}
    for path in sorted(FOLDER.glob("*.yaml")):
        for title, written in yaml.safe_load(path.read_text("utf-8")).items():
            found[f"{path.stem}: {title}"] = (path.stem, written.get("facts", {}), written["turns"])
    return found


def write() -> None:
    """Play every golden file's events again and write what follows now. Read the diff before you commit it."""
    for path in sorted(FOLDER.glob("*.yaml")):
        content = yaml.safe_load(path.read_text("utf-8"))
        for written in content.values():
            written["turns"] = played(
                path.stem, written.get("facts", {}), [turn["event"] if isinstance(turn, dict) else turn for turn in written["turns"]]
            )
        path.write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=1000), "utf-8")


if __name__ == "__main__":
    write()
