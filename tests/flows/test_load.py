"""The form of a flow file: strict YAML, every fault at once with line and dotted path, limits on everything."""

# ruff: noqa: E501 - a case reads best on one line

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import BadFile, WrongUse
from bot.flows import limits
from bot.flows.language import Asking, Branching, Ref, Setting
from bot.flows.load import VERBS, load, parse, shipped
from bot.flows.strict import Listing, Mapping, read

GOOD = """\
flow: one
version: 1
title: One question
purpose: check_ins
done: [mood]
confirm: {en: "I read %(value)s. Right?", note: n}
steps:
  mood:
    ask:
      kind: choice
      text: {en: "How are you?", note: n}
      options:
        - {value: good, label: Good, note: n}
        - {value: bad, label: Bad, note: n, words: "bad | awful"}
      repair: [{en: "Good or bad?", note: n}]
      timeout: {hours: 24}
      unread: over
  fork:
    branch:
      - {if: {answer: mood, is: bad}, then: over}
      - {else: over}
  over:
    end: completed
"""


def faults(text):
    with pytest.raises(BadFile) as caught:
        parse(text, "one.yaml")
    return [(fault.line, fault.where, fault.code) for fault in caught.value.faults]


def changed(old, new, text=GOOD):
    assert text.count(old) == 1, old
    return text.replace(old, new)


def test_a_good_file_loads():
    flow = parse(GOOD, "one.yaml")
    mood = flow.steps["mood"]
    assert isinstance(mood, Asking)
    assert (flow.id, flow.version, flow.start, list(flow.steps)) == ("one", 1, "mood", ["mood", "fork", "over"])
    assert (mood.code, mood.next, mood.unread, mood.timeout.then) == ("mood", "fork", "over", None)


