"""One of the options shown, or several: by number, letter, place, label, or a word of it. Two named where one may be: ask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.understanding import thresholds as t
from bot.understanding.lexicon import Lexicon
from bot.understanding.option_words import EASY, Named, by_words, phrases_of
from bot.understanding.phrases import BARE_MIN, Hit
from bot.understanding.places import lone_letters, places
from bot.understanding.tokens import Token
from bot.understanding.yes_no import read_yes_no
from bot.values import Action, Expected, Option, Reading

Found = tuple[Reading, tuple[int, int] | None]
_TAKES_BACK = frozenset({"or", "correction", "limits", "all", "all_but", "none", "both", "last", "past", "others", "question"})


def read_choice(tokens: Sequence[Token], expected: Expected, lexicon: Lexicon) -> Found:
    """The reading without its span, and the range of tokens that carried it."""
    expected = _with_alike(expected, lexicon)
    found = _whole(tokens, expected, lexicon)
    if found[0].value is None and found[0].reason in ("negated", "unclear", "no-match"):
        return _then_more(tokens, expected, lexicon) or found
    return found


def _with_alike(expected: Expected, lexicon: Lexicon) -> Expected:
    """The options with what else the language calls them ("on foot" is walking), but for what names two of them."""
    if not lexicon.alike:
        return expected
    own = [set(phrases_of(option)) for option in expected.options]
    more = [{words for phrase in phrases for words in lexicon.alike.get(phrase, ())} - phrases for phrases in own]
    if not any(more):
        return expected
    options = []
    for at, option in enumerate(expected.options):
        others = set().union(*(own[other] | more[other] for other in range(len(own)) if other != at))
        words = tuple(sorted(" ".join(phrase) for phrase in more[at] - others))
        options.append(replace(option, words=(*option.words, *words)) if words else option)
    return replace(expected, options=tuple(options))


def _then_more(tokens: Sequence[Token], expected: Expected, lexicon: Lexicon) -> Found | None:
    """3, I can't go on: an answer, and a clause of its own that says something else."""
    cuts = [(hit.first, t.WITH_MORE) for hit in lexicon.choice.tag(tokens) if hit.tag in ("break", "connectors", "and")]
    starts = [hit.first for hit in lexicon.number.tag(tokens) if hit.tag == "clause_starts"]
    if starts and all(token.kind == "number" for token in tokens[: starts[0]]):
        cuts.append((starts[0], t.GUESSED))
    for cut, sure in cuts:
        found, span = _whole(tokens[:cut], expected, lexicon) if cut else (t.unread("empty"), None)
        if found.action is Action.accept and found.value is not None and found.value != [] and _says_more(tokens[cut:], expected, lexicon):
            return t.reading(found.value, min(found.confidence, sure), found.reason), span
    return None


def _says_more(tokens: Sequence[Token], expected: Expected, lexicon: Lexicon) -> bool:
    """
    Whether a clause leaves the answer before it alone: it names no option, takes nothing back, says neither no nor unsure.

    Where several may be chosen, what follows may be one more thing ("food and a haircut"), unless it denies ("and I can't go on").
    """
    hits = lexicon.choice.tag(tokens)
    tags = {hit.tag for hit in hits}
    if expected.many and "negators" not in tags:
        return False
    if "" not in tags or tags & _TAKES_BACK or any(tag == "number" or tag.startswith(("ordinal:", "value:")) for tag in tags):
        return False
    if any(token.text == "?" for token in tokens) or _labels(_bare(tokens, expected.options, lexicon), expected.options)[0]:
        return False
    return read_yes_no(tokens, lexicon)[0].value is None


def _whole(tokens: Sequence[Token], expected: Expected, lexicon: Lexicon) -> Found:
    options = expected.options
    if any(token.text == "?" for token in tokens):
        return t.unread("unclear"), None
    whole = tuple(token.text for token in tokens if token.kind != "mark")
    exact = {at for at, option in enumerate(options) for phrase in phrases_of(option) if phrase == whole}
    shown = _shown_number(tokens, len(options))
    if len(exact) == 1 and shown in (None, *exact):
        return _answer([Named(exact.pop(), t.CLEAR, "label", 0, len(tokens))], expected)
    if exact:
        return t.unread("number-or-label"), None
    hits = lexicon.choice.tag(tokens)
    named, covered = _labels(_bare(tokens, options, lexicon), options)
    rest = _uncovered(hits, covered, tokens, lexicon)
    if not _measured(tokens, covered, lexicon):
        named += places(tokens, rest, options, lexicon)
        named = named or lone_letters(tokens, rest, len(options))
    if not named:
        named = by_words(tokens, rest, options, lexicon)
    covered += [(one.first, one.last) for one in named]
    rest = [hit for hit in rest if not any(hit.first < last and first < hit.last for first, last in covered)]
    return _decide(named, rest, tokens, expected, lexicon)


