"""How screening grows with a text, and what an ordinary line costs: see `checkline bench screen`."""

from __future__ import annotations

from bot.cli.bench_screen import screen

if __name__ == "__main__":
    screen()
