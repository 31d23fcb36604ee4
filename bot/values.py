"""
The values that travel through the house: what a reply means, how grave it is, what waits for it.

Everything here is immutable, JSON-able through `asdict` where it is stored, and free of behaviour that
needs a clock, a database or a language. Pure parts import nothing of ours but this, `errors` and `normalise`.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol, TypeAlias


class Severity(enum.IntEnum):
    """How grave a finding is. Ordered; stored as the number, shown as the word."""

    none = 0
    info = 1
    review = 2
    high = 3
    critical = 4


class Category(enum.StrEnum):
    """What a concern is about. A flag has one; a client has at most one open flag of each."""

    self_harm = "self_harm"
    medical = "medical"
    violence = "violence"
    harm_to_others = "harm_to_others"
    needs = "needs"
    distress = "distress"
    answer = "answer"
    """An answer option or a score that carries a severity of its own."""
    processing = "processing"
    """Screening, reading or the flow failed on the message: a person must read it."""
    unread = "unread"
    """The reply could not be read twice, or came as voice, photo, sticker."""
    help = "help"
    """The client asked for help, or for a person."""
    silence = "silence"
    """The client does not answer, and that weighs more than it mostly does."""


class CrisisReply(enum.StrEnum):
    """Which words a client gets at once. See `docs/explanation/concerns.md`."""

    R1 = "R1"
    """Self-harm: crisis line, text line, emergency number."""
    R2 = "R2"
    """Medical emergency, or danger to others: emergency number first."""
    R3 = "R3"
    """Violence: neutral, names and quotes nothing."""
    R4 = "R4"
    """Food, water, shelter, medicine today: who will call and by when."""


class Kind(enum.StrEnum):
    """What sort of answer a question waits for."""

    yes_no = "yes_no"
    scale = "scale"
    number = "number"
    reading = "reading"
    """A blood pressure: {"systolic", "diastolic"}, mmHg."""
    choice = "choice"
    date = "date"
    time = "time"
    datetime = "datetime"
    text = "text"


class Action(enum.StrEnum):
    """What follows from a reading."""

    accept = "accept"
    confirm = "confirm"
    """Read back ("I read 7. Right?"); the value counts once the client says yes."""
    ask = "ask"
    """Ask again, more simply."""
    person = "person"
    """A person reads it."""


Value: TypeAlias = bool | int | float | str | list[str] | dict[str, int]
"""A read answer, as JSON has it: true/false/"unsure", a number, an option's value, several of them."""


@dataclass(frozen=True, slots=True)
class Option:
    """One answer of a choice: what is stored, what the client sees, what else counts as it (both in the client's language)."""

    value: str
    label: str
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Expected:
    """
    What the waiting question can be answered with.

    minimum, maximum: inclusive, in `unit`; None is unbounded. A scale has both.
    options: in the order shown, numbered from 1; only for a choice.
    many: several options may be chosen.
    now, zone: for dates and times: the moment of the reply (without an offset it is local), and the client's time zone.
    """

    kind: Kind
    minimum: float | None = None
    maximum: float | None = None
    unit: str | None = None
    options: tuple[Option, ...] = ()
    many: bool = False
    now: datetime | None = None
    zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Reading:
    """
    A reply as it was understood.

    value: None unless action is accept or confirm.
    confidence: 0 to 1.
    reason: a short code that says how it was read, or why not ("number-word", "two-numbers", "no-match").
    span: half-open range of characters in the *original* text that carried the value, or None.
    """

    action: Action
    value: Value | None
    confidence: float
    reason: str
    span: tuple[int, int] | None = None
    unit: str | None = None


class Keyword(enum.StrEnum):
    """What a message asks of the line itself, before any question is answered."""

    stop = "stop"
    start = "start"
    help = "help"
    forget = "forget"
    loss = "loss"
    none = "none"


@dataclass(frozen=True, slots=True)
class OptOut:
    """
    Whether a message asks to stop, start, get help.

    alone: the whole message is the keyword (with punctuation or politeness around it): it always counts.
    shared: the phrase is one that self-harm uses too ("I want it all to stop"): then it is a concern, not a stop.
    """

    intent: Keyword
    confidence: float
    alone: bool = False
    shared: bool = False


class Intent(enum.StrEnum):
    """What a client asks of us in their own words, beside answers and keywords. The order is their weight: of two the first counts."""

    wrong_number = "wrong_number"
    change = "change"
    """Another time for an appointment, or they can't make it."""
    call_me = "call_me"
    pause = "pause"
    another_time = "another_time"
    """Another time of day for our messages."""
    privacy = "privacy"
    """Who sees what they write."""
    who = "who"
    """Who we are."""
    language = "language"
    correct = "correct"
    """The last answer was wrong."""
    later = "later"
    question = "question"
    thanks = "thanks"
    none = "none"


@dataclass(frozen=True, slots=True)
class Asked:
    """
    What a message asks of us.

    confidence: 0 to 1; 1 for none too, as nothing was found.
    old, new: of a correction, the value taken back and the one given, in the client's words; empty where not said.
    language: the tag of the language asked for; empty where none is named.
    span: half-open range of characters in the *original* text that said so; None where no words of the lexicon did.
    """

    intent: Intent
    confidence: float = 1.0
    old: str = ""
    new: str = ""
    language: str = ""
    span: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """
    One rule that fired on a text.

    rule: id of the rule with its language ("self_harm.intent/en").
    matched: the client's own words. why: one English sentence for the case manager.
    reply: the crisis reply it calls for, None below high.
    grade: how far along within its kind (0 thought, 1 plan or means, 2 attempt or emergency now); "worse" compares it.
    shadow: of a rule on trial: counted, shown to nobody, alerts nothing.
    """

    severity: Severity
    category: Category
    rule: str
    matched: str
    why: str
    span: tuple[int, int] | None = None
    reply: CrisisReply | None = None
    grade: int = 0
    shadow: bool = False