def _decide(named: list[Named], rest: Sequence[Hit], tokens: Sequence[Token], expected: Expected, lexicon: Lexicon) -> Found:
    tags = {hit.tag for hit in rest}
    if tags & {"others", "limits"}:
        return t.unread("unclear"), None
    if "negators" in tags and named:
        found = (
            _instead(named, rest, expected) or _denied_behind(named, rest, expected, lexicon) or _but_not(named, rest, expected, lexicon)
        )
        return found or (t.unread("negated"), None)
    if _before_now(named, rest):
        return t.unread("past"), None
    group = _group(named, tags, expected)
    if group is not None:
        return group
    if not named:
        return _as_yes_no(tokens, expected, lexicon)
    if "or" in tags or "but" in tags:
        return t.unread("two-options" if "or" in tags else "unclear"), None
    said = _last_word(named, rest)
    strangers = [hit for hit in rest if hit.tag not in EASY and hit.tag not in ("and", "question")]
    if said and strangers:
        said = _among_strangers(said, strangers, rest, tokens, expected, lexicon)
        if not said:
            return t.unread("unclear"), None
    return _answer(said, expected) if said else (t.unread("two-options"), None)


def _instead(named: Sequence[Named], rest: Sequence[Hit], expected: Expected) -> Found | None:
    """Not the bus, the train: the one that is not denied, read back. None where it stays open what is denied."""
    denied = {hit.first for hit in rest if hit.tag == "negators"}
    cuts = [hit.first for hit in rest if hit.tag in ("break", "but", "correction")]
    tags = {hit.tag for hit in rest} - EASY - {"negators", "but", "and"}
    if len(denied) != 1 or not cuts or tags or (expected.many and len({one.option for one in named}) != 2):
        return None
    at = denied.pop()
    cut = next((cut for cut in cuts if cut > at), None)
    if cut is None:
        return None
    not_this = {one.option for one in named if at < one.first < cut}
    this = [one for one in named if one.first > cut]
    if len(not_this) != 1 or len({one.option for one in this}) != 1 or any(one.first < at for one in named) or this[0].option in not_this:
        return None
    return _answer([Named(this[0].option, t.CORRECTED, "corrected", this[0].first, this[0].last)], expected)


def _denied_behind(named: Sequence[Named], rest: Sequence[Hit], expected: Expected, lexicon: Lexicon) -> Found | None:
    """
    Fever no, cough yes: what is left of several, read back.

    The negation stands behind what it denies where the language has it so, or where its clause ends with it. None unless each
    negation has one option before it, and options follow the last.
    """
    denials = [hit for hit in rest if hit.tag == "negators"]
    cuts = {hit.first for hit in rest if hit.tag in ("break", "but", "connectors", "and")}
    if {hit.tag for hit in rest} - EASY - {"negators", "but", "and", "connectors"}:
        return None
    at, gone = 0, set[int]()
    for denial in denials:
        before = {one.option for one in named if at <= one.first < denial.first}
        if len(before) != 1 or not (lexicon.negates_after or denial.last in cuts):
            return None
        gone |= before
        at = denial.last
    left = [one for one in named if one.first >= at]
    if not left or gone & {one.option for one in left} or (not expected.many and len({one.option for one in left}) != 1):
        return None
    return _answer([Named(one.option, min(one.confidence, t.CORRECTED), "corrected", one.first, one.last) for one in left], expected)


