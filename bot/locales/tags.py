"""Language tags, and which catalogs serve them."""

from __future__ import annotations

import re

from babel.core import get_global

_TAG = re.compile("[A-Za-z]{2,8}(?:_[A-Za-z0-9]{1,8}){0,4}", re.ASCII)
SCRIPT_CHARS = 4
"""Of a subtag that names a script: Hant."""


def ancestry(language: str) -> tuple[str, ...]:
    """From zh-hant-TW: zh_Hant_TW, zh_Hant, zh; from zh-TW: zh_TW, zh_Hant, zh. Nothing for what is no language tag."""
    flat = language.strip().replace("-", "_")
    if not _TAG.fullmatch(flat):
        return ()
    first, *rest = flat.split("_")
    parts = [first.lower(), *(part.title() if len(part) == 4 else part.upper() for part in rest)]
    tags = ["_".join(parts[:end]) for end in range(len(parts), 0, -1)]
    if not any(len(part) == SCRIPT_CHARS for part in rest):
        likely = get_global("likely_subtags")
        script = "_".join(next((likely[tag] for tag in tags if tag in likely), "").split("_")[:2])
        if script:
            # zh says no more than zh_Hans, zh_TW no more than zh_Hant: the script is what CLDR expects there.
            tags.insert(max(1, len(tags) - 1), script)
    return tuple(tags)
