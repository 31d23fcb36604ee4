"""What a client asked, worked into the turn: our line, the conversation that goes on, ends or asks anew in another language. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from bot import corrections, effects, keywords, texts
from bot.arrival import Arrival, Talk
from bot.changes import CancelSaid, Change, OpenTask, Send, Update
from bot.flows import asking
from bot.flows.model import Again, Cancel
from bot.flows.step import step
from bot.roads import Followed
from bot.values import Finding, MessageClass, Reason
from storage import schema as t

MakeScene = Callable[[Arrival, Talk, str], effects.Scene]
"""(arrival, conversation, language or "") → the conversation as effects take it."""


@dataclass(slots=True)
class Carried:
    """Changes before our line, the line, changes after it; what is found in a corrected answer. unclear: it cannot be told which or how."""

    before: list[Change] = field(default_factory=list)
    line: Send | None = None
    after: list[Change] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    unclear: bool = False


def carried(arrival: Arrival, followed: Followed, scene: MakeScene) -> Carried:
    """Work out what `followed` changes, says and asks again."""
    out = Carried(before=list(followed.changes))
    talk = arrival.talk
    if followed.correct:
        _correct(arrival, followed, scene, out)
    if followed.pending:
        known = arrival.snap.address.get("pending") or {}
        kept = {name: value for name, value in {**known, **followed.pending}.items() if value is not None}
        out.before.append(Update(t.addresses, arrival.snap.address["id"], {"pending": kept}))
    if followed.language:
        out.before += keywords.switch_language(arrival, followed.language, answered=False)
        if talk is not None:
            out.before.append(Update(t.conversations, talk.row["id"], {"language": followed.language}))
        followed.said = (texts.LANGUAGE_SWITCHED, {})
    if followed.over and talk is not None:
        _end(arrival, talk, scene, out)
    if followed.said is not None:
        out.line = _line(arrival, followed)
    if followed.again and followed.eats and talk is not None:
        out.after += asked_again(arrival, talk, scene, followed.language)
    return out


def asked_again(arrival: Arrival, talk: Talk, scene: MakeScene, language: str = "") -> list[Change]:
    """The question that waits, once more; in `language` where that is given. Nothing where none waits."""
    if asking.waiting(talk.flow, talk.state) is None:
        return []
    state, following = step(talk.flow, talk.state, Again(talk.state.wait), arrival.now)
    said = CancelSaid(talk.row["id"], Reason.superseded)
    return [said, *effects.carry(scene(arrival, talk, language), following, state, arrival.now).changes]


def _correct(arrival: Arrival, followed: Followed, scene: MakeScene, out: Carried) -> None:
    """The answer is put right; where it cannot be told which or how, a person reads it."""
    talk = arrival.talk or arrival.known.last
    done = corrections.corrected(arrival, scene(arrival, talk, ""), talk) if talk is not None else None
    if done is not None:
        out.before += done.changes
        out.findings += done.findings
        followed.said = done.said
        return
    client = arrival.client
    assert client is not None
    out.unclear = True
    out.before.append(OpenTask(arrival.programme.id, client["id"], "message", client["id"], client["manager_id"]))
    followed.said, followed.kind = (texts.UNREAD, {}), "unread"


def _end(arrival: Arrival, talk: Talk, scene: MakeScene, out: Carried) -> None:
    """The conversation is over; its answers are kept."""
    state, following = step(talk.flow, talk.state, Cancel("interrupted"), arrival.now)
    out.before.append(CancelSaid(talk.row["id"], Reason.conversation_over))
    out.before += effects.carry(scene(arrival, talk, ""), following, state, arrival.now).changes


def _line(arrival: Arrival, followed: Followed) -> Send:
    assert followed.said is not None
    cls = MessageClass.keyword if followed.keyword else MessageClass.reply
    return keywords.answer(arrival, followed.kind, followed.said, cls=cls, language=followed.language, listed=followed.listed)
