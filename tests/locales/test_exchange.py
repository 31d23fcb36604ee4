"""Translators get a sheet or a .po file and give it back: nothing is lost on the way, and nothing half-taken."""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from openpyxl import Workbook, load_workbook

from bot.cli.messages import messages
from bot.errors import BadFile
from bot.locales import catalogs, exchange
from bot.locales.cheaper import cheaper, reading
from bot.locales.segments import measure

pytestmark = pytest.mark.slow

HI = "Hi %(name)s, what would help you most right now? Please send a number."
TRIES = "That did not match. You have one more try."


@pytest.fixture
def folder(tmp_path):
    """A copy of the shipped catalogs."""
    copy = tmp_path / "locales"
    shutil.copytree(catalogs.FOLDER, copy, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    return copy


def run(*arguments: str | Path) -> str:
    done = CliRunner().invoke(messages, [str(one) for one in arguments], standalone_mode=False)
    if done.exception is not None:
        raise done.exception
    return done.output


def po(language: str, folder: Path) -> Path:
    return catalogs.catalog_path(language, folder)


def row(english: str, translation: str, form: str = "", at: int = 2) -> exchange.Row:
    return exchange.Row(english, form, translation, at)


@pytest.mark.parametrize("kind", ["xlsx", "csv", "po"])
@pytest.mark.parametrize("language", ["es", "ar"])
def test_what_goes_out_comes_back_without_a_byte_changed(kind, language, folder, tmp_path):
    before, file = po(language, folder).read_bytes(), tmp_path / f"out.{kind}"
    assert "to translate" in run("export", language, "--out", file, "--catalogs", folder)
    assert run("import", language, file, "--catalogs", folder).startswith("0 new, 0 changed, ")
    assert po(language, folder).read_bytes() == before


def test_a_sheet_says_what_a_text_costs_why_and_how_it_would_be_cheaper(folder):
    rows = {one["english"]: one for one in exchange.sheet("es", folder)}
    dear = [one for one in rows.values() if one["cheaper"]]
    assert dear
    assert all(one["costly"] and measure(one["cheaper"]).encoding == "GSM-7" for one in dear)
    assert all(measure(one["cheaper"]).segments < one["segments"] for one in dear if "%(" not in one["translation"])


def test_a_text_with_plural_has_a_row_for_each_form_of_the_language(folder):
    forms = [one["form"] for one in exchange.sheet("ar", folder) if one["english"] == TRIES]
    assert forms == [str(number) for number in range(6)]


def test_a_guess_stands_beside_the_column_that_is_read_back(folder):
    catalog = catalogs.read_catalog(po("es", folder), "es")
    catalog[HI].flags.add("fuzzy")
    catalogs.write_catalog(catalog, po("es", folder))
    told = next(one for one in exchange.sheet("es", folder) if one["english"] == HI)
    assert (told["translation"], bool(told["guess"])) == ("", True)


def test_a_new_wording_is_taken_and_the_catalog_needs_review_again(folder):
    catalog = catalogs.read_catalog(po("es", folder), "es")
    catalog.ours["X-Review"] = "reviewed by N. N., on 2026-01-01"
    catalogs.write_catalog(catalog, po("es", folder))
    rows = [row(HI, "Hola %(name)s. Mande un número."), row("Yes", "Sí", at=3)]
    assert exchange.take_sheet(rows, "es", folder, "es.csv") == exchange.Taken(new=0, changed=1, same=1)
    after = catalogs.read_catalog(po("es", folder), "es")
    assert (after[HI].string, after.ours["X-Review"]) == ("Hola %(name)s. Mande un número.", "needs review")


def test_a_plural_form_alone_leaves_the_others(folder):
    before = catalogs.read_catalog(po("es", folder), "es").get((TRIES, "")) or catalogs.read_catalog(po("es", folder), "es")[TRIES]
    exchange.take_sheet([row(TRIES, "No coincide. Una vez más.", "0")], "es", folder, "es.csv")
    after = catalogs.read_catalog(po("es", folder), "es")[TRIES]
    assert after.string == ("No coincide. Una vez más.", before.string[1])


BAD = {
    "a text that is not ours": (row("Buy now", "Compre"), "is no text of ours"),
    "a placeholder that was lost": (row(HI, "Hola"), "has lost %(name)s"),
    "a placeholder that is not there": (row(HI, "%(name)s %(password)s"), "asks for %(password)s"),
    "a form that the language has not": (row(TRIES, "No.", "7"), "has the form '7'; known are 0, 1"),
    "a second row of the same": (row("Yes", "Si", at=5), "stands a second time"),
}


@pytest.mark.parametrize(("bad", "what"), BAD.values(), ids=BAD)
def test_one_wrong_row_and_nothing_is_taken(bad, what, folder):
    before = po("es", folder).read_bytes()
    rows = [row("Yes", "Claro", at=2), row("No", "Nunca", at=3), bad]
    with pytest.raises(BadFile) as error:
        exchange.take_sheet(rows, "es", folder, "sheet.csv")
    assert what in str(error.value)
    assert "sheet.csv:" in str(error.value)
    assert po("es", folder).read_bytes() == before


def test_a_formula_in_a_workbook_is_refused_with_its_row(tmp_path):
    book = Workbook()
    book.active.append(["english", "form", "translation"])
    book.active.append(["Yes", "", '=HYPERLINK("http://x","y")'])
    book.save(tmp_path / "bad.xlsx")
    with pytest.raises(BadFile, match=r"bad\.xlsx:2.*holds a formula"):
        exchange.read_sheet(tmp_path / "bad.xlsx")


def test_what_a_spreadsheet_would_compute_leaves_as_text_and_comes_back_as_it_was(tmp_path):
    odd = dict.fromkeys(exchange.COLUMNS, "") | {"english": "=1+1", "translation": "-2"}
    (tmp_path / "odd.csv").write_bytes(exchange.as_csv([odd]))
    assert b"'=1+1" in (tmp_path / "odd.csv").read_bytes()
    assert [(one.english, one.translation) for one in exchange.read_sheet(tmp_path / "odd.csv")] == [("=1+1", "-2")]
    (tmp_path / "odd.xlsx").write_bytes(exchange.as_xlsx([odd]))
    assert load_workbook(io.BytesIO(exchange.as_xlsx([odd]))).active["A2"].data_type == "s"
    assert [(one.english, one.translation) for one in exchange.read_sheet(tmp_path / "odd.xlsx")] == [("=1+1", "-2")]


@pytest.mark.parametrize(
    ("name", "raw", "what"),
    [
        ("no.xlsx", b"not a workbook", "is not an Excel workbook"),
        ("no.csv", b"english;form\r\nYes;\r\n", "lacks the column translation"),
        ("latin.csv", "english,form,translation\nYes,,S\xed".encode("latin-1"), "is not UTF-8"),
        ("empty.csv", b"", "lacks the column english"),
        ("open.csv", b'english,form,translation\n"Yes', "is not CSV"),
    ],
)
def test_a_file_that_is_no_sheet_is_refused_by_name(name, raw, what, tmp_path):
    (tmp_path / name).write_bytes(raw)
    with pytest.raises(BadFile, match=what):
        exchange.read_sheet(tmp_path / name)


def test_a_sheet_divided_by_semicolons_is_read_too(tmp_path):
    (tmp_path / "s.csv").write_text("english;form;translation\nYes;;Sí\n", "utf-8")
    assert exchange.read_sheet(tmp_path / "s.csv") == [exchange.Row("Yes", "", "Sí", 2)]


CHEAPER = {
    "accents that the alphabet lacks": ("mañana será más fácil, sí. " * 4, "mañana sera mas facil, si. " * 4),
    "curly marks": ("“No” – it’s fine… " * 8, '"No" - it\'s fine... ' * 8),
    "what is GSM-7 already": ("mañana " * 20, None),
    "another script": ("Привет, как дела? " * 8, None),
    "one segment either way": ("sí", None),
}


@pytest.mark.parametrize(("text", "wanted"), CHEAPER.values(), ids=CHEAPER)
def test_a_cheaper_wording_is_offered_where_it_saves_a_segment(text, wanted):
    assert cheaper(text) == wanted


def test_reading_level_counts_words_in_sentences_and_none_where_words_are_not_spaced():
    level = reading("We saw you. Something extraordinary happened yesterday evening, didn't it?")
    assert level is not None
    assert (level.longest, level.lix) == (7, 5 + 50)
    assert reading("你今天感觉怎么样？") is None