FAULTS = {
    "no is a word, not false": (changed("many: no", "many: no", GOOD.replace("kind: choice", "kind: choice\n      many: no")), (11, "steps.mood.ask.many", "not-a-truth")),
    "a time of day is no number": (changed("hours: 24", "hours: 12:30"), (16, "steps.mood.ask.timeout.hours", "not-a-number")),
    "a quoted number is a text": (changed("hours: 24", 'hours: "24"'), (16, "steps.mood.ask.timeout.hours", "not-a-number")),
    "a key given twice": (changed("version: 1", "version: 1\nversion: 2"), (3, "version", "duplicate")),
    "a step given twice": (GOOD + "  over:\n    end: expired\n", (24, "steps.over", "duplicate")),
    "an alias": (changed("{value: good, label: Good, note: n}", "&x {value: good, label: Good, note: n}"), (13, "file", "alias")),
    "a tag": (changed("version: 1", "version: !!python/name:os.system 1"), (2, "file", "tag")),
    "a second document": (GOOD + "---\nflow: two\n", (24, "file", "two-documents")),
    "a list where a mapping must be": ("- a\n", (1, "file", "not-a-mapping")),
    "an empty file": ("", (1, "file", "empty")),
    "only a comment": ("# nothing\n", (1, "file", "empty")),
    "no YAML": ("flow: [", (1, "file", "not-yaml")),
    "a tab": ("flow:\n\t- x", (2, "file", "not-yaml")),
    "a control character": ("flow: \x01", (1, "file", "not-yaml")),
    "an escape that is no character": ('flow: "\\UFFFFFFFF"', (1, "file", "not-yaml")),
    "deep nesting": ("flow: " + "[" * 50, (1, "file", "too-deep")),
    "a list as a key": (changed("version: 1", "version: 1\n? [a]\n: b"), (3, "file", "key")),
    "a missing field": (changed("title: One question\n", ""), (1, "title", "missing-field")),
    "a misspelt field": (changed("title:", "titel:"), (3, "titel", "unknown-field")),
    "an unknown purpose": (changed("check_ins", "chatting"), (4, "purpose", "unknown-word")),
    "a version of 0": (changed("version: 1", "version: 0"), (2, "version", "out-of-range")),
    "a name that is none": (changed("flow: one", "flow: one two"), (1, "flow", "bad-name")),
    "an empty text": (changed('"How are you?"', '" "'), (11, "steps.mood.ask.text.en", "empty")),
    "a text without a note": (changed('{en: "How are you?", note: n}', '{en: "How are you?"}'), (11, "steps.mood.ask.text.note", "missing-field")),
    "a text that is too long": (changed("How are you?", "x" * 481), (11, "steps.mood.ask.text.en", "too-long")),
    "a % that begins nothing": (changed("How are you?", "100 % sure?"), (11, "steps.mood.ask.text.en", "placeholder")),
    "an unknown kind": (changed("kind: choice", "kind: guess"), (10, "steps.mood.ask.kind", "unknown-word")),
    "a step to nowhere": (changed("unread: over", "unread: nowhere"), (17, "steps.mood.ask.unread", "unknown-step")),
    "a case to nowhere": (changed("is: bad}, then: over", "is: bad}, then: nowhere"), (20, "steps.fork.branch[1].then", "unknown-step")),
    "a branch without else": (changed("      - {else: over}\n", ""), (20, "steps.fork.branch", "no-else")),
    "an else that is not last": (changed("      - {if:", "      - {else: over}\n      - {if:"), (20, "steps.fork.branch", "no-else")),
    "two verbs in a step": (changed("    end: completed", "    end: completed\n    say: x"), (23, "steps.over", "verb")),
    "an unknown verb": (changed("    end: completed", "    stop: completed"), (23, "steps.over", "verb")),
    "an unknown outcome": (changed("end: completed", "end: fine"), (23, "steps.over.end", "unknown-word")),
    "two comparisons at once": (changed("is: bad}", "is: bad, in: [bad]}"), (20, "steps.fork.branch[1].if", "comparison")),
    "two subjects": (changed("{answer: mood, is", "{answer: mood, fact: name, is"), (20, "steps.fork.branch[1].if", "no-subject")),
    "a comparison of size with a text": (changed("is: bad}", "at_least: bad}"), (20, "steps.fork.branch[1].if.at_least", "not-a-number")),
    "missing with a word": (changed("is: bad}", "missing: perhaps}"), (20, "steps.fork.branch[1].if.missing", "not-a-truth")),
    "conditions too deep": (changed("{answer: mood, is: bad}", "{not: {not: {not: {not: {answer: mood, is: bad}}}}}"), (20, "steps.fork.branch[1].if.not.not.not.not", "too-deep")),
    "a scale without ends": (changed("kind: choice", "kind: scale"), (10, "steps.mood.ask.kind", "bounds")),
    "options on a scale": (changed("kind: choice", "kind: scale"), (13, "steps.mood.ask.options", "options")),
    "options on a text": (changed("kind: choice\n", "kind: text\n"), (13, "steps.mood.ask.options", "options")),
    "a unit on a choice": (changed("kind: choice", "kind: choice\n      unit: kg"), (11, "steps.mood.ask.unit", "bounds")),
    "a range on a choice": (changed("kind: choice", "kind: choice\n      min: 1"), (10, "steps.mood.ask.kind", "bounds")),
    "severity without a why": (changed("Good, note: n}", "Good, note: n, severity: review}"), (13, "steps.mood.ask.options[1].why", "missing-field")),
    "an unknown severity": (changed("Good, note: n}", "Good, note: n, severity: grave, why: w}"), (13, "steps.mood.ask.options[1].severity", "unknown-word")),
    "a nudge after the time-out": (changed("timeout: {hours: 24}", "timeout: {hours: 24}\n      nudge: {hours: 24, text: {en: Hello, note: n}}"), (17, "steps.mood.ask.nudge", "bounds")),
    "a time-out of a month": (changed("hours: 24", "hours: 721"), (16, "steps.mood.ask.timeout.hours", "out-of-range")),
    "four repairs": (changed('[{en: "Good or bad?", note: n}]', "[" + ", ".join(['{en: "Good or bad?", note: n}'] * 4) + "]"), (15, "steps.mood.ask.repair", "too-many")),
    "no repair": (changed('      repair: [{en: "Good or bad?", note: n}]\n', ""), (10, "steps.mood.ask.repair", "missing-field")),
    "no steps": (GOOD[: GOOD.index("steps:")] + "steps: {}\n", (7, "steps", "steps")),
}  # fmt: skip


