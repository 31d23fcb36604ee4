"""
What each intent of a client sets off, in a conversation, in a held one and between conversations: changes, one line, no more.

Pure. Everything here stays behind STOP and behind a grave concern, which the turn looks at first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot import asides, crisis, texts
from bot.arrival import Arrival, Talk
from bot.asides import Aside
from bot.changes import Change, MakeDue, OpenTask, StopAddresses, Trail, Update
from bot.flows import asking
from bot.understanding import read
from bot.understanding.thresholds import ACCEPT_FROM
from bot.values import Action, Expected, Intent, Kind, Person, Reading, Severity
from scheduler.recurrence import wall_to_utc
from storage import schema as t

LATER = timedelta(hours=3)
SOON = timedelta(hours=1)
LATER_MAX = 2
"""How often one conversation may be put off."""
MORNING = time(10)
PAUSE_DAYS_MAX = 366
TAILS_MAX = 20
WORDS_MIN = 3
"""Fewer words in another language may be a slip."""
BESIDE = frozenset(
    {Intent.call_me, Intent.question, Intent.another_time, Intent.pause, Intent.who, Intent.privacy, Intent.language, Intent.change}
)
"""What may stand beside an answer and is carried out with it: "8, please call me"."""
LIKE_THE_ANSWER = frozenset({Intent.change, Intent.another_time})
"""What answers to an appointment's reminder say too; there they are the answer and nothing beside it."""
KINDS = (
    "later", "another_time", "pause", "change", "call", "question", "who", "privacy", "languages", "corrected", "aside",
)  # fmt: skip
"""Kinds of our lines here; the loop guard counts them."""


@dataclass(slots=True)
class Followed:
    """
    What follows from an intent.

    road: how it is stored. said: our line, with `listed` numbered under it; kind: of that line.
    eats: the message is no answer to the question that waits. again: the question is asked anew, `language`: in that one.
    over: the conversation ends. correct: the last answer is to be put right. pending: what is kept with the address.
    """

    road: str
    changes: list[Change] = field(default_factory=list)
    said: texts.Said | None = None
    kind: str = ""
    listed: Sequence[str] = ()
    eats: bool = True
    again: bool = False
    language: str = ""
    over: bool = False
    correct: bool = False
    keyword: bool = False
    pending: dict[str, Any] = field(default_factory=dict)


def follow(arrival: Arrival, reading: Reading | None = None, *, waits: bool = False) -> Followed | None:
    """
    What the client asks, carried out; None where nothing is asked, or the message is the answer and no more.

    reading: as the answer to the question that waits. waits: one does; else the conversation is held, or there is none.
    """
    intent = arrival.known.asked.intent
    if intent is Intent.none or arrival.client is None:
        return None
    answered = reading is not None and reading.value is not None and not _only_words(arrival, reading)
    if answered and reading is not None and reading.action is Action.confirm and _inside(reading.span, arrival.known.asked.span):
        answered = False  # "evenings are better" is a wish, and no "better" to be read back
    if answered and not _beside(arrival, intent):
        return None
    found = _ROADS[intent](arrival, waits)
    if found is not None and answered:
        found.eats = intent is Intent.wrong_number
    return found


def _only_words(arrival: Arrival, reading: Reading) -> bool:
    """A question for free words takes anything for an answer; what is plainly asked of us is none."""
    return reading.reason == "text" and arrival.known.asked.confidence >= ACCEPT_FROM


def _inside(one: tuple[int, int] | None, other: tuple[int, int] | None) -> bool:
    return one is not None and other is not None and other[0] <= one[0] and one[1] <= other[1]


def _beside(arrival: Arrival, intent: Intent) -> bool:
    if intent is Intent.wrong_number:
        return True
    about_appointment = arrival.talk is not None and arrival.talk.row["appointment_id"] is not None
    return intent in BESIDE and not (about_appointment and intent in LIKE_THE_ANSWER)


def as_answer(arrival: Arrival, reading: Reading) -> Reading:
    """A reply to an appointment's reminder that asks for another time, in whatever words, is that answer."""
    talk = arrival.talk
    if talk is None or reading.value not in (None, "change") or arrival.known.asked.intent is not Intent.change:
        return reading
    waits = asking.waiting(talk.flow, talk.state)
    offered = [] if waits is None else [one.value for one in asking.shown(waits, talk.state)]
    return Reading(Action.accept, "change", 1.0, "intent") if "change" in offered else reading


# ---------------------------------------------------------------- one road each


