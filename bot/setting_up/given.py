"""What a person typed, checked: every fault is kept, and all are told at once. Never repeats a name, a number or a date of birth."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import phonenumbers
from babel import Locale

from bot.errors import WrongUse
from bot.values import Person

_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:[-_][A-Za-z0-9]{1,8}){0,4}", re.ASCII)
_PHONE = re.compile(r"\+?[0-9 ().\-/]{4,30}", re.ASCII)
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]|24:00", re.ASCII)
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_NOWHERE = {"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"}
"""Codes of the region list that are no country."""
COMMAND_LINE = Person(id=0, role="command line")
"""Who acts where nobody has signed in: the person at the keyboard of the server."""


@dataclass(frozen=True, slots=True)
class Made:
    """What an act made: its id, what staff call it, and what they should know, in whole sentences."""

    id: int
    label: str = ""
    notes: tuple[str, ...] = ()


@dataclass
class Given:
    """
    Checks one thing after another; `stop` raises what was found.

    what: what is being made, as the message begins: "client".
    """

    what: str
    faults: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def fault(self, where: str, say: str) -> None:
        """Keep a fault: where it is, and what to do."""
        self.faults.append(f"{where}: {say}")

    def note(self, sentence: str) -> None:
        """Something the person should know, though it is no fault."""
        self.notes.append(sentence)

    def stop(self) -> None:
        """Raise WrongUse with every fault, if there is any."""
        if self.faults:
            head = "1 fault" if len(self.faults) == 1 else f"{len(self.faults)} faults"
            raise WrongUse(f"{self.what}: {head}, nothing was stored\n" + "\n".join(f"  {fault}" for fault in self.faults))

    # ------------------------------------------------------------ text and choices

    def text(self, where: str, typed: str, most: int = 200) -> str:
        """Something must stand there, of at most `most` characters and without control characters."""
        kept = " ".join(typed.split())
        if not kept:
            self.fault(where, "write something")
        elif len(kept) > most:
            self.fault(where, f"at most {most} characters are allowed; this has {len(kept)}")
        elif not kept.isprintable():
            self.fault(where, "it holds characters that cannot be shown")
        return kept

    def one_of(self, where: str, typed: str, choices: Iterable[str]) -> str:
        """One of the choices."""
        choices = tuple(choices)
        if typed not in choices:
            self.fault(where, f"choose one of {', '.join(choices)}")
        return typed

    def number(self, where: str, typed: float | None) -> float | None:
        """A number that a computer can count with."""
        if typed is not None and not math.isfinite(typed):
            self.fault(where, "write a plain number")
        return typed

    # ------------------------------------------------------------ places and languages

    def zone(self, typed: str) -> str:
        """A time zone of the IANA database."""
        try:
            return ZoneInfo(typed).key
        except (KeyError, ValueError, OSError):
            self.fault("zone", f"{typed[:40]!r} is no time zone; write one such as Europe/Madrid or America/New_York")
            return "UTC"

    def language(self, typed: str, where: str = "language") -> str:
        """Any language tag."""
        if not _LANGUAGE.fullmatch(typed):
            self.fault(where, f"{typed[:40]!r} is no language; write a tag such as en, es or pt-BR")
        return typed

    def country(self, typed: str, where: str = "country") -> str:
        """A country by its two letters; nothing where it is not known."""
        code = typed.strip().upper()
        if code and (len(code) != 2 or not code.isalpha() or code not in Locale("en").territories or code in _NOWHERE):
            self.fault(where, f"{typed[:20]!r} is no country; write its two letters, such as US or ES")
        return code

    def phone(self, typed: str, country: str = "", where: str = "phone") -> str:
        """A phone number in E.164; written without + it is one of the country."""
        number = _parsed(typed, country)
        if number is None:
            self.fault(where, "this is no phone number; write it with its country, such as +34 600 000 000")
            return ""
        if not phonenumbers.is_valid_number(number):
            self.note(f"The {where} number is in no range that is known to be in use: check that it is right.")
        return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))

    # ------------------------------------------------------------ time

    def day(self, where: str, typed: str | None) -> str | None:
        """A date as YYYY-MM-DD."""
        if not typed:
            return None
        try:
            return date.fromisoformat(typed).isoformat()
        except ValueError:
            self.fault(where, "write the date as 2026-05-31")
            return None

    def moment(self, where: str, typed: str, zone: ZoneInfo) -> datetime | None:
        """A moment as 2026-05-31T14:30 on the wall clock of `zone`, or with its own offset. UTC."""
        from scheduler.recurrence import wall_to_utc

        try:
            read = datetime.fromisoformat(typed.strip())
            return wall_to_utc(read.date(), read.time(), zone) if read.tzinfo is None else read.astimezone(ZoneInfo("UTC"))
        except (ValueError, OverflowError):
            self.fault(where, "write date and time as 2026-05-31T14:30")
            return None

    def week(self, where: str, typed: Mapping[str, Sequence[str]] | None) -> dict[str, list[str]]:
        """Working hours: {"0": ["09:00", "17:00"], …}, 0 is Monday; nothing: none of one's own."""
        out: dict[str, list[str]] = {}
        for day, hours in (typed or {}).items():
            good = day in "0123456" and len(day) == 1 and len(hours) == 2 and all(_TIME.fullmatch(hour) for hour in hours)
            if not good or time_of(hours[0]) >= time_of(hours[1]):
                self.fault(where, "write each day as 0 (Monday) to 6 with two times, the earlier first, such as 09:00 and 17:00")
                break
            out[day] = [hour if hour != "24:00" else "23:59" for hour in hours]
        return out


def _parsed(typed: str, country: str) -> phonenumbers.PhoneNumber | None:
    # The package finds a number in any sentence: only what is nothing but a number may reach it.
    if not _PHONE.fullmatch(typed.strip()):
        return None
    try:
        number = phonenumbers.parse(typed, country or None)
    except phonenumbers.NumberParseException:
        return None
    return number if phonenumbers.is_possible_number(number) else None


def time_of(text: str) -> time:
    """HH:MM as a time; 24:00 is the last minute."""
    return time.fromisoformat("23:59" if text == "24:00" else text)


def read_hours(typed: str) -> dict[str, list[str]]:
    """
    Working hours as one types them: "mon-fri 09:00-17:00; sat 10:00-12:00".

    Raises:
        WrongUse: it is not that.
    """
    out: dict[str, list[str]] = {}
    for part in filter(None, (part.strip() for part in typed.lower().split(";"))):
        found = re.fullmatch(r"([a-z]{3})(?:-([a-z]{3}))? +([0-9:]{5})-([0-9:]{5})", part)
        if not found or found[1] not in _DAYS or (found[2] or found[1]) not in _DAYS:
            raise WrongUse("hours: write them as mon-fri 09:00-17:00; sat 10:00-12:00")
        first, last = _DAYS.index(found[1]), _DAYS.index(found[2] or found[1])
        for day in range(first, last + 1):
            out[str(day)] = [found[3], found[4]]
    return out


def contact_hours(typed: str) -> dict[str, list[str]]:
    """The same as a programme's table of quiet hours has them: {"mon": ["09:00-17:00"]}; a day that is not named is quiet."""
    return {_DAYS[int(day)]: [f"{begins}-{ends}"] for day, (begins, ends) in read_hours(typed).items()}


def trail(by: Person, programme_id: int, action: str, target: str, **detail: Any) -> dict[str, Any]:
    """What `storage.audit.append` needs of who did what; the chain is the programme's unless one is named."""
    return {"programme_id": programme_id, "chain_id": programme_id, "actor": by, "action": action, "target": target, "detail": detail}
