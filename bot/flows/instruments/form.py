"""What an instrument's file says, as frozen values, and which of its language versions a client gets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from bot.values import Category, Purpose, Severity

SOURCE: Final = "en"
"""The language that every instrument here was published in."""


@dataclass(frozen=True, slots=True)
class Code:
    """A LOINC code. verified: a source that we can name says so; what is only general knowledge is stored as unverified."""

    code: str
    verified: bool

    def __str__(self) -> str:
        return self.code if self.verified else f"{self.code} (unverified)"


@dataclass(frozen=True, slots=True)
class Anchor:
    """One answer of an item: what is stored, the published label, what it counts, its LOINC answer code."""

    value: str
    label: str
    points: float
    loinc: Code | None = None


@dataclass(frozen=True, slots=True)
class Alarm:
    """An item that tells of danger by itself: from so many points on it is flagged at once, whatever the total will be."""

    at_least: float
    severity: Severity
    category: Category
    why: str


@dataclass(frozen=True, slots=True)
class Item:
    """
    One question.

    anchors: its answers; empty for a scale from `low` to `high`. scored: whether it counts in the total.
    stem: whether the instrument's stem stands before it.
    """

    code: str
    text: str
    anchors: tuple[Anchor, ...] = ()
    low: int = 0
    high: int = 0
    loinc: Code | None = None
    scored: bool = True
    stem: bool = True
    alarm: Alarm | None = None


@dataclass(frozen=True, slots=True)
class Band:
    """A total of at least so much. label: what the publisher calls it; severity, category, why: the concern it raises."""

    at_least: float
    label: str
    severity: Severity
    category: Category
    why: str


@dataclass(frozen=True, slots=True)
class Language:
    """
    One language version.

    official: the publisher's own, or one that it names; else it is called "unvalidated" and its total never flags above review.
    texts: the published English → what stands in its place; nothing for English itself.
    """

    tag: str
    official: bool
    source: str
    texts: Mapping[str, str] = field(default_factory=dict)

    @property
    def version(self) -> str:
        """How it is stored beside each answer: "en official", "es unvalidated"."""
        return f"{self.tag} {'official' if self.official else 'unvalidated'}"


@dataclass(frozen=True, slots=True)
class Instrument:
    """
    A questionnaire.

    id: of its flow. version: of our file. edition: the publisher's. score: the code of the total, None for a single item.
    better: whether a smaller ("down") or a greater ("up") total is better.
    gated: asked only where a programme has recorded who responds, when, who backs them up, and who signed the protocol.
    substance: asks about alcohol or drugs, which is not written to a client under 42 CFR Part 2.
    notice: what must be shown wherever it is shown to staff.
    """

    id: str
    version: int
    edition: str
    title: str
    purpose: Purpose
    recall: str
    source: str
    licence: str
    stem: str
    items: tuple[Item, ...]
    score: str
    method: str
    better: str
    bands: tuple[Band, ...]
    languages: Mapping[str, Language]
    panel: Code | None = None
    total: Code | None = None
    notice: str = ""
    gated: bool = False
    substance: bool = False

    def item(self, code: str) -> Item | None:
        """The item whose answers are stored under `code`."""
        return next((one for one in self.items if one.code == code), None)

    def code_of(self, code: str) -> Code | None:
        """The LOINC code of an item, or of the total."""
        found = self.item(code)
        return found.loinc if found is not None else self.total if code == self.score else None

    def speaks(self, language: str) -> bool:
        """Whether there is a version in the language, or in the one that it is a kind of."""
        return base(language) in self.languages

    def version_in(self, language: str) -> Language:
        """
        What a client of `language` reads. Where there is none they read English, and it counts as unvalidated: the
        publisher's wording was not tested on people who read it as a foreign language.
        """
        found = self.languages.get(base(language))
        return found if found is not None else Language(SOURCE, official=False, source=self.languages[SOURCE].source)

    def band(self, total: float) -> Band | None:
        """The highest band that the total reaches."""
        reached = [one for one in self.bands if total >= one.at_least]
        return max(reached, key=lambda one: one.at_least, default=None)


def base(language: str) -> str:
    """The language that a tag is a kind of: es of es-MX."""
    return language.replace("_", "-").split("-")[0].lower()
