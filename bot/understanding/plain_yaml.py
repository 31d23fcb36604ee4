"""YAML read as plain text, lists and mappings: `no` stays a word, `12:30` stays a time, a key given twice is a fault."""

from __future__ import annotations

from typing import Any

import yaml

from bot.errors import BadFile
from bot.values import Fault

_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


class Plain:
    """A file's content, with the line of every key: `lines["yes_no.yes"]`."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.lines: dict[str, int] = {}
        self.faults: list[Fault] = []
        try:
            node = yaml.compose(text, Loader=_LOADER)
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            line = mark.line + 1 if mark else 1
            raise BadFile([Fault(path, line, "file", f"is not YAML: {getattr(error, 'problem', 'unreadable')}")]) from None
        self.content: Any = self._plain(node, "") if node is not None else {}

    def fault(self, where: str, what: str) -> None:
        """Note a fault; the nearest known line is used."""
        near = where
        while near and near not in self.lines:
            near = near.rpartition(".")[0]
        self.faults.append(Fault(self.path, self.lines.get(near, 1), where or "file", what))

    def _plain(self, node: Any, where: str) -> Any:
        self.lines.setdefault(where, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            found: dict[str, Any] = {}
            for key, value in node.value:
                name = str(key.value)
                at = f"{where}.{name}" if where else name
                self.lines[at] = key.start_mark.line + 1
                if name in found:
                    self.fault(at, "stands twice; join the two")
                found[name] = self._plain(value, at)
            return found
        if isinstance(node, yaml.SequenceNode):
            return [self._plain(value, f"{where}.{index}") for index, value in enumerate(node.value)]
        return node.value
