"""
Catalogs to and from translators: a spreadsheet or a .po file out, the same back in, each text judged before any is kept.

A sheet has one row for each text, a text with plural one for each form. Only the column "translation" is read back; a row
is found by its English text and form. What a catalog only guesses stands beside it, so that nobody takes it over unseen.
A file comes from outside: formulas are refused, and nothing is kept of a file that has any fault.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from babel.messages import Message

from bot.errors import BadFile
from bot.locales import catalogs
from bot.locales.catalogs import Catalog
from bot.locales.cheaper import cheaper
from bot.locales.check import cost_of, is_words, singular, source_forms, wrong
from bot.values import Fault

COLUMNS = ("english", "form", "translation", "guess", "note", "segments", "costly", "cheaper")
ROWS_MAX, CHARS_MAX, BYTES_MAX = 20_000, 5_000, 20_000_000
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula in a .csv file; such cells begin with an apostrophe there."""

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Row:
    """
    One text of a sheet. `form`: empty, or which plural form ("0", "1", ...) the row gives.

    at: the row in the file, counted from 1, for faults.
    """

    english: str
    form: str
    translation: str
    at: int


@dataclass(frozen=True, slots=True)
class Taken:
    """What an import changed: texts new, texts worded anew, texts as they were."""

    new: int
    changed: int
    same: int


def sheet(language: str, folder: Path) -> list[dict[str, Any]]:
    """
    Every text of the template with its translation in `language`, in the columns of COLUMNS.

    Raises:
        BadFile: the template or the catalog cannot be read.
    """
    template = catalogs.read_catalog(folder / catalogs.TEMPLATE)
    catalog = catalogs.read_catalog(catalogs.catalog_path(language, folder), language)
    return [row for source in template if source.id for row in _rows(source, catalog)]


def _rows(source: Message, catalog: Catalog) -> Iterator[dict[str, Any]]:
    found = catalog.get(source.id, source.context)
    plural = not isinstance(source.id, str)
    forms = catalogs.plural_forms(found) if found is not None else ()
    for number in range(catalog.num_plurals if plural else 1):
        have = forms[number] if number < len(forms) else ""
        fuzzy = found is not None and found.fuzzy
        text = "" if fuzzy else have
        note = [*source.auto_comments, *([f"Plural: {source_forms(source)[1]}"] if plural else [])]
        cost = None if is_words(source) or not text else cost_of(source, [text])
        yield {
            "english": singular(source),
            "form": str(number) if plural else "",
            "translation": text,
            "guess": have if fuzzy else "",
            "note": " ".join(note),
            "segments": cost.measured.segments if cost else "",
            "costly": " ".join(cost.measured.culprits) if cost else "",
            "cheaper": ((cost.cheaper and cheaper(text)) or "") if cost else "",
        }


def as_csv(rows: Iterable[Mapping[str, Any]]) -> bytes:
    """As UTF-8 with the mark that spreadsheets need to see that it is."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({name: _guarded(str(row[name])) for name in COLUMNS})
    return out.getvalue().encode("utf-8-sig")


def _guarded(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text


def as_xlsx(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """As an Excel workbook; every cell is text, so that nothing is computed."""
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font

    book = Workbook()
    page = book.active
    page.title = "texts"
    for column, name in enumerate(COLUMNS, 1):
        page.cell(1, column, name).font = Font(bold=True)
    for at, row in enumerate(rows, 2):
        for column, name in enumerate(COLUMNS, 1):
            cell = page.cell(at, column)
            cell.value = _printable(str(row[name]))
            cell.data_type = "s"
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    for letter, width in zip("ABCDEFGH", (60, 6, 60, 30, 40, 9, 12, 40), strict=True):
        page.column_dimensions[letter].width = width
    page.freeze_panes = "A2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _printable(text: str) -> str:
    """Without the control characters that XML has not; no text of ours holds one."""
    return "".join(char for char in text if char >= " " or char in "\n\t")


def read_sheet(path: Path) -> list[Row]:
    """
    The rows of a .csv or .xlsx file.

    Raises:
        BadFile: it is neither, too large, lacks a column, or a cell holds a formula; every fault with its row.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise BadFile([Fault(str(path), 0, "sheet", f"cannot be read ({error.strerror})")]) from None
    if len(raw) > BYTES_MAX:
        raise BadFile([Fault(str(path), 0, "sheet", "is larger than 20 MB: this is no sheet of texts")])
    faults: list[Fault] = []
    cells = _xlsx_cells(raw, path, faults) if path.suffix.lower() == ".xlsx" else _csv_cells(raw, path)
    rows = _named(cells, path, faults)
    if faults:
        raise BadFile(faults)
    return rows


def _csv_cells(raw: bytes, path: Path) -> list[list[str]]:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadFile([Fault(str(path), 0, "sheet", "is not UTF-8; save it as CSV UTF-8")]) from None
    try:
        divider = ";" if text.split("\n", 1)[0].count(";") > text.split("\n", 1)[0].count(",") else ","
        cells = list(csv.reader(io.StringIO(text, newline=""), delimiter=divider, strict=True))
    except csv.Error as error:
        raise BadFile([Fault(str(path), 0, "sheet", f"is not CSV: {error}")]) from None
    return [[cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA) else cell for cell in row] for row in cells]


