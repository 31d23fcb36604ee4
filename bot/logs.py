"""Logs: one event a unit of work, ids only, key "action". Readable on a terminal, JSON lines elsewhere, on stderr."""

from __future__ import annotations

import logging
import sys

import structlog

LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}


def set_up(level: str) -> None:
    """
    Send our events and other packages' warnings to stderr.

    Other packages stay at WARNING whatever our level: at INFO some of them write tokens and numbers.
    """
    readable = sys.stderr.isatty()
    renderer: structlog.types.Processor = structlog.dev.ConsoleRenderer() if readable else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[structlog.processors.add_log_level, structlog.processors.TimeStamper(fmt="iso", utc=True), renderer],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    # A tick that takes over a second is no fault: the next one carries out all that is due by then.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")