def _thanks(arrival: Arrival, waits: bool) -> Followed:  # noqa: ARG001 - all roads are called alike
    """A kind line once a day, and nobody is bothered: over 30 % text back, most often this (Uptrust)."""
    today = _today(arrival).isoformat()
    followed = Followed("thanks", kind="thanks")
    if (arrival.snap.address.get("pending") or {}).get("thanked") != today:
        followed.said, followed.pending = (texts.THANKS, {}), {"thanked": today}
    return followed


def _later(arrival: Arrival, waits: bool) -> Followed | None:
    """The question comes again the same day, within the client's hours, twice at most."""
    talk = arrival.talk
    if talk is None or not waits:
        return None
    kept = (arrival.snap.address.get("pending") or {}).get("later") or {}
    times = kept.get("times", 0) if kept.get("conversation") == str(talk.row["id"]) else 0
    at = _later_at(arrival)
    if times >= LATER_MAX or at >= talk.row["until"]:
        return Followed("later", kind="later", said=(texts.LATER_OPEN, {}))
    again = MakeDue(arrival.programme.id, "later", at, talk.row["id"], client_id=talk.row["client_id"], stamp=talk.state.wait)
    when = texts.by_when(arrival.house.words, at, arrival.now, arrival.language, arrival.zone)
    pending = {"later": {"conversation": str(talk.row["id"]), "times": times + 1}}
    return Followed("later", [again], (texts.LATER, {"when": when}), "later", pending=pending)


def _later_at(arrival: Arrival) -> datetime:
    zone, quiet = ZoneInfo(arrival.zone), arrival.programme.quiet
    for wait in (LATER, SOON):
        at = arrival.now + wait
        if at.astimezone(zone).date() == _today(arrival) and not quiet.is_quiet(at, zone):
            return at
    morning = wall_to_utc(_today(arrival) + timedelta(days=1), MORNING, zone)
    return (quiet.next_open(morning, zone) or morning) if quiet.is_quiet(morning, zone) else morning


def _another_time(arrival: Arrival, waits: bool) -> Followed:  # noqa: ARG001 - as above
    """A person hears of the wish; a time that reads is read back, and counts for check-ins once the client says yes."""
    at = _tail(arrival, Kind.time)
    note = f"Asks to be written to at another time of day{f', {at}' if at else ''}."
    task = _task(arrival, "another_time", note=note)
    if at is None or arrival.talk is not None:
        return Followed("another_time", [task], (texts.ANOTHER_TIME, _manager(arrival)), "another_time")
    aside = Aside("time", (at, ""))
    shown = datetime.combine(_today(arrival), time.fromisoformat(at), ZoneInfo(arrival.zone))
    said: texts.Said = (texts.ANOTHER_TIME_ASK, {"time": arrival.house.words.time(shown, arrival.language, arrival.zone)})
    pending = {"aside": asides.kept(aside, arrival.now)}
    return Followed("another_time", [task], said, "another_time", asides.labels(arrival, aside), pending=pending)


def _pause(arrival: Arrival, waits: bool) -> Followed:  # noqa: ARG001 - as above
    """No schedule runs until the date that the client named, or until a person decides."""
    client = arrival.client
    assert client is not None
    words, language = arrival.house.words, arrival.language
    on = _tail(arrival, Kind.date)
    day = date.fromisoformat(on) if on else None
    until = None
    if day is not None and _today(arrival) < day <= _today(arrival) + timedelta(days=PAUSE_DAYS_MAX):
        until = wall_to_utc(day, time(0), ZoneInfo(arrival.zone))
    changes: list[Change] = [
        Update(t.clients, client["id"], {"status": "paused", "paused_until": until}),
        _task(arrival, "pause"),
        _trail(arrival, "client.pause"),
    ]
    if until is not None:
        changes.append(MakeDue(arrival.programme.id, "unpause", until, client["id"], client_id=client["id"]))
        said = (texts.PAUSED_UNTIL, {**_manager(arrival), "date": words.day(until, language, arrival.zone)})
    else:
        said = (texts.PAUSED, _manager(arrival))
    return Followed("pause", changes, said, "pause", over=True)


def _change(arrival: Arrival, waits: bool) -> Followed:  # noqa: ARG001 - as above
    """The appointment gets the answer and a person the work item; which one is asked where there are several."""
    known = arrival.known.appointments
    talk = arrival.talk
    if talk is not None and talk.row["appointment_id"] is not None:
        known = tuple(row for row in known if row["id"] == talk.row["appointment_id"]) or known
    if len(known) > 1:
        aside = Aside("appointment", tuple(str(row["id"]) for row in known))
        pending = {"aside": asides.kept(aside, arrival.now)}
        return Followed("change", [], (texts.CHANGE_WHICH, {}), "change", asides.labels(arrival, aside), pending=pending)
    return _changed(arrival, known[0]["id"] if known else None)


