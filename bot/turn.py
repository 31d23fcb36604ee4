"""
One incoming message → the changes of one write unit. Decides what a message means, in a fixed order, and keeps all of it:

1. it is stored; 2. opt-out (a keyword alone always stops; free phrasing stops too, unless its words are self-harm's);
3. concerns; 4. the answer, recorded if it reads. Pure: reads nothing, writes nothing, knows no clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from bot import binding, compose, crisis, effects, following, keywords, next_day, pauses, roads, staff_line, texts, unread, watching
from bot.arrival import Arrival, Talk
from bot.changes import Acknowledge, CancelSaid, Change, Claim, Insert, MakeDue, OpenTask, Update
from bot.channels.channel import InboundKind
from bot.compose import Thread
from bot.concerns import screen
from bot.flows import asking
from bot.flows.model import Record, Reply
from bot.flows.step import step
from bot.road import Road
from bot.understanding import language_named, opt_out
from bot.understanding.own_words import read_with
from bot.values import Action, Category, Finding, Intent, Keyword, MessageClass, OptOut, Purpose, Reading, Reason, Screening, Severity
from scheduler.recurrence import wall_to_utc
from storage import schema as t

LOOP_WINDOW = timedelta(minutes=30)
LOOP_MAX = 5
RESUME_AT = time(10)
AUTOMATIC = ("unread", "thanks", "media", "late_button", "unknown", "loop", "help", "language", "check", "staff", *roads.KINDS)
"""Kinds of automatic reply that the loop guard counts. What a flow asks is bounded by the flow."""


@dataclass(slots=True)
class Turn:
    """What has been decided so far. `worst` decides the crisis reply; `findings` become flags."""

    arrival: Arrival
    road: Road
    changes: list[Change] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    worst: Finding | None = None
    stopped: bool = False


def work(arrival: Arrival) -> list[Change]:
    """All that follows from the message, the claim first."""
    screening = screen(arrival.inbound.text, arrival.languages, medication=False)
    asked = opt_out(arrival.inbound.text, arrival.languages, stopped=arrival.snap.address["stopped_at"] is not None)
    turn = Turn(arrival, Road.between, findings=list(screening.findings), worst=screening.worst)
    turn.changes += crisis.on_trial(arrival, screening)
    _decide(turn, screening, asked)
    return finish(turn, asked.intent)


def salvage(arrival: Arrival, *, why: str, rule: str, road: Road) -> list[Change]:
    """
    Store the message without touching the conversation, and have a person read it: when computing failed or the race was lost.

    Screening is tried again; where it fails too, the review flag alone must do.
    """
    findings = [Finding(Severity.review, Category.processing, rule, "", why)]
    worst = None
    try:
        screening = screen(arrival.inbound.text, arrival.languages)
        findings, worst = [*screening.findings, *findings], screening.worst
    except Exception:  # noqa: BLE001 - whatever a detector does, the message reaches a person
        findings.append(
            Finding(Severity.review, Category.processing, "screening.failed", "", "Screening failed: nobody has judged this text.")
        )
    turn = Turn(replace(arrival, talk=None), road, findings=findings, worst=worst)
    return finish(turn, _salvaged_stop(turn))


def _salvaged_stop(turn: Turn) -> Keyword:
    """STOP alone is obeyed whatever else fails: it asks nothing of the conversation but that it ends."""
    arrival = turn.arrival
    if arrival.snap.staff_id is not None:
        return Keyword.none
    try:
        asked = opt_out(arrival.inbound.text, arrival.languages)
    except Exception:  # noqa: BLE001 - as above
        return Keyword.none
    handled, blocked = arrival.inbound.handled == "stop", arrival.inbound.kind is InboundKind.blocked
    intent = Keyword.stop if handled or blocked else asked.intent
    if intent not in (Keyword.stop, Keyword.forget) or asked.shared:
        return Keyword.none
    turn.stopped = len(turn.findings) > 1
    how = "blocked" if blocked else "provider" if handled else "keyword" if asked.alone else "phrase"
    turn.changes += keywords.stop(arrival, intent, how=how)
    return intent


def finish(turn: Turn, keyword: Keyword) -> list[Change]:
    """The claim and the message in front, the flags and the crisis reply behind."""
    arrival = turn.arrival
    clients = tuple(one["id"] for one in arrival.others)
    claim = Claim(clients, arrival.snap.address["id"], arrival.snap.address["version"], written_at=arrival.now)
    stored = Insert(t.received, _row(turn, keyword), once=True)
    reply, about = crisis.answer(arrival, turn.worst)
    flags = crisis.flags_for(arrival, [*turn.findings, *about], stopped=turn.stopped)
    seen: list[Change] = [Update(t.clients, one["id"], {"last_inbound_at": arrival.now}) for one in _writers(arrival)]
    taken = [change for change in turn.changes if isinstance(change, Acknowledge)]
    others = [change for change in turn.changes if not isinstance(change, Acknowledge)]
    return [claim, *taken, stored, *seen, *others, *flags, *reply, *next_day.planned(arrival, reply)]


def _writers(arrival: Arrival) -> Sequence[Any]:
    return (arrival.client,) if arrival.client is not None else ()


def _row(turn: Turn, keyword: Keyword) -> dict[str, Any]:
    arrival, inbound = turn.arrival, turn.arrival.inbound
    severity = max((finding.severity for finding in turn.findings), default=Severity.none)
    return {
        "id": arrival.received_id,
        "programme_id": arrival.programme.id,
        "sender_id": arrival.snap.sender["id"],
        "address_id": arrival.snap.address["id"],
        "client_id": arrival.client["id"] if arrival.client is not None else None,
        "conversation_id": arrival.talk.row["id"] if arrival.talk is not None else None,
        "provider_message_id": inbound.provider_message_id,
        "edit": inbound.edit,
        "kind": inbound.kind.value,
        "text_sealed": arrival.house.vault.seal(arrival.key, "received.text", arrival.received_id, inbound.text),
        "media": inbound.media,
        "severity": int(severity),
        "keyword": None if keyword is Keyword.none else keyword.value,
        "road": turn.road.value,
        "at": arrival.now,
    }


def _decide(turn: Turn, screening: Screening, asked: OptOut) -> None:
    """Take the first road that fits; every road leaves screening's findings where they are."""
    arrival, kind = turn.arrival, turn.arrival.inbound.kind
    if kind is InboundKind.blocked:
        turn.road = Road.blocked
        turn.changes += keywords.stop(arrival, Keyword.stop, how="blocked")
        if arrival.snap.staff_id is not None:
            turn.changes.append(staff_line.shut_out(arrival))
    elif arrival.snap.staff_id is not None:
        _staff(turn)
    elif kind is InboundKind.edit and asked.intent in (Keyword.stop, Keyword.forget) and not asked.shared:
        _keyword(turn, screening, asked)
    elif kind in (InboundKind.edit, InboundKind.unblocked):
        turn.road = Road.edit if kind is InboundKind.edit else Road.blocked
    elif not (_binding(turn) or _keyword(turn, screening, asked)):
        _plain(turn, screening)