@pytest.mark.parametrize(("text", "fault"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_reported_where_it_is(text, fault):
    assert fault in faults(text)


def test_all_faults_come_at_once_in_the_order_of_their_lines():
    found = faults(GOOD.replace("version: 1", "version: one").replace("kind: choice", "kind: guess").replace("end: completed", "end: fine"))
    assert [line for line, _, _ in found] == sorted(line for line, _, _ in found)
    assert {where for _, where, _ in found} >= {"version", "steps.mood.ask.kind", "steps.over.end"}


def test_a_message_names_file_line_path_and_what_to_do():
    with pytest.raises(BadFile) as caught:
        parse(changed("end: completed", "end: fine"), "one.yaml")
    assert str(caught.value) == "one.yaml:23: steps.over.end: must be one of completed, expired, handed_over, interrupted, stopped"


def test_words_that_yaml_takes_for_truth_stay_words():
    root, found = read("a: no\nb: yes\nc: 12:30\nd: on\ne: 1_000\nf: true\ng: 'true'\nh: 08\ni: ~\nj: -2.50", "x")
    assert found == []
    assert isinstance(root, Mapping)
    values = {name: node.value for name, node in root.entries.items()}
    assert values == {"a": "no", "b": "yes", "c": "12:30", "d": "on", "e": "1_000", "f": True, "g": "true", "h": "08", "i": "~", "j": -2.5}


def test_the_first_of_two_equal_names_stands():
    root, found = read("a: 1\na: 2", "x")
    assert isinstance(root, Mapping)
    assert root.entries["a"].value == 1
    assert [fault.code for fault in found] == ["duplicate"]


def test_a_large_file_is_refused_unread():
    assert faults("#" * (limits.FILE_BYTES_MAX + 1)) == [(1, "file", "too-large")]


def test_too_many_steps_and_options_are_refused():
    many = "".join(f"  s{at}:\n    end: completed\n" for at in range(limits.STEPS_MAX))
    options = "".join(f"        - {{value: v{at}, label: L{at}, note: n}}\n" for at in range(limits.OPTIONS_MAX))
    assert ("steps", "steps") in [(where, code) for _, where, code in faults(GOOD + many)]
    assert "too-many" in [code for _, _, code in faults(changed("      options:\n", "      options:\n" + options))]


def test_faults_are_bounded():
    assert len(faults(GOOD + "".join(f"x{at}: 1\n" for at in range(1000)))) == limits.FAULTS_MAX


def test_what_the_file_leaves_out_is_the_next_step():
    flow = parse(
        GOOD.replace(
            "  over:\n    end: completed", "  last:\n    set: {mark: m, to: {answer: mood}}\n    next: over\n  over:\n    end: completed"
        ),
        "x",
    )
    last, fork = flow.steps["last"], flow.steps["fork"]
    assert isinstance(last, Setting)
    assert isinstance(fork, Branching)
    assert (last.value, last.next) == (Ref("answer", "mood"), "over")


def test_a_file_that_is_not_there_is_wrong_use(tmp_path):
    with pytest.raises(WrongUse, match="cannot be read"):
        load(tmp_path / "none.yaml")


def test_bytes_that_are_no_text_are_faults(tmp_path):
    path = tmp_path / "bad.yaml"
    path.write_bytes(b"\xff\xfe\x00flow")
    with pytest.raises(BadFile):
        load(path)


def test_the_shipped_flows_load_under_their_own_names():
    assert {flow.path for flow in shipped().values()} == {f"bot/flows/{name}.yaml" for name in shipped()}
    assert {"weekly-pulse", "appointment-reminder", "goal-progress", "welcome"} <= set(shipped())


def test_every_verb_of_the_language_is_known():
    assert set(VERBS) == {"say", "ask", "branch", "score", "set", "call", "end"}


PIECES = st.sampled_from(
    [*GOOD.split("\n"), "", "  - x", "  a: {b: [c", "? x", "- &a b", "*a", "\t", "'", "!!map", "a: b: c", "\ufeff", "\x85", "%YAML 9"]
)


@settings(max_examples=200, deadline=None)
@given(st.lists(PIECES, max_size=25).map("\n".join) | st.text(max_size=200))
def test_no_text_raises_anything_but_faults(text):
    with suppress(BadFile):
        parse(text, "x")


def test_a_listing_keeps_its_lines():
    root, _ = read("a:\n  - 1\n  - 2\n", "x")
    assert isinstance(root, Mapping)
    inner = root.entries["a"]
    assert isinstance(inner, Listing)
    assert [item.line for item in inner.items] == [2, 3]
