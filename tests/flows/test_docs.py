"""The pages about flows: their example lints, and their tables are those of the code."""

import re
from pathlib import Path

import pytest

from bot.flows import limits
from bot.flows.conditions import COMPARISONS
from bot.flows.lint import lint
from bot.flows.load import VERBS, load
from bot.flows.model import ACTS, FACTS
from bot.values import Kind, Purpose

DOCS = Path(__file__).parents[2] / "docs"
LANGUAGE = (DOCS / "reference" / "flow-language.md").read_text("utf-8")
HOW_TO = (DOCS / "how-to" / "write-a-flow.md").read_text("utf-8")
EXAMPLE = DOCS / "how-to" / "sleep.yaml"


def test_the_example_has_no_fault():
    assert lint(load(EXAMPLE)) == []


def test_the_page_quotes_the_example_as_it_is():
    (quoted,) = re.findall(r"```yaml\n(.*?)```", HOW_TO, re.DOTALL)
    assert quoted in EXAMPLE.read_text("utf-8")


def test_every_act_is_listed_with_its_arguments():
    for name, arguments in ACTS.items():
        assert re.search(rf"^\| `{re.escape(name)}` \| {', '.join(f'`{one}`' for one in arguments)} ?\|$", LANGUAGE, re.MULTILINE), name


@pytest.mark.parametrize("words", [VERBS, COMPARISONS, Kind, Purpose, {fact for facts in FACTS.values() for fact in facts}])
def test_every_word_of_the_language_is_explained(words):
    assert [word for word in words if f"`{word}`" not in LANGUAGE and f"`{word}:" not in LANGUAGE] == []


def test_the_limits_are_those_of_the_code():
    numbers = re.findall(r"[0-9][0-9,]*", LANGUAGE[LANGUAGE.index("## Limits") : LANGUAGE.index("## What the linter")])
    assert [int(number.replace(",", "")) for number in numbers] == [
        limits.FILE_BYTES_MAX,
        limits.DEPTH_MAX,
        limits.STEPS_MAX,
        limits.OPTIONS_MAX,
        limits.REPAIRS_MAX,
        limits.CASES_MAX,
        limits.CONDITION_DEPTH_MAX,
        limits.TEXT_CHARS_MAX,
        limits.NOTE_CHARS_MAX,
        limits.LABEL_CHARS_MAX,
        limits.WORDS_MAX,
        limits.HOURS_MAX,
        limits.WALK_STEPS_MAX,
        limits.WAITS_MAX,
    ]
