"""Staff: case managers, supervisors, administrators; when they are away; and whether alerts reach them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from bot import compose, texts
from bot.errors import NotFound, WrongUse
from bot.handing_over import TAKES
from bot.house import House
from bot.setting_up import mailboxes
from bot.setting_up.given import COMMAND_LINE, Given, Made, trail
from bot.setting_up.points import add_point, sender_for
from bot.staff_code import test_code
from bot.values import ROLES, ChannelKind, MessageClass, Person, Purpose
from storage import audit, caseload_moves, outbox, people, users
from storage import schema as t


@dataclass(frozen=True, slots=True)
class NewStaff:
    """
    A member of staff to be made.

    sign_in: typed at sign-in; empty: acts by phone only. supervisor_id: who is told when a flag is not acknowledged.
    phone: gets alerts by SMS. telegram: gets them there once the chat is bound; telegram_chat: bound already (demo only).
    mail: gets them there once the link in a first message was followed.
    hours: own working hours, {"0": ["09:00", "17:00"]}, 0 is Monday; empty: the programme's.
    """

    name: str = field(repr=False)
    role: str = "case_manager"
    sign_in: str = ""
    zone: str = ""
    language: str = ""
    supervisor_id: int | None = None
    phone: str = field(default="", repr=False)
    telegram: bool = False
    telegram_chat: str = field(default="", repr=False)
    mail: str = field(default="", repr=False)
    hours: Mapping[str, Sequence[str]] = field(default_factory=dict)
    password_hash: str | None = field(default=None, repr=False)


def add_staff(house: House, programme_id: int, new: NewStaff, *, by: Person = COMMAND_LINE) -> Made:
    """
    Make a member of staff with a data key of their own.

    In a real programme a contact point gets alerts only once a test alert to it was answered (`send_test_alert`).
    """
    now, user_id = house.ports.clock.now(), house.ports.ids.new()

    def unit(connection: Connection) -> tuple[str, ...]:
        given = Given(new.role.replace("_", " "))
        programme = people.by_id(connection, t.programmes, programme_id)
        if programme is None:
            raise NotFound("staff: there is no such programme")
        given.one_of("role", new.role, ROLES)
        _supervisor(connection, given, new, programme_id)
        hours = given.week("hours", new.hours)
        user = users.NewUser(
            id=user_id,
            programme_id=programme_id,
            role=new.role,
            name=given.text("name", new.name),
            sign_in=given.text("sign-in", new.sign_in, 80) if new.sign_in else None,
            password_hash=new.password_hash,
            zone=given.zone(new.zone or programme["zone"]),
            language=given.language(new.language or programme["language"]),
            supervisor_id=new.supervisor_id,
        )
        if new.role in ROLES and not users.add_user(connection, house.vault, user, now):
            given.fault("sign-in", "this sign-in name is taken; choose another")
        _reach(connection, house, given, new, programme, user_id, now)
        given.stop()
        people.change(connection, t.users, user_id, hours=hours or None)
        said = trail(by, programme_id, "staff.add", f"user {user_id}", role=new.role)
        audit.append(connection, house.ports.ids, **said, now=now)
        return tuple(given.notes)

    return Made(user_id, new.sign_in.strip().lower(), house.db.write(programme_id, unit))


def _supervisor(connection: Connection, given: Given, new: NewStaff, programme_id: int) -> None:
    if new.supervisor_id is None:
        return
    row = people.by_id(connection, t.users, new.supervisor_id)
    if row is None or row["programme_id"] != programme_id or row["role"] not in ("supervisor", "administrator"):
        given.fault("supervisor", "there is no supervisor of that id in this programme")


def _reach(
    connection: Connection, house: House, given: Given, new: NewStaff, programme: dict[str, Any], user_id: int, now: datetime
) -> None:
    country = (programme["settings"] or {}).get("country", "")
    demo = programme["kind"] == "demo"
    status, owner = ("active" if demo else "added"), ("user", user_id)
    phone = given.phone(new.phone, country) if new.phone else ""
    if phone and (sender := sender_for(connection, given, programme["id"], "sms")):
        add_point(connection, house, given, owner, sender, plain=phone, status=status, now=now)
    if new.telegram_chat and not demo:
        given.fault("telegram", "a chat is bound by an invitation in a real programme: say `checkline invite`")
    elif (new.telegram or new.telegram_chat) and (sender := sender_for(connection, given, programme["id"], "telegram")):
        chat = status if new.telegram_chat else "added"
        add_point(connection, house, given, owner, sender, plain=new.telegram_chat, status=chat, now=now, priority=1)
    _mailbox(connection, house, given, new, user_id, programme["id"], now)
    if not (phone or new.telegram or new.telegram_chat or new.mail) and not given.faults:
        given.note("No phone, no Telegram and no mail: alerts are shown in the console only, and a flag climbs at once.")


def _mailbox(connection: Connection, house: House, given: Given, new: NewStaff, user_id: int, programme_id: int, now: datetime) -> None:
    if not new.mail:
        return
    address = mailboxes.mail_address(given, new.mail)
    sender = sender_for(connection, given, programme_id, ChannelKind.mail.value)
    user = people.by_id(connection, t.users, user_id)
    if not address or sender is None or user is None:
        return
    mailboxes.attach(connection, house, given, user, sender, address, now)
    if not new.sign_in:
        given.note("An alert by mail is acknowledged in the console: give a sign-in name too.")


def set_leave(
    house: House, user_id: int, leave_from: str, leave_until: str, *, cover_id: int | None = None, by: Person = COMMAND_LINE
) -> Made:
    """
    Say when somebody is away (dates, or dates with times, on their own wall clock); both empty: back on duty.

    While away, the person's flags go at once to the cover, who sees their clients; without one to the supervisor. No end:
    away until told otherwise. cover_id: who stands in, this time and later; 0: nobody; None: as before.
    """

    def unit(connection: Connection) -> Made:
        user, given = _user(connection, user_id), Given("leave")
        zone = ZoneInfo(user["zone"])
        begins = given.moment("from", leave_from, zone) if leave_from else None
        ends = given.moment("until", leave_until, zone) if leave_until else None
        if leave_until and not leave_from:
            given.fault("from", "write when the leave begins, too")
        if begins and ends and ends <= begins:
            given.fault("until", "write a moment after the leave begins")
        cover = _cover(connection, given, user, cover_id)
        given.stop()
        if begins:
            _warn(connection, given, user, cover, begins)
        stands_in = cover["id"] if cover else None
        people.change(connection, t.users, user_id, leave_from=begins, leave_until=ends, cover_id=stands_in)
        said = trail(by, user["programme_id"], "staff.leave", f"user {user_id}", cover=str(stands_in or ""))
        audit.append(connection, house.ports.ids, **said, now=house.ports.clock.now())
        return Made(user_id, user["sign_in"] or "", tuple(given.notes))

    return house.db.write(user_id, unit)


def _cover(connection: Connection, given: Given, user: dict[str, Any], cover_id: int | None) -> dict[str, Any] | None:
    wanted = user["cover_id"] if cover_id is None else cover_id
    cover = people.by_id(connection, t.users, wanted) if wanted else None
    if not wanted or (cover_id is None and (cover is None or cover["status"] != "active")):
        return None
    theirs = cover is not None and cover["programme_id"] == user["programme_id"] and cover["status"] == "active"
    if not theirs or cover is None or cover["role"] not in TAKES or cover["id"] == user["id"]:
        given.fault("cover", "name a case manager or supervisor at work in this programme, and not the person who is away")
    return cover


def _warn(connection: Connection, given: Given, user: dict[str, Any], cover: dict[str, Any] | None, begins: datetime) -> None:
    """What should be known of a leave that begins."""
    if cover is None:
        given.note("Nobody covers: flags go to the supervisor on duty at once.")
    elif cover["leave_from"] and (cover["leave_until"] is None or cover["leave_until"] > begins):
        given.note("The cover has leave planned too: while both are away, flags go to the supervisor on duty.")
    many = len(caseload_moves.open_flags_of(connection, user["id"], None))
    if many:
        say = "close them, or say `checkline manager hand-over`"
        given.note(f"{many} open flags are theirs. They climb by their own clocks: {say}.")


def send_test_alert(house: House, user_id: int, *, by: Person = COMMAND_LINE) -> int:
    """
    Put a test alert to every number, chat and mailbox of a member of staff into the outbox; how many.

    The running service sends it; who answers with the code, or follows the link in the mail, shows that alerts arrive, and
    the contact point becomes active.
    """
    now, words = house.ports.clock.now(), house.words

    def unit(connection: Connection) -> int:
        user = _user(connection, user_id)
        there = [
            point for point in people.points(connection, "user", user_id) if point["address_id"] is not None and point["status"] != "wrong"
        ]
        if not there:
            raise WrongUse("test alert: this person has no phone number, mailbox or bound chat yet; say `checkline invite` for Telegram")
        key = house.vault.key_for(connection, user_id)
        for point in there:
            if point["channel"] == ChannelKind.mail.value:
                mailboxes.write_to(connection, house, user, point, now)
                continue
            line = compose.Line(
                programme_id=user["programme_id"],
                sender_id=point["sender_id"],
                channel=ChannelKind(point["channel"]),
                address_id=point["address_id"],
                key=key,
                language=user["language"],
                zone=user["zone"],
                user_id=user_id,
            )
            text = words.say(texts.TEST_ALERT, user["language"], {"code": str(test_code(point["id"]))})
            draft = compose.message(
                house, line, cls=MessageClass.alert, kind="alert:test", text=text, now=now, purpose=Purpose.service, exempt=("rung",)
            )
            outbox.enqueue(connection, draft, now)
        said = trail(by, user["programme_id"], "staff.test", f"user {user_id}", points=len(there))
        audit.append(connection, house.ports.ids, **said, now=now)
        return len(there)

    return house.db.write(user_id, unit)


def _user(connection: Connection, user_id: int) -> dict[str, Any]:
    user = people.by_id(connection, t.users, user_id)
    if user is None or user["status"] != "active":
        raise NotFound("staff: there is nobody of that id on duty")
    return user