def _plain(turn: Turn, screening: Screening) -> None:
    """Neither keyword nor binding: an answer, or words outside of any question."""
    arrival = turn.arrival
    if not arrival.others:
        _unknown(turn)
    elif arrival.inbound.kind is InboundKind.media:
        _media(turn)
    elif arrival.client is None:
        _shared(turn)
    elif _followed(turn, screening, roads.chosen(arrival)):
        return
    elif arrival.talk is not None:
        _conversation(turn, arrival.talk, screening)
    else:
        _between(turn, screening)


# ---------------------------------------------------------------- roads


def _staff(turn: Turn) -> None:
    """A phone of staff: alert codes, else a line that says so. No crisis reply goes to it; what is found there is flagged."""
    turn.road, turn.worst = Road.staff, None
    arrival = turn.arrival
    if arrival.inbound.kind in (InboundKind.edit, InboundKind.media):
        return
    bound = binding.work(arrival)
    if bound is not None:
        turn.road = Road.binding
        turn.changes += bound
    elif staff_line.code_of(arrival.inbound) is not None:
        turn.findings = []
        turn.changes += staff_line.acknowledge(arrival)
    elif not staff_line.stopped(arrival, turn.changes):
        _automatic(turn, "staff", (texts.STAFF_NO_CODE, {}))


def _binding(turn: Turn) -> bool:
    changes = binding.work(turn.arrival)
    if changes is None:
        return False
    turn.road = Road.binding
    turn.changes += changes
    return True


