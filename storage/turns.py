"""Who writes next: a bounded queue of waiting threads, urgent lanes first. Starts no thread of its own."""

from __future__ import annotations

import heapq
import itertools
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from bot.errors import Busy


class Turns:
    """
    Lets `slots` threads through at once; the others wait, lower lane first, then in order of arrival.

    A turn is handed to the next thread directly, so that a newcomer never overtakes who waits.
    """

    def __init__(self, slots: int, waiting_max: int) -> None:
        self._free = slots
        self._waiting_max = waiting_max
        self._waiting: list[tuple[int, int, threading.Lock]] = []
        self._order = itertools.count()
        self._mutex = threading.Lock()

    @property
    def waiting(self) -> int:
        """How many threads wait now."""
        return len(self._waiting)

    @contextmanager
    def turn(self, lane: int) -> Iterator[None]:
        """
        Wait for a turn and hold it.

        Raises:
            Busy: as many wait as may; nothing was begun.
        """
        self._take(lane)
        try:
            yield
        finally:
            self._give()

    def _take(self, lane: int) -> None:
        with self._mutex:
            if self._free:
                self._free -= 1
                return
            if len(self._waiting) >= self._waiting_max:
                raise Busy(f"storage: {self._waiting_max} units wait to be written already; nothing was stored, try again")
            gate = threading.Lock()
            gate.acquire()
            ticket = (lane, next(self._order), gate)
            heapq.heappush(self._waiting, ticket)
        try:
            gate.acquire()
        except BaseException:  # interrupted while waiting, by Ctrl-C
            self._leave(ticket)
            raise

    def _leave(self, ticket: tuple[int, int, threading.Lock]) -> None:
        with self._mutex:
            if ticket in self._waiting:
                self._waiting.remove(ticket)
                heapq.heapify(self._waiting)
                return
        self._give()  # the turn was handed over at the very moment of the interrupt

    def _give(self) -> None:
        with self._mutex:
            if self._waiting:
                heapq.heappop(self._waiting)[2].release()
            else:
                self._free += 1
