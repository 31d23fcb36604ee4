"""The state of a conversation as JSON: what is stored between steps, and nothing else is."""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from typing import Any

from bot.errors import BadFile
from bot.flows.model import State
from bot.values import Fault

_TYPES: dict[str, tuple[type, ...]] = {
    "flow": (str,),
    "version": (int,),
    "at": (str, type(None)),
    "wait": (int,),
    "tries": (int,),
    "nudged": (int,),
    "held": (bool,),
    "confirming": (dict, type(None)),
    "facts": (dict,),
    "answers": (dict,),
    "marks": (dict,),
    "outcome": (str, type(None)),
}
assert set(_TYPES) == {field.name for field in fields(State)}


def to_json(state: State) -> str:
    """The state as JSON, in ASCII with sorted keys: the same state is always the same text."""
    return json.dumps(asdict(state), ensure_ascii=True, sort_keys=True, separators=(",", ":"), allow_nan=False)


def from_json(text: str) -> State:
    """
    The state that `to_json` wrote; fields that it lacks, as older states do, take their defaults.

    Raises:
        BadFile: it is no such text. Quotes nothing of it, for it holds answers.
    """
    try:
        stored: Any = json.loads(text)
    except ValueError:
        stored = None
    if not isinstance(stored, dict):
        raise BadFile([Fault("conversation", 1, "state", "is not a JSON object: restore it from a backup", "not-json")])
    wrong = [name for name, value in stored.items() if name not in _TYPES or type(value) not in _TYPES[name]]
    if wrong:
        raise BadFile([Fault("conversation", 1, f"state.{name}", "is unknown or of the wrong type", "bad-state") for name in sorted(wrong)])
    return State(**stored)
