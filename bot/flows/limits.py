"""Named limits on everything a flow may hold or do. A file over a limit is refused; a conversation over one goes to a person."""

from __future__ import annotations

from typing import Final

FILE_BYTES_MAX: Final = 256 * 1024
DEPTH_MAX: Final = 16
"""Nested lists and mappings in a file."""
FAULTS_MAX: Final = 200
"""Faults reported of one file."""

STEPS_MAX: Final = 120
OPTIONS_MAX: Final = 12
"""More would not fit into two text messages, nor onto a small phone's screen."""
REPAIRS_MAX: Final = 3
CASES_MAX: Final = 20
CONDITION_DEPTH_MAX: Final = 4
DONE_MAX: Final = 20
ARGUMENTS_MAX: Final = 8

NAME_CHARS_MAX: Final = 40
TEXT_CHARS_MAX: Final = 480
NOTE_CHARS_MAX: Final = 400
LABEL_CHARS_MAX: Final = 60
WORDS_MAX: Final = 24

HOURS_MAX: Final = 24 * 14
VERSION_MAX: Final = 100_000

WALK_STEPS_MAX: Final = 50
"""Steps walked through for one event."""
WAITS_MAX: Final = 200
"""Questions, repairs and read-backs of one conversation."""
