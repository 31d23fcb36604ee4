"""
The lexicons as they lie in their folder, each read once. One that cannot be read is named, and screening goes on without it.

A programme whose languages are whole must not stand still because of a file that it never asks for; and one that does ask
must know that nobody judged its texts in that language.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property, lru_cache
from importlib.resources.abc import Traversable

from bot.concerns.lexicon import FOLDER, Lexicon, load
from bot.concerns.ruleset import Rules
from bot.concerns.spelling import Forms
from bot.errors import BadFile

FAULTS_SAID = 3


class Shelf:
    """
    A folder of lexicons, `<tag>.yaml` each.

    rules: that they give the patterns of. folder: where they lie; None is what is installed.
    """

    def __init__(self, rules: Rules, letters: Forms, folder: Traversable | None = None) -> None:
        self.rules, self._letters, self._folder = rules, letters, folder or FOLDER
        self._broken: dict[str, str] = {}
        self.lexicon = lru_cache(maxsize=None)(self._read)
        self.chosen = lru_cache(maxsize=1024)(self._choose)

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """The tags of all lexicons, whole or not."""
        return tuple(sorted(entry.name.removesuffix(".yaml") for entry in self._folder.iterdir() if entry.name.endswith(".yaml")))

    @property
    def broken(self) -> Mapping[str, str]:
        """Of those asked for so far: the language of each that cannot be read, and what is wrong with its file."""
        return self._broken

    def _read(self, language: str) -> Lexicon | None:
        """One lexicon, or None where its file is broken."""
        path = self._folder / f"{language}.yaml"
        try:
            return load(path, self.rules, self._letters)
        except BadFile as error:
            self._broken[language] = "; ".join(str(fault) for fault in error.faults[:FAULTS_SAID])
        except (OSError, ValueError) as error:
            self._broken[language] = f"{path.name}: cannot be read: {type(error).__name__}"
        return None

    def _choose(self, tags: tuple[str, ...], always: str) -> tuple[tuple[tuple[Lexicon, bool], ...], tuple[str, ...]]:
        """
        The lexicons to read with, and whether each was asked for (`always` is not, when only others have lexicons); and the
        languages, among them, that cannot be read.
        """
        wanted: dict[str, None] = {}
        for tag in tags:
            name = self.named(tag)
            if name:
                wanted[name] = None
        names = dict.fromkeys([*wanted, always])
        read = {name: self.lexicon(name) for name in names}
        whole = tuple((one, not wanted or name in wanted) for name, one in read.items() if one is not None)
        return whole, tuple(name for name, one in read.items() if one is None)

    def named(self, tag: str) -> str:
        """The lexicon that a BCP 47 tag is read with, its own or its parent's; empty for none."""
        name = tag.lower().replace("_", "-")
        while name and name not in self.languages:
            name = name.rpartition("-")[0]
        return name
