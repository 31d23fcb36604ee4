"""`checkline messages`: the gettext work. Extract what must be translated, merge it into the catalogs, judge them."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from statistics import median
from typing import Any

import click

from bot.errors import WrongUse
from bot.locales import catalogs
from bot.locales.check import Report, check, singular

_folder_option = click.option(
    "--catalogs",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=catalogs.FOLDER,
    show_default="the installed ones",
    help="The folder that holds checkline.pot and the languages.",
)


@click.group()
def messages() -> None:
    """Extract, update and check the texts in every language."""


@messages.command()
@_folder_option
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def extract(folder: Path, as_json: bool) -> None:
    """
    Collect every text of bot/texts.py and the flows into checkline.pot.

    Example: checkline messages extract
    """
    path = folder / catalogs.TEMPLATE
    before = _msgids(catalogs.read_catalog(path)) if path.is_file() else set()
    template = catalogs.extracted(catalogs.FOLDER.parent)
    catalogs.write_catalog(template, path)
    now = _msgids(template)
    counts = {"texts": len(now), "new": len(now - before), "gone": len(before - now)}
    click.echo(json.dumps(counts) if as_json else "{texts} texts, {new} new, {gone} gone".format(**counts))


@messages.command()
@click.argument("languages", nargs=-1)
@_folder_option
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def update(languages: tuple[str, ...], folder: Path, as_json: bool) -> None:
    """
    Bring the catalogs up to checkline.pot; translations stay. A language without a catalog gets an empty one.

    Example: checkline messages update es fr
    """
    template = catalogs.read_catalog(folder / catalogs.TEMPLATE)
    rows = []
    for language in languages or catalogs.languages_on_disk(folder):
        catalog = catalogs.merged(_catalog(language, folder), template)
        catalogs.write_catalog(catalog, catalogs.catalog_path(language, folder))
        open_texts = sum(1 for message in catalog if message.id and (message.fuzzy or not all(catalogs.plural_forms(message) or ("",))))
        rows.append({"language": language, "texts": len(catalog), "to_translate": open_texts})
    if as_json:
        click.echo(json.dumps(rows))
    for row in [] if as_json else rows:
        click.echo("{language}: {to_translate} of {texts} texts to translate".format(**row))


@messages.command(name="check")
@_folder_option
@click.option("--json", "as_json", is_flag=True, help="As JSON, with the cost of every text.")
def check_messages(folder: Path, as_json: bool) -> int:
    """
    Judge every catalog: gaps, guesses, placeholders, answer words, links, segments. Exits 1 on any fault.

    Example: checkline messages check --json
    """
    reports = check(folder)
    if as_json:
        click.echo(json.dumps({report.language: _as_json(report) for report in reports}))
    for report in [] if as_json else reports:
        for fault in report.faults:
            click.echo(str(fault))
        click.echo(_summary(report))
    return 1 if any(report.faults for report in reports) else 0


@messages.command(name="export")
@click.argument("language")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="The file to write; LANGUAGE.xlsx by default.")
@_folder_option
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def export_messages(language: str, out: Path | None, folder: Path, as_json: bool) -> None:
    """
    Write the texts of LANGUAGE for a translator: .xlsx, .csv or .po, by the name of the file.

    A row has the English text, the translation, where it stands, what it costs, and a cheaper wording where there is one.

    Example: checkline messages export es --out spanish.xlsx
    """
    from bot.locales import exchange

    path = out or Path(f"{language}.xlsx")
    kind = path.suffix.lower()
    if not catalogs.catalog_path(language, folder).is_file():
        raise WrongUse(f"messages export: there is no catalog for {language!r}; make one with `checkline messages update {language}`")
    if kind not in (".xlsx", ".csv", ".po"):
        raise WrongUse(f"messages export: {path.name} must end in .xlsx, .csv or .po")
    rows = exchange.sheet(language, folder)
    if kind == ".po":
        path.write_bytes(catalogs.catalog_path(language, folder).read_bytes())
    else:
        path.write_bytes(exchange.as_xlsx(rows) if kind == ".xlsx" else exchange.as_csv(rows))
    counts = {"file": str(path), "rows": len(rows), "to_translate": sum(not row["translation"] for row in rows)}
    click.echo(json.dumps(counts) if as_json else "{file}: {rows} rows, {to_translate} to translate".format(**counts))


@messages.command(name="import")
@click.argument("language")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_folder_option
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def import_messages(language: str, file: Path, folder: Path, as_json: bool) -> None:
    """
    Take the translations of FILE (.xlsx, .csv or .po, as exported) into the catalog of LANGUAGE.

    Every row is judged first; one fault and nothing is taken. Empty translations leave what there is. A catalog that was
    reviewed needs review again once its words change.

    Example: checkline messages import es spanish.xlsx
    """
    from bot.locales import exchange

    if not catalogs.catalog_path(language, folder).is_file():
        raise WrongUse(f"messages import: there is no catalog for {language!r}; make one with `checkline messages update {language}`")
    if file.suffix.lower() not in (".xlsx", ".csv", ".po"):
        raise WrongUse(f"messages import: {file.name} must end in .xlsx, .csv or .po")
    rows = exchange.rows_of_po(file, language) if file.suffix.lower() == ".po" else exchange.read_sheet(file)
    taken = exchange.take_sheet(rows, language, folder, file.name)
    counts = {"new": taken.new, "changed": taken.changed, "same": taken.same}
    click.echo(json.dumps(counts) if as_json else "{new} new, {changed} changed, {same} as they were".format(**counts))


def _catalog(language: str, folder: Path) -> catalogs.Catalog:
    path = catalogs.catalog_path(language, folder)
    if path.is_file():
        return catalogs.read_catalog(path, language)
    try:
        return catalogs.Catalog(language, headers={"X-Author": "", "X-Review": "needs review"})
    except (ValueError, LookupError):
        raise WrongUse(f"messages update: {language!r} is no language; write a tag such as es or pt_BR") from None


def _msgids(catalog: catalogs.Catalog) -> set[str]:
    return {singular(message) for message in catalog if message.id}


def _summary(report: Report) -> str:
    dear = [cost for cost in report.costs if cost.measured.encoding == "UCS-2"]
    most = max((cost.measured.segments for cost in report.costs), default=0)
    line = f"{report.language}: {report.translated} of {report.texts} texts good, {len(report.faults)} faults, review: {report.review}; "
    line += f"segments {sum(cost.measured.segments for cost in report.costs)} in all, at most {most}"
    if dear:
        costly = Counter(character for cost in dear for character in cost.measured.culprits)
        line += f"; {len(dear)} texts in UCS-2, most often because of {' '.join(character for character, _ in costly.most_common(8))}"
    if saved := [cost for cost in report.costs if cost.cheaper]:
        line += f"; {len(saved)} would take fewer segments in GSM-7 (`messages export` shows how)"
    read = [cost.reading for cost in report.costs if cost.reading and cost.reading.longest > 4]
    if read:
        line += f"; reading level LIX {median(one.lix for one in read):.0f}, longest sentence {max(one.longest for one in read)} words"
    return line


def _as_json(report: Report) -> dict[str, Any]:
    return {
        "review": report.review,
        "texts": report.texts,
        "translated": report.translated,
        "faults": [{"code": fault.code, "line": fault.line, "where": fault.where, "what": fault.what} for fault in report.faults],
        "messages": [
            {
                "msgid": cost.msgid,
                "encoding": cost.measured.encoding,
                "segments": cost.measured.segments,
                "units": cost.measured.units,
                "culprits": list(cost.measured.culprits),
                "cheaper": cost.cheaper,
                "lix": cost.reading.lix if cost.reading else None,
                "longest_sentence_words": cost.reading.longest if cost.reading else None,
            }
            for cost in report.costs
        ],
    }
