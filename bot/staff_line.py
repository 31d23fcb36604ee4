"""What a member of staff texts us: an alert's reply code, a STOP, or something that reaches nobody. As changes."""

from __future__ import annotations

from bot import keywords, texts
from bot.arrival import Arrival
from bot.changes import Acknowledge, Change, OpenTask, Update
from bot.staff_code import code_of, test_code
from bot.understanding import opt_out
from bot.values import Keyword, MessageClass, Person
from storage import schema as t

__all__ = ["acknowledge", "code_of", "stopped"]


def acknowledge(arrival: Arrival) -> list[Change]:
    """Take on the flag of the code, and say so; or say who has it, or that there is none such. Names no client."""
    code = str(code_of(arrival.inbound))
    flag = arrival.flag
    link = f"{arrival.house.public_url}/flags/{flag['id']}" if flag is not None else arrival.house.public_url
    point = _tested_point(arrival) if flag is None else None
    if point is not None:
        tested = Update(t.contact_points, point, {"tested_at": arrival.now, "status": "active", "status_at": arrival.now})
        return [tested, _say(arrival, (texts.TEST_PASSED, {}))]
    if flag is None or flag["closed_at"] is not None:
        return [_say(arrival, (texts.UNKNOWN_CODE, {"code": code, "link": arrival.house.public_url}))]
    if flag["state"] != "open" and flag["acknowledged_by"] != arrival.snap.staff_id:
        when = arrival.house.words.time(flag["acknowledged_at"], arrival.language, arrival.zone)
        person = arrival.names.get(flag["acknowledged_by"], "")
        return [_say(arrival, (texts.ACKNOWLEDGED_ALREADY, {"code": code, "person": person, "time": when}))]
    said = _say(arrival, (texts.ACKNOWLEDGED, {"code": code, "link": link}))
    if flag["state"] != "open":
        return [said]
    role = next((one.role for one in arrival.staff if one.id == arrival.snap.staff_id), "case_manager")
    person_ = Person(arrival.snap.staff_id or 0, role, arrival.programme.id)
    return [Acknowledge(arrival.programme.id, flag["id"], person_, arrival.programme.ladder), said]


def _tested_point(arrival: Arrival) -> int | None:
    """The contact point whose test alert this code answers."""
    points = (point for one in arrival.snap.staff if one["id"] == arrival.snap.staff_id for point in one["points"])
    here = (int(point["id"]) for point in points if point["address_id"] == arrival.snap.address["id"])
    return next((point for point in here if test_code(point) == code_of(arrival.inbound)), None)


def stopped(arrival: Arrival, changes: list[Change]) -> bool:
    """Staff who send a bare STOP may stop their own alerts at the provider: a supervisor must know."""
    asked = opt_out(arrival.inbound.text, arrival.languages)
    if asked.intent is not Keyword.stop or not asked.alone:
        return False
    changes.append(shut_out(arrival))
    return True


def shut_out(arrival: Arrival) -> OpenTask:
    """The work item that alerts may no longer reach a colleague at this address."""
    there = [one for one in arrival.staff if one.role in ("supervisor", "administrator")]
    chosen = min(there, key=lambda one: (one.id == arrival.snap.staff_id, one.role != "supervisor", one.id), default=None)
    owner = chosen.id if chosen is not None else arrival.snap.staff_id or 0
    return OpenTask(arrival.programme.id, None, "staff_stopped", arrival.snap.address["id"], owner)


def _say(arrival: Arrival, said: texts.Said) -> Change:
    return keywords.answer(arrival, "alert:answer", said, cls=MessageClass.alert)
