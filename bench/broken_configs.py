"""What it costs to say what is wrong with a broken `app.yml`: time and memory, the worst of many.

    python -m bench.broken_configs

Reads every file of `tests/core/broken_configs.py` and some larger ones ten times. Bounds: 100 ms of CPU time, 50 MB.
"""

from __future__ import annotations

import sys
import time
import tracemalloc

from bot.core.config.layers import Origin, Rank, read_layer
from bot.core.config.yaml import MAX_BYTES
from bot.rules import RULES
from tests.core.broken_configs import BROKEN

TRIES = 10
MILLISECONDS = 100.0
MEGABYTES = 50.0
_ROOM = MAX_BYTES - 100
LARGE = {
    "as many keys as fit": "plangate:\n" + "".join(f"  key{number}: 1\n" for number in range(_ROOM // 16)),
    "as many brackets as fit": "plangate: " + "[" * _ROOM,
    "as many braces as fit": "plangate: " + "{a: " * (_ROOM // 4),
    "as many anchors as fit": "plangate:\n" + "".join(f"  k{n}: &a{n} x\n" for n in range(_ROOM // 16)),
    "one long word": "plangate:\n  mode: " + "x" * _ROOM,
    "one long unclosed quote": 'plangate:\n  mode: "' + "x\n " * (_ROOM // 3),
    "one long key": "plangate:\n  " + "x" * 900 + ": 1\n" + "# " + "y" * (_ROOM - 1000),
    "as many rules as fit": "plangate:\n  rules:\n" + "".join(f"    numbr-colision{n}: off\n" for n in range(1900)),
    "a pattern that repeats": "plangate:\n  branches: '" + "(?P<number>(?:x{1,99}){1,10})-(?P<slug>y)" + "'\n",
    "a pattern that grows": "plangate:\n  branches: '(?P<number>((a{0,100}){0,100}){0,100})-(?P<slug>y)'\n",
}


def measure(text: str) -> tuple[float, float]:
    """The slowest of some readings in milliseconds of CPU time, and the most memory of one in MB."""
    ids = [rule.id for rule in RULES]
    slowest = 0.0
    for _ in range(TRIES):
        begun = time.process_time()
        read_layer(text, Origin(Rank.REPOSITORY, "app.yml"), ids)
        slowest = max(slowest, (time.process_time() - begun) * 1_000)
    tracemalloc.start()
    read_layer(text, Origin(Rank.REPOSITORY, "app.yml"), ids)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return slowest, peak / 1_048_576


def warm() -> None:
    """Load what is built once in a process."""
    measure("plangate:\n  mod: off\n")


def main() -> int:
    """Print the table, the slowest first; 1 when a bound is broken."""
    warm()
    texts = {row[0]: row[1] for row in BROKEN} | LARGE
    found = sorted(((*measure(text), name) for name, text in texts.items()), reverse=True)
    print(f"{len(found)} files, {TRIES} times each\n\n{'ms':>8}  {'MB':>6}  file")
    for milliseconds, megabytes, name in found[:15]:
        print(f"{milliseconds:8.1f}  {megabytes:6.1f}  {name}")
    return int(found[0][0] > MILLISECONDS or max(row[1] for row in found) > MEGABYTES)


if __name__ == "__main__":
    sys.exit(main())
