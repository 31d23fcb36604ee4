"""
The fields of one mapping in a flow file, taken one by one, with every fault noted and none raised.

Each `take` returns the value or, beside a fault, a harmless stand-in, so that loading goes on to the next fault.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from bot.flows.language import Literal, Operand, Ref
from bot.flows.limits import FAULTS_MAX, NAME_CHARS_MAX
from bot.flows.strict import Listing, Mapping, Node, Scalar
from bot.values import Fault

E = TypeVar("E", bound=enum.Enum)

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
SOURCES = ("answer", "fact", "mark")


@dataclass(slots=True)
class Faults:
    """The faults of one file, in the order found."""

    path: str
    found: list[Fault] = field(default_factory=list)

    def note(self, line: int, where: str, what: str, code: str) -> None:
        """Note one fault; beyond FAULTS_MAX they are dropped."""
        if len(self.found) < FAULTS_MAX:
            self.found.append(Fault(self.path, line, where, what, code))


class Fields:
    """One mapping under inspection. `where` is its dotted path."""

    def __init__(self, node: Node, where: str, faults: Faults) -> None:
        self.where, self.faults, self.line = where, faults, node.line
        self.entries: dict[str, Node] = {}
        self.used: set[str] = set()
        if isinstance(node, Mapping):
            self.entries = node.entries
        else:
            faults.note(node.line, where or "file", "must be a mapping of names to values", "not-a-mapping")

    def at(self, name: str) -> str:
        """The dotted path of one field."""
        return f"{self.where}.{name}" if self.where else name

    def fault(self, name: str, what: str, code: str) -> None:
        """Note a fault of one field."""
        node = self.entries.get(name)
        self.faults.note(node.line if node else self.line, self.at(name), what, code)

    def node(self, name: str, *, required: bool = False) -> Node | None:
        """The field as written, or None."""
        self.used.add(name)
        node = self.entries.get(name)
        if node is None and required:
            self.fault(name, "is missing", "missing-field")
        return node

    def scalar(self, name: str, *, required: bool = False) -> Scalar | None:
        """The field as one value, or None."""
        node = self.node(name, required=required)
        if node is None or isinstance(node, Scalar):
            return node
        self.fault(name, "must be one value, not a list or mapping", "not-a-value")
        return None

    def text(self, name: str, chars_max: int, *, required: bool = False) -> str:
        """A text of at most `chars_max`; "" when it is not there."""
        scalar = self.scalar(name, required=required)
        if scalar is None:
            return ""
        if not scalar.text.strip():
            self.fault(name, "is empty", "empty")
        if len(scalar.text) > chars_max:
            self.fault(name, f"is {len(scalar.text)} characters long; at most {chars_max} fit", "too-long")
        return scalar.text

    def name(self, name: str, *, required: bool = False) -> str:
        """An id or code: letters, digits, "_" and "-", beginning with a letter."""
        text = self.text(name, NAME_CHARS_MAX, required=required)
        if text.strip() and not NAME.fullmatch(text):
            self.fault(name, 'must begin with a letter and hold only letters, digits, "_" and "-"', "bad-name")
        return text

    def number(self, name: str, low: float, high: float, *, required: bool = False) -> float | None:
        """A number from `low` to `high`, inclusive."""
        scalar = self.scalar(name, required=required)
        if scalar is None:
            return None
        value = scalar.value
        if isinstance(value, bool | str):
            self.fault(name, "must be a number", "not-a-number")
            return None
        if not low <= value <= high:
            self.fault(name, f"must be from {low:g} to {high:g}", "out-of-range")
            return None
        return float(value)

    def truth(self, name: str) -> bool | None:
        """`true` or `false`; nothing else says it."""
        scalar = self.scalar(name)
        if scalar is None:
            return None
        if not isinstance(scalar.value, bool):
            self.fault(name, "must be true or false", "not-a-truth")
            return None
        return scalar.value

    def one_of(self, name: str, kinds: type[E], default: E, *, required: bool = False) -> E:
        """The member of `kinds` that is named."""
        scalar = self.scalar(name, required=required)
        if scalar is None:
            return default
        if scalar.text not in kinds.__members__:
            self.fault(name, f"must be one of {', '.join(kinds.__members__)}", "unknown-word")
            return default
        return kinds[scalar.text]

    def many(self, name: str, most: int, *, required: bool = False) -> list[Node]:
        """The items of a list of 1 to `most`."""
        node = self.node(name, required=required)
        if node is None:
            return []
        if not isinstance(node, Listing):
            self.fault(name, "must be a list", "not-a-list")
            return []
        if not 1 <= len(node.items) <= most:
            self.fault(name, f"holds {len(node.items)} items; it may hold 1 to {most}", "too-many")
        return list(node.items[:most])

    def names(self, name: str, most: int, *, required: bool = False) -> tuple[str, ...]:
        """A list of ids or codes."""
        items = self.many(name, most, required=required)
        good = tuple(item.text for item in items if isinstance(item, Scalar) and NAME.fullmatch(item.text))
        if len(good) != len(items):
            self.fault(name, "must be a list of names", "bad-name")
        if len(set(good)) != len(good):
            self.fault(name, "names one twice", "duplicate")
        return good

    def inner(self, name: str, *, required: bool = False) -> Fields | None:
        """A mapping inside."""
        node = self.node(name, required=required)
        return None if node is None else Fields(node, self.at(name), self.faults)

    def each(self, name: str, most: int, *, required: bool = False) -> Iterator[Fields]:
        """The mappings in a list."""
        for at, node in enumerate(self.many(name, most, required=required), 1):
            yield Fields(node, f"{self.at(name)}[{at}]", self.faults)

    def operand(self, name: str, *, required: bool = False) -> Operand | None:
        """A value, or `{answer|fact|mark: name}`."""
        node = self.node(name, required=required)
        if node is None:
            return None
        if isinstance(node, Scalar):
            return node.value
        ref = Fields(node, self.at(name), self.faults).ref()
        return Ref("answer", "") if ref is None else ref

    def ref(self) -> Ref | None:
        """The mapping itself as `{answer|fact|mark: name}`."""
        ref = self.subject()
        self.close()
        return ref

    def subject(self) -> Ref | None:
        """The one field of answer, fact, mark that is there."""
        given = [source for source in SOURCES if source in self.entries]
        if len(given) != 1:
            self.faults.note(self.line, self.where, "must name one of answer, fact, mark", "no-subject")
            self.used.update(given)
            return None
        return Ref(given[0], self.name(given[0]))

    def literals(self, name: str, most: int) -> tuple[Literal, ...]:
        """A list of plain values."""
        items = self.many(name, most, required=True)
        if not all(isinstance(item, Scalar) for item in items):
            self.fault(name, "must be a list of plain values", "not-a-value")
        return tuple(item.value for item in items if isinstance(item, Scalar))

    def close(self) -> None:
        """Note each field that nobody took: a misspelt name must not pass for a missing one."""
        known = ", ".join(sorted(self.used))
        for name in self.entries:
            if name not in self.used:
                self.fault(name, f"is not known here; known are {known}", "unknown-field")
