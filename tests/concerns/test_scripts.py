"""Every script is cut, folded and matched so that a lexicon in it can be written as people write."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.normalise import fold
from tests.concerns.small import worst, written

WISH, PAST, NEGATED, REPORT = "self_harm.wish", "self_harm.past", "self_harm.negated", "none"
NOTHING = "none"

CHINESE = """
concepts:
  want: [想, 要, 希望]
idioms: [笑死, "(累|热|饿|烦)死", "死机", "想死你"]
contexts:
  negated: {before: ["(不|没有|没) [再] [会]"]}
  past: {around: [去年, 以前]}
rules:
  self_harm.wish: ["<want> [..] 死", 自杀, "活不下去"]
"""
JAPANESE = """
idioms: [死ぬほど, 笑い死に]
contexts:
  negated: {after: [わけではない, くない]}
rules:
  self_harm.wish: [死にたい, しにたい, "消え(たい|てしまいたい)"]
"""
KOREAN = """
idioms: [배고파 죽, "(웃겨|더워) 죽"]
contexts:
  negated: {after: ["지 않"]}
rules:
  self_harm.wish: ["죽고싶*", "자살 .. 싶"]
"""
TURKISH = """
rules:
  self_harm.wish: ["ölmek (istiyorum|isterim)", "canıma kıy*"]
"""
AMHARIC = """
rules:
  self_harm.wish: [መሞት እፈልጋለሁ, "ራሴን ላጠፋ*"]
"""
HINDI = """
also: [latin]
rules:
  self_harm.wish: ["मरना चाहता हूँ", ज़हर खा, "(marna|mrna) (chahta|chahti|chahata) [hu|hun|hoon]"]
"""
BENGALI = """
rules:
  self_harm.wish: ["মরে যেতে চাই", "বাঁচতে চাই না", "গলায় দড়ি"]
"""
VIETNAMESE = """
idioms: ["=từ =từ"]
rules:
  self_harm.wish: ["muốn chết", "tự tử"]
  distress.severe: ["=đau khổ"]
"""
SOMALI = """
rules:
  self_harm.wish: ["waan is dili rabaa", "inaan dhinto", "go'aansaday inaan"]
"""
HAITIAN = """
rules:
  self_harm.wish: ["(m'ap|m ap) (touye tèt mwen|mouri)", "m'anvi mouri"]
"""
THAI = """
rules:
  self_harm.wish: [อยากตาย, ฆ่าตัวตาย]
"""
GERMAN = """
rules:
  self_harm.wish: ["*selbstmord*", "*müde leben"]
"""
RUSSIAN = """
also: [latin]
rules:
  self_harm.wish: ["хочу умереть", "(hochu|khochu|xochu) (umeret|umert)"]
