"""
The catalogs on disk: `<language>/LC_MESSAGES/checkline.po` and the template `checkline.pot`, read and written with Babel.

There are no compiled catalogs: a process reads each .po once, at its first use. Our own headers (`X-Author`, `X-Review`)
survive; dates and tool versions are left out of files, so that an extraction that changes nothing changes no byte.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from gettext import c2py
from pathlib import Path
from typing import TYPE_CHECKING

from babel.messages import Catalog as BabelCatalog
from babel.messages import Message
from babel.messages.extract import extract
from babel.messages.pofile import PoFileError, PoFileParser, write_po

from bot.errors import BadFile
from bot.values import Fault

if TYPE_CHECKING:
    from bot.flows.language import Flow

FOLDER = Path(__file__).parent
DOMAIN = "checkline"
TEMPLATE = f"{DOMAIN}.pot"
PLACEHOLDER = re.compile(r"%\((\w+)\)s")
"""The only placeholder that our texts have. Any other % is a percent sign."""

_KEYWORDS = {"msg": None, "msgs": (1, 2)}
_DROPPED = frozenset({"Report-Msgid-Bugs-To", "POT-Creation-Date", "PO-Revision-Date", "Generated-By"})
_COMMENT = "# Checkline: what clients and staff read.\n# Licence: Apache-2.0, like the program.\n#"


class Catalog(BabelCatalog):
    """A Babel catalog that keeps our own headers and drops those that change by themselves."""

    def __init__(self, locale: str | None = None, *, headers: Mapping[str, str] | None = None) -> None:
        self.ours: dict[str, str] = dict(headers or {})
        super().__init__(
            locale, DOMAIN, project="Checkline", version="1", header_comment=_COMMENT, msgid_bugs_address="", fuzzy=False, charset="utf-8"
        )

    def _headers(self) -> list[tuple[str, str]]:
        """Babel's own headers but for the dropped, then ours."""
        kept = [(name, value.strip()) for name, value in self._get_mime_headers() if name not in _DROPPED]
        return [*kept, *self.ours.items()]

    def _take_headers(self, headers: Iterable[tuple[str, str]]) -> None:
        pairs = list(headers)
        self.ours.update((name, value) for name, value in pairs if name.startswith("X-"))
        self._set_mime_headers(pairs)

    mime_headers = property(_headers, _take_headers)


@dataclass(frozen=True, slots=True)
class Translations:
    """
    A catalog as `Words` needs it: only what is translated and not fuzzy.

    texts: msgid → its translation, or one translation for each plural form, under the singular.
    form: which plural form a count takes.
    """

    texts: Mapping[str, str | tuple[str, ...]]
    form: Callable[[int], int]
    headers: Mapping[str, str]


def catalog_path(language: str, folder: Path = FOLDER) -> Path:
    """Where the catalog of `language` lies, whether it exists or not."""
    return folder / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def languages_on_disk(folder: Path = FOLDER) -> list[str]:
    """The languages that have a catalog, complete or not, sorted by tag."""
    return sorted(path.parent.parent.name for path in folder.glob(f"*/LC_MESSAGES/{DOMAIN}.po"))


def read_catalog(path: Path, language: str | None = None) -> Catalog:
    """
    Read a .po or .pot file.

    Raises:
        BadFile: it is missing, not UTF-8 or not a catalog; with the line.
    """
    catalog = Catalog(language)
    try:
        with path.open("rb") as file:
            PoFileParser(catalog, abort_invalid=True).parse(file)
    except OSError as error:
        raise BadFile([Fault(str(path), 0, "catalog", f"cannot be read ({error.strerror}); run `checkline messages extract`")]) from None
    except PoFileError as error:
        raise BadFile([Fault(str(path), error.lineno, "catalog", f"is not a gettext catalog: {error}")]) from None
    except (ValueError, LookupError) as error:
        raise BadFile([Fault(str(path), 0, "catalog", f"is not a gettext catalog in UTF-8: {type(error).__name__}")]) from None
    return catalog


def write_catalog(catalog: Catalog, path: Path) -> None:
    """Write it, in the order in which the texts stand in the sources, without line numbers."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalog, width=100, include_lineno=False, ignore_obsolete=True)


def read_translations(language: str, folder: Path = FOLDER) -> Translations | None:
    """What `Words` needs of the catalog of `language`; None when there is none. Raises BadFile as `read_catalog` does."""
    path = catalog_path(language, folder)
    if not path.is_file():
        return None
    catalog = read_catalog(path, language)
    texts: dict[str, str | tuple[str, ...]] = {}
    for message in catalog:
        if not message.id or message.fuzzy:
            continue
        if isinstance(message.id, str):
            if message.string:
                texts[message.id] = str(message.string)
        elif (forms := plural_forms(message)) and all(forms):
            texts[message.id[0]] = forms
    return Translations(texts, c2py(catalog.plural_expr), catalog.ours)


def plural_forms(message: Message) -> tuple[str, ...]:
    """The translations of a text with plural, as many as there are."""
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


def extracted(sources: Path) -> Catalog:
    """
    Collect every text that must be translated: those of `bot/texts.py` and of the flows, into a template.

    sources: the folder of the package `bot`.

    Raises:
        BadFile: a flow is not one.
    """
    from bot.flows.extract import messages
    from bot.flows.instruments.questions import FRAME, frame

    template = Catalog(headers={"X-Author": "Checkline", "X-Review": "needs review"})
    template.language_team = "Checkline"
    template.last_translator = "none: this is the source, in English"
    with (sources / "texts.py").open("rb") as file:
        for _, found, comments, _ in extract("python", file, _KEYWORDS, ("Translators:",)):
            told = [comment.removeprefix("Translators:").strip() for comment in comments]
            template.add(found, locations=[("bot/texts.py", 1)], auto_comments=told)
    for path, flow in shipped_flows(sources):
        for _, msgid, note in messages(flow):
            template.add(msgid, locations=[(f"bot/flows/{path.name}", 1)], auto_comments=[note])
    # The items of instruments are their publishers' words, and stand with their translations in the instruments' own files.
    for text in frame().values():
        template.add(text.en, locations=[(f"bot/flows/instruments/{FRAME.name}", 1)], auto_comments=[text.note])
    return template


def shipped_flows(sources: Path) -> list[tuple[Path, Flow]]:
    """The flows in the folder of the package `bot`, by name. Raises BadFile."""
    return [(path, _parsed(path.read_text("utf-8"), str(path))) for path in sorted((sources / "flows").glob("*.yaml"))]


@lru_cache(maxsize=64)
def _parsed(text: str, name: str) -> Flow:
    """A flow takes 40 ms to read, and one check reads each several times."""
    from bot.flows.load import parse

    return parse(text, name)


def merged(catalog: Catalog, template: Catalog) -> Catalog:
    """The catalog with every text of the template: translations kept, near ones offered as fuzzy, gone ones dropped."""
    catalog.update(template, no_fuzzy_matching=False, update_header_comment=False)
    catalog.obsolete.clear()
    return catalog
