"""
From a file to a Flow, with all faults at once: file, line, dotted path, what to do.

`load` judges the form: names, types, limits, that steps exist which others go to. Whether the flow makes sense
(reachable, ending, repairable) is `lint`'s.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from bot.errors import BadFile, WrongUse
from bot.flows import limits
from bot.flows.conditions import read_condition
from bot.flows.fields import NAME, Faults, Fields
from bot.flows.instruments.form import SOURCE
from bot.flows.instruments.questions import FRAME, flow_of, wording
from bot.flows.instruments.reading import read_instrument
from bot.flows.language import (
    OUTCOMES,
    Asking,
    Band,
    Branching,
    Calling,
    Case,
    Ending,
    Flow,
    Operand,
    Saying,
    Scoring,
    Setting,
    Step,
    Text,
)
from bot.flows.questions import read_question, read_text
from bot.flows.strict import Mapping, Node, read
from bot.values import Category, Purpose, Severity

POINTS_MAX = 1_000_000
_OTHERWISE = "else"


def load(path: Path) -> Flow:
    """
    Read a flow file.

    Raises:
        BadFile: with every fault of its form.
        WrongUse: it cannot be opened.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise WrongUse(f"{path}: cannot be read ({error.strerror}); give the path of a flow file") from None
    return parse(raw.decode("utf-8", "replace"), str(path))


def parse(text: str, name: str) -> Flow:
    """
    Read a flow from `text`; `name` is what faults call the file.

    Raises:
        BadFile: with every fault of its form.
    """
    root, found = read(text, name)
    faults = Faults(name, found)
    flow = None if root is None else _instrument(root, faults) if _is_instrument(root) else _flow(root, faults)
    if faults.found or flow is None:
        raise BadFile(sorted(faults.found, key=lambda fault: fault.line))
    return flow


@lru_cache(maxsize=1)
def shipped() -> dict[str, Flow]:
    """The flows in this folder, by id."""
    flows = [load(path) for path in sorted(Path(__file__).parent.glob("*.yaml"))]
    return {flow.id: replace(flow, path=f"bot/flows/{Path(flow.path).name}") for flow in flows}


@lru_cache(maxsize=1)
def instruments() -> dict[str, Flow]:
    """The published questionnaires that we ship, as the flows that ask them, by id."""
    folder = Path(__file__).parent / "instruments"
    flows = [load(path) for path in sorted(folder.glob("*.yaml")) if path != FRAME]
    return {flow.id: replace(flow, path=f"bot/flows/instruments/{Path(flow.path).name}") for flow in flows}


@lru_cache(maxsize=1)
def known() -> dict[str, Flow]:
    """Every flow that we ship, instruments among them, by id."""
    return shipped() | instruments()


@lru_cache(maxsize=64)
def published(language: str) -> dict[str, str]:
    """What stands, in a language, in the place of each English text that an instrument sends; nothing where there is no such version."""
    found: dict[str, str] = {}
    for flow in instruments().values():
        form = flow.instrument
        if form is None or language not in form.languages or language == SOURCE:
            continue
        theirs = form.languages[language].texts
        for item in form.items:
            found[wording(form, item)] = wording(form, item, tag=language)
            found |= {anchor.label: theirs[anchor.label] for anchor in item.anchors}
    return found


def _is_instrument(root: Node) -> bool:
    return isinstance(root, Mapping) and "instrument" in root.entries


def _instrument(root: Node, faults: Faults) -> Flow | None:
    found = read_instrument(Fields(root, "", faults))
    return None if faults.found else flow_of(found, faults.path)


def _flow(root: Node, faults: Faults) -> Flow:
    fields = Fields(root, "", faults)
    confirm = fields.inner("confirm")
    flow = Flow(
        id=fields.name("flow", required=True),
        version=int(fields.number("version", 1, limits.VERSION_MAX, required=True) or 0),
        title=fields.text("title", limits.LABEL_CHARS_MAX, required=True),
        purpose=fields.one_of("purpose", Purpose, Purpose.service, required=True),
        done=fields.names("done", limits.DONE_MAX, required=True),
        confirm=read_text(confirm) if confirm else None,
        steps=_steps(fields),
        path=faults.path,
        lines={name: node.line for name, node in fields.entries.items()},
    )
    fields.close()
    return flow


def _steps(fields: Fields) -> dict[str, Step]:
    node = fields.node("steps", required=True)
    if node is None:
        return {}
    if not isinstance(node, Mapping) or not 1 <= len(node.entries) <= limits.STEPS_MAX:
        fields.fault("steps", f"must be a mapping of 1 to {limits.STEPS_MAX} steps by id", "steps")
        return {}
    ids = list(node.entries)
    steps: dict[str, Step] = {}
    for at, (name, inner) in enumerate(node.entries.items()):
        step = Fields(inner, f"steps.{name}", fields.faults)
        follower = ids[at + 1] if at + 1 < len(ids) else None
        made = _step(name, step, follower, frozenset(ids))
        if made is not None:
            steps[name] = made
    return steps