"""

JUDGED = {
    "Chinese as written": (CHINESE, "我想死", WISH),
    "in traditional characters": (CHINESE, "我想自殺", WISH),
    "with words between, counted in characters": (CHINESE, "我想现在死", WISH),
    "with more than the gap holds": (CHINESE, "我想明天早上买死", NOTHING),
    "in its full stops": (CHINESE, "你好。我活不下去了。谢谢", WISH),
    "not across a full stop": (CHINESE, "我想。死机了", NOTHING),
    "an idiom": (CHINESE, "哈哈笑死我了", NOTHING),
    "an idiom and a wish": (CHINESE, "笑死我了,可是我想死", WISH),
    "denied": (CHINESE, "我不想死", NEGATED),
    "denied in another sentence": (CHINESE, "我不饿。我想死", WISH),
    "of last year": (CHINESE, "去年我想死", PAST),
    "of last year in another sentence": (CHINESE, "去年很好。我想死", WISH),
    "spaced out": (CHINESE, "我 想 死", WISH),
    "over a comma": (CHINESE, "我想，死", WISH),
    "Japanese": (JAPANESE, "もう死にたいです", WISH),
    "in katakana": (JAPANESE, "シニタイ", WISH),
    "in half-width katakana": (JAPANESE, "ｼﾆﾀｲ", WISH),
    "a Japanese idiom": (JAPANESE, "死ぬほど疲れた", NOTHING),
    "a Japanese denial": (JAPANESE, "死にたいわけではない", NEGATED),
    "a Korean stem": (KOREAN, "오늘 죽고싶어요", WISH),
    "with a space where none was written": (KOREAN, "죽고 싶다", WISH),
    "without the spaces that were written": (KOREAN, "자살하고싶어", WISH),
    "a Korean idiom, glued": (KOREAN, "배고파죽겠다ㅋㅋ", NOTHING),
    "a Korean denial": (KOREAN, "죽고싶지 않아", NEGATED),
    "Turkish with its dots": (TURKISH, "Ölmek İSTİYORUM", WISH),
    "without them": (TURKISH, "olmek istiyorum", WISH),
    "in capitals without dots": (TURKISH, "CANIMA KIYACAĞIM", WISH),
    "Ethiopic": (AMHARIC, "መሞት እፈልጋለሁ።", WISH),
    "Ethiopic letters of the same sound": (AMHARIC, "ራሤን ላጠፋ ነው፣ አዝናለሁ", WISH),
    "a nukta that was left out": (HINDI, "मैं जहर खा लूंगा", WISH),
    "another nasal sign": (HINDI, "मरना चाहता हूं", WISH),
    "the second spelling of the lexicon": (HINDI, "me mrna chahta hu", WISH),
    "two spellings in one line": (HINDI, "bhai मरना चाहता हूँ yaar", WISH),
    "Bengali without its nukta": (BENGALI, "গলায় দডি", WISH),
    "Bengali without its nasal sign": (BENGALI, "আর বাচতে চাই না", WISH),
    "Vietnamese with tones": (VIETNAMESE, "Tôi muốn chết", WISH),
    "without tones": (VIETNAMESE, "toi muon chet", WISH),
    "a word that only looks alike without its tones": (VIETNAMESE, "cứ từ từ nhé", NOTHING),
    "the same, decomposed": (VIETNAMESE, unicodedata.normalize("NFD", "cứ từ từ nhé"), NOTHING),
    "the dangerous word": (VIETNAMESE, "tôi sẽ tự tử", WISH),
    "in doubt the dangerous word": (VIETNAMESE, "toi se tu tu", WISH),
    "đ may be written d, but not where it is asked for": (VIETNAMESE, "dau khổ", NOTHING),
    "where it is written": (VIETNAMESE, "ĐAU khổ quá", "distress.severe"),
    "Somali with an apostrophe": (SOMALI, "waxaan go’aansaday inaan tago", WISH),
    "Somali without": (SOMALI, "waxaan goaansaday inaan tago", WISH),
    "Haitian with an apostrophe": (HAITIAN, "M’ap touye tet mwen", WISH),
    "Haitian with a space": (HAITIAN, "m ap mouri", WISH),
    "Thai, which has no lexicon, as it is read": (THAI, "ฉันอยากตายแล้ว", WISH),
    "a part within a word": (GERMAN, "habe Selbstmordgedanken", WISH),
    "a part of a compound": (GERMAN, "der Massenselbstmord", WISH),
    "the end of a word": (GERMAN, "bin lebensmüde leben", WISH),
    "not its beginning": (GERMAN, "müdes leben", NOTHING),
    "Cyrillic": (RUSSIAN, "Хочу умереть!", WISH),
    "Cyrillic with Latin letters in it": (RUSSIAN, "xoчy yмepeть", WISH),
    "Cyrillic in Latin letters": (RUSSIAN, "ya hochu umeret", WISH),
}


@pytest.mark.parametrize(("lexicon", "text", "rule"), JUDGED.values(), ids=JUDGED)
def test_a_lexicon_in_its_script(tmp_path, lexicon, text, rule):
    assert worst(written(tmp_path, lexicon), text) == rule


SAME = {
    "traditional and simplified Chinese": ("殺藥嗎妳餓", "杀药吗你饿"),
    "kana": ("シニタイ ｼﾆﾀｲ ガ", "しにたい しにたい が"),
    "Turkish letters": ("IİıiĞÖ", "iiiigo"),
    "Vietnamese": ("Đường ƯƠ", "duong uo"),
    "Ethiopic": ("ሠላም ዓለም ፀሐይ", "ሰላም አለም ጸሀይ"),
    "Urdu": ("میں ہوں", "مين هون"),
    "apostrophes": ("m’ap m´ap m`ap mʼap", "m'ap m'ap m'ap m'ap"),
    "wide letters": ("ｋｍｓ　①", "kms 1"),
    "letters under a joiner and bidi marks": ("d\u200di\u202ee\u2066", "die"),
}


@pytest.mark.parametrize(("one", "other"), SAME.values(), ids=SAME)
def test_folded_alike(one, other):
    assert fold(one) == fold(other)


LETTERS = st.characters(codec="utf-16", exclude_categories=("Cs",))


@settings(max_examples=100, deadline=None)
@given(st.text(st.one_of(LETTERS, st.sampled_from("éñçあがガ각힣नीक़ড়ệướạǰﬁ℡ﷺ٣²ᾳ´")), max_size=20))
def test_every_unicode_form_of_any_text_folds_alike(text):
    assert {fold(unicodedata.normalize(form, text)) for form in ("NFC", "NFD", "NFKC", "NFKD")} == {fold(text)}


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=20))
def test_folding_again_changes_nothing(text):
    assert fold(fold(text)) == fold(text)
