"""The hazard log says what stands against each hazard, and names tests that exist."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "safety" / "hazards.md").read_text("utf-8")
HAZARDS = {part[:3]: part for part in PAGE.split("\n## ") if re.match(r"H\d\d\n", part)}
FIELDS = ("Cause", "Effect", "Control", "Asked of the programme", "Before", "After")
LEAST = 30
NOT_ACCEPTABLE = 4


def field(hazard: str, name: str) -> str:
    found = re.search(rf"^\| {name} \| (.*) \|$", hazard, re.MULTILINE)
    return found[1].strip() if found else ""


def named(hazard: str) -> list[str]:
    """The tests of a hazard, `path::name`; the ids of a parametrised one may stand behind it."""
    line = re.search(r"^Tests: (.*)$", hazard, re.MULTILINE)
    return re.findall(r"`([^`]+)`", line[1]) if line else []


@cache
def collected(path: str) -> frozenset[str]:
    """The test functions of a file, by name; of a file that is not there, none."""
    file = ROOT / path
    if not file.is_file() or not re.fullmatch(r"tests/(\w+/)*test_\w+\.py", path):
        return frozenset()
    tree = ast.parse(file.read_text("utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"))


def exists(test: str) -> bool:
    path, _, name = test.partition("::")
    return name.partition("[")[0] in collected(path)


def matrix() -> dict[tuple[str, str], int]:
    """Likelihood and severity → risk, as the page prints it."""
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.splitlines() if line.startswith("|")]
    at = next(at for at, row in enumerate(rows) if row[0] == "Likelihood")
    return {(row[0], severity): int(risk) for row in rows[at + 2 : at + 7] for severity, risk in zip(rows[at][1:], row[1:], strict=True)}


def risk(judged: str) -> int:
    found = re.fullmatch(r"([\w ]+) × (\w+): ([1-5])", judged)
    assert found, f"{judged!r} is no likelihood × severity: risk"
    assert matrix()[found[1], found[2]] == int(found[3]), f"{judged!r} does not follow from the matrix"
    return int(found[3])


def test_there_are_hazards_enough_each_with_a_number_of_its_own():
    assert len(HAZARDS) >= LEAST
    assert list(HAZARDS) == [f"H{number:02}" for number in range(1, len(HAZARDS) + 1)]
    assert len(HAZARDS) == len(re.findall(r"^## H\d\d$", PAGE, re.MULTILINE))


@pytest.mark.parametrize("number", HAZARDS)
def test_a_hazard_has_every_field_and_tests_that_exist(number):
    hazard = HAZARDS[number]
    assert re.search(r"^\*\*.+\.\*\* \S", hazard, re.MULTILINE), "name it and say what it is"
    for name in FIELDS:
        assert field(hazard, name), f"{name} is missing"
    assert named(hazard), "name the tests that hold its control"
    assert [test for test in named(hazard) if not exists(test)] == []


@pytest.mark.parametrize("number", HAZARDS)
def test_a_risk_follows_from_the_matrix_and_controls_lower_it(number):
    hazard = HAZARDS[number]
    before, after = risk(field(hazard, "Before")), risk(field(hazard, "After"))
    assert after <= before
    title = re.search(r"^\*\*(.+)\.\*\*", hazard, re.MULTILINE)
    assert title
    assert f"| [{number}](#{number.lower()}) {title[1]} | {before} | {after} |" in PAGE, "mend the overview"
    if after >= NOT_ACCEPTABLE:
        assert number in PAGE.partition("## What stays open")[2].partition("\n## ")[0], "say what is to become of it"


def test_the_log_says_that_nobody_has_reviewed_it():
    assert "**Review state: needs review.**" in PAGE
    assert "no clinical safety officer has assessed them" in " ".join(PAGE.split())


MADE_UP = {
    "a test that is there": ("tests/test_hazards.py::test_a_hazard_has_every_field_and_tests_that_exist", True),
    "one of its cases": ("tests/test_hazards.py::test_a_hazard_has_every_field_and_tests_that_exist[H01]", True),
    "no such test": ("tests/test_hazards.py::test_nothing", False),
    "no test at all": ("tests/test_hazards.py::exists", False),
    "no such file": ("tests/core/test_nowhere.py::test_a", False),
    "a file that is no test": ("bot/turn.py::work", False),
}


@pytest.mark.parametrize(("test", "there"), MADE_UP.values(), ids=MADE_UP)
def test_a_test_is_found_by_its_name(test, there):
    assert exists(test) is there
