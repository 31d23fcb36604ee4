"""Scripts without spaces, particles and endings written onto words, numerals that are words: by data alone."""

from __future__ import annotations

from functools import lru_cache

import pytest

from bot.normalise import normalise
from bot.understanding.choice import read_choice
from bot.understanding.lexicon import Lexicon
from bot.understanding.lexicon_file import check
from bot.understanding.measure import read_measure
from bot.understanding.reader import _unprefixed
from bot.understanding.tokens import tokenise
from bot.understanding.yes_no import read_yes_no
from bot.values import Action, Expected, Kind, Option, Reading

HEAD = """author: a test
review: needs review
decimal: "."
thousands: ","
"""
FILES = {
    "zh": """language: zh
names: [中文]
spellout: zh
common:
  polite: [谢谢, 请]
  filler: [我, 是, 了, 的, 觉得]
  negators: [不, 没, 没有, 别]
  others: [他, 她, 他们]
  and: [和, 跟, 、]
  now: [现在]
  past: [昨天, 以前]
yes_no:
  yes: [是, 是的, 对, 对的, 好的, 吃了]
  no: [不是, 没有, 没, 不对]
  no_alone: [不]
  unsure: [不知道, 也许]
  unclear: [不错]
number:
  measures: [分, 疼痛, 疼]
  approximate: [大概, 左右]
  out_of_first: [分之, 分里面, 分中]
  point: [点]
  half_after: [半, 分半]
  half: [一半]
  tenths: [成]
  range: [到]
  bound: [超过]
numbers:
  "2": [两]
choice:
  option: [选, 第, 个, 号]
units:
  kg: [公斤, 千克]
  glass: [杯]
""",
    "ko": """language: ko
names: [한국어]
spellout: ko
suffixes: [이에요, 예요, 요, 은, 는, 이, 가, 을, 를, 입니다, 이요]
common:
  polite: [감사합니다]
  filler: [저, 아마]
  negators: [안, 못]
  and: [하고]
yes_no:
  yes: [네, 예, 응, ㅇㅇ, 먹었어]
  no: [아니요, 아니, 안 먹었어]
  unsure: [몰라, 모르겠어]
number:
  measures: [통증, 점]
units:
  hour: [시간]
choice:
  option: [번]
""",
    "ja": """language: ja
names: [日本語]
spellout: ja
suffixes: [です, でした, よ, ね]
common:
  filler: [くらい, は]
  negators: [ない, ません]
yes_no:
  yes: [はい, 飲みました, うん]
  no: [いいえ, いや, 飲みませんでした]
number:
  measures: [痛み, 点]
  out_of_first: [点中, 分中, 点満点中]
  tenths: [割]
""",
    "tr": """language: tr
names: [türkçe]
spellout: tr
suffixes: [im, yim, dir, luk, im var]
common:
  filler: [bu]
  negators: [değil]
yes_no:
  yes: [evet, tamam]
  no: [hayır]
number:
  measures: [ağrı, ağrım]
  out_of_first: [üzerinden, da]
""",
    "th": """language: th
names: [ไทย]
spellout: th
common:
  polite: [ครับ, ค่ะ]
  filler: [แล้ว]
  negators: [ไม่]
yes_no:
  yes: [ใช่, กินแล้ว]
  no: [ไม่, ไม่ใช่, ยังไม่ได้กิน]
number:
  measures: [คะแนน]
""",
}


@lru_cache
def lexicon(language: str) -> Lexicon:
    return Lexicon(check(f"{language}.yaml", FILES[language] + HEAD))


def reading(language: str, text: str, expected: Expected) -> Reading:
    lex, normal = lexicon(language), normalise(text)
    tokens = _unprefixed(tokenise(normal), lex)
    if expected.kind is Kind.yes_no:
        return read_yes_no(tokens, lex)[0]
    if expected.kind is Kind.choice:
        return read_choice(tokens, expected, lex)[0]
    return read_measure(tokens, expected, lex, lex.decimal(None), [normal.matched(token.start, token.end) for token in tokens])[0]


YES_NO = [
    ("zh", "是的，谢谢", True),
    ("zh", "對", True),
    ("zh", "对对对", True),
    ("zh", "没有", False),
    ("zh", "不知道", "unsure"),
    ("zh", "不错", None),
    ("zh", "不想说", None),
    ("zh", "对面的房子", None),
    ("zh", "面对困难", None),
    ("zh", "他说是", None),
    ("ja", "はい", True),
    ("ja", "はーい！", True),
    ("ja", "ﾊｲ", True),
    ("ja", "はいです", True),
    ("ja", "飲みませんでしたよ", False),
    ("ja", "はいたつ", None),
    ("ko", "네", True),
    ("ko", "네네 감사합니다", True),
    ("ko", "네에요", None),
    ("ko", "ㅇㅇ", True),
    ("ko", "먹었어요", True),
    ("ko", "안먹었어요", False),
    ("ko", "네덜란드", None),
    ("tr", "evetdir", True),
    ("tr", "Evet", True),
    ("th", "ใช่ครับบบบ", True),
    ("th", "ไม่ใช่ค่ะ", False),
    ("th", "ยังไม่ได้กินครับ", False),
    ("th", "กินแล้วค่ะ", True),
]


