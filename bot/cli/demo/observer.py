"""
An independent observer of the demo: counts what happened and what must not have, from the ground truth.

The truth is what providers took (`MemoryPhones.accepted`), what people wrote and got a 2xx for (the stage's journal), and
the list of slots as the calendar gives it. The rules of what may go out when are written down here once more, on purpose:
a mistake in the product's own gate must not hide itself. The outbox is read for what a message claims to be, no more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from bot.channels.phones import Accepted
from bot.cli.demo import calendar
from bot.cli.demo.stage import Stage, Written
from bot.values import OutboxState, Severity
from storage import schema as t

ANSWERED_FOR = timedelta(minutes=30)
"""So long after somebody wrote, an answer is no intrusion in quiet hours."""
AGE = {"crisis": timedelta(hours=2), "keyword": timedelta(minutes=5)}
"""How long after the client wrote these may still go."""
DAY = timedelta(hours=24)
AGAIN = timedelta(minutes=15)
CLOCKED = {
    "opened": "open", "raised": "open", "escalated": "open", "reopened": "open", "woken": "open", "reassigned": "open",
    "acknowledged": "taken", "contacted": "taken", "noted": "taken", "snoozed": "snoozed", "resolved": "resolved",
}  # fmt: skip
"""What moves the clock of a flag, and how the flag stands afterwards. A note does so only where somebody has taken it."""
REPEATED = ("crisis", "alert")
"""What is repeated where nobody knows whether it arrived."""
LATER = "later"
"""What a slot waits for whose moment has not come; no reason of the product's."""


@dataclass(frozen=True, slots=True)
class Known:
    """Whom a number belongs to. quiet: when they must be left alone; None: never."""

    zone: ZoneInfo
    quiet: Callable[[datetime, ZoneInfo], bool] | None = calendar.quiet


