"""
Write `bot/han.tsv`: traditional Chinese characters and the simplified ones they are folded to.

    python docs/han.py TSCharacters.txt > bot/han.tsv

TSCharacters.txt is the table of OpenCC (https://github.com/BYVoid/OpenCC, Apache License 2.0); it also comes within
the package opencc-python-reimplemented 0.1.7. Where a character has several simplified forms, the first is taken.
"""

from __future__ import annotations

import sys
from pathlib import Path

HEAD = "# Traditional, simplified. From TSCharacters.txt of OpenCC (Apache License 2.0), written by docs/han.py.\n"


def main() -> None:
    pairs = {}
    for line in Path(sys.argv[1]).read_text(encoding="utf-8").splitlines():
        traditional, _, simplified = line.partition("\t")
        first = simplified.split(" ")[0]
        if len(traditional) == len(first) == 1 and traditional != first:
            pairs[traditional] = first
    # So that what is folded once is not changed by folding it again.
    pairs = {one: pairs.get(other, other) for one, other in pairs.items()}
    sys.stdout.write(HEAD + "".join(f"{one}\t{other}\n" for one, other in sorted(pairs.items())))


if __name__ == "__main__":
    main()