def _changed(arrival: Arrival, appointment_id: int | None) -> Followed:
    assert arrival.client is not None
    task = _task(arrival, "reschedule", ref_id=appointment_id or arrival.client["id"])
    changes: list[Change] = [task]
    if appointment_id is not None:
        changes.append(Update(t.appointments, appointment_id, {"answer": "change", "answered_at": arrival.now}))
        changes.append(_trail(arrival, "appointment.answer", f"appointment {appointment_id}"))
    return Followed("change", changes, (texts.CHANGE, _manager(arrival)), "change")


def _call(arrival: Arrival, waits: bool) -> Followed:  # noqa: ARG001 - as above
    at, values = _promise(arrival)
    return Followed("call", [_task(arrival, "call_back", due_at=at)], (texts.CALL, values), "call")


def _question(arrival: Arrival, waits: bool) -> Followed:  # noqa: ARG001 - as above
    at, values = _promise(arrival)
    return Followed("question", [_task(arrival, "question", due_at=at)], (texts.QUESTION, values), "question")


def _who(arrival: Arrival, waits: bool) -> Followed:  # noqa: ARG001 - as above
    """Who we are. With the neutral privacy mode no name, for somebody else may hold the phone."""
    assert arrival.client is not None
    neutral = arrival.client["privacy"] == "neutral"
    values: dict[str, object] = {"programme": arrival.programme.name}
    said: texts.Said = (texts.WHO_NEUTRAL, values) if neutral else (texts.WHO, {**values, **_manager(arrival)})
    return Followed("who", said=said, kind="who")


def _privacy(arrival: Arrival, waits: bool) -> Followed:  # noqa: ARG001 - as above
    assert arrival.client is not None
    values: dict[str, object] = {"programme": arrival.programme.name}
    neutral = arrival.client["privacy"] == "neutral"
    said: texts.Said = (texts.PRIVACY_NEUTRAL, values) if neutral else (texts.PRIVACY, {**values, **_manager(arrival)})
    return Followed("privacy", said=said, kind="privacy")


def _wrong_number(arrival: Arrival, waits: bool) -> Followed:  # noqa: ARG001 - as above
    """Somebody else reads what is meant for the client: nothing more goes there. At a shared phone only this client's messages end."""
    client = arrival.client
    assert client is not None
    changes: list[Change] = [_task(arrival, "wrong_number"), _trail(arrival, "contact.wrong")]
    changes.append(Update(t.contact_points, client["point_id"], {"status": "wrong", "status_at": arrival.now}))
    if len(arrival.others) == 1:
        changes.insert(0, StopAddresses((arrival.snap.address["id"],), (), "wrong"))
    said: texts.Said = (texts.WRONG_NUMBER, {"programme": arrival.programme.name})
    return Followed("wrong_number", changes, said, "wrong_number", over=True, keyword=True)


def _language(arrival: Arrival, waits: bool) -> Followed:  # noqa: ARG001 - as above
    """The language that was named, at once; else the list of those there are."""
    ours, asked = arrival.programme.languages, arrival.known.asked.language
    if asked in ours:
        return Followed("language", kind="language", language=asked, again=True)
    return language_list(arrival, named=bool(asked))


def language_list(arrival: Arrival, *, named: bool = False) -> Followed:
    """The programme's languages in their own names, numbered. named: the client asked for one that is not among them."""
    aside = Aside("language", tuple(arrival.programme.languages))
    pending = {"aside": asides.kept(aside, arrival.now)}
    said: texts.Said = (texts.LANGUAGE_NOT_OURS if named else texts.LANGUAGE_WHICH, {})
    return Followed("language", said=said, kind="languages", listed=asides.labels(arrival, aside), pending=pending)


def other_language(arrival: Arrival, reading: Reading) -> Followed | None:
    """
    A reply that reads in another of the programme's languages only: the list is offered, never a language guessed.

    Not for one short reply, which may be a slip: the second one, or one of several words.
    """
    talk = arrival.talk
    if talk is None or reading.value is not None or arrival.known.asked.intent is not Intent.none:
        return None
    if not any(_reads_in(arrival, talk, tag) for tag in arrival.programme.languages if tag != arrival.language):
        return None
    before = (arrival.snap.address.get("pending") or {}).get("other", 0)
    if before or len(arrival.inbound.text.split()) >= WORDS_MIN:
        followed = language_list(arrival)
        followed.pending["other"] = None
        return followed
    return Followed("language", eats=False, pending={"other": before + 1})