class Observer:
    """
    Looks at one stage between `started` and `end`.

    phones: whose each number is; one that is not there is a stranger's, who is in the programme's zone.
    """

    def __init__(self, stage: Stage, phones: dict[str, Known], zone: str, started: datetime, end: datetime) -> None:
        self.stage, self.phones, self.zone = stage, phones, ZoneInfo(zone)
        self.started, self.end = started, end
        self.written: dict[str, list[Written]] = {}
        for one in stage.journal:
            if one.status // 100 == 2:
                self.written.setdefault(one.address, []).append(one)
        self.tables = stage.house.db.read(_tables)
        settings = self.tables["programmes"][0]["settings"] or {}
        self.follow_critical = timedelta(minutes=settings.get("critical_follow_minutes", 60))
        self.outbox = {row["id"]: row for row in self.tables["outbox"]}
        self.took = Counter(accepted.outgoing.outbox_id for _, accepted in stage.phones.accepted)

    def totals(self) -> dict[str, Any]:
        """All totals, in the order in which they are printed."""
        prompts, reasons, unexplained = self._slots()
        replies, lost = self._replies()
        quiet, stopped, stale = self._messages()
        violations = {
            "quiet_hours": quiet,
            "after_stop": stopped,
            "stale": stale,
            "duplicate": self._duplicates(),
            "unexplained_slot": unexplained,
            "lost_reply": lost,
        }
        return {
            "prompts": prompts,
            "reasons": dict(sorted(reasons.items())),
            "replies": replies,
            "flags": self._flags(),
            "stops": sum(one.meant == "stop" for ones in self.written.values() for one in ones),
            "violations": violations,
            "left": self._left(),
        }

    # ------------------------------------------------------------ messages

    def _messages(self) -> tuple[int, int, int]:
        """How many went out in quiet hours, after a STOP, and too late, that must not have."""
        quiet = stopped = stale = 0
        answered: set[tuple[str, int]] = set()
        for place, (_, accepted) in enumerate(self.stage.phones.accepted):
            row = self.outbox[accepted.outgoing.outbox_id]
            before = [one for one in self.written.get(accepted.address, ()) if one.heard <= place]
            wrote = before[-1].at if before else None
            quiet += not self._may_now(row, accepted, wrote)
            stale += accepted.at > self._limit(row, wrote)
            last = next((one for one in reversed(before) if one.meant), None)
            if last is None or last.meant != "stop" or row["cls"] in ("crisis", "alert"):
                continue
            once = (accepted.address, last.heard)
            stopped += row["cls"] != "keyword" or once in answered
            answered.add(once)
        return quiet, stopped, stale

    def _may_now(self, row: dict[str, Any], accepted: Accepted, wrote: datetime | None) -> bool:
        """Whether the hour allows it: it is no quiet one, or the message answers what was just written, or cannot wait."""
        known = self.phones.get(accepted.address, Known(self.zone))
        if known.quiet is None or not known.quiet(accepted.at, known.zone):
            return True
        since = DAY if wrote is None else accepted.at - wrote
        match row["cls"]:
            case "crisis" | "keyword":
                return since <= AGE[row["cls"]]
            case "reply":
                return since <= ANSWERED_FOR
            case "staff":
                return since <= ANSWERED_FOR or "urgent" in row["flags"]["exempt"]
            case "alert":
                return row["flags"].get("severity") == int(Severity.critical) or since <= ANSWERED_FOR
        return False

    def _limit(self, row: dict[str, Any], wrote: datetime | None) -> datetime:
        """The last moment at which a message may go."""
        if row["cls"] in AGE and wrote is not None:
            return wrote + AGE[row["cls"]]
        if row["cls"] == "alert":
            return datetime.max.replace(tzinfo=self.end.tzinfo)
        own: datetime = row["not_after"] or row["created_at"] + DAY
        slot = self._slot_of(row)
        return own if slot is None else min(own, slot["not_after"])

    def _slot_of(self, row: dict[str, Any]) -> dict[str, Any] | None:
        slot: dict[str, Any] | None = self.tables["by_slot"].get(row["slot_id"])
        return slot

    def _duplicates(self) -> int:
        """Slots that were prompted twice, and messages that arrived twice though nothing excuses it."""
        slots = Counter(self.outbox[outbox_id]["slot_id"] for outbox_id in self.took if self.outbox[outbox_id]["slot_id"])
        twice = sum(count - 1 for outbox_id, count in self.took.items() if self.outbox[outbox_id]["cls"] not in REPEATED)
        return twice + sum(count - 1 for count in slots.values())

    # ------------------------------------------------------------ slots

    def _slots(self) -> tuple[dict[str, int], Counter[str], int]:
        """What became of each slot, the reasons of those that did not go out, and how many nothing explains."""
        counted = dict.fromkeys(("planned", "sent", "held", "skipped", "expired", "unsure"), 0)
        reasons: Counter[str] = Counter()
        unexplained = len(self._missing())
        prompts: dict[int, list[dict[str, Any]]] = {}
        for row in self.tables["outbox"]:
            if row["slot_id"]:
                prompts.setdefault(row["slot_id"], []).append(row)
        for slot in self.tables["slots"]:
            became, reason = self._became(slot, prompts.get(slot["id"], []))
            counted["planned"] += 1
            if became in counted:
                counted[became] += 1
            if became in ("held", "skipped", "expired") and reason:
                reasons[reason] += 1
            unexplained += became == "nothing" or (became in ("held", "skipped", "expired") and not reason)
        return counted, reasons, unexplained

    def _became(self, slot: dict[str, Any], prompts: list[dict[str, Any]]) -> tuple[str, str | None]:
        """What the ground truth says of a slot; "nothing" where it and the slot's own state do not fit together."""
        arrived = any(row["id"] in self.took for row in prompts)
        match slot["state"]:
            case "prompted":
                return ("sent" if arrived else "nothing"), None
            case "unsure":
                return "unsure", None
            case "skipped" | "expired":
                return ("nothing" if arrived else slot["state"]), slot["reason"]
            case "held":
                return ("nothing" if arrived else "held"), slot["reason"]
        if arrived:
            return "nothing", None
        if slot["due_at"] > self.end:
            return "held", LATER
        waits = next((row for row in prompts if row["state"] == "held" or (row["state"] == "pending" and row["due_at"] > self.end)), None)
        return ("held", waits["reason"]) if waits is not None else ("nothing", None)

    def _missing(self) -> list[tuple[int, str]]:
        """Moments that the calendar has and the slots have not."""
        there = {(slot["enrolment_id"], slot["local_date"]) for slot in self.tables["slots"]}
        zones = {row["id"]: ZoneInfo(row["zone"]) for row in self.tables["clients"]}
        visits = {row["id"]: row["starts_at"] for row in self.tables["appointments"]}
        wanted: Iterable[tuple[int, str]] = (
            (row["id"], day)
            for row in self.tables["enrolments"]
            if row["status"] == "active"
            for day in calendar.days(row, zones[row["client_id"]], visits.get(row["appointment_id"]), self.end)
        )
        return [one for one in wanted if one not in there]

    # ------------------------------------------------------------ replies, flags, what is left

    def _replies(self) -> tuple[dict[str, int], int]:
        """Replies that were taken with a 2xx, and what became of them; how many are not there exactly once."""
        sent = {(one.sender_id, one.message_id, one.edit) for ones in self.written.values() for one in ones}
        stored = Counter((row["sender_id"], row["provider_message_id"], row["edit"]) for row in self.tables["received"])
        answers = self.tables["answers"]
        counted = {
            "received": len(sent),
            "stored": sum(stored.values()),
            "answers": sum(row["value_sealed"] is not None for row in answers),
            "unread": sum(row["value_sealed"] is None for row in answers),
            "quarantined": sum(row["road"] == "quarantine" for row in self.tables["received"]),
        }
        return counted, sum(stored[one] != 1 for one in sent)

    def _flags(self) -> dict[str, dict[str, int]]:
        counted = {
            severity.name: dict.fromkeys(("opened", "acknowledged", "escalated", "overdue"), 0)
            for severity in sorted(Severity, reverse=True)
            if severity >= Severity.info
        }
        history: dict[int, list[dict[str, Any]]] = {}
        for event in self.tables["flag_events"]:
            history.setdefault(event["flag_id"], []).append(event)
        for flag in self.tables["flags"]:
            kinds = {event["kind"] for event in history[flag["id"]]}
            here = counted[Severity(flag["severity"]).name]
            here["opened"] += 1
            here["acknowledged"] += bool(kinds & {"acknowledged", "resolved"})
            here["escalated"] += "escalated" in kinds
            here["overdue"] += self._overdue(history[flag["id"]])
        return counted

    def _overdue(self, history: list[dict[str, Any]]) -> bool:
        """Whether a deadline passed with neither an act of a person nor a climb."""
        deadline: datetime | None = None
        state, severity = "open", Severity.review
        for event in history:
            if event["kind"] not in CLOCKED or (event["kind"] == "noted" and state != "taken"):
                continue
            if deadline is not None and event["at"] > deadline:
                return True
            severity = Severity[event["detail"]["severity"]] if "severity" in event["detail"] else severity
            state = CLOCKED[event["kind"]]
            deadline = self._deadline(event, severity)
        return deadline is not None and deadline < self.end

    def _deadline(self, event: dict[str, Any], severity: Severity) -> datetime | None:
        """By when something must happen next, after this has."""
        kind, at, said = event["kind"], event["at"], event["detail"]
        if kind == "resolved":
            return None
        if kind == "snoozed":
            return datetime.fromisoformat(said["until"])
        if kind == "acknowledged" or (kind == "contacted" and not said["reached"]):
            return calendar.follow_by(severity, at, self.zone, self.follow_critical)
        if CLOCKED[kind] == "taken":
            return calendar.next_by(severity, at, self.zone)
        deadline = calendar.acknowledge_by(severity, at, self.zone)
        return max(deadline, at + AGAIN) if kind == "escalated" else deadline

    def _left(self) -> dict[str, int]:
        """What is due and has not gone."""
        states = ("pending", "claimed", "sending", "unknown")
        left = dict.fromkeys(states, 0)
        for row in self.tables["outbox"]:
            state = OutboxState.pending.value if row["state"] == OutboxState.retry.value else row["state"]
            if state in left and (state != "pending" or row["due_at"] <= self.end):
                left[state] += 1
        return left


_COLUMNS: dict[str, tuple[str, ...]] = {
    "outbox": ("id", "cls", "kind", "state", "reason", "flags", "not_after", "due_at", "created_at", "slot_id"),
    "slots": ("id", "enrolment_id", "local_date", "state", "reason", "due_at", "not_after"),
    "clients": ("id", "zone"),
    "appointments": ("id", "starts_at"),
    "programmes": ("id", "settings"),
    "enrolments": ("id", "client_id", "appointment_id", "rule", "start_on", "status", "created_at"),
    "received": ("sender_id", "provider_message_id", "edit", "road"),
    "answers": ("value_sealed",),
    "flags": ("id", "severity"),
    "flag_events": ("flag_id", "kind", "at", "detail"),
}


def _tables(connection: sa.Connection) -> dict[str, Any]:
    read: dict[str, Any] = {}
    for name, columns in _COLUMNS.items():
        table = t.metadata.tables[name]
        query = sa.select(*(table.c[column] for column in columns)).order_by(table.c.id)
        read[name] = [dict(row) for row in connection.execute(query).mappings()]
    read["by_slot"] = {slot["id"]: slot for slot in read["slots"]}
    return read