def _but_not(named: Sequence[Named], rest: Sequence[Hit], expected: Expected, lexicon: Lexicon) -> Found | None:
    """Cough but no fever: what stands before the "but", read back. None unless each negation behind it has one option after it."""
    denials = [hit for hit in rest if hit.tag == "negators"]
    but = [hit.first for hit in rest if hit.tag == "but"]
    if lexicon.negates_after or len(but) != 1 or denials[0].first < but[0] or {hit.tag for hit in rest} - EASY - {"negators", "but", "and"}:
        return None
    kept, denied = [one for one in named if one.first < but[0]], [one for one in named if one.first > but[0]]
    ends = [*(hit.first for hit in denials[1:]), len(rest) + max(one.last for one in named)]
    each = [{one.option for one in denied if hit.first < one.first < end} for hit, end in zip(denials, ends, strict=True)]
    if not kept or any(len(options) != 1 for options in each) or any(one.first < denials[0].first for one in denied):
        return None
    if set.union(*each) & {one.option for one in kept} or (not expected.many and len({one.option for one in kept}) != 1):
        return None
    return _answer([Named(one.option, min(one.confidence, t.CORRECTED), "corrected", one.first, one.last) for one in kept], expected)


def _before_now(named: Sequence[Named], rest: Sequence[Hit]) -> bool:
    """Yesterday better, today not so: what was named is what was, and what is now is something else."""
    past = [hit.first for hit in rest if hit.tag == "past"]
    now = [hit.first for hit in rest if hit.tag == "now"]
    return bool(named and past and now) and all(past[0] < one.first and one.last <= now[-1] for one in named)


def _last_word(named: list[Named], rest: Sequence[Hit]) -> list[Named]:
    """1, no wait 3: the last; empty when it stays open which was meant."""
    corrected = [hit.first for hit in rest if hit.tag == "correction"]
    if not corrected or len({one.option for one in named}) == 1:
        return named
    last = [one for one in named if one.first > corrected[-1]]
    if len({one.option for one in last}) != 1:
        return []
    return [Named(one.option, min(one.confidence, t.CORRECTED), "corrected", one.first, one.last) for one in last]


def _among_strangers(
    named: list[Named], strangers: Sequence[Hit], rest: Sequence[Hit], tokens: Sequence[Token], expected: Expected, lexicon: Lexicon
) -> list[Named]:
    """The options with words beside them that we do not know, less sure; empty when those may change the answer."""
    if expected.many:
        more = [by_words(tokens, [hit], expected.options, lexicon) for hit in strangers]
        return [*named, *(found[0] for found in more)] if all(more) else []
    if len(strangers) > t.STRANGERS_MAX or any(hit.tag == "number" for hit in strangers):
        return []
    if read_yes_no(tokens[strangers[0].first :], lexicon)[0].value in (False, "unsure"):
        return []
    if any(one.reason in ("number", "letter", "place") and not _apart(one, strangers, rest) for one in named):
        return []
    return [Named(one.option, min(one.confidence, t.GUESSED), one.reason, one.first, one.last) for one in named]


def _apart(one: Named, strangers: Sequence[Hit], rest: Sequence[Hit]) -> bool:
    """Whether a mark or connector parts a number from the words that we do not know."""
    cuts = [hit.first for hit in rest if hit.tag in ("break", "connectors")]
    return one.first <= 1 and any(one.last <= cut and all(cut < hit.first for hit in strangers) for cut in cuts)


def _group(named: list[Named], tags: set[str], expected: Expected) -> Found | None:
    """All, both, none, all but 2: only where several may be chosen."""
    wanted = tags & {"all", "all_but", "none", "both"}
    if not wanted:
        return None
    values = [option.value for option in expected.options]
    unknown = tags - EASY - {"and", "all", "all_but", "none", "both", "question"}
    if not expected.many or unknown or len(wanted) > 1 or (wanted == {"both"} and len(values) != 2):
        return t.unread("two-options" if wanted != {"none"} else "no-match"), None
    chosen = {one.option for one in named}
    if wanted == {"all_but"} and chosen:
        return t.reading([value for at, value in enumerate(values) if at not in chosen], t.HEDGED, "all-but"), None
    if chosen:
        return t.unread("unclear"), None
    return t.reading([] if wanted == {"none"} else values, t.CLEAR, "none" if wanted == {"none"} else "all"), None


def _answer(named: Sequence[Named], expected: Expected) -> Found:
    chosen = sorted({one.option for one in named})
    confidence = min(one.confidence for one in named)
    reason = min(named, key=lambda one: one.confidence).reason
    span = (min(one.first for one in named), max(one.last for one in named))
    if expected.many:
        return t.reading([expected.options[at].value for at in chosen], confidence, reason), span
    if len(chosen) > 1:
        return t.unread("two-options"), None
    return t.reading(expected.options[chosen[0]].value, confidence, reason), span


