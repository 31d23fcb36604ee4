"""How values look on a page: codes as words, moments in the reader's zone, waits in plain words. No clock: `now` is given."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from babel import Locale, UnknownLocaleError
from jinja2 import StrictUndefined
from markupsafe import Markup, escape
from starlette.templating import Jinja2Templates

from bot.gate import sentence
from bot.values import Reason

HERE = Path(__file__).parent


@lru_cache(maxsize=1)
def wording() -> dict[str, dict[str, str]]:
    """Every code and what staff read for it."""
    read: dict[str, dict[str, str]] = yaml.safe_load((HERE / "wording.yaml").read_text("utf-8"))
    return read


def word(code: Any, kind: str) -> str:
    """What staff read for a code of that kind; the code itself, without underscores, when there are no words for it."""
    if code is None:
        return ""
    known = wording()[kind].get(str(code))
    return str(known) if known is not None else plain(code)


def plain(code: Any) -> str:
    """A code as words: "goal-progress" is "Goal progress"."""
    text = str(code).replace("_", " ").replace("-", " ").strip()
    return text[:1].upper() + text[1:]


def why(reason: str | None) -> str:
    """The sentence for a reason code; a code that is not ours (yet) as words."""
    if not reason:
        return ""
    try:
        return sentence(Reason(reason))
    except (ValueError, KeyError):
        return plain(reason) + "."


@lru_cache(maxsize=512)
def zone_of(name: str | None) -> ZoneInfo:
    """The zone of that name; UTC when it is none."""
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def when(moment: datetime | None, zone: str, now: datetime) -> str:
    """A moment on the reader's wall clock: "14:05" today, "Mon 23 Nov, 14:05" else, with the year when it is another."""
    if moment is None:
        return ""
    local, here = moment.astimezone(zone_of(zone)), now.astimezone(zone_of(zone))
    clock = f"{local:%H:%M}"
    if local.date() == here.date():
        return clock
    year = f" {local:%Y}" if local.year != here.year else ""
    return f"{local:%a} {local.day} {local:%b}{year}, {clock}"


def day(moment: datetime, zone: str) -> str:
    """The day on the reader's wall: "Monday 23 November"."""
    local = moment.astimezone(zone_of(zone))
    return f"{local:%A} {local.day} {local:%B}"


def short(moment: datetime, zone: str) -> str:
    """A day in little room: "Mon 9 Mar"."""
    local = moment.astimezone(zone_of(zone))
    return f"{local:%a} {local.day} {local:%b}"


def date_of(text: str | None) -> str:
    """A stored date as people write it: "20 December 2026"; what is no date stands as it is."""
    try:
        made = date.fromisoformat(text or "")
    except ValueError:
        return text or ""
    return f"{made.day} {made:%B} {made:%Y}"


def span(length: timedelta) -> str:
    """A length of time in one or two units: "45 s", "12 min", "3 h 20 min", "2 days"."""
    seconds = abs(int(length.total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    minutes = seconds // 60
    if minutes < 120:
        return f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} h {rest} min" if rest and hours < 10 else f"{hours} h"
    days = hours // 24
    return "1 day" if days == 1 else f"{days} days"


def ago(moment: datetime | None, now: datetime) -> str:
    """How long ago: "12 min ago", "just now", or "in 3 h" for what is to come."""
    if moment is None:
        return "never"
    gone = now - moment
    if abs(gone) < timedelta(seconds=30):
        return "just now"
    return f"{span(gone)} ago" if gone > timedelta() else f"in {span(gone)}"


def stamp(moment: datetime) -> Markup:
    """The machine-readable attribute of a <time>."""
    return Markup('datetime="{}"').format(moment.isoformat(timespec="seconds"))


def language_name(tag: str) -> str:
    """A language in English: "Arabic"; the tag itself when nobody knows it."""
    try:
        return Locale.parse(tag, sep="-").get_display_name("en") or tag
    except (ValueError, UnknownLocaleError):
        return tag


def value_of(value: Any, unit: str | None = None) -> str:
    """An answer's value as a person writes it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, list):
        return ", ".join(plain(each) for each in value)
    if isinstance(value, dict):
        named = [value[name] for name in ("systolic", "diastolic") if name in value]  # stored JSON keeps no order
        return "/".join(str(each) for each in named or value.values()) + (f" {unit}" if unit else "")
    text = plain(value) if isinstance(value, str) else str(value)
    return f"{text} {unit}" if unit else text


def marked(text: str | None, matched: list[str]) -> Markup:
    """The client's words with what was found in them marked. Everything is escaped, whatever it holds."""
    if not text:
        return Markup("")
    spans: list[tuple[int, int]] = []
    for part in sorted({each for each in matched if each}, key=len, reverse=True):
        at = text.find(part)
        if at >= 0 and not any(first < at + len(part) and at < last for first, last in spans):
            spans.append((at, at + len(part)))
    out, done = Markup(""), 0
    for first, last in sorted(spans):
        out += escape(text[done:first]) + Markup("<mark>{}</mark>").format(text[first:last])
        done = last
    return out + escape(text[done:])


def whole(value: Any) -> Any:
    """A value that can be sent: what is stored may hold half a surrogate pair, which UTF-8 has no bytes for."""
    if not isinstance(value, str):
        return value
    try:
        value.encode()
    except UnicodeEncodeError:
        return type(value)(value.encode("utf-8", "replace").decode())
    return value


def telephone(number: str | None) -> str:
    """The `tel:` link of a number."""
    return f"tel:{quote(number or '', safe='+')}"


def templates() -> Jinja2Templates:
    """The page templates: escaping on, an undefined name is an error."""
    made = Jinja2Templates(HERE / "templates")
    made.env.undefined = StrictUndefined
    made.env.finalize = whole
    made.env.trim_blocks = made.env.lstrip_blocks = True
    made.env.filters.update(
        word=word, plain=plain, why=why, when=when, day=day, date=date_of, short=short, span=span,
        ago=ago, stamp=stamp, language=language_name,
        value=value_of, marked=marked, tel=telephone,
    )  # fmt: skip
    made.env.globals["wording"] = wording()
    return made
