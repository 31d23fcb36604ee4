"""YAML read strictly: every scalar is text, no key twice, every fault with its line. It knows nothing of concerns."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from importlib.resources.abc import Traversable
from typing import Any

import yaml

from bot.errors import BadFile
from bot.values import Fault

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Node:
    """A place in a YAML file: a mapping, a list, a text, or nothing. Wrong use of it is written down as a fault, not raised."""

    def __init__(self, where: str, node: yaml.Node | None, faults: list[Fault], file: str) -> None:
        self.where, self.faults, self.file = where, faults, file
        self.node = node
        self.key = where.rpartition("/")[2]

    def fault(self, what: str) -> None:
        """Write down that something is wrong here."""
        line = self.node.start_mark.line + 1 if self.node is not None else 1
        self.faults.append(Fault(self.file, line, self.where or "file", what))

    def _pairs(self) -> Iterator[tuple[str, yaml.Node]]:
        if self.node is None:
            return
        if not isinstance(self.node, yaml.MappingNode):
            self.fault("write `key: value` lines here")
            return
        for key, value in self.node.value:
            yield str(key.value), value

    def children(self) -> list[Node]:
        """The entries of a mapping, in order; a key that comes twice is a fault."""
        found: dict[str, Node] = {}
        for key, value in self._pairs():
            child = self._at(key, value)
            if key in found:
                child.fault("stands here a second time; merge the two")
            found[key] = child
        return list(found.values())

    def _at(self, key: str, node: yaml.Node | None) -> Node:
        return Node(f"{self.where}/{key}" if self.where else key, node, self.faults, self.file)

    def child(self, key: str, *, needed: bool = False) -> Node:
        """The entry `key`; an empty node when there is none, which is a fault when it is `needed`."""
        for name, value in self._pairs() if isinstance(self.node, yaml.MappingNode) else ():
            if name == key:
                return self._at(key, value)
        if needed:
            self.fault(f"`{key}` is missing")
        return self._at(key, None)

    def only(self, keys: Collection[str]) -> None:
        """Any other key is a fault."""
        for child in self.children():
            if child.key not in keys:
                child.fault(f"means nothing here; known are {', '.join(keys)}")

    def lines(self) -> list[Node]:
        """The items of a list."""
        if self.node is None:
            return []
        if not isinstance(self.node, yaml.SequenceNode):
            self.fault("write a list here")
            return []
        return [self._at(str(place + 1), item) for place, item in enumerate(self.node.value)]

    def text(self) -> str:
        """The text; empty when there is none. A list or mapping is a fault."""
        if self.node is None:
            return ""
        if not isinstance(self.node, yaml.ScalarNode):
            self.fault("write one text here, in quotes if it begins with [ or {")
            return ""
        return str(self.node.value)


def read_document(path: Traversable, faults: list[Fault]) -> Node:
    """
    The top of the YAML file at `path`. Faults found later, through the node, are added to `faults`.

    Raises:
        BadFile: it is not there, not UTF-8, or not YAML.
    """
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=LOADER)
    except OSError as error:
        raise BadFile([Fault(path.name, 1, "file", f"cannot be read ({error.strerror})")]) from None
    except UnicodeDecodeError:
        raise BadFile([Fault(path.name, 1, "file", "is not UTF-8; save it as UTF-8")]) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise BadFile(
            [Fault(path.name, mark.line + 1 if mark else 1, "file", f"is not YAML: {getattr(error, 'problem', error)}")]
        ) from None
    return Node("", node, faults, path.name)
