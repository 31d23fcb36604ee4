"""The state's JSON: the same state is the same text, older ones load, anything else is refused without quoting it."""

import json

import pytest

from bot.errors import BadFile
from bot.flows.model import State
from bot.flows.state import from_json, to_json

FULL = State(
    flow="two",
    version=3,
    at="mood",
    wait=4,
    tries=1,
    nudged=1,
    held=True,
    confirming={"value": ["a"], "unit": None, "text": "ñ"},
    facts={"name": "Sam", "goal_low": 1.5},
    answers={"mood": {"value": True, "unit": "kg"}},
    marks={"purposes": ["goals"]},
    outcome="stopped",
)


def test_a_state_comes_back_as_it_went():
    assert from_json(to_json(FULL)) == FULL


def test_the_text_is_ascii_with_sorted_keys():
    text = to_json(FULL)
    assert text.isascii()
    assert list(json.loads(text)) == sorted(json.loads(text))


def test_a_state_that_lacks_fields_takes_the_defaults():
    assert from_json('{"flow":"two","at":"mood","wait":2}') == State(flow="two", at="mood", wait=2)


@pytest.mark.parametrize(
    "text", ["", "[]", "null", "{", '{"secret-word": 1}', '{"wait": true}', '{"at": 3}', '{"facts": []}', '{"held": 0}']
)
def test_what_is_no_state_is_refused(text):
    with pytest.raises(BadFile) as caught:
        from_json(text)
    assert len(caught.value.faults) == 1


def test_the_refusal_quotes_no_value():
    with pytest.raises(BadFile) as caught:
        from_json('{"at": ["my secret"]}')
    assert "secret" not in str(caught.value)