def _xlsx_cells(raw: bytes, path: Path, faults: list[Fault]) -> list[list[str]]:
    from openpyxl import load_workbook

    found: list[list[Any]] = []
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            large = sum(entry.file_size for entry in archive.infolist()) > 10 * BYTES_MAX
        page = None if large else load_workbook(io.BytesIO(raw), read_only=True).active
        found = [list(row) for row in page.iter_rows(max_row=ROWS_MAX + 1)] if page is not None else []
    except Exception as error:  # noqa: BLE001 - a file from outside may break the reader anywhere
        raise BadFile([Fault(str(path), 0, "sheet", f"is not an Excel workbook ({type(error).__name__})")]) from None
    if large:
        raise BadFile([Fault(str(path), 0, "sheet", "unpacks to more than 200 MB: this is no sheet of texts")])
    for at, row in enumerate(found, 1):
        for cell in row:
            if cell.data_type == "f":
                faults.append(Fault(str(path), at, "sheet", "holds a formula; write the text itself"))
    return [["" if cell.value is None else str(cell.value) for cell in row] for row in found]


def _named(cells: Sequence[Sequence[str]], path: Path, faults: list[Fault]) -> list[Row]:
    header = [name.strip().lower() for name in cells[0]] if cells else []
    missing = [name for name in COLUMNS[:3] if name not in header]
    if missing:
        raise BadFile([Fault(str(path), 1, "sheet", f"lacks the column {missing[0]}; begin from `checkline messages export`")])
    if len(cells) > ROWS_MAX:
        raise BadFile([Fault(str(path), 0, "sheet", f"has more than {ROWS_MAX} rows")])
    rows: list[Row] = []
    for at, row in enumerate(cells[1:], 2):
        if not any(cell.strip() for cell in row):
            continue
        english, form, text = (row[place] if (place := header.index(name)) < len(row) else "" for name in COLUMNS[:3])
        if len(text) > CHARS_MAX:
            faults.append(Fault(str(path), at, _short(english), f"is longer than {CHARS_MAX} characters"))
        rows.append(Row(english.replace("\r\n", "\n"), form.strip().removesuffix(".0"), text.replace("\r\n", "\n").strip(" \t"), at))
    return rows


def take_sheet(rows: Sequence[Row], language: str, folder: Path, name: str) -> Taken:
    """
    Put the translations of a sheet into the catalog of `language`. Empty ones leave what there is.

    A reviewed catalog whose words change is unreviewed again.

    Raises:
        BadFile: any row is wrong: a text that is no longer said, a placeholder, a form, a word list. Nothing is kept then.
    """
    template = catalogs.read_catalog(folder / catalogs.TEMPLATE)
    catalog = catalogs.read_catalog(catalogs.catalog_path(language, folder), language)
    sources = {singular(source): source for source in template if source.id}
    faults: list[Fault] = []
    given: dict[str, dict[int, Row]] = {}
    for row in rows:
        _place(row, sources, catalog.num_plurals, given, faults, name)
    wording: dict[str, tuple[str, ...]] = {}
    for english, forms in given.items():
        source = sources[english]
        found = catalog.get(source.id, source.context)
        have = list(catalogs.plural_forms(found)) if found is not None else []
        many = catalog.num_plurals if not isinstance(source.id, str) else 1
        texts = [forms[at].translation if at in forms else (have[at] if at < len(have) else "") for at in range(many)]
        first = next(iter(forms.values())).at
        faults += [Fault(name, first, _short(english), what, code) for what, code in wrong(source, [text for text in texts if text])]
        wording[english] = tuple(texts)
    if faults:
        raise BadFile(faults)
    return _store(wording, sources, catalog, catalogs.catalog_path(language, folder))


def _place(
    row: Row, sources: Mapping[str, Message], plurals: int, given: dict[str, dict[int, Row]], faults: list[Fault], name: str
) -> None:
    if not row.translation:
        return
    source = sources.get(row.english)
    if source is None:
        faults.append(Fault(name, row.at, _short(row.english), "is no text of ours (any more); run `checkline messages export` again"))
        return
    plural = not isinstance(source.id, str)
    allowed = [str(number) for number in range(plurals)] if plural else ["", "0"]
    if row.form not in allowed:
        faults.append(Fault(name, row.at, _short(row.english), f"has the form {row.form[:20]!r}; known are {', '.join(allowed)}"))
        return
    forms = given.setdefault(row.english, {})
    number = int(row.form or 0)
    if number in forms:
        faults.append(Fault(name, row.at, _short(row.english), f"stands a second time; the first is in row {forms[number].at}"))
        return
    forms[number] = row


def _store(wording: Mapping[str, tuple[str, ...]], sources: Mapping[str, Message], catalog: Catalog, path: Path) -> Taken:
    new = changed = same = 0
    for english, texts in wording.items():
        source = sources[english]
        found = catalog.get(source.id, source.context)
        before = catalogs.plural_forms(found) if found is not None and not found.fuzzy else ()
        if texts == before:
            same += 1
            continue
        new, changed = new + (not any(before)), changed + any(before)
        if found is None:
            catalog.add(source.id, auto_comments=source.auto_comments, locations=source.locations)
            found = catalog.get(source.id, source.context)
        assert found is not None
        found.flags.discard("fuzzy")
        found.string = texts[0] if isinstance(source.id, str) else texts
    if new or changed:
        if catalog.ours.get("X-Review", "").startswith("reviewed"):
            catalog.ours["X-Review"] = "needs review"
        catalogs.write_catalog(catalog, path)
    return Taken(new, changed, same)


def rows_of_po(path: Path, language: str) -> list[Row]:
    """The texts of a .po file as the rows of a sheet; a guess (fuzzy) is left out. Raises BadFile."""
    rows = []
    for message in catalogs.read_catalog(path, language):
        if not message.id or message.fuzzy:
            continue
        plural = not isinstance(message.id, str)
        for number, text in enumerate(catalogs.plural_forms(message)):
            rows.append(Row(singular(message), str(number) if plural else "", text, message.lineno or 0))
    return rows


def _short(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:59] + "…")
