"""
YAML without its surprises: every value keeps its line, and nothing means what it does not say.

Plain YAML reads `no` as False, `12:30` as 750 and lets the last of two equal keys win. Here `no` and `12:30` are
texts, only `true` and `false` are truth values, and a second equal key is a fault. Anchors, aliases, tags and
several documents in a file are faults too: none of them is needed, and an alias can make a small file huge.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeAlias

import yaml

from bot.flows.limits import DEPTH_MAX, FAULTS_MAX, FILE_BYTES_MAX
from bot.values import Fault

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,9})?")


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value. `plain`: written without quotes, so that it may be a number or a truth value."""

    text: str
    plain: bool
    line: int

    @property
    def value(self) -> bool | int | float | str:
        """What it says: true or false, a number, else the text itself."""
        if self.plain and self.text in ("true", "false"):
            return self.text == "true"
        if self.plain and _NUMBER.fullmatch(self.text):
            return float(self.text) if "." in self.text else int(self.text)
        return self.text


@dataclass(frozen=True, slots=True)
class Listing:
    """Several values in order."""

    items: tuple[Node, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Mapping:
    """Values by name, in the order written. The first of two equal names stands, beside a fault."""

    entries: dict[str, Node]
    line: int


Node: TypeAlias = Scalar | Listing | Mapping


def read(text: str, name: str) -> tuple[Node | None, list[Fault]]:
    """
    Read one YAML document.

    Args:
        text: hostile; over FILE_BYTES_MAX it is refused unread.
        name: what the faults call the file.

    Returns:
        The document, None when there is nothing to go on with, and every fault found. Never raises.
    """
    if len(text.encode("utf-8", "replace")) > FILE_BYTES_MAX:
        return None, [Fault(name, 1, "file", f"over {FILE_BYTES_MAX} bytes: split it", "too-large")]
    faults: list[Fault] = []
    try:
        if not _survey(text, name, faults):
            return None, faults
        root = yaml.compose(text, Loader=yaml.BaseLoader)
    except yaml.YAMLError as error:
        return None, [*faults, _broken(error, name)]
    except (ValueError, OverflowError):  # PyYAML takes \UFFFFFFFF in quotes to chr() as it stands.
        return None, [*faults, Fault(name, 1, "file", "holds an escape that is no character", "not-yaml")]
    if root is None:
        return None, [Fault(name, 1, "file", "is empty", "empty")]
    return _node(root, name, "", faults), faults


def _broken(error: yaml.YAMLError, name: str) -> Fault:
    mark = getattr(error, "problem_mark", None)
    what = getattr(error, "problem", None) or "holds a character that YAML does not allow"
    return Fault(name, mark.line + 1 if mark is not None else 1, "file", f"not YAML: {what}", "not-yaml")


def _line(thing: yaml.Node | yaml.Event) -> int:
    mark = thing.start_mark
    return 1 if mark is None else mark.line + 1


def _survey(text: str, name: str, faults: list[Fault]) -> bool:
    """Look for what we refuse, event by event, before anything recursive runs. False: do not go on."""
    depth = documents = 0
    for event in yaml.parse(text, Loader=yaml.BaseLoader):
        line = _line(event)
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                faults.append(Fault(name, line, "file", "holds a second document: one flow a file", "two-documents"))
                return False
        elif isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > DEPTH_MAX:
                faults.append(Fault(name, line, "file", f"nested deeper than {DEPTH_MAX}", "too-deep"))
                return False
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        anchor, tag = getattr(event, "anchor", None), getattr(event, "tag", None)
        if anchor or tag:
            what = f"uses an anchor or alias ({anchor}): write it out" if anchor else f"uses a tag ({tag}): leave it out"
            faults.append(Fault(name, line, "file", what, "alias" if anchor else "tag"))
            return False
    return True


def _node(raw: yaml.Node, name: str, where: str, faults: list[Fault]) -> Node:
    line = _line(raw)
    if isinstance(raw, yaml.ScalarNode):
        return Scalar(raw.value, raw.style is None, line)
    if isinstance(raw, yaml.SequenceNode):
        return Listing(tuple(_node(item, name, f"{where}[{at}]", faults) for at, item in enumerate(raw.value, 1)), line)
    entries: dict[str, Node] = {}
    for key, value in raw.value:
        at = _line(key)
        if not isinstance(key, yaml.ScalarNode):
            faults.append(Fault(name, at, where or "file", "a list or mapping stands where a name must", "key"))
            continue
        inner = f"{where}.{key.value}" if where else key.value
        if key.value in entries:
            faults.append(Fault(name, at, inner, "stands here a second time: keep one of the two", "duplicate"))
        elif len(faults) < FAULTS_MAX:
            entries[key.value] = _node(value, name, inner, faults)
    return Mapping(entries, line)
