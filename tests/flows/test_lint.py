"""The linter: the shipped flows have no fault, and each rule catches its own slip, alone."""

# ruff: noqa: E501 - a case reads best on one line

import pytest

from bot.flows import limits
from bot.flows.lint import lint
from bot.flows.load import parse, shipped
from bot.flows.model import ACTS, FACTS

GOOD = """\
flow: one
version: 1
title: One flow
purpose: check_ins
done: [mood]
confirm: {en: "I read %(value)s. Right?", note: n}
steps:
  mood:
    ask:
      kind: choice
      text: {en: "How are you, %(name)s?", note: n}
      options:
        - {value: good, label: Good, note: n, points: 0, words: "fine | ok"}
        - {value: bad, label: Bad, note: n, points: 1}
      repair: [{en: "Good or bad?", note: n}]
      timeout: {hours: 24}
      unread: over
  pain:
    ask:
      kind: scale
      min: 0
      max: 10
      text: {en: "Pain?", note: n}
      repair: [{en: "From 0 to 10?", note: n}]
      timeout: {hours: 24}
      unread: fork
  fork:
    branch:
      - {if: {answer: mood, is: bad}, then: tell}
      - {if: {answer: pain, at_least: 7, if_missing: false}, then: tell}
      - {else: sum}
  tell:
    call: {act: task.open, with: {kind: {answer: mood}}}
  sum:
    score: {code: total, of: [mood, pain]}
  mark:
    set: {mark: seen, to: true}
  thanks:
    say: {text: {en: "Thank you.", note: n}}
  over:
    end: completed
"""


def faults(text):
    return sorted((fault.where, fault.code) for fault in lint(parse(text, "one.yaml")))


def changed(old, new, text=GOOD):
    assert text.count(old) == 1, old
    return text.replace(old, new)


@pytest.mark.parametrize("name", shipped())
def test_a_shipped_flow_has_no_fault(name):
    assert lint(shipped()[name]) == []


def test_the_example_has_no_fault():
    assert faults(GOOD) == []


