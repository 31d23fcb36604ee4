"""The texts of the house, each in every language: what they must hold, and what they must never say."""

import itertools
import re
from datetime import UTC, datetime, timedelta

import pytest

from bot import texts
from bot.locales.check import examples
from bot.locales.segments import measure
from bot.locales.words import Words
from bot.texts import CrisisLine, Plural, all_texts, by_when, crisis_reply, help_answer, staff_alert
from bot.values import CrisisReply, Severity

WORDS = Words()
LANGUAGES = list(WORDS.languages())
NOW = datetime(2026, 5, 6, 13, 0, tzinfo=UTC)

LINES = {
    "call and text": CrisisLine("Lifeline", "988", "741741", "911"),
    "call only": CrisisLine("Line 024", "024", "", "112"),
    "text only": CrisisLine("Text Line", "", "741741", "911"),
    "local, with its emergency number": CrisisLine("Not confirmed", "555", "556", "112", local_only=True),
    "country unknown": CrisisLine(),
}
NOT_WATCHED = {
    "en": ("not watched all the time", "Nobody watches this line all the time"),
    "es": ("no se vigila todo el tiempo", "Nadie vigila esta línea todo el tiempo"),
    "ar": ("لا يُراقَب طوال الوقت", "لا أحد يراقب هذا الخط طوال الوقت"),
    "sw": ("haifuatiliwi wakati wote", "Hakuna anayefuatilia laini hii wakati wote"),
    "so": ("lama akhriyo waqti walba",),
    "ht": ("Pa gen moun k ap gade liy sa a tout tan",),
    "pt": ("não é acompanhada o tempo todo", "Ninguém acompanha esta linha o tempo todo"),
    "fr": ("pas surveillée en permanence", "Personne ne surveille cette ligne en permanence"),
    "zh_Hans": ("不是随时有人看消息",),
    "zh_Hant": ("不是隨時有人看訊息",),
    "hi": ("मैसेज हर समय नहीं पढ़े जाते",),
    "ru": ("читают не круглосуточно",),
    "vi": ("không có người trực liên tục",),
}
NEVER = {
    "en": r"\bwhy\b|suicid|kill|\bdie\b|pill|overdose|weapon|knife|\bgun\b|should not|must not|secret|promise|depress",
    "es": r"por qué|suicid|matar|morir|pastilla|sobredosis|arma|cuchillo|no debe\b|secreto|prome|depres",
    "ar": r"لماذا|انتحار|قتل|الموت|حبوب|جرعة|سلاح|سكين|يجب ألا|سر\b|نعد|اكتئاب",
    "sw": r"kwa nini|kujiua|\bkuua|\bkufa\b|vidonge|kupita kiasi|silaha|\bkisu|bunduki|haupaswi|usifanye|\bsiri\b|ahadi|unyogovu",
    "so": r"maxaad u|\bisdil|is dil|\bdilo|\bdhinto|\bdhiman|kiniin|xad dhaaf|\bhub\b|mindi|waa inaadan|\bsir\b|ballan qaad|diiqad",
    "ht": r"poukisa|touye|swisid|\bmouri|grenn|pwazon|\bzam\b|kouto|ou pa dwe|sekrè|pwomèt|depresyon",
    "pt": r"por quê?\b|suic[ií]d|matar|morrer|comprimid|overdose|\barma\b|\bfaca\b|não deveria|segredo|promet|depress|deprim",
    "fr": r"pourquoi|suicid|\btuer|mourir|\bmort|comprimé|médicament|overdose|\barme|couteau|ne devez pas|secret|prome[ts]|d[ée]pr[ei]",
    "zh_Hans": r"为什么|自杀|杀|死|药|过量|武器|刀|枪|不应该|秘密|保证|抑郁",
    "zh_Hant": r"為什麼|自殺|殺|死|藥|過量|武器|刀|槍|不應該|秘密|保證|憂鬱",
    "hi": r"क्यों|आत्महत्या|ख़?ुदकुशी|मार|मरन|मौत|गोली|ज़हर|जहर|हथियार|चाकू|बंदूक|नहीं करना चाहिए|गुप्त|राज़|वादा|अवसाद|डिप्रेशन",
    "ru": r"почему|зачем|суицид|самоубий|убить|убий|умер|смерт|таблет|передоз|оружи|\bнож|пистолет|не должны|нельзя|секрет|тайн|обеща",
    "vi": r"tại sao|vì sao|tự tử|tự sát|giết|chết|thuốc|quá liều|vũ khí|\bdao\b|súng|không được phép|bí mật|hứa|trầm cảm",
}
VIOLENCE = {
    "en": r"violen|abuse|hit|hurt|partner|police|attack",
    "es": r"violen|abus|golpe|pareja|polic|agred",
    "ar": r"عنف|إساءة|ضرب|شريك|شرطة|اعتداء",
    "sw": r"vurugu|ukatili|dhuluma|kipigo|pigwa|mpenzi|mume|polisi|shambuli",
    "so": r"rabshad|garaac|tacaddi|xadgudub|jirdil|weerar|ninkaaga|xaaskaaga|saygaaga|boolis|kufsi",
    "ht": r"vyolans|\babi\b|\bbat\b|kadejak|mennaj|\bmari\b|madanm|lapolis|agresyon|menas",
    "pt": r"viol[eê]n|abus|\bbat[ei]|golpe|companheir|marido|pol[ií]cia|agred|agress",
    "fr": r"violen|abus|frapp|\bcoups?\b|conjoint|\bmari\b|police|agress",
    "zh_Hans": r"暴力|虐待|打人|家暴|受伤|伴侣|丈夫|警察|报警|袭击",
    "zh_Hant": r"暴力|虐待|打人|家暴|受傷|伴侶|丈夫|警察|報警|襲擊",
    "hi": r"हिंसा|मारपीट|मारना|पीट|चोट|पति|पत्नी|साथी|पुलिस|हमला|शोषण",
    "ru": r"насили|абьюз|\bбь[её]т|удар|побо|партн[её]р|муж|полици|напад|угроз",
    "vi": r"bạo lực|bạo hành|đánh|đập|chồng|người yêu|công an|cảnh sát|tấn công|xâm hại",
}


