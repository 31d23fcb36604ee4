"""
Simulated clients: each has a phone, reads what comes, and answers as they are: soon, late, in words, with typos, or not at all.

They know what is on their phone and nothing else. What they will do is planned when a message comes, and done when its time has come.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.channels.phones import Accepted
from bot.cli.demo.cast import Act, Behaviour, Cast
from bot.cli.demo.clockwork import Chance
from bot.cli.demo.reading import Question, Questions, Way
from bot.cli.demo.stage import Stage, Written
from bot.values import Kind, utc

EASTERN = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
TRIES_MAX = 3
"""How often somebody answers the same question again before they give up."""
MOMENTS = {Kind.date: "25/03/2026", Kind.time: "16:30", Kind.datetime: "25/03/2026 16:30"}
"""What is answered to a question for a day or an hour; in figures, so that every language reads it."""


@dataclass(frozen=True, slots=True)
class Phone:
    """A phone. sender_id: the line it knows us by; goals: targets of its owners' goals, which what they report is near to."""

    address: str
    sender_id: int
    language: str
    zone: str
    goal: float = 10.0


@dataclass(order=True, slots=True)
class Deed:
    """Something that will be done. answer: it is an answer, which a newer question takes the place of."""

    at: datetime
    order: int
    do: Callable[[], object] = field(compare=False)
    answer: bool = field(compare=False, default=False)