@pytest.mark.parametrize(("language", "text", "value"), YES_NO, ids=[f"{language}: {text}" for language, text, _ in YES_NO])
def test_yes_and_no_are_whole_words_where_no_spaces_are_written(language: str, text: str, value: object) -> None:
    assert reading(language, text, Expected(Kind.yes_no)).value == value


def test_a_word_written_onto_an_answer_has_it_read_back() -> None:
    assert reading("zh", "吃了药", Expected(Kind.yes_no)).action is Action.confirm
    assert reading("zh", "吃了，药苦", Expected(Kind.yes_no)).action is Action.accept


SCALES = [
    ("zh", "七", 7),
    ("zh", "七分", 7),
    ("zh", "我7分", 7),
    ("zh", "疼痛是七點五", 7.5),
    ("zh", "十分之七", 7),
    ("zh", "10分中7分", 7),
    ("zh", "大概七分左右", 7),
    ("zh", "八成", 8),
    ("zh", "七分半", 7.5),
    ("zh", "两分", 2),
    ("zh", "柒", 7),
    ("zh", "七八分", None),
    ("zh", "三明治", None),
    ("zh", "一分都没有", None),
    ("zh", "不是三分，是五分", 5),
    ("zh", "七到八", None),
    ("zh", "十一", None),
    ("ja", "10点中7点です", 7),
    ("ja", "痛みは８くらい", 8),
    ("ja", "七割", 7),
    ("ko", "8점이에요", 8),
    ("ko", "팔점", 8),
    ("ko", "여덟", 8),
    ("ko", "통증이 7", 7),
    ("ko", "오늘", None),
    ("tr", "7'yim", 7),
    ("tr", "10 üzerinden 7", 7),
    ("tr", "10'da 7", 7),
    ("tr", "ağrım yedi", 7),
    ("th", "เจ็ดคะแนนครับ", 7),
    ("th", "๗", 7),
    ("zh", "7️⃣", 7),
    ("zh", "⑦", 7),
    ("zh", "❼", 7),
    ("zh", "㈦", 7),
]


@pytest.mark.parametrize(("language", "text", "value"), SCALES, ids=[f"{language}: {text}" for language, text, _ in SCALES])
def test_numerals_are_read_where_no_spaces_are_written(language: str, text: str, value: float | None) -> None:
    assert reading(language, text, Expected(Kind.scale, 0, 10)).value == value


NUMBERS = [
    ("zh", "七十二公斤", "kg", 72),
    ("zh", "一百零五", None, 105),
    ("zh", "兩百", None, 200),
    ("zh", "七点二五", None, 7.25),
    ("zh", "三杯", "杯", 3),
    ("zh", "三片", "片", 3),
    ("zh", "三四片", "片", None),
    ("zh", "八成", "%", 80),
    ("ko", "일곱시간", "hour", 7),
    ("ko", "일흔두", None, 72),
    ("ko", "칠십이", None, 72),
    ("ja", "百二十", None, 120),
]


@pytest.mark.parametrize(("language", "text", "unit", "value"), NUMBERS, ids=[f"{language}: {text}" for language, text, *_ in NUMBERS])
def test_numbers_with_their_counting_words_are_read(language: str, text: str, unit: str | None, value: float | None) -> None:
    assert reading(language, text, Expected(Kind.number, unit=unit)).value == value


CHOICES = [
    ("zh", "选2", "一样"),
    ("zh", "我选三", "更差"),
    ("zh", "更好", "更好"),
    ("zh", "更好了", "更好"),
    ("zh", "不是更好", None),
    ("zh", "好", None),
    ("ko", "2번이요", "一样"),
]


@pytest.mark.parametrize(("language", "text", "value"), CHOICES, ids=[f"{language}: {text}" for language, text, _ in CHOICES])
def test_options_are_chosen_where_no_spaces_are_written(language: str, text: str, value: str | None) -> None:
    options = tuple(Option(name, name) for name in ("更好", "一样", "更差"))
    assert reading(language, text, Expected(Kind.choice, options=options)).value == value
