"""A link leads to nothing in the feature folder.

## What it does

Follows the relative links of plan and spec that stay within the feature folder, and reports those that lead to no file.
Links that leave the folder are not followed.

## Why

A reader who wants the contract finds a page that says 404.

## How to fix

Correct the link, or add the file.

## Example

```markdown
Endpoints are described in [the contract](./contracts/deliveries.yaml).
```

with no such file.

## Use instead

```markdown
Waiting times are explained in [the research](./research.md).
```

## Severity

Warning when the link's line is new, else notice.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING
from urllib.parse import unquote

from bot.core.change.feature import Due
from bot.core.judging.findings import Severity
from bot.core.judging.rule import Case, Clause, rule
from bot.core.text.prose import At, Code
from bot.core.text.wording import clip

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.judging.findings import Finding

_LONGEST = 1000


@rule(Severity.WARNING, Clause("dead link", "dead links", 114))
def judge(case: Case) -> Iterator[Finding]:
    """One finding for each link that leads nowhere."""
    documents = [document for document in (case.plan, case.spec) if document is not None and not document.unfilled]
    # `missing-artifact` reports those.
    lacking = {artifact.path for artifact in case.artifacts if artifact.due is not Due.OFF}
    for document in documents:
        for link, line in document.links:
            target = _target(case, document.path, link)
            if target is None or target in case.change.head.entries or target in lacking:
                continue
            yield case.finding(
                Severity.WARNING if case.is_new(document.path, line) else Severity.NOTICE,
                document.path,
                line,
                title=("The link to ", Code(clip(link, 80)), " leads nowhere"),
                why=(At(document.path, line), " links to ", Code(clip(target)), ", which is not there."),
                fix=("Correct the link, or add the file that it names.",),
                subject=target,
            )


def _target(case: Case, path: str, link: str) -> str | None:
    """Where a link leads from the repository's root, None when it leaves the feature folder."""
    bare = unquote(link[:_LONGEST].partition("#")[0].partition("?")[0]).strip()
    if not bare or bare.startswith("/") or "://" in bare or "[" in bare or "\0" in bare:
        return None
    target = posixpath.normpath(posixpath.join(posixpath.dirname(path), bare))
    return target if target.startswith(f"{case.feature.dir}/") else None
