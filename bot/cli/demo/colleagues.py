"""
Simulated staff: they read alerts on their phones and acknowledge, or do not; the supervisor closes what is open.

One case manager never answers, one is on leave, one acknowledges and does nothing more. The supervisor always acknowledges
within minutes, by a button or a reply code, and resolves later: so flags climb, but none is ever left past its deadline.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from bot.channels.phones import Accepted
from bot.cli.demo.clockwork import Chance
from bot.cli.demo.personas import Deed
from bot.cli.demo.stage import Stage
from bot.desk import OUTCOMES
from bot.errors import WrongUse
from bot.values import Person
from storage import schema as t

ALERT = re.compile(r"\bA (\d{1,9})\b.*/flags/(\d+)", re.DOTALL)
"""What every alert says in every language: the reply code, and the link to the flag."""
TYPED = ("A {}", "a {}", "A{}.", "ack {}", "a-{}", "ACK {}!")
"""How a hurried person types a reply code."""
ROUND = timedelta(hours=24)
LEFT_ALONE = timedelta(hours=20)
"""What somebody acknowledged so long ago, and did not close, the supervisor closes on her round."""
AWAKE = (8, 21)


@dataclass(frozen=True, slots=True)
class Desk:
    """Somebody's place: who, which phone by which line, where. leave: from and until, or None."""

    person: Person
    address: str
    sender_id: int
    zone: str
    behaviour: str
    leave: tuple[datetime, datetime] | None = None


class Colleague:
    """A member of staff with a phone. rounds: from when on a supervisor makes her daily round, and until when; None: always."""

    def __init__(self, stage: Stage, desk: Desk, chance: Chance, rounds: tuple[datetime, datetime | None]) -> None:
        self.stage, self.desk, self.chance, self.rounds = stage, desk, chance, rounds
        self._plan: list[Deed] = []
        self._order = 0
        if desk.behaviour == "supervises":
            self._will(rounds[0], self._round)

    def next_at(self) -> datetime | None:
        return self._plan[0].at if self._plan else None

    def act(self, now: datetime) -> None:
        while self._plan and self._plan[0].at <= now:
            heapq.heappop(self._plan).do()

    def hear(self, sender_id: int, accepted: Accepted) -> None:
        if accepted.address != self.desk.address:
            return
        found = ALERT.search(accepted.text)
        if found is None or not self._answers(accepted.at):
            return
        code, flag_id = int(found[1]), int(found[2])
        tokens = [button.token for button in accepted.outgoing.buttons]
        seen = self._when(accepted.at)
        self._will(seen, lambda: self._acknowledge(sender_id, code, tokens))
        if self.desk.behaviour in ("supervises", "leave"):
            self._will(seen + timedelta(minutes=self.chance.between(5, 50)), lambda: self._phone(flag_id))
            self._will(self._when(accepted.at) + timedelta(minutes=self.chance.between(60, 360)), lambda: self._resolve(flag_id))

    # ------------------------------------------------------------ what they are like

    def _answers(self, now: datetime) -> bool:
        behaviour, leave = self.desk.behaviour, self.desk.leave
        if behaviour == "leave":
            return leave is None or not leave[0] <= now < leave[1]
        return behaviour in ("acknowledges", "supervises")

    def _when(self, now: datetime) -> datetime:
        """When the alert is seen: within minutes; at night only the supervisor's phone is on."""
        if self.desk.behaviour == "supervises":
            return now + timedelta(seconds=self.chance.between(90, 540))
        soon = now + timedelta(minutes=self.chance.between(3, 12 if self.desk.behaviour == "acknowledges" else 40))
        here = soon.astimezone(ZoneInfo(self.desk.zone))
        if AWAKE[0] <= here.hour < AWAKE[1]:
            return soon
        morning = here.replace(hour=AWAKE[0], minute=5, second=0) + timedelta(days=here.hour >= AWAKE[1])
        return morning.astimezone(now.tzinfo)

    # ------------------------------------------------------------ what they do

    def _will(self, at: datetime, do: Callable[[], object]) -> None:
        self._order += 1
        heapq.heappush(self._plan, Deed(at, self._order, do))

    def _acknowledge(self, sender_id: int, code: int, tokens: list[str]) -> None:
        if tokens and self.chance.happens(70):
            self.stage.write(sender_id, self.desk.address, "", kind="button", button_token=tokens[0])
        else:
            self.stage.write(sender_id, self.desk.address, self.chance.pick(TYPED).format(code))

    def _phone(self, flag_id: int) -> None:
        """They phone the client, who does not always answer; what is closed by then is left alone."""
        self.stage.engine.desk.contact(self.desk.person, flag_id, "phone", self.chance.happens(80))

    def _resolve(self, flag_id: int) -> None:
        useful = self.chance.happens(75)
        reason = self.chance.pick(OUTCOMES[:4]) if useful else "no_concern"
        self.stage.engine.desk.resolve(self.desk.person, flag_id, reason, useful, "Spoke on the phone." if useful else "")

    def _round(self) -> None:
        """The supervisor's daily round: what lies acknowledged is closed, words that wait are answered, work items are done."""
        now = self.stage.clock.now()
        if self.rounds[1] is not None and now > self.rounds[1]:
            return
        for flag_id in self.stage.house.db.read(
            lambda connection: _left_alone(connection, self.desk.person.programme_id, now - LEFT_ALONE)
        ):
            self._resolve(flag_id)
        items = self.stage.house.db.read(lambda connection: _work_items(connection, self.desk.person.programme_id, now - LEFT_ALONE))
        for task_id, kind, client_id in items:
            if kind == "loss" and client_id is not None:
                self.stage.engine.desk.release(self.desk.person, client_id)
            if kind == "message" and client_id is not None and self.chance.happens(50):
                self._write_back(client_id)
            self.stage.engine.desk.close_task(self.desk.person, task_id, "done")
        self._will(now + ROUND, self._round)

    def _write_back(self, client_id: int) -> None:
        try:
            self.stage.engine.desk.write(self.desk.person, client_id, "Thank you for writing. I will call you this week. Sam")
        except WrongUse:
            return


def _left_alone(connection: sa.Connection, programme_id: int, before: datetime) -> list[int]:
    c = t.flags.c
    taken = c.state.in_(("acknowledged", "in_contact"))
    query = sa.select(c.id).where(c.programme_id == programme_id, taken, c.acknowledged_at < before)
    return list(connection.execute(query.order_by(c.id)).scalars())


def _work_items(connection: sa.Connection, programme_id: int, before: datetime) -> list[tuple[int, str, int | None]]:
    c = t.tasks.c
    query = sa.select(c.id, c.kind, c.client_id).where(c.programme_id == programme_id, c.closed_at.is_(None), c.opened_at < before)
    return [(row.id, row.kind, row.client_id) for row in connection.execute(query.order_by(c.id))]
