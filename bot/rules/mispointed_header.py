"""The plan's header points to another feature's spec.

## What it does

Reads the `**Spec**` field of the plan's header and reports a path that lies in another feature's folder.

## Why

A plan that was copied from an older feature sends its reviewers to the older feature's spec.

## How to fix

Point it to the spec beside the plan: `[spec.md](./spec.md)`.

## Example

```markdown
**Branch**: `018-webhook-retry` | **Date**: 2026-11-20 | **Spec**: [spec.md](../016-carrier-labels/spec.md)
```

## Use instead

```markdown
**Branch**: `018-webhook-retry` | **Date**: 2026-11-20 | **Spec**: [spec.md](./spec.md)
```

## Severity

Warning when the line is new, else notice. A number in `**Branch**` that is not the folder's is `branch-mismatch`.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

from bot.core.judging.findings import Severity
from bot.core.judging.rule import Case, Clause, rule
from bot.core.text.prose import At, Code
from bot.core.text.wording import clip

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.documents.plan import Plan
    from bot.core.judging.findings import Finding

_OWN = "[spec.md](./spec.md)"


@rule(Severity.WARNING, Clause("header mispointed", "headers mispointed", 71), by_program=True)
def judge(case: Case) -> Iterator[Finding]:
    """One finding for a spec link into another feature's folder."""
    plan = case.plan
    if plan is None or plan.unfilled or not plan.spec_link:
        return
    elsewhere = _other_folder(case, plan.spec_link)
    if elsewhere is None:
        return
    link = _link(plan)
    yield case.finding(
        Severity.WARNING if case.is_new(plan.path, plan.spec_line) else Severity.NOTICE,
        plan.path,
        plan.spec_line,
        title=("The plan's header points to ", Code(clip(elsewhere))),
        why=(At(plan.path, plan.spec_line), " says ", Code(clip(plan.spec_link)), "."),
        fix=("Write ", Code(_OWN), " for ", Code(clip(link)), " in ", At(plan.path, plan.spec_line), "."),
        subject="spec",
        edits=case.rewritten(plan.path, plan.spec_line, link, _OWN),
    )


def _link(plan: Plan) -> str:
    """The link as written, or its target where it stands in no brackets."""
    line = plan.lines[plan.spec_line - 1] if plan.spec_line is not None else ""
    link = re.search(rf"\[[^\[\]]*\]\({re.escape(plan.spec_link or '')}\)", line)
    return link[0] if link else plan.spec_link or ""


def _other_folder(case: Case, link: str) -> str | None:
    """The feature folder that a link leads into, when it is a known one and not this plan's own."""
    bare = unquote(link[:1000].partition("#")[0]).strip()
    if case.choice is None or "://" in bare:
        return None
    near = posixpath.normpath(posixpath.join(case.feature.dir, bare.lstrip("/")))
    far = posixpath.normpath(bare.lstrip("/"))
    for target in (near, far):
        folder = posixpath.dirname(target)
        if folder != case.feature.dir and folder in case.choice.head:
            return folder
    return None