# ---------------------------------------------------------------- ways to name an option


def _shown_number(tokens: Sequence[Token], count: int) -> int | None:
    plain = [token for token in tokens if token.kind != "mark"]
    if len(plain) == 1 and plain[0].text.isdecimal() and len(plain[0].text) < 4 and 1 <= int(plain[0].text) <= count:
        return int(plain[0].text) - 1
    return None


def _bare(tokens: Sequence[Token], options: Sequence[Option], lexicon: Lexicon) -> list[str]:
    """The tokens' texts, without a prefix or suffix where only that makes them a word of a label ("ومال")."""
    known = {word for option in options for words in phrases_of(option) for word in words}
    texts = [token.text for token in tokens]
    for at, text in enumerate(texts):
        for prefix in lexicon.prefixes:
            if text not in known and text.removeprefix(prefix) in known:
                texts[at] = text.removeprefix(prefix)
        for suffix in lexicon.suffixes:
            bare = text.removesuffix(suffix[0])
            if text not in known and len(bare) >= BARE_MIN and bare in known:
                texts[at] = bare
    return texts


def _uncovered(hits: Sequence[Hit], covered: Sequence[tuple[int, int]], tokens: Sequence[Token], lexicon: Lexicon) -> list[Hit]:
    """The hits that no label covers; of an unknown word without spaces what the label leaves, but for an ending of the language."""
    found: list[Hit] = []
    for hit in hits:
        inside = [(first, last) for first, last in covered if hit.first < last and first < hit.last]
        if not inside:
            found.append(hit)
        elif hit.tag == "" and hit.last > hit.first + 1:
            start = hit.first
            for first, last in [*sorted(inside), (hit.last, hit.last)]:
                left = tuple(token.text for token in tokens[start:first])
                if left and left not in lexicon.suffixes:
                    found.append(Hit("", start, first))
                start = max(start, last)
    return found


def _labels(texts: Sequence[str], options: Sequence[Option]) -> tuple[list[Named], list[tuple[int, int]]]:
    """Whole labels within the text; a longer one hides those inside it."""
    found: list[Named] = []
    for at, option in enumerate(options):
        for words in phrases_of(option):
            if len(words) == 1 and (len(words[0]) < 2 or words[0].isdecimal()):
                continue
            size = len(words)
            found += [
                Named(at, t.CLEAR if size > 1 or len(words[0]) > 2 else t.HEDGED, "label", start, start + size)
                for start in range(len(texts) - size + 1)
                if tuple(texts[start : start + size]) == words
            ]
    kept = [
        one
        for one in found
        if not any(o.first <= one.first and one.last <= o.last and (o.last - o.first) > (one.last - one.first) for o in found)
    ]
    return kept, [(one.first, one.last) for one in kept]


def _measured(tokens: Sequence[Token], covered: Sequence[tuple[int, int]], lexicon: Lexicon) -> bool:
    """Whether the reply speaks of a time, an address, a dose: then its numbers are no option's."""
    if not any(token.kind == "number" for token in tokens):
        return False
    spoilt = [hit for hit in lexicon.number.tag(tokens) if hit.tag in ("not_an_answer", "counted", "bound", "range")]
    return any(not any(hit.first < last and first < hit.last for first, last in covered) for hit in spoilt)


def _as_yes_no(tokens: Sequence[Token], expected: Expected, lexicon: Lexicon) -> Found:
    """Where the options are yes and no, "yeah" is the first."""
    sides: dict[str, str] = {}
    for option in expected.options:
        for words in phrases_of(option):
            tag = lexicon.yes_no.entries.get(words)
            if tag in ("yes", "yes_alone", "no", "no_alone"):
                sides.setdefault("no" if tag in ("no", "no_alone") else "yes", option.value)
    if set(sides) != {"yes", "no"}:
        return t.unread("no-match"), None
    found, span = read_yes_no(tokens, lexicon)
    if not isinstance(found.value, bool):
        return t.unread(found.reason if found.value is None else "no-match"), None
    value = sides["yes" if found.value else "no"]
    return t.reading([value] if expected.many else value, found.confidence, found.reason), span
