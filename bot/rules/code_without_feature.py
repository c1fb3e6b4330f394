"""Code changes without a feature.

## What it does

Where the configuration says `unmatched: require-feature`, reports a pull request that changes code and belongs to no
feature folder.

## Why

Some teams allow no code without a plan. Others merge fixes every day; that is why it is off until an admin asks for it.

## How to fix

Add the feature's folder with a `spec.md` and a `plan.md`, or name the branch after an existing one.

## Example

Branch `faster-labels` changes `crates/ferry-core/src/label.rs` and nothing below `specs/`.

## Use instead

Branch `018-faster-labels` with `specs/018-faster-labels/spec.md` and `specs/018-faster-labels/plan.md`

## Severity

Error, only with `unmatched: require-feature`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.config.model import Unmatched
from bot.core.judging.findings import Severity
from bot.core.judging.rule import Clause, Survey, rule_of_change
from bot.core.text.prose import Code
from bot.core.text.wording import clip, count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.judging.findings import Finding


@rule_of_change(Severity.ERROR, Clause("feature missing", "features missing", 5))
def judge(survey: Survey) -> Iterator[Finding]:
    """One error for the change."""
    is_required = survey.config.unmatched is Unmatched.REQUIRE_FEATURE and survey.change.base is not None
    owned = any(case.feature.owned for case in survey.cases)
    if not is_required or owned or not survey.code_files or survey.change.merge_group:
        return
    root = next(iter(survey.choice.roots), "specs")
    yield survey.finding(
        Severity.ERROR,
        root,
        None,
        title=("Code changes without a feature",),
        why=(
            f"{count(survey.code_files, 'file', 'files')} of code changed, and no feature folder below ",
            Code(clip(f"{root}/")),
            " belongs to it; the configuration says ",
            Code("unmatched: require-feature"),
            ".",
        ),
        fix=(
            "Add the feature's folder with its spec and plan, or name the branch after the feature that the code",
            " belongs to.",
        ),
        subject="feature",
        headline="Code changes without a feature",
    )
