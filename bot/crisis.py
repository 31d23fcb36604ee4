"""
What a concerning message sets off: the flag with its first alert, and the words that the client gets at once.

Once per episode and kind (12 h), again at once when it gets worse, and one short line when critical words go on for
half an hour. The promise of who will see it, and by when, is kept truthful out of hours.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from bot import compose, roster, texts
from bot.alarm import Alarm, StaffMember, raise_alarm
from bot.alerts import SHARED, UNKNOWN, AlertMaker
from bot.arrival import Arrival
from bot.changes import Change, Insert, RaiseFlag, Send
from bot.concerns import version_of
from bot.house import House
from bot.locales.words import SOURCE, Words
from bot.programme import Programme
from bot.promise import seen_by
from bot.values import Category, Finding, MessageClass, Purpose, Screening, Severity
from storage import schema as t
from storage import staff
from storage.crypto import DataKey
from storage.flags import Concern, FoundRow

EPISODE = timedelta(hours=12)
GOES_ON = timedelta(minutes=30)
NO_WORDS = "crisis.no-words"
"""The rule of a finding that says: no crisis reply could be made."""
GONE = ("cancelled", "expired", "dead")
IN_ENGLISH = "crisis.in-english"
"""The rule of a finding that says: the crisis reply was not in the client's language."""


@dataclass(frozen=True, slots=True)
class About:
    """
    Whom a concern is about, and who is there to be told of it.

    who: how alerts name the person, without naming them. client_id: None for an address that is nobody's, or several people's.
    managers, staff: as `bot.alarm.raise_alarm` takes them. key: seals what was found; keys: those of the staff.
    received_id: the message that gave rise to it, None where none did. stopped: it asked to stop in the same breath.
    """

    house: House
    programme: Programme
    who: str
    client_id: int | None
    address_id: int
    managers: tuple[int, ...]
    staff: tuple[StaffMember, ...]
    key: DataKey
    keys: Mapping[int, DataKey]
    now: datetime
    received_id: int | None = None
    stopped: bool = False


def flags_for(arrival: Arrival, findings: Iterable[Finding], *, stopped: bool = False) -> list[Change]:
    """One RaiseFlag for each category found in a message at review or above, the gravest first."""
    about = About(
        house=arrival.house,
        programme=arrival.programme,
        who=who(arrival),
        client_id=arrival.client["id"] if arrival.client is not None else None,
        address_id=arrival.snap.address["id"],
        managers=arrival.managers,
        staff=arrival.staff,
        key=arrival.key,
        keys=arrival.keys,
        now=arrival.now,
        received_id=arrival.received_id,
        stopped=stopped,
    )
    return raised(about, findings)


def about_client(
    connection: Connection, house: House, programme: Programme, client: Mapping[str, Any], address_id: int, now: datetime
) -> About:
    """A client of whom no message but our own clock tells: read what raising a flag needs."""
    people = roster.members(staff.members(connection, programme.id))
    return About(
        house=house,
        programme=programme,
        who=str(client["code"]),
        client_id=client["id"],
        address_id=address_id,
        managers=(client["manager_id"],),
        staff=people,
        key=house.vault.key_for(connection, client["id"]),
        keys={one.id: house.vault.key_for(connection, one.id) for one in people},
        now=now,
    )


def raised(about: About, findings: Iterable[Finding]) -> list[Change]:
    """One RaiseFlag for each category found at review or above, the gravest first."""
    grouped: dict[Category, list[Finding]] = {}
    for finding in findings:
        if finding.severity >= Severity.review:
            grouped.setdefault(finding.category, []).append(finding)
    by_worst = sorted(grouped.items(), key=lambda item: -max(one.severity for one in item[1]))
    return [_raise(about, category, found) for category, found in by_worst]


def on_trial(arrival: Arrival, screening: Screening) -> list[Insert]:
    """What rules on trial found is counted: no flag, no alert, and no word of it is kept."""
    rows = [
        {
            "id": arrival.house.ports.ids.new(),
            "programme_id": arrival.programme.id,
            "received_id": arrival.received_id,
            "rule": one.rule,
            "rule_version": version_of(one.rule),
            "severity": int(one.severity),
            "category": one.category.value,
            "at": arrival.now,
        }
        for one in screening.shadowed
    ]
    return [Insert(t.shadow_findings, row) for row in rows]


def alarm_for(arrival: Arrival, severity: Severity) -> Alarm:
    """Who is told first of a concern in this message."""
    return raise_alarm(severity, arrival.managers, arrival.staff, arrival.programme.ladder, arrival.now)


def _raise(about: About, category: Category, found: Sequence[Finding]) -> RaiseFlag:
    house, programme = about.house, about.programme
    severity = max(one.severity for one in found)
    alarm = raise_alarm(severity, about.managers, about.staff, programme.ladder, about.now)
    rows = []
    for one in found:
        row_id = house.ports.ids.new()
        matched = house.vault.seal(about.key, "findings.matched", row_id, one.matched) if one.matched else None
        rows.append(FoundRow(row_id, one.rule, version_of(one.rule), one.severity, one.category.value, one.grade, one.why, matched))
    concern = Concern(
        id=house.ports.ids.new(),
        programme_id=programme.id,
        subject_id=about.client_id if about.client_id is not None else about.address_id,
        category=category.value,
        severity=severity,
        owner_id=alarm.owner_id,
        rung=alarm.rung,
        deadline=alarm.deadline,
        findings=tuple(rows),
        client_id=about.client_id,
        address_id=about.address_id,
        received_id=about.received_id,
        stopped_too=about.stopped,
    )
    maker = AlertMaker(house, programme.id, about.who, severity, category.value, about.keys, about.now, stopped=about.stopped)
    maker = replace(maker, in_english=any(one.rule == IN_ENGLISH for one in found), no_words=any(one.rule == NO_WORDS for one in found))
    return RaiseFlag(concern, alarm.told, maker, about.staff)


