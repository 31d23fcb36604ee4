"""The rules that all languages share, from `rules.yaml`: what a hit means and what becomes of it in a context."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from bot.concerns.document import Node, read_document
from bot.errors import BadFile
from bot.values import Category, CrisisReply, Fault, Severity

CATEGORIES = ("self_harm", "medical", "violence", "harm_to_others", "needs", "distress")
"""The gravest first: it decides between findings of one severity and grade."""
NONE = "none"


@dataclass(frozen=True, slots=True)
class Rule:
    """
    What a hit means.

    contexts: context → the rule it becomes there, or "none". raises: the same, for contexts that make it worse.
    medication: the rule it becomes when the question was about medicine; None: itself.
    grade: 0 thought, 1 plan or means, 2 attempt or emergency now.
    shadow: on trial: what it finds is counted, shown to nobody, and alerts nothing.
    """

    id: str
    category: Category
    severity: Severity
    why: str
    reply: CrisisReply | None = None
    grade: int = 0
    contexts: Mapping[str, str] = field(default_factory=dict)
    raises: Mapping[str, str] = field(default_factory=dict)
    medication: str | None = None
    shadow: bool = False


@dataclass(frozen=True, slots=True)
class Rules:
    """
    All rules, the contexts with a sentence for each, and which context takes away which.

    version: as the file says, then the hash of its content. review: who has read them.
    """

    version: str
    review: str
    by_id: Mapping[str, Rule]
    contexts: Mapping[str, str]
    cancels: Mapping[str, str]


@cache
def rules() -> Rules:
    """The shipped rules; read once. Raises BadFile with every fault."""
    return load(files("bot.concerns") / "rules.yaml")


def load(path: Traversable) -> Rules:
    """Read and check the rules at `path`; raises BadFile with every fault."""
    faults: list[Fault] = []
    top = read_document(path, faults)
    top.only(("version", "review", "contexts", "cancels", "rules"))
    contexts = {node.key: node.text() for node in top.child("contexts", needed=True).children()}
    found = {node.key: _rule(node) for node in top.child("rules", needed=True).children()}
    for node in top.child("rules").children():
        _check_names(node, set(found), set(contexts))
    cancels = {node.key: node.text() for node in top.child("cancels").children()}
    version = top.child("version", needed=True).text()
    if faults:
        raise BadFile(faults)
    return Rules(f"{version}.{content_hash(path)}", top.child("review").text(), found, contexts, cancels)


def content_hash(path: Traversable) -> str:
    """The first eight digits of a file's SHA-256: what tells one state of it from another, whoever forgot to count on."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:8]


def _rule(node: Node) -> Rule:
    node.only(("category", "severity", "reply", "grade", "why", "contexts", "raises", "medication", "shadow"))
    category = _one_of(node.child("category", needed=True), CATEGORIES)
    severity = _one_of(node.child("severity", needed=True), tuple(level.name for level in Severity))
    reply = node.child("reply").text()
    if reply and reply not in CrisisReply.__members__:
        node.child("reply").fault(f"there is no reply {reply}")
        reply = ""
    if bool(reply) != (Severity[severity] >= Severity.high):
        node.fault("high and critical need a reply, the others have none")
    return Rule(
        id=node.key,
        category=Category(category),
        severity=Severity[severity],
        why=node.child("why", needed=True).text(),
        reply=CrisisReply(reply) if reply else None,
        grade=int(_one_of(node.child("grade"), ("0", "1", "2"), "0")),
        contexts={child.key: child.text() for child in node.child("contexts").children()},
        raises={child.key: child.text() for child in node.child("raises").children()},
        medication=node.child("medication").text() or None,
        shadow=_one_of(node.child("shadow"), ("false", "true"), "false") == "true",
    )


def _one_of(node: Node, known: tuple[str, ...], otherwise: str | None = None) -> str:
    text = node.text() or otherwise or ""
    if text not in known:
        node.fault(f"must be one of {', '.join(known)}")
        return known[0]
    return text


def _check_names(node: Node, ids: set[str], contexts: set[str]) -> None:
    for part in ("contexts", "raises"):
        for child in node.child(part).children():
            if child.key not in contexts:
                child.fault("there is no such context")
            if child.text() not in ids | {NONE}:
                child.fault(f"there is no rule `{child.text()}`")
    medication = node.child("medication")
    if medication.text() and medication.text() not in ids:
        medication.fault(f"there is no rule `{medication.text()}`")
