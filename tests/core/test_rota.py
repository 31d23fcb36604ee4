"""Who is on duty when: shifts over midnight and over the clocks' changes, exceptions, gaps; and a rota as a file, fault by fault."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.rota import Override, Rota, Shift, read_rota, rota_json
from bot.setting_up.rota_file import read_days, read_shifts, show_days

NEW_YORK = ZoneInfo("America/New_York")
DAY, NIGHT = Shift((0, 1, 2, 3, 4), "08:00", "20:00", 1), Shift((0, 1, 2, 3, 4), "20:00", "08:00", 2)
WHOLE, LAST = Shift((5,), "08:00", "08:00", 3), Shift((6,), "08:00", "24:00", 4)
WEEK = (DAY, NIGHT, WHOLE, LAST)
EVERY_NIGHT = (Shift(tuple(range(7)), "01:30", "03:30", 5),)


def here(typed: str, fold: int = 0) -> datetime:
    return datetime.fromisoformat(typed).replace(tzinfo=NEW_YORK, fold=fold).astimezone(UTC)


SICK = Override(here("2026-03-03 06:00"), here("2026-03-03 12:00"), 9)
NOBODY = Override(here("2026-03-03 10:00"), here("2026-03-03 11:00"), None)

NAMED = {
    "by day": (WEEK, (), here("2026-03-03 08:00"), (1,)),
    "the last minute of the night": (WEEK, (), here("2026-03-03 07:59"), (2,)),
    "after midnight, of the shift that began the day before": (WEEK, (), here("2026-03-04 00:00"), (2,)),
    "Monday before eight: Sunday's shift ended at midnight": (WEEK, (), here("2026-03-02 07:59"), ()),
    "Saturday at seven: Friday's night": (WEEK, (), here("2026-03-07 07:59"), (2,)),
    "around the clock": (WEEK, (), here("2026-03-08 07:59"), (3,)),
    "until midnight": (WEEK, (), here("2026-03-08 23:59"), (4,)),
    "two at once, in the order of the shifts": ((DAY, Shift((1,), "09:00", "10:00", 7)), (), here("2026-03-03 09:30"), (1, 7)),
    "one twice": ((DAY, DAY), (), here("2026-03-03 09:30"), (1,)),
    "an exception": (WEEK, (SICK,), here("2026-03-03 06:00"), (9,)),
    "an exception that is over": (WEEK, (SICK,), here("2026-03-03 12:00"), (1,)),
    "the later of two exceptions, which is nobody": (WEEK, (SICK, NOBODY), here("2026-03-03 10:30"), ()),
    "the earlier one, made later": (WEEK, (NOBODY, SICK), here("2026-03-03 10:30"), (9,)),
    "in the night in which an hour is skipped, from the moment after the gap": (EVERY_NIGHT, (), here("2026-03-08 03:00"), (5,)),
    "in that night until half past three by the clock": (EVERY_NIGHT, (), here("2026-03-08 03:30"), ()),
    "in the night in which an hour comes twice, from the first half past one": (EVERY_NIGHT, (), here("2026-11-01 01:30"), (5,)),
    "in that night for an hour longer": (EVERY_NIGHT, (), here("2026-11-01 01:15", fold=1), (5,)),
}  # fmt: skip


@pytest.mark.parametrize(("shifts", "overrides", "at", "then"), NAMED.values(), ids=NAMED)
def test_whom_the_rota_names(shifts: tuple[Shift, ...], overrides: tuple[Override, ...], at: datetime, then: tuple[int, ...]) -> None:
    rota = read_rota(rota_json(Rota(shifts, overrides)))
    assert rota == Rota(shifts, overrides)
    assert rota.named(at, NEW_YORK) == then


def test_who_is_named_changes_only_where_it_says_so() -> None:
    rota = Rota(WEEK, (SICK, NOBODY))
    start, end = here("2026-03-02 00:00"), here("2026-03-10 00:00")
    moments = sorted({start, *rota.changes(start, end, NEW_YORK)})
    for begins, until in zip(moments, [*moments[1:], end], strict=True):
        steps = [begins + (until - begins) * part / 7 for part in range(7)]
        assert len({rota.named(at, NEW_YORK) for at in steps}) == 1


def test_no_rota_is_none() -> None:
    assert not read_rota(None)
    assert not read_rota({})
    assert not read_rota(rota_json(Rota()))


PEOPLE = {"sam": 1, "sue": 2, "1": 1, "2": 2}
GOOD = {
    "yaml": (
        "rota.yaml",
        '- {days: mon-fri, from: "08:00", until: "20:00", who: sam}\n- {days: [sat, sun], from: 08:00, until: 24:00, who: SUE}\n',
    ),
    "csv": ("rota.csv", '\ufeffdays,from,until,who\r\nmon-fri,08:00,20:00,sam\r\n\r\n"sat, sun",08:00,24:00,2\r\n'),
    "csv, columns in another order": ("ROTA.CSV", "who,days,until,from\n1,mon-fri,20:00,08:00\n2,sat-sun,24:00,08:00\n"),
}


@pytest.mark.parametrize(("name", "text"), GOOD.values(), ids=GOOD)
def test_a_rota_is_read_from_a_file(name: str, text: str) -> None:
    shifts, faults = read_shifts(text, name, PEOPLE)
    assert faults == []
    assert shifts == (Shift((0, 1, 2, 3, 4), "08:00", "20:00", 1), Shift((5, 6), "08:00", "24:00", 2))


BAD = {
    "nothing": ("a.yaml", "", ["1 file"]),
    "no list": ("a.yaml", "days: mon\n", ["1 file"]),
    "no shift": ("a.yaml", "- mon\n", ["1 shift"]),
    "a time that is none": ("a.yaml", "- {days: mon, from: 8am, until: 24:01, who: sam}\n", ["1 from", "1 until"]),
    "24:00 begins no shift": ("a.yaml", '- {days: mon, from: "24:00", until: "08:00", who: sam}\n', ["1 from"]),
    "nobody we know": ("a.yaml", "- {days: mon, from: 08:00, until: 09:00, who: ana}\n", ["1 who"]),
    "no days": ("a.yaml", "- days: lundi\n  from: 08:00\n  until: 09:00\n  who: sam\n", ["1 days"]),
    "each by its line": (
        "a.yaml",
        "- days: mon\n  from: 08:00\n  till: 09:00\n  who: [sam, {}]\n",
        ["4 who", "1 until", "1 who", "3 till"],
    ),
    "an alias": ("a.yaml", "- &a {days: mon}\n- *a\n", ["1 file"]),
    "broken yaml": ("a.yaml", "- {days: mon\n", ["2 file"]),
    "no head": ("a.csv", "mon,08:00,09:00,sam\n", ["1 file"]),
    "a line too short": ("a.csv", "days,from,until,who\nmon,08:00,09:00\n", ["2 shift"]),
    "csv by its line": ("a.csv", "days,from,until,who\nmon,08:00,09:00,sam\nmon,8,09:00,sam\n", ["3 from"]),
    "a quotation mark left open": ("a.csv", 'days,from,until,who\n"mon,08:00,09:00,sam\n', ["2 file"]),
    "a zero byte": ("a.csv", "days,from,until,who\nmon\x00,08:00,09:00,sam\n", ["2 days"]),
    "far too long": ("a.csv", "x" * 200_001, ["1 file"]),
    "too many shifts": ("a.csv", "days,from,until,who\n" + "mon,08:00,09:00,sam\n" * 201, ["202 file"]),
}


@pytest.mark.parametrize(("name", "text", "then"), BAD.values(), ids=BAD)
def test_every_fault_of_a_file_is_told_by_its_line(name: str, text: str, then: list[str]) -> None:
    _, faults = read_shifts(text, name, PEOPLE)
    assert [f"{one.line} {one.where}" for one in faults] == then
    assert all(one.path == name for one in faults)


@pytest.mark.parametrize(
    ("typed", "days"),
    [("mon", (0,)), ("Mon - Fri", (0, 1, 2, 3, 4)), ("fri-mon", (0, 4, 5, 6)), ("sat,sun", (5, 6)), ("daily", tuple(range(7)))],
)
def test_days_are_read_and_shown(typed: str, days: tuple[int, ...]) -> None:
    assert read_days(typed) == days
    assert read_days(show_days(days)) == days


@pytest.mark.parametrize("typed", ["", ",", "mon-", "-fri", "mon;tue", "monday", "daily-fri"])
def test_what_are_no_days(typed: str) -> None:
    assert read_days(typed) is None