def said(kind: CrisisReply, line: CrisisLine, language: str, **how: bool) -> str:
    by = by_when(WORDS, NOW + timedelta(minutes=15), NOW, language, "America/New_York")
    text, values = crisis_reply(kind, line, by, "Ana Ruiz", **how)
    return WORDS.say(text, language, values)


REPLIES = {
    f"{kind} in {language}, {name}{', about somebody else' if other else ''}": (kind, line, language, other)
    for kind, language, (name, line), other in itertools.product(CrisisReply, LANGUAGES, LINES.items(), (False, True))
    if kind is CrisisReply.R1 or not other
}


@pytest.mark.parametrize(("kind", "line", "language", "other"), REPLIES.values(), ids=REPLIES)
def test_a_crisis_reply_tells_where_help_is_who_sees_it_and_by_when(kind, line, language, other):
    text = said(kind, line, language, about_other=other)
    assert any(phrase in text for phrase in NOT_WATCHED[language])
    assert (line.emergency or WORDS.say(texts.LOCAL_EMERGENCY_NUMBER, language)) in text
    assert WORDS.time(NOW + timedelta(minutes=15), language, "America/New_York") in text
    assert not re.search(NEVER[language], text, re.IGNORECASE)
    assert ("Ana Ruiz" in text) is (kind is not CrisisReply.R3)
    assert measure(text).segments <= 6
    if language == "en":
        assert measure(text).encoding == "GSM-7"


@pytest.mark.parametrize(("kind", "line", "language", "other"), REPLIES.values(), ids=REPLIES)
def test_only_the_reply_to_self_harm_names_the_crisis_line_and_only_a_confirmed_one(kind, line, language, other):
    text = said(kind, line, language, about_other=other)
    named = kind is CrisisReply.R1 and line.way != "local"
    assert (bool(line.name) and line.name in text) is named
    for number in (line.call, line.text):
        assert (bool(number) and re.search(rf"(?<!\d){number}(?!\d)", text) is not None) is (named and bool(number))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_reply_to_violence_names_nothing(language):
    assert not re.search(VIOLENCE[language], said(CrisisReply.R3, LINES["call only"], language), re.IGNORECASE)


@pytest.mark.parametrize("language", LANGUAGES)
def test_in_an_emergency_the_number_comes_first(language):
    text = said(CrisisReply.R2, LINES["call only"], language)
    assert text.index("112") < min(text.index(phrase) for phrase in NOT_WATCHED[language] if phrase in text)
    assert text.index("112") < 50


AGAIN = {
    "self-harm: the crisis line": (CrisisReply.R1, "call and text", False, "988"),
    "self-harm, a line for texts": (CrisisReply.R1, "text only", False, "741741"),
    "self-harm, no line": (CrisisReply.R1, "local, with its emergency number", False, "112"),
    "self-harm of somebody else: the emergency number": (CrisisReply.R1, "call and text", True, "911"),
    "emergency": (CrisisReply.R2, "call and text", False, "911"),
    "violence": (CrisisReply.R3, "call and text", False, "911"),
    "needs": (CrisisReply.R4, "call and text", False, "911"),
    "country unknown": (CrisisReply.R1, "country unknown", False, None),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("kind", "line", "other", "number"), AGAIN.values(), ids=AGAIN)