FIRST, SECOND = "steps.fork.branch[1].if", "steps.fork.branch[2].if"
MOOD = "steps.mood.ask"
LOOP = "  over:\n    end: completed\n"
FAULTS = {
    "a step that nothing goes to": (GOOD + "  left:\n    end: expired\n", [("steps.left", "unreachable")]),
    "a last step that is no end": (GOOD.replace(LOOP, '  over:\n    say: {text: {en: "Bye.", note: n}}\n'), [("steps.over", "no-end")]),
    "a circle that asks nothing": (changed('    say: {text: {en: "Thank you.", note: n}}', '    say: {text: {en: "Thank you.", note: n}}\n    next: mark'), [("steps.pain", "circle"), ("steps.pain", "endless")]),
    "a question that asks itself for ever": (changed("unread: over", "unread: mood"), [(MOOD, "endless")]),
    "a question that does not say what follows the last try": (changed("      unread: over\n", ""), [(FIRST, "missing-unhandled"), (MOOD, "no-unread"), ("steps.tell.call.with.kind", "may-be-missing")]),
    "a repair that only repeats": (changed("Good or bad?", "how are you, %(name)s?"), [(f"{MOOD}.repair", "no-repair")]),
    "no wording for a read-back": (changed('confirm: {en: "I read %(value)s. Right?", note: n}\n', ""), [(MOOD, "no-confirm"), ("steps.pain.ask", "no-confirm")]),
    "a read-back that reads nothing back": (changed("I read %(value)s. Right?", "Right?"), [("confirm", "no-value")]),
    "a condition on a question that is not there": (changed("{answer: mood, is: bad}", "{answer: mod, is: bad}"), [(FIRST, "unknown-answer")]),
    "a condition on a mark that nothing sets": (changed("{answer: mood, is: bad}", "{mark: other, missing: true}"), [(FIRST, "unknown-mark")]),
    "a condition on an unknown fact": (changed("{answer: mood, is: bad}", "{fact: shoe_size, is: 44}"), [(FIRST, "unknown-fact")]),
    "a condition on what is only known later": (changed("{answer: mood, is: bad}", "{mark: seen, missing: false}"), [(FIRST, "asked-later")]),
    "a condition on an answer that may be missing": (changed(", if_missing: false}", "}"), [(SECOND, "missing-unhandled")]),
    "not of what may be missing": (changed("{answer: pain, at_least: 7, if_missing: false}", "{not: {answer: pain, at_least: 7}}"), [(SECOND, "missing-unhandled")]),
    "an answer that can never be given": (changed("is: bad}", "is: terrible}"), [(FIRST, "unknown-option")]),
    "a number off the scale": (changed("at_least: 7", "is: 11"), [(SECOND, "unknown-option")]),
    "size of a choice": (changed("is: bad}", "at_least: 3}"), [(FIRST, "wrong-test")]),
    "has of a single choice": (changed("is: bad}", "has: bad}"), [(FIRST, "wrong-test")]),
    "is of several choices": (changed("kind: choice", "kind: choice\n      many: true"), [(FIRST, "wrong-test")]),
    "two options that store the same": (changed("value: bad", "value: good"), [(FIRST, "unknown-option"), (f"{MOOD}.options[2]", "not-distinct")]),
    "two options with one label": (changed("label: Bad", "label: good"), [(f"{MOOD}.options[2]", "not-distinct")]),
    "a word that answers two options": (changed("label: Bad, note: n", "label: Bad, note: n, words: 'awful | OK'"), [(f"{MOOD}.options[2]", "not-distinct")]),
    "a single option": (changed("        - {value: good, label: Good, note: n, points: 0, words: \"fine | ok\"}\n", ""), [(f"{MOOD}.options", "one-option")]),
    "a label that begins with a number": (changed("label: Bad", "label: 2 bad"), [(f"{MOOD}.options[2]", "numbered")]),
    "YES asked for as an answer": (changed("How are you, %(name)s?", "Reply YES if you are well."), [(f"{MOOD}.text", "keyword")]),
    "CANCEL asked for in a repair": (changed("Good or bad?", "Good, or CANCEL?"), [(f"{MOOD}.repair[1]", "keyword")]),
    "a label that is a keyword": (changed("label: Bad", "label: Help"), [(f"{MOOD}.options[2]", "keyword")]),
    "an answer that would stop the line": (changed("fine | ok", "fine | cancel"), [(f"{MOOD}.options[1]", "keyword")]),
    "an act that nobody carries out": (changed("act: task.open", "act: task.close"), [("steps.tell.call", "unknown-act")]),
    "an act without its argument": (changed(", with: {kind: {answer: mood}}", ""), [("steps.tell.call", "arguments")]),
    "an act with one too many": (changed("with: {kind: {answer: mood}}", "with: {kind: a, more: b}"), [("steps.tell.call", "arguments")]),
    "an argument that may be missing": (changed("{kind: {answer: mood}}", "{kind: {answer: pain}}"), [("steps.tell.call.with.kind", "may-be-missing")]),
    "an argument from an optional fact": (changed("purpose: check_ins", "purpose: goals").replace("{kind: {answer: mood}}", "{kind: {fact: goal_low}}"), [("steps.tell.call.with.kind", "unknown-fact")]),
    "a placeholder that is no fact": (changed("%(name)s", "%(surname)s"), [(f"{MOOD}.text", "unknown-placeholder")]),
    "a placeholder of another purpose": (changed("%(name)s", "%(goal_unit)s"), [(f"{MOOD}.text", "unknown-placeholder")]),
    "a placeholder that may be left out": (changed("purpose: check_ins", "purpose: goals").replace("%(name)s", "%(goal_value)s"), [(f"{MOOD}.text", "unknown-placeholder")]),
    "the read-back's placeholder elsewhere": (changed("Thank you.", "Thank you for %(value)s."), [("steps.thanks.say.text", "unknown-placeholder")]),
    "done by what is never asked": (changed("done: [mood]", "done: [mood, sleep]"), [("done", "unknown-code")]),
    "two questions under one code": (changed("      kind: scale", "      code: mood\n      kind: scale"), [(FIRST, "missing-unhandled"), (SECOND, "unknown-answer"), ("steps.pain", "duplicate-code"), ("steps.sum.score.of", "unknown-code"), ("steps.tell.call.with.kind", "may-be-missing")]),
    "a score of what is never asked": (changed("of: [mood, pain]", "of: [mood, sleep]"), [("steps.sum.score.of", "unknown-code")]),
    "a score of options without points": (changed("note: n, points: 1}", "note: n}"), [("steps.sum.score.of", "no-points")]),
    "options from a fact that lists none": (changed("purpose: check_ins", "purpose: service").replace('      options:\n        - {value: good, label: Good, note: n, points: 0, words: "fine | ok"}\n        - {value: bad, label: Bad, note: n, points: 1}\n', "      options: {fact: name}\n"), [(f"{MOOD}.options", "unknown-fact"), ("steps.sum.score.of", "no-points")]),
    "the same said twice": (changed("  over:\n", '  again:\n    say: {text: {en: "Thank you.", note: n}}\n  over:\n'), [("steps.thanks", "said-twice")]),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), FAULTS.values(), ids=FAULTS)
