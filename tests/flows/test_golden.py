"""Every shipped flow against its golden transcripts, and the transcripts against the flow: each way through is in one."""

import re

import pytest

from bot.flows.asking import choices
from bot.flows.language import Asking, Calling, Ending, Ref, Saying
from bot.flows.load import shipped
from tests.flows.transcript import played, transcripts

ALL = transcripts()


@pytest.mark.parametrize(("flow", "facts", "turns"), ALL.values(), ids=ALL)
def test_the_conversation_goes_as_written(flow, facts, turns):
    assert played(flow, facts, [turn["event"] for turn in turns]) == turns


def wanted(flow):
    """What the transcripts of a flow must show: a pattern for a line, with the name of the step."""
    for step in flow.steps.values():
        match step:
            case Saying():
                yield f"say {step.id}", rf"say {step.id}: .*"
            case Calling():
                yield f"act {step.act}", rf"act {step.act} .*"
            case Ending():
                yield f"end {step.outcome}", rf"end {step.outcome}"
            case Asking():
                for kind in ("ask", "repair", *(["nudge"] if step.nudge else [])):
                    yield f"{kind} {step.id}", rf"{kind} {step.id}: .*"
                yield f"{step.id} unread", rf"raise review unread unread\.{flow.id}\.{step.id}"
                yield f"{step.id} answered", rf"record {step.code} = (?!null).*"
                for choice in choices(step):
                    yield f"{step.id} {choice.value}", rf'record {step.code} = (\[.*)?"?{choice.value}"?[,\]]?.*'
                if isinstance(step.options, Ref):
                    yield f"{step.id} by its list", rf"record {step.code} = .*"


@pytest.mark.parametrize("name", shipped())
def test_every_way_through_a_shipped_flow_has_a_transcript(name):
    lines = [line for flow, _, turns in ALL.values() if flow == name for turn in turns for line in turn["effects"]]
    missing = [what for what, pattern in wanted(shipped()[name]) if not any(re.fullmatch(pattern, line) for line in lines)]
    assert missing == []


@pytest.mark.parametrize("name", shipped())
def test_every_question_of_a_shipped_flow_is_left_unanswered_in_a_transcript(name):
    left = set()
    for flow, _, turns in ALL.values():
        asked = None
        for turn in turns if flow == name else ():
            if turn["event"].startswith("timeout") and turn["effects"]:
                left.add(asked)
            asked = next((line.split()[1].rstrip(":") for line in reversed(turn["effects"]) if " wait " in line), asked)
    assert {step.id for step in shipped()[name].steps.values() if isinstance(step, Asking)} <= left


def test_the_transcripts_are_of_flows_that_we_ship():
    assert {flow for flow, _, _ in ALL.values()} == set(shipped())
