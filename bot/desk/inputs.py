"""The inputs of a verdict on the desk, for its JSON report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.forge.errors import UserError
from bot.core.judging.inputs import Inputs, inputs_of

if TYPE_CHECKING:
    from bot.adapters.worktree.git_command import GitCopy
    from bot.adapters.worktree.worktree import WorkingCopy
    from bot.core.change.trees import Change
    from bot.core.config.layers import Effective
    from bot.core.judging.findings import Report


def desk_inputs(copy: WorkingCopy, change: Change, effective: Effective, report: Report) -> Inputs:
    """The inputs of a verdict on a working copy or a commit of it. Costs up to three git commands."""
    base = change.base.sha if change.base is not None else None
    merge_base = copy.git.merge_base(base, copy.tip) if copy.git is not None and base is not None else None
    head = copy.commit or (_unchanged_head(copy.git) if copy.git is not None else None)
    return inputs_of(change, effective, report, head=head, merge_base=merge_base)


def _unchanged_head(git: GitCopy) -> str | None:
    """The commit that is checked out, if the files are exactly those of the commit."""
    try:
        head = git.commit("HEAD")
    except UserError:  # a repository without a commit
        return None
    return head if not git.changed(head, None) else None
