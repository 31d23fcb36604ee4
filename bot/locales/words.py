"""
From a msgid, a language and values to the text that a person reads.

A language falls back to its parent and then to English (ar-EG → ar → en), text by text. Inside right-to-left text every
value is isolated (Unicode Standard Annex 9: U+2068 … U+2069), but for links, which phones would take the mark into.
It says nothing about *what* to say: the texts are in `bot/texts.py` and in the flows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, tzinfo
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time
from babel.numbers import format_decimal

from bot.errors import BadFile, WrongUse
from bot.flows.load import published
from bot.flows.model import Msgid, When
from bot.locales.catalogs import FOLDER, PLACEHOLDER, TEMPLATE, Translations, languages_on_disk, read_catalog, read_translations
from bot.locales.tags import ancestry
from bot.values import utc

__all__ = ["SOURCE", "Msgid", "Words"]

SOURCE = "en"
"""The language the msgids are written in."""

_OPEN, _CLOSE = "\u2068", "\u2069"
_BIDI_CONTROLS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]")
_NOT_RIGHT_TO_LEFT = re.compile("[0-9A-Za-z\u00c0-\u024f]")
_LINK = re.compile("[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_FILLED = re.compile(f"{PLACEHOLDER.pattern}|%%")
_NARROW_SPACES = str.maketrans({"\u202f": " ", "\u00a0": " ", "\u2009": " ", "\u200f": "", "\u200e": ""})


class Words:
    """
    Every text in every language, from the catalogs of one folder. Reads a catalog at its first use and keeps it.

    folder: holds `checkline.pot` and `<language>/LC_MESSAGES/checkline.po`; None is what is installed.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or FOLDER
        self._read: dict[str, Translations | None] = {}
        self._chains: dict[str, tuple[str, ...]] = {}
        self._locales: dict[str, Locale] = {}
        self._names: dict[str, str] | None = None
        self.broken: dict[str, str] = {}
        """The catalogs, of those asked for so far, that cannot be read: language → what is wrong."""

    def say(self, msgid: str, language: str, values: Mapping[str, object] | None = None) -> str:
        """
        The text of `msgid` in `language`, with its placeholders `%(name)s` filled.

        Args:
            msgid: the English text; one that no catalog has is said as it stands.
            language: any BCP 47 tag; what we do not have is said in English.
            values: by placeholder. Numbers are written as people there write them, a `Msgid` is translated, a `When` said,
                a tuple is listed, all else is `str`. What is not asked for is ignored.

        Raises:
            WrongUse: a value is missing. A translation that asks for a value the msgid has not is passed over.
        """
        tag, wording = self.wording(msgid, language, values)
        text = self._filled(wording, tag, language, values or {}) if tag != SOURCE else None
        return self._said_in_english(msgid, language, values or {}) if text is None else text

    def wording(self, msgid: str, language: str, values: Mapping[str, object] | None = None) -> tuple[str, str]:
        """
        What `say` would say before its values are filled in, and the tag of the catalog it stands in.

        "en" with the msgid itself where no catalog of `language` has it, or only one that asks for a value that is not there.
        """
        known = values or {}
        for tag in self._chain(language):
            found = self._translation(tag, msgid)
            if isinstance(found, str) and all(name in known for name in PLACEHOLDER.findall(found)):
                return tag, found
        return SOURCE, msgid

    def is_spoken(self, msgid: str, language: str, values: Mapping[str, object] | None = None) -> bool:
        """Whether `say` says it in that language, or in its parent, rather than in English for want of a translation."""
        return language.replace("_", "-").split("-")[0].lower() == SOURCE or self.wording(msgid, language, values)[0] != SOURCE

    def has_catalog(self, language: str) -> bool:
        """Whether anything is said in that language, or in its parent; English always is."""
        return bool(self._chain(language)) or SOURCE in ancestry(language)

    def whole(self, language: str) -> bool:
        """Whether everything can be said in it: by its own catalog, or by that of its language or script."""
        return SOURCE in ancestry(language) or any(self._complete(tag) for tag in self._chain(language))

    def say_count(self, one: str, many: str, count: int, language: str, values: Mapping[str, object] | None = None) -> str:
        """
        As `say`, with the plural form that `count` takes in that language (Arabic has six).

        one, many: the English singular, which is the msgid, and the English plural. `%(count)s` is filled by itself.
        """
        filled = {"count": count, **(values or {})}
        for tag in self._chain(language):
            found = self._translation(tag, one)
            catalog = self._catalog(tag)
            if isinstance(found, tuple) and catalog and (form := catalog.form(count)) < len(found):
                text = self._filled(found[form], tag, language, filled)
                if text is not None:
                    return text
        return self._said_in_english(one if count == 1 else many, language, filled)

    def numbered(self, labels: Sequence[str], language: str = SOURCE) -> str:
        r"""One line an option, numbered from 1 in ASCII digits: "1 Better\n2 Same". Labels are already in `language`."""
        rtl = _direction(language) == "rtl"
        return "\n".join(f"{at} {self._label(label, rtl)}" for at, label in enumerate(labels, 1))

    def _label(self, label: str, rtl: bool) -> str:
        mixed = rtl and _NOT_RIGHT_TO_LEFT.search(label) and not label.startswith(_OPEN)
        return f"{_OPEN}{label}{_CLOSE}" if mixed else label

    def day(self, moment: datetime | date, language: str, zone: tzinfo | str) -> str:
        """The day with its name and without its year: "Wednesday, May 6"."""
        locale = self._locale(language)
        skeletons = locale.datetime_skeletons
        pattern = str(skeletons.get("MMMMEd") or skeletons.get("MMMEd") or "EEEE d MMMM")
        pattern = re.sub("(?<![A-Za-z'])(?:E+|ccc+)(?![A-Za-z])", "EEEE", pattern)
        pattern = re.sub("(?<![ML'])([ML])\\1\\1(?![ML'])", "\\1\\1\\1\\1", pattern)
        return self._plain(format_date(_local(moment, zone), pattern, locale=locale), locale)

    def date(self, moment: datetime | date, language: str, zone: tzinfo | str) -> str:
        """The date with its year: "May 6, 2026"."""
        locale = self._locale(language)
        return self._plain(format_date(_local(moment, zone), "long", locale=locale), locale)

    def time(self, moment: datetime, language: str, zone: tzinfo | str) -> str:
        """The time of day: "3:45 PM". Its space is a plain one: CLDR's narrow one would turn an SMS into UCS-2."""
        locale = self._locale(language)
        return self._plain(format_time(_there(moment, zone), "short", locale=locale), locale)

    def moment(self, value: str, language: str) -> str:
        """
        A date, a time or both, as a reading holds them: "Friday, March 13, 2026 at 4:30 PM". What is none of these stays as it is.

        value: YYYY-MM-DD, HH:MM, or both with an offset, in whose local time it is said.
        """
        locale = self._locale(language)
        day, _, clock = value.partition("T") if "-" in value[:5] else ("", "", value)
        try:
            moment = datetime.fromisoformat(value) if clock and day else None
            said_day = self._plain(format_date(date.fromisoformat(day), "full", locale=locale), locale) if day else ""
            said_clock = self._plain(format_time(moment or time.fromisoformat(clock), "short", locale=locale), locale) if clock else ""
        except ValueError:
            return value
        if not said_day or not said_clock:
            return said_day or said_clock
        pattern = str(locale.datetime_formats["long"]).replace("'", "")
        return pattern.replace("{1}", said_day).replace("{0}", said_clock)

    def number(self, number: float, language: str) -> str:
        """A number as people there write it: "1,234.5", "1.234,5"."""
        return format_decimal(number, locale=self._locale(language), numbering_system="default").translate(_NARROW_SPACES)

    def languages(self) -> dict[str, str]:
        """The complete languages, by tag, with the names they have for themselves; English first."""
        if self._names is None:
            names = {tag: _own_name(tag) for tag in languages_on_disk(self._folder) if self._complete(tag)}
            self._names = {SOURCE: _own_name(SOURCE)} | dict(sorted(names.items(), key=lambda item: item[1].casefold()))
        return dict(self._names)

    def name(self, language: str) -> str:
        """The language's name for itself, or of the one it is said in ("zh" is 中文 (简体)); the tag where we have none."""
        names = self.languages()
        return next((names[tag] for tag in (language, *self._chain(language)) if tag in names), language)

    def direction(self, language: str) -> str:
        """How the language is written, whether we have it or not: "rtl" or "ltr"."""
        return _direction(language)

    def review_state(self, language: str) -> str:
        """What the catalog says of its review ("needs review"); of the English texts, what the template says."""
        for tag in self._chain(language):
            catalog = self._catalog(tag)
            if catalog:
                return catalog.headers.get("X-Review", "needs review")
        return read_catalog(self._folder / TEMPLATE).ours.get("X-Review", "needs review")

    def _chain(self, language: str) -> tuple[str, ...]:
        """The catalogs to ask, in order; English, whose texts are the msgids, has none and ends it."""
        chain = self._chains.get(language)
        if chain is None:
            tags = ancestry(language)
            chain = tuple(tag for tag in tags if tag != SOURCE and self._catalog(tag))
            if len(self._chains) < 1000:
                self._chains[language] = chain
        return chain

    def _catalog(self, tag: str) -> Translations | None:
        if tag not in self._read:
            try:
                found = read_translations(tag, self._folder)
            except BadFile as error:
                # What cannot be read is said in English, and whoever must know is told; nobody else stands still for it.
                self.broken[tag] = str(error)
                found = None
            if found is None and tag not in self.broken:
                return None
            self._read[tag] = found
        return self._read[tag]

    def _translation(self, tag: str, msgid: str) -> str | tuple[str, ...] | None:
        catalog = self._catalog(tag)
        found = catalog.texts.get(msgid) if catalog else None
        return found if found is not None else published(tag).get(msgid)

    def _filled(self, text: str, tag: str, language: str, values: Mapping[str, object]) -> str | None:
        """The text with its values, or None when it asks for one that is not there."""
        if any(name not in values for name in PLACEHOLDER.findall(text)):
            return None
        rtl = _direction(tag) == "rtl"
        return _FILLED.sub(lambda match: self._value(values[match[1]], language, rtl) if match[1] else "%", text)

    def _value(self, value: object, language: str, rtl: bool) -> str:
        if isinstance(value, Msgid):
            return self.say(value, language)
        if isinstance(value, When):
            value = self.moment(value, language)
        if isinstance(value, tuple):
            return ("، " if rtl else ", ").join(self._value(one, language, rtl) for one in value)
        if isinstance(value, int | float) and not isinstance(value, bool):
            text = self.number(value, language)
        else:
            text = "" if value is None else _BIDI_CONTROLS.sub("", str(value))
        if not text or _LINK.match(text) or not (rtl or _RIGHT_TO_LEFT.search(text)):
            return text
        return f"{_OPEN}{text}{_CLOSE}"

    def _said_in_english(self, msgid: str, language: str, values: Mapping[str, object]) -> str:
        text = self._filled(msgid, SOURCE, SOURCE, values)
        if text is None:
            missing = sorted({name for name in PLACEHOLDER.findall(msgid) if name not in values})
            raise WrongUse(f"text {msgid[:40]!r} ({language[:20]}): no value for {', '.join(missing)}; pass it in `values`")
        return text

    def _complete(self, tag: str) -> bool:
        catalog = self._catalog(tag)
        template = read_catalog(self._folder / TEMPLATE)
        wanted = {message.id if isinstance(message.id, str) else message.id[0] for message in template if message.id}
        return catalog is not None and wanted <= catalog.texts.keys()

    def _locale(self, language: str) -> Locale:
        """Where dates and numbers come from: the region's own where we have the language, else English."""
        locale = self._locales.get(language)
        if locale is None:
            served = bool(self._chain(language))
            for tag in (*ancestry(language), SOURCE):
                if tag.split("_")[0] == SOURCE or served:
                    try:
                        locale = Locale.parse(tag)
                        break
                    except (UnknownLocaleError, ValueError):
                        continue
            assert locale is not None
            if len(self._locales) < 1000:
                self._locales[language] = locale
        return locale

    def _plain(self, text: str, locale: Locale) -> str:
        text = text.translate(_NARROW_SPACES)
        return text.translate(_EASTERN) if locale.default_numbering_system == "arab" else text


_EASTERN = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


@lru_cache(maxsize=1024)
def _direction(language: str) -> str:
    for tag in ancestry(language):
        try:
            return "rtl" if Locale.parse(tag).character_order == "right-to-left" else "ltr"
        except (UnknownLocaleError, ValueError):
            continue
    return "ltr"


def _own_name(tag: str) -> str:
    name = Locale.parse(tag).get_display_name() or tag
    return name[0].upper() + name[1:]


def _there(moment: datetime, zone: tzinfo | str) -> datetime:
    """The moment on the wall clock of `zone`."""
    return utc(moment).astimezone(ZoneInfo(zone) if isinstance(zone, str) else zone)


def _local(moment: datetime | date, zone: tzinfo | str) -> date:
    return _there(moment, zone).date() if isinstance(moment, datetime) else moment