class Targets:
    """Where a step may go: every id of the flow, and the step that follows it in the file."""

    def __init__(self, ids: frozenset[str], follower: str | None) -> None:
        self.ids, self.follower = ids, follower

    def take(self, fields: Fields, name: str, default: str | None = None) -> str | None:
        """The step that the field names, else `default`."""
        target = fields.name(name)
        if not target:
            return default
        if target not in self.ids:
            fields.fault(name, f"goes to {target!r}, which is no step here", "unknown-step")
        return target


def _step(name: str, fields: Fields, follower: str | None, ids: frozenset[str]) -> Step | None:
    verbs = [verb for verb in VERBS if verb in fields.entries]
    if len(verbs) != 1:
        fields.faults.note(fields.line, fields.where, f"must hold one of {', '.join(VERBS)}", "verb")
        return None
    if not NAME.fullmatch(name) or len(name) > limits.NAME_CHARS_MAX:
        fields.faults.note(
            fields.line, fields.where, f'must have an id of at most {limits.NAME_CHARS_MAX} letters, digits, "_", "-"', "bad-name"
        )
    made = VERBS[verbs[0]](name, fields, Targets(ids, follower))
    fields.close()
    return made


def _ask(name: str, fields: Fields, targets: Targets) -> Step:
    inner = fields.inner("ask", required=True)
    assert inner is not None
    follower = targets.take(fields, "next", targets.follower)
    asking: Asking = read_question(name, inner, targets.take, follower)
    return asking


def _say(name: str, fields: Fields, targets: Targets) -> Step:
    inner = fields.inner("say", required=True)
    assert inner is not None
    text = inner.inner("text", required=True)
    inner.close()
    wording = read_text(text) if text else Text("", "", fields.line)
    return Saying(name, fields.line, wording, targets.take(fields, "next", targets.follower))


def _branch(name: str, fields: Fields, targets: Targets) -> Step:
    cases: list[Case] = []
    listed = list(fields.each("branch", limits.CASES_MAX, required=True))
    for case in listed:
        if _OTHERWISE in case.entries:
            cases.append(Case(None, targets.take(case, _OTHERWISE) or "", case.line))
        else:
            condition = case.inner("if", required=True)
            case.node("then", required=True)
            then = targets.take(case, "then") or ""
            if condition is not None:
                cases.append(Case(read_condition(condition), then, case.line))
        case.close()
    if cases and [at for at, case in enumerate(cases) if case.condition is None] != [len(cases) - 1]:
        fields.fault("branch", "must end in one `else`, so that it always goes on", "no-else")
    return Branching(name, fields.line, tuple(cases))


def _score(name: str, fields: Fields, targets: Targets) -> Step:
    inner = fields.inner("score", required=True)
    assert inner is not None
    bands = []
    for band in inner.each("severity", limits.CASES_MAX) if "severity" in inner.entries else ():
        least = band.number("at_least", -POINTS_MAX, POINTS_MAX, required=True)
        severity = band.one_of("is", Severity, Severity.review, required=True)
        category = band.one_of("category", Category, Category.answer)
        bands.append(Band(least or 0.0, severity, band.text("why", limits.NOTE_CHARS_MAX, required=True), category))
        band.close()
    method = inner.text("method", limits.NAME_CHARS_MAX) or "sum"
    if method not in ("sum", "mean"):
        inner.fault("method", "must be sum or mean", "unknown-word")
    code, of = inner.name("code", required=True), inner.names("of", limits.STEPS_MAX, required=True)
    inner.close()
    follower = targets.take(fields, "next", targets.follower)
    return Scoring(name, fields.line, code, of, method, tuple(bands), follower)


def _set(name: str, fields: Fields, targets: Targets) -> Step:
    inner = fields.inner("set", required=True)
    assert inner is not None
    mark = inner.name("mark", required=True)
    add = "add" in inner.entries
    value = inner.operand("add" if add else "to", required=True)
    inner.close()
    return Setting(name, fields.line, mark, "" if value is None else value, add, targets.take(fields, "next", targets.follower))


def _call(name: str, fields: Fields, targets: Targets) -> Step:
    inner = fields.inner("call", required=True)
    assert inner is not None
    act = inner.text("act", limits.NAME_CHARS_MAX, required=True)
    given = inner.inner("with")
    arguments: dict[str, Operand] = {}
    if given is not None:
        if len(given.entries) > limits.ARGUMENTS_MAX:
            inner.fault("with", f"holds more than {limits.ARGUMENTS_MAX} arguments", "too-many")
        for argument in given.entries:
            value = given.operand(argument)
            arguments[argument] = "" if value is None else value
    inner.close()
    return Calling(name, fields.line, act, arguments, targets.take(fields, "next", targets.follower))


def _end(name: str, fields: Fields, _: Targets) -> Step:
    outcome = fields.text("end", limits.NAME_CHARS_MAX, required=True)
    if outcome not in OUTCOMES:
        fields.fault("end", f"must be one of {', '.join(OUTCOMES)}", "unknown-word")
    return Ending(name, fields.line, outcome)


VERBS: dict[str, Callable[[str, Fields, Targets], Step]] = {
    "say": _say,
    "ask": _ask,
    "branch": _branch,
    "score": _score,
    "set": _set,
    "call": _call,
    "end": _end,
}
"""What a step may do; exactly one of them each."""
