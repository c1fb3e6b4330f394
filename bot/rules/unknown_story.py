"""A task belongs to a user story that the spec does not have.

## What it does

Compares the story labels in `tasks.md` (`[US3]`) with the user stories of the spec.

## Why

Such a task came from an older spec, or its label is a slip; either way it is counted for the wrong story.

## How to fix

Correct the label, or add the story to the spec.

## Example

```markdown
- [ ] T005 [US7] Show refused deliveries on the status page
```

in a feature whose spec has two stories.

## Use instead

```markdown
- [ ] T005 [US2] Show refused deliveries on the status page
```

## Severity

Warning when the task's line is new, else notice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.judging.findings import Severity
from bot.core.judging.rule import Case, Clause, rule
from bot.core.text.prose import At, Code
from bot.core.text.wording import clip, count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.judging.findings import Finding


@rule(Severity.WARNING, Clause("unknown story", "unknown stories", 111))
def judge(case: Case) -> Iterator[Finding]:
    """One finding for each story that is not in the spec, at its first task."""
    spec, tasks = case.spec, case.tasks
    if spec is None or tasks is None or not spec.stories or spec.unfilled or tasks.unfilled:
        return
    defined = {story.id for story in spec.stories}
    stories: set[str] = set()
    for task in tasks.tasks:
        for story in task.stories:
            if story in defined or story in stories:
                continue
            stories.add(story)
            yield case.finding(
                Severity.WARNING if case.is_new(tasks.path, task.line) else Severity.NOTICE,
                tasks.path,
                task.line,
                title=("The spec has no story ", Code(clip(story, 40))),
                why=(
                    At(tasks.path, task.line),
                    f" names it; the spec has {count(len(defined), 'story', 'stories')}.",
                ),
                fix=("Correct the label, or add the story to the spec.",),
                subject=story,
            )