def _keyword(turn: Turn, screening: Screening, asked: OptOut) -> bool:
    """Opt-out and its kin. A phrase that self-harm shares is a concern and no stop."""
    arrival = turn.arrival
    if arrival.inbound.kind is InboundKind.start and not asked.alone:
        asked = OptOut(Keyword.start, 1.0, alone=True)
    handled = arrival.inbound.handled
    intent = Keyword(handled) if handled else asked.intent
    if intent is Keyword.none or (asked.shared and not handled):
        return _no_keyword(turn, asked)
    if not handled and not asked.alone and intent is Keyword.stop and _pauses(turn, screening):
        return True
    if not handled and not asked.alone and intent is Keyword.stop and any(one.category is Category.self_harm for one in screening.findings):
        # "Stop texting me, I want to die" asks for both; words that only self-harm uses are told apart by `shared`.
        turn.stopped = True
    match intent:
        case Keyword.stop | Keyword.forget:
            turn.road = Road.stop if intent is Keyword.stop else Road.forget
            turn.stopped = bool(screening.findings)
            turn.changes += keywords.stop(arrival, intent, how="provider" if handled else "keyword" if asked.alone else "phrase")
        case Keyword.start:
            return _start(turn, asked)
        case Keyword.help:
            turn.road = Road.help
            changes, finding = keywords.help_(arrival)
            turn.findings.append(finding)
            turn.changes += changes if _within_loop(turn) else []
        case Keyword.loss:
            if not arrival.others:
                return False
            turn.road = Road.loss
            turn.changes += keywords.loss(arrival)
    return True


def _pauses(turn: Turn, screening: Screening) -> bool:
    """Whether a stop for a time ("no messages until Monday") became a pause, as quiet; what cannot be carried out stays a stop."""
    arrival = turn.arrival
    return arrival.known.asked.intent is Intent.pause and _followed(turn, screening, roads.follow(arrival))


def _no_keyword(turn: Turn, asked: OptOut) -> bool:
    """Words that stop and self-harm share, and no concern found in them: a person reads them, whatever else they are."""
    if asked.shared and not turn.findings and turn.arrival.others:
        why = "These words may ask to stop all messages, or mean something worse: a person needs to read them."
        turn.findings.append(Finding(Severity.review, Category.unread, "keyword.unclear", turn.arrival.inbound.text[:80], why))
    return _language(turn)


def _start(turn: Turn, asked: OptOut) -> bool:
    """START after a STOP. Where nobody stopped it answers no question either, and the question goes on waiting."""
    arrival = turn.arrival
    if arrival.snap.address["stopped_at"] is not None:
        turn.changes += keywords.start(arrival)
    elif arrival.client is not None and arrival.client["status"] == "paused":
        turn.changes += pauses.started(arrival)
    elif arrival.talk is None or not asked.alone:
        return False
    turn.road = Road.start
    return True


def _language(turn: Turn) -> bool:
    """A language's own name alone switches to it, unless the question that waits is about the language."""
    arrival = turn.arrival
    named = language_named(arrival.inbound.text)
    if named is None or not arrival.others or named not in arrival.programme.languages:
        return False
    if arrival.talk is not None:
        waits = asking.waiting(arrival.talk.flow, arrival.talk.state)
        if waits is not None and any(option.value == named for option in asking.shown(waits, arrival.talk.state)):
            return False
    turn.road = Road.language
    turn.changes += keywords.switch_language(arrival, named, answered=_within_loop(turn))
    if arrival.talk is not None:
        turn.changes.append(Update(t.conversations, arrival.talk.row["id"], {"language": named}))
        turn.changes += following.asked_again(arrival, arrival.talk, _scene, named)
    return True


def _unknown(turn: Turn) -> None:
    arrival = turn.arrival
    turn.road = Road.unknown
    supervisor = crisis.alarm_for(arrival, Severity.review).owner_id
    turn.changes.append(OpenTask(arrival.programme.id, None, "unknown_number", arrival.snap.address["id"], supervisor))
    answered = arrival.snap.address["unknown_answered_at"]
    if _crisis_due(turn) or (answered is not None and arrival.now - answered < timedelta(days=1)):
        return
    emergency = arrival.crisis_line().values()["emergency"]
    turn.changes.append(Update(t.addresses, arrival.snap.address["id"], {"unknown_answered_at": arrival.now}))
    _automatic(turn, "unknown", (texts.UNKNOWN_NUMBER, {"programme": arrival.programme.name, "emergency": emergency}))


def _media(turn: Turn) -> None:
    turn.road = Road.media
    why = f"The client sent {turn.arrival.inbound.media or 'media'}: nobody has heard or seen it yet."
    turn.findings.append(Finding(Severity.review, Category.unread, "media.unheard", "", why))
    emergency = turn.arrival.crisis_line().values()["emergency"]
    _automatic(turn, "media", (texts.MEDIA, {"emergency": emergency}))


