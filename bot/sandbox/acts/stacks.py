"""Stacked pull requests: each but the lowest goes onto the branch of the one below it.

GitHub has them in public preview since 2026-07-30. Known are the field `stack` of a pull request (`id`, `number`,
`size`, `position`, `base`), the action `stacked`, and that a whole stack merges at once.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from bot.sandbox.acts import pulls, pushes
from bot.sandbox.errors import ApiError
from bot.sandbox.git import Signature
from bot.sandbox.state import Stack

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.sandbox.hub import Hub
    from bot.sandbox.state import PullRequest, User


def create(hub: Hub, layers: Sequence[PullRequest], sender: User) -> Stack:
    """Stack open pull requests, the lowest first. Raises `ApiError` 422 when they do not lie on each other."""
    repository = layers[0].base
    fits = len(layers) > 1 and all(
        upper.open and lower.open and upper.base is lower.head and upper.base_ref == lower.head_ref
        for lower, upper in pairwise(layers)
    )
    if not fits or any(repository.stack_of(pull) for pull in layers):
        raise ApiError(422, "The pull requests do not form a stack")
    stack = Stack(
        hub.state.next_id(), 1 + max((stack.number for stack in repository.stacks.values()), default=0), list(layers)
    )
    repository.stacks[stack.id] = stack
    for pull in layers:
        pulls.tell(hub, pull, "stacked", sender)
    return stack


def dissolve(stack: Stack) -> None:
    """Dissolve the stack. The pull requests keep their base branches. GitHub documents no delivery for it."""
    del stack.layers[0].base.stacks[stack.id]


def merge(hub: Hub, stack: Stack, sender: User, *, admin: bool = False) -> str:
    """Merge every layer into the stack's base, with one push; returns the commit that the base then points to.

    Raises `ApiError` 405 when a layer is a draft, conflicts, or lacks a required check (`admin` overrides checks).
    """
    repository, base_ref = stack.layers[0].base, stack.base_ref
    tip = repository.branch(base_ref) or stack.layers[0].base_sha
    signature = Signature(sender.name, sender.email, int(hub.state.now()))
    for pull in stack.layers:
        tree = repository.git.merge(tip, pull.head_sha)
        if pull.draft or tree is None or (pulls.blocking_checks(pull) and not admin):
            raise ApiError(405, "Pull Request is not mergeable")
        subject = f"Merge pull request #{pull.number} from {pull.head_owner}/{pull.head_ref}"
        tip = pull.merge_sha = repository.git.write_commit(tree, [tip, pull.head_sha], subject, signature)
    layers = list(stack.layers)
    dissolve(stack)
    for pull in layers:
        pulls.set_merged(hub, pull, sender)
    pushes.update_ref(hub, repository, sender, {f"refs/heads/{base_ref}": tip})
    return tip


def retarget_above(hub: Hub, pull: PullRequest, sender: User) -> None:
    """After the lowest layer of a stack was merged, point the next one at the stack's base."""
    stack = pull.base.stack_of(pull)
    if stack is None:
        return
    if stack.layers[0] is not pull:
        pull.base.leave_stack(pull)
        return
    base_ref, stack.layers = stack.base_ref, stack.layers[1:]
    if len(stack.layers) < 2:  # noqa: PLR2004 -- one pull request is no stack
        del pull.base.stacks[stack.id]
    pulls.edit(hub, stack.layers[0], sender, base=base_ref)
