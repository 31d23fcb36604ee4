"""
What a flow is, what can happen to a conversation in it, and what follows: frozen values, no behaviour.

Events go into `step`, effects come out; the shell (`bot/conversation.py`) carries effects out in one write unit.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeAlias

from bot.values import Category, Kind, Purpose, Reading, Severity, Value

# ---------------------------------------------------------------- what happened


@dataclass(frozen=True, slots=True)
class Start:
    """The conversation begins. The facts are already in the state."""


@dataclass(frozen=True, slots=True)
class Reply:
    """
    The client wrote, and the shell has read it for the question that waits.

    wait: the stamp of the wait it answers; another stamp is stale.
    severity: of what screening found in it; critical and high hold the conversation.
    """

    text: str
    reading: Reading
    wait: int
    severity: Severity = Severity.none


@dataclass(frozen=True, slots=True)
class Nudge:
    """The time to remind has come, for this wait."""

    wait: int


@dataclass(frozen=True, slots=True)
class TimedOut:
    """The window for an answer closed, for this wait."""

    wait: int


@dataclass(frozen=True, slots=True)
class Release:
    """A person let a held conversation go on."""


@dataclass(frozen=True, slots=True)
class Again:
    """The question of this wait is to be asked anew: the client put it off, or reads another language now."""

    wait: int


@dataclass(frozen=True, slots=True)
class Cancel:
    """The conversation must end: the client stopped, the appointment is over. `reason` is a code."""

    reason: str


Event: TypeAlias = Start | Reply | Nudge | TimedOut | Release | Again | Cancel

# ---------------------------------------------------------------- what follows


@dataclass(frozen=True, slots=True)
class ShownOption:
    """An option as a question shows it: the stored value, and the msgid of its label."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Wait:
    """
    What the no-reply clock does once the question was really sent.

    nudge_hours, timeout_hours: after the sending; None: no nudge.
    """

    stamp: int
    nudge_hours: float | None
    timeout_hours: float


class Msgid(str):
    """A value that is itself a msgid, as the label of an option that is read back: translate it before filling it in."""

    __slots__ = ()


class When(str):
    """A date, a time or both, as `understand` writes them: said in the client's language when it is filled in."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Say:
    """
    Something to say.

    text: a msgid; its placeholders are filled from `values` and the state's facts.
    kind: say, ask, repair, confirm or nudge.
    options: shown numbered from 1 (SMS) or as buttons (Telegram), in this order.
    wait: set when an answer is awaited. A nudge repeats the stamp and carries the hours that are left.
    every_language: said in each language of the programme, one after the other: the client's is not known yet.
    values: numbers, texts, a `Msgid`, a `When` or a tuple of them; `bot.flows.asking.filled` readies them for the wording.
    """

    step: str
    text: str
    kind: str = "say"
    values: dict[str, Any] = field(default_factory=dict)
    options: tuple[ShownOption, ...] = ()
    wait: Wait | None = None
    every_language: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """An answer to store against the plan. `value` None: the reply could not be read and stands as written (unread)."""

    step: str
    code: str
    text: str
    reading: Reading
    value: Value | None
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Raise:
    """A concern that the flow itself sees: the severity of an option or a score, or a reply that nobody could read."""

    severity: Severity
    category: Category
    rule: str
    why: str


@dataclass(frozen=True, slots=True)
class Act:
    """Something the house does, by a name of `ACTS`, with arguments taken from answers and facts."""

    name: str
    arguments: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Hold:
    """The conversation waits for a person; nothing more is said in it."""


@dataclass(frozen=True, slots=True)
class End:
    """The conversation is over. outcome: completed, stopped, expired, interrupted, handed_over, or a reason code."""

    outcome: str


Effect: TypeAlias = Say | Record | Raise | Act | Hold | End

ACTS: dict[str, tuple[str, ...]] = {
    "consent.record": ("purposes",),
    "consent.decline": (),
    "language.set": ("language",),
    "appointment.answer": ("answer",),
    "appointment.reason": ("reason",),
    "goal.progress": ("value",),
    "goal.barrier": ("barrier",),
    "task.open": ("kind",),
    "silence.pause": (),
}
"""Every act a flow may call, with the arguments it needs. The shell carries out each; `lint` refuses others."""

ACT_OPTIONS: dict[str, tuple[str, ...]] = {"task.open": ("note",)}
"""Arguments that may be given besides. note: what the client said about it; an open item of the kind is replaced by one with it."""

_CLIENT = ("name", "programme", "manager", "language", "zone")

FACTS: dict[Purpose, tuple[str, ...]] = {
    Purpose.check_ins: (*_CLIENT, "limit_systolic", "limit_diastolic"),
    Purpose.sensitive: _CLIENT,
    Purpose.appointments: (*_CLIENT, "appointment_title", "appointment_date", "appointment_time", "appointment_place"),
    Purpose.goals: (*_CLIENT, "goal_title", "goal_unit", "goal_target", "goal_value", "goal_low", "goal_high"),
    Purpose.service: (*_CLIENT, "messages_per_week", "purposes", "languages"),
}
"""
What the shell freezes into the state at the start, by the flow's purpose: texts ready in the client's language, but

    goal_low, goal_high: numbers; a value below or above is off track. Left out where the goal has no such side.
    purposes: list of the names of `Purpose` that the programme asks consent for. Left out: all but `sensitive`.
    languages: list of [tag, name in the language itself]. Left out when the language is already chosen.
    messages_per_week: a number.
    limit_systolic, limit_diastolic: numbers; above them a blood pressure is measured again. Left out where the client has no such limit.
"""

MEASURES: dict[str, Kind] = {"weight": Kind.number, "blood-pressure": Kind.reading, "glucose": Kind.number}
"""What a question may say that it measures, and of which kind it must be; the limits are in `bot/concerns/readings.yaml`."""

OPTIONAL_FACTS = frozenset({"limit_systolic", "limit_diastolic", "goal_value", "goal_low", "goal_high", "purposes", "languages"})
"""Facts that may be left out: no text may name them, and a condition on one says what counts without it."""

# ---------------------------------------------------------------- where it stands


@dataclass(frozen=True, slots=True)
class State:
    """
    Where a conversation stands; plain JSON between steps (`bot/flows/state.py`).

    at: id of the step that waits, or, of a held conversation, where it goes on; None before the start and after the end.
    wait: stamp of the current wait; every new wait has a new one, so that what is stale cancels itself.
    tries: unreadable replies to the current question so far.
    confirming: the reading that was read back and awaits a yes, with the reply it came from.
    facts: what was frozen about client, goal and appointment at the start.
    answers: question code → {"value", "unit"}; marks: what `set` steps stored.
    """

    flow: str = ""
    version: int = 0
    at: str | None = None
    wait: int = 0
    tries: int = 0
    nudged: int = 0
    held: bool = False
    confirming: dict[str, Any] | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    marks: dict[str, Any] = field(default_factory=dict)
    outcome: str | None = None