def _shared(turn: Turn) -> None:
    if turn.arrival.known.asked.intent is Intent.thanks and not turn.findings:
        turn.road = Road.thanks
        return
    turn.road = Road.shared
    why = "Somebody wrote from a phone that several clients share; nobody knows who."
    # One message, one flag to acknowledge: where a concern is flagged anyway, that nobody knows who wrote is a finding of it.
    concern = max((one for one in turn.findings if one.severity >= Severity.review), key=lambda one: one.severity, default=None)
    category = concern.category if concern is not None else Category.unread
    turn.findings.append(Finding(Severity.review, category, "address.shared", turn.arrival.inbound.text[:80], why))
    if not _crisis_due(turn):
        _automatic(turn, "unread", (texts.UNREAD, {}))


def _between(turn: Turn, screening: Screening) -> None:
    """No question waits: the words are kept, the case manager has a work item, the client hears that somebody will see it."""
    arrival = turn.arrival
    if arrival.inbound.kind is InboundKind.button:
        turn.road = Road.late_button
        _automatic(turn, "late_button", (texts.LATE_BUTTON, {}))
        return
    assert arrival.client is not None
    if _followed(turn, screening, roads.follow(arrival)):
        return
    turn.changes.append(OpenTask(arrival.programme.id, arrival.client["id"], "message", arrival.client["id"], arrival.client["manager_id"]))
    lately = any(row["kind"] == "unread" and arrival.now - row["created_at"] < LOOP_WINDOW for row in arrival.snap.said)
    if not lately and not _crisis_due(turn):
        _automatic(turn, "unread", (texts.UNREAD, {}))


def _conversation(turn: Turn, talk: Talk, screening: Screening) -> None:
    arrival, state = turn.arrival, talk.state
    turn.road = Road.answer
    turn.changes.append(CancelSaid(talk.row["id"], Reason.answered, nudges=True))
    if state.held or asking.waiting(talk.flow, state) is None:
        turn.road = Road.held
        if not _followed(turn, screening, roads.follow(arrival)) and not _crisis_due(turn) and turn.worst is None:
            assert arrival.client is not None
            turn.changes.append(
                OpenTask(arrival.programme.id, arrival.client["id"], "message", arrival.client["id"], arrival.client["manager_id"])
            )
        return
    reading = _reading(turn, talk)
    if reading is None:
        turn.road = Road.late_button
        _automatic(turn, "late_button", (texts.LATE_BUTTON, {}))
        return
    reading = roads.as_answer(arrival, reading)
    beside = roads.follow(arrival, reading, waits=True) or roads.other_language(arrival, reading)
    if _followed(turn, screening, beside):
        return
    waits = asking.waiting(talk.flow, state)
    turn.changes += unread.kept(arrival, talk, waits, reading, screening.severity)
    reading = watching.doubted(waits, state, arrival.past, reading, arrival.now)
    measured = watching.measured(waits, state, arrival.past, reading, arrival.now)
    grave = max((one.severity for one in measured), default=Severity.none)
    reply = Reply(arrival.inbound.text, reading, state.wait, max(screening.severity, grave))
    state, following_on = step(talk.flow, state, reply, arrival.now)
    outcome = effects.carry(_scene(arrival, talk, language=beside.language if beside else ""), following_on, state, arrival.now)
    turn.changes += outcome.changes
    records = [effect for effect in following_on if isinstance(effect, Record) and effect.value is not None]
    trends = watching.findings(talk.flow, arrival.past, records, arrival.goal, arrival.now)
    found = [*outcome.findings, *measured, *trends]
    turn.findings += found
    turn.worst = crisis.worst_of([turn.worst, *found])
    if state.held:
        about = {"ref_id": talk.row["id"], "client_id": talk.row["client_id"]}
        turn.changes.append(MakeDue(arrival.programme.id, "resume", _tomorrow(arrival), **about))
        # The question may never have gone out, and then no other clock runs: the window ends it, as interrupted.
        turn.changes.append(MakeDue(arrival.programme.id, "timeout", talk.row["until"], **about, stamp=state.wait))
    if arrival.inbound.media is not None:
        why = f"The client sent {arrival.inbound.media} with the words: nobody has heard or seen it yet."
        turn.findings.append(Finding(Severity.review, Category.unread, "media.unheard", "", why))


