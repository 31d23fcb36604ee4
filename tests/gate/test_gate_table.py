"""Every cell of the table of what may go out when, and what must hold in any situation whatever."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.gate import REPEATS, Decision, Drop, Go, Outgoing, Repeat, Situation, Task, Wait, deadline, gate, hand_over_by, sentence
from bot.quiet_hours import ALWAYS_OPEN, DEFAULT_HOURS, QuietHours, parse_quiet_hours
from bot.values import MessageClass, Purpose, Reason, Severity

NEW_YORK = ZoneInfo("America/New_York")
DAY = datetime(2026, 3, 4, 20, 0, tzinfo=UTC)
"""A Wednesday, 15:00 in New York."""
NIGHT = datetime(2026, 3, 5, 3, 0, tzinfo=UTC)
"""The same Wednesday, 22:00 in New York."""
MORNING = datetime(2026, 3, 5, 14, 0, tzinfo=UTC)
"""Thursday, 9:00 in New York: the next open window."""
FULL = {"sent_today": 3, "cap_per_day": 3}
QUIET = Wait(Reason.quiet_hours, MORNING)


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


@dataclass(frozen=True)
class Case:
    cls: MessageClass
    column: str
    decision: Decision
    now: datetime = DAY
    message: dict[str, Any] = field(default_factory=dict)
    situation: dict[str, Any] = field(default_factory=dict)

    def ask(self) -> tuple[Outgoing, Situation, datetime]:
        message = Outgoing(self.cls, Purpose.check_ins, created_at=self.now)
        situation = Situation(NEW_YORK, DEFAULT_HOURS, consents=frozenset({Purpose.check_ins}))
        return replace(message, **self.message), replace(situation, **self.situation), self.now


def case(cls: str, column: str, decision: Decision, now: datetime = DAY, message: dict[str, Any] | None = None, **situation: Any) -> Case:
    return Case(MessageClass(cls), column, decision, now, message or {}, situation)


NONE = frozenset[Purpose]()
OTHER = frozenset({Purpose.goals})
REMINDER = {"appointment_reminder": True}

CASES = {
    # Crisis replies
    "a crisis reply goes after STOP": case("crisis", "stop", Go(), stopped=True),
    "a crisis reply ignores quiet hours": case("crisis", "quiet", Go(), NIGHT),
    "a crisis reply ignores caps": case("crisis", "caps", Go(), **FULL),
    "a crisis reply ignores an open critical flag": case("crisis", "flag", Go(), open_critical_flag=True),
    "a crisis reply goes for two hours": case("crisis", "age", Go(), message={"created_at": DAY - minutes(120)}),
    "a crisis reply older than two hours makes a person phone": case(
        "crisis", "age", Drop(Reason.not_after, Task.phone_client), message={"created_at": DAY - minutes(120.1)}
    ),
    "a crisis reply cannot be given longer than two hours": case(
        "crisis",
        "age",
        Drop(Reason.not_after, Task.phone_client),
        message={"created_at": DAY - minutes(121), "not_after": DAY + minutes(60)},
    ),
    "a crisis reply needs no consent": case("crisis", "consent", Go(), consents=NONE),
    "a crisis reply goes through a hold of the client": case("crisis", "hold", Go(), client_held=True),
    "a crisis reply goes through a hold of the programme": case("crisis", "hold", Go(), programme_held=True),
    # Staff alerts
    "STOP of a client does not concern an alert": case("alert", "stop", Go(), stopped=True),
    "an alert that is not critical waits for the person's own hours": case(
        "alert", "quiet", QUIET, NIGHT, {"flag_severity": Severity.high, "rung": True}
    ),
    "a critical alert ignores the person's own hours": case("alert", "quiet", Go(), NIGHT, {"flag_severity": Severity.critical}),
    "an alert goes at night to who works at night": case(
        "alert", "quiet", Go(), NIGHT, {"flag_severity": Severity.review}, quiet=ALWAYS_OPEN
    ),
    "an answer to what staff just wrote goes at night": case("alert", "quiet", Go(), NIGHT, last_inbound_at=NIGHT - minutes(1)),
    "an alert does not go at night because staff just wrote of something else": case(
        "alert", "quiet", QUIET, NIGHT, {"flag_severity": Severity.high}, last_inbound_at=NIGHT - minutes(1)
    ),
    "alerts over the cap are grouped the next morning": case(
        "alert", "caps", Wait(Reason.capped, MORNING), DAY, {"flag_severity": Severity.high}, **FULL
    ),
    "the first alert and a rung are never grouped": case(
        "alert", "caps", Go(), DAY, {"flag_severity": Severity.high, "rung": True}, **FULL
    ),
    "a critical alert is never grouped": case("alert", "caps", Go(), DAY, {"flag_severity": Severity.critical}, **FULL),
    "an open critical flag does not keep an alert": case("alert", "flag", Go(), open_critical_flag=True),
    "an alert lives as long as its flag is open": case("alert", "age", Go(), message={"created_at": DAY - timedelta(days=9)}),
    "an alert dies with its flag": case("alert", "age", Drop(Reason.flag_closed), message={"rung": True}, flag_open=False),
    "a critical alert dies with its flag too": case(
        "alert", "age", Drop(Reason.flag_closed), message={"flag_severity": Severity.critical}, flag_open=False
    ),
    "an alert needs no consent of the client": case("alert", "consent", Go(), consents=NONE),
    "an alert goes through every hold": case("alert", "hold", Go(), client_held=True, programme_held=True),
    # Answers to STOP, START, HELP
    "STOP gets its one answer": case("keyword", "stop", Go(), stopped=True),
    "a second STOP gets none": case("keyword", "stop", Drop(Reason.stopped), stopped=True, already_answered=True),
    "HELP is answered again where no STOP stands": case("keyword", "stop", Go(), already_answered=True),
    "the answer to a keyword ignores quiet hours": case("keyword", "quiet", Go(), NIGHT),
    "the answer to a keyword ignores caps": case("keyword", "caps", Go(), **FULL),
    "the answer to a keyword ignores an open critical flag": case("keyword", "flag", Go(), open_critical_flag=True),
    "the answer to a keyword goes for five minutes": case("keyword", "age", Go(), message={"created_at": DAY - minutes(5)}),
    "the answer to a keyword is dropped after five minutes": case(
        "keyword", "age", Drop(Reason.not_after), message={"created_at": DAY - minutes(5.1)}
    ),
    "the answer to a keyword needs no consent": case("keyword", "consent", Go(), consents=NONE),
    "the answer to a keyword goes through every hold": case("keyword", "hold", Go(), client_held=True, programme_held=True),
    # Replies within a conversation
    "a reply does not go after STOP": case("reply", "stop", Drop(Reason.stopped), stopped=True),
    "a line about the line does not go after STOP either": case(
        "reply", "stop", Drop(Reason.stopped), message={"consent_exempt": True}, stopped=True
    ),
    "a reply goes at night for 30 minutes after the client wrote": case("reply", "quiet", Go(), NIGHT, last_inbound_at=NIGHT - minutes(30)),
    "a reply is held at night once the 30 minutes are over": case("reply", "quiet", QUIET, NIGHT, last_inbound_at=NIGHT - minutes(30.1)),
    "a reply stays held though its window closes first, for the client may write": case(
        "reply", "quiet", QUIET, NIGHT, {"not_after": NIGHT + minutes(60)}
    ),
    "a reply is not counted against caps": case("reply", "caps", Go(), **FULL),
    "a critical flag holds the conversation": case("reply", "flag", Wait(Reason.open_critical_flag), open_critical_flag=True),
    "a reply goes within its window": case("reply", "age", Go(), message={"not_after": DAY}),
    "a reply is dropped after its window": case("reply", "age", Drop(Reason.not_after), message={"not_after": DAY - minutes(1)}),
    "a reply that names no window has a day": case("reply", "age", Drop(Reason.not_after), message={"created_at": DAY - minutes(1441)}),
    "a reply without consent goes where the client opened the conversation": case(
        "reply", "consent", Go(), consents=NONE, client_opened_conversation=True
    ),
    "a reply without consent is dropped where we opened it": case("reply", "consent", Drop(Reason.no_consent), consents=NONE),
    "consent to another purpose does not carry a reply": case("reply", "consent", Drop(Reason.no_consent), consents=OTHER),
    "a reply of the welcome needs no consent yet": case("reply", "consent", Go(), message={"purpose": Purpose.service}, consents=NONE),
    "a line about a photo or a late button needs no consent": case(
        "reply", "consent", Go(), message={"consent_exempt": True}, consents=NONE
    ),
    "a reply waits while the client is held": case("reply", "hold", Wait(Reason.client_held), client_held=True),
    "a reply waits while the programme is held": case("reply", "hold", Wait(Reason.programme_held), programme_held=True),
    # Written by staff
    "after STOP staff cannot write, and are told": case("staff", "stop", Drop(Reason.stopped, Task.tell_writer), stopped=True),
    "what staff write at night waits for the next window": case("staff", "quiet", QUIET, NIGHT),
    "what staff write goes at night if the client just wrote": case("staff", "quiet", Go(), NIGHT, last_inbound_at=NIGHT - minutes(30)),
    "what staff write goes at night with a reason": case("staff", "quiet", Go(), NIGHT, {"urgent_reason": True}),
    "what staff write is dropped at once when the next window is too late": case(
        "staff", "quiet", Drop(Reason.not_after, Task.tell_writer), NIGHT, {"not_after": MORNING - minutes(1)}
    ),
    "what staff write is never blocked by caps": case("staff", "caps", Go(), **FULL),
    "staff may write to a client with a critical flag": case("staff", "flag", Go(), open_critical_flag=True),
    "what staff write goes for 24 hours": case("staff", "age", Go(), message={"created_at": DAY - timedelta(hours=24)}),
    "what staff write is dropped after 24 hours, and they are told": case(
        "staff", "age", Drop(Reason.not_after, Task.tell_writer), message={"created_at": DAY - timedelta(hours=24.1)}
    ),
    "staff may choose longer than 24 hours": case(
        "staff", "age", Go(), message={"created_at": DAY - timedelta(hours=30), "not_after": DAY + minutes(1)}
    ),
    "staff may write with consent to any purpose": case("staff", "consent", Go(), consents=OTHER),
    "staff may not write without any consent, and are told": case(
        "staff", "consent", Drop(Reason.no_consent, Task.tell_writer), consents=NONE
    ),
    "what staff write waits while the client is held": case("staff", "hold", Wait(Reason.client_held), client_held=True),
    "what staff write waits while the programme is held": case("staff", "hold", Wait(Reason.programme_held), programme_held=True),
}

for row in ("prompt", "bulk"):
    CASES |= {
        f"a {row} does not go after STOP": case(row, "stop", Drop(Reason.stopped), stopped=True),
        f"a {row} is held in quiet hours": case(row, "quiet", QUIET, NIGHT),
        f"a {row} is held in quiet hours even if the client just wrote": case(
            row, "quiet", QUIET, NIGHT, last_inbound_at=NIGHT - minutes(1)
        ),
        f"a {row} expires in quiet hours when it is useless by the morning": case(
            row, "quiet", Drop(Reason.not_after), NIGHT, {"not_after": MORNING - minutes(1)}
        ),
        f"a {row} is blocked by the day's cap": case(row, "caps", Drop(Reason.capped), **FULL),
        f"a {row} is blocked by the week's cap": case(row, "caps", Drop(Reason.capped), sent_this_week=7, cap_per_week=7),
        f"a {row} goes below the caps": case(row, "caps", Go(), sent_today=2, cap_per_day=3, sent_this_week=6, cap_per_week=7),
        f"a {row} is held by a critical flag": case(row, "flag", Wait(Reason.open_critical_flag), open_critical_flag=True),
        f"a {row} is dropped after its own time": case(row, "age", Drop(Reason.not_after), message={"not_after": DAY - minutes(1)}),
        f"a {row} goes up to its own time": case(row, "age", Go(), message={"not_after": DAY}),
        f"a {row} without consent is blocked": case(row, "consent", Drop(Reason.no_consent), consents=NONE),
        f"a {row} with consent to another purpose is blocked": case(row, "consent", Drop(Reason.no_consent), consents=OTHER),
        f"a {row} of the line itself is never a schedule": case(
            row, "consent", Drop(Reason.no_consent), message={"purpose": Purpose.service}
        ),
        f"a {row} waits while the client is held": case(row, "hold", Wait(Reason.client_held), client_held=True),
        f"a {row} waits while the programme is held": case(row, "hold", Wait(Reason.programme_held), programme_held=True),
    }

INVITATION = {"invitation": True, "purpose": Purpose.service}
CASES |= {
    "the invitation needs no consent, once": case("prompt", "consent", Go(), message=INVITATION, consents=NONE),
    "a second invitation is blocked": case(
        "prompt", "consent", Drop(Reason.no_consent), message=INVITATION, consents=NONE, invited_once=True
    ),
    "the invitation keeps quiet hours": case("prompt", "quiet", QUIET, NIGHT, INVITATION, consents=NONE),
    "the invitation keeps STOP": case("prompt", "stop", Drop(Reason.stopped), message=INVITATION, stopped=True),
    "an appointment reminder that a critical flag holds is taken over by a person": case(
        "prompt", "flag", Wait(Reason.open_critical_flag, task=Task.remind_by_phone), message=REMINDER, open_critical_flag=True
    ),
    "an appointment reminder that a hold keeps is taken over by a person": case(
        "prompt", "hold", Wait(Reason.client_held, task=Task.remind_by_phone), message=REMINDER, client_held=True
    ),
    "an appointment reminder over the cap is taken over by a person": case(
        "prompt", "caps", Drop(Reason.capped, Task.remind_by_phone), message=REMINDER, **FULL
    ),
    "an appointment reminder that came too late is taken over by a person": case(
        "prompt", "age", Drop(Reason.not_after, Task.remind_by_phone), message=REMINDER | {"not_after": DAY - minutes(1)}
    ),
    "an appointment reminder that waits for the morning troubles nobody": case("prompt", "quiet", QUIET, NIGHT, REMINDER),
}

COLUMNS = ("stop", "quiet", "caps", "flag", "age", "consent", "hold")


@pytest.mark.parametrize("given_case", CASES.values(), ids=CASES)
def test_cell(given_case: Case) -> None:
    assert gate(*given_case.ask()) == given_case.decision


def test_every_cell_has_a_case() -> None:
    assert {(one.cls, one.column) for one in CASES.values()} == set(product(MessageClass, COLUMNS))


UNKNOWN = {
    "a crisis reply of unknown outcome is repeated": (MessageClass.crisis, Repeat.again),
    "an alert of unknown outcome is repeated": (MessageClass.alert, Repeat.again),
    "the answer to a keyword is never repeated": (MessageClass.keyword, Repeat.never),
    "a reply is not repeated but shown as unsure": (MessageClass.reply, Repeat.unsure),
    "staff decide about what they wrote": (MessageClass.staff, Repeat.writer),
    "a prompt is not repeated but shown as unsure": (MessageClass.prompt, Repeat.unsure),
    "a bulk message is not repeated but shown as unsure": (MessageClass.bulk, Repeat.unsure),
}


@pytest.mark.parametrize(("cls", "repeat"), UNKNOWN.values(), ids=UNKNOWN)
def test_outcome_unknown(cls: MessageClass, repeat: Repeat) -> None:
    assert REPEATS[cls] is repeat


def test_every_class_says_what_an_unknown_outcome_means() -> None:
    assert {cls for cls, _ in UNKNOWN.values()} == set(MessageClass) == set(REPEATS)


@pytest.mark.parametrize("reason", Reason)
def test_each_reason_has_a_sentence_that_a_person_can_read(reason: Reason) -> None:
    text = sentence(reason)
    assert text.endswith(".")
    assert text[0].isupper()
    assert len(text.split()) >= 4
    assert "_" not in text


def test_no_sentence_serves_two_reasons() -> None:
    assert len({sentence(reason) for reason in Reason}) == len(Reason)


ORDER = {
    "STOP is said before all that may pass": ({"stopped": True, "client_held": True, **FULL}, Drop(Reason.stopped)),
    "missing consent is said before a hold": ({"consents": NONE, "client_held": True}, Drop(Reason.no_consent)),
    "a hold comes before the cap, which is another by tomorrow": ({"client_held": True, **FULL}, Wait(Reason.client_held)),
    "the client's hold is named before the programme's": ({"client_held": True, "programme_held": True}, Wait(Reason.client_held)),
}


@pytest.mark.parametrize(("situation", "decision"), ORDER.values(), ids=ORDER)
def test_of_several_reasons_the_lasting_one_is_given(situation: dict[str, Any], decision: Decision) -> None:
    assert gate(*case("prompt", "order", decision, **situation).ask()) == decision


def test_quiet_hours_come_before_the_cap_since_tomorrow_has_its_own() -> None:
    assert gate(*case("prompt", "order", QUIET, NIGHT, **FULL).ask()) == QUIET


CLOSES = datetime(2026, 3, 5, 1, 0, tzinfo=UTC)
BY = {
    "a prompt must be delivered before quiet hours begin": (case("prompt", "", Go()), CLOSES),
    "a prompt must be delivered before it is stale": (case("prompt", "", Go(), message={"not_after": DAY + minutes(5)}), DAY + minutes(5)),
    "a crisis reply has its two hours": (case("crisis", "", Go(), NIGHT), NIGHT + minutes(120)),
    "a keyword's answer has its five minutes": (case("keyword", "", Go(), NIGHT), NIGHT + minutes(5)),
    "a reply at night has the rest of the half hour": (
        case("reply", "", Go(), NIGHT, last_inbound_at=NIGHT - minutes(10)),
        NIGHT + minutes(20),
    ),
    "a reply by day has until quiet hours": (case("reply", "", Go(), last_inbound_at=DAY), CLOSES),
    "a reply just before quiet hours has the rest of the half hour": (
        case("reply", "", Go(), CLOSES - minutes(5), last_inbound_at=CLOSES - minutes(10)),
        CLOSES + minutes(20),
    ),
    "what staff write with a reason has its 24 hours": (
        case("staff", "", Go(), NIGHT, {"urgent_reason": True}),
        NIGHT + timedelta(hours=24),
    ),
    "a critical alert has no limit": (case("alert", "", Go(), NIGHT, {"flag_severity": Severity.critical}), None),
    "another alert must be delivered in the person's own hours": (case("alert", "", Go(), DAY, {"flag_severity": Severity.high}), CLOSES),
}


@pytest.mark.parametrize(("given_case", "by"), BY.values(), ids=BY)
def test_no_provider_queue_may_hold_it_longer(given_case: Case, by: datetime | None) -> None:
    assert hand_over_by(*given_case.ask()) == by


def test_a_naive_moment_is_refused() -> None:
    message, situation, now = case("prompt", "", Go()).ask()
    with pytest.raises(ValueError, match="naive"):
        gate(message, situation, now.replace(tzinfo=None))


# ---------------------------------------------------------------- any situation whatever

ZONES = st.sampled_from(
    [
        ZoneInfo(name)
        for name in ("America/New_York", "Asia/Kathmandu", "Africa/Cairo", "Pacific/Apia", "Australia/Lord_Howe", "Europe/Madrid")
    ]
)
# Drawn from ranges, since hypothesis prefers small integers, and then all would happen on New Year's night.
MOMENTS = st.tuples(st.sampled_from(range(730)), st.sampled_from(range(0, 1440, 7))).map(
    lambda drawn: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=drawn[0], minutes=drawn[1])
)
TABLES = st.sampled_from(
    [
        DEFAULT_HOURS,
        ALWAYS_OPEN,
        parse_quiet_hours({"tue": ["08:00-12:00", "13:00-18:30"], "fri": ["22:00-24:00"], "sat": ["00:00-03:00"]}),
        parse_quiet_hours({}),
    ]
)


FLAGS = ("already_answered", "invited_once", "client_opened_conversation")
OBSTACLES = ("stopped", "open_critical_flag", "client_held", "programme_held")
MARKS = ("urgent_reason", "invitation", "consent_exempt", "rung", "appointment_reminder")
HOURS = st.none() | st.sampled_from(range(181))
"""Minutes; most of what matters happens within three hours."""


@st.composite
def questions(draw: st.DrawFn) -> tuple[Outgoing, Situation, datetime]:
    """All flags are the bits of one number (drawing each alone takes four times as long); obstacles are rare, else nothing ever goes."""
    now, bits = draw(MOMENTS), draw(st.sampled_from(range(2**8)))
    flags = {name: bool(bits >> at & 1) for at, name in enumerate((*FLAGS, *MARKS))}
    age, left, wrote = draw(HOURS), draw(HOURS), draw(HOURS)
    message = Outgoing(
        draw(st.sampled_from(MessageClass)),
        draw(st.sampled_from(Purpose)),
        created_at=now - minutes(age or 0),
        not_after=None if left is None else now + minutes(left * 8 - 120),
        flag_severity=draw(st.none() | st.sampled_from(Severity)),
        **{name: flags[name] for name in MARKS},
    )
    situation = Situation(
        draw(ZONES),
        draw(TABLES),
        consents=draw(st.sampled_from((NONE, OTHER, frozenset(Purpose), frozenset(Purpose)))),
        last_inbound_at=None if wrote is None else now - minutes(wrote),
        sent_today=3,
        cap_per_day=draw(st.sampled_from((None, 3, 4))),
        flag_open=draw(st.sampled_from((True, True, False))),
        **{name: flags[name] for name in FLAGS},
        **dict.fromkeys(draw(st.sampled_from(((), (), (), *((name,) for name in OBSTACLES), OBSTACLES))), True),
    )
    return message, situation, now


ANY = settings(max_examples=150, deadline=None, derandomize=True, database=None)
ALWAYS = (MessageClass.crisis, MessageClass.alert, MessageClass.keyword)


@ANY
@given(questions())
def test_a_crisis_reply_goes_whenever_it_is_fresh(question: tuple[Outgoing, Situation, datetime]) -> None:
    message, situation, now = question
    message = replace(message, cls=MessageClass.crisis)
    last = deadline(message)
    assert last is not None
    assert gate(message, situation, now) == (Go() if now <= last else Drop(Reason.not_after, Task.phone_client))


@ANY
@given(questions())
def test_a_critical_alert_goes_whenever_its_flag_is_open(question: tuple[Outgoing, Situation, datetime]) -> None:
    message, situation, now = question
    message = replace(message, cls=MessageClass.alert, flag_severity=Severity.critical, not_after=None)
    assert gate(message, situation, now) == (Go() if situation.flag_open else Drop(Reason.flag_closed))


@ANY
@given(questions())
def test_a_keyword_is_answered_once_while_fresh(question: tuple[Outgoing, Situation, datetime]) -> None:
    message, situation, now = question
    message = replace(message, cls=MessageClass.keyword)
    last = deadline(message)
    assert last is not None
    second = situation.stopped and situation.already_answered
    assert (gate(message, situation, now) == Go()) == (now <= last and not second)


@ANY
@given(questions())
def test_after_stop_nothing_goes_but_what_may(question: tuple[Outgoing, Situation, datetime]) -> None:
    message, situation, now = question
    decision = gate(message, replace(situation, stopped=True), now)
    assert message.cls in ALWAYS or (isinstance(decision, Drop) and decision.reason is Reason.stopped)


@ANY
@given(questions())
def test_in_quiet_hours_nothing_goes_but_what_may(question: tuple[Outgoing, Situation, datetime]) -> None:
    message, situation, now = question
    if gate(message, situation, now) != Go() or not situation.quiet.is_quiet(now, situation.zone):
        return
    lately = situation.last_inbound_at is not None and now - situation.last_inbound_at <= timedelta(minutes=30)
    allowed = {
        MessageClass.crisis: True,
        MessageClass.keyword: True,
        MessageClass.alert: message.flag_severity is Severity.critical or (message.flag_severity is None and lately),
        MessageClass.reply: lately,
        MessageClass.staff: lately or message.urgent_reason,
    }
    assert allowed.get(message.cls, False)


@ANY
@given(questions())
def test_whatever_waits_until_a_moment_finds_quiet_hours_over_then(question: tuple[Outgoing, Situation, datetime]) -> None:
    message, situation, now = question
    decision = gate(message, situation, now)
    if isinstance(decision, Wait) and decision.until is not None:
        assert decision.until > now
        assert not situation.quiet.is_quiet(decision.until, situation.zone)


@ANY
@given(questions())
def test_nothing_goes_after_its_deadline(question: tuple[Outgoing, Situation, datetime]) -> None:
    message, situation, now = question
    last = deadline(message)
    if last is not None and now > last:
        assert isinstance(gate(message, situation, now), Drop)


@ANY
@given(questions(), st.floats(0, 1))
def test_until_handed_over_it_might_still_go(question: tuple[Outgoing, Situation, datetime], share: float) -> None:
    message, situation, now = question
    by = hand_over_by(message, situation, now)
    if gate(message, situation, now) != Go() or by is None:
        return
    later = now + (by - now) * share * 0.999
    assert gate(message, situation, later) == Go()


@ANY
@given(MOMENTS, ZONES, TABLES)
def test_the_next_open_moment_is_the_first(now: datetime, zone: ZoneInfo, hours: QuietHours) -> None:
    opens = hours.next_open(now, zone)
    if opens is None:
        assert not any(hours.open)
        return
    assert opens >= now
    assert not hours.is_quiet(opens, zone)
    step = max((opens - now) / 40, timedelta(minutes=1))
    moment = now
    while moment < opens:
        assert hours.is_quiet(moment, zone)
        moment += step