class Persona:
    """Somebody with a phone. started: when the demo began, which acts are counted from."""

    def __init__(
        self, stage: Stage, cast: Cast, questions: Questions, phone: Phone, behaviour: Behaviour, chance: Chance, started: datetime
    ) -> None:
        self.stage, self.cast, self.questions = stage, cast, questions
        self.phone, self.like, self.chance = phone, behaviour, chance
        self.language = phone.language
        self.stopped = False
        self._plan: list[Deed] = []
        self._order = 0
        self._asked: dict[str, int] = {}
        self._buttons: list[str] = []
        self._last: Written | None = None
        self._acts = [_times(act, started, ZoneInfo(phone.zone)) for act in behaviour.acts]
        for number in range(len(self._acts)):
            self._again(number)

    # ------------------------------------------------------------ the world's actor

    def next_at(self) -> datetime | None:
        return self._plan[0].at if self._plan else None

    def act(self, now: datetime) -> None:
        while self._plan and self._plan[0].at <= now:
            heapq.heappop(self._plan).do()

    def hear(self, sender_id: int, accepted: Accepted) -> None:
        if accepted.address != self.phone.address:
            return
        question = self.questions.read(accepted.text)
        buttons = [button.token for button in accepted.outgoing.buttons]
        self._buttons = (self._buttons + buttons)[-12:]
        if question is None or self.stopped:
            return
        self.language = question.language
        if question.kind in ("ask", "nudge"):
            self._asked[question.name] = 0
        self._asked[question.name] = self._asked.get(question.name, 0) + 1
        waits = any(deed.answer for deed in self._plan)
        if self._asked[question.name] > TRIES_MAX or (question.kind == "nudge" and waits):
            return
        self._plan = [deed for deed in self._plan if not deed.answer]
        heapq.heapify(self._plan)
        if self.chance.happens(self.like.answers):
            self._will(accepted.at + self._delay(question), self._answer(sender_id, question, buttons), answer=True)

    # ------------------------------------------------------------ planning

    def _will(self, at: datetime, do: Callable[[], object], *, answer: bool = False) -> None:
        self._order += 1
        heapq.heappush(self._plan, Deed(at, self._order, do, answer))

    def _delay(self, question: Question) -> timedelta:
        low, high = self.like.minutes
        if question.kind in ("repair", "confirm") or question.asking.id not in ("pulse", "attendance", "progress"):
            low, high = min(low, 20), min(high, 120)
        return timedelta(seconds=self.chance.between(low * 60, high * 60))

    def _again(self, number: int) -> None:
        act, at = self.like.acts[number], next(self._acts[number])

        def do() -> None:
            self._do(act)
            self._again(number)

        self._will(at, do)

    def _do(self, act: Act) -> None:
        match act.do:
            case "say":
                self._say(self.cast.phrase(act.what, self.language))
            case "stop":
                self._stop()
            case "media":
                self._say("", kind="media", media=act.what)
            case "edit" if self._last is not None:
                edit = int(self.stage.clock.now().timestamp())
                self._say(self.cast.phrase(act.what, self.language), kind="edit", message_id=self._last.message_id, edit=edit)
            case "press_old" if self._buttons:
                self._say("", kind="button", button_token=self._buttons[0])
            case "language":
                self._say(self.stage.house.words.languages()[act.what])

    def _stop(self) -> None:
        if self.stopped:
            return
        self.stopped = True
        self._plan = [deed for deed in self._plan if not deed.answer]
        heapq.heapify(self._plan)
        self._say(self.cast.phrase("stop", self.language), meant="stop")
        if self.like.returns_after_days:
            back = self.stage.clock.now() + timedelta(days=self.like.returns_after_days, minutes=self.chance.between(1, 90))
            self._will(back, self._start)

    def _start(self) -> None:
        self.stopped = False
        self._say(self.cast.phrase("start", self.language), meant="start")

    def _say(self, text: str, *, sender_id: int = 0, **more: object) -> None:
        written = self.stage.write(sender_id or self.phone.sender_id, self.phone.address, text, **more)  # type: ignore[arg-type] # as `Simulated.writes` takes them
        if written.kind == "text":
            self._last = written

    # ------------------------------------------------------------ answering

    def _answer(self, sender_id: int, question: Question, buttons: Sequence[str]) -> Callable[[], object]:
        ways = self.questions.ways(question)
        picked = self._pick(question, ways)
        if picked == "!stop":
            return self._stop
        if picked.startswith("!"):
            text = self.cast.phrase(picked[1:], self.language)
            return lambda: self._say(text, sender_id=sender_id)
        at = next((at for at, way in enumerate(ways) if way.value == picked), None)
        how = "number" if self._asked[question.name] > 1 else self.chance.weighted(self.like.writes)
        place = at if at is not None else (int(picked) - 1 if question.asking.kind is Kind.choice else None)
        if how == "button" and place is not None and place < len(buttons):
            token = buttons[place]
            return lambda: self._say("", sender_id=sender_id, kind="button", button_token=token)
        text = self._written(how, picked, at, ways)
        return lambda: self._say(text, sender_id=sender_id)

    def _pick(self, question: Question, ways: Sequence[Way]) -> str:
        """The value to answer with; for a list that only the text holds, the number to send."""
        weights = self.like.picks.get(question.name)
        if weights is not None and question.kind != "confirm":
            return self._note(self.chance.weighted(weights))
        if question.kind == "confirm" or question.flow == "welcome":
            return "true" if ways else str(self.cast.languages.index(self.phone.language) + 1)
        match question.asking.kind:
            case Kind.number:
                return str(self._amount())
            case Kind.scale:
                return str(self.chance.between(2, 6) if "low" in self.like.picks.get("goal", {}) else self.chance.between(6, 10))
            case Kind.text:
                return self._note("note")
            case Kind.reading:
                return f"{self.chance.between(112, 142)}/{self.chance.between(68, 88)}"
            case Kind.date | Kind.time | Kind.datetime as kind:
                return MOMENTS[kind]
            case _:
                return self.chance.pick(ways).value

    def _note(self, value: str) -> str:
        return self.cast.phrase("note", self.language) if value == "note" else value

    def _amount(self) -> int:
        """What is reported of a goal: near the target, above it or low, in hundredths of it."""
        how = self.chance.weighted(self.like.picks.get("goal", {"near": 2, "low": 1}))
        low, high = {"near": (60, 105), "above": (95, 130), "low": (10, 45)}[how]
        return max(1, round(self.phone.goal * self.chance.between(low, high) / 100))

    def _written(self, how: str, picked: str, at: int | None, ways: Sequence[Way]) -> str:
        if at is None or how in ("number", "button"):
            text = picked if at is None else str(at + 1)
            return text.translate(EASTERN) if self.language == "ar" and self.chance.happens(50) else text
        way = ways[at]
        text = self.chance.pick((way.label, *way.words)) if how == "words" else self._mistyped(way.label)
        return self.chance.pick(self.cast.fillers[self.language]).replace("%s", text) if how == "chatty" else text

    def _mistyped(self, text: str) -> str:
        """Two neighbouring letters changed places, as thumbs do it."""
        if len(text) < 5 or not self.chance.happens(40):
            return text.lower()
        at = self.chance.between(1, len(text) - 3)
        return (text[:at] + text[at + 1] + text[at] + text[at + 2 :]).lower()


def _times(act: Act, started: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    """When an act is done, without end."""
    first: date = started.astimezone(zone).date()
    at, day = time.fromisoformat(act.at), act.on
    while True:
        moment = utc(datetime.combine(first + timedelta(days=day), at, zone))
        if moment > started:
            yield moment
        day += act.every