def _tomorrow(arrival: Arrival) -> datetime:
    """When a held conversation may go on by itself: the next local day. An open critical flag still holds it then."""
    zone = ZoneInfo(arrival.zone)
    return wall_to_utc(arrival.now.astimezone(zone).date() + timedelta(days=1), RESUME_AT, zone)


def _reading(turn: Turn, talk: Talk) -> Reading | None:
    """The reply, read for the question that waits; None for a button of another question."""
    arrival, state = turn.arrival, talk.state
    words, language = arrival.house.words, arrival.language

    def translate(msgid: str) -> str:
        return words.say(msgid, language)

    if arrival.inbound.kind is InboundKind.button:
        pressed = compose.read_token(arrival.inbound.button_token or "")
        if pressed is None or pressed[:2] != (talk.row["id"], state.wait):
            return None
        options = asking.expected(talk.flow, state, translate).options
        if pressed[2] >= len(options):
            return None
        return asking.pressed(talk.flow, state, options[pressed[2]].value)
    try:
        read = partial(read_with, arrival.own)
        return asking.read_reply(talk.flow, state, arrival.inbound.text, language, translate=translate, read=read, now=arrival.now)
    except Exception:  # noqa: BLE001 - a reader that fails sends the reply to a person
        return Reading(Action.person, None, 0.0, "reader-failed")


def _scene(arrival: Arrival, talk: Talk, language: str = "") -> effects.Scene:
    row = talk.row
    line = arrival.line()
    return effects.Scene(
        house=arrival.house,
        line=replace(line, language=language) if language else line,
        thread=Thread(row["id"], Purpose(row["purpose"]), row["until"], row["enrolment_id"], row["appointment_id"], row["slot_id"]),
        flow_id=row["flow"],
        flow_version=row["flow_version"],
        manager_id=arrival.client["manager_id"] if arrival.client is not None else 0,
        languages=arrival.programme.languages,
        plan_id=row["plan_id"],
        goal_id=row["goal_id"],
        received_id=arrival.received_id,
        flow=talk.flow,
        earlier=arrival.past.conversation(row["id"]),
    )


def _followed(turn: Turn, screening: Screening, followed: roads.Followed | None) -> bool:
    """Carry out what the client asked in their own words, behind any concern; whether the message is no answer besides."""
    if followed is None or screening.severity >= Severity.high:
        return False
    arrival = turn.arrival
    speaks = not _crisis_due(turn) and (followed.keyword or _within_loop(turn))
    if followed.listed and not speaks:
        followed.pending = {}  # a list that nobody saw has no answer
    carried = following.carried(arrival, followed, _scene)
    if carried.unclear and arrival.talk is not None:
        return False  # the question that waits is asked more simply, and then a person reads the reply
    turn.changes += carried.before
    turn.findings += carried.findings
    turn.worst = crisis.worst_of([turn.worst, *carried.findings])
    if carried.line is not None and speaks and not _crisis_due(turn):
        turn.changes.append(carried.line)
    turn.changes += carried.after
    if followed.eats:
        turn.road = Road(followed.road)
    return followed.eats


# ---------------------------------------------------------------- automatic replies


def _crisis_due(turn: Turn) -> bool:
    worst = turn.worst
    return worst is not None and worst.reply is not None and worst.severity >= Severity.high


def _within_loop(turn: Turn) -> bool:
    """Whether one more automatic reply may go; the last one says that no more will come, and a person takes over."""
    arrival = turn.arrival
    since = arrival.now - LOOP_WINDOW
    lately = [row for row in arrival.snap.said if row["kind"] in AUTOMATIC and row["created_at"] > since]
    if len(lately) < LOOP_MAX:
        return True
    if not any(row["kind"] == "loop" for row in lately):
        emergency = arrival.crisis_line().values()["emergency"]
        turn.changes.append(keywords.answer(arrival, "loop", (texts.LOOP_GUARD, {"emergency": emergency}), cls=MessageClass.reply))
        owner = crisis.alarm_for(arrival, Severity.review).owner_id
        client_id = arrival.client["id"] if arrival.client is not None else None
        turn.changes.append(OpenTask(arrival.programme.id, client_id, "loop", arrival.snap.address["id"], owner))
    return False


def _automatic(turn: Turn, kind: str, said: texts.Said) -> None:
    """One of our own lines, unless the crisis reply goes out instead or the loop guard holds it back."""
    if not _crisis_due(turn) and _within_loop(turn):
        turn.changes.append(keywords.answer(turn.arrival, kind, said, cls=MessageClass.reply))
