"""How a simulated client reads a message: which question of which flow it is, in which language, told by its words alone."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.flows.extract import NO, YES
from bot.flows.language import Asking, Flow, Text
from bot.locales.words import Words
from bot.values import Kind

_PLACEHOLDER = re.compile(r"%\((\w+)\)s")
_GAP = "\ue000"


@dataclass(frozen=True, slots=True)
class Question:
    """A question as it stands on the phone. kind: ask, repair, nudge or confirm (what it was of is not to be seen)."""

    flow: str
    asking: Asking
    kind: str
    language: str

    @property
    def name(self) -> str:
        """Flow and step: weekly-pulse.pulse."""
        return f"{self.flow}.{self.asking.id}"


@dataclass(frozen=True, slots=True)
class Way:
    """One thing that may be answered: its value, its label, and other words for it."""

    value: str
    label: str
    words: tuple[str, ...]


class Questions:
    """Knows every question of these flows in these languages by its words."""

    def __init__(self, words: Words, flows: dict[str, Flow], languages: tuple[str, ...]) -> None:
        self._words = words
        found = [
            (self._pattern(text, language), Question(flow.id, step, kind, language))
            for flow in flows.values()
            for step in flow.steps.values()
            if isinstance(step, Asking)
            for kind, text in _texts(flow, step)
            for language in languages
        ]
        # The longest first: no question is then taken for one that begins like it.
        self._known = sorted(found, key=lambda one: (-len(one[0].pattern), one[1].name, one[1].kind, one[1].language))

    def read(self, text: str) -> Question | None:
        """The question in a message; None where it asks nothing."""
        return next((question for pattern, question in self._known if pattern.search(text)), None)

    def ways(self, question: Question) -> list[Way]:
        """What may be answered to it, in the order shown; nothing for numbers and free text, and for a list that the text alone holds."""
        asking, say = question.asking, self._words.say
        if asking.kind is Kind.yes_no or question.kind == "confirm":
            return [Way(value, say(label, question.language), ()) for value, label in (("true", YES), ("false", NO))]
        if not isinstance(asking.options, tuple):
            return []
        return [
            Way(
                one.value,
                say(one.label.en, question.language) if one.label else one.value,
                tuple(filter(None, map(str.strip, say(one.words.en, question.language).split("|")))) if one.words else (),
            )
            for one in asking.options
        ]

    def _pattern(self, text: Text, language: str) -> re.Pattern[str]:
        gaps = dict.fromkeys(_PLACEHOLDER.findall(text.en), _GAP)
        said = self._words.say(text.en, language, gaps)
        return re.compile("^" + re.escape(said).replace(_GAP, ".+?"), re.MULTILINE)


def _texts(flow: Flow, step: Asking) -> list[tuple[str, Text]]:
    confirm = step.confirm or flow.confirm
    found = [("ask", step.text), *(("repair", one) for one in step.repair)]
    if step.nudge is not None:
        found.append(("nudge", step.nudge.text))
    if confirm is not None:
        found.append(("confirm", confirm))
    return found
