"""What the flows say: extracted whole for translators, short enough for an SMS, in the plain alphabet."""

import io

import pytest
from babel.messages.extract import extract as babel_extract

from bot.errors import BadFile
from bot.flows.asking import expected, filled
from bot.flows.extract import extract, messages, texts
from bot.flows.language import Asking
from bot.flows.load import parse, shipped
from bot.flows.model import Say, Start, State
from bot.flows.paths import all_paths, sample_facts
from bot.flows.step import step
from bot.locales.segments import measure
from bot.locales.words import Words
from bot.understanding import read
from bot.values import Action, Kind
from tests.flows.test_lint import GOOD
from tests.flows.transcript import NOW

SEGMENTS_MAX = 2


def test_every_text_is_extracted_with_line_and_note():
    found = list(messages(parse(GOOD, "x")))
    assert (11, "How are you, %(name)s?", "n") in found
    assert (13, "Good", "n") in found
    assert [msgid for _, msgid, _ in found if "|" in msgid] == ["fine | ok"]
    assert {"Yes", "No", "Pain?", "From 0 to 10?", "Thank you.", "I read %(value)s. Right?"} <= {msgid for _, msgid, _ in found}
    assert len(found) == len(list(texts(parse(GOOD, "x")))) + 2


def test_babel_takes_the_extractor():
    found = list(babel_extract(extract, io.BytesIO(GOOD.encode())))
    assert (11, "How are you, %(name)s?", ["n"], None) in found


def test_a_broken_flow_stops_the_extraction_with_its_faults():
    with pytest.raises(BadFile):
        list(extract(io.BytesIO(b"flow: ["), (), (), {}))


@pytest.mark.parametrize("name", shipped())
def test_every_text_has_a_note_and_means_one_thing_to_its_translator(name):
    notes = {}
    for _, text in texts(shipped()[name]):
        assert len(text.note) > 10
        notes.setdefault(text.en, text.every_language)
        assert notes[text.en] == text.every_language


def unchanged(msgid):
    return msgid


def said(flow):
    """Every message that any path of the flow sends, with the state at its end."""

    def read_answer(state, text):
        return read(text, expected(flow, state, unchanged), "en")

    seen = {}
    for trail in all_paths(flow, sample_facts(flow.purpose), NOW, read_answer):
        for effect in trail.effects:
            if isinstance(effect, Say):
                seen.setdefault((effect.step, effect.text), (effect, trail.state))
    return seen.values()


@pytest.mark.parametrize("name", shipped())
def test_an_english_message_fits_two_segments_of_the_plain_alphabet(name):
    words = Words()
    for effect, state in said(shipped()[name]):
        labels = [] if effect.every_language else [option.label for option in effect.options]
        text = words.say(effect.text, "en", filled(effect, state, unchanged))
        size = measure("\n".join([text, words.numbered(labels)] if labels else [text]))
        assert (size.encoding, size.segments <= SEGMENTS_MAX) == ("GSM-7", True), (effect.step, size, text)


@pytest.mark.parametrize("name", shipped())
def test_a_choice_answers_to_its_numbers_labels_and_words(name):
    flow = shipped()[name]
    state, _ = step(flow, State(facts=sample_facts(flow.purpose)), Start(), NOW)
    for asking in flow.steps.values():
        if not isinstance(asking, Asking) or not isinstance(asking.options, tuple) or asking.kind is not Kind.choice:
            continue
        here = expected(flow, State(flow=flow.id, at=asking.id, wait=1, facts=state.facts), unchanged)
        for at, option in enumerate(here.options, 1):
            for text in (str(at), option.label, *option.words):
                reading = read(text, here, "en")
                wanted = [option.value] if here.many else option.value
                assert (reading.action, reading.value) == (Action.accept, wanted), (asking.id, text, reading)
