"""Makes the demo programme in a house, by the same acts that set up a real one: senders, staff, clients, plans, enrolments, consent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from bot.cli.demo.cast import Cast, Client, Sender
from bot.hours import OFFICE
from bot.house import House
from bot.setting_up.clients import NewClient, add_client
from bot.setting_up.consents import record_consent
from bot.setting_up.enrolments import enrol
from bot.setting_up.plans import NewAppointment, NewGoal, add_appointment, add_goal, add_plan
from bot.setting_up.programmes import add_programme
from bot.setting_up.senders import add_sender
from bot.setting_up.staff import NewStaff, add_staff, set_leave
from bot.values import ChannelKind, Person

PURPOSES = ("check_ins", "appointments", "goals")
WELCOMED = 3
"""Every third client is asked for consent by the welcome flow; the others agreed on paper."""
VISITS_EVERY = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Planted:
    """The demo programme. senders, staff: by their key in the cast; clients: in the order of the cast."""

    programme_id: int
    senders: dict[str, int]
    staff: dict[str, Person]
    clients: tuple[int, ...]


def plant(house: House, cast: Cast, days: int) -> Planted:
    """
    Make the demo programme now, by the house's world clock.

    days: how far ahead appointments are made.
    """
    made = add_programme(
        house, cast.programme, kind="demo", zone=cast.zone, language=cast.languages[0], languages=cast.languages, settings=cast.settings
    )
    senders = {one.key: _sender(house, made.id, one) for one in cast.senders}
    staff = _staff(house, cast, made.id)
    clients = []
    for number, client in enumerate(cast.clients):
        client_id = _client(house, cast, made.id, client, staff, senders)
        _plan(house, client, client_id, number, days)
        clients.append(client_id)
    return Planted(made.id, senders, staff, tuple(clients))


def _sender(house: House, programme_id: int, sender: Sender) -> int:
    made = add_sender(house, programme_id, "simulated", address=sender.address, stop=sender.stop, imitates=sender.channel.value)
    return made.id


def _staff(house: House, cast: Cast, programme_id: int) -> dict[str, Person]:
    """Supervisors first, whom the case managers then belong to."""
    found: dict[str, Person] = {}
    channels = {one.key: one.channel for one in cast.senders}
    for member in sorted(cast.staff, key=lambda one: one.role != "supervisor"):
        telegram = channels[member.sender] is ChannelKind.telegram
        supervisor = next((person.id for person in found.values() if person.role == "supervisor"), None)
        new = NewStaff(
            member.name,
            member.role,
            sign_in=member.key,
            zone=cast.zone,
            supervisor_id=supervisor if member.role == "case_manager" else None,
            phone="" if telegram else member.address,
            telegram_chat=member.address if telegram else "",
            hours=OFFICE if member.hours else {},
        )
        found[member.key] = Person(add_staff(house, programme_id, new).id, member.role, programme_id)
        if member.leave is not None:
            today = house.ports.clock.now().astimezone(ZoneInfo(cast.zone)).date()
            begins, ends = (today + timedelta(days=day) for day in member.leave)
            set_leave(house, found[member.key].id, begins.isoformat(), ends.isoformat())
    return found


def _client(house: House, cast: Cast, programme_id: int, client: Client, staff: dict[str, Person], senders: dict[str, int]) -> int:
    channel = next(one.channel for one in cast.senders if one.key == client.sender)
    telegram = channel is ChannelKind.telegram
    new = NewClient(
        client.name,
        staff[client.manager].id,
        language=client.language,
        zone=client.zone,
        country=client.country,
        phone="" if telegram else client.address,
        telegram_chat=client.address if telegram else "",
        prefer=channel.value,
        sms_sender_id=None if telegram else senders[client.sender],
        telegram_sender_id=senders[client.sender] if telegram else None,
    )
    return add_client(house, programme_id, new).id


def _plan(house: House, client: Client, client_id: int, number: int, days: int) -> None:
    """A care plan with a goal; what is asked when, spread over the day. For some that is in quiet hours, so that it has to wait."""
    title, unit, target = client.goal
    add_plan(house, client_id, title)
    add_goal(house, client_id, NewGoal(title, unit, target))
    if number % WELCOMED:
        record_consent(house, client_id, PURPOSES, how="paper")
    else:
        enrol(house, client_id, "welcome", every="once", at="09:10", agreed="Asked at the front desk, said yes.")
    spread = f"{(number * 7) % 60:02}"
    early, late = number % 8 == 5, number % 8 == 6
    enrol(house, client_id, "weekly-pulse", every=client.check_in, at=f"{'07' if early else 10 + number % 3}:{spread}")
    enrol(house, client_id, "goal-progress", every=client.goal_day, at=f"{21 if late else 15 + number % 3}:{spread}")
    if client.asked is not None:
        record_consent(house, client_id, (*PURPOSES, "sensitive"), how="paper")
        enrol(house, client_id, client.asked[0], every=client.asked[1], at="13:05")
    if client.appointment is None:
        return
    first: date = house.ports.clock.now().astimezone(ZoneInfo(client.zone)).date()
    visit = client.appointment
    for ahead in range(visit.day, max(days, visit.day) + 1, VISITS_EVERY.days):
        at = f"{(first + timedelta(days=ahead)).isoformat()}T{visit.at}"
        add_appointment(house, client_id, NewAppointment(visit.title, visit.place, at))