def test_the_linter_catches(text, expected):
    assert faults(text) == expected


GUARDED = {
    "missing tested in a case before": "      - {if: {answer: pain, missing: true}, then: sum}\n      - {if: {answer: pain, at_least: 7}, then: tell}\n",
    "missing tested beside it": "      - {if: {all: [{answer: pain, missing: false}, {answer: pain, at_least: 7}]}, then: tell}\n",
    "missing tested as the other way": "      - {if: {any: [{answer: pain, missing: true}, {answer: pain, at_least: 7}]}, then: sum}\n",
    "not missing": "      - {if: {not: {answer: pain, missing: true}}, then: sum}\n",
}


@pytest.mark.parametrize("cases", GUARDED.values(), ids=GUARDED)
def test_a_missing_value_may_be_handled_by(cases):
    assert faults(changed("      - {if: {answer: pain, at_least: 7, if_missing: false}, then: tell}\n", cases)) == []


UNGUARDED = {
    "missing tested after it": "{all: [{answer: pain, at_least: 7}, {answer: pain, missing: false}]}",
    "the other alternative": "{any: [{answer: pain, missing: false}, {answer: pain, at_least: 7}]}",
}


@pytest.mark.parametrize("condition", UNGUARDED.values(), ids=UNGUARDED)
def test_a_missing_value_is_not_handled_by(condition):
    assert (SECOND, "missing-unhandled") in faults(changed("{answer: pain, at_least: 7, if_missing: false}", condition))


def test_a_flow_that_never_ends_is_caught():
    text = GOOD.replace(LOOP, '  over:\n    say: {text: {en: "Again.", note: n}}\n    next: mood\n')
    assert {code for _, code in faults(text)} >= {"endless"}


def test_a_walk_that_is_too_long_is_caught():
    many = "".join(f"  s{at}:\n    set: {{mark: m{at}, to: true}}\n" for at in range(limits.WALK_STEPS_MAX))
    assert "too-many-steps" in [code for _, code in faults(GOOD.replace("  thanks:", many + "  thanks:"))]


def test_faults_carry_the_line_of_their_step():
    (fault,) = lint(parse(changed("act: task.open", "act: task.close"), "one.yaml"))
    assert (fault.path, fault.line) == ("one.yaml", 33)


def test_stop_and_help_may_be_told_of():
    assert faults(changed("Thank you.", "Send STOP to stop, HELP for help.")) == []


def test_every_act_and_purpose_has_its_table():
    assert all(isinstance(arguments, tuple) for arguments in ACTS.values())
    assert all({"name", "programme", "manager", "language", "zone"} <= set(facts) for facts in FACTS.values())
