"""
Write `docs/explanation/crisis-replies/<language>.md`: every crisis reply as clients read it, and what it says, made back into English.

    python docs/crisis_replies.py            every language that has a catalog
    python docs/crisis_replies.py so vi      those

What a person wrote stays: all that stands before the first reply, and each translation back whose text is unchanged. Where the
text has changed, the place is emptied and the old words are kept below it as stale; write the new ones from the new text alone,
then take the stale ones away. `tests/locales/test_crisis_replies.py` fails while a place is empty or stale.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path

from bot.locales import catalogs
from bot.texts import all_texts, wording_hash

FOLDER = Path(__file__).parent / "explanation" / "crisis-replies"
KEPT = ("R1", "R2", "R3", "R4", "AGAIN", "BY_", "YOUR_", "LOCAL_")
_SECTION = re.compile(r"^## (\w+)\n\n> (.*)\n\nBack from `(\w+)`:(.*)\n(?:\nStale, (from `\w+`: .*)\n)?", re.MULTILINE)


@dataclass(frozen=True)
class Reply:
    """
    One text of a page. shown: as the page has it. of: the hash of the text that `back` was made from.

    stale: an older translation back, which no longer says what clients read.
    """

    shown: str
    of: str
    back: str
    stale: str = ""


def texts() -> dict[str, str]:
    """Every crisis reply, and what stands in its placeholders, by name: the English msgid."""
    return {name: str(text) for name, text in all_texts().items() if name.startswith(KEPT)}


def read(page: str) -> tuple[str, dict[str, Reply]]:
    """What stands before the first reply, and the replies by name."""
    found = {name: Reply(shown, of, back.strip(), stale) for name, shown, of, back, stale in _SECTION.findall(page)}
    return page.split("\n## ", 1)[0].rstrip() + "\n", found


def written(head: str, translations: dict[str, str], before: dict[str, Reply]) -> str:
    """The page anew: `before` gives each translation back, as far as its text is unchanged."""
    parts = [head]
    for name, text in translations.items():
        old, now = before.get(name), wording_hash(text)
        fresh = old is not None and old.of == now
        parts.append(f"\n## {name}\n\n> {text}\n\nBack from `{now}`: {old.back if old is not None and fresh else ''}".rstrip() + "\n")
        stale = "" if old is None else f"from `{old.of}`: {old.back}" if old.back and not fresh else old.stale
        parts.append(f"\nStale, {stale}\n" if stale else "")
    return "".join(parts)


def translations_of(language: str, folder: Path = catalogs.FOLDER) -> dict[str, str]:
    """Every crisis reply in a language, by name; raises WrongUse where the language has no catalog."""
    catalog = catalogs.read_catalog(catalogs.catalog_path(language, folder), language)
    return {name: str(message.string) for name, msgid in texts().items() if (message := catalog.get(msgid)) and message.string}


def main() -> None:
    for language in sys.argv[1:] or catalogs.languages_on_disk():
        path = FOLDER / f"{language}.md"
        head, before = read(path.read_text("utf-8")) if path.is_file() else (f"# Crisis replies: {language}\n\n{UNREVIEWED}\n", {})
        page = written(head, translations_of(language), before)
        path.write_text(page, "utf-8")
        empty = sum(1 for reply in read(page)[1].values() if not reply.back)
        print(f"{language}: {empty} to translate back")


UNREVIEWED = "Review state: needs review. Written by the makers of Checkline; no clinician and no native-speaking reviewer has read it."

if __name__ == "__main__":
    main()
