"""Coded spellings and pictures that stand for what must not be written, and what only looks like one."""

from __future__ import annotations

import pytest

from bot.concerns import screen
from bot.values import Severity

CRITICAL = [
    "im gonna unalive", "unalive myself", "kms", "ima kmsl", "commit sewer slide", "thinking about sewer slide", "commit toaster bath",
    "sui thoughts again", "feeling sui rn", "k!ll mys3lf", "kill mys*lf", "k word myself", "self del3te", "ctb tonight", "$uicidal",
    "i want to d*e", "want 2 d1e", "i want to 💀", "ready to go ⚰️", "gonna 🔫 myself", "🔪 my wrists", "💊💊💊 goodbye",
    "took 💊💊💊💊 all of them", "🪢 is ready", "my 🔪 is in my hand", "not gonna be here tmrw 👋", "he has a 🔫",
]  # fmt: skip
MENTIONED = [
    "kys", "told me to kys", "sewerslide", "s*icide", "su1c1de", "toaster bath", "suic!de", "🔫 me", "me 🔫", "🔫😵", "💊💀", "🔪🩸",
    "he 👊 me", "self h4rm again", "grippy sock vacation",
]  # fmt: skip
HARMLESS = [
    "5 kms away", "ran 10 kms", "the bus: catch the bus at 9", "lol 💀", "😂💀", "🔫 water fight", "💊 taken ✅", "took my 💊",
    "🔪🍅 cooking dinner", "💉 got my flu shot", "sui generis", "💀💀💀 so funny", "happy halloween 💀🔪🎃", "👊 bro",
    "blood test 🩸 done", "👋 bye",
    "🎮🔫", "⚰️ halloween decor", "i need to catch the bus tonight to york", "sushi sui", "movie night 🔪🩸🍿",
]  # fmt: skip


@pytest.mark.parametrize("text", CRITICAL)
def test_a_code_for_intent_means_or_plan_is_critical(text):
    assert screen(text, ["en"]).severity == Severity.critical


@pytest.mark.parametrize("text", MENTIONED)
def test_a_code_alone_is_seen_by_a_person(text):
    assert screen(text, ["en"]).severity >= Severity.review


@pytest.mark.parametrize("text", HARMLESS)
def test_what_only_looks_like_a_code_is_left_alone(text):
    assert screen(text, ["en"]).severity == Severity.none