def _reads_in(arrival: Arrival, talk: Talk, tag: str) -> bool:
    words = arrival.house.words
    try:
        found = asking.read_reply(
            talk.flow, talk.state, arrival.inbound.text, tag, translate=lambda msgid: words.say(msgid, tag), read=read
        )
    except Exception:  # noqa: BLE001 - a reader that fails here leaves the reply to a person
        return False
    return found.action is Action.accept and found.value is not None


def _correct(arrival: Arrival, waits: bool) -> Followed | None:  # noqa: ARG001 - as above
    return Followed("correct", kind="corrected", correct=True) if arrival.known.answers else None


_ROADS: dict[Intent, Callable[[Arrival, bool], Followed | None]] = {
    Intent.thanks: _thanks,
    Intent.later: _later,
    Intent.another_time: _another_time,
    Intent.pause: _pause,
    Intent.change: _change,
    Intent.call_me: _call,
    Intent.question: _question,
    Intent.who: _who,
    Intent.privacy: _privacy,
    Intent.wrong_number: _wrong_number,
    Intent.language: _language,
    Intent.correct: _correct,
}


# ---------------------------------------------------------------- answers to a list of ours


def chosen(arrival: Arrival) -> Followed | None:
    """The number from a list that we put beside the question; None where none waits, or the message is something else."""
    aside = asides.waiting(arrival)
    value = asides.answered(arrival, aside) if aside is not None else None
    if aside is None or value is None or arrival.client is None:
        return None
    match aside.kind:
        case "language":
            followed = Followed("language", kind="language", language=value, again=True)
        case "appointment":
            followed = _changed(arrival, int(value))
            followed.again = True
        case _:
            followed = _time_set(arrival, value)
    followed.pending = {"aside": None}
    return followed


def _time_set(arrival: Arrival, at: str) -> Followed:
    if not at:
        return Followed("another_time", said=(texts.ANOTHER_TIME, _manager(arrival)), kind="another_time", again=True)
    assert arrival.client is not None
    shown = datetime.combine(_today(arrival), time.fromisoformat(at), ZoneInfo(arrival.zone))
    said: texts.Said = (texts.ANOTHER_TIME_SET, {"time": arrival.house.words.time(shown, arrival.language, arrival.zone)})
    minutes = shown.hour * 60 + shown.minute
    due = MakeDue(arrival.programme.id, "prefer_time", arrival.now, arrival.client["id"], client_id=arrival.client["id"], stamp=minutes)
    return Followed("another_time", [due], said, "another_time", again=True)


# ---------------------------------------------------------------- inner


def _today(arrival: Arrival) -> date:
    return arrival.now.astimezone(ZoneInfo(arrival.zone)).date()


def _manager(arrival: Arrival) -> dict[str, object]:
    """Who will act, as the client may be told."""
    owner = crisis.alarm_for(arrival, Severity.review).owner_id
    return {"manager": arrival.names.get(owner, "") or texts.YOUR_CASE_MANAGER}


def _promise(arrival: Arrival) -> tuple[datetime, dict[str, object]]:
    """By when a person will have acted, within working hours, and the values that say so."""
    deadline = crisis.alarm_for(arrival, Severity.review).deadline
    by = texts.by_when(arrival.house.words, deadline, arrival.now, arrival.language, arrival.zone)
    return deadline, {**_manager(arrival), "by": by, "emergency": arrival.crisis_line().values()["emergency"]}


def _task(arrival: Arrival, kind: str, *, ref_id: int = 0, due_at: datetime | None = None, note: str = "") -> OpenTask:
    client = arrival.client
    assert client is not None
    task_id = arrival.house.ports.ids.new()
    sealed = arrival.house.vault.seal(arrival.key, "tasks.note", task_id, note) if note else None
    return OpenTask(arrival.programme.id, client["id"], kind, ref_id or client["id"], client["manager_id"], due_at, sealed, task_id)


def _trail(arrival: Arrival, action: str, target: str = "") -> Trail:
    client = arrival.client
    assert client is not None
    actor = Person(client["id"], "client", arrival.programme.id)
    return Trail(arrival.programme.id, client["id"], actor, action, target or f"client {client['id']}")


def _tail(arrival: Arrival, kind: Kind) -> str | None:
    """The longest end of the message that reads as a day, or as a time, and as nothing else: "not before march 5" names none."""
    words = arrival.inbound.text.split()
    expected = Expected(kind, now=arrival.now.astimezone(ZoneInfo(arrival.zone)), zone=arrival.zone)
    for at in range(max(0, len(words) - TAILS_MAX), len(words)):
        found = read(" ".join(words[at:]), expected, arrival.language, arrival.languages)
        if isinstance(found.value, str):
            return found.value
    return None
