"""How screening grows with a text, and what an ordinary line costs: ratios of one run, in CPU time."""

from __future__ import annotations

import time

from bot.concerns import screen

LONG = [
    "I can't go on, I want to die, not no food left. ",
    "a",
    "i want ",
    "no no ",
    "k i l l ",
    "killmyself",
    "took all my ",
    "he 😂 die. ",
]
LINES = [
    f"{text} {number}" for number in range(500) for text in ("Thanks, see you at", "I slept well, mood is", "can you call me at", "ok")
]


def seconds(text: str) -> float:
    start = time.process_time()
    screen(text, ["en", "es", "ar"])
    return time.process_time() - start


def main() -> None:
    print("ten times the text takes so many times as long (12 is the most that we accept):")
    for part in LONG:
        short, long = (part * (size // len(part)) for size in (20_000, 200_000))
        seconds(short)
        print(f"  {seconds(long) / min(seconds(short) for _ in range(3)):5.1f}  {part!r}")
    for line in LINES:
        screen(line, ["en"])
    start = time.process_time()
    for line in LINES:
        screen(line, ["en"])
    print(f"ordinary lines per CPU second, English: {len(LINES) / (time.process_time() - start):,.0f}")


if __name__ == "__main__":
    main()
