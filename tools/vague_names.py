"""Print the share of assigned names and parameters that do not say what they hold.

    python tools/vague_names.py [--most PERCENT] DIR ...      exit 1 when a folder has a larger share

The words are those that stood for several different things each in this code: `one`, `found`, `known`, `asked`.
"""

from __future__ import annotations

import argparse
import ast
import sys
from collections import Counter
from pathlib import Path

VAGUE = frozenset(
    {"one", "found", "known", "asked", "said", "held", "given", "kept", "told", "more", "left", "heard", "answer"}
    | {"these", "this", "here", "other", "rest", "both", "whole", "what", "who", "at", "of"}
)


def names(folder: Path) -> Counter[str]:
    """How often each name is assigned or taken as a parameter in the Python files of a folder."""
    counted: Counter[str] = Counter()
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                counted[node.id] += 1
            elif isinstance(node, ast.arg):
                counted[node.arg] += 1
    return counted


def main() -> int:
    """Print a line for each folder. Returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--most", type=float, default=100.0, metavar="PERCENT")
    parser.add_argument("folders", nargs="+", type=Path)
    options = parser.parse_args()
    worst = 0.0
    for folder in options.folders:
        counted = names(folder)
        vague = Counter({name: counted[name] for name in VAGUE if counted[name]})
        share = 100 * vague.total() / max(1, counted.total())
        worst = max(worst, share)
        commonest = ", ".join(f"{name} {count}" for name, count in vague.most_common(8))
        print(f"{folder}: {share:.1f} % of {counted.total()} names are vague ({commonest})")
    return int(worst > options.most)


if __name__ == "__main__":
    sys.exit(main())
