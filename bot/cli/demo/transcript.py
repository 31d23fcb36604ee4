"""What was said, line by line in the order in which it was said: to be read by people, or as JSON lines."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.channels.phones import Accepted
from bot.cli.demo.stage import Stage, Written


class Transcript:
    """
    Writes what a stage's phones got and sent since it was last asked.

    names: who has a phone, by its address; write: takes one line without its end.
    """

    def __init__(self, stage: Stage, names: Mapping[str, str], zone: str, write: Callable[[str], object], *, as_json: bool) -> None:
        self.stage, self.names, self.zone = stage, names, ZoneInfo(zone)
        self._write, self._as_json = write, as_json
        self._heard = self._said = 0

    def catch_up(self) -> None:
        """Write everything that is new."""
        accepted, journal = self.stage.phones.accepted, self.stage.journal
        while self._heard < len(accepted) or self._said < len(journal):
            if self._said < len(journal) and journal[self._said].heard <= self._heard:
                self._from_phone(journal[self._said])
                self._said += 1
            else:
                self._to_phone(accepted[self._heard][1])
                self._heard += 1

    def _from_phone(self, written: Written) -> None:
        text = written.text
        if not self._as_json and written.kind != "text":
            text = f"[{written.kind}] {text}".strip()
        self._line(written.at, written.address, "from", written.kind, text, [])

    def _to_phone(self, accepted: Accepted) -> None:
        self._line(accepted.at, accepted.address, "to", "text", accepted.text, [button.label for button in accepted.outgoing.buttons])

    def _line(self, at: datetime, address: str, direction: str, kind: str, text: str, buttons: list[str]) -> None:
        who = self.names.get(address, "somebody unknown")
        if self._as_json:
            told = {"at": at.isoformat(), "who": who, "direction": direction, "kind": kind, "text": text, "buttons": buttons}
            self._write(json.dumps(told, ensure_ascii=True, separators=(",", ":")))
            return
        here = at.astimezone(self.zone)
        shown = text.replace("\n", "\n" + " " * 8) + "".join(f" [{label}]" for label in buttons)
        arrow = "→" if direction == "to" else "←"
        self._write(f"{here:%a %d %b %H:%M}  {arrow} {who}\n        {shown}")