@dataclass(frozen=True, slots=True)
class Screening:
    """
    All that was found in a text, the worst first. Empty findings: severity none.

    shadowed: what rules on trial found; nothing follows from it.
    """

    findings: tuple[Finding, ...] = ()
    shadowed: tuple[Finding, ...] = ()

    @property
    def worst(self) -> Finding | None:
        """The finding that decides, or None."""
        return self.findings[0] if self.findings else None

    @property
    def severity(self) -> Severity:
        """The severity of the worst finding."""
        return self.findings[0].severity if self.findings else Severity.none


class ChannelKind(enum.StrEnum):
    """What somebody is reached by. A simulated sender imitates one of them."""

    sms = "sms"
    telegram = "telegram"
    mail = "mail"
    """Alerts to staff alone; never a client's."""


class MessageClass(enum.StrEnum):
    """The rows of the gate's table: what kind of outgoing message this is."""

    crisis = "crisis"
    alert = "alert"
    keyword = "keyword"
    """The answer to STOP, START or HELP."""
    reply = "reply"
    """A reply within a conversation."""
    staff = "staff"
    """Written by a case manager."""
    prompt = "prompt"
    """A scheduled prompt, reminder or nudge."""
    bulk = "bulk"


LANES = {
    MessageClass.crisis: 0,
    MessageClass.alert: 0,
    MessageClass.keyword: 1,
    MessageClass.reply: 1,
    MessageClass.staff: 1,
    MessageClass.prompt: 2,
    MessageClass.bulk: 3,
}
"""The lane of each class: a lower one never waits for a higher one."""


class Purpose(enum.StrEnum):
    """What a client may consent to, separately."""

    check_ins = "check_ins"
    appointments = "appointments"
    goals = "goals"
    sensitive = "sensitive"
    service = "service"
    """The line itself: invitation, consent, keywords. Needs no consent; never a schedule."""


class OutboxState(enum.StrEnum):
    """Where an outgoing message stands. See docs/explanation/delivery.md for the arrows."""

    pending = "pending"
    held = "held"
    claimed = "claimed"
    sending = "sending"
    sent = "sent"
    unknown = "unknown"
    retry = "retry"
    dead = "dead"
    cancelled = "cancelled"
    expired = "expired"


class Delivery(enum.IntEnum):
    """What the provider says became of it. Only ever moves to a higher number, but a failure never hides a delivery."""

    none = 0
    queued = 1
    sent = 2
    failed = 3
    undelivered = 4
    delivered = 5


class Reason(enum.StrEnum):
    """Why a message did not go out, or waits. Closed; each has a sentence in `bot/gate.py`."""

    quiet_hours = "quiet_hours"
    stopped = "stopped"
    no_consent = "no_consent"
    capped = "capped"
    open_critical_flag = "open_critical_flag"
    client_held = "client_held"
    programme_held = "programme_held"
    sender_paused = "sender_paused"
    not_after = "not_after"
    flag_closed = "flag_closed"
    conversation_over = "conversation_over"
    in_flight = "in_flight"
    conversation_open = "conversation_open"
    not_enrolled = "not_enrolled"
    telegram_not_opened = "telegram_not_opened"
    no_address = "no_address"
    programme_not_active = "programme_not_active"
    refused = "refused"
    blocked = "blocked"
    bad_address = "bad_address"
    provider_down = "provider_down"
    unknown_outcome = "unknown_outcome"
    misconfigured = "misconfigured"
    answered = "answered"
    superseded = "superseded"
    loop_guard = "loop_guard"
    appointment_over = "appointment_over"
    goal_over = "goal_over"
    paused_by_client = "paused_by_client"
    missed_window = "missed_window"
    instrument_gate = "instrument_gate"
    not_answered = "not_answered"


@dataclass(frozen=True, slots=True)
class Button:
    """A choice shown under a question: its label and the short token that comes back when it is pressed."""

    label: str
    token: str


class Ids(Protocol):
    """Makes primary keys and tokens. A port: deterministic in tests and in the headless demo."""

    def new(self) -> int:
        """A fresh 63-bit id, rising in time: milliseconds, node, counter."""
        ...

    def token(self, size_bytes: int = 18) -> str:
        """A URL-safe secret of `size_bytes` random bytes."""
        ...

    def code(self, digits: int = 6) -> str:
        """A decimal code that a person can type."""
        ...

    def bytes(self, size_bytes: int) -> bytes:
        """Random bytes, for keys and nonces."""
        ...


class Clock(Protocol):
    """Tells the time. There are two: the world's (what is due) and the machine's (leases, tokens, logs)."""

    def now(self) -> datetime:
        """Aware, UTC."""
        ...


@dataclass(frozen=True, slots=True)
class Person:
    """
    Who acts: a signed-in user, a phone, or the system. `role` is one of ROLES, or "client", "system".

    covers: the case managers whose place the person takes while they are away; read anew for each request.
    """

    id: int
    role: str
    programme_id: int = 0
    covers: tuple[int, ...] = ()


ROLES: Sequence[str] = ("administrator", "supervisor", "case_manager")
SYSTEM = Person(id=0, role="system")


def utc(moment: datetime) -> datetime:
    """The same moment in UTC; refuses a naive one."""
    if moment.tzinfo is None:
        raise ValueError("a naive datetime: give it a time zone")
    return moment.astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in a file: where (path, line, dotted field) and what to do about it."""

    path: str
    line: int
    where: str
    what: str
    code: str = field(default="fault")

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.where}: {self.what}"
