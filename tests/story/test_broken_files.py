"""A file of one language that is broken on the disk stops nobody who does not need it, and whoever does need it is told."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
PLAY = """
import json
import sqlalchemy as sa
from bot.warm import unread, warm_up
from storage import schema as t
from tests.world import World

world = World(languages=LANGUAGES)
warm_up(world.house)
for name, text in (("inés", "quiero morir"), ("eve", "I want to die"), ("iker", "hola"), ("aya", "STOP")):
    world.client_texts(name, text)
print(json.dumps({
    "unread": unread(world.house),
    "said": {name: world.kinds(name) for name in ("inés", "eve", "iker", "aya")},
    "flags": {name: sorted({row["category"] for row in world.flags(name)}) for name in ("inés", "eve", "iker", "aya")},
    "text": world.said_to("inés")[-1] if world.said_to("inés") else "",
    "alert": [text for text in world.said_to("ana") if "English" in text],
}))
"""


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program as it lies on a disk."""
    folder = tmp_path_factory.mktemp("installed")
    for package in ("bot", "scheduler", "storage", "console"):
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "tests").mkdir()
    for name in ("__init__.py", "world.py"):
        shutil.copy(ROOT / "tests" / name, folder / "tests" / name)
    return folder


def played(copy: Path, broken: str, languages: tuple[str, ...] = ("en", "es", "ar")) -> dict[str, object]:
    """What happens to four messages while that file is rubbish."""
    path = copy / broken
    whole = path.read_bytes()
    path.write_bytes(b"\xff\xfe{{{ rubbish")
    try:
        script = PLAY.replace("LANGUAGES", repr(languages))
        done = subprocess.run([sys.executable, "-c", script], cwd=copy, capture_output=True, text=True, check=False, timeout=120)
    finally:
        path.write_bytes(whole)
    assert done.returncode == 0, done.stderr
    said: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return said


def test_words_of_concern_of_a_spoken_language(copy):
    said = played(copy, "bot/concerns/lexicons/es.yaml")
    assert list(said["unread"]) == ["concerns:es"]
    assert said["flags"]["iker"] == ["processing"], "nobody judged it, so a person reads it"
    assert "processing" in said["flags"]["inés"]
    assert said["said"]["eve"] == ["crisis:R1"]
    assert said["said"]["aya"] == ["stop"]


def test_words_of_concern_of_a_language_that_nobody_speaks(copy):
    said = played(copy, "bot/concerns/lexicons/sw.yaml")
    assert said["unread"] == {}
    assert said["flags"] == {"inés": ["self_harm"], "eve": ["self_harm"], "iker": [], "aya": []}


def test_words_that_answer(copy):
    said = played(copy, "bot/understanding/lexicons/es.yaml")
    assert list(said["unread"]) == ["understanding:es"]
    assert said["flags"] == {"inés": ["self_harm"], "eve": ["self_harm"], "iker": [], "aya": []}
    assert said["said"]["aya"] == ["stop"], "the other languages' words still stop"


def test_texts(copy):
    said = played(copy, "bot/locales/es/LC_MESSAGES/checkline.po")
    assert list(said["unread"]) == ["texts:es"]
    assert said["said"]["inés"] == ["crisis:R1"]
    assert said["text"].startswith("Thank you for telling us.")
    assert said["alert"], "whoever is told knows that it was in English"