def test_further_critical_words_get_one_short_line_with_one_number(kind, line, other, number, language):
    text = said(kind, LINES[line], language, about_other=other, again=True)
    assert re.findall(r"\d+", text) == ([number] if number else [])
    assert measure(text).segments <= 2


def test_the_short_line_is_the_agreed_one():
    assert said(CrisisReply.R1, LINES["call and text"], "en", again=True) == "We have told our team again. Please call 988 now."


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_a_name_the_case_manager_is_called_so(language):
    text, values = crisis_reply(CrisisReply.R4, CrisisLine(), "9:00")
    assert WORDS.say(texts.YOUR_CASE_MANAGER, language) in WORDS.say(text, language, values)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
def test_help_says_who_we_are_where_help_is_and_how_to_stop(line, language):
    text, values = help_answer(line, "Riverside Care", "Ana Ruiz")
    answer = WORDS.say(text, language, values)
    assert all(part in answer for part in ("Riverside Care", "Ana Ruiz", "STOP", values["emergency"] if line.emergency else ""))
    assert any(phrase in answer for phrase in NOT_WATCHED[language])
    if line.way != "local":
        assert line.name in answer


DEADLINES = {
    "today": (timedelta(minutes=15), "9:15 AM today", "hoy a las 9:15"),
    "tomorrow": (timedelta(days=1), "9:00 AM tomorrow", "mañana a las 9:00"),
    "after the weekend": (timedelta(days=5), "9:00 AM on Monday, May 11", "el lunes, 11 de mayo a las 9:00"),
}


@pytest.mark.parametrize(("after", "english", "spanish"), DEADLINES.values(), ids=DEADLINES)
def test_a_deadline_names_the_day_in_the_clients_zone(after, english, spanish):
    assert by_when(WORDS, NOW + after, NOW, "en", "America/New_York") == english
    assert by_when(WORDS, NOW + after, NOW, "es", "America/New_York") == spanish


ALERTS = {"plain": {}, "careful": {"careful": True}, "stopped": {"stopped": True}, "again": {"again": True}}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("how", ALERTS.values(), ids=ALERTS)
def test_an_alert_has_code_severity_and_a_link_that_ends_it(how, language):
    text, values = staff_alert(Severity.critical, who="M.G.", code=12, link="https://care.example/f/1", **how)
    alert = WORDS.say(text, language, values)
    assert alert.endswith(" https://care.example/f/1")
    assert "M.G." in alert
    assert re.search("A \u2068?12", alert)
    assert WORDS.say(texts.CRITICAL, language) in alert


CLIENT_TEXTS = {name: text for name, text in all_texts().items() if not re.match("ALERT|MAIL|DIGEST|ACKNOW|UNKNOWN_CODE|STAFF|TEST", name)}


@pytest.mark.parametrize("name", all_texts())
def test_every_text_can_be_said_in_every_language(name):
    text = all_texts()[name]
    for language in LANGUAGES:
        if isinstance(text, Plural):
            assert {WORDS.say_count(text.one, text.many, count, language, examples()) for count in (1, 2, 5)}
        else:
            assert WORDS.say(text, language, examples())


@pytest.mark.parametrize("name", all_texts())
def test_every_text_is_a_placeholder_that_has_an_example_and_is_inside_gsm7(name):
    text = all_texts()[name]
    for form in (text.one, text.many) if isinstance(text, Plural) else (text,):
        assert set(re.findall(r"%\((\w+)\)s", form)) <= examples().keys()
        assert measure(form).encoding == "GSM-7"


def syllables(word: str) -> int:
    count = len(re.findall("[aeiouy]+", word.removesuffix("e"))) or 1
    return count + (word.endswith("le") and len(word) > 3)


def grade(text: str) -> float:
    """Flesch-Kincaid grade level (Kincaid and others, 1975)."""
    sentences = len(re.findall(r"[.!?:;]+(?:\s|$)", text)) or 1
    words = re.findall("[a-z']+", text.lower())
    return 0.39 * len(words) / sentences + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


@pytest.mark.parametrize("name", [name for name, text in CLIENT_TEXTS.items() if len(str(text)) > 40])
def test_texts_to_clients_read_at_sixth_grade_or_below(name):
    text = CLIENT_TEXTS[name]
    filled = re.sub(r"\(%\((\w+)\)s\)|%\((call|text|emergency|number|link|count)\)s", "", text.many if isinstance(text, Plural) else text)
    assert grade(re.sub(r"%\(\w+\)s", "Ana", filled)) <= 6.0
