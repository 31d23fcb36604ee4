"""
What every phrase of a language may mean in a date or a time, and the grammar compiled for it.

One phrase may play several roles: "mar." is March and Tuesday, "after" divides minutes from the hour and bounds a time.
So each phrase maps to a set of roles with their values; each such set is one character, and the grammar
(`calendar_grammar`) is matched over the string that a reply becomes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any

from bot.normalise import fold
from bot.understanding.calendar_file import CalendarSection
from bot.understanding.calendar_grammar import PATTERNS, SYNTHETIC, expanded
from bot.understanding.calendar_tokens import cut_words
from bot.understanding.phrases import Hit, Phrases, Words
from bot.understanding.plain_yaml import Plain
from bot.understanding.tokens import Token, words_of

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
ENDING_LETTERS_MIN = 2
"""A shorter rest is no word that an ending was written onto."""
_COMMON = {
    "common.polite": "fill", "common.filler": "fill", "common.now": "fill", "common.but": "fill", "common.connectors": "fill",
    "common.others": "fill", "common.negators": "not", "common.or": "or", "common.and": "and", "common.correction": "correction",
    "common.question": "asked", "common.limits": "bound", "common.past": "past", "number.approximate": "fill", "number.bound": "bound",
    "number.range": "range", "yes_no.yes": "fill", "yes_no.yes_likely": "fill", "yes_no.yes_alone": "fill",
    "yes_no.no": "no", "yes_no.no_alone": "no", "yes_no.no_ellipsis": "no", "yes_no.no_likely": "no",
}  # fmt: skip
"""Lists of the other sections, and the role that their phrases play here."""
_TIMELESS = frozenset({"fill", "asked", "bound", "past", "range", "and", "or", "not", "no", "correction", "join"})

_NOT_ORDINALS = frozenset({"num", "weekday", "hour", "day"})
"""What an ordinal may be besides, and then is: "quarta" is Wednesday, "uma" the hour."""

Roles = dict[str, Any]


class Calendar:
    """The calendar of one language. Made by `Lexicon.calendar`."""

    def __init__(self, language: str, section: CalendarSection, lists: Mapping[str, Iterable[Words]], numbers: Mapping[Words, str]) -> None:
        self.section = section
        self.offset = int(section.settings.get("hour_offset", "0"))
        self.other = section.settings.get("numeric") == "other"
        self.separators = section.separators
        self.prefixes = tuple(fold(one) for one in section.prefixes)
        self.endings = tuple(fold(one) for one in section.endings)
        self.first_weekday = 0
        self._roles: dict[Words, Roles] = {}
        self._fill(language, lists, numbers)
        sets = [frozenset(roles) for roles in self._roles.values()]
        loose = [names - {"day_after"} for names in sets if "day_after" in names]
        self.codes = {names: chr(0xE000 + at) for at, names in enumerate(dict.fromkeys([*SYNTHETIC, *sets, *loose]))}
        self.phrases = Phrases(dict.fromkeys(self._roles, "."))
        self.patterns = tuple((name, re.compile(expanded(pattern, self.codes))) for name, pattern in PATTERNS)

    def order(self, region: str | None) -> str:
        """dmy, mdy, ymd or ask. A place that the file does not name writes the day first, unless the language has one order."""
        own = self.section.settings.get("order", "dmy")
        if region is None:
            return own
        return self.section.regions.get(region, "dmy" if own == "ask" else own)

    def roles(self, words: Words) -> Roles:
        """What the phrase may mean: role → value."""
        return self._roles.get(words, {})

    def tagged(self, tokens: Sequence[Token]) -> list[tuple[Hit, Roles]]:
        """All tokens covered by the longest phrases, each with its roles; none for a word that is not known."""
        texts = [self._bare(token.text) if token.kind == "word" else token.text for token in tokens]
        found = []
        for hit in self.phrases.tag(tokens, texts):
            roles = self._known(tuple(texts[hit.first : hit.last])) if hit.tag == "." else {}
            token = tokens[hit.first]
            if "day_after" in roles and len(token.text) == 1 and not token.glued:
                roles = {role: value for role, value in roles.items() if role != "day_after"}  # In "9 o 10" no ordinal sign is meant.
            found.append((hit, roles))
        return found

    def split(self, tokens: Sequence[Token]) -> list[Token]:
        """A prefix that is a word of its own stands alone: "وعشرة" is "and ten"."""
        own = [prefix for prefix in self.prefixes if prefix in self.phrases.words]
        if not own:
            return list(tokens)
        found: list[Token] = []
        for hit in self.phrases.tag(tokens, [self._bare(token.text) for token in tokens]):
            token = tokens[hit.first]
            rests = [(one, token.text.removeprefix(one)) for one in own if token.text.startswith(one)]
            cut = next(((one, rest) for one, rest in rests if rest in self.phrases.words), None)
            if hit.tag or cut is None or token.kind != "word":
                found += tokens[hit.first : hit.last]
                continue
            middle = min(token.start + len(cut[0]), token.end)
            found += [token._replace(text=cut[0], end=middle), Token(cut[1], "word", middle, token.end, False)]
        return found

    def _known(self, words: Words) -> Roles:
        return self._roles.get(words) or self._roles.get(tuple(_squeezed(word) for word in words), {"fill": None})

    def _bare(self, word: str) -> str:
        """The known word behind a prefix or before an ending."""
        known = self.phrases.words
        if word in known:
            return word
        for prefix in ("", *self.prefixes):
            rest = word.removeprefix(prefix)
            if prefix and rest == word:
                continue
            if rest in known:
                return rest
            for ending in self.endings:
                bare = rest.removesuffix(ending)
                if bare != rest and len(bare) >= ENDING_LETTERS_MIN and bare in known:
                    return bare
        return word

    # ---------------------------------------------------------------- filling

    def _fill(self, language: str, lists: Mapping[str, Iterable[Words]], numbers: Mapping[Words, str]) -> None:
        section = self.section
        for name, role in _COMMON.items():
            self._add(lists.get(name, ()), role, None)
        for words, value in numbers.items():
            if value.isdecimal():
                self._add([words], "num", int(value))
        for role, phrases in section.lists.items():
            if role != "not_names":
                self._add(phrases, role, None)
        for name, mapping in section.mappings.items():
            for key, phrases in mapping.items():
                role, value = _meant(name, key)
                self._add(phrases, role, value)
        self._names(section.settings.get("cldr", language))
        self._spelt_ordinals(lists)
        own = {words for words, roles in self._roles.items() if not set(roles) <= _TIMELESS}
        self._add([words for words in other_calendars() if words not in own], "other_calendar", None)

    def _add(self, phrases: Iterable[Words], role: str, value: Any) -> None:
        for words in phrases:
            self._roles.setdefault(cut_words(words), {})[role] = value

    def _names(self, locale: str) -> None:
        # Imported here, for it takes as long as all the rest of a verb that reads no date.
        from babel import Locale, UnknownLocaleError

        try:
            names = Locale.parse(locale)
        except (UnknownLocaleError, ValueError):
            return
        self.first_weekday = names.first_week_day
        without = set(self.section.lists.get("not_names", ()))
        for role, table, shift in (("weekday", names.days, 0), ("month", names.months, 0)):
            for context in ("format", "stand-alone"):
                for width in ("wide", "abbreviated"):
                    for number, name in table[context][width].items():
                        self._add([words for words in [words_of(name)] if words not in without], role, int(number) + shift)
        for context in ("format", "stand-alone"):
            for width in ("abbreviated", "narrow", "wide"):
                for period in ("am", "pm"):
                    name = names.day_periods.get(context, {}).get(width, {}).get(period)
                    if name and len(name) > 1:
                        self._add([words for words in [words_of(name)] if words not in without], period, None)

    def _spelt_ordinals(self, lists: Mapping[str, Iterable[Words]]) -> None:
        for number in range(1, 32):
            for words in lists.get(f"ordinals.{number}", ()):
                first = self._roles.get(cut_words(words)[:1], {})
                if not _NOT_ORDINALS & set(self.roles(cut_words(words))) and not {"join", "day_before"} & set(first):
                    self._add([words], "ordinal", number)


def _squeezed(word: str) -> str:
    return re.sub(r"(.)\1+", r"\1", word)


def _pair(key: str, mark: str) -> tuple[int, int]:
    first, _, last = key.partition(mark)
    return int(first), int(last)


def _counted(key: str) -> tuple[int, str]:
    count, _, unit = key.partition(" ")
    return int(count), unit


_MEANT: dict[str, tuple[str, Callable[[str], Any]]] = {
    "days": ("day", int),
    "weeks": ("week", int),
    "weekdays": ("weekday", WEEKDAYS.index),
    "months": ("month", int),
    "units": ("unit", str),
    "spans": ("span", _counted),
    "parts": ("part", lambda key: _pair(key, "-")),
    "today_parts": ("today_part", lambda key: _pair(key, "-")),
    "times": ("time", lambda key: _pair(key, ":")),
    "hours": ("hour", int),
    "shifts": ("shift", int),
    "before_hour": ("before_hour", int),
    "after_hour": ("after_hour", int),
}
"""Mapping of the file → the role of its phrases, and what the key means."""


def _meant(name: str, key: str) -> tuple[str, Any]:
    """Role and value of a key of a mapping."""
    if name == "minutes":
        return key.replace(" ", "_"), None
    role, value = _MEANT[name]
    return role, value(key)


def _phrases(content: Mapping[str, Sequence[str]]) -> Iterator[Words]:
    for names in content.values():
        yield from (words_of(name) for name in names)


@lru_cache(maxsize=1)
def other_calendars() -> tuple[Words, ...]:
    """Names of months of other calendars."""
    content = Plain("bot/understanding/calendars.yaml", (files("bot.understanding") / "calendars.yaml").read_text("utf-8")).content
    return tuple(_phrases(content))
