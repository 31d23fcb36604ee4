"""
The grammar of days and times, the same for every language: patterns over roles, tried in this order at each place of a reply.

`{role}` stands for one piece of the reply that may play that role; `J` for the little words that may stand between ("of", "the").
A language that lacks a role simply never matches the patterns that need it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

SYNTHETIC: tuple[frozenset[str], ...] = tuple(
    frozenset(names.split())
    for names in ("", "num", "year", "date", "clock", "date clock", "moment", "bad", "comma", "point", "stop", "mark", "unknown")
)
"""Role sets of what is no phrase: numbers in digits, marks, words that are not known."""

_HOUR = "(?:{num}|{hour})"
_COUNT = "(?:{num}|{ordinal})"
_NOT_A_TIME = "(?!J(?:{month}|{month_after}|{year_after}|(?!{part}|{clock_after}){unit}|{day_after}(?:J{month})?))"
_NOT_A_DAY = "(?!J(?:{am}|{pm}|{clock_after}|{minute}|{after_hour}|{unit}|{shift}|{num}J{minute}|{M_past_H}|{M_to_H}))"
_CORE = "|".join((
    "(?P<clock>{clock}){clock_after}?",
    "(?P<phrase>{time})",
    "(?P<noon>{noon})",
    "(?P<midnight>{midnight})",
    f"(?P<q1>{{before_hour}})J(?P<h1>{_HOUR}){{clock_after}}?",
    f"(?P<m2>{{num}})(?:J{{minute}})?J(?P<to2>{{M_past_H}}|{{M_to_H}})J{{clock_before}}?J(?P<h2>{_HOUR}){{clock_after}}?",
    f"(?P<less3>{{less_M_H}})J(?P<m3>{{num}})(?:J{{minute}})?J(?P<h3>{_HOUR}){{clock_after}}?",
    f"(?P<h4>{_HOUR})J{{clock_after}}?J(?P<q4>{{after_hour}})",
    f"(?P<h5>{_HOUR})J{{clock_after}}?J(?P<to5>{{H_plus_M}}|{{H_less_M}})J(?P<m5>{{num}})(?:J{{minute}})?",
    f"(?P<h6>{_HOUR})J{{clock_after}}?J(?P<m6>{{num}})J{{minute}}?J(?P<to6>{{H_M_past}}|{{H_M_to}})",
    f"(?P<h7>{_HOUR})J{{clock_after}}J(?P<m7>{{num}})(?:J{{minute}})?",
    "(?P<h8>{num})J(?P<s8>{shift})",
    "(?P<s9>{shift})J(?P<h9>{num})",
    f"(?P<h10>{_HOUR})J{{clock_after}}",
    f"(?P<h11>{_HOUR})(?P<m11>{{num}})",
    f"(?P<h12>{_HOUR})",
))  # fmt: skip
_PART = "(?:{part}|{today_part}|{am}|{pm})"
_YEAR = "(?:J{comma}?J(?P<y>{year}){year_after}?)?"
_WHICH = "(?:{coming}|{next}|{last})"

PATTERNS: tuple[tuple[str, str], ...] = (
    ("moment", "(?P<moment>{moment})"),
    ("span", "{in}J(?:(?P<n>{num})J(?P<u>{unit})|(?P<u2>{unit})J(?P<n2>{num})|(?P<s>{span}))(?P<mod>)"),
    ("span", "(?:(?P<n>{num})J(?P<u>{unit})|(?P<u2>{unit})J(?P<n2>{num})|(?P<s>{span}))J(?P<mod>{later}|{ago_after})"),
    ("span", "(?P<mod>{ago})J(?:(?P<n>{num})J(?P<u>{unit})|(?P<u2>{unit})J(?P<n2>{num})|(?P<s>{span}))"),
    ("date", "(?:(?P<on>{day_before})J)?(?P<date>{date})"),
    ("date", f"(?P<y>{{year}}){{year_after}}?J(?P<m>{{month}})J(?P<d>{_COUNT}){{day_after}}?"),
    ("date", "(?:(?P<y>{year}){year_after}?J)?(?P<mn>{num}){month_after}J(?P<d>{num})(?:J{day_after})?"),
    ("date", f"{{day_before}}?J(?P<d>{_COUNT})(?:J{{day_after}})?{{point}}?J(?P<m>{{month}}){{point}}?{_YEAR}"),
    ("date", f"(?P<m>{{month}}){{point}}?J{{day_before}}?J(?P<d>{_COUNT})(?:J{{day_after}})?{_NOT_A_DAY}{_YEAR}"),
    ("day", f"(?P<d>{{num}})J{{day_after}}{_NOT_A_DAY}"),
    ("day", f"{{day_before}}J(?P<d>{_COUNT})(?:J{{day_after}})?{_NOT_A_DAY}"),
    ("day", f"{{join}}J(?P<d>{{ordinal}}){_NOT_A_DAY}"),
    (
        "time",
        f"(?:(?P<pre>{_PART})J{{comma}}?J)?(?P<at>{{clock_before}}?)J(?:{_CORE}){_NOT_A_TIME}(?:J{{clock_before}}?J(?P<suf>{_PART}))?",
    ),
    ("weekday", "(?P<k>{week_later})J(?P<w>{weekday})"),
    ("weekday", "(?P<k>{week})J{comma}?J(?P<w>{weekday})"),
    ("weekday", f"(?P<c>{_WHICH})?J(?P<w>{{weekday}}){{point}}?(?:J(?P<c2>{_WHICH}))?(?:J{{comma}}?J(?P<k>{{week}}|{{week_later}}))?"),
    ("relative", "(?P<r>{day})"),
    ("today", "(?P<today>{today_part})"),
    ("week", "(?P<k>{week})"),
    ("part", "(?P<part>{part})"),
    ("bare", f"(?P<n>{_HOUR})"),
)
_ROLE = re.compile(r"\{([A-Za-z_]+)\}")


def expanded(pattern: str, codes: Mapping[frozenset[str], str]) -> str:
    """The pattern with every role replaced by the characters of the role sets that hold it."""

    def chars(match: re.Match[str]) -> str:
        found = "".join(code for names, code in codes.items() if match[1] in names)
        return f"[{found}]" if found else "(?!)"

    return _ROLE.sub(chars, re.sub(r"J(?![a-zA-Z_])", "{join}*", pattern))
