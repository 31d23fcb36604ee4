"""The catalogs we ship are whole, and `messages check` sees each way in which they can break."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.frontend import CommandLineInterface
from click.testing import CliRunner

from bot.cli.messages import messages
from bot.locales import catalogs
from bot.locales.check import check, singular
from bot.locales.words import Words

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]


@pytest.fixture
def folder(tmp_path):
    """A copy of the shipped catalogs."""
    copy = tmp_path / "locales"
    shutil.copytree(catalogs.FOLDER, copy, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    return copy


def run(*arguments: str | Path) -> tuple[int, str]:
    done = CliRunner().invoke(messages, [str(one) for one in arguments], standalone_mode=False)
    assert done.exception is None, done.exception
    return done.return_value or 0, done.output


def edit(folder: Path, language: str, msgid: str, text: str | None, *, fuzzy: bool = False) -> None:
    """Give one msgid another translation; None removes the message."""
    path = catalogs.catalog_path(language, folder)
    catalog = catalogs.read_catalog(path, language)
    if text is None:
        catalog.delete(msgid)
    else:
        catalog[msgid].string = text
        if fuzzy:
            catalog[msgid].flags.add("fuzzy")
    catalogs.write_catalog(catalog, path)


def test_the_shipped_catalogs_are_whole_and_the_template_is_fresh():
    reports = {report.language: report for report in check()}
    assert set(reports) == {"en", *catalogs.languages_on_disk()}
    assert [str(fault) for report in reports.values() for fault in report.faults] == []
    assert all(report.translated == report.texts > 150 and report.review == "needs review" for report in reports.values())


HI = "Hi %(name)s, what would help you most right now? Please send a number."
LINK = "Checkline: to get your alerts on Telegram, open this link within 7 days:\n%(link)s"
BETTER = "better | much better | a bit better | good | great | well"
TRIES = "That did not match. You have one more try."

BREAKS = {
    "a message that is not there": (HI, None, "missing"),
    "a translation that was removed": (HI, "", "missing"),
    "a plural form that was removed": (TRIES, ("No coincide.", ""), "missing"),
    "a placeholder that was renamed": (HI, "Hola, %(nombre)s.", "placeholder"),
    "a placeholder that was lost": (HI, "Hola.", "placeholder"),
    "a placeholder that was broken": (HI, "Hola, %(name)s %(name)", "placeholder"),
    "a placeholder that the plural has not": (TRIES, ("No coincide.", "No coincide, %(nombre)s."), "placeholder"),
    "an isolate that is left open": (HI, "Hola, \u2066%(name)s", "direction"),
    "something straight after a link": (LINK, "Checkline: abra %(link)s.", "link"),
    "an answer word that is empty": (BETTER, "mejor || bien", "words"),
    "answer words left in English": (BETTER, BETTER, "words"),
    "an answer word that another answer has": (BETTER, "mejor | peor", "words"),
    "far too long": (HI, "Hola, %(name)s. " + "más palabras " * 60, "long"),
}


@pytest.mark.parametrize(("msgid", "text", "code"), BREAKS.values(), ids=BREAKS)
def test_check_fails_on(msgid, text, code, folder):
    edit(folder, "es", msgid, text)
    status, output = run("check", "--json", "--catalogs", folder)
    found = json.loads(output)
    assert status == 1
    assert code in {fault["code"] for fault in found["es"]["faults"]}
    assert found["ar"]["faults"] == found["en"]["faults"] == []


def test_check_fails_on_a_guess(folder):
    edit(folder, "ar", HI, "%(name)s", fuzzy=True)
    status, output = run("check", "--catalogs", folder)
    assert status == 1
    assert "is only guessed" in output
    assert output.count("checkline.po:") == 1


def test_check_fails_on_a_template_that_the_texts_have_left(folder):
    path = folder / catalogs.TEMPLATE
    path.write_text(path.read_text("utf-8").replace('msgid "Acknowledge"', 'msgid "Acknowledge it"'), "utf-8")
    english = check(folder)[0]
    assert [(fault.code, fault.where) for fault in english.faults] == [("template", "'Acknowledge'"), ("template", "'Acknowledge it'")]


def test_check_fails_on_an_english_text_outside_gsm7(folder):
    path = folder / catalogs.TEMPLATE
    path.write_text(path.read_text("utf-8").replace('msgid "Acknowledge"', 'msgid "Acknowledge…"'), "utf-8")
    assert ("dear", "is outside GSM-7 because of …") in [(fault.code, fault.what) for fault in check(folder)[0].faults]


def test_check_names_the_character_that_makes_a_text_dear():
    _, output = run("check", "--json")
    rows = {row["msgid"]: row for row in json.loads(output)["es"]["messages"]}
    assert rows["Money"]["encoding"] == "GSM-7"
    cost = {name: rows["I can't come"][name] for name in ("encoding", "segments", "units", "culprits", "cheaper")}
    assert cost == {"encoding": "GSM-7", "segments": 1, "units": 11, "culprits": [], "cheaper": None}
    assert rows["I will come"]["culprits"] == ["í"]


def test_extract_changes_no_byte_when_no_text_changed(folder):
    before = (folder / catalogs.TEMPLATE).read_bytes()
    status, output = run("extract", "--catalogs", folder)
    assert (status, (folder / catalogs.TEMPLATE).read_bytes()) == (0, before)
    assert output.endswith(" texts, 0 new, 0 gone\n")


def test_update_changes_no_byte_when_no_text_changed(folder):
    paths = [catalogs.catalog_path(language, folder) for language in ("es", "ar")]
    before = [path.read_bytes() for path in paths]
    run("update", "--catalogs", folder)
    assert [path.read_bytes() for path in paths] == before


def test_update_keeps_translations_and_headers_and_offers_near_ones_as_guesses(folder):
    template = catalogs.read_catalog(folder / catalogs.TEMPLATE)
    template.delete("You are welcome.")
    template.add("You are very welcome.")
    catalogs.write_catalog(template, folder / catalogs.TEMPLATE)
    assert run("update", "es", "--catalogs", folder)[1] == f"es: 1 of {len(template)} texts to translate\n"
    spanish = catalogs.read_catalog(catalogs.catalog_path("es", folder), "es")
    assert (spanish["You are very welcome."].string, spanish["You are very welcome."].fuzzy) == ("De nada.", True)
    assert "You are welcome." not in spanish
    assert spanish["Yes"].string == "Sí"
    assert spanish.ours == {"X-Author": "Checkline", "X-Review": "needs review"}


def test_update_begins_a_new_language_that_is_not_offered_yet(folder):
    run("update", "fi", "--catalogs", folder)
    report = next(report for report in check(folder) if report.language == "fi")
    assert (report.translated, {fault.code for fault in report.faults}) == (0, {"missing"})


def test_a_regional_catalog_need_only_say_what_is_other_there(folder):
    run("update", "es_MX", "--catalogs", folder)
    edit(folder, "es_MX", "A ride", "Un aventón")
    report = next(report for report in check(folder) if report.language == "es_MX")
    assert (report.translated, report.faults) == (1, ())
    words = Words(folder)
    assert (words.say("A ride", "es-MX"), words.say("Food", "es-MX"), words.say("A ride", "es")) == ("Un aventón", "Comida", "Transporte")


def test_update_refuses_what_is_no_language(folder):
    done = CliRunner().invoke(messages, ["update", "not/a/language", "--catalogs", str(folder)], standalone_mode=False)
    assert "is no language; write a tag such as es or pt_BR" in str(done.exception)
    assert sorted(path.name for path in folder.iterdir() if path.is_dir()) == catalogs.languages_on_disk()


def test_pybabel_with_our_mapping_finds_the_same_texts(tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    out = tmp_path / "all.pot"
    CommandLineInterface().run(["pybabel", "-q", "extract", "-F", "babel.cfg", "-k", "msg", "-k", "msgs:1,2", "-o", str(out), "."])
    found, ours = (catalogs.read_catalog(path) for path in (out, catalogs.FOLDER / catalogs.TEMPLATE))
    assert {singular(message) for message in found} == {singular(message) for message in ours}


@pytest.mark.slow
def test_the_installed_verb_passes_the_shipped_catalogs():
    command = Path(sys.executable).with_name("checkline")
    done = subprocess.run([command, "messages", "check"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "review: needs review" in done.stdout
