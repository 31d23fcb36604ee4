"""An instrument, written out as a flow: an opening line, one question for each item, the total, a closing line."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Final

from bot.errors import BadFile
from bot.flows import language as f
from bot.flows.fields import Faults, Fields
from bot.flows.instruments.form import Anchor, Instrument, Item
from bot.flows.questions import read_text
from bot.flows.strict import read
from bot.values import Category, Kind, Severity

FRAME: Final = Path(__file__).parent / "frame.yaml"
PARTS: Final = ("intro", "repair", "number", "thanks", "confirm")
NUDGE_HOURS: Final = 24.0
TIMEOUT_HOURS: Final = 48.0


@lru_cache(maxsize=1)
def frame() -> dict[str, f.Text]:
    """What is said around the items."""
    return read_frame(FRAME.read_text("utf-8"))


def read_frame(text: str) -> dict[str, f.Text]:
    """The parts of a frame by name. Raises BadFile with every fault."""
    root, found = read(text, FRAME.name)
    faults = Faults(FRAME.name, found)
    texts = {}
    if root is not None:
        fields = Fields(root, "", faults)
        texts = {part: read_text(inner) for part in PARTS if (inner := fields.inner(part, required=True)) is not None}
        fields.close()
    if faults.found:
        raise BadFile(faults.found)
    return texts


def flow_of(instrument: Instrument, path: str) -> f.Flow:
    """The flow that asks it. Items are stored under their own codes, the total under the score's."""
    said, steps = frame(), dict[str, f.Step]()
    asked = [one for one in instrument.items if one.scored]
    after = [one for one in instrument.items if not one.scored]
    steps["intro"] = f.Saying("intro", 1, said["intro"], asked[0].code if asked else "thanks")
    ids = [*(one.code for one in asked), *(["total"] if instrument.score else []), *(one.code for one in after), "thanks"]
    following = dict(pairwise(ids))
    for item in asked:
        steps[item.code] = _question(instrument, item, following[item.code])
    if instrument.score:
        steps["total"] = _total(instrument, tuple(one.code for one in asked), following["total"])
    for item in after:
        steps[item.code] = _question(instrument, item, following[item.code])
    steps["thanks"] = f.Saying("thanks", 1, said["thanks"], "finish")
    steps["finish"] = f.Ending("finish", 1, "completed")
    return f.Flow(
        id=instrument.id,
        version=instrument.version,
        title=instrument.title,
        purpose=instrument.purpose,
        done=(instrument.score,) if instrument.score else tuple(one.code for one in asked),
        confirm=said["confirm"],
        steps=steps,
        path=path,
        instrument=instrument,
    )


def wording(instrument: Instrument, item: Item, *, tag: str = "") -> str:
    """The question as it is sent: the stem, then the item on a line of its own; in English, or in the version of `tag`."""
    texts = instrument.languages[tag].texts if tag else {}
    parts = [instrument.stem] if instrument.stem and item.stem else []
    return "\n".join(texts.get(part, part) for part in [*parts, item.text])


def _question(instrument: Instrument, item: Item, follower: str) -> f.Asking:
    said = frame()
    text = f.Text(wording(instrument, item), f"{instrument.title}. The published wording: never change it.", 1)
    return f.Asking(
        id=item.code,
        line=1,
        kind=Kind.choice if item.anchors else Kind.scale,
        code=item.code,
        text=text,
        repair=(said["repair" if item.anchors else "number"],),
        confirm=None,
        options=tuple(_option(item, anchor) for anchor in item.anchors),
        many=False,
        minimum=None if item.anchors else float(item.low),
        maximum=None if item.anchors else float(item.high),
        unit=None,
        nudge=f.Nudged(NUDGE_HOURS, text),
        timeout=f.Timeout(TIMEOUT_HOURS, None),
        unread=follower,
        next=follower,
        read_back=_numbered(item),
    )


def _numbered(item: Item) -> bool:
    """Answers that begin with numbers of their own ("3 or 4 drinks"): a bare number may mean either, and is read back."""
    return any(anchor.label[:1].isdigit() for anchor in item.anchors)


def _option(item: Item, anchor: Anchor) -> f.Choice:
    alarm = item.alarm if item.alarm is not None and anchor.points >= item.alarm.at_least else None
    return f.Choice(
        value=anchor.value,
        label=f.Text(anchor.label, "A published answer: never change it.", 1),
        words=None,
        points=anchor.points,
        severity=alarm.severity if alarm else Severity.none,
        category=alarm.category if alarm else Category.answer,
        why=alarm.why if alarm else "",
        line=1,
    )


def _total(instrument: Instrument, codes: tuple[str, ...], then: str) -> f.Scoring:
    bands = tuple(f.Band(one.at_least, one.severity, one.why, one.category) for one in instrument.bands)
    # After a grave total nothing more is asked or said: the client has had the crisis reply, and hears from a person.
    return f.Scoring("total", 1, instrument.score, codes, instrument.method, bands, then, grave="finish")