def who(arrival: Arrival) -> str:
    """How an alert names whom it is about, without naming them."""
    if arrival.client is not None:
        return str(arrival.client["code"])
    return SHARED if arrival.others else UNKNOWN


def answer(arrival: Arrival, worst: Finding | None) -> tuple[list[Send], list[Finding]]:
    """
    The words that go out at once, and what whoever takes the concern on must know of them.

    Where they cannot be made, that the client has had no reply: the message, its flag and its alert are stored all the same.
    """
    try:
        replies = crisis_reply(arrival, worst)
        return replies, in_english(arrival, worst, replies)
    except Exception:  # noqa: BLE001 - whatever fails in the words, the concern reaches a person
        assert worst is not None
        why = "The crisis reply could not be made: the client has had NO reply. Phone them."
        return [], [Finding(worst.severity, worst.category, NO_WORDS, "", why)]


def crisis_reply(arrival: Arrival, worst: Finding | None) -> list[Send]:
    """The words that go out at once, or nothing where none are due."""
    if worst is None or worst.reply is None or worst.severity < Severity.high:
        return []
    client_id = arrival.client["id"] if arrival.client is not None else None
    kind = due_now([row for row in arrival.snap.said if row["client_id"] == client_id], worst, arrival.now)
    if kind is None:
        return []
    alarm = alarm_for(arrival, worst.severity)
    house, words = arrival.house, arrival.house.words
    msgid, values = texts.crisis_reply(
        worst.reply, arrival.crisis_line(), "", arrival.names.get(alarm.owner_id, ""), about_other=about_other(worst), again=kind == "again"
    )
    language = arrival.language if words.is_spoken(msgid, arrival.language, values) else SOURCE
    seen = seen_by(alarm, arrival.staff, arrival.programme.ladder, arrival.now)
    values["by"] = texts.by_when(words, seen, arrival.now, language, arrival.zone)
    draft = compose.message(
        house,
        replace(arrival.line(), language=language),
        cls=MessageClass.crisis,
        kind=f"crisis:{worst.reply.value}" if kind == "full" else "crisis:again",
        text=words.say(msgid, language, values),
        now=arrival.now,
        purpose=Purpose.service,
        received_id=arrival.received_id,
        extra={
            "grade": worst.grade,
            "severity": int(worst.severity),
            "category": worst.category.value,
            **said_as(words, msgid, language, values),
        },
    )
    return [Send(draft)]


def said_as(words: Words, msgid: str, language: str, values: Mapping[str, object]) -> dict[str, str]:
    """
    Which text went out, in which wording: stored with the message, whose own words are sealed beside it.

    text: its name in `bot/texts.py`. catalog: whose words they are. wording: the hash that its translation back carries.
    """
    catalog, wording = words.wording(msgid, language, values)
    return {"text": texts.name_of(msgid), "catalog": catalog, "wording": texts.wording_hash(wording)}


def in_english(arrival: Arrival, worst: Finding | None, replies: Iterable[Send]) -> list[Finding]:
    """A crisis reply that went out in English, since there are none in the client's language: whoever takes it on must know."""
    if worst is None or all(one.draft.language == arrival.language for one in replies):
        return []
    why = f"The client was answered in English: there are no such words in {arrival.language[:20]}. Speak to them in their own language."
    return [Finding(Severity.review, worst.category, IN_ENGLISH, "", why)]


def worst_of(findings: Iterable[Finding | None]) -> Finding | None:
    """
    The finding whose reply the client gets: the gravest that has one. Of equals the first, so that the client's own words
    go before what was chosen.
    """
    answered = [one for one in findings if one is not None and one.reply is not None]
    return max(answered, key=lambda one: (one.severity, one.grade), default=None)


def about_other(finding: Finding) -> bool:
    """Whether the client wrote of somebody else in danger."""
    return ".other" in finding.rule.split("/")[0]


def due_now(said: Sequence[Mapping[str, Any]], worst: Finding, now: datetime) -> str | None:
    """
    Whether a crisis reply is due: "full", "again" (the short line), or None.

    said: what was put in the outbox for this person lately; others at a shared phone have episodes of their own. What
        never went out does not count as said.
    """
    assert worst.reply is not None
    given = [row for row in said if row["cls"] == MessageClass.crisis and row["state"] not in GONE and now - row["created_at"] < EPISODE]
    same = [row for row in given if row["kind"] == f"crisis:{worst.reply.value}"]
    if not same:
        return "full"
    if worst.grade > max(row["flags"].get("grade", 0) for row in same) or worst.severity > max(
        row["flags"].get("severity", 0) for row in same
    ):
        return "full"
    last = max(row["created_at"] for row in given)
    return "again" if worst.severity >= Severity.critical and now - last >= GOES_ON else None
