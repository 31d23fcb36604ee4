"""
What a flow file says, as frozen values: steps, texts, options, conditions. `load` makes them, `lint` judges, `step` walks.

A text is a whole English sentence (the msgid) with a note for its translator. Steps refer to each other by id; `next`
is filled in by `load` with the step that follows in the file where the file does not say.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from bot.flows.instruments.form import Instrument
from bot.values import Category, Kind, Purpose, Severity


@dataclass(frozen=True, slots=True)
class Text:
    """
    Something a client reads, or the words a client may answer with (divided by "|").

    every_language: said in each language of the programme, one after the other, as before the language is known.
    """

    en: str
    note: str
    line: int
    every_language: bool = False


@dataclass(frozen=True, slots=True)
class Ref:
    """A value taken from where the conversation stands. source: answer, fact or mark."""

    source: str
    name: str


Literal: TypeAlias = bool | int | float | str
Operand: TypeAlias = Ref | Literal


@dataclass(frozen=True, slots=True)
class AllOf:
    """True when each is."""

    of: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """True when one is."""

    of: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """True when the other is false; neither, when the other cannot be known."""

    of: Condition


@dataclass(frozen=True, slots=True)
class Comparison:
    """
    One comparison.

    how: is, in, has, at_least, at_most, above, below, or missing.
    operand: what to compare with; for `in` several; for `missing` whether it must be.
    if_missing: what counts when the subject or the operand has no value; None: not known, which no branch follows.
    """

    subject: Ref
    how: str
    operand: Operand | tuple[Literal, ...]
    if_missing: bool | None
    line: int


Condition: TypeAlias = AllOf | AnyOf | Not | Comparison


@dataclass(frozen=True, slots=True)
class Choice:
    """
    One answer that a question offers.

    label: None for a yes/no question, whose labels are ours.
    points: what it counts in a score.
    severity, category, why: the concern that choosing it raises.
    """

    value: str
    label: Text | None
    words: Text | None
    points: float | None
    severity: Severity
    category: Category
    why: str
    line: int


@dataclass(frozen=True, slots=True)
class Nudged:
    """One reminder, `hours` after the question was really sent."""

    hours: float
    text: Text


@dataclass(frozen=True, slots=True)
class Timeout:
    """The end of waiting, `hours` after the question was really sent. then: the step that follows, None ends as expired."""

    hours: float
    then: str | None


@dataclass(frozen=True, slots=True)
class Asking:
    """
    A question that waits for an answer.

    options: written out, or the name of a fact that lists [value, label] pairs.
    unread: the step after the last try; None: the next one, which `lint` does not let pass.
    read_back: a typed answer counts only once the client has confirmed it.
    measures: what the answer measures of the body (`bot/concerns/readings.yaml`), so that it is judged as a reading.
    """

    id: str
    line: int
    kind: Kind
    code: str
    text: Text
    repair: tuple[Text, ...]
    confirm: Text | None
    options: tuple[Choice, ...] | Ref
    many: bool
    minimum: float | None
    maximum: float | None
    unit: Operand | None
    nudge: Nudged | None
    timeout: Timeout
    unread: str | None
    next: str | None
    read_back: bool = False
    measures: str = ""


@dataclass(frozen=True, slots=True)
class Saying:
    """Something said without waiting."""

    id: str
    line: int
    text: Text
    next: str | None


@dataclass(frozen=True, slots=True)
class Case:
    """One way of a branch. condition: None for `else`."""

    condition: Condition | None
    then: str
    line: int


@dataclass(frozen=True, slots=True)
class Branching:
    """The first case that holds is followed."""

    id: str
    line: int
    cases: tuple[Case, ...]


@dataclass(frozen=True, slots=True)
class Band:
    """A score of at least `at_least` raises `severity`."""

    at_least: float
    severity: Severity
    why: str
    category: Category = Category.answer


@dataclass(frozen=True, slots=True)
class Scoring:
    """
    A sum or mean of answers' points. There is no total when one of them is missing.

    grave: where a conversation goes on that a grave total has held; None: as any other.
    """

    id: str
    line: int
    code: str
    of: tuple[str, ...]
    method: str
    bands: tuple[Band, ...]
    next: str | None
    grave: str | None = None


@dataclass(frozen=True, slots=True)
class Setting:
    """Stores a mark; `add` appends to a list instead."""

    id: str
    line: int
    mark: str
    value: Operand
    add: bool
    next: str | None


@dataclass(frozen=True, slots=True)
class Calling:
    """Something the house does."""

    id: str
    line: int
    act: str
    arguments: dict[str, Operand]
    next: str | None


@dataclass(frozen=True, slots=True)
class Ending:
    """The end of the conversation."""

    id: str
    line: int
    outcome: str


Step: TypeAlias = Asking | Saying | Branching | Scoring | Setting | Calling | Ending


@dataclass(frozen=True, slots=True)
class Flow:
    """
    A loaded flow.

    start: id of the first step.
    done: codes of questions or names of marks; all of them known makes the conversation count as done.
    confirm: the wording of a read-back for questions that have none of their own.
    path: what faults call the file.
    instrument: the published questionnaire that it asks, where it was written out of one.
    """

    id: str
    version: int
    title: str
    purpose: Purpose
    done: tuple[str, ...]
    confirm: Text | None
    steps: dict[str, Step]
    path: str = ""
    lines: dict[str, int] = field(default_factory=dict)
    instrument: Instrument | None = None

    @property
    def start(self) -> str:
        """The first step of the file."""
        return next(iter(self.steps))


OUTCOMES = ("completed", "expired", "handed_over", "interrupted", "stopped")
"""What an `end` step may say. A cancelled conversation ends with the reason it was cancelled for."""
