"""From an instrument's file to its values, with every fault of its form at once."""

from __future__ import annotations

from collections.abc import Callable

from bot.flows import limits
from bot.flows.fields import Fields
from bot.flows.instruments.form import SOURCE, Alarm, Anchor, Band, Code, Instrument, Item, Language
from bot.flows.strict import Mapping, Node, Scalar
from bot.values import Category, Purpose, Severity

POINTS_MAX = 1_000
LANGUAGES_MAX = 60
_NEEDED = True


def read_instrument(fields: Fields) -> Instrument:
    """The instrument of a file whose root is `fields`; faults are noted there, and a stand-in comes back beside them."""
    anchors = _anchors(fields)
    items = tuple(_item(one, anchors) for one in fields.each("items", limits.STEPS_MAX // 2, required=_NEEDED))
    score = fields.inner("score")
    loinc = fields.inner("loinc")
    panel, total = (_code(loinc, "panel"), _code(loinc, "total")) if loinc else (None, None)
    if loinc:
        loinc.close()
    made = Instrument(
        id=fields.name("instrument", required=_NEEDED),
        version=int(fields.number("version", 1, limits.VERSION_MAX, required=_NEEDED) or 0),
        edition=fields.text("edition", limits.LABEL_CHARS_MAX, required=_NEEDED),
        title=fields.text("title", limits.LABEL_CHARS_MAX, required=_NEEDED),
        purpose=fields.one_of("purpose", Purpose, Purpose.sensitive, required=_NEEDED),
        recall=fields.text("recall", limits.LABEL_CHARS_MAX, required=_NEEDED),
        source=fields.text("source", limits.NOTE_CHARS_MAX, required=_NEEDED),
        licence=fields.text("licence", limits.NOTE_CHARS_MAX, required=_NEEDED),
        stem=fields.text("stem", limits.TEXT_CHARS_MAX),
        items=items,
        score=score.name("code", required=_NEEDED) if score else "",
        method=(score.text("method", limits.NAME_CHARS_MAX) or "sum") if score else "sum",
        better=(score.text("better", limits.NAME_CHARS_MAX) or "down") if score else "down",
        bands=tuple(_band(one) for one in score.each("bands", limits.CASES_MAX)) if score and "bands" in score.entries else (),
        languages=_languages(fields),
        panel=panel,
        total=total,
        notice=fields.text("notice", limits.NOTE_CHARS_MAX),
        gated=fields.truth("gated") or False,
        substance=fields.truth("substance") or False,
    )
    if score:
        score.close()
    fields.close()
    _check(made, fields)
    return made


def _check(made: Instrument, fields: Fields) -> None:
    codes = [item.code for item in made.items]
    if len(set(codes)) != len(codes) or made.score in codes:
        fields.fault("items", "store two things under one code", "duplicate-code")
    if made.method not in ("sum", "mean"):
        fields.fault("score", "method must be sum or mean", "unknown-word")
    if made.better not in ("up", "down"):
        fields.fault("score", "better must be up or down", "unknown-word")
    if SOURCE not in made.languages:
        fields.fault("languages", f"must hold {SOURCE}, which the items are written in", "missing-field")
    if any(item.alarm is not None and item.alarm.severity is Severity.critical for item in made.items) and not made.gated:
        fields.fault("gated", "must be true: an item of it tells of danger to life, and somebody must be there to answer", "gated")
    wanted = texts_of(made)
    for tag, language in made.languages.items():
        missing = [text for text in wanted if tag != SOURCE and not language.texts.get(text)]
        extra = [text for text in language.texts if text not in wanted]
        if missing or extra:
            what = f"{tag} must translate every text and no other; look at {(missing or extra)[0][:60]!r}"
            fields.fault("languages", what, "texts")


def texts_of(made: Instrument) -> tuple[str, ...]:
    """Every published text that a client reads, once each."""
    labels = [anchor.label for item in made.items for anchor in item.anchors]
    return tuple(dict.fromkeys([*([made.stem] if made.stem else []), *(item.text for item in made.items), *labels]))


def _code(fields: Fields, name: str) -> Code | None:
    inner = fields.inner(name)
    if inner is None:
        return None
    made = Code(inner.text("code", limits.NAME_CHARS_MAX, required=_NEEDED), inner.truth("verified") or False)
    inner.close()
    return made


def _anchors(fields: Fields) -> tuple[Anchor, ...]:
    return tuple(map(_anchor, fields.each("anchors", limits.OPTIONS_MAX))) if "anchors" in fields.entries else ()


def _anchor(fields: Fields) -> Anchor:
    made = Anchor(
        fields.name("value", required=_NEEDED),
        fields.text("label", limits.LABEL_CHARS_MAX, required=_NEEDED),
        fields.number("points", -POINTS_MAX, POINTS_MAX, required=_NEEDED) or 0.0,
        _code(fields, "loinc"),
    )
    fields.close()
    return made


def _item(fields: Fields, anchors: tuple[Anchor, ...]) -> Item:
    scale = fields.inner("scale")
    low, high = (scale.number("from", 0, 100, required=_NEEDED), scale.number("to", 1, 100, required=_NEEDED)) if scale else (0, 0)
    if scale:
        scale.close()
    own = _anchors(fields)
    scored, stem = fields.truth("scored"), fields.truth("stem")
    made = Item(
        code=fields.name("code", required=_NEEDED),
        text=fields.text("text", limits.TEXT_CHARS_MAX, required=_NEEDED),
        anchors=() if scale else own or anchors,
        low=int(low or 0),
        high=int(high or 0),
        loinc=_code(fields, "loinc"),
        scored=True if scored is None else scored,
        stem=True if stem is None else stem,
        alarm=_alarm(fields),
    )
    if not scale and len(made.anchors) < 2:
        fields.fault("anchors", "leave no choice: give two or more, here or for the whole instrument, or a scale", "one-option")
    fields.close()
    return made


def _alarm(fields: Fields) -> Alarm | None:
    inner = fields.inner("alarm")
    return None if inner is None else _graded(inner, Alarm)


def _graded(fields: Fields, make: Callable[[float, Severity, Category, str], Alarm]) -> Alarm:
    made = make(
        fields.number("at_least", -POINTS_MAX, POINTS_MAX, required=_NEEDED) or 0.0,
        fields.one_of("is", Severity, Severity.review, required=_NEEDED),
        fields.one_of("category", Category, Category.answer),
        fields.text("why", limits.NOTE_CHARS_MAX, required=_NEEDED),
    )
    fields.close()
    return made


def _band(fields: Fields) -> Band:
    severity = fields.one_of("is", Severity, Severity.none)
    made = Band(
        fields.number("at_least", -POINTS_MAX, POINTS_MAX, required=_NEEDED) or 0.0,
        fields.text("label", limits.LABEL_CHARS_MAX, required=_NEEDED),
        severity,
        fields.one_of("category", Category, Category.answer),
        fields.text("why", limits.NOTE_CHARS_MAX, required=severity > Severity.none),
    )
    fields.close()
    return made


def _languages(fields: Fields) -> dict[str, Language]:
    inner = fields.inner("languages", required=_NEEDED)
    if inner is None:
        return {}
    if len(inner.entries) > LANGUAGES_MAX:
        fields.fault("languages", f"holds more than {LANGUAGES_MAX}", "too-many")
    found = {}
    for tag in inner.entries:
        each = inner.inner(tag)
        if each is not None:
            found[tag] = Language(
                tag,
                each.truth("official") or False,
                each.text("source", limits.NOTE_CHARS_MAX, required=_NEEDED),
                _texts(each.node("texts")),
            )
            each.close()
    inner.close()
    return found


def _texts(node: Node | None) -> dict[str, str]:
    """Pairs of the English and what stands in its place: [[english, theirs], ...] reads worse than a mapping."""
    if not isinstance(node, Mapping):
        return {}
    return {english: theirs.text for english, theirs in node.entries.items() if isinstance(theirs, Scalar) and theirs.text.strip()}
