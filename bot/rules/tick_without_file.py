"""A task is ticked, and no file that it names exists.

## What it does

Takes the tasks that this change ticks and that name files, and looks for those files in the head's tree. A file counts
as there under the path that the task names, or below a folder, since people write paths from a project's root. A task
is reported when none of its files is there. When a file of the same name stands in another folder, the task is in a
notice that names the place. The check run counts all ticked tasks and those whose files are there;
`/plan why tick-without-file` lists them.

A task says nothing about a file, and is passed over, when it removes, renames or verifies something, when it says that
the file may be missing ("if it exists") or that the work went elsewhere ("superseded by"), and when this change deletes
or moves the file. Passed over, too, are files that the base's top `.gitignore` ignores or its `.gitattributes` calls
`linguist-generated` or `linguist-vendored`, and folders such as `dist/` and `node_modules/`.

A path is a word with a slash and a file ending, or a file name whose ending is one of code or text, in a code span, in
bold or bare. Addresses, absolute paths, commands, products (`Node.js`) and links are no paths. A word with a wildcard
or a placeholder (`src/[name].py`, `**/*.ts`, `007_xx.sql`) is a pattern, which cannot be missing. The name of a data
file without a folder (`meta.json`) counts only where it is what the task creates. Three names or more without a folder
are taken for examples.

## Why

Agents tick what they did not build, and reviewers read the tick. In 40 public histories 2.4 % of the ticks that name a
file named only files that did not exist.

## How to fix

Add the file, correct the path, or take the tick back.

## Example

```markdown
- [x] T003 [US1] Wait longer after each refusal in crates/ferry-retry/src/schedule.rs (FR-002)
```

with no `schedule.rs` in the repository.

## Use instead

```markdown
- [x] T003 [US1] Wait longer after each refusal in src/attempt.rs (FR-002)
```

## Severity

Warning; a notice where only the folder differs. It speaks only where the whole list of files is known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.judging.findings import Severity
from bot.core.judging.rule import Case, Clause, rule
from bot.core.judging.ticks import Presence, Tick, of_this_change
from bot.core.text.prose import At, Code, Piece
from bot.core.text.wording import clip

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.core.judging.findings import Finding

LISTED = 5
"""Tasks that are named; the others are counted."""


@rule(Severity.WARNING, Clause("tick without a file", "ticks without files", 112), needs_forge=True)
def judge(case: Case) -> Iterator[Finding]:
    """One finding for the files that are nowhere, one for those in another folder."""
    held = of_this_change(case.ticks, case.tasks, case.change) if case.tasks is not None else ()
    absent = [tick for tick in held if tick.presence is Presence.ABSENT]
    if absent:
        yield _finding(case, absent, Severity.WARNING)
    elsewhere = [tick for tick in held if tick.presence is Presence.ELSEWHERE]
    if elsewhere:
        yield _finding(case, elsewhere, Severity.NOTICE)


def _finding(case: Case, held: Sequence[Tick], severity: Severity) -> Finding:
    path, first = case.path("tasks.md"), held[0].task
    several = len(held) > 1
    is_absent = severity is Severity.WARNING
    what = "name no file that exists" if is_absent else "name files in another folder"
    one = "names no file that exists" if is_absent else "names a file in another folder"
    listed: list[Piece] = []
    for tick in held[:LISTED]:
        listed += ["; " if listed else "", At(path, tick.task.line), *_names(tick, labelled=several)]
    beyond = f"; and {len(held) - LISTED} more" if len(held) > LISTED else ""
    fix = (
        "Add the file, correct the path in the task, or take the tick back."
        if is_absent
        else "Correct the path in the task, or add the file."
    )
    return case.finding(
        severity,
        path,
        first.line,
        title=(f"{len(held)} ticked tasks {what}",) if several else (_label(first.id), f" is ticked and {one}"),
        why=(*listed, f"{beyond}."),
        fix=(fix,),
        subject=first.id or str(first.line),
    )


def _label(task: str | None) -> Piece:
    return Code(task) if task else "A task"


def _names(tick: Tick, *, labelled: bool) -> list[Piece]:
    """The task with a file that is not there, and where a file of that name is."""
    label = [" ", _label(tick.task.id)] if labelled else []
    words: list[Piece] = [*label, " names ", Code(clip(tick.file, 100))]
    return [*words, ", and a file of that name is at ", Code(clip(tick.place, 100))] if tick.place else words
