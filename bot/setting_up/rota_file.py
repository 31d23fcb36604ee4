"""
A rota as a file: weekly shifts in YAML or CSV, each fault with its line. Reads text, knows neither database nor time.

    - {days: mon-fri, from: "08:00", until: "20:00", who: sam}
    - {days: "sat,sun", from: "08:00", until: "20:00", who: sue}
    - {days: daily, from: "20:00", until: "08:00", who: rob}

The same as CSV begins with the line `days,from,until,who`.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.flows import strict
from bot.rota import Shift
from bot.values import Fault

NAMES = ("days", "from", "until", "who")
SHIFTS_MAX = 200
BYTES_MAX = 200_000
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]", re.ASCII)
_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Row:
    """One shift as it was typed. lines: where each value stands; `line`: where the shift begins."""

    line: int
    typed: Mapping[str, str]
    lines: Mapping[str, int]


def read_shifts(text: str, name: str, people: Mapping[str, int]) -> tuple[tuple[Shift, ...], list[Fault]]:
    """
    The shifts of a file, and every fault in it; where there is one, nothing should be kept.

    text: hostile. name: what the faults call the file; one that ends in .csv is read as CSV. people: sign-in name or id of
    every supervisor → id.
    """
    if len(text.encode("utf-8", "replace")) > BYTES_MAX:
        return (), [Fault(name, 1, "file", f"over {BYTES_MAX} bytes: a rota is one week", "too-large")]
    faults: list[Fault] = []
    rows = list(_csv(text, name, faults) if name.lower().endswith(".csv") else _yaml(text, name, faults))
    if not rows and not faults:
        faults.append(Fault(name, 1, "file", "is empty: write one shift a line", "empty"))
    if len(rows) > SHIFTS_MAX:
        faults.append(Fault(name, rows[SHIFTS_MAX].line, "file", f"more than {SHIFTS_MAX} shifts", "too-many"))
    shifts = [_shift(row, name, people, faults) for row in rows[:SHIFTS_MAX]]
    return tuple(one for one in shifts if one is not None), faults


def _yaml(text: str, name: str, faults: list[Fault]) -> Iterator[Row]:
    root, found = strict.read(text, name)
    faults += found
    if root is None:
        return
    if not isinstance(root, strict.Listing):
        faults.append(Fault(name, root.line, "file", "begin each shift with a dash: - {days: mon-fri, from: …}", "not-a-list"))
        return
    for item in root.items:
        if not isinstance(item, strict.Mapping):
            faults.append(Fault(name, item.line, "shift", f"write it with {', '.join(NAMES)}", "not-a-shift"))
            continue
        typed, lines = {}, {}
        for key, node in item.entries.items():
            if isinstance(node, strict.Scalar):
                typed[key], lines[key] = node.text, node.line
            elif isinstance(node, strict.Listing) and all(isinstance(one, strict.Scalar) for one in node.items):
                typed[key] = ",".join(one.text for one in node.items if isinstance(one, strict.Scalar))
                lines[key] = node.line
            else:
                faults.append(Fault(name, node.line, key[:_SHOWN], "write one value", "not-a-value"))
        yield Row(item.line, typed, lines)


def _csv(text: str, name: str, faults: list[Fault]) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff").replace("\x00", "\ufffd"), newline=""), strict=True)
    try:
        head = [one.strip().lower() for one in next(reader, [])]
        if set(head) != set(NAMES) or len(head) != len(NAMES):
            faults.append(Fault(name, 1, "file", f"begin with the line {','.join(NAMES)}", "no-head"))
            return
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(head):
                faults.append(Fault(name, reader.line_num, "shift", f"has {len(cells)} values: write {len(head)}", "not-a-shift"))
                continue
            yield Row(reader.line_num, {key: cell.strip() for key, cell in zip(head, cells, strict=True)}, {})
    except csv.Error:
        faults.append(Fault(name, max(1, reader.line_num), "file", "not CSV: mind the quotation marks", "not-csv"))


def _shift(row: Row, name: str, people: Mapping[str, int], faults: list[Fault]) -> Shift | None:
    found: list[Fault] = []

    def fault(where: str, say: str, code: str) -> None:
        found.append(Fault(name, row.lines.get(where, row.line), where[:_SHOWN], say, code))

    for missing in [one for one in NAMES if not row.typed.get(one, "").strip()]:
        fault(missing, "is missing", "missing")
    for odd in [one for one in row.typed if one not in NAMES]:
        fault(odd, f"is no part of a shift: write {', '.join(NAMES)}", "unknown")
    days = read_days(row.typed.get("days", ""))
    if days is None and row.typed.get("days", "").strip():
        fault("days", "write days as mon-fri, sat, sun or daily, with commas between", "days")
    times = {where: row.typed.get(where, "").strip() for where in ("from", "until")}
    for where, typed in times.items():
        if typed and not _TIME.fullmatch(typed) and not (where == "until" and typed == "24:00"):
            fault(where, "write a time as 09:00", "time")
    who = people.get(row.typed.get("who", "").strip().lower())
    if who is None and row.typed.get("who", "").strip():
        fault("who", "is no supervisor at work in this programme: write a sign-in name or id", "who")
    faults += found
    if found or days is None or who is None:
        return None
    return Shift(days, times["from"], times["until"], who)


def read_days(typed: str) -> tuple[int, ...] | None:
    """`mon-fri,sun` as weekdays, 0 is Monday; a range may go over the end of the week; None: it is not that."""
    found: set[int] = set()
    for part in typed.lower().replace(" ", "").split(","):
        first, dash, last = part.partition("-")
        if part == "daily":
            found |= set(range(7))
        elif first not in DAYS or (dash and last not in DAYS):
            return None
        else:
            begin, length = DAYS.index(first), (DAYS.index(last) - DAYS.index(first)) % 7 if dash else 0
            found |= {(begin + ahead) % 7 for ahead in range(length + 1)}
    return tuple(sorted(found))


def show_days(days: tuple[int, ...]) -> str:
    """Weekdays as `read_days` takes them."""
    if len(days) == len(DAYS):
        return "daily"
    in_a_row = len(days) > 2 and days == tuple(range(days[0], days[-1] + 1))
    return f"{DAYS[days[0]]}-{DAYS[days[-1]]}" if in_a_row else ",".join(DAYS[day] for day in days)
