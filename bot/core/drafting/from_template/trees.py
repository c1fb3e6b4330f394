"""The two trees of a plan: the feature's documents, and the repository's source folders."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from bot.core.change.feature import ARTIFACTS
from bot.core.text.neutral import plain_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.core.drafting.from_template.plan_facts import PlanFacts

_ENTRY = re.compile(r"([├└](?:──|--)?\s?)(\S{1,100})(.*)")
_COLUMN = 24
_MOST_FOLDERS = 12
_MOST_BELOW = 6
_MAX_PATHS = 50_000
_NOT_SOURCE = frozenset(
    {
        "node_modules",
        "vendor",
        "dist",
        "build",
        "target",
        "docs",
        "doc",
        "specs",
        "coverage",
        "assets",
        "static",
        "public",
    }
)
_PLAIN = re.compile(r"[\w.@+ -]{1,60}")


def is_documents(lines: Sequence[str]) -> bool:
    """Whether a code block is the tree of the feature's documents."""
    return any("plan.md" in line for line in lines)


def documents_tree(lines: Sequence[str], facts: PlanFacts) -> list[str]:
    """The template's own tree with the feature's folder, and a mark at what is already there."""
    entries = [(index, match) for index, line in enumerate(lines) if (match := _ENTRY.match(line))]
    if not entries:
        return [f"{facts.feature_dir}/", *_marked(list(ARTIFACTS), facts)]
    first = entries[0][0]
    names = {match[2].rstrip("/") for _, match in entries}
    blocks = [] if "spec.md" in names else [["spec.md"]]
    for number, (index, match) in enumerate(entries):
        end = entries[number + 1][0] if number + 1 < len(entries) else len(lines)
        below = [line for line in lines[index + 1 : end] if line.strip()]
        artifact = _artifact(match[2])
        blocks.append([artifact or f"{match[2]}{match[3].rstrip()}", *below])
    above = [line for line in lines[1:first] if line.strip() and "###" not in line]
    return [f"{facts.feature_dir}/", *above, *_drawn(blocks, facts)]


def _artifact(written: str) -> str | None:
    return next((name for name in ARTIFACTS if name.rstrip("/") == written.rstrip("/")), None)


def _marked(names: list[str], facts: PlanFacts) -> list[str]:
    return _drawn([[name] for name in names], facts)


def _drawn(blocks: list[list[str]], facts: PlanFacts) -> list[str]:
    drawn = []
    for position, (name, *below) in enumerate(blocks):
        branch = "└── " if position == len(blocks) - 1 else "├── "
        note = _note(name, facts)
        drawn.append(f"{branch}{name}".ljust(_COLUMN) + f"# {note}" if note else f"{branch}{name}")
        drawn.extend(below)
    return drawn


def _note(name: str, facts: PlanFacts) -> str:
    if name == "plan.md":
        return "this file"
    if name in facts.present:
        return "there"
    return "to be written first: what and why, no code" if name == "spec.md" else ""


def source_tree(paths: Iterable[str], specs_root: str) -> list[str]:
    """The repository's own folders, two levels deep; empty where none is known."""
    below = _folders(paths, specs_root)
    with_files = [top for top in below if top]
    lines: list[str] = []
    for top in sorted(with_files)[:_MOST_FOLDERS]:
        lines.append(f"{top}/")
        names = sorted(below[top])
        shown = names[:_MOST_BELOW]
        last = len(shown) - 1 if len(names) == len(shown) else -1
        lines.extend(f"{'└── ' if index == last else '├── '}{name}/" for index, name in enumerate(shown))
        if last < 0 and shown:
            lines.append(f"└── … {len(names) - len(shown)} more")
    if len(with_files) > _MOST_FOLDERS:
        lines.append(f"… {len(with_files) - _MOST_FOLDERS} more")
    return lines


def _folders(paths: Iterable[str], specs_root: str) -> dict[str, set[str]]:
    below: dict[str, set[str]] = {}
    skipped = specs_root.split("/", 1)[0]
    for path in islice(paths, _MAX_PATHS):
        parts = path.split("/")
        if len(parts) < 2 or parts[0] == skipped or not _is_shown(parts[0]):  # noqa: PLR2004  a file at the root
            continue
        names = below.setdefault(plain_line(parts[0]), set())
        if len(parts) > 2 and _is_shown(parts[1]):  # noqa: PLR2004  a folder below a folder
            names.add(plain_line(parts[1]))
    return below


def _is_shown(name: str) -> bool:
    """An ordinary folder: not hidden, not made by tools, and a name that cannot be taken for anything else."""
    return not name.startswith(".") and name.lower() not in _NOT_SOURCE and _PLAIN.fullmatch(name) is not None
